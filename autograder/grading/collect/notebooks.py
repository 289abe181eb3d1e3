"""Find a student's submitted notebooks by their content, under any name and in any folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import Course
from autograder.grading.collect.cells import Cell, UnreadableError, defined_names, read_cells
from autograder.grading.collect.folder import MAX_BYTES, find_by_name, is_own_file
from autograder.grading.tasks import is_solution, nbgrader_of, read_notebook
from gradbook.files import RELEASE

#: A submission may have this many files that could be notebooks; more are not read.
MAX_CANDIDATES = 50

#: The names of files that may be notebooks: browsers and mail programs add to the ending.
_MAYBE = re.compile(r"\.(ipynb|json)(\.(txt|json|html?))?$|\.ipynb\b|^[^.]+$", re.IGNORECASE)


@dataclass(frozen=True)
class _Likeness:
    """How many cells of a notebook are in a file.

    Attributes
    ----------
    cells
        The number of the notebook's cells that it holds.
    answers
        The number of solution cells that someone has written.
    """

    cells: int
    answers: int


def find_notebooks(folder: Path, releases: Mapping[str, NotebookNode]) -> dict[str, list[Path]]:
    """Return the files that were submitted as each notebook; notebooks without a file are missing.

    A file belongs to the notebook that it holds most of. If several files belong to a notebook, those with
    answers come first; among these the one with the notebook's name, then those with most answers, then the
    newest.

    Parameters
    ----------
    folder
        The submission.
    releases
        The released notebooks of the assignment, by name.
    """
    found: dict[str, list[tuple[tuple[bool, bool, int, float], Path]]] = {}
    for path in candidates(folder):
        try:
            cells = read_cells(path)
        except (UnreadableError, OSError):
            continue
        likenesses = {name: _likeness(cells, release) for name, release in releases.items()}
        name = max(likenesses, key=lambda name: likenesses[name].cells)
        if likenesses[name].cells:
            is_named = path == folder / f"{name}.ipynb"
            answers = likenesses[name].answers
            order = bool(answers), is_named, answers, path.stat().st_mtime
            found.setdefault(name, []).append((order, path))
    paths = {name: [path for _, path in sorted(files, reverse=True)] for name, files in found.items()}
    taken = {path for files in paths.values() for path in files}
    for name in releases:
        # A file that cannot be read, or that holds nothing of a notebook, is recognised by its name alone.
        named = find_by_name(folder, name, list(releases))
        if name not in paths and named is not None and named not in taken:
            paths[name] = [named]
    return paths


def read_releases(course: Course, assignment: str) -> dict[str, NotebookNode]:
    """Return the released notebooks of an assignment, by name."""
    folder = course.folder(RELEASE) / assignment
    return {name: read_notebook(folder / f"{name}.ipynb") for name in course.notebooks(assignment, RELEASE)}


def candidates(folder: Path) -> list[Path]:
    """Return the files of a submission that may be notebooks, those at the top first."""
    found: list[Path] = []
    total = 0
    for path in sorted(_candidates(folder), key=lambda path: (len(path.parts), path))[:MAX_CANDIDATES]:
        size = path.stat().st_size
        # A file that is too large is not read, but named.
        total += size if size <= MAX_BYTES else 0
        if total <= MAX_BYTES:
            found.append(path)
    return found


def _candidates(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in names:
            path = Path(place, name)
            if not name.startswith(".") and _MAYBE.search(name) and is_own_file(path):
                yield path


def _likeness(cells: list[Cell], release: NotebookNode) -> _Likeness:
    texts = {cell.source.strip() for cell in cells}
    by_id = {cell.grade_id: cell.source.strip() for cell in cells if cell.grade_id}
    by_name = {name: cell.source.strip() for cell in cells for name in defined_names(cell.source)}
    held = answers = 0
    for cell in release.cells:
        text = cell.source.strip()
        grade_id = str(nbgrader_of(cell).get("grade_id", ""))
        written = [by_id[grade_id]] if grade_id and grade_id in by_id else []
        if is_solution(cell) and cell.cell_type == "code":
            written += [by_name[name] for name in defined_names(text) if name in by_name]
        # Short texts, such as a heading, are in other notebooks, too.
        held += bool(written) or (len(text) > 40 and text in texts)
        answers += is_solution(cell) and any(other != text for other in written)
    return _Likeness(held, answers)
