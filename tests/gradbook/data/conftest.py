"""A CIFAR-10 of a few images in the genuine layout, and a local server that serves it."""

from __future__ import annotations

import hashlib
import io
import pickle
import struct
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from gradbook.data.archive import Archive
from gradbook.data.cifar10 import ARCHIVE, CIFAR10
from gradbook.data.dataset import digest

BATCH = 20


class Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2 wrote its strings, as in the genuine batches."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def save_bytes(self, obj):
        self.write(b"T" + struct.pack("<i", len(obj)) + obj)
        self.memoize(obj)

    dispatch[bytes] = save_bytes


def python2_pickle(obj) -> bytes:
    file = io.BytesIO()
    Python2Pickler(file, protocol=2).dump(obj)
    # NumPy 2 renamed the module; GLOBAL names end with a newline, so the lengths need no change.
    return file.getvalue().replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


def batch(rng) -> dict:
    return {
        b"batch_label": b"a batch made for a test",
        b"labels": rng.integers(0, 10, BATCH).tolist(),
        b"data": rng.integers(0, 256, (BATCH, 3072)).astype(np.uint8),
        b"filenames": [b"image.png"] * BATCH,
    }


def pack(members: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for info, content in members:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return file.getvalue()


@dataclass
class Tiny:
    """The tiny CIFAR-10: its files, the archive's bytes, its description, and the expected data set."""

    files: dict[str, bytes]
    content: bytes
    archive: Archive
    X: np.ndarray
    y: np.ndarray

    def repacked(self, files: dict[str, bytes] | None = None, extra=(), content: bytes | None = None) -> Tiny:
        """Return it with other files or members and matching hashes: hostile, but well described."""
        files = files or self.files
        if content is None:
            members = [(tarfile.TarInfo(f"{ARCHIVE.folder}/{name}"), data) for name, data in files.items()]
            content = pack(members + list(extra))
        md5 = {name: hashlib.md5(data).hexdigest() for name, data in files.items()}
        archive = replace(
            self.archive,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            train={name: md5[name] for name in self.archive.train},
            test={name: md5[name] for name in self.archive.test},
            other={name: md5[name] for name in self.archive.other},
        )
        return replace(self, files=files, content=content, archive=archive)

    def served_at(self, *urls: str) -> Archive:
        return replace(self.archive, urls=urls)


@pytest.fixture(name="python2_pickle")
def python2_pickle_fixture():
    return python2_pickle


@pytest.fixture(scope="session")
def tiny() -> Tiny:
    rng = np.random.default_rng(0)
    batches = {name: batch(rng) for name in (*ARCHIVE.train, *ARCHIVE.test)}
    files = {name: python2_pickle(content) for name, content in batches.items()}
    files["batches.meta"] = python2_pickle({b"label_names": [name.encode() for name in CIFAR10.class_names]})
    # The oracle, pixel by pixel: 1,024 values of red, then green, then blue, row by row.
    X = np.zeros((6 * BATCH, 32, 32, 3), np.uint8)
    for n, row in enumerate(np.concatenate([content[b"data"] for content in batches.values()])):
        for place, value in enumerate(row):
            X[n, place % 1024 // 32, place % 32, place // 1024] = value
    y = np.array([label for content in batches.values() for label in content[b"labels"]])
    data = np.concatenate([X.ravel(), y.astype(np.uint8)])
    dataset = replace(CIFAR10, train=5 * BATCH, test=BATCH, sha256=digest(data))
    empty = Tiny(files, b"", replace(ARCHIVE, dataset=dataset, urls=()), X, y)
    return empty.repacked()


Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """A server with its responses by path, and the requests that it received."""

    address: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    #: Set once a slow response has sent its first half.
    stalled: threading.Event = field(default_factory=threading.Event)
    #: Set to let slow responses end.
    release: threading.Event = field(default_factory=threading.Event)

    def at(self, path: str, answer: Answer) -> str:
        self.answers[path] = answer
        return self.address + path

    def file(self, content: bytes, path: str = "/archive.tar.gz") -> str:
        return self.at(path, lambda request: send(request, content))

    def status(self, code: int, path: str = "/status") -> str:
        return self.at(path, lambda request: request.send_error(code))

    def dropped(self, content: bytes, path: str = "/dropped") -> str:
        """Announce the full length, but send only half."""
        return self.at(path, lambda request: send(request, content[: len(content) // 2], len(content)))

    def truncated(self, content: bytes, path: str = "/truncated") -> str:
        """Send half without announcing a length."""
        return self.at(path, lambda request: send(request, content[: len(content) // 2], None))

    def redirect(self, target: str, path: str = "/redirect") -> str:
        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(302)
            request.send_header("Location", target)
            request.send_header("Content-Length", "0")
            request.end_headers()

        return self.at(path, answer)

    def slow(self, content: bytes, path: str = "/slow") -> str:
        def answer(request: BaseHTTPRequestHandler) -> None:
            send(request, content[: len(content) // 2], len(content))
            request.wfile.flush()
            self.stalled.set()
            self.release.wait(60)

        return self.at(path, answer)

    def in_turn(self, *answers: str, path: str = "/turns") -> str:
        """Respond as the given addresses do, one after the other, and then always like the last one."""
        paths = [address.removeprefix(self.address) for address in answers]

        def answer(request: BaseHTTPRequestHandler) -> None:
            turn = min(self.asked.count(path), len(paths)) - 1
            self.answers[paths[turn]](request)

        return self.at(path, answer)


def send(request: BaseHTTPRequestHandler, content: bytes, length: int | None = -1) -> None:
    request.send_response(200)
    if length is not None:
        request.send_header("Content-Length", str(len(content) if length < 0 else length))
    request.end_headers()
    request.wfile.write(content)


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            served.answers[self.path](self)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Server(f"http://127.0.0.1:{http.server_address[1]}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    served.release.set()
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of this test, which is empty."""
    path = tmp_path / "datasets"
    path.mkdir()
    monkeypatch.setenv("AUTOGRADER_DATA", str(path))
    monkeypatch.delenv("AUTOGRADER_DATASET", raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return path


@pytest.fixture
def old(folder: Path) -> tuple[Path, bytes]:
    """An existing file in place of the data set, and its content."""
    path = folder / "cifar10.npy"
    path.write_bytes(b"what was there before")
    return path, path.read_bytes()
