"""What a grade depends on, as a hash: where it is the same as last time, so is the grade."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
from collections.abc import Iterable
from pathlib import Path

import numpy as np

import autograder
from autograder.course import Course
from autograder.grading.collect.folder import is_own_file
from autograder.grading.execute import GradingExecute
from autograder.grading.gradebook.record import open_gradebook
from autograder.grading.material import Material


def of_assignment(course: Course, assignment: str, materials: Iterable[Material]) -> str:
    """Return a hash of what is the same for all submissions of an assignment.

    These are its notebooks, as source and as released, its known mistakes, the seed, the due date, the limits
    and the other settings of grading, and the package itself.
    """
    config = course.config()
    with open_gradebook(course) as gradebook:
        due = gradebook.find_assignment(assignment).duedate
    sections = ("Judge", "LimitOutput", "AssignLatePenalties", "SubtractNPenalty")
    parts = [
        of_package(),
        np.__version__,
        platform.python_version(),
        str(due),
        str(sorted(GradingExecute(config=config).trait_values(config=True).items())),
        *(str(sorted(config.get(section, {}).items())) for section in sections),
    ]
    for material in materials:
        parts += [material.name, material.source_text, material.release_text, str(material.seed)]
        parts += map(str, material.mistakes)
        parts += [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in material.weights]
    return of_parts(parts)


def of_submission(folder: Path, assignment: str) -> str:
    """Return a hash of a submission's files and names, and of what it is graded by.

    Parameters
    ----------
    folder
        What was handed in.
    assignment
        The hash of the assignment, as `of_assignment` returns it.
    """
    parts = [assignment]
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(place) / name for name in sorted(names) if not name.startswith(".")):
            # Links and pipes are never read in grading.
            if is_own_file(path):
                parts += [os.fsencode(path.relative_to(folder)).hex(), _of_file(path)]
    return of_parts(parts)


def _of_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:  # one that we may not read: grading it tells
        return str(error)


@functools.cache
def of_package(*rooms: str) -> str:
    """Return a hash of the package: its version, and its code, which changes within a version too.

    Parameters
    ----------
    rooms
        The folders of the package that count; by default all.
    """
    root = Path(str(autograder.__file__)).parent
    paths = {path for room in rooms or (".",) for path in (root / room).rglob("*.py")}
    return of_parts([autograder.__version__, *(path.read_text(encoding="utf-8") for path in sorted(paths))])


def of_parts(parts: Iterable[str]) -> str:
    """Return a hash of texts, which tells where one ends and the next begins."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(f"{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()
