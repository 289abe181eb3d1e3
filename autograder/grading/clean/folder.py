"""What lies beside graded notebooks, and the name of the student's that it lies under."""

from __future__ import annotations

import re
from pathlib import Path

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


def check_name(student: str) -> None:
    """See that a student's id can stand in the formgrader, which shows it as it is.

    Raises
    ------
    AutograderError
        When it could end the text or the attribute that it is put into, and begin markup of its own.
    """
    # Line breaks and tabs are plain in a text, not in a name: an attribute goes on behind them.
    if plain(student) != student or re.search(r"[<>\n\t]|\".*=|'.*=", student):
        msg = "A student's id holds characters that would be read as markup."
        raise AutograderError(
            msg,
            got=repr(student),
            expected="no <, >, quotation mark with = after it, or control character",
            done="Nothing of it was recorded.",
            next="rename the folder in submitted/",
        )
