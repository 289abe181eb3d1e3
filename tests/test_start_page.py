"""The page that JupyterLab opens on says what is done and what is next, and replaces no file of others."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.course import Course
from autograder.lab import copy_missing
from autograder.start_page import standings, write_start_page

ROOT = Path(__file__).parents[1]


@pytest.fixture
def learner(course: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Course:
    monkeypatch.setenv("AUTOGRADER_DATA", str(tmp_path / "data"))
    copy_missing(course)
    return course


def say(course: Course, **said: str) -> None:
    """Save the notebook with what its checks said."""
    path = course.root / "work/01_tiny/tiny.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        task = cell.id.removesuffix("-test")
        if task in said and cell.id != task:
            cell.execution_count = 1
            cell.outputs = [nbformat.v4.new_output("display_data", {"text/plain": said[task]})]
    nbformat.write(notebook, path)


def test_what_is_done_is_what_the_checks_said(learner: Course) -> None:
    say(learner, double="double: 2 checks passed.", total="total: total: 1 of 1 values differ.")
    (standing,) = standings(learner)
    assert (standing.title, standing.tasks, standing.passed, standing.is_done) == ("Tiny", 3, 1, False)
    page = write_start_page(learner)
    assert page is not None
    text = page.read_text(encoding="utf-8")
    assert "**Go on with [Tiny](01_tiny/tiny.ipynb).** 1 of 3 tasks are done." in text
    assert "CIFAR-10" not in text
    assert "`autograder check ASSIGNMENT`" in text
    for task in ("double", "total", "square"):
        say(learner, **{task: f"{task}: 1 check passed."})
    write_start_page(learner)
    assert "All 3 tasks are done." in page.read_text(encoding="utf-8")


def test_a_notebook_just_copied_is_next(learner: Course) -> None:
    page = write_start_page(learner)
    assert page is not None
    assert "**Next: [Tiny](01_tiny/tiny.ipynb).** 0 of 3" in page.read_text(encoding="utf-8")


def test_a_file_of_the_learners_stays(learner: Course) -> None:
    place = learner.root / "work/START.md"
    place.write_text("my notes")
    assert write_start_page(learner) is None
    assert place.read_text() == "my notes"


@pytest.mark.parametrize(
    "text", ["", "{", '{"cells": [3, {"metadata": 5}, {"outputs": [1], "metadata": {}}]}']
)
def test_a_damaged_notebook_stops_nothing(learner: Course, text: str) -> None:
    (learner.root / "work/01_tiny/tiny.ipynb").write_text(text)
    assert write_start_page(learner) is not None


def test_notebooks_come_after_those_that_they_build_on() -> None:
    names = [f"{one.assignment}/{one.notebook}" for one in standings(Course(ROOT))]
    assert names.index("03_linear/svm") < names.index("03_linear/softmax")
    assert names.index("04_two_layer_net/two_layer_net") < names.index("04_two_layer_net/features")
    assert names.index("05_optimization/initialization") < names.index("05_optimization/optimizers")


def test_where_there_are_no_solutions_nothing_is_said_of_grading(learner: Course) -> None:
    shutil.rmtree(learner.folder("source_solutions"))
    page = write_start_page(learner)
    assert page is not None
    text = page.read_text(encoding="utf-8")
    assert "`autograder check ASSIGNMENT`" not in text
    assert "`autograder check ASSIGNMENT --before-submitting`" in text


def test_where_notebooks_learn_from_pictures_it_says_which_are_there(learner: Course) -> None:
    released = learner.folder("assignments") / "01_tiny/tiny.ipynb"
    notebook = nbformat.read(released, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("images = load_images()"))
    nbformat.write(notebook, released)
    page = write_start_page(learner)
    assert page is not None
    assert "- CIFAR-10: " in page.read_text(encoding="utf-8")
