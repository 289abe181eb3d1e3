"""Hashes that detect changes in texts, in files, and in the code of both packages."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

import autograder

#: The folders whose code affects a grade, unless a caller names fewer.
PACKAGES = ("gradbook", "autograder")


def hash_parts(parts: Iterable[str]) -> str:
    """Return the SHA-256 of a sequence of texts.

    The length of each text is hashed too, so that moving text from one part to the next changes the hash.
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(f"{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's content, or the error message if the file cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return str(error)


@functools.cache
def hash_code(*folders: str) -> str:
    """Return a hash of the version and of the code, because code may change within a version.

    Parameters
    ----------
    folders
        Folders of the two packages, for example ``"autograder/grading"``; by default both packages.
    """
    root = Path(str(autograder.__file__)).parents[1]
    paths = {path for folder in folders or PACKAGES for path in (root / folder).rglob("*.py")}
    return hash_parts([autograder.__version__, *(path.read_text(encoding="utf-8") for path in sorted(paths))])
