"""CIFAR-10 from a real server and from local files: every failure is reported and leaves no files behind."""

from __future__ import annotations

import builtins
import errno
import io
import os
import shutil
import socket
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradbook.data import archive as archive_module
from gradbook.data import cifar10
from gradbook.errors import GradbookError


@pytest.fixture
def get(folder):
    """Download without waiting between the rounds."""

    def download(archive, **options):
        return cifar10.download(archive=archive, pause=0, timeout=(5, 5), **options)

    return download


@pytest.fixture
def refuse(get, old):
    """Assert that a download fails and changes nothing, and return the message."""

    def attempt(archive, **options):
        path, content = old
        with pytest.raises(GradbookError) as caught:
            get(archive, **options)
        assert os.listdir(path.parent) == [path.name]
        assert path.read_bytes() == content
        assert caught.value.details["next"]
        assert caught.value.details["done"]
        return str(caught.value)

    return attempt


def whole(folder, tiny):
    assert os.listdir(folder) == ["cifar10.npy"]
    dataset = tiny.archive.dataset
    X_train, y_train, X_test, y_test = dataset.split(dataset.open(folder))
    np.testing.assert_array_equal(np.concatenate([X_train, X_test]), tiny.X)
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), tiny.y)
    assert dataset.status(folder).state == "verified"
    return True


class TestDownload:
    def test_puts_every_pixel_in_its_place(self, get, server, tiny, folder):
        path = get(tiny.served_at(server.file(tiny.content)))
        assert path == folder / "cifar10.npy"
        assert whole(folder, tiny)
        assert path.stat().st_mode & 0o777 == 0o644

    def test_makes_the_folder(self, get, server, tiny, folder):
        folder.rmdir()
        get(tiny.served_at(server.file(tiny.content)))
        assert whole(folder, tiny)

    def test_leaves_no_folder_behind_that_it_made(self, get, server, tiny, folder):
        folder.rmdir()
        with pytest.raises(GradbookError):
            get(tiny.served_at(server.status(404)))
        assert not folder.exists()

    def test_fetches_nothing_that_is_there(self, get, server, tiny, folder):
        archive = tiny.served_at(server.file(tiny.content))
        get(archive)
        assert get(archive) is None
        assert len(server.asked) == 1

    def test_force_fetches_again(self, get, server, tiny, folder):
        archive = tiny.served_at(server.file(tiny.content))
        get(archive)
        before = (folder / "cifar10.npy").stat().st_ino
        assert get(archive, force=True) is not None
        assert len(server.asked) == 2
        assert (folder / "cifar10.npy").stat().st_ino != before
        assert whole(folder, tiny)

    def test_replaces_what_is_damaged(self, get, server, tiny, folder, old):
        assert get(tiny.served_at(server.file(tiny.content))) is not None
        assert whole(folder, tiny)

    def test_follows_a_redirect(self, get, server, tiny, folder):
        get(tiny.served_at(server.redirect(server.file(tiny.content))))
        assert whole(folder, tiny)

    def test_tries_again_after_500(self, get, server, tiny, folder):
        url = server.in_turn(server.status(500), server.file(tiny.content))
        get(tiny.served_at(url))
        assert server.asked == ["/turns", "/turns"]
        assert whole(folder, tiny)

    def test_tries_again_after_a_dropped_connection(self, get, server, tiny, folder):
        url = server.in_turn(server.dropped(tiny.content), server.file(tiny.content))
        get(tiny.served_at(url))
        assert whole(folder, tiny)

    def test_goes_on_to_the_next_address(self, get, server, tiny, folder):
        bad = server.file(tiny.content[:-1] + b"?", "/bad")
        get(tiny.served_at(bad, server.file(tiny.content)))
        assert server.asked == ["/bad", "/archive.tar.gz"]
        assert whole(folder, tiny)

    def test_tries_the_mirror_first(self, get, server, tiny, folder):
        get(tiny.served_at(server.status(404)), mirror=server.file(tiny.content))
        assert server.asked == ["/archive.tar.gz"]

    def test_deletes_what_a_killed_program_left(self, get, server, tiny, folder):
        left = folder / ".cifar10-killed"
        left.mkdir()
        (left / "archive.tar.gz").write_bytes(b"half")
        (folder / ".cifar10-x.part").write_bytes(b"half")
        for path in folder.iterdir():
            os.utime(path, (0, 0))
        get(tiny.served_at(server.file(tiny.content)))
        assert whole(folder, tiny)

    def test_waits_longer_before_each_round(self, folder, server, tiny, monkeypatch):
        waits = []
        monkeypatch.setattr("time.sleep", waits.append)
        with pytest.raises(GradbookError):
            cifar10.download(archive=tiny.served_at(server.status(500)))
        assert waits == [2, 4]


