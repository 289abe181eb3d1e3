"""Hashes of everything that a grade depends on: if they are unchanged, so is the grade."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from autograder.course import Course
from autograder.grading.collect.folder import is_own_file
from autograder.grading.execute import GradingExecute
from autograder.grading.notebook_spec import NotebookSpec
from autograder.hashing import hash_code, hash_file, hash_parts


@dataclass(frozen=True)
class Fingerprint:
    """The hashes of everything that the grade of a submission depends on.

    Attributes
    ----------
    grader
        The code of both packages, and the versions of Python and NumPy.
    settings
        The limits and other settings of grading, and the due date.
    assignment
        The source and released notebooks, their mistakes, weights and seed.
    submission
        The submission's files and their names.
    """

    grader: str
    settings: str
    assignment: str
    submission: str = ""

    @property
    def digest(self) -> str:
        """A single hash of all parts."""
        return hash_parts(asdict(self).values())

    def of_submission(self, folder: Path) -> Fingerprint:
        """Return the fingerprint with the hash of the submission in `folder`."""
        return replace(self, submission=hash_submission(folder))

    def what_changed(self, before: dict[str, str]) -> str:
        """Return why a submission is graded again whose digest was another one.

        Parameters
        ----------
        before
            The earlier hashes, by attribute name; empty if that version of Gradbook stored none.
        """
        if not before:
            return "it was graded by an earlier version of Gradbook"
        now = asdict(self)
        return next(reason for name, reason in _REASONS.items() if before.get(name) != now[name])


#: What to say of a part that has changed; of several parts, the first one is named.
_REASONS = {
    "submission": "the submission has changed",
    "assignment": "the assignment has changed",
    "settings": "the grading settings have changed",
    "grader": "the grader has changed: the code of Gradbook, or the version of Python or NumPy",
}


def of_assignment(course: Course, specs: Iterable[NotebookSpec], due: datetime | None) -> Fingerprint:
    """Return the part of the fingerprint that all submissions of an assignment share.

    Parameters
    ----------
    course
        The course, which holds the settings.
    specs
        The notebook specs of the assignment.
    due
        The due date of the assignment, which late penalties depend on.
    """
    config = course.config()
    sections = ("Judge", "LimitOutput", "AssignLatePenalties", "SubtractNPenalty")
    settings = [
        str(due),
        str(sorted(GradingExecute(config=config).trait_values(config=True).items())),
        *(str(sorted(config.get(section, {}).items())) for section in sections),
    ]
    assignment = []
    for spec in specs:
        assignment += [spec.name, spec.source_text, spec.release_text, str(spec.seed)]
        assignment += map(str, spec.mistakes)
        assignment += [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in spec.weights]
    grader = [hash_code(), np.__version__, platform.python_version()]
    return Fingerprint(hash_parts(grader), hash_parts(settings), hash_parts(assignment))


def hash_submission(folder: Path) -> str:
    """Return a hash of a submission's files and their names."""
    parts = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(place) / name for name in sorted(names) if not name.startswith(".")):
            # Links and pipes are never read during grading.
            if is_own_file(path):
                parts += [os.fsencode(path.relative_to(folder)).hex(), hash_file(path)]
    return hash_parts(parts)
