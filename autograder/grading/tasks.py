"""The tasks of a source notebook: their points, and what each declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from autograder.course import METADATA
from autograder.errors import AutograderError

TEST_SUFFIX = "-test"


@dataclass(frozen=True)
class Task:
    """A graded exercise.

    Attributes
    ----------
    id
        The ``grade_id`` of its solution cell.
    points
        What it is worth.
    needs
        The tasks that its tests call, besides itself.
    loops
        Whether Python loops are allowed.
    timeout
        Seconds for its graded cell; None for the configured limit.
    """

    id: str
    points: float
    needs: tuple[str, ...] = ()
    loops: bool = True
    timeout: float | None = None


def nbgrader_of(cell: NotebookNode) -> Mapping[str, Any]:
    """Return a cell's nbgrader metadata, empty where it has none."""
    return cell.metadata.get("nbgrader", {})


def declared(cell: NotebookNode) -> Mapping[str, Any]:
    """Return what a cell declares to the autograder."""
    return cell.metadata.get(METADATA, {})


def is_solution(cell: NotebookNode) -> bool:
    """Return whether a student writes in this cell."""
    return bool(nbgrader_of(cell).get("solution"))


def is_test(cell: NotebookNode) -> bool:
    """Return whether this is the graded cell of a task (and not a question graded by hand)."""
    meta = nbgrader_of(cell)
    return bool(meta.get("grade")) and not meta.get("solution") and cell.cell_type == "code"


def task_of(cell: NotebookNode) -> str:
    """Return the id of the task that a solution or graded cell belongs to, empty for other cells."""
    grade_id = str(nbgrader_of(cell).get("grade_id", ""))
    return grade_id.removesuffix(TEST_SUFFIX) if is_test(cell) else grade_id


def read_tasks(notebook: NotebookNode) -> dict[str, Task]:
    """Return the automatically graded tasks of a source notebook by id, in order.

    Raises
    ------
    AutograderError
        When a task needs one that the notebook does not have, or tasks need each other in a circle.
    """
    tasks: dict[str, Task] = {}
    for cell in notebook.cells:
        if not is_test(cell):
            continue
        own = declared(cell)
        task = Task(
            id=task_of(cell),
            points=float(nbgrader_of(cell).get("points", 0)),
            needs=tuple(own.get("needs", ())),
            loops=bool(own.get("loops", True)),
            timeout=own.get("timeout"),
        )
        tasks[task.id] = task
    for task in tasks.values():
        for other in task.needs:
            if other not in tasks:
                msg = f"The task {task.id!r} needs {other!r}, which is not a task of this notebook."
                raise AutograderError(msg, expected="one of " + ", ".join(tasks))
        if task.id in all_needs(task.id, tasks):
            msg = f"The task {task.id!r} needs itself, by way of {', '.join(task.needs)}."
            raise AutograderError(msg)
    return tasks


def all_needs(task: str, tasks: Mapping[str, Task]) -> set[str]:
    """Return the tasks that `task` needs, and those that these need, and so on."""
    found: set[str] = set()
    open_ = list(tasks[task].needs)
    while open_:
        other = open_.pop()
        if other not in found:
            found.add(other)
            open_.extend(tasks[other].needs)
    return found
