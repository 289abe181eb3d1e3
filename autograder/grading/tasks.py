"""The tasks of a source notebook: their points, and their declarations."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.course import METADATA, SKIP_TAG
from gradbook.classes import TEST_SUFFIX
from gradbook.errors import GradbookError, known

#: The marks around the part of a solution cell that students write.
SOLUTION = ("BEGIN SOLUTION", "END SOLUTION")

#: The marks around the lines of a graded cell that the release omits.
HIDDEN = ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS")


@dataclass(frozen=True)
class Task:
    """A graded exercise.

    Attributes
    ----------
    id
        The ``grade_id`` of its solution cell.
    points
        The points that it is worth.
    needs
        The other tasks that its tests call.
    loops
        Whether Python loops are allowed.
    timeout
        Seconds for its graded cell; None for the configured limit.
    weights
        The file of saved weights that the reference's model answers it with; empty for most tasks.
    """

    id: str
    points: float
    needs: tuple[str, ...] = ()
    loops: bool = True
    timeout: float | None = None
    weights: str = ""


def read_notebook(path: Path) -> NotebookNode:
    """Read one of the course's own notebooks without fixing the problems that lints report.

    Raises
    ------
    GradbookError
        If the file is not a notebook.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        for cell in raw["cells"]:
            if isinstance(cell["source"], list):
                cell["source"] = "".join(cell["source"])
            if not isinstance(cell["metadata"], dict) or not isinstance(cell["cell_type"], str):
                msg = "a cell without type or metadata"
                raise TypeError(msg)
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path.name} is not a notebook."
        got = f"no {error}" if isinstance(error, KeyError) else str(error)
        # The absolute path, because the user may be in any folder of the course.
        next_ = f"restore the file; in a clone: git checkout -- {shlex.quote(str(path))}"
        raise GradbookError(msg, where=path, got=got, next=next_) from None
    return nbformat.from_dict(raw)  # type: ignore[no-any-return]


def nbgrader_of(cell: NotebookNode) -> Mapping[str, Any]:
    """Return a cell's nbgrader metadata, which may be empty."""
    return cell.metadata.get("nbgrader", {})  # type: ignore[no-any-return]


def declared(cell: NotebookNode) -> Mapping[str, Any]:
    """Return a cell's metadata for the autograder."""
    return cell.metadata.get(METADATA, {})  # type: ignore[no-any-return]


def is_solution(cell: NotebookNode) -> bool:
    """Return whether this is a solution cell, which students write."""
    return bool(nbgrader_of(cell).get("solution"))


def is_test(cell: NotebookNode) -> bool:
    """Return whether this is the graded cell of a task, as opposed to a manually graded question."""
    meta = nbgrader_of(cell)
    return bool(meta.get("grade")) and not meta.get("solution") and cell.cell_type == "code"


def is_skipped(cell: NotebookNode) -> bool:
    """Return whether the grader does not run this cell, because of its tag."""
    return SKIP_TAG in cell.metadata.get("tags", [])


def task_of(cell: NotebookNode) -> str:
    """Return the id of the task that a solution or graded cell belongs to, empty for other cells."""
    grade_id = str(nbgrader_of(cell).get("grade_id", ""))
    return grade_id.removesuffix(TEST_SUFFIX) if is_test(cell) else grade_id


def visible_source(cell: NotebookNode) -> str:
    """Return the source of a graded cell without its hidden lines, as in the release."""
    return "\n".join(line for line, is_hidden in _marked_lines(cell) if not is_hidden)


def hidden_source(cell: NotebookNode) -> str:
    """Return the hidden lines of a graded cell, with the marks around them."""
    return "\n".join(line for line, is_hidden in _marked_lines(cell) if is_hidden)


def _marked_lines(cell: NotebookNode) -> Iterator[tuple[str, bool]]:
    """Yield the lines of a graded cell, and whether each is hidden."""
    is_hidden = False
    for line in cell.source.split("\n"):
        is_hidden = is_hidden or HIDDEN[0] in line
        yield line, is_hidden
        if HIDDEN[1] in line:
            is_hidden = False


