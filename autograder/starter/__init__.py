"""A template for a new course: one task with mistakes and variants, and one question."""

from __future__ import annotations

import re
import shutil
import tempfile
from importlib import resources
from pathlib import Path

from autograder.course import NEVER_RELEASED
from gradbook.errors import GradbookError
from gradbook.files import CONFIG_FILE, SOURCE

_FIRST = f"{SOURCE}/01_first"

#: The files of a new course and their templates, whose names no tool mistakes for its own files.
_FILES = {
    CONFIG_FILE: "nbgrader_config.py.txt",
    "README.md": "README.md",
    ".gitignore": "gitignore",
    f"{_FIRST}/first.ipynb": "first.ipynb",
    f"{_FIRST}/{NEVER_RELEASED[0]}/first.py": "mistakes.py.txt",
    f"{_FIRST}/{NEVER_RELEASED[1]}/first.py": "variants.py.txt",
}


def make_course(place: Path) -> Path:
    """Make the folder of a new course, and return it.

    Parameters
    ----------
    place
        A folder that does not exist yet, or is empty. Its name is the name of the course.

    Raises
    ------
    GradbookError
        If the folder is not empty, or its name is not safe in a shell.
    """
    place = place.resolve()
    if not re.fullmatch(r"[\w.-]+", place.name):
        msg = f"A course cannot be called {place.name!r}."
        raise GradbookError(msg, expected="letters, digits, . _ -", next="gradbook new my-course")
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        msg = "Something is already there."
        raise GradbookError(msg, where=place, done="Nothing was changed.", next="choose another name")
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=f".{place.name}-") as scratch:
        made = Path(scratch) / place.name
        for name, template in _FILES.items():
            text = (resources.files(__name__) / template).read_text(encoding="utf-8")
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("{name}", place.name) if name == "README.md" else text, "utf-8")
        shutil.move(made, _vacant(place))
    return place


def _vacant(place: Path) -> Path:
    """Remove an empty folder, and return its place: a move would put the new folder inside the old one."""
    if place.is_dir():
        place.rmdir()
    return place
