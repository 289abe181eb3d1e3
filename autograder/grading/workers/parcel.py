"""A submission as data, to be graded on a machine that does not have its files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from autograder.errors import AutograderError
from autograder.files import short_tempdir
from autograder.grading.collect.folder import MAX_BYTES, find_notebook, other_files
from autograder.grading.grader import Standard, grade_folder
from autograder.grading.kernels.limits import size
from autograder.results.outcome import Result

if TYPE_CHECKING:
    from traitlets.config import Config

#: Bytes of one submission that are sent.
LIMIT = 256 * 2**20


@dataclass(frozen=True)
class Parcel:
    """What grading needs of a submission's files.

    Attributes
    ----------
    files
        What is in each, by its path in the submission; of a notebook that is too large to be read, its size.
    """

    files: dict[str, bytes | int]

    @classmethod
    def pack(cls, folder: Path, notebooks: list[str]) -> Self:
        """Read a submission: the files taken for its `notebooks`, and what was handed in beside them.

        Raises
        ------
        AutograderError
            When that is too much to send.
        """
        taken = {path for name in notebooks if (path := find_notebook(folder, name, notebooks)) is not None}
        whole = other_files(folder)
        files: dict[str, bytes | int] = {}
        for path in taken:
            length = path.stat().st_size
            if length > MAX_BYTES:
                files[path.name] = length
            else:
                whole.append(path)
        total = sum(path.stat().st_size for path in whole)
        if total > LIMIT:
            raise AutograderError(
                f"its files have {size(total)}, and at most {size(LIMIT)} are sent to a cluster"
            )
        return cls(files | {os.fspath(path.relative_to(folder)): path.read_bytes() for path in whole})

    def unpack(self, folder: Path) -> None:
        """Write the files into an empty folder."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                path.touch()
                os.truncate(path, content)


def grade_parcel(student: str, parcel: Parcel, standards: Sequence[Standard], config: Config) -> Result:
    """Grade a submission that came as data, as `grade_folder` does."""
    with tempfile.TemporaryDirectory(prefix="autograder-parcel-", dir=short_tempdir()) as folder:
        parcel.unpack(Path(folder))
        return grade_folder(student, Path(folder), list(standards), config)
