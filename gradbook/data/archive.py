"""The published archive of CIFAR-10, and the verification of downloaded files."""

from __future__ import annotations

import hashlib
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from gradbook.data.dataset import DataSet
from gradbook.errors import GradbookError


@dataclass(frozen=True)
class Archive:
    """The published archive of CIFAR-10: a compressed tar file with a folder of seven files.

    Parameters
    ----------
    dataset
        The data set that is made from it.
    urls
        Where it can be downloaded, in the order in which the addresses are tried.
    size
        Its size in bytes.
    sha256
        Its hash.
    folder
        The folder in it.
    train, test
        The batches in it (name and MD5), in the order of the data set.
    other
        Its other files (name and MD5), which are verified but not read.
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
        """The MD5 sums of all its files, by name."""
        return self.train | self.test | self.other

    def verify(self, path: Path) -> None:
        """Verify that a file has the archive's hash.

        Raises
        ------
        GradbookError
            If the file has another hash, or cannot be read.
        """
        got = _hash(path, "sha256")
        if got != self.sha256:
            size = path.stat().st_size
            what = "This file is not the archive of CIFAR-10, or is incomplete."
            raise GradbookError(
                what,
                where=path,
                expected=f"{self.size:,} bytes with SHA-256 {self.sha256}",
                got=f"{size:,} bytes with SHA-256 {got}",
                done="Nothing was changed.",
                next="gradbook download, to fetch it",
            )

    def unpack(self, path: Path, work: Path) -> Path:
        """Unpack the archive into `work`, and return the folder of its files.

        Raises
        ------
        GradbookError
            If the archive is damaged, or would write outside `work`.
        OSError
            If the operating system reports an error, for example a full disk.
        """
        try:
            with tarfile.open(path) as tar:
                tar.extractall(work, filter="data")
        except tarfile.FilterError as error:
            what = "The archive was refused, because it would write outside its own folder."
            raise GradbookError(
                what,
                where=error.tarinfo.name,
                expected=f"files in {self.folder}/",
                done="Nothing was changed.",
                next="gradbook download, for the original",
            ) from error
        except (tarfile.TarError, zlib.error, EOFError, ValueError) as error:
            raise _not_unpacked(path, error) from error
        except OSError as error:
            # A damaged gzip stream raises an OSError too, but one without an errno.
            if error.errno is not None:
                raise
            raise _not_unpacked(path, error) from error
        return work / self.folder

    def verify_files(self, source: Path) -> None:
        """Verify the MD5 of each file, and report all wrong files at once.

        Raises
        ------
        GradbookError
            If a file is missing, has another hash, or cannot be read.
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
            raise GradbookError(
                "These are not the files of CIFAR-10: " + "; ".join(wrong) + ".",
                where=source,
                expected=", ".join(self.files),
                done="Nothing was changed.",
                next="gradbook download, for the original",
            )


def _hash(path: Path, algorithm: str) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, algorithm).hexdigest()
    except OSError as error:
        what = "This file cannot be read."
        raise GradbookError(
            what,
            where=path,
            got=error.strerror,
            done="Nothing was changed.",
            next="make it readable, and run the command again",
        ) from error


def _not_unpacked(path: Path, error: Exception) -> GradbookError:
    return GradbookError(
        "The archive cannot be unpacked: it is damaged.",
        where=path.name,
        got=error,
        done="Nothing was changed.",
        next="gradbook download --force",
    )
