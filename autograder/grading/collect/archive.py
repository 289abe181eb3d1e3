"""Reading a zip file that strangers filled: what is safe is taken out, the rest refused by name."""

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
from autograder.results.outcome import plain

#: Files in an archive; a class of a thousand hands in fewer.
MAX_MEMBERS = 20_000

#: Bytes that all files of an archive unpack to.
MAX_TOTAL = 8 * 2**30

#: How many times as large as packed a file may be. Notebooks reach some 20; deflate at its most 1,032.
MAX_RATIO = 200

#: What packs so well by chance is at most this large.
_SMALL = 2**20

#: An archive whose files all date from so short a time carries the time of its download.
_ONE_DOWNLOAD = timedelta(minutes=10)

_ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar")

#: What file managers leave in archives; nobody handed it in.
_LITTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")

#: What no file is called on some system or other.
_UNUSABLE = re.compile(r'[\\:*?"<>|]')


class RefusedError(Exception):
    """A file of an archive, or the archive, that is not taken; the text says why."""


@dataclass(frozen=True)
class Member:
    """A file in an archive that may be taken out.

    Attributes
    ----------
    name
        Its path in the archive.
    time
        When it was written (UTC), None where the archive does not tell.
    """

    name: str
    time: datetime | None
    _info: zipfile.ZipInfo


class Archive:
    """An open zip file.

    Attributes
    ----------
    members
        What may be taken out of it.
    refused
        For each file that may not, its name and why.
    """

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.members: list[Member] = []
        self.refused: list[tuple[str, str]] = []
        infos = [info for info in file.infolist() if not _LITTER.search(info.filename)]
        if len(infos) > MAX_MEMBERS:
            msg = f"it holds {len(infos):,} files; the limit is {MAX_MEMBERS:,}"
            raise RefusedError(msg)
        times = _times(infos)
        total, seen = 0, set[str]()
        for info in infos:
            name = _name(info)
            if name.endswith("/"):
                continue
            try:
                _check(info, name)
                # The same file, on a system for which large and small letters are one.
                folded = unicodedata.normalize("NFC", name).casefold()
                if folded in seen:
                    raise RefusedError("a file of that name is in the archive before it")
                if total + info.file_size > MAX_TOTAL:
                    raise RefusedError(f"with it, the archive unpacks to more than {MAX_TOTAL // 2**30} GB")
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
            When it is damaged, or is not what the archive says.
        FileExistsError, NotADirectoryError
            When something of that name is there, which stays.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(exist_ok=False)
        try:
            with self._file.open(member._info) as packed, path.open("wb") as file:
                _copy(packed, file, member._info.file_size)
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
            path.unlink(missing_ok=True)
            raise RefusedError(f"it is damaged: {error}") from None
        except Exception as error:
            path.unlink(missing_ok=True)
            if type(error).__module__ in ("zlib", "_lzma", "lzma", "bz2"):
                raise RefusedError(f"it is damaged: {error}") from None
            raise


@contextlib.contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a zip file.

    Raises
    ------
    RefusedError
        When it is none, or holds too many files.
    """
    try:
        file = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise RefusedError("there is no such file") from None
    except IsADirectoryError:
        raise RefusedError("it is a folder, and no zip file") from None
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise RefusedError(f"it is no zip file that can be read: {error}") from None
    with file:
        yield Archive(file)


def _copy(packed: IO[bytes], file: IO[bytes], size: int) -> None:
    while chunk := packed.read(2**20):
        size -= len(chunk)
        if size < 0:
            raise ValueError("it is larger than the archive says")
        file.write(chunk)
    if size:
        raise ValueError("it is smaller than the archive says")


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; some programs write UTF-8 and do not say so."""
    if not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            return info.orig_filename.encode("cp437").decode("utf-8")
    return info.orig_filename


def _check(info: zipfile.ZipInfo, name: str) -> None:
    """Refuse a member that is no plain file with a plain name, of a reasonable size."""
    parts = name.split("/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise RefusedError("its path is absolute")
    if ".." in parts:
        raise RefusedError("its path leads out of the archive")
    if plain(name) != name or _UNUSABLE.search(name) or "\n" in name or "\t" in name:
        raise RefusedError("its name holds characters that no file's name should")
    if any(not part.strip(". ") or part.startswith(".") or len(part.encode()) > 200 for part in parts):
        raise RefusedError("its name is hidden, empty or too long")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise RefusedError(
            "it is a link" if kind == stat.S_IFLNK else "it is a device or a pipe, and no file"
        )
    if info.flag_bits & 1:
        raise RefusedError("it is encrypted")
    if PurePosixPath(name).suffix.lower() in _ARCHIVES:
        raise RefusedError("it is an archive in the archive; what is in it has to be handed in by itself")
    if info.file_size > MAX_BYTES:
        raise RefusedError(f"it has {info.file_size / 2**20:.0f} MB; the limit is {MAX_BYTES // 2**20} MB")
    if info.file_size > max(_SMALL, MAX_RATIO * info.compress_size):
        ratio = info.file_size // max(info.compress_size, 1)
        raise RefusedError(f"it unpacks to {ratio:,} times its size; the limit is {MAX_RATIO}")


def _times(infos: list[zipfile.ZipInfo]) -> dict[str, datetime]:
    """Return when members were written: the archive has this computer's local time.

    Where all date from minutes, that is when the archive was made, and tells nothing of its files.
    """
    times = {}
    for info in infos:
        with contextlib.suppress(ValueError, OverflowError, OSError):
            if info.date_time > (1980, 1, 1, 23, 59, 59):
                times[info.filename] = datetime(*info.date_time).astimezone(UTC)
    if not times or max(times.values()) - min(times.values()) < _ONE_DOWNLOAD:
        return {}
    return times
