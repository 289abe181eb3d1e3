"""CIFAR-10: from the network or from a disk into one file of pictures.

Everything happens in a temporary folder beside the place where the data go; the last step is one rename.
Whatever goes wrong, and whenever the program is stopped, the data folder is as it was or the data set is
whole.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from autograder.data.archive import Archive
from autograder.data.batches import read_batch
from autograder.data.dataset import DataSet, data_folder, digest
from autograder.data.fetch import TIMEOUT, fetch
from autograder.errors import AutograderError

#: The data set, as it is kept.
CIFAR10 = DataSet(
    name="CIFAR-10",
    key="cifar10",
    train=50_000,
    test=10_000,
    class_names=(
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ),
    sha256="795f1793d7b8f8883c578442a02455d2469d49685325e98ea0621b15f4a88d69",
    get="autograder download",
)


#: What the authors of CIFAR-10 publish ("python version"). Mirrors need no trust: the hash decides.
ARCHIVE = Archive(
    dataset=CIFAR10,
    urls=(
        "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
        "https://www.cs.utoronto.ca/~kriz/cifar-10-python.tar.gz",
    ),
    size=170_498_071,
    sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    folder="cifar-10-batches-py",
    train={
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    },
    test={"test_batch": "40351d587109b95175f43aff81a1287e"},
    other={"batches.meta": "5ff9c542aee3614f3951f8cda6e48888"},
)


def download(
    mirror: str | None = None,
    *,
    force: bool = False,
    archive: Archive = ARCHIVE,
    rounds: int = 3,
    pause: float = 2.0,
    timeout: tuple[float, float] = TIMEOUT,
) -> Path | None:
    """Fetch CIFAR-10, verify it and put it into the data folder.

    Parameters
    ----------
    mirror
        An address that is tried before the others.
    force
        Fetch it even if it is there.
    archive
        What is fetched.
    rounds, pause, timeout
        As `autograder.data.fetch.fetch` takes them.

    Returns
    -------
    Path or None
        Where it is now; None when it was there already and nothing was done.

    Raises
    ------
    AutograderError
        When it cannot be had, is not what it should be, or has no room. Nothing was changed then.
    """
    folder = data_folder()
    if _is_there(archive.dataset, folder) and not force:
        return None
    urls = (mirror, *archive.urls) if mirror else archive.urls
    with _workplace(archive.dataset, folder, archive.size + 2 * archive.dataset.size) as work:
        path = work / "cifar-10-python.tar.gz"
        fetch(urls, path, archive.size, archive.sha256, rounds=rounds, pause=pause, timeout=timeout)
        return _install(archive, archive.unpack(path, work), folder)


def install(source: Path, *, force: bool = False, archive: Archive = ARCHIVE) -> Path | None:
    """Put CIFAR-10 into the data folder from what is already on disk.

    Parameters
    ----------
    source
        The archive as it was downloaded, or a folder of the seven files that are in it.
    force, archive
        As in `download`.

    Returns
    -------
    Path or None
        As in `download`.

    Raises
    ------
    AutograderError
        When `source` is not that, is damaged, or there is no room. Nothing was changed then.
    """
    folder = data_folder()
    if not source.exists():
        what = "There is no such file or folder."
        raise AutograderError(
            what,
            where=source,
            expected=f"the archive of CIFAR-10, or a folder of its {len(archive.files)} files",
            next="autograder download --from PATH",
        )
    if _is_there(archive.dataset, folder) and not force:
        return None
    # A folder's files are read where they lie, an archive is unpacked first.
    copies = 1 if source.is_dir() else 2
    with _workplace(archive.dataset, folder, copies * archive.dataset.size) as work:
        if source.is_dir():
            inside = source / archive.folder
            return _install(archive, inside if inside.is_dir() else source, folder)
        archive.verify(source)
        return _install(archive, archive.unpack(source, work), folder)


def _is_there(dataset: DataSet, folder: Path) -> bool:
    return dataset.status(folder).state == "verified"


@contextmanager
def _workplace(dataset: DataSet, folder: Path, needed: int) -> Iterator[Path]:
    """Yield a temporary folder in `folder` in which there is room, and tell of a disk that is full."""
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(dataset, folder)
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise _no_room(folder, f"{needed / 1e6:,.0f} MB free", f"{free / 1e6:,.0f} MB")
        with tempfile.TemporaryDirectory(prefix=f".{dataset.key}-", dir=folder) as work:
            yield Path(work)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_room(folder, f"{needed / 1e6:,.0f} MB free", "a full disk") from error
        what = "The data folder cannot be written."
        raise AutograderError(
            what,
            where=folder,
            got=error.strerror or error,
            done="Nothing was changed.",
            next="make it writable, or name another: AUTOGRADER_DATA=FOLDER autograder download",
        ) from error
    finally:
        if made and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _sweep(dataset: DataSet, folder: Path) -> None:
    """Delete what a program that was killed left behind: temporary folders untouched for a day."""
    for path in folder.glob(f".{dataset.key}-*"):
        if time.time() - path.stat().st_mtime > 86_400:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _no_room(folder: Path, expected: str, got: str) -> AutograderError:
    return AutograderError(
        "The disk has no room for CIFAR-10.",
        where=folder,
        expected=expected,
        got=got,
        done="What had been written was deleted; nothing else was changed.",
        next="make room, or name a folder elsewhere: AUTOGRADER_DATA=FOLDER autograder download",
    )


def _install(archive: Archive, source: Path, folder: Path) -> Path:
    """Verify and convert the files in `source`, and put the result into `folder`."""
    archive.verify_files(source)
    parts = [read_batch(source / name) for name in (*archive.train, *archive.test)]
    data = np.concatenate([X.ravel() for X, _ in parts] + [y for _, y in parts])
    if digest(data) != archive.dataset.sha256:
        what = "The pictures came out wrong, though every file was right."
        raise AutograderError(
            what,
            where=source.name,
            expected=f"SHA-256 {archive.dataset.sha256}",
            got=f"SHA-256 {digest(data)}",
            done="Nothing was changed.",
            next="report this, with the versions of Python and NumPy",
        )
    return archive.dataset.save(data, folder)
