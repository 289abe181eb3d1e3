"""The page that JupyterLab opens on: what is done, what is next, which pictures are there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import RELEASE, SOURCE, TEST_SUFFIX, WORK, Course
from autograder.data.images import status
from autograder.files import write_atomically

#: The page's name in ``work/``, and how it begins: a file that begins otherwise is the learner's own.
PAGE = "START.md"
_MARK = "<!-- Written anew by autograder lab. -->"


@dataclass(frozen=True)
class Standing:
    """How far a learner is in a notebook, as it was last saved.

    Attributes
    ----------
    assignment, notebook, title
        Its names, the last one its heading's.
    tasks, passed
        How many tasks it has, and how many of their checks passed when they were last run.
    is_begun
        Whether any code of it was run.
    """

    assignment: str
    notebook: str
    title: str
    tasks: int
    passed: int
    is_begun: bool

    @property
    def is_done(self) -> bool:
        """Whether every check passed."""
        return self.passed == self.tasks


def write_start_page(course: Course) -> Path | None:
    """Write the page into ``work/``; return it, or None where the learner has a file of that name."""
    place = course.folder(WORK) / PAGE
    if place.exists() and not place.read_text(encoding="utf-8", errors="replace").startswith(_MARK):
        return None
    write_atomically(place, _page(course, list(standings(course))))
    return place


def standings(course: Course) -> Iterator[Standing]:
    """Yield how far a learner is in each notebook, in the order in which they are taken."""
    for assignment in course.assignments():
        # In the order in which they build on one another, which the instructor's names need not have.
        for name in _in_order(course, assignment):
            path = course.folder(WORK) / assignment / f"{name}.ipynb"
            cells = _cells(path if path.is_file() else course.folder(RELEASE) / assignment / path.name)
            yield _standing(assignment, name, cells)


def _in_order(course: Course, assignment: str) -> list[str]:
    """Return an assignment's notebooks, those that another carries over from before it."""
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
        return []  # damaged: opening it says how


def _grade_id(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return str(nbgrader.get("grade_id", "")) if isinstance(nbgrader, dict) else ""


def _says_passed(cell: dict[str, Any], task: str) -> bool:
    said = [
        _text(output.get("text") or (output.get("data") or {}).get("text/plain"))
        for output in cell.get("outputs") or ()
        if isinstance(output, dict)
    ]
    return any(re.match(rf"{re.escape(task)}: \d+ checks? passed\.", text) for text in said)


def _text(source: object) -> str:
    return "".join(map(str, source)) if isinstance(source, list) else str(source or "")


def _page(course: Course, all_: list[Standing]) -> str:
    following = next((one for one in all_ if not one.is_done), None)
    tasks, passed = sum(one.tasks for one in all_), sum(one.passed for one in all_)
    lines = [_MARK, "", f"# {course.root.name}", ""]
    if following is None:
        lines += [f"All {tasks} tasks are done.", ""]
    else:
        how = "Go on with" if following.is_begun else "Next:"
        lines += [
            f"**{how} [{following.title}]({_link(following)}).** {passed} of {tasks} tasks are done.",
            "",
        ]
    lines += ["| | notebook | tasks done |", "|---|---|---|"]
    for one in all_:
        mark = "✓" if one.is_done else "→" if one == following else ""
        lines.append(f"| {mark} | [{one.title}]({_link(one)}) | {one.passed} of {one.tasks} |")
    lines += ["", "What counts as done is what a task's check said when the notebook was last saved.", ""]
    if _uses_pictures(course):
        lines += ["## Pictures", "", *(f"- {one.dataset.name}: {one.state}" for one in status()), ""]
        lines += ["`autograder download` fetches CIFAR-10; until then, notebooks use Shapes-10.", ""]
    lines += ["## In a terminal", "", "| what | command |", "|---|---|"]
    # Where the solutions are not, as in what a class gets, nothing can be graded.
    if course.folder(SOURCE).is_dir():
        lines.append("| grade your notebooks, as a class would be graded | `autograder check ASSIGNMENT` |")
    lines += [
        "| start a task again; your notebook is kept as it was | `autograder reset ASSIGNMENT TASK` |",
        "| before you hand in | `autograder check ASSIGNMENT --before-submitting` |",
        "",
    ]
    return "\n".join(lines)


def _uses_pictures(course: Course) -> bool:
    released = course.folder(RELEASE).glob("*/*.ipynb")
    return any("load_images(" in path.read_text(encoding="utf-8") for path in released)


def _link(one: Standing) -> str:
    return f"{one.assignment}/{one.notebook}.ipynb"