def without_marks(source: str) -> str:
    """Return the source of a solution cell without the marks around the solution."""
    return "\n".join(line for line in source.splitlines() if not any(mark in line for mark in SOLUTION))


def reference_of(source: NotebookNode) -> dict[str, str]:
    """Return the reference solutions of a source notebook by task, without the marks around them."""
    return {task_of(cell): without_marks(cell.source) for cell in source.cells if is_solution(cell)}


def with_solutions(released: NotebookNode, solutions: Mapping[str, str]) -> NotebookNode:
    """Return a released notebook with these solutions inserted, as a student would submit it."""
    notebook = nbformat.from_dict(json.loads(json.dumps(released)))
    for cell in notebook.cells:
        if is_solution(cell) and task_of(cell) in solutions:
            cell.source = solutions[task_of(cell)]
    return notebook  # type: ignore[no-any-return]


def given_source(cell: NotebookNode) -> str:
    """Return the part of a solution cell before the solution, which is released unchanged."""
    lines = cell.source.split("\n")
    marked = [index for index, line in enumerate(lines) if SOLUTION[0] in line]
    return "\n".join(lines[: marked[0]]) if marked else ""


def read_tasks(notebook: NotebookNode) -> dict[str, Task]:
    """Return the automatically graded tasks of a source notebook by id, in order.

    Raises
    ------
    GradbookError
        If a declaration is invalid, a task needs one that the notebook does not have, or the needs are
        cyclic.
    """
    tasks = {task.id: task for task in map(_read_task, filter(is_test, notebook.cells))}
    for task in tasks.values():
        for other in task.needs:
            if other not in tasks:
                msg = f"The task {task.id!r} needs {other!r}, which is not a task of this notebook."
                raise GradbookError(msg, expected="one of " + ", ".join(tasks))
    for task in tasks.values():
        if task.id in all_needs(task.id, tasks):
            msg = f"The task {task.id!r} needs itself, through {', '.join(task.needs)}."
            raise GradbookError(msg)
    return tasks


#: The declarations that a graded cell may have, with their types.
_DECLARATIONS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "needs": (list, 'a list of task ids, as in ["affine_forward"]'),
    "loops": (bool, "true or false"),
    "timeout": ((int, float), "a number of seconds"),
    "weights": (str, "the name of a file, such as model.npz"),
    # Entries that grading itself writes.
    "outcome": (dict, "an outcome"),
    "run": (str, "a verdict"),
}


def _read_task(cell: NotebookNode) -> Task:
    own = declared(cell)
    for name, value in own.items():
        known(name, _DECLARATIONS, f"declaration in the metadata of {task_of(cell)!r} called")
        type_, expected = _DECLARATIONS[name]
        if not isinstance(value, type_) or (isinstance(value, bool) and type_ is not bool):
            msg = f"The declaration {name!r} of {task_of(cell)!r} is invalid."
            raise GradbookError(msg, expected=expected, got=repr(value))
    points = nbgrader_of(cell).get("points")
    if not isinstance(points, int | float) or points <= 0:
        msg = f"The points of the task {task_of(cell)!r} are invalid."
        raise GradbookError(msg, expected="a positive number", got=repr(points))
    return Task(
        id=task_of(cell),
        points=float(points),
        needs=tuple(own.get("needs", ())),
        loops=own.get("loops", True),
        timeout=own.get("timeout"),
        weights=own.get("weights", ""),
    )


def all_needs(task: str, tasks: Mapping[str, Task]) -> set[str]:
    """Return all tasks that `task` needs, directly or indirectly."""
    found: set[str] = set()
    open_ = list(tasks[task].needs)
    while open_:
        other = open_.pop()
        if other not in found:
            found.add(other)
            open_.extend(tasks[other].needs)
    return found
