"""What lies beside graded notebooks, and the name of the student's that it lies under."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from autograder.course import AUTOGRADED, Course
from autograder.errors import AutograderError
from autograder.results.outcome import plain

#: Files beside a notebook that no browser runs: the formgrader hands out what lies there, from its address.
PASSIVE_FILES = {
    *(".npz", ".npy", ".txt", ".csv", ".tsv", ".json", ".py", ".md"),
    *(".pdf", ".png", ".jpg", ".jpeg", ".gif", ".webp"),
}


def clean_folder(folder: Path, notebooks: list[str]) -> None:
    """Take out of a graded folder what a browser would run, and every notebook that nobody graded.

    Parameters
    ----------
    folder
        A student's folder in ``autograded/``.
    notebooks
        The names (without ``.ipynb``) of those that were graded.
    """
    graded = {folder / f"{name}.ipynb" for name in notebooks}
    for path in list(folder.rglob("*")):
        if path.is_symlink() or (
            path.is_file() and path not in graded and path.suffix.lower() not in PASSIVE_FILES
        ):
            path.unlink()


def after_autograde(assignment: str, notebooks: list[str], **_: Any) -> None:
    """Clean what ``nbgrader autograde`` copied beside the notebooks; it calls this after each submission."""
    course = Course.find()
    # The student is told as a pattern, "*"; only the paths of the notebooks say who it is.
    students = {Path(notebook).parent.parent.name for notebook in notebooks} or course.students(assignment)
    for student in students:
        clean_folder(course.folder(AUTOGRADED) / student / assignment, course.notebooks(assignment))


def check_name(student: str) -> None:
    """See that a student's id can stand in the formgrader, which shows it as it is.

    Raises
    ------
    AutograderError
        When it could end the text or the attribute that it is put into, and begin markup of its own.
    """
    if plain(student) != student or re.search(r"[<>]|\".*=|'.*=", student):
        msg = "A student's id holds characters that would be read as markup."
        raise AutograderError(
            msg,
            got=plain(student),
            expected="no <, >, quotation mark with = after it, or control character",
            done="Nothing of it was recorded.",
            next="rename the folder in submitted/",
        )
