"""A course folder that version 0.1 made and graded goes on under this version.

``course-0.1.zip`` was made by version 0.1 (commit 2f477c8): the assignment of `tests.support.courses`,
released, with four graded submissions. It holds no outputs, because these are made again.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.grading.kernels.sandbox import bubblewrap_problem

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def old_course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The course folder, with the sandbox that this machine has."""
    root = tmp_path_factory.mktemp("old") / "course"
    with zipfile.ZipFile(Path(__file__).with_name("course-0.1.zip")) as archive:
        archive.extractall(root)
    if bubblewrap_problem() is not None:
        config = root / "nbgrader_config.py"
        config.write_text(f"{config.read_text()}c.GradingExecute.sandbox = 'none'\n")
    return Course(root)


def run(course: Course, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in the course folder."""
    command = [sys.executable, "-m", "autograder", *words]
    return subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)


def scores(course: Course) -> dict[str, float]:
    """Return the points of each submission in the course's gradebook."""
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as gradebook:
        return {one.student.id: one.score for one in gradebook.assignment_submissions("01_tiny")}


@pytest.fixture(scope="module")
def before(old_course: Course) -> dict[str, float]:
    """The points that version 0.1 gave."""
    return scores(old_course)


@pytest.fixture(scope="module")
def graded(old_course: Course, before: dict[str, float]) -> subprocess.CompletedProcess[str]:
    """What the first grading by this version says."""
    assert before
    return run(old_course, "grade", "01_tiny")


def test_scores_stay_and_grading_again_is_explained(
    old_course: Course, before: dict[str, float], graded: subprocess.CompletedProcess[str]
) -> None:
    assert graded.returncode == 0, graded.stderr
    reason = "because it was graded by an earlier version of Gradbook."
    assert f"Graded again: 4 submissions, {reason}" in " ".join(graded.stdout.split())
    assert "→" not in graded.stdout  # no score changed
    assert scores(old_course) == before


def test_a_second_time_nothing_is_graded(
    old_course: Course, graded: subprocess.CompletedProcess[str]
) -> None:
    again = run(old_course, "grade", "01_tiny")
    assert "4 unchanged, 0 graded" in again.stdout
    assert "Graded again" not in again.stdout


def test_seeds_and_the_configuration_stay(
    old_course: Course, graded: subprocess.CompletedProcess[str]
) -> None:
    seeds = json.loads((old_course.root / ".autograder/seeds.json").read_text())
    with zipfile.ZipFile(Path(__file__).with_name("course-0.1.zip")) as archive:
        assert seeds == json.loads(archive.read(".autograder/seeds.json"))
    assert "autograder.course.configure is now autograder.configuration.configure" in graded.stderr


def test_a_report_and_an_export_are_made(
    old_course: Course, before: dict[str, float], graded: subprocess.CompletedProcess[str]
) -> None:
    assert run(old_course, "report", "01_tiny").returncode == 0
    assert run(old_course, "export", "--format", "tasks").returncode == 0
    assert "mistaken" in (old_course.root / "reports/01_tiny.html").read_text(encoding="utf-8")
    rows = list(csv.DictReader((old_course.root / "tasks.csv").read_text(encoding="utf-8").splitlines()))
    points = {row["student"]: 0.0 for row in rows}
    for row in rows:
        points[row["student"]] += float(row["points"])
    assert points == before


def test_the_notebook_of_a_running_term_imports_the_old_names(tmp_path: Path) -> None:
    code = (
        "from autograder.notebook import Solver, plots, relative_error, sketches\n"
        "from autograder.notebook.device import find_device\n"
        "from autograder.data.images import load_images\n"
        "import gradbook\n"
        "assert sketches is gradbook.figures and Solver is gradbook.Solver and plots is gradbook.plots\n"
        "assert load_images is gradbook.load_images and find_device is gradbook.find_device\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "autograder.notebook is now gradbook." in done.stderr


def test_what_an_update_in_place_leaves_behind_hides_no_old_name(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    for package in ("gradbook", "autograder"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    for folder in ("notebook", "data"):
        (tmp_path / "autograder" / folder / "__pycache__").mkdir(parents=True)
    code = "from autograder.notebook import task\nfrom autograder.data.images import load_images"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)


def test_the_old_command_works_and_says_its_new_name() -> None:
    old = Path(sys.executable).parent / "autograder"
    if not old.is_file():
        old = Path(shutil.which("autograder") or "")
    done = subprocess.run([str(old), "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("gradbook ")
    assert "now called gradbook" in done.stderr
