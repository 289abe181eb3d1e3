"""CIFAR-10's batches, read without trusting them.

The batches are Python-2 pickles, and a pickle is a program: reading one runs what it names. Here it may
name what an array is rebuilt with, and nothing else.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np

from autograder.data.dataset import PIXELS, SHAPE, Bytes
from autograder.errors import AutograderError

#: What the batches name, and what that is today.
ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"): ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"): ("numpy", "ndarray"),
    ("numpy", "dtype"): ("numpy", "dtype"),
}


class ArrayUnpickler(pickle.Unpickler):
    """An unpickler that rebuilds containers, numbers, strings and arrays, and refuses everything else."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what a pickle names, if it is allowed.

        Raises
        ------
        AutograderError
            When it is not.
        """
        if (module, name) not in ALLOWED:
            what = f"A batch of pictures asks to run {module}.{name}, which no picture needs: it was refused."
            raise AutograderError(
                what,
                expected="a pickle of arrays, lists and strings",
            )
        return super().find_class(*ALLOWED[module, name])


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
        with path.open("rb") as file:
            batch = ArrayUnpickler(file, encoding="bytes").load()
        data, labels = np.asarray(batch[b"data"]), np.asarray(batch[b"labels"])
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
        raise _unreadable(path, f"{type(error).__name__}: {error}") from error
    if data.dtype != np.uint8 or data.ndim != 2 or data.shape[1] != PIXELS:
        raise _unreadable(path, f"data of {data.dtype} {data.shape}")
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
