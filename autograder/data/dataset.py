"""A data set on disk: one file, written in one step, mapped into memory, verified by its hash.

The file is a ``.npy`` of uint8 in one dimension: the pictures of the training set, those of the test
set, the labels of both. One file instead of one an array, because one rename then puts a whole data
set in place: there is no moment at which half of it is there.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from autograder.course import DATASETS, Course
from autograder.errors import AutograderError

Bytes = NDArray[np.uint8]

SHAPE = (32, 32, 3)
PIXELS = 32 * 32 * 3


@dataclass(frozen=True)
class DataSet:
    """What is known about a data set before it is there.

    Parameters
    ----------
    name
        What people call it, "CIFAR-10".
    key
        What they type, "cifar10"; also the name of its file.
    train, test
        How many pictures it has for training and for testing.
    class_names
        The names of the labels 0, 1, ….
    sha256
        The hash of its bytes: pictures, then labels.
    get
        What to type, or to do, to have it (back) in place.
    """

    name: str
    key: str
    train: int
    test: int
    class_names: tuple[str, ...]
    sha256: str
    get: str

    @property
    def size(self) -> int:
        """How many bytes it has: 3,073 a picture."""
        return (self.train + self.test) * (PIXELS + 1)

    def path(self, folder: Path) -> Path:
        """Return where it is kept in `folder`."""
        return folder / f"{self.key}.npy"

    def open(self, folder: Path) -> Bytes:
        """Map the file in `folder` into memory, read-only.

        Raises
        ------
        FileNotFoundError
            When it is not there.
        AutograderError
            When it is not what it should be.
        """
        path = self.path(folder)
        try:
            data: Bytes = np.lib.format.open_memmap(path, mode="r")
        except FileNotFoundError:
            raise
        except PermissionError as error:
            what = f"The file of {self.name} may not be read."
            raise AutograderError(
                what,
                where=path,
                next="make the file readable for yourself",
            ) from error
        except (OSError, ValueError) as error:
            raise self._damaged(path, "something else, or a part of it") from error
        if data.dtype != np.uint8 or data.shape != (self.size,):
            raise self._damaged(path, f"{data.dtype} {data.shape}")
        return data

    def _damaged(self, path: Path, got: str) -> AutograderError:
        return AutograderError(
            f"The file of {self.name} is damaged.",
            where=path,
            expected=f"a NumPy file with {self.size:,} bytes (uint8)",
            got=got,
            next=self.get,
        )

    def save(self, data: Bytes, folder: Path) -> Path:
        """Write `data` to `folder` in one step, replacing what was there, and return its path.

        Two processes may do this at once: each writes a file of its own, the later rename wins, and both
        files hold the same.

        Raises
        ------
        OSError
            When the disk is full or `folder` may not be written. Nothing is left behind.
        """
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{self.key}-", suffix=".part", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                np.save(file, data, allow_pickle=False)
                file.flush()
                os.fsync(file.fileno())
            # mkstemp gives the file to its owner alone; students of one machine may share the folder.
            Path(name).chmod(0o644)
            return Path(name).replace(self.path(folder))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def split(self, data: Bytes) -> tuple[Bytes, Bytes, Bytes, Bytes]:
        """Return X_train, y_train, X_test, y_test: views of `data`, all uint8."""
        end = (self.train + self.test) * PIXELS
        X = data[:end].reshape(-1, *SHAPE)
        y = data[end:]
        return X[: self.train], y[: self.train], X[self.train :], y[self.train :]

    def status(self, folder: Path) -> Status:
        """Look whether it is in `folder`, and verify its hash."""
        path = self.path(folder)
        try:
            data = self.open(folder)
        except FileNotFoundError:
            return Status(self, path, "not there", 0)
        except AutograderError:
            return Status(self, path, "corrupt", path.stat().st_size)
        good = digest(data) == self.sha256
        return Status(self, path, "verified" if good else "corrupt", path.stat().st_size)


@dataclass(frozen=True)
class Status:
    """What was found of a data set.

    Parameters
    ----------
    dataset
        Which one.
    path
        Where it is, or would be.
    state
        "verified": there, and its hash is right; "corrupt": there, and it is not; "not there".
    size
        Bytes on disk.
    """

    dataset: DataSet
    path: Path
    state: Literal["verified", "corrupt", "not there"]
    size: int

    def __str__(self) -> str:
        """Return a line; unless all is well, with what to do next."""
        line = f"{self.dataset.name:<11}{self.state:<11}{self.size / 1e6:>7.1f} MB  {self.path}"
        if self.state == "verified":
            return line
        delete = "delete the file, then " if self.state == "corrupt" else ""
        return f"{line}\n{'':<11}next: {delete}{self.dataset.get}"


def digest(data: Bytes) -> str:
    """Return the SHA-256 of an array's bytes, in hexadecimal digits."""
    return hashlib.sha256(np.ascontiguousarray(data).data).hexdigest()


def data_folder() -> Path:
    """Return where data sets are kept.

    ``AUTOGRADER_DATA`` when it is set; else ``datasets/`` of the course that the working folder lies in;
    else the user's cache folder.
    """
    chosen = os.environ.get("AUTOGRADER_DATA")
    if chosen:
        return Path(chosen).expanduser()
    course = Course.locate()
    if course is not None:
        return course.folder(DATASETS)
    import pooch  # not at the top: it costs more than all of this module

    return Path(pooch.os_cache("gradbook"))
