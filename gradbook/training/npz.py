"""Named arrays in plain .npz files, written atomically and without pickles.

The files may be read by people who do not trust their author. A pickle is a program that runs when it is
read; these files contain only numbers and text, and reading them runs no code.
"""

from __future__ import annotations

import errno
import io
import math
import os
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np

from gradbook.files import write_atomically
from gradbook.messages import Unusable

#: The kinds of arrays that can be written: bool, integers, floats, complex numbers, text.
_KINDS = "biufcU"

#: The limits on the bytes and on the number of arrays in a file. The course's largest model has about ten
#: million numbers.
MAX_BYTES = 256 * 2**20
MAX_ARRAYS = 1000

#: Named arrays, or groups of them by name.
Tree = dict[str, Any]


def write_arrays(path: str | os.PathLike[str], tree: Tree) -> None:
    """Write named arrays to a file atomically.

    Parameters
    ----------
    path
        The file; its folder is created if it is missing.
    tree
        Arrays, numbers and text by name, and dictionaries of these. Empty dictionaries are not stored.

    Raises
    ------
    Unusable
        If it contains anything except numbers and text, or if the file cannot be written.
    """
    flat = _flatten(tree)
    for name, array in flat.items():
        if array.dtype.kind not in _KINDS:
            verdict = f"{name} cannot be saved."
            kind = f"an array of dtype {array.dtype}"
            raise Unusable(str(path), verdict, expected="numbers, text, or an array of them", got=kind)
    content = io.BytesIO()
    # Nothing is pickled, because object arrays were refused above.
    np.savez(content, **flat)  # type: ignore[arg-type]
    try:
        write_atomically(Path(path), content.getvalue())
    except OSError as error:
        raise Unusable(str(path), "the file cannot be written.", got=error.strerror) from error


def read_arrays(path: str | os.PathLike[str]) -> Tree:
    """Return the arrays that `write_arrays` wrote; scalars become NumPy scalars.

    Raises
    ------
    Unusable
        If there is no such file, or if it is damaged or contains anything except numbers and text.
    """
    try:
        # Opened here, because NumPy does not close a damaged file that it opened.
        with Path(path).open("rb") as source:
            _check_sizes(source)
        with Path(path).open("rb") as source, np.load(source, allow_pickle=False) as file:
            flat = {name: file[name] for name in file.files}
        strange = [name for name, array in flat.items() if array.dtype.kind not in _KINDS]
        if strange:
            msg = f"{strange[0]} contains neither numbers nor text"
            raise ValueError(msg)
        return _unflatten(flat)
    except FileNotFoundError as error:
        got = f"nothing at {Path(path).absolute()}"
        next_ = "check the name and the folder, or save the file first"
        raise Unusable(str(path), "there is no such file.", got=got, next=next_) from error
    except Exception as error:  # zipfile, zlib and NumPy raise many types for a damaged file
        raise _damaged(path, error) from error


def _check_sizes(source: IO[bytes]) -> None:
    """Refuse a file that would need more memory than any model; the sizes in a file may be false."""
    with zipfile.ZipFile(source) as file:
        members = file.infolist()
        size = sum(member.file_size for member in members)
        if size > MAX_BYTES:
            msg = f"it unpacks to {size / 2**20:.0f} MB; the limit is {MAX_BYTES // 2**20} MB"
            raise ValueError(msg)
        if len(members) > MAX_ARRAYS:
            msg = f"it holds {len(members)} arrays; the limit is {MAX_ARRAYS}"
            raise ValueError(msg)
        for member in members:
            with file.open(member) as packed:
                version = np.lib.format.read_magic(packed)
                read = {
                    (1, 0): np.lib.format.read_array_header_1_0,
                    (2, 0): np.lib.format.read_array_header_2_0,
                }[version]
                shape, _, dtype = read(packed)
            if math.prod(shape) * dtype.itemsize > member.file_size or min(shape, default=0) < 0:
                msg = f"it is too short for an array of shape {shape}"
                raise ValueError(msg)


def _damaged(path: object, why: Exception) -> Unusable:
    # In a damaged zip file, seeking to an invalid position raises EINVAL.
    if isinstance(why, OSError) and why.errno not in (None, errno.EINVAL):
        return Unusable(str(path), "the file cannot be read.", got=why.strerror)
    return Unusable(
        str(path),
        "the file is damaged, or was not saved by Gradbook.",
        expected="an .npz file of plain arrays",
        got=str(why).partition("\n")[0] or type(why).__name__,
        cause="it was cut short, changed by another program, or holds a pickle, which is never read",
        next="save it again, or copy it again from its source",
    )


def _flatten(tree: Tree, path: str = "") -> dict[str, np.ndarray]:
    flat: dict[str, np.ndarray] = {}
    for name, value in tree.items():
        if not isinstance(name, str) or "/" in name:
            verdict = f"the name {name!r} cannot be saved."
            raise Unusable("save", verdict, expected="text without a slash, such as 'W1'")  # noqa: EM101
        if isinstance(value, dict):
            flat |= _flatten(value, f"{path}{name}/")
        else:
            flat[path + name] = _as_array(value)
    return flat


def _as_array(value: object) -> np.ndarray:
    try:
        return np.asarray(value)
    except ValueError:  # ragged
        return np.asarray(None)


def _unflatten(flat: dict[str, np.ndarray]) -> Tree:
    tree: Tree = {}
    for path, array in flat.items():
        *groups, name = path.split("/")
        place = tree
        for group in groups:
            place = place.setdefault(group, {})
        place[name] = array[()]
    return tree
