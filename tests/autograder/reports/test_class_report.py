"""The class report: self-contained, harmless, and on request without names."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import Course
from autograder.outcome import ClassResults, Outcome, Result
from autograder.reports.class_report import page
from tests.support.courses import RIGHT, answered, submit

NOON = datetime(2026, 1, 2, 12, 0)
HOSTILE = "<img src=x onerror=alert(1)>"


def a_class(size: int = 200, tasks: int = 15) -> ClassResults:
    outcomes = [Outcome(f"task_{i}", i % 3, 2, "wrong", "A name.", "A message.") for i in range(tasks)]
    names = [HOSTILE, "李雷", *(f"student-{i:03}" for i in range(size - 2))]
    results = [Result(name, {}, outcomes, [f"note of {name}"], 1.5, 2**27) for name in names]
    return ClassResults("02_knn", results, missing=["zhou"], failed=["joe"], by_hand=3)


def test_the_report_of_a_large_class_is_one_small_file_without_external_resources() -> None:
    text = page(a_class(), NOON)
    assert len(text.encode()) < 5 * 2**20
    assert not re.search(r"(src|href)\s*=|url\(|@import|https?:", text.replace("&lt;img src=x", ""))
    assert "default-src 'none'" in text
    for part in (
        "200 graded",
        "1 not submitted",
        "1 not graded",
        "3 still need",
        "李雷",
        "zhou",
        "joe",
        "A name.",
    ):
        assert part in text


def test_student_ids_are_escaped() -> None:
    text = page(a_class(), NOON)
    assert HOSTILE not in text
    assert "&lt;img src=x" in text
    assert "\u202e" not in page(ClassResults("a", [Result("li\u202e", {}, [])]), NOON)


def test_names_can_be_hidden() -> None:
    text = page(a_class().without_names(), NOON)
    assert not [name for name in ("李雷", "zhou", "joe", "student-001", "onerror") if name in text]
    assert "student 001" in text


def test_a_class_without_submissions_has_a_report() -> None:
    text = page(ClassResults("02_knn", [], missing=["li"]), NOON)
    assert "0 graded, 1 not submitted" in text


@pytest.mark.slow
def test_the_command_writes_the_results_of_grading(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course.root)
    run = CliRunner().invoke
    nothing = run(app, ["report", "01_tiny"])
    assert str(nothing.exception).startswith("01_tiny has not been graded yet.")
    release = course.root / "assignments/01_tiny/tiny.ipynb"
    submit(course.root, "li", answered(release, **RIGHT))
    submit(course.root, "zhou", answered(release, **{**RIGHT, "double": "def double(x):\n    return x + 2"}))
    assert run(app, ["grade", "01_tiny"]).exit_code == 0
    submit(course.root, "late", answered(release))
    done = run(app, ["report", "01_tiny"])
    assert done.exit_code == 0, done.output
    text = Path(course.root / "reports/01_tiny.html").read_text(encoding="utf-8")
    assert "Two is added, not multiplied by." in text
    assert "2 graded, 1 not graded" in text
    assert run(app, ["report", "01_tiny", "--hide-names", "--output", "shown.html"]).exit_code == 0
    assert "zhou" not in Path("shown.html").read_text(encoding="utf-8")
