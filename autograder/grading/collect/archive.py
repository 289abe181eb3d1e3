"""Read an untrusted zip file: extract the safe files, and list the refused ones."""

from __future__ import annotations

import contextlib
import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import IO

from autograder.grading.collect.folder import MAX_BYTES
from autograder.outcome import plain

#: Maximum number of files in an archive, more than a class of a thousand submits.
MAX_MEMBERS = 20_000

#: Maximum total size of the unpacked files, in bytes.
MAX_TOTAL = 8 * 2**30

#: Maximum compression ratio of a file. Notebooks reach about 20; the limit of deflate is 1,032.
MAX_RATIO = 200

#: Files up to this size are exempt from the limit on the compression ratio.
_SMALL = 2**20

#: If all timestamps in an archive lie within this interval, they are the time of the download.
_ONE_DOWNLOAD = timedelta(minutes=10)

_ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar")

#: Files that file managers add to archives.
_LITTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")

#: Characters that are not allowed in file names on some systems.
_UNUSABLE = re.compile(r'[\\:*?"<>|]')


class RefusedError(Exception):
    """Raised for a file of an archive, or a whole archive, that is refused; the text is the reason."""


@dataclass(frozen=True)
class Member:
    """A file in an archive that may be extracted.

    Attributes
    ----------
    name
        Its path in the archive.
    time
        Its modification time (UTC), or None if the archive does not record it.
    """

    name: str
    time: datetime | None
    _info: zipfile.ZipInfo


class ZipArchive:
    """An open zip file.

    Attributes
    ----------
    members
        The files that may be extracted.
    refused
        The name of each refused file, with the reason.
    """

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.members: list[Member] = []
        self.refused: list[tuple[str, str]] = []
        infos = [info for info in file.infolist() if not _LITTER.search(info.filename)]
        if len(infos) > MAX_MEMBERS:
            msg = f"it contains {len(infos):,} files; the limit is {MAX_MEMBERS:,}"
            raise RefusedError(msg)
        times = _times(infos)
        total, seen = 0, set[str]()
        for info in infos:
            name = _name(info)
            if name.endswith("/"):
                continue
            try:
                _check(info, name)
                # These are the same file on a case-insensitive system.
                folded = unicodedata.normalize("NFC", name).casefold()
                if folded in seen:
                    msg_0 = "an earlier file in the archive has the same name"
                    raise RefusedError(msg_0)
                if total + info.file_size > MAX_TOTAL:
                    msg_0 = f"with it, the archive unpacks to more than {MAX_TOTAL // 2**30} GB"
                    raise RefusedError(msg_0)
            except RefusedError as error:
                self.refused.append((plain(name), str(error)))
                continue
            seen.add(folded)
            total += info.file_size
            self.members.append(Member(name, times.get(info.filename), info))

    def extract(self, member: Member, path: Path) -> None:
        """Write a member to a new file.

        Raises
        ------
        RefusedError
            If it is damaged, or differs from its description in the archive.
        FileExistsError, NotADirectoryError
            If the path is taken; the existing file is unchanged.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(exist_ok=False)
        try:
            with self._file.open(member._info) as packed, path.open("wb") as file:
                _copy(packed, file, member._info.file_size)
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
            path.unlink(missing_ok=True)
            msg = f"it is damaged: {error}"
            raise RefusedError(msg) from None
        except Exception as error:
            path.unlink(missing_ok=True)
            if type(error).__module__ in ("zlib", "_lzma", "lzma", "bz2"):
                msg = f"it is damaged: {error}"
                raise RefusedError(msg) from None
            raise


@contextlib.contextmanager
def open_archive(path: Path) -> Iterator[ZipArchive]:
    """Open a zip file.

    Raises
    ------
    RefusedError
        If it is not a zip file, or contains too many files.
    """
    try:
        file = zipfile.ZipFile(path)
    except FileNotFoundError:
        msg = "the file does not exist"
        raise RefusedError(msg) from None
    except IsADirectoryError:
        msg = "it is a folder, not a zip file"
        raise RefusedError(msg) from None
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        msg = f"it is not a readable zip file: {error}"
        raise RefusedError(msg) from None
    with file:
        yield ZipArchive(file)


def _copy(packed: IO[bytes], file: IO[bytes], size: int) -> None:
    while chunk := packed.read(2**20):
        size -= len(chunk)
        if size < 0:
            msg = "it is larger than the archive says"
            raise ValueError(msg)
        file.write(chunk)
    if size:
        msg = "it is smaller than the archive says"
        raise ValueError(msg)


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; some programs write UTF-8 without setting the flag for it."""
    if not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            return info.orig_filename.encode("cp437").decode("utf-8")
    return info.orig_filename


def _check(info: zipfile.ZipInfo, name: str) -> None:
    """Refuse a member unless it is a regular file with a safe name and a reasonable size."""
    parts = name.split("/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        msg = "its path is absolute"
        raise RefusedError(msg)
    if ".." in parts:
        msg = "its path leads out of the archive"
        raise RefusedError(msg)
    if plain(name) != name or _UNUSABLE.search(name) or "\n" in name or "\t" in name:
        msg = "its name contains characters that are not allowed in file names"
        raise RefusedError(msg)
    if any(not part.strip(". ") or part.startswith(".") or len(part.encode()) > 200 for part in parts):
        msg = "its name is hidden, empty or too long"
        raise RefusedError(msg)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise RefusedError(
            "it is a link" if kind == stat.S_IFLNK else "it is a device or a pipe, not a regular file"
        )
    if info.flag_bits & 1:
        msg = "it is encrypted"
        raise RefusedError(msg)
    if PurePosixPath(name).suffix.lower() in _ARCHIVES:
        msg = "it is an archive in the archive; its files must be submitted unpacked"
        raise RefusedError(msg)
    if info.file_size > MAX_BYTES:
        msg = f"it has {info.file_size / 2**20:.0f} MB; the limit is {MAX_BYTES // 2**20} MB"
        raise RefusedError(msg)
    if info.file_size > max(_SMALL, MAX_RATIO * info.compress_size):
        ratio = info.file_size // max(info.compress_size, 1)
        msg = f"it unpacks to {ratio:,} times its size; the limit is {MAX_RATIO}"
        raise RefusedError(msg)


def _times(infos: list[zipfile.ZipInfo]) -> dict[str, datetime]:
    """Return the modification times of the members; the archive records them in this computer's local time.

    If all times are within minutes of each other, they are the time of the download, and none is returned.
    """
    times = {}
    for info in infos:
        with contextlib.suppress(ValueError, OverflowError, OSError):
            if info.date_time > (1980, 1, 1, 23, 59, 59):
                times[info.filename] = datetime(*info.date_time).astimezone(UTC)
    if not times or max(times.values()) - min(times.values()) < _ONE_DOWNLOAD:
        return {}
    return times
