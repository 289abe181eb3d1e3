"""Starting a task again: its cells as they were handed out, in a learner's own copy."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.course import HOW_TO_RESTORE, RELEASE, TEST_SUFFIX, WORK, Course, how_to_start_again, known
from autograder.errors import AutograderError
from autograder.files import write_atomically

#: Where a notebook is kept as it was before a reset, beside it.
KEPT = ".before-reset"


def reset(course: Course, assignment: str, task: str) -> tuple[Path, Path]:
    """Put the cells of a task back as they were handed out, the task's alone.

    Parameters
    ----------
    course, assignment
        Whose copy, in ``work/``.
    task
        The id of a task or a question.

    Returns
    -------
    notebook, kept
        The notebook that was changed, and the copy of it as it was.

    Raises
    ------
    AutograderError
        When there is no such task, no copy, or one that cannot be read.
    """
    released = {
        name: _read(course.folder(RELEASE) / assignment / f"{name}.ipynb", HOW_TO_RESTORE)
        for name in course.notebooks(assignment, RELEASE)
    }
    if not released:
        msg = f"The notebooks of {assignment} are not here."
        raise AutograderError(msg, expected=course.folder(RELEASE) / assignment, next=HOW_TO_RESTORE)
    homes = {
        id_.removesuffix(TEST_SUFFIX): name for name, notebook in released.items() for id_ in _cells(notebook)
    }
    name = homes[known(task, homes, f"task of {assignment}")]
    path = course.folder(WORK) / assignment / f"{name}.ipynb"
    if not path.is_file():
        msg = f"You have no copy of {name}.ipynb."
        raise AutograderError(msg, expected=path, next="autograder lab")
    notebook = _read(path, how_to_start_again(path))
    for id_ in (task, f"{task}{TEST_SUFFIX}"):
        _put_back(notebook, released[name], id_)
    kept = path.parent / KEPT / f"{name}-{datetime.now():%Y%m%d-%H%M%S-%f}.ipynb"
    kept.parent.mkdir(exist_ok=True)
    shutil.copy2(path, kept)
    # All but ASCII is escaped: there can be halves of characters, which no file holds otherwise.
    write_atomically(path, json.dumps(notebook, indent=1) + "\n")
    return path, kept


def _read(path: Path, way_back: str) -> dict[str, Any]:
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        _cells(notebook)
    except (ValueError, KeyError, TypeError, AttributeError):
        msg = f"{path.name} cannot be read."
        raise AutograderError(msg, where=path, done="Nothing was changed.", next=way_back) from None
    return dict(notebook)


def _cells(notebook: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the cells that have an id of nbgrader's, by it; the first of several."""
    found: dict[str, dict[str, Any]] = {}
    for cell in notebook["cells"]:
        found.setdefault(_grade_id(cell), cell)
    found.pop("", None)
    return found


def _grade_id(cell: dict[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _put_back(notebook: dict[str, Any], released: dict[str, Any], id_: str) -> None:
    """Put a released cell where the notebook has it; where that is gone, after what comes before it."""
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
