"""CIFAR-10's batches, read without trusting them.

The batches are Python-2 pickles, and a pickle is a program: reading one runs what it names. Here the
names of an array's parts stand for inert objects that only remember what they were given, and every
other name is refused. NumPy itself is kept out of it: a damaged state that reaches its own unpickling
can break the process (seen: ``uint8`` unusable from then on, freed memory written to).
"""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from autograder.data.dataset import PIXELS, SHAPE, Bytes
from autograder.errors import AutograderError


class Remembered:
    """What a pickle makes where it means an array, or a part of one."""

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


#: What an array's pickle names: by the module's old name, and by its name since NumPy 2.
ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
}


# The unpickler written in Python, not the one in C: a false number in the pickle makes that one
# allocate gigabytes. It takes a tenth of a second a batch.
class ArrayUnpickler(pickle._Unpickler):
    """An unpickler of containers, numbers, strings and `Remembered` arrays, that refuses everything else."""

    def find_class(self, module: str, name: str) -> type[Remembered]:
        """Return what stands for a name, if it is one of an array's.

        Raises
        ------
        AutograderError
            When it is not.
        """
        if (module, name) not in ALLOWED:
            what = f"A batch of pictures asks to run {module}.{name}, which no picture needs: it was refused."
            raise AutograderError(what, expected="a pickle of arrays, lists and strings")
        return Remembered


def _pixels(array: Remembered) -> Bytes:
    """Rebuild an array of uint8 from what its pickle says of it: version, shape, type, order, bytes."""
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
        A pickle of a dictionary whose ``data`` is (N, 3072) uint8, a picture a row: 1,024 values of red,
        then of green, then of blue; and whose ``labels`` is a list of N integers, 0–9.

    Returns
    -------
    X : (N, 32, 32, 3) uint8, 0–255
    y : (N,) uint8, 0–9

    Raises
    ------
    AutograderError
        When it is not such a pickle, or asks for anything but arrays.
    """
    try:
        batch = ArrayUnpickler(io.BytesIO(path.read_bytes()), encoding="bytes").load()
        data, labels = _pixels(batch[b"data"]), np.array(batch[b"labels"])
    except AutograderError as error:
        raise AutograderError(
            error.what,
            where=path.name,
            expected=error.details["expected"],
            done="Nothing of it was run.",
            next="autograder download --force, for the original",
        ) from None
    # What a damaged pickle raises is not foreseeable: it is a program that went astray.
    except Exception as error:
        raise _unreadable(path, f"something else ({type(error).__name__}: {error})") from error
    if data.ndim != 2 or data.shape[1] != PIXELS:
        raise _unreadable(path, f"data of shape {data.shape}")
    if labels.dtype.kind not in "iu" or labels.shape != (len(data),):
        raise _unreadable(path, f"labels of {labels.dtype} {labels.shape} for {len(data)} pictures")
    if len(labels) and not (labels.min() >= 0 and labels.max() <= 9):
        raise _unreadable(path, f"labels {labels.min()} to {labels.max()}")
    height, width, colours = SHAPE
    X = data.reshape(-1, colours, height, width).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(X), labels.astype(np.uint8)


def _unreadable(path: Path, got: str) -> AutograderError:
    return AutograderError(
        "A batch of CIFAR-10 cannot be read.",
        where=path.name,
        expected=f"(N, {PIXELS}) uint8 pictures and N labels, 0 to 9",
        got=got,
        done="Nothing was changed.",
        next="autograder download --force",
    )
