"""The demo grades a class of twelve, and leaves no processes running."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from autograder import demo
from autograder.course import Course
from autograder.grading.mistakes import distribute, read_solutions
from autograder.outcome import Outcome, Result

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_demo_grades_a_class_of_twelve_and_identifies_every_mistake(tmp_path: Path) -> None:
    before = {process.pid for process in psutil.process_iter()}
    environment = {**os.environ, "COLUMNS": "150", "TMPDIR": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-m", "autograder", "demo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    known = read_solutions(ROOT / "source_solutions/02_knn/mistakes/knn.py")
    for mistake in known:
        assert mistake.title in re.sub(r"\s+", " ", run.stdout)
    assert f"12 submissions graded. All {len(known)} known mistakes were identified" in run.stdout
    assert re.search(r"^ perfect .* 18/18 +all right", run.stdout, re.MULTILINE)
    assert re.search(r"^ blank .* 0/18 +not started", run.stdout, re.MULTILINE)
    assert "time limit 10 s" in run.stdout
    assert "graded with the reference in place of" in run.stdout
    (folder,) = re.findall(r"Feedback pages, one per student: (.*)", run.stdout)
    assert len(list(Path(folder).glob("*/02_knn/knn.html"))) == 12
    left = [
        process
        for process in psutil.process_iter(["pid", "environ"])
        if process.pid not in before and (process.info["environ"] or {}).get("TMPDIR") == str(tmp_path)
    ]
    assert left == []
    # The clone itself is unchanged.
    assert not (ROOT / "submitted/perfect").exists()


def test_without_the_demos_source_the_demo_fails_and_leaves_no_files(course: Course, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    run = subprocess.run(
        [sys.executable, "-m", "autograder", "demo"],
        cwd=course.root,
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    assert run.returncode == 1
    assert "gradbook: The demo needs the source of 02_knn, which is missing here." in run.stderr
    assert "git checkout source_solutions" in run.stderr
    assert list(temporary.iterdir()) == []


def outcome(task: str, points: float, mistake: str | None = None) -> Outcome:
    return Outcome(task, points, 2, "right" if points == 2 else "wrong", mistake)


@pytest.mark.parametrize(
    ("result", "surprise"),
    [
        (Result("li", {}, [outcome("a", 2), outcome("b", 2)]), "li, a: expected lost points for a mistake"),
        (
            Result("li", {}, [outcome("a", 0, "M"), outcome("b", 0)]),
            "li, b: expected full points, got: wrong",
        ),
        (
            Result("li", {}, [outcome("a", 0, "N"), outcome("b", 2)]),
            "li, a: expected the mistake 'M', got 'N'",
        ),
        (Result("li", {}, [], failure="OSError"), "li was not graded"),
        (Result("wang", {}, []), "li was not graded"),
    ],
)
def test_the_demo_reports_unexpected_results(result: Result, surprise: str) -> None:
    (found,) = demo.surprises([demo.Student("li", "", {"a": "M"})], [result])
    assert found.startswith(surprise)
    assert (
        demo.surprises([demo.Student("li", "", {"a": "M"})], [Result("li", {}, [outcome("a", 0, "M")])]) == []
    )


def test_all_mistakes_are_distributed(tmp_path: Path) -> None:
    known = read_solutions(Course(ROOT).folder("source_solutions") / "02_knn/mistakes/knn.py")
    shares = distribute(known, demo.MISTAKEN)
    assert sorted(m.name for share in shares for m in share) == sorted(m.name for m in known)
    assert all(len({m.task for m in share}) == len(share) for share in shares)
    assert len(shares) == 8