class TestDownloadFails:
    def test_dropped(self, refuse, server, tiny):
        message = refuse(tiny.served_at(server.dropped(tiny.content)))
        assert "the connection broke off before the end" in message
        assert len(server.asked) == 3

    def test_truncated(self, refuse, server, tiny):
        message = refuse(tiny.served_at(server.truncated(tiny.content)))
        assert "it sent a different or incomplete file (size or SHA-256 is wrong)" in message

    def test_wrong_hash(self, refuse, server, tiny):
        message = refuse(tiny.served_at(server.file(tiny.content[:-1] + b"?")))
        assert "it sent a different or incomplete file" in message
        assert len(server.asked) == 1  # again would be in vain

    def test_empty(self, refuse, server, tiny):
        assert "it sent a different or incomplete file" in refuse(tiny.served_at(server.file(b"")))

    def test_endless(self, refuse, server, tiny):
        message = refuse(tiny.served_at(server.file(tiny.content + bytes(1 << 20))))
        assert "it sent a different or incomplete file" in message

    def test_404(self, refuse, server, tiny):
        message = refuse(tiny.served_at(server.status(404)))
        assert "the server answered 404 (Not Found)" in message
        assert server.address in message
        assert len(server.asked) == 1

    def test_500(self, refuse, server, tiny):
        assert "the server answered 500" in refuse(tiny.served_at(server.status(500)))
        assert len(server.asked) == 3

    def test_redirected_in_a_circle(self, refuse, server, tiny):
        url = server.redirect("/redirect")
        assert "it redirects in a circle" in refuse(tiny.served_at(url), rounds=1)

    def test_slow(self, folder, old, server, tiny):
        archive = tiny.served_at(server.slow(tiny.content))
        with pytest.raises(GradbookError, match="the server stopped sending"):
            cifar10.download(archive=archive, rounds=1, timeout=(5, 0.2))
        assert os.listdir(folder) == ["cifar10.npy"]

    def test_never_answers(self, folder, server, tiny):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            with pytest.raises(GradbookError, match="the server did not answer in time"):
                cifar10.download(archive=tiny.served_at(url), rounds=1, timeout=(5, 0.2))
        assert os.listdir(folder) == []

    def test_offline(self, refuse, tiny):
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]
        message = refuse(tiny.served_at(f"http://127.0.0.1:{port}/archive.tar.gz"))
        assert "Is this machine offline?" in message
        assert "gradbook download --from FILE" in message

    @pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "archive.tar.gz", "http://"])
    def test_mistyped_address(self, refuse, tiny, url):
        assert f"{url}: this is not an http(s) address" in refuse(tiny.served_at(), mirror=url)

    def test_reports_every_address(self, refuse, server, tiny):
        message = refuse(tiny.served_at(server.status(404), server.truncated(tiny.content)))
        assert "/status: the server answered 404" in message
        assert "/truncated: it sent a different or incomplete file" in message


