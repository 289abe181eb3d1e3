"""Known problems of nbgrader, one test for each, through nbgrader's own commands."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.release.build import release
from tests.support.courses import RIGHT, answered, grade_assignment, submit

LEAK = (
    "import os\ndef double(x):\n    return 2 * x\nprint(sorted(os.environ), os.environ.get('GRADER_SECRET'))"
)


def nbgrader(course: Course, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of nbgrader's own commands in a course."""
    environment = {**os.environ, "GRADER_SECRET": "hunter2"}
    return subprocess.run(
        ["nbgrader", *arguments], cwd=course.root, capture_output=True, text=True, env=environment
    )


@pytest.fixture(scope="module")
def graded(shared_course: Course) -> Course:
    """A class graded by ``nbgrader autograde`` in a course like a fresh clone, without a gradebook."""
    root = shared_course.root
    reference = root / "source_solutions/01_tiny/reference"
    reference.mkdir(exist_ok=True)
    np.savez(reference / "model.npz", W=np.zeros(3))
    release(shared_course, "01_tiny")
    (root / "gradebook.db").unlink()
    notebook = root / "assignments/01_tiny/tiny.ipynb"
    weights = submit(root, "leak", answered(notebook, **{**RIGHT, "double": LEAK})).parent / "model.npz"
    np.savez(weights, W=np.ones(3))
    submit(root, "broken", "{")
    copied = answered(notebook, **RIGHT)
    copied.cells += [cell for cell in answered(notebook).cells if cell.id == "double-test"]
    submit(root, "copied", copied)
    dies = {**RIGHT, "square": "import os\ndef square(x):\n    os._exit(3)"}
    submit(root, "dies", answered(notebook, **dies))
    noisy = {
        **RIGHT,
        "double": "import sys\ndef double(x):\n    print('!', file=sys.stderr)\n    return 2 * x",
    }
    submit(root, "noisy", answered(notebook, **noisy))
    too_much = answered(notebook, **{**RIGHT, "double": "def double(x):\n    return -1.0"})
    too_much.cells[-1].source = "99.0"
    submit(root, "claims", too_much)
    run = nbgrader(shared_course, "autograde", "01_tiny")
    assert run.returncode == 0, run.stderr[-3000:]
    run = nbgrader(shared_course, "generate_feedback", "01_tiny")
    assert run.returncode == 0, run.stderr[-3000:]
    return shared_course


def scores(course: Course, student: str) -> dict[str, float | None]:
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        notebook = gradebook.find_submission_notebook("tiny", "01_tiny", student)
        return {grade.name: grade.auto_score for grade in notebook.grades}


def test_other_files_of_the_source_are_not_copied(graded: Course) -> None:
    for folder in ("assignments", "autograded", "feedback"):
        names = {part for path in (graded.root / folder).rglob("*") for part in path.parts}
        assert not names & {"mistakes", "variants", "reference"}
    with np.load(graded.root / "autograded/leak/01_tiny/model.npz") as weights:
        assert weights["W"].tolist() == [1, 1, 1]


def test_the_kernel_is_started_by_the_provisioner_of_our_kernelspec(graded: Course) -> None:
    notebook = nbformat.read(graded.root / "autograded/leak/01_tiny/tiny.ipynb", as_version=4)
    printed = next(c for c in notebook.cells if c.get("id") == "double").outputs[0].text
    assert "PYTHONNOUSERSITE" in printed
    assert "GRADER_SECRET" not in printed
    assert "hunter2" not in printed


def test_broken_json_ends_in_a_verdict(graded: Course) -> None:
    assert scores(graded, "broken")["double-test"] == 0
    assert "could not be read" in (graded.root / "feedback/broken/01_tiny/tiny.html").read_text()


def test_cells_tagged_skip_grading_are_not_run_in_grading_or_validation(
    graded: Course, tmp_path: Path
) -> None:
    notebook = nbformat.read(graded.root / "autograded/noisy/01_tiny/tiny.ipynb", as_version=4)
    assert next(c for c in notebook.cells if c.get("id") == "plot").outputs == []
    work = graded.root / "work.ipynb"
    nbformat.write(answered(graded.root / "assignments/01_tiny/tiny.ipynb", **RIGHT), work)
    run = nbgrader(graded, "validate", "work.ipynb")
    assert "Success! Your notebook passes all the tests." in run.stdout


@pytest.mark.slow
def test_validation_shows_the_whole_message_of_a_failing_check(graded: Course) -> None:
    work = graded.root / "wrong.ipynb"
    nbformat.write(answered(graded.root / "assignments/01_tiny/tiny.ipynb"), work)
    run = nbgrader(graded, "validate", "wrong.ipynb")
    assert "double: not started" in run.stdout
    wrong = answered(
        graded.root / "assignments/01_tiny/tiny.ipynb", **{**RIGHT, "double": "def double(x): return x + 2"}
    )
    nbformat.write(wrong, work)
    run = nbgrader(graded, "validate", "wrong.ipynb")
    assert "Two is added, not multiplied by." in run.stdout


