"""Reading CIFAR-10's batches without trusting them.

The batches are Python-2 pickles, and a pickle is a program: reading one calls the functions that it names.
Here, the names of an array's parts stand for inert objects that only remember their arguments, and every
other name is refused. NumPy's own unpickling is avoided, because a damaged state can break the process
(observed: ``uint8`` became unusable, and freed memory was written to).
"""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from gradbook.data.dataset import PIXELS, SHAPE, Bytes
from gradbook.errors import GradbookError


class Remembered:
    """An inert object in place of an array, or a part of one, in a pickle."""

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


#: The names in an array's pickle, with the module's old name and with its name since NumPy 2.
ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
}


# The unpickler written in Python, because a wrong number in the pickle makes the one in C allocate
# gigabytes. It takes a tenth of a second per batch.
class ArrayUnpickler(pickle._Unpickler):
    """An unpickler of containers, numbers, strings and `Remembered` arrays; it refuses everything else."""

    def find_class(self, module: str, name: str) -> type[Remembered]:
        """Return the class of inert objects, if the name belongs to an array.

        Raises
        ------
        GradbookError
            If it does not.
        """
        if (module, name) not in ALLOWED:
            what = f"A batch of images was refused, because it would run {module}.{name}."
            raise GradbookError(what, expected="a pickle of arrays, lists and strings")
        return Remembered


def _pixels(array: Remembered) -> Bytes:
    """Return the uint8 array that a pickle describes by version, shape, dtype, order and bytes."""
    _, shape, dtype, by_columns, content = array.state
    if dtype.arguments[0] not in (b"u1", "u1") or by_columns:
        what = f"an array of {dtype.arguments[0]!r}"
        raise ValueError(what)
    return np.frombuffer(content, np.uint8).reshape(shape)


def read_batch(path: Path) -> tuple[Bytes, Bytes]:
    """Read one batch.

    Parameters
    ----------
    path
        A pickle of a dictionary. Its ``data`` is (N, 3072) uint8, one image per row: 1,024 values of red,
        then of green, then of blue. Its ``labels`` is a list of N integers, 0–9.

    Returns
    -------
    X : (N, 32, 32, 3) uint8, 0–255
    y : (N,) uint8, 0–9

    Raises
    ------
    GradbookError
        If it is not such a pickle, or contains anything else.
    """
    try:
        batch = ArrayUnpickler(io.BytesIO(path.read_bytes()), encoding="bytes").load()
        data, labels = _pixels(batch[b"data"]), np.array(batch[b"labels"])
    except GradbookError as error:
        raise GradbookError(
            error.what,
            where=path.name,
            expected=error.details["expected"],
            done="None of its code was run.",
            next="gradbook download --force, for the original",
        ) from None
    # A damaged pickle is a broken program, and may raise anything.
    except Exception as error:
        raise _unreadable(path, f"something else ({type(error).__name__}: {error})") from error
    if data.ndim != 2 or data.shape[1] != PIXELS:
        raise _unreadable(path, f"data of shape {data.shape}")
    if labels.dtype.kind not in "iu" or labels.shape != (len(data),):
        raise _unreadable(path, f"labels of {labels.dtype} {labels.shape} for {len(data)} images")
    if len(labels) and not (labels.min() >= 0 and labels.max() <= 9):
        raise _unreadable(path, f"labels {labels.min()} to {labels.max()}")
    height, width, colours = SHAPE
    X = data.reshape(-1, colours, height, width).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(X), labels.astype(np.uint8)


def _unreadable(path: Path, got: str) -> GradbookError:
    return GradbookError(
        "A batch of CIFAR-10 cannot be read.",
        where=path.name,
        expected=f"(N, {PIXELS}) uint8 images and N labels, 0 to 9",
        got=got,
        done="Nothing was changed.",
        next="gradbook download --force",
    )
