"""The folders of a course, and atomic writing of files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

#: A course folder contains this file, and `SOURCE` or `RELEASE`.
CONFIG_FILE = "nbgrader_config.py"
SOURCE = "source_solutions"
RELEASE = "assignments"
DATASETS = "datasets"


def find_course_folder(start: Path | None = None) -> Path | None:
    """Return the course folder that contains `start` (default: the working folder), or None."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / CONFIG_FILE).is_file() and any((folder / part).is_dir() for part in (SOURCE, RELEASE)):
            return folder
    return None


def write_atomically(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Write `content` to `path` atomically: the file is either complete or unchanged.

    Parameters
    ----------
    path
        The file; its folder is created if it is missing.
    content
        The new content; text is written as UTF-8.
    mode
        The permissions of the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink()
        raise
