"""A course of one's own, to start from: one task with mistakes and variants, and one question."""

from __future__ import annotations

import re
import shutil
import tempfile
from importlib import resources
from pathlib import Path

from autograder.course import CONFIG_FILE, NEVER_RELEASED, SOURCE
from autograder.errors import AutograderError

_FIRST = f"{SOURCE}/01_first"

#: The files of a new course, and what each is made from: names that no tool takes for a file of its own.
_FILES = {
    CONFIG_FILE: "nbgrader_config.py.txt",
    "README.md": "README.md",
    ".gitignore": "gitignore",
    f"{_FIRST}/first.ipynb": "first.ipynb",
    f"{_FIRST}/{NEVER_RELEASED[0]}/first.py": "mistakes.py.txt",
    f"{_FIRST}/{NEVER_RELEASED[1]}/first.py": "variants.py.txt",
}


def make_course(place: Path) -> Path:
    """Make the folder of a new course; return it.

    Parameters
    ----------
    place
        A folder that is not there yet, or is empty. Its name is the course's.

    Raises
    ------
    AutograderError
        When something is there, or the name could not be typed in a shell.
    """
    place = place.resolve()
    if not re.fullmatch(r"[\w.-]+", place.name):
        msg = f"A course cannot be called {place.name!r}."
        raise AutograderError(msg, expected="letters, digits, . _ -", next="autograder new my-course")
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        msg = "There is something already."
        raise AutograderError(msg, where=place, done="Nothing was changed.", next="choose another name")
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
    """Return a place at which nothing is: an empty folder would take the new one in."""
    if place.is_dir():
        place.rmdir()
    return place
