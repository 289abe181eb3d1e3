"""A new course is sound, and can be graded with the commands in its README."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import Course
from autograder.grading.kernels.sandbox import bubblewrap_problem
from autograder.grading.notebook_spec import prepare
from autograder.grading.tasks import reference_of, with_solutions
from autograder.starter import make_course
from gradbook.errors import GradbookError

run = CliRunner().invoke


@pytest.mark.slow
def test_the_new_course_is_sound_and_grades_a_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = run(app, ["new", "my-course"], catch_exceptions=False)
    assert made.exit_code == 0, made.output
    root = tmp_path / "my-course"
    monkeypatch.chdir(root)
    if bubblewrap_problem() is not None:
        with (root / "nbgrader_config.py").open("a") as config:
            config.write('c.GradingExecute.sandbox = "none"\n')
    released = run(app, ["release"], catch_exceptions=False)
    assert "01_first: first.ipynb" in released.output
    (spec,) = prepare(Course(root), "01_first")
    solutions = reference_of(spec.source)
    for student, cell in [
        ("right", solutions["standardize"]),
        ("wrong", spec.mistakes[0].cell(solutions["standardize"])),
    ]:
        (root / "submitted" / student / "01_first").mkdir(parents=True)
        notebook = with_solutions(spec.release, solutions | {"standardize": cell})
        nbformat.write(notebook, root / "submitted" / student / "01_first/first.ipynb")
    graded = run(app, ["grade", "01_first", "--json"], catch_exceptions=False)
    assert graded.exit_code == 0, graded.output
    assert spec.mistakes[0].title in graded.output
    assert run(app, ["report", "01_first"]).exit_code == 0
    assert run(app, ["export", "--format", "canvas"]).exit_code == 0


def test_every_command_in_its_readme_exists(tmp_path: Path) -> None:
    text = (make_course(tmp_path / "course") / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# course\n")
    verbs = set(re.findall(r"^gradbook (\w+)", text, re.MULTILINE))
    assert len(verbs) > 5
    assert verbs <= {command.name or command.callback.__name__ for command in _commands()}


def _commands() -> list:  # type: ignore[type-arg]
    return [
        command for group in app.registered_groups for command in group.typer_instance.registered_commands
    ]


def test_existing_files_are_not_changed(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine")
    with pytest.raises(GradbookError, match="Something is already there"):
        make_course(tmp_path / "full")
    with pytest.raises(GradbookError, match="cannot be called"):
        make_course(tmp_path / "my course; rm")
    assert [path.name for path in tmp_path.rglob("*")] == ["full", "mine.txt"]
    (tmp_path / "empty").mkdir()
    assert (make_course(tmp_path / "empty") / "nbgrader_config.py").is_file()
