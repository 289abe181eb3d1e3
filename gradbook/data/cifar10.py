"""CIFAR-10: from the network or a local disk into one file of images.

All work is done in a temporary folder next to the destination, and the last step is a rename. Whatever goes
wrong, and whenever the program is stopped, the data folder is either unchanged or has the complete data set.
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

from gradbook.data.archive import Archive
from gradbook.data.batches import read_batch
from gradbook.data.dataset import DataSet, data_folder, digest
from gradbook.data.fetch import TIMEOUT, fetch
from gradbook.errors import GradbookError

#: The data set as stored on disk.
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
    get="gradbook download",
)


#: The archive published by the authors of CIFAR-10 ("python version"). Its hash makes untrusted mirrors safe.
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
    """Download CIFAR-10, verify it and store it in the data folder.

    Parameters
    ----------
    mirror
        An address that is tried before the others.
    force
        Download it even if it is there already.
    archive
        The archive to download.
    rounds, pause, timeout
        The parameters of `gradbook.data.fetch.fetch`.

    Returns
    -------
    Path or None
        The path of its file; None if it was there already and nothing was done.

    Raises
    ------
    GradbookError
        If it cannot be downloaded, has the wrong hash, or does not fit on the disk. In this case nothing is
        changed.
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
    """Store CIFAR-10 in the data folder from a local archive or folder.

    Parameters
    ----------
    source
        The downloaded archive, or a folder with the seven files in it.
    force, archive
        As in `download`.

    Returns
    -------
    Path or None
        As in `download`.

    Raises
    ------
    GradbookError
        If `source` is something else or is damaged, or if the data set does not fit on the disk. In this case
        nothing is changed.
    """
    folder = data_folder()
    if not source.exists():
        what = "There is no such file or folder."
        raise GradbookError(
            what,
            where=source,
            expected=f"the archive of CIFAR-10, or a folder of its {len(archive.files)} files",
            next="gradbook download --from PATH",
        )
    if _is_there(archive.dataset, folder) and not force:
        return None
    # The files of a folder are read in place; an archive is unpacked first.
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
    """Yield a temporary folder in `folder` with enough free disk space, and report a full disk."""
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(dataset, folder)
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise _disk_full(folder, f"{needed / 1e6:,.0f} MB free", f"{free / 1e6:,.0f} MB")
        with tempfile.TemporaryDirectory(prefix=f".{dataset.key}-", dir=folder) as work:
            yield Path(work)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _disk_full(folder, f"{needed / 1e6:,.0f} MB free", "a full disk") from error
        what = "The data folder cannot be written."
        raise GradbookError(
            what,
            where=folder,
            got=error.strerror or error,
            done="Nothing was changed.",
            next="make it writable, or choose another folder: AUTOGRADER_DATA=FOLDER gradbook download",
        ) from error
    finally:
        if made and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _sweep(dataset: DataSet, folder: Path) -> None:
    """Delete temporary folders of killed programs: those that have not been used for a day."""
    for path in folder.glob(f".{dataset.key}-*"):
        if time.time() - path.stat().st_mtime > 86_400:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _disk_full(folder: Path, expected: str, got: str) -> GradbookError:
    return GradbookError(
        "There is not enough disk space for CIFAR-10.",
        where=folder,
        expected=expected,
        got=got,
        done="Temporary files were deleted; nothing else was changed.",
        next="free disk space, or choose another folder: AUTOGRADER_DATA=FOLDER gradbook download",
    )


def _install(archive: Archive, source: Path, folder: Path) -> Path:
    """Verify and convert the files in `source`, and store the result in `folder`."""
    archive.verify_files(source)
    parts = [read_batch(source / name) for name in (*archive.train, *archive.test)]
    data = np.concatenate([X.ravel() for X, _ in parts] + [y for _, y in parts])
    if digest(data) != archive.dataset.sha256:
        what = "The converted images are wrong, although every file was right."
        raise GradbookError(
            what,
            where=source.name,
            expected=f"SHA-256 {archive.dataset.sha256}",
            got=f"SHA-256 {digest(data)}",
            done="Nothing was changed.",
            next="report this, with the versions of Python and NumPy",
        )
    return archive.dataset.save(data, folder)
