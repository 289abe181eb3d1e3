"""Check whether a learner's copy is ready to be submitted: files, cells, weights, and results of the checks.

This works without the solutions, which students do not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import HOW_TO_RESTORE, METADATA, WORK, Course, how_to_start_again
from autograder.grading.collect.cells import Cell, UnreadableError, read_cells
from autograder.grading.collect.notebooks import find_notebooks, read_releases
from autograder.grading.execute import GradingExecute
from autograder.grading.graft import graft
from autograder.grading.tasks import declared, is_test, nbgrader_of, read_tasks, task_of
from autograder.outcome import Readiness, TaskState
from gradbook.classes import TEST_SUFFIX
from gradbook.errors import GradbookError
from gradbook.files import RELEASE
from gradbook.messages import Unusable
from gradbook.training.models import load_model


def check_readiness(course: Course, assignment: str) -> Readiness:
    """Check a learner's copy in ``work/`` before it is submitted: run its checks without storing anything.

    Parameters
    ----------
    course, assignment
        The course and the name of the assignment.

    Raises
    ------
    GradbookError
        If there is no copy, or no release to compare it with.
    """
    folder = course.folder(WORK) / assignment
    names = course.notebooks(assignment, RELEASE)
    if not names:
        msg = f"The notebooks of {assignment} are missing here."
        raise GradbookError(msg, expected=course.folder(RELEASE) / assignment, next=HOW_TO_RESTORE)
    if not folder.is_dir():
        msg = f"You have no copy of {assignment} yet."
        raise GradbookError(msg, expected=folder, next="gradbook lab")
    config = course.config()
    # Learners run their own code, so it needs no sandbox.
    config.GradingExecute.sandbox = "none"
    execute = GradingExecute(config=config)
    tasks: list[TaskState] = []
    problems: list[str] = []
    notes: list[str] = []
    releases = read_releases(course, assignment)
    found = find_notebooks(folder, releases)
    for name, release in releases.items():
        if name not in found:
            problems.append(f"{name}.ipynb is missing; gradbook lab creates a new copy")
            tasks += [TaskState(name, task, points, "missing") for task, points in _asked(release)]
            continue
        path, *others = found[name]
        if path != folder / f"{name}.ipynb":
            notes.append(f"{path.relative_to(folder)} would be graded as {name}.ipynb")
        notes += [
            f"{other.relative_to(folder)} holds {name}.ipynb too; it would not be graded" for other in others
        ]
        try:
            cells = read_cells(path)
        except UnreadableError as error:
            problems.append(f"{path.name} cannot be read: {error}; {how_to_start_again(path)}")
            tasks += [TaskState(name, task, points, "cannot be read") for task, points in _asked(release)]
            continue
        # Grafted as for grading, but without hidden tests; cells that the learner added are included.
        notebook = graft(cells, release, release)
        deleted = _deleted_answers(release, cells, notebook)
        problems += [
            f"{name}.ipynb: the cell of {cell} was deleted; gradbook reset restores it, without your answer"
            for cell in deleted
        ]
        problems += _weights(folder, release)
        odd = [
            note
            for note in notebook.metadata[METADATA]["notes"]
            if not any(f"`{cell}`" in note for cell in deleted)
        ]
        notes += [f"{name}.ipynb: {note}" for note in odd]
        execute.run(notebook, folder, seed=0)
        states = _states(release, notebook)
        tasks += [TaskState(name, task, points, states[task]) for task, points in _asked(release)]
    return Readiness(tasks, problems, notes)


def _asked(release: NotebookNode) -> list[tuple[str, float]]:
    """Return the tasks and questions of a notebook with their points, in order."""
    graded = [nbgrader_of(cell) for cell in release.cells if nbgrader_of(cell).get("grade")]
    return [(str(meta["grade_id"]).removesuffix(TEST_SUFFIX), float(meta["points"])) for meta in graded]


def _answers(release: NotebookNode) -> dict[str, NotebookNode]:
    """Return the solution cells, by id."""
    return {
        str(nbgrader_of(cell)["grade_id"]): cell
        for cell in release.cells
        if nbgrader_of(cell).get("solution")
    }


def _deleted_answers(release: NotebookNode, cells: Sequence[Cell], notebook: NotebookNode) -> list[str]:
    """Return the ids of solution cells that were deleted, without those that only lost their metadata."""
    there = {cell.grade_id for cell in cells} | {cell.id for cell in cells}
    written = _answers(notebook)
    return [
        id_
        for id_, cell in _answers(release).items()
        if not {id_, cell.get("id")} & there and written[id_].source == cell.source
    ]


def _weights(folder: Path, release: NotebookNode) -> Iterator[str]:
    for task in read_tasks(release).values():
        if task.weights:
            try:
                load_model(folder / task.weights)
            except Unusable as error:
                missing = not (folder / task.weights).is_file()
                why = "is missing" if missing else error.verdict.rstrip(".")
                yield f"{task.weights}: {why}; run the cell that trains {task.id} and saves the weights"


def _states(release: NotebookNode, notebook: NotebookNode) -> Mapping[str, str]:
    """Return the state of each task and question of an executed notebook."""
    given = _answers(release)
    states = {
        id_: "not answered" if cell.source.strip() == given[id_].source.strip() else "answered"
        for id_, cell in _answers(notebook).items()
        if nbgrader_of(cell).get("grade")
    }
    return states | {task_of(cell): _state(cell) for cell in notebook.cells if is_test(cell)}


def _state(cell: NotebookNode) -> str:
    """Return the state of a task from the output of its executed graded cell."""
    stopped = declared(cell).get("run")
    if stopped:
        return str(stopped)
    texts = [str(o.get("text") or o.get("data", {}).get("text/plain", "")) for o in cell.outputs]
    message = next((text for text in texts if text.startswith(f"{task_of(cell)}:")), "")
    line = message.partition("\n")[0].removeprefix(f"{task_of(cell)}:").strip()
    return (
        "checks passed" if re.fullmatch(r"\d+ checks? passed\.", line) else line or "its check has no output"
    )
