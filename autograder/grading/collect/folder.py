"""Finding what a student handed in, whatever became of its name."""

from __future__ import annotations

import math
import os
import re
import shutil
import stat
from pathlib import Path

#: A notebook of the course has some 100 kB; what is a thousand times as large is not read.
MAX_BYTES = 100 * 2**20


def find_notebook(folder: Path, name: str, expected: list[str]) -> Path | None:
    """Return the file in `folder` that was handed in as the notebook `name`, None where there is none.

    The file of that very name is taken; else one whose name differs only by what browsers and people add
    (``knn (1).ipynb``, ``knn-Copy1.ipynb``, ``KNN.ipynb``, ``li_knn_final.ipynb``), the newest of several;
    else, where the assignment has a single notebook, the only one handed in.

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
    others = [path for path in folder.glob("*.ipynb") if is_own_file(path) and path.name not in taken]
    # A name counts as whole words: "knn" is in "li_knn (2)", not in "mknnx".
    alike = [
        path
        for path in others
        if re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", path.stem, re.IGNORECASE)
    ]
    if alike:
        return max(alike, key=lambda path: path.stat().st_mtime)
    return others[0] if len(expected) == 1 and len(others) == 1 else None


def _is_plain(path: Path) -> bool:
    """Return whether a path is a file or folder; a pipe would make its reader wait for ever."""
    return not path.is_symlink() and (path.is_file() or path.is_dir())


def is_own_file(path: Path) -> bool:
    """Return whether a file is the student's own: a link could lead to anybody's, a pipe nowhere."""
    return path.is_file() and not path.is_symlink()


def copy_files(folder: Path, into: Path, room: float = math.inf) -> list[str]:
    """Copy what was handed in beside the notebooks, saved weights say, without links and hidden files.

    Parameters
    ----------
    folder, into
        From where, and where to.
    room
        Bytes that may be copied.

    Returns
    -------
    list of str
        The names of files that were too large.
    """
    large: list[str] = []

    def left_out(directory: str, names: list[str]) -> list[str]:
        nonlocal room
        out = _left_out(directory, names)
        for name in sorted(set(names) - set(out)):
            path = Path(directory) / name
            if path.is_file():
                size = path.stat().st_size
                if size > min(room, MAX_BYTES):
                    large.append(name)
                    out.append(name)
                else:
                    room -= size
        return out

    shutil.copytree(folder, into, ignore=left_out, dirs_exist_ok=True)
    for place, _, _ in os.walk(into):
        # Folders are copied with their rights, which may be too few to take anything out of the copy again.
        os.chmod(place, stat.S_IMODE(os.stat(place).st_mode) | stat.S_IRWXU)
    return large


def other_files(folder: Path) -> list[Path]:
    """Return what `copy_files` copies where there is room for all."""
    found = []
    for place, folders, names in os.walk(folder):
        left_out = _left_out(place, [*folders, *names])
        folders[:] = [name for name in folders if name not in left_out]
        found += [Path(place) / name for name in names if name not in left_out]
    return found


def _left_out(directory: str, names: list[str]) -> list[str]:
    return [
        name
        for name in names
        if name.startswith(".")
        or name == "__pycache__"
        or name.endswith(".ipynb")
        or not _is_plain(Path(directory) / name)
    ]
