"""Reset a task: restore its released cells in a learner's own copy."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.course import HOW_TO_RESTORE, WORK, Course, how_to_start_again
from gradbook.classes import TEST_SUFFIX
from gradbook.errors import GradbookError, known
from gradbook.files import RELEASE, write_atomically

#: The folder for backups of notebooks before a reset, beside the notebook.
BACKUPS = ".before-reset"


def reset(course: Course, assignment: str, task: str) -> tuple[Path, Path]:
    """Restore the released cells of a task in ``work/``, and leave all other cells unchanged.

    Parameters
    ----------
    course, assignment
        The course and the name of the assignment.
    task
        The id of a task or a question.

    Returns
    -------
    notebook, backup
        The paths of the changed notebook and of its backup.

    Raises
    ------
    GradbookError
        If there is no such task or no copy, or the copy cannot be read.
    """
    released = {
        name: _read(course.folder(RELEASE) / assignment / f"{name}.ipynb", HOW_TO_RESTORE)
        for name in course.notebooks(assignment, RELEASE)
    }
    if not released:
        msg = f"The notebooks of {assignment} are missing here."
        raise GradbookError(msg, expected=course.folder(RELEASE) / assignment, next=HOW_TO_RESTORE)
    homes = {
        id_.removesuffix(TEST_SUFFIX): name for name, notebook in released.items() for id_ in _cells(notebook)
    }
    name = homes[known(task, homes, f"task of {assignment}")]
    path = course.folder(WORK) / assignment / f"{name}.ipynb"
    if not path.is_file():
        msg = f"You have no copy of {name}.ipynb."
        raise GradbookError(msg, expected=path, next="gradbook lab")
    notebook = _read(path, how_to_start_again(path))
    for id_ in (task, f"{task}{TEST_SUFFIX}"):
        _restore(notebook, released[name], id_)
    backup = path.parent / BACKUPS / f"{name}-{datetime.now():%Y%m%d-%H%M%S-%f}.ipynb"
    backup.parent.mkdir(exist_ok=True)
    shutil.copy2(path, backup)
    # json.dumps escapes all but ASCII, including lone surrogates, which UTF-8 cannot encode.
    write_atomically(path, json.dumps(notebook, indent=1) + "\n")
    return path, backup


def _read(path: Path, how_to_fix: str) -> dict[str, Any]:
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        _cells(notebook)
    except (ValueError, KeyError, TypeError, AttributeError):
        msg = f"{path.name} cannot be read."
        raise GradbookError(msg, where=path, done="Nothing was changed.", next=how_to_fix) from None
    return dict(notebook)


def _cells(notebook: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the cells with an nbgrader id, by id; the first one if several have the same id."""
    found: dict[str, dict[str, Any]] = {}
    for cell in notebook["cells"]:
        found.setdefault(_grade_id(cell), cell)
    found.pop("", None)
    return found


def _grade_id(cell: dict[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _restore(notebook: dict[str, Any], released: dict[str, Any], id_: str) -> None:
    """Replace a cell with its released version, or insert it after its predecessors if it is missing."""
    fresh = _cells(released).get(id_)
    if fresh is None:
        return
    old = [cell for cell in notebook["cells"] if _grade_id(cell) == id_]
    if old:
        # A copy of the cell would still be graded.
        place = notebook["cells"].index(old[0])
        notebook["cells"] = [cell for cell in notebook["cells"] if _grade_id(cell) != id_]
        notebook["cells"].insert(place, fresh)
        return
    before = [cell.get("id") for cell in released["cells"][: released["cells"].index(fresh)]]
    places = [index for index, cell in enumerate(notebook["cells"]) if cell.get("id") in before]
    notebook["cells"].insert(places[-1] + 1 if places else 0, fresh)
