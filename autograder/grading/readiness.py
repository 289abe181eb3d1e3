"""Is a learner's copy ready to be handed in? Its files, its cells, its weights, and what the checks say.

Nothing here needs the solutions: students have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import (
    HOW_TO_RESTORE,
    METADATA,
    RELEASE,
    TEST_SUFFIX,
    WORK,
    Course,
    how_to_start_again,
)
from autograder.errors import AutograderError
from autograder.grading.collect.folder import find_notebook
from autograder.grading.execute import GradingExecute
from autograder.grading.graft import Cell, UnreadableError, graft, read_cells
from autograder.grading.tasks import (
    declared,
    is_test,
    nbgrader_of,
    read_notebook,
    read_tasks,
    task_of,
)
from autograder.notebook.messages import Unusable
from autograder.notebook.training.models import load_model
from autograder.results.readiness import Readiness, TaskState


def look(course: Course, assignment: str) -> Readiness:
    """Look at a learner's copy as it would be handed in; its checks are run, and nothing is written.

    Parameters
    ----------
    course, assignment
        Whose copy, in ``work/``.

    Raises
    ------
    AutograderError
        When there is no copy, or no release to compare it with.
    """
    folder = course.folder(WORK) / assignment
    names = course.notebooks(assignment, RELEASE)
    if not names:
        msg = f"The notebooks of {assignment} are not here."
        raise AutograderError(msg, expected=course.folder(RELEASE) / assignment, next=HOW_TO_RESTORE)
    if not folder.is_dir():
        msg = f"You have no copy of {assignment} yet."
        raise AutograderError(msg, expected=folder, next="autograder lab")
    config = course.config()
    # One's own code needs no walls against oneself.
    config.GradingExecute.sandbox = "none"
    execute = GradingExecute(config=config)
    tasks: list[TaskState] = []
    problems: list[str] = []
    notes: list[str] = []
    for name in names:
        release = read_notebook(course.folder(RELEASE) / assignment / f"{name}.ipynb")
        path = find_notebook(folder, name, names)
        if path is None:
            problems.append(f"{name}.ipynb is missing; autograder lab puts a new copy there")
            tasks += [TaskState(name, task, points, "missing") for task, points in _asked(release)]
            continue
        if path.name != f"{name}.ipynb":
            problems.append(f"{path.name} is to be called {name}.ipynb")
        try:
            cells = read_cells(path)
        except UnreadableError as error:
            problems.append(f"{path.name} cannot be read: {error}; {how_to_start_again(path)}")
            tasks += [TaskState(name, task, points, "cannot be read") for task, points in _asked(release)]
            continue
        # As grading does it, without what is hidden: helpers in cells of one's own come along.
        notebook = graft(cells, release, release)
        gone = _gone(release, cells, notebook)
        problems += [
            f"{name}.ipynb: the cell of {cell} is gone; autograder reset brings it back, empty"
            for cell in gone
        ]
        problems += _weights(folder, release)
        odd = [
            note
            for note in notebook.metadata[METADATA]["notes"]
            if not any(f"`{cell}`" in note for cell in gone)
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
    """Return the cells that a student writes in, by id."""
    return {
        str(nbgrader_of(cell)["grade_id"]): cell
        for cell in release.cells
        if nbgrader_of(cell).get("solution")
    }


def _gone(release: NotebookNode, cells: Sequence[Cell], notebook: NotebookNode) -> list[str]:
    """Return the ids of answers that are in no cell any more, whatever became of its metadata."""
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
                why = "is not there yet" if missing else error.verdict.rstrip(".")
                yield f"{task.weights}: {why}; run the cell that trains {task.id}, then save_model writes it"


def _states(release: NotebookNode, notebook: NotebookNode) -> Mapping[str, str]:
    """Return where each task and question of a learner's notebook stands, once it ran."""
    given = _answers(release)
    states = {
        id_: "not answered" if cell.source.strip() == given[id_].source.strip() else "answered"
        for id_, cell in _answers(notebook).items()
        if nbgrader_of(cell).get("grade")
    }
    return states | {task_of(cell): _state(cell) for cell in notebook.cells if is_test(cell)}


def _state(cell: NotebookNode) -> str:
    """Return in a line what a graded cell said when it ran."""
    stopped = declared(cell).get("run")
    if stopped:
        return str(stopped)
    texts = [str(o.get("text") or o.get("data", {}).get("text/plain", "")) for o in cell.outputs]
    said = next((text for text in texts if text.startswith(f"{task_of(cell)}:")), "")
    line = said.partition("\n")[0].removeprefix(f"{task_of(cell)}:").strip()
    return (
        "checks passed" if re.fullmatch(r"\d+ checks? passed\.", line) else line or "its check says nothing"
    )
