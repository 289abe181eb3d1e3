"""Temporary folders, and the atomic replacement of a folder."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path


def short_tempdir() -> str:
    """Return the folder for temporary files, or ``/tmp`` if its path is too long for sockets.

    The path of a Unix socket may have at most 107 bytes, of which a kernel's own part takes about 50.
    """
    usual = tempfile.gettempdir()
    return "/tmp" if len(usual) > 50 and Path("/tmp").is_dir() else usual  # noqa: S108


def replace_folder(new: Path, place: Path) -> None:
    """Move the folder `new` to `place`; delete the folder that was there, or restore it on failure.

    Parameters
    ----------
    new
        A folder on the same file system.
    place
        The target path, which may exist.
    """
    if not place.exists():
        new.replace(place)
        return
    old = new.with_name(f"{new.name}.old")
    place.replace(old)
    try:
        new.replace(place)
    except BaseException:
        old.replace(place)
        raise
    shutil.rmtree(old, ignore_errors=True)
