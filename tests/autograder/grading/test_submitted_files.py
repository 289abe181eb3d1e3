"""Work is found whatever its file is called, and wherever its cell stands."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.course import Course
from autograder.grading.collect.cells import read_cells
from autograder.grading.collect.notebooks import find_notebooks, read_releases
from autograder.grading.graft import graft
from autograder.grading.notebook_spec import prepare
from autograder.grading.tasks import is_solution, reference_of, task_of, with_solutions
from autograder.outcome import Result
from tests.support.courses import RIGHT, answered, first, grade_assignment

REPOSITORY = Course.find(Path(__file__))


def released(course: Course) -> Path:
    return course.root / "assignments/01_tiny/tiny.ipynb"


def graded(course: Course, **files: NotebookNode) -> Result:
    folder = course.root / "submitted/li/01_tiny"
    for name, notebook in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
    (result,) = grade_assignment(course, "01_tiny", ["li"])
    return result


@pytest.mark.parametrize(
    "name",
    [
        "tiny.ipynb.json",
        "tiny.ipynb.txt",
        "tiny.json",
        "TINY.IPYNB",
        "tiny",
        "my work/tiny.ipynb",
        "a/b/homework one.ipynb",
        "01-tiny.ipynb",
    ],
)
def test_a_notebook_is_found_by_its_content(course: Course, name: str) -> None:
    folder = course.root / "submitted/li/01_tiny"
    path = folder / name
    path.parent.mkdir(parents=True)
    path.write_text(nbformat.writes(answered(released(course), **RIGHT)))
    (folder / "notes.json").write_text('{"cells": []}')
    found = find_notebooks(folder, read_releases(course, "01_tiny"))
    assert found == {"tiny": [path]}


def test_a_notebook_under_another_name_is_graded(course: Course) -> None:
    result = graded(course, **{"my work/tiny.ipynb.json": answered(released(course), **RIGHT)})
    assert result.points == result.max_points
    assert "my work/tiny.ipynb.json was graded as tiny.ipynb" in result.notes


def test_an_answered_copy_is_graded_and_not_the_blank_original(course: Course) -> None:
    result = graded(
        course,
        **{
            "tiny.ipynb": answered(released(course)),
            "tiny (1).ipynb": answered(released(course), **RIGHT),
        },
    )
    assert result.points == result.max_points
    assert "tiny.ipynb holds tiny.ipynb too; it was not graded" in result.notes


def test_the_original_comes_before_a_copy_if_both_are_answered(course: Course) -> None:
    copy = answered(released(course), double=RIGHT["double"])
    result = graded(course, **{"tiny.ipynb": answered(released(course), **RIGHT), "tiny (1).ipynb": copy})
    assert result.points == result.max_points


def test_the_files_of_a_submission_without_the_notebook_are_named(course: Course) -> None:
    folder = course.root / "submitted/li/01_tiny"
    folder.mkdir(parents=True)
    (folder / "tiny.pdf").write_bytes(b"%PDF")
    (result,) = grade_assignment(course, "01_tiny", ["li"])
    assert result.points == 0
    assert result.notes == ["tiny.ipynb was not submitted; the submission holds tiny.pdf"]


def test_notebooks_of_one_assignment_are_distinguished_by_their_content(tmp_path: Path) -> None:
    releases = read_releases(REPOSITORY, "03_linear")
    for name, other in (("svm", "softmax"), ("softmax", "svm")):
        nbformat.write(releases[name], tmp_path / f"{other}.ipynb")
    found = find_notebooks(tmp_path, releases)
    assert found == {"svm": [tmp_path / "softmax.ipynb"], "softmax": [tmp_path / "svm.ipynb"]}


def test_the_newest_of_two_copies_is_found_first(course: Course, tmp_path: Path) -> None:
    folder = tmp_path / "submission"
    folder.mkdir()
    for age, name in enumerate(["tiny (2).ipynb", "tiny (1).ipynb"]):
        nbformat.write(answered(released(course), **RIGHT), folder / name)
        os.utime(folder / name, (1000 - age, 1000 - age))
    found = find_notebooks(folder, read_releases(course, "01_tiny"))
    assert found["tiny"] == [folder / "tiny (2).ipynb", folder / "tiny (1).ipynb"]


@pytest.mark.parametrize("name", [".hidden.ipynb", ".ipynb_checkpoints/tiny.ipynb", "link.ipynb"])
def test_hidden_files_and_links_are_no_notebooks(course: Course, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "submission"
    (folder / ".ipynb_checkpoints").mkdir(parents=True)
    if name == "link.ipynb":
        (folder / name).symlink_to(released(course))
    else:
        nbformat.write(answered(released(course), **RIGHT), folder / name)
    assert find_notebooks(folder, read_releases(course, "01_tiny")) == {}


def below_the_stub(notebook: NotebookNode) -> None:
    at = notebook.cells.index(first(notebook, "double"))
    notebook.cells.insert(at + 1, nbformat.v4.new_code_cell(RIGHT["double"]))


def above_the_stub(notebook: NotebookNode) -> None:
    at = notebook.cells.index(first(notebook, "double"))
    notebook.cells.insert(at, nbformat.v4.new_code_cell(RIGHT["double"]))


def at_the_end(notebook: NotebookNode) -> None:
    notebook.cells.append(nbformat.v4.new_code_cell(RIGHT["double"]))


def without_metadata(notebook: NotebookNode) -> None:
    first(notebook, "double").source = RIGHT["double"]
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = {}


@pytest.mark.parametrize("move", [below_the_stub, above_the_stub, at_the_end, without_metadata])
def test_a_solution_counts_wherever_it_stands(course: Course, move: Callable[[NotebookNode], None]) -> None:
    others = {task: text for task, text in RIGHT.items() if task != "double"}
    notebook = answered(released(course), **others)
    move(notebook)
    result = graded(course, **{"tiny.ipynb": notebook})
    assert {outcome.task: outcome.verdict for outcome in result.outcomes} == dict.fromkeys(
        ("double", "total", "square"), "right"
    )


def test_solutions_in_a_single_cell_count(course: Course) -> None:
    notebook = answered(released(course))
    text = "\n\n".join(RIGHT[task] for task in ("square", "total", "double"))
    notebook.cells.append(nbformat.v4.new_code_cell(text))
    result = graded(course, **{"tiny.ipynb": notebook})
    assert result.points == result.max_points


def test_methods_of_one_name_are_distinguished_by_their_classes(tmp_path: Path) -> None:
    (spec,) = prepare(REPOSITORY, "09_graphs")
    reference = reference_of(spec.source)
    notebook = with_solutions(spec.release, reference)
    for number, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"cell-{number}", {}
    path = tmp_path / "graphs.ipynb"
    path.write_text(json.dumps(notebook))
    grafted = graft(read_cells(path), spec.source, spec.release)
    placed = {task_of(cell): cell.source for cell in grafted.cells if is_solution(cell)}
    assert [task for task in spec.tasks if placed[task].strip() != reference[task].strip()] == []


def test_a_written_answer_below_its_question_waits_for_a_person(course: Course) -> None:
    notebook = answered(released(course), **RIGHT)
    at = notebook.cells.index(first(notebook, "q-why"))
    notebook.cells[at] = nbformat.read(released(course), as_version=4).cells[at]
    notebook.cells.insert(at + 1, nbformat.v4.new_markdown_cell("Because each term is doubled."))
    result = graded(course, **{"tiny.ipynb": notebook})
    assert "The answer to `q-why` was written below its cell; it was taken from there." in result.notes
    judged = result.notebooks["tiny"]
    assert first(judged, "q-why").source == "Because each term is doubled."
