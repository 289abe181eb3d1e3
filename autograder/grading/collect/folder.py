"""The files of a submission: a notebook by its name, and copies of the other files."""

from __future__ import annotations

import math
import os
import re
import shutil
import stat
from pathlib import Path

#: Files larger than this are not read. A notebook of the course has about a thousandth of it, 100 kB.
MAX_BYTES = 100 * 2**20


def find_by_name(folder: Path, name: str, expected: list[str]) -> Path | None:
    """Return the file in `folder` that was submitted as the notebook `name`, judging by its name, or None.

    A file with exactly that name takes precedence; then the newest file whose name differs only by what
    browsers and people add (``knn (1).ipynb``, ``knn-Copy1.ipynb``, ``KNN.ipynb``, ``li_knn_final.ipynb``);
    then, if the assignment has a single notebook, the only notebook that was submitted.

    Parameters
    ----------
    folder
        The submission.
    name
        The notebook's name, without ``.ipynb``.
    expected
        The names of all notebooks of the assignment.
    """
    exact = folder / f"{name}.ipynb"
    if is_own_file(exact):
        return exact
    taken = {f"{other}.ipynb" for other in expected}
    others = [path for path in folder.glob("[!.]*.ipynb") if is_own_file(path) and path.name not in taken]
    # Only whole words match: "knn" is in "li_knn (2)", but not in "mknnx".
    alike = [
        path
        for path in others
        if re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", path.stem, re.IGNORECASE)
    ]
    if alike:
        return max(alike, key=lambda path: path.stat().st_mtime)
    return others[0] if len(expected) == 1 and len(others) == 1 else None


def _is_plain(path: Path) -> bool:
    """Return whether a path is a file or folder; reading a pipe could block forever."""
    return not path.is_symlink() and (path.is_file() or path.is_dir())


def is_own_file(path: Path) -> bool:
    """Return whether a path is a regular file; a link could lead to other people's files."""
    return path.is_file() and not path.is_symlink()


def copy_files(folder: Path, into: Path, budget: float = math.inf) -> list[str]:
    """Copy the files beside the submitted notebooks (such as saved weights), but no links or hidden files.

    Parameters
    ----------
    folder, into
        The source and the target folder.
    budget
        Maximum total size in bytes.

    Returns
    -------
    list of str
        The names of files that were too large.
    """
    large: list[str] = []

    def excluded(directory: str, names: list[str]) -> list[str]:
        nonlocal budget
        out = _excluded_names(directory, names)
        for name in sorted(set(names) - set(out)):
            path = Path(directory) / name
            if path.is_file():
                size = path.stat().st_size
                if size > min(budget, MAX_BYTES):
                    large.append(name)
                    out.append(name)
                else:
                    budget -= size
        return out

    shutil.copytree(folder, into, ignore=excluded, dirs_exist_ok=True)
    for place in (Path(name) for name, _, _ in os.walk(into)):
        # Folders are copied with their permissions, which may not allow deleting the copy.
        place.chmod(stat.S_IMODE(place.stat().st_mode) | stat.S_IRWXU)
    return large


def other_files(folder: Path) -> list[Path]:
    """Return the files that `copy_files` copies with an unlimited budget."""
    found = []
    for place, folders, names in os.walk(folder):
        excluded = _excluded_names(place, [*folders, *names])
        folders[:] = [name for name in folders if name not in excluded]
        found += [Path(place) / name for name in names if name not in excluded]
    return found


def _excluded_names(directory: str, names: list[str]) -> list[str]:
    return [
        name
        for name in names
        if name.startswith(".")
        or name == "__pycache__"
        or name.endswith(".ipynb")
        or not _is_plain(Path(directory) / name)
    ]
