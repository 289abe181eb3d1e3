"""Sanitise the files beside graded notebooks, and check the student ids that name their folders."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.outcome import plain
from gradbook.errors import GradbookError

#: Types of files that browsers do not execute. The formgrader serves all files beside a notebook.
PASSIVE_FILES = {
    *(".npz", ".npy", ".txt", ".csv", ".tsv", ".json", ".py", ".md"),
    *(".pdf", ".png", ".jpg", ".jpeg", ".gif", ".webp"),
}


def clean_folder(folder: Path, notebooks: list[str]) -> None:
    """Delete files that a browser would execute, and notebooks that were not graded, from a graded folder.

    Parameters
    ----------
    folder
        A student's folder in ``autograded/``.
    notebooks
        The names (without ``.ipynb``) of the notebooks that were graded.
    """
    graded = {folder / f"{name}.ipynb" for name in notebooks}
    for path in list(folder.rglob("*")):
        if path.is_symlink() or (
            path.is_file() and path not in graded and path.suffix.lower() not in PASSIVE_FILES
        ):
            path.unlink()


def check_name(student: str) -> None:
    """Check that a student's id is safe in the formgrader, which does not escape it.

    Raises
    ------
    GradbookError
        If the id could end the text or attribute that contains it and start new markup.
    """
    # `plain` permits line breaks and tabs, but in an HTML tag they could start a new attribute.
    if plain(student) != student or re.search(r"[<>\n\t]|\".*=|'.*=", student):
        msg = "A student's id contains characters that would be read as markup."
        raise GradbookError(
            msg,
            got=repr(student),
            expected="no <, >, quotation mark followed by =, or control character",
            done="Nothing was stored for this student.",
            next="rename the folder in submitted/",
        )
