"""Each notebook runs from top to bottom, as a person runs it: solved, and as released."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder.course import SKIP_TAG, Course
from autograder.grading.tasks import is_test, task_of

COURSE = Course.find(Path(__file__))
NOTEBOOKS = [
    (assignment, name) for assignment in COURSE.assignments() for name in COURSE.notebooks(assignment)
]


#: The notebooks that use functions from an earlier notebook.
CARRYING = [
    (assignment, name)
    for assignment, name in NOTEBOOKS
    if "carry_over(" in (COURSE.folder("source_solutions") / assignment / f"{name}.ipynb").read_text("utf-8")
]


def run(
    part: str,
    assignment: str,
    name: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    earlier: bool = True,
) -> NotebookNode:
    """Run a notebook of the source or the release on the built-in data, in folders like those of the course.

    With `earlier`, the earlier notebooks that it may carry functions over from lie beside it. Without it,
    cells that only draw or train are left out.
    """
    monkeypatch.setenv("AUTOGRADER_DATASET", "shapes10")
    monkeypatch.setenv("AUTOGRADER_DATA", str(COURSE.folder("datasets")))
    monkeypatch.setenv("NBGRADER_EXECUTION", "")
    # Tests run notebooks in parallel: with several threads each, they would slow each other down.
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    beside = [other for other in NOTEBOOKS if other[0] <= assignment] if earlier else [(assignment, name)]
    for there, other in beside:
        (folder / there).mkdir(exist_ok=True)
        shutil.copy(COURSE.folder(part) / there / f"{other}.ipynb", folder / there)
    notebook = nbformat.read(folder / assignment / f"{name}.ipynb", as_version=4)
    if not earlier:
        notebook.cells = [
            cell
            for cell in notebook.cells
            if SKIP_TAG not in cell.metadata.get("tags", []) or "carry_over(" in cell.source
        ]
    NotebookClient(
        notebook,
        kernel_name="python3",
        allow_errors=True,
        timeout=240,
        resources={"metadata": {"path": str(folder / assignment)}},
    ).execute()
    return notebook


def outputs(cell: NotebookNode, kind: str) -> list[NotebookNode]:
    return [output for output in cell.get("outputs", []) if output.output_type == kind]


@pytest.mark.trial
@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_the_solved_notebook_runs_from_top_to_bottom(
    assignment: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = run("source_solutions", assignment, name, tmp_path, monkeypatch)
    for cell in notebook.cells:
        assert outputs(cell, "error") == [], cell.id
        # A progress bar on stderr would be shown in a red box, which looks like an error.
        assert [out.text for out in outputs(cell, "stream") if out.name == "stderr"] == [], cell.id
    shown = next(cell for cell in notebook.cells if cell.id == "progress").outputs[0].data["text/plain"]
    assert shown.count("✓") == sum(is_test(cell) for cell in notebook.cells)


@pytest.mark.slow
@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_the_released_notebook_says_not_started_and_shows_no_traceback(
    assignment: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = run("assignments", assignment, name, tmp_path, monkeypatch)
    tests = [cell for cell in notebook.cells if is_test(cell)]
    assert tests
    for cell in tests:
        (error,) = outputs(cell, "error")
        assert error.ename == "CheckFailed"
        (line,) = error.traceback
        assert re.fullmatch(rf"{task_of(cell)}: not started.*", line), line


@pytest.mark.slow
@pytest.mark.parametrize(("assignment", "name"), CARRYING)
def test_without_the_earlier_notebooks_every_task_works_and_one_message_says_what_is_missing(
    assignment: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = run("source_solutions", assignment, name, tmp_path, monkeypatch, earlier=False)
    carrying = [cell for cell in notebook.cells if cell.cell_type == "code" and "carry_over(" in cell.source]
    for cell in carrying:
        (error,) = outputs(cell, "error")
        assert error.ename == "CheckFailed"
        assert error.traceback[0].startswith("carry_over: there is no notebook ")
        assert re.fullmatch(r"  next step     do \S+ first, or put its folder there", error.traceback[-1])
    tests = [cell for cell in notebook.cells if is_test(cell)]
    # Training needs functions from earlier notebooks: without them there are no weights to check.
    trained = [cell for cell in tests if "weights" in cell.metadata.get("autograder", {})]
    for cell in trained:
        (error,) = outputs(cell, "error")
        assert error.traceback == [f"{task_of(cell)}: not started"]
    assert [cell.id for cell in tests if cell not in trained and outputs(cell, "error")] == []
