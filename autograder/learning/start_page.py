"""The start page of JupyterLab: finished tasks, the next notebook, installed images."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import WORK, Course
from gradbook.classes import TEST_SUFFIX
from gradbook.data.images import status
from gradbook.files import RELEASE, SOURCE, write_atomically

#: The page's name in ``work/``, its first line, and how that line begins in all versions. A file that begins
#: otherwise is the learner's own.
PAGE = "START.md"
_MARK = "<!-- Written by gradbook lab, which overwrites changes. -->"
_MARK_PREFIX = "<!-- Written "


@dataclass(frozen=True)
class Standing:
    """A learner's progress in a notebook, as it was last saved.

    Attributes
    ----------
    assignment, notebook, title
        The names of the assignment and the notebook, and the notebook's heading.
    tasks, passed
        The number of its tasks, and of the tasks whose check passed when it was last run.
    is_begun
        Whether any of its code cells was run.
    """

    assignment: str
    notebook: str
    title: str
    tasks: int
    passed: int
    is_begun: bool

    @property
    def is_done(self) -> bool:
        """Whether all checks passed."""
        return self.passed == self.tasks


def write_start_page(course: Course) -> Path | None:
    """Write the page into ``work/``; return its path, or None if the learner has a file of that name."""
    place = course.folder(WORK) / PAGE
    if place.exists() and not place.read_text(encoding="utf-8", errors="replace").startswith(_MARK_PREFIX):
        return None
    write_atomically(place, _page(course, list(standings(course))))
    return place


def standings(course: Course) -> Iterator[Standing]:
    """Yield the learner's progress in each notebook, in order."""
    for assignment in course.assignments():
        # In the order of their dependencies, which may differ from the alphabetical order.
        for name in _in_order(course, assignment):
            path = course.folder(WORK) / assignment / f"{name}.ipynb"
            cells = _cells(path if path.is_file() else course.folder(RELEASE) / assignment / path.name)
            yield _standing(assignment, name, cells)


def _in_order(course: Course, assignment: str) -> list[str]:
    """Return an assignment's notebooks, each after the notebooks that it carries over code from."""
    names = course.notebooks(assignment, RELEASE)
    texts = {
        name: (course.folder(RELEASE) / assignment / f"{name}.ipynb").read_text(encoding="utf-8")
        for name in names
    }
    ordered: list[str] = []

    def put(name: str) -> None:
        if name in ordered:
            return
        pending.add(name)
        for other in names:
            if other not in pending and f"{assignment}/{other}" in texts[name]:
                put(other)
        ordered.append(name)

    pending: set[str] = set()
    for name in names:
        put(name)
    return ordered


def _standing(assignment: str, name: str, cells: list[dict[str, Any]]) -> Standing:
    tests = [cell for cell in cells if _grade_id(cell).endswith(TEST_SUFFIX)]
    passed = sum(_says_passed(cell, _grade_id(cell).removesuffix(TEST_SUFFIX)) for cell in tests)
    texts = "\n".join(_text(cell.get("source")) for cell in cells if cell.get("cell_type") == "markdown")
    title = re.search(r"^# (.+)$", texts, re.MULTILINE)
    begun = any(cell.get("execution_count") for cell in cells)
    return Standing(assignment, name, title[1] if title else name, len(tests), passed, begun)


def _cells(path: Path) -> list[dict[str, Any]]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [cell for cell in cells if isinstance(cell, dict)]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # damaged: JupyterLab explains how when it is opened


def _grade_id(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return str(nbgrader.get("grade_id", "")) if isinstance(nbgrader, dict) else ""


def _says_passed(cell: dict[str, Any], task: str) -> bool:
    texts = [
        _text(output.get("text") or (output.get("data") or {}).get("text/plain"))
        for output in cell.get("outputs") or ()
        if isinstance(output, dict)
    ]
    return any(re.match(rf"{re.escape(task)}: \d+ checks? passed\.", text) for text in texts)


def _text(source: object) -> str:
    return "".join(map(str, source)) if isinstance(source, list) else str(source or "")


def _page(course: Course, all_: list[Standing]) -> str:
    following = next((one for one in all_ if not one.is_done), None)
    tasks, passed = sum(one.tasks for one in all_), sum(one.passed for one in all_)
    lines = [_MARK, "", f"# {course.root.name}", ""]
    if following is None:
        lines += [f"All {tasks} tasks are done.", ""]
    else:
        how = "Continue with" if following.is_begun else "Next:"
        lines += [
            f"**{how} [{following.title}]({_link(following)}).** {passed} of {tasks} tasks are done.",
            "",
        ]
    lines += ["| | notebook | tasks done |", "|---|---|---|"]
    for one in all_:
        mark = "✓" if one.is_done else "→" if one == following else ""
        lines.append(f"| {mark} | [{one.title}]({_link(one)}) | {one.passed} of {one.tasks} |")
    lines += ["", "A task counts as done if its check had passed when the notebook was last saved.", ""]
    if _uses_images(course):
        lines += ["## Images", "", *(f"- {one.dataset.name}: {one.state}" for one in status()), ""]
        lines += ["`gradbook download` fetches CIFAR-10; until then, notebooks use Shapes-10.", ""]
    lines += ["## In a terminal", "", "| what | command |", "|---|---|"]
    # Without the solutions, as in a student's bundle, notebooks cannot be graded.
    if course.folder(SOURCE).is_dir():
        lines.append("| grade your notebooks as submissions are graded | `gradbook check ASSIGNMENT` |")
    lines += [
        "| reset a task; a backup of your notebook is kept | `gradbook reset ASSIGNMENT TASK` |",
        "| check your copy before you submit it | `gradbook check ASSIGNMENT --before-submitting` |",
        "",
    ]
    return "\n".join(lines)


def _uses_images(course: Course) -> bool:
    released = course.folder(RELEASE).glob("*/*.ipynb")
    return any("load_images(" in path.read_text(encoding="utf-8") for path in released)


def _link(one: Standing) -> str:
    return f"{one.assignment}/{one.notebook}.ipynb"