class TestDisk:
    """Is a full disk reported, whenever it becomes full?"""

    def full(self, *_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    def test_too_little_space_is_found_before(self, refuse, server, tiny, monkeypatch):
        usage = shutil.disk_usage("/")._replace(free=1_000)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
        message = refuse(tiny.served_at(server.file(tiny.content)))
        assert message.startswith("There is not enough disk space for CIFAR-10.")
        assert server.asked == []

    def test_full_while_downloading(self, refuse, server, tiny, monkeypatch):
        class FullFile(io.FileIO):
            write = self.full

        monkeypatch.setattr("gradbook.data.fetch.open", FullFile, raising=False)
        assert "There is not enough disk space for CIFAR-10." in refuse(
            tiny.served_at(server.file(tiny.content))
        )
        assert len(server.asked) == 1

    def test_full_while_unpacking(self, refuse, server, tiny, monkeypatch):
        monkeypatch.setattr(tarfile, "copyfileobj", self.full)
        assert "There is not enough disk space for CIFAR-10." in refuse(
            tiny.served_at(server.file(tiny.content))
        )

    def test_full_while_writing(self, refuse, server, tiny, monkeypatch):
        monkeypatch.setattr(np, "save", self.full)
        assert "There is not enough disk space for CIFAR-10." in refuse(
            tiny.served_at(server.file(tiny.content))
        )

    def test_not_writable(self, refuse, server, tiny, monkeypatch):
        def refused(*_, **__):
            raise PermissionError(errno.EACCES, "Permission denied")

        monkeypatch.setattr("tempfile.mkdtemp", refused)
        message = refuse(tiny.served_at(server.file(tiny.content)))
        assert "The data folder cannot be written." in message
        assert "AUTOGRADER_DATA=FOLDER" in message

    @pytest.mark.parametrize(
        "place", ["numpy.save", "os.fsync", "pathlib.Path.replace", "tarfile.copyfileobj"]
    )
    def test_stopped(self, get, server, tiny, old, monkeypatch, place):
        def stop(*_, **__):
            raise KeyboardInterrupt

        path, content = old
        monkeypatch.setattr(place, stop)
        with pytest.raises(KeyboardInterrupt):
            get(tiny.served_at(server.file(tiny.content)))
        assert os.listdir(path.parent) == [path.name]
        assert path.read_bytes() == content


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


class TestEvilArchive:
    """An archive whose hash is right but whose content is not: a second line that must hold by itself."""

    @pytest.mark.parametrize(
        "info",
        [
            member("../escaped"),
            member("cifar-10-batches-py/../../escaped"),
            member("cifar-10-batches-py/link", tarfile.SYMTYPE, "/etc/passwd"),
            member("cifar-10-batches-py/link", tarfile.SYMTYPE, "../../.."),
            member("cifar-10-batches-py/link", tarfile.LNKTYPE, "../../escaped"),
            member("cifar-10-batches-py/device", tarfile.CHRTYPE),
        ],
        ids=lambda info: f"{info.name}->{info.linkname}",
    )
    def test_outside_its_folder(self, refuse, server, tiny, info):
        evil = tiny.repacked(extra=[(info, b"")])
        message = refuse(evil.served_at(server.file(evil.content)))
        assert "The archive was refused, because it would write outside its own folder." in message
        assert info.name in message

    def test_evil_pickle(self, refuse, server, tiny, tmp_path):
        proof = tmp_path / "it-ran"
        pickle = b"cos\nsystem\n(S'touch " + str(proof).encode() + b"'\ntR."
        evil = tiny.repacked(tiny.files | {"data_batch_3": pickle})
        message = refuse(evil.served_at(server.file(evil.content)))
        assert "would run os.system" in message
        assert "data_batch_3" in message
        assert not proof.exists()

    def test_damaged_inside(self, refuse, server, tiny):
        content = tiny.content[: len(tiny.content) // 2]
        evil = tiny.repacked(content=content)
        message = refuse(evil.served_at(server.file(content)))
        assert "The archive cannot be unpacked: it is damaged." in message

    def test_garbled_inside(self, refuse, server, tiny):
        middle = len(tiny.content) // 2
        content = tiny.content[:middle] + bytes(1000) + tiny.content[middle + 1000 :]
        evil = tiny.repacked(content=content)
        message = refuse(evil.served_at(server.file(content)))
        assert "it is damaged" in message or "not the files of CIFAR-10" in message

    def test_not_an_archive(self, refuse, server, tiny):
        evil = tiny.repacked(content=b"<html>Please log in</html>")
        assert "cannot be unpacked" in refuse(evil.served_at(server.file(evil.content)))

    def test_wrong_images(self, refuse, server, tiny):
        evil = tiny.repacked(tiny.files | {"data_batch_1": tiny.files["data_batch_2"]})
        assert "The converted images are wrong" in refuse(evil.served_at(server.file(evil.content)))

    def test_a_file_missing(self, refuse, server, tiny):
        members = [
            (tarfile.TarInfo(f"cifar-10-batches-py/{name}"), tiny.files[name]) for name in tiny.archive.test
        ]
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w:gz") as tar:
            for info, data in members:
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        evil = tiny.repacked(content=file.getvalue())
        assert "data_batch_1 is missing" in refuse(evil.served_at(server.file(evil.content)))


class TestFromDisk:
    @pytest.fixture
    def batches(self, tiny, tmp_path) -> Path:
        path = tmp_path / "downloads" / "cifar-10-batches-py"
        path.mkdir(parents=True)
        for name, content in tiny.files.items():
            (path / name).write_bytes(content)
        return path

    def test_archive(self, folder, tiny, tmp_path):
        path = tmp_path / "cifar-10-python.tar.gz"
        path.write_bytes(tiny.content)
        assert cifar10.install(path, archive=tiny.archive) == folder / "cifar10.npy"
        assert whole(folder, tiny)

    def test_folder(self, folder, tiny, batches):
        cifar10.install(batches, archive=tiny.archive)
        assert whole(folder, tiny)

    def test_folder_around_the_folder(self, folder, tiny, batches):
        cifar10.install(batches.parent, archive=tiny.archive)
        assert whole(folder, tiny)

    def test_does_nothing_when_it_is_there(self, folder, tiny, batches):
        cifar10.install(batches, archive=tiny.archive)
        assert cifar10.install(batches, archive=tiny.archive) is None
        assert cifar10.install(batches, archive=tiny.archive, force=True) is not None

    def refused(self, path, tiny, old):
        with pytest.raises(GradbookError) as caught:
            cifar10.install(path, archive=tiny.archive)
        kept, content = old
        assert os.listdir(kept.parent) == [kept.name]
        assert kept.read_bytes() == content
        return str(caught.value)

    def test_one_bad_file_is_named(self, tiny, batches, old):
        (batches / "data_batch_4").write_bytes(b"not a batch")
        message = self.refused(batches, tiny, old)
        assert "data_batch_4 has MD5" in message
        assert "data_batch_3 has" not in message

    def test_all_bad_files_are_named(self, tiny, batches, old):
        (batches / "data_batch_4").unlink()
        (batches / "test_batch").write_bytes(b"")
        message = self.refused(batches, tiny, old)
        assert "data_batch_4 is missing; test_batch has MD5" in message

    def test_another_archive(self, tiny, tmp_path, old):
        path = tmp_path / "mnist.tar.gz"
        path.write_bytes(tiny.content[:1000])
        message = self.refused(path, tiny, old)
        assert "This file is not the archive of CIFAR-10, or is incomplete." in message
        assert f"{len(tiny.content):,} bytes" in message
        assert "1,000 bytes" in message

    def test_nothing_there(self, tiny, tmp_path, old):
        assert "There is no such file or folder." in self.refused(tmp_path / "gone", tiny, old)

    def test_unreadable(self, tiny, batches, old, monkeypatch):
        def refused(self, *args, **kwargs):
            if self.name == "data_batch_1":
                raise PermissionError(errno.EACCES, "Permission denied", str(self))
            return builtins.open(self, *args, **kwargs)

        monkeypatch.setattr(archive_module.Path, "open", refused)
        message = self.refused(batches, tiny, old)
        assert "data_batch_1" in message
        assert "Permission denied" in message


def test_the_published_facts():
    """Are the constants the published ones?"""
    assert cifar10.ARCHIVE.size == 170_498_071
    assert cifar10.CIFAR10.size == 184_380_000
    assert len(cifar10.ARCHIVE.files) == 7
    assert len(cifar10.CIFAR10.class_names) == 10
    assert replace(cifar10.ARCHIVE).sha256.startswith("6d958be0")
