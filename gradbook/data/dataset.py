"""Data sets on disk: one file each, written atomically, mapped into memory, and verified by its hash.

The file is a one-dimensional ``.npy`` of uint8: the training images, the test images, and the labels of both.
There is one file rather than one per array, because a single rename then puts the complete data set in place.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import platformdirs
from numpy.typing import NDArray

from gradbook.errors import GradbookError
from gradbook.files import DATASETS, find_course_folder

Bytes = NDArray[np.uint8]

SHAPE = (32, 32, 3)
PIXELS = 32 * 32 * 3


@dataclass(frozen=True)
class DataSet:
    """The description of a data set that may or may not be on disk.

    Parameters
    ----------
    name
        Its name, "CIFAR-10".
    key
        Its name as an argument, "cifar10"; also the name of its file.
    train, test
        The numbers of training and test images.
    class_names
        The names of the labels 0, 1, ….
    sha256
        The hash of its bytes: images, then labels.
    get
        The command that stores it, or replaces a damaged file.
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
        """Its size in bytes: 3,073 per image."""
        return (self.train + self.test) * (PIXELS + 1)

    def path(self, folder: Path) -> Path:
        """Return the path of its file in `folder`."""
        return folder / f"{self.key}.npy"

    def open(self, folder: Path) -> Bytes:
        """Map the file in `folder` into memory, read-only.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        GradbookError
            If the file is damaged or may not be read.
        """
        path = self.path(folder)
        try:
            data: Bytes = np.lib.format.open_memmap(path, mode="r")
        except FileNotFoundError:
            raise
        except PermissionError as error:
            what = f"No permission to read the file of {self.name}."
            raise GradbookError(
                what,
                where=path,
                next="make the file readable for your user",
            ) from error
        except (OSError, ValueError) as error:
            raise self._damaged(path, "a different or incomplete file") from error
        if data.dtype != np.uint8 or data.shape != (self.size,):
            raise self._damaged(path, f"{data.dtype} {data.shape}")
        return data

    def _damaged(self, path: Path, got: str) -> GradbookError:
        return GradbookError(
            f"The file of {self.name} is damaged.",
            where=path,
            expected=f"a NumPy file with {self.size:,} bytes (uint8)",
            got=got,
            next=self.get,
        )

    def save(self, data: Bytes, folder: Path) -> Path:
        """Write `data` to `folder` atomically, replacing an existing file, and return its path.

        Two processes may do this at the same time: each writes its own temporary file with the same content,
        and the later rename wins.

        Raises
        ------
        OSError
            If the disk is full or `folder` is not writable. No temporary file is left behind.
        """
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{self.key}-", suffix=".part", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                np.save(file, data, allow_pickle=False)
                file.flush()
                os.fsync(file.fileno())
            # mkstemp restricts access to the owner, but students on one machine may share the folder.
            Path(name).chmod(0o644)
            return Path(name).replace(self.path(folder))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def split(self, data: Bytes) -> tuple[Bytes, Bytes, Bytes, Bytes]:
        """Return X_train, y_train, X_test and y_test, all of them uint8 views of `data`."""
        end = (self.train + self.test) * PIXELS
        X = data[:end].reshape(-1, *SHAPE)
        y = data[end:]
        return X[: self.train], y[: self.train], X[self.train :], y[self.train :]

    def status(self, folder: Path) -> Status:
        """Return whether it is in `folder`, and whether its hash is right."""
        path = self.path(folder)
        try:
            data = self.open(folder)
        except FileNotFoundError:
            return Status(self, path, "not there", 0)
        except GradbookError:
            return Status(self, path, "corrupt", path.stat().st_size)
        good = digest(data) == self.sha256
        return Status(self, path, "verified" if good else "corrupt", path.stat().st_size)


@dataclass(frozen=True)
class Status:
    """The state of a data set on disk.

    Parameters
    ----------
    dataset
        The data set.
    path
        The path of its file, which may be missing.
    state
        "verified" if its hash is right, "corrupt" if it is wrong, or "not there".
    size
        The size of the file in bytes.
    """

    dataset: DataSet
    path: Path
    state: Literal["verified", "corrupt", "not there"]
    size: int

    def __str__(self) -> str:
        """Return the state in one line, and on a second line what to do next unless it is verified."""
        line = f"{self.dataset.name:<11}{self.state:<11}{self.size / 1e6:>7.1f} MB  {self.path}"
        if self.state == "verified":
            return line
        delete = "delete the file, then " if self.state == "corrupt" else ""
        return f"{line}\n{'':<11}next: {delete}{self.dataset.get}"


def digest(data: Bytes) -> str:
    """Return the SHA-256 of an array's bytes as hexadecimal digits."""
    return hashlib.sha256(np.ascontiguousarray(data).data).hexdigest()


def data_folder() -> Path:
    """Return the folder of the data sets.

    This is ``AUTOGRADER_DATA`` if it is set, otherwise ``datasets/`` of the course that contains the working
    folder, or outside a course the user's cache folder.
    """
    chosen = os.environ.get("AUTOGRADER_DATA")
    if chosen:
        return Path(chosen).expanduser()
    course = find_course_folder()
    return platformdirs.user_cache_path("gradbook") if course is None else course / DATASETS
