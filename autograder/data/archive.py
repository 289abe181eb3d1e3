"""An archive of batches: what is published of it, and whether what arrived is that."""

from __future__ import annotations

import hashlib
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from autograder.data.dataset import DataSet
from autograder.errors import AutograderError


@dataclass(frozen=True)
class Archive:
    """How CIFAR-10 is handed out: a compressed tar file with a folder of seven files.

    Parameters
    ----------
    dataset
        What becomes of it.
    urls
        Where it can be fetched, in the order in which they are tried.
    size
        Its bytes.
    sha256
        Its hash.
    folder
        The folder in it.
    train, test
        The batches in it (name and MD5), whose pictures follow one another in this order.
    other
        Its other files, likewise: verified, not read.
    """

    dataset: DataSet
    urls: tuple[str, ...]
    size: int
    sha256: str
    folder: str
    train: dict[str, str]
    test: dict[str, str]
    other: dict[str, str]

    @property
    def files(self) -> dict[str, str]:
        """All its files, with their MD5 sums."""
        return self.train | self.test | self.other

    def verify(self, path: Path) -> None:
        """Compare a file with the archive's hash.

        Raises
        ------
        AutograderError
            When the file has another hash, or cannot be read.
        """
        got = _hash(path, "sha256")
        if got != self.sha256:
            size = path.stat().st_size
            what = "This file is not the archive of CIFAR-10, or only a part of it."
            raise AutograderError(
                what,
                where=path,
                expected=f"{self.size:,} bytes with SHA-256 {self.sha256}",
                got=f"{size:,} bytes with SHA-256 {got}",
                done="Nothing was changed.",
                next="autograder download, to fetch it",
            )

    def unpack(self, path: Path, work: Path) -> Path:
        """Unpack the archive into `work`, and return the folder of its files.

        Raises
        ------
        AutograderError
            When the archive is damaged, or would write outside `work`.
        OSError
            When the machine refuses, say for want of room.
        """
        try:
            with tarfile.open(path) as tar:
                tar.extractall(work, filter="data")
        except tarfile.FilterError as error:
            what = "The archive wants to write outside its own folder: it was refused."
            raise AutograderError(
                what,
                where=error.tarinfo.name,
                expected=f"files in {self.folder}/",
                done="Nothing was changed.",
                next="autograder download, for the original",
            ) from error
        except (tarfile.TarError, zlib.error, EOFError, ValueError) as error:
            raise _not_unpacked(path, error) from error
        except OSError as error:
            # A damaged gzip stream is an OSError too, one without a number.
            if error.errno is not None:
                raise
            raise _not_unpacked(path, error) from error
        return work / self.folder

    def verify_files(self, source: Path) -> None:
        """Compare each file with its MD5, and tell of all that are wrong at once.

        Raises
        ------
        AutograderError
            When a file is missing, has another hash, or cannot be read.
        """
        wrong = []
        for name, md5 in self.files.items():
            path = source / name
            if not path.is_file():
                wrong.append(f"{name} is missing")
                continue
            got = _hash(path, "md5")
            if got != md5:
                wrong.append(f"{name} has MD5 {got}, expected {md5}")
        if wrong:
            raise AutograderError(
                "These are not the files of CIFAR-10: " + "; ".join(wrong) + ".",
                where=source,
                expected=", ".join(self.files),
                done="Nothing was changed.",
                next="autograder download, for the original",
            )


def _hash(path: Path, algorithm: str) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, algorithm).hexdigest()
    except OSError as error:
        what = "This file cannot be read."
        raise AutograderError(
            what,
            where=path,
            got=error.strerror,
            done="Nothing was changed.",
            next="make it readable, and type the command again",
        ) from error


def _not_unpacked(path: Path, error: Exception) -> AutograderError:
    return AutograderError(
        "The archive cannot be unpacked: it is damaged.",
        where=path.name,
        got=error,
        done="Nothing was changed.",
        next="autograder download --force",
    )
