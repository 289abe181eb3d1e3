"""The start page lists finished tasks and the next notebook, and does not replace the learner's files."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.course import Course
from autograder.learning.lab import copy_missing
from autograder.learning.start_page import standings, write_start_page

ROOT = Path(__file__).parents[2]


@pytest.fixture
def learner(course: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Course:
    monkeypatch.setenv("AUTOGRADER_DATA", str(tmp_path / "data"))
    copy_missing(course)
    return course


def save_outputs(course: Course, **outputs: str) -> None:
    """Save the notebook with these outputs of its checks."""
    path = course.root / "work/01_tiny/tiny.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        task = cell.id.removesuffix("-test")
        if task in outputs and cell.id != task:
            cell.execution_count = 1
            cell.outputs = [nbformat.v4.new_output("display_data", {"text/plain": outputs[task]})]
    nbformat.write(notebook, path)


def test_a_task_is_done_if_its_checks_passed(learner: Course) -> None:
    save_outputs(learner, double="double: 2 checks passed.", total="total: total: 1 of 1 values differ.")
    (standing,) = standings(learner)
    assert (standing.title, standing.tasks, standing.passed, standing.is_done) == ("Tiny", 3, 1, False)
    page = write_start_page(learner)
    assert page is not None
    text = page.read_text(encoding="utf-8")
    assert "**Continue with [Tiny](01_tiny/tiny.ipynb).** 1 of 3 tasks are done." in text
    assert "CIFAR-10" not in text
    assert "`gradbook check ASSIGNMENT`" in text
    for task in ("double", "total", "square"):
        save_outputs(learner, **{task: f"{task}: 1 check passed."})
    write_start_page(learner)
    assert "All 3 tasks are done." in page.read_text(encoding="utf-8")


def test_a_newly_copied_notebook_is_next(learner: Course) -> None:
    page = write_start_page(learner)
    assert page is not None
    assert "**Next: [Tiny](01_tiny/tiny.ipynb).** 0 of 3" in page.read_text(encoding="utf-8")


def test_the_learners_own_file_is_kept(learner: Course) -> None:
    place = learner.root / "work/START.md"
    place.write_text("my notes")
    assert write_start_page(learner) is None
    assert place.read_text() == "my notes"


@pytest.mark.parametrize(
    "text", ["", "{", '{"cells": [3, {"metadata": 5}, {"outputs": [1], "metadata": {}}]}']
)
def test_a_damaged_notebook_does_not_prevent_the_page(learner: Course, text: str) -> None:
    (learner.root / "work/01_tiny/tiny.ipynb").write_text(text)
    assert write_start_page(learner) is not None


def test_notebooks_come_after_their_dependencies() -> None:
    names = [f"{one.assignment}/{one.notebook}" for one in standings(Course(ROOT))]
    assert names.index("03_linear/svm") < names.index("03_linear/softmax")
    assert names.index("04_two_layer_net/two_layer_net") < names.index("04_two_layer_net/features")
    assert names.index("05_optimization/initialization") < names.index("05_optimization/optimizers")


def test_without_solutions_the_page_does_not_mention_grading(learner: Course) -> None:
    shutil.rmtree(learner.folder("source_solutions"))
    page = write_start_page(learner)
    assert page is not None
    text = page.read_text(encoding="utf-8")
    assert "`gradbook check ASSIGNMENT`" not in text
    assert "`gradbook check ASSIGNMENT --before-submitting`" in text


def test_the_page_lists_the_images_if_notebooks_use_them(learner: Course) -> None:
    released = learner.folder("assignments") / "01_tiny/tiny.ipynb"
    notebook = nbformat.read(released, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("images = load_images()"))
    nbformat.write(notebook, released)
    page = write_start_page(learner)
    assert page is not None
    assert "- CIFAR-10: " in page.read_text(encoding="utf-8")
