"""The tasks of a source notebook: their points, and what each declares."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.course import METADATA, TEST_SUFFIX, known
from autograder.errors import AutograderError

#: The marks around what students write themselves.
SOLUTION = ("BEGIN SOLUTION", "END SOLUTION")

#: The marks around the lines of a graded cell that are cut at release.
HIDDEN = ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS")


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
    weights
        The file of saved weights that answers it, by the reference's model; empty for most tasks.
    """

    id: str
    points: float
    needs: tuple[str, ...] = ()
    loops: bool = True
    timeout: float | None = None
    weights: str = ""


def read_notebook(path: Path) -> NotebookNode:
    """Read one of the course's own notebooks as it is: nbformat's reader would mend what a lint looks for.

    Raises
    ------
    AutograderError
        When the file is not a notebook, naming it.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        for cell in raw["cells"]:
            if isinstance(cell["source"], list):
                cell["source"] = "".join(cell["source"])
            if not isinstance(cell["metadata"], dict) or not isinstance(cell["cell_type"], str):
                raise TypeError("a cell without type or metadata")
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path.name} is not a notebook."
        got = f"no {error}" if isinstance(error, KeyError) else str(error)
        # The whole path: the command is typed in the course folder, or somewhere else in it.
        next_ = f"put the file back; in a clone: git checkout -- {shlex.quote(str(path))}"
        raise AutograderError(msg, where=path, got=got, next=next_) from None
    return nbformat.from_dict(raw)


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


def visible_source(cell: NotebookNode) -> str:
    """Return a graded cell's text as students get it: without what is hidden."""
    lines, hidden = [], False
    for line in cell.source.split("\n"):
        if HIDDEN[0] in line:
            hidden = True
        if not hidden:
            lines.append(line)
        if HIDDEN[1] in line:
            hidden = False
    return "\n".join(lines)


def without_marks(source: str) -> str:
    """Return a solution cell as a student would have written it, without the marks around the solution."""
    return "\n".join(line for line in source.splitlines() if not any(mark in line for mark in SOLUTION))


def reference_of(source: NotebookNode) -> dict[str, str]:
    """Return a source notebook's solutions by task, as a student would have written them."""
    return {task_of(cell): without_marks(cell.source) for cell in source.cells if is_solution(cell)}


def with_solutions(released: NotebookNode, solutions: Mapping[str, str]) -> NotebookNode:
    """Return a released notebook as a student hands it in who wrote these solutions."""
    notebook = nbformat.from_dict(json.loads(json.dumps(released)))
    for cell in notebook.cells:
        if is_solution(cell) and task_of(cell) in solutions:
            cell.source = solutions[task_of(cell)]
    return notebook


def given_source(cell: NotebookNode) -> str:
    """Return what of a solution cell students are given before they write: all up to the mark."""
    lines = cell.source.split("\n")
    marked = [index for index, line in enumerate(lines) if SOLUTION[0] in line]
    return "\n".join(lines[: marked[0]]) if marked else ""


def read_tasks(notebook: NotebookNode) -> dict[str, Task]:
    """Return the automatically graded tasks of a source notebook by id, in order.

    Raises
    ------
    AutograderError
        When a declaration is none, when a task needs one that the notebook does not have, or when tasks
        need each other in a circle.
    """
    tasks = {task.id: task for task in map(_read_task, filter(is_test, notebook.cells))}
    for task in tasks.values():
        for other in task.needs:
            if other not in tasks:
                msg = f"The task {task.id!r} needs {other!r}, which is not a task of this notebook."
                raise AutograderError(msg, expected="one of " + ", ".join(tasks))
    for task in tasks.values():
        if task.id in all_needs(task.id, tasks):
            msg = f"The task {task.id!r} needs itself, by way of {', '.join(task.needs)}."
            raise AutograderError(msg)
    return tasks


#: What a graded cell may declare, and of which type.
_DECLARATIONS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "needs": (list, 'a list of task ids, as in ["affine_forward"]'),
    "loops": (bool, "true or false"),
    "timeout": ((int, float), "a number of seconds"),
    "weights": (str, "the name of a file, such as model.npz"),
    # What grading itself writes there.
    "outcome": (dict, "an outcome"),
    "run": (str, "a verdict"),
    "solution": (str, "a solution's name"),
}


def _read_task(cell: NotebookNode) -> Task:
    own = declared(cell)
    for name, value in own.items():
        known(name, _DECLARATIONS, f"declaration in the metadata of {task_of(cell)!r} called")
        type_, expected = _DECLARATIONS[name]
        if not isinstance(value, type_) or (isinstance(value, bool) and type_ is not bool):
            msg = f"What {task_of(cell)!r} declares under {name!r} is not right."
            raise AutograderError(msg, expected=expected, got=repr(value))
    points = nbgrader_of(cell).get("points")
    if not isinstance(points, int | float) or points <= 0:
        msg = f"The task {task_of(cell)!r} is worth no points."
        raise AutograderError(msg, expected="a number above 0", got=repr(points))
    return Task(
        id=task_of(cell),
        points=float(points),
        needs=tuple(own.get("needs", ())),
        loops=own.get("loops", True),
        timeout=own.get("timeout"),
        weights=own.get("weights", ""),
    )


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
