"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path


def short_tempdir() -> str:
    """Return the folder for temporary files, or ``/tmp`` where its path is too long for sockets.

    The path of a Unix socket holds 107 bytes at most, and a kernel's has some 50 of its own.
    """
    usual = tempfile.gettempdir()
    return "/tmp" if len(usual) > 50 and os.path.isdir("/tmp") else usual


def replace_folder(new: Path, place: Path) -> None:
    """Put the folder `new` at `place`; what was there goes, or comes back where that fails.

    Parameters
    ----------
    new
        A folder on the same file system.
    place
        Where it belongs, whether or not something is there.
    """
    if not place.exists():
        os.replace(new, place)
        return
    old = new.with_name(f"{new.name}.old")
    os.replace(place, old)
    try:
        os.replace(new, place)
    except BaseException:
        os.replace(old, place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def write_atomically(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Write `content` to `path`: afterwards the file is whole, or as it was before.

    Parameters
    ----------
    path
        The file; its folder is made where it is missing.
    content
        Text is written as UTF-8.
    mode
        Its permissions.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
