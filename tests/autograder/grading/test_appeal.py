"""`gradbook explain` shows how a task was graded, and its script computes the same."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import Course
from gradbook.errors import GradbookError
from tests.support.courses import RIGHT, answered, submit


@pytest.fixture
def appealing(course: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    monkeypatch.chdir(course.root)
    released = course.root / "assignments/01_tiny/tiny.ipynb"
    wrong = {**RIGHT, "double": "def double(x):\n    return x + 2"}
    submit(course.root, "li", answered(released, **wrong))
    return course


def explained(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["explain", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_known_mistake_is_explained_with_its_answers(appealing: Course) -> None:
    text = explained("01_tiny", "li", "double")
    assert "double: 0 of 2 points, wrong" in text
    assert "Known mistake: Two is added, not multiplied by." in text
    assert "Run 1: the student's code alone" in text
    assert text.count("5 of 5 values differ") == 2


def test_both_runs_of_a_dependent_task_are_shown(appealing: Course) -> None:
    text = explained("01_tiny", "li", "total")
    assert "total: 2 of 2 points, right" in text
    assert "Run 2: with the reference solution of double" in text
    first, second = (line for line in text.splitlines() if line.startswith("  run "))
    assert "the value differs" in first
    assert second.endswith(": right")


def test_the_script_computes_the_answers_again(appealing: Course) -> None:
    explained("01_tiny", "li", "total", "--output", "appeal.py")
    script = appealing.root / "appeal.py"
    assert script.stat().st_mode & 0o077 == 0
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert "---- sum\n" in run.stdout
    assert "got " in run.stdout
    expected = next(line for line in explained("01_tiny", "li", "total").splitlines() if "expected" in line)
    value = float(expected.split()[-1])
    assert any(
        line.startswith("got ") and abs(float(line[4:]) - value) < 1e-4 for line in run.stdout.splitlines()
    )


def test_what_is_not_there_is_named(appealing: Course) -> None:
    with pytest.raises(GradbookError, match="Did you mean 'double'"):
        explained("01_tiny", "li", "doubl")
    with pytest.raises(GradbookError, match="wang has not submitted tiny"):
        explained("01_tiny", "wang", "double")


def test_an_unknown_sandbox_is_a_usage_error(appealing: Course) -> None:
    result = CliRunner().invoke(app, ["explain", "01_tiny", "li", "double", "--sandbox", "docker"])
    assert result.exit_code == 2
    assert "'docker' is not one of" in result.output