def test_feedback_shows_no_hidden_lines(graded: Course) -> None:
    for page in graded.root.glob("feedback/*/01_tiny/tiny.html"):
        assert "hidden_" not in page.read_text()


def test_a_release_without_a_gradebook_is_registered_first(graded: Course) -> None:
    with Gradebook(f"sqlite:///{graded.root}/gradebook.db", "") as gradebook:
        assert [assignment.name for assignment in gradebook.assignments] == ["01_tiny"]


def test_submissions_from_zip_collect_are_graded_with_their_weights(course: Course) -> None:
    right = answered(course.root / "assignments/01_tiny/tiny.ipynb", **RIGHT)
    archive = course.root / "downloaded/01_tiny/archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "class.zip", "w") as file:
        file.writestr("li_01_tiny_attempt_2026-01-01-10-00-00_tiny.ipynb", nbformat.writes(right))
        file.writestr("li_01_tiny_attempt_2026-01-01-10-00-00_model.npz", "weights")
    pattern = r".*(?P<student_id>li)_01_tiny_attempt_(?P<timestamp>[0-9\-]+)_(?P<file_id>.*)"
    run = nbgrader(course, "zip_collect", "01_tiny", f"--FileNameCollectorPlugin.named_regexp={pattern}")
    assert run.returncode == 0, run.stderr[-2000:]
    collected = {path.name for path in (course.root / "submitted/li/01_tiny").iterdir()}
    assert collected == {"tiny.ipynb", "model.npz", "timestamp.txt"}
    (result,) = grade_assignment(course, "01_tiny", ["li"])
    assert result.points == 8


@pytest.mark.slow
def test_submissions_from_the_exchange_are_graded_with_their_time(course: Course, tmp_path: Path) -> None:
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.Exchange.root = {str(exchange)!r}\nc.CourseDirectory.course_id = 'nets'\n")
    desk = tmp_path / "desk"
    desk.mkdir()
    (desk / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.Exchange.root = {str(exchange)!r}\nc.CourseDirectory.course_id = 'nets'\n"
        f"c.Exchange.cache = {str(tmp_path / 'cache')!r}\n"
    )
    student = Course(desk)
    for here, *command in (
        (course, "release_assignment", "01_tiny"),
        (student, "fetch_assignment", "01_tiny"),
    ):
        run = nbgrader(here, *command)
        assert run.returncode == 0, run.stderr[-2000:]
    nbformat.write(answered(desk / "01_tiny/tiny.ipynb", **RIGHT), desk / "01_tiny/tiny.ipynb")
    np.savez(desk / "01_tiny/model.npz", W=np.ones(3))
    for here, *command in ((student, "submit", "01_tiny"), (course, "collect", "01_tiny")):
        run = nbgrader(here, *command)
        assert run.returncode == 0, run.stderr[-2000:]
    (submission,) = course.students("01_tiny")
    folder = course.root / "submitted" / submission / "01_tiny"
    assert {path.name for path in folder.iterdir()} >= {"tiny.ipynb", "model.npz", "timestamp.txt"}
    (result,) = grade_assignment(course, "01_tiny", [submission])
    assert result.points == 8
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "nets") as gradebook:
        found = gradebook.find_submission("01_tiny", submission)
        assert f"{found.timestamp:%Y-%m-%d %H:%M:%S}" in (folder / "timestamp.txt").read_text()


def test_a_written_answer_needs_manual_grading(graded: Course) -> None:
    assert scores(graded, "noisy")["q-why"] is None


@pytest.mark.slow
def test_a_copied_test_costs_nothing(graded: Course) -> None:
    assert scores(graded, "copied")["double-test"] == 2


def test_a_dead_kernel_costs_one_question(graded: Course) -> None:
    assert scores(graded, "dies") == {"double-test": 2, "total-test": 2, "square-test": 0, "q-why": None}


def test_stderr_costs_nothing(graded: Course) -> None:
    assert scores(graded, "noisy")["double-test"] == 2


def test_results_that_a_student_forges_have_no_effect(graded: Course) -> None:
    assert scores(graded, "claims")["double-test"] == 0


@pytest.mark.slow
def test_the_gradebook_is_created_without_an_activated_environment(course: Course) -> None:
    (course.root / "gradebook.db").unlink()
    submit(course.root, "li", answered(course.root / "assignments/01_tiny/tiny.ipynb", **RIGHT))
    environment = {**os.environ, "PATH": "/usr/bin:/bin"}
    run = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "01_tiny"],
        cwd=course.root,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert run.returncode == 0, run.stderr
    assert scores(course, "li")["square-test"] == 4
