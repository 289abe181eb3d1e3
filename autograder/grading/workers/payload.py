"""The payload of a submission: its files as data, for grading on another machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from autograder.files import short_tempdir
from autograder.grading.collect.folder import MAX_BYTES, other_files
from autograder.grading.collect.notebooks import candidates
from autograder.grading.grader import GradingSpec, grade_folder
from autograder.grading.kernels.limits import size
from autograder.outcome import Result
from gradbook.errors import GradbookError

if TYPE_CHECKING:
    from traitlets.config import Config

#: Maximum size of a submission that is sent, in bytes.
LIMIT = 256 * 2**20


@dataclass(frozen=True)
class SubmissionPayload:
    """The files of a submission that grading needs.

    Attributes
    ----------
    files
        The content of each file by its path in the submission, or the size of a notebook that is too large.
    """

    files: dict[str, bytes | int]

    @classmethod
    def pack(cls, folder: Path) -> Self:
        """Read a submission: the files that may be notebooks, and the files beside them.

        Raises
        ------
        GradbookError
            If the files are too large to send.
        """
        notebooks = candidates(folder)
        whole = sorted({*other_files(folder), *notebooks})
        files: dict[str, bytes | int] = {}
        for path in notebooks:
            length = path.stat().st_size
            if length > MAX_BYTES:
                files[os.fspath(path.relative_to(folder))] = length
                whole.remove(path)
        total = sum(path.stat().st_size for path in whole)
        if total > LIMIT:
            msg = f"its files have {size(total)}; the limit for a cluster is {size(LIMIT)}"
            raise GradbookError(msg)
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


def grade_payload(
    student: str, payload: SubmissionPayload, grading_specs: Sequence[GradingSpec], config: Config
) -> Result:
    """Unpack a payload into a temporary folder, and grade it with `grade_folder`."""
    with tempfile.TemporaryDirectory(prefix="autograder-payload-", dir=short_tempdir()) as folder:
        payload.unpack(Path(folder))
        return grade_folder(student, Path(folder), list(grading_specs), config)
