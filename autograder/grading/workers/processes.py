"""The worker processes that grade submissions.

A worker grades one submission at a time in its main thread, because nbgrader's converters change the working
folder and the client of a kernel needs an event loop. If a worker dies, no other submission is affected, and
the submission that killed it is known.
"""

from __future__ import annotations

import contextlib
import functools
import multiprocessing.forkserver
import multiprocessing.util
import os
import secrets
import shutil
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

import psutil

from autograder.files import short_tempdir
from autograder.grading.kernels import prefork
from gradbook.errors import GradbookError

_P = ParamSpec("_P")
_T = TypeVar("_T")

#: How many times a submission is graded whose process dies.
TRIES = 2

#: The modules that the server imports from which workers are forked.
_IMPORTED = ["autograder.grading.grader"]


@functools.cache
def prepare() -> None:
    """Start the server from which workers are forked, so that it imports modules in parallel with us."""
    if os.name != "posix":
        return
    # multiprocessing keeps its sockets in a folder, which a killed process would leave behind. This shell
    # deletes it at the end of its input, which is when our process ends, even if it is killed.
    ours, _ = os.pipe()
    words = ["sh", "-c", 'read -r _; rm -rf "$1"', "sh", multiprocessing.util.get_temp_dir()]
    input_ = (os.POSIX_SPAWN_DUP2, ours, 0)
    os.posix_spawn("/bin/sh", words, {"PATH": os.defpath}, file_actions=[input_], setsid=True)
    os.close(ours)
    multiprocessing.forkserver.set_forkserver_preload(_IMPORTED)
    multiprocessing.forkserver.ensure_running()


class _TooLongError(GradbookError):
    """A worker was killed because it did not finish in time."""


class WorkerPool(ABC):
    """Base class of worker pools: a context manager that shuts down on success and kills on error."""

    @abstractmethod
    def close(self) -> None:
        """Shut the workers down, once each has finished its work."""

    @abstractmethod
    def end(self) -> None:
        """Kill the workers at once."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.end()


class WorkerProcesses(WorkerPool):
    """Worker processes, started on demand: as many as are used at the same time.

    They write to a single temporary folder, which is deleted when they end. They end with the block of a
    ``with`` statement, or with the process that started them, even if it is killed.
    """

    def __init__(self) -> None:
        self._all: list[_Worker] = []
        self._idle: list[_Worker] = []
        # The workers create and delete this folder, because a killed owner could not delete it.
        self._scratch = str(Path(short_tempdir()) / f"autograder-{secrets.token_hex(8)}")
        self._is_over = False
        self._lock = threading.Lock()

    def run(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Call a function in an idle worker and return its result; thread-safe.

        Raises
        ------
        GradbookError
            If two workers in a row died.
        CancelledError
            If the workers were killed meanwhile.
        """
        return self.run_within(None, function, *args, **kwargs)

    def run_within(
        self, seconds: float | None, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Call a function like `run`, but kill the worker if it takes longer than `seconds`.

        Raises
        ------
        GradbookError
            If it took too long, or two workers in a row died.
        CancelledError
            If the workers were killed meanwhile.
        """
        for _ in range(TRIES):
            try:
                with self._taken() as worker:
                    future = worker.pool.submit(function, *args, **kwargs)
                    if not wait([future], seconds).done:
                        worker.end()
                        msg = f"grading took more than {seconds:g} s"
                        raise _TooLongError(msg)
                    return future.result()
            except (BrokenProcessPool, CancelledError):
                if self._is_over:
                    raise CancelledError from None
        msg = "the process that was grading it died, twice"
        raise GradbookError(msg)

    @contextlib.contextmanager
    def _taken(self) -> Iterator[_Worker]:
        """Yield an idle worker, and make it available again afterwards unless it has ended."""
        worker = self._take()
        try:
            yield worker
        except (BrokenProcessPool, CancelledError, _TooLongError):
            raise
        except BaseException:
            self._idle.append(worker)
            raise
        self._idle.append(worker)

    def _take(self) -> _Worker:
        with contextlib.suppress(IndexError):
            return self._idle.pop()
        with self._lock:
            if self._is_over:
                raise CancelledError
            worker = _Worker(self._scratch)
            self._all.append(worker)
        return worker

    def close(self) -> None:
        """Shut the workers down, once each has finished its work."""
        self._is_over = True
        for worker in self._all:
            worker.pool.shutdown()
        self._clear()

    def end(self) -> None:
        """Kill the workers and the kernels that they started."""
        self._is_over = True
        with self._lock:
            for worker in self._all:
                worker.end()
        self._clear()

    def _clear(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)


class _Worker:
    """One worker process, busy or idle."""

    def __init__(self, scratch: str) -> None:
        # A fork of this process would inherit the gradebook's open connection and its locks.
        context = multiprocessing.get_context("forkserver" if os.name == "posix" else "spawn")
        prepare()
        begin = (_begin_work, (scratch, os.getpid(), dict(os.environ)))
        self.pool = ProcessPoolExecutor(1, context, *begin)
        self.process = psutil.Process(self.pool.submit(os.getpid).result())

    def end(self) -> None:
        """Kill the process and its descendants."""
        _end_work(self.process)
        # Wait for the pool's thread, because it closes a pipe that Python would write to when it exits.
        self.pool.shutdown(cancel_futures=True)


def _begin_work(scratch: str, owner: int, environment: dict[str, str]) -> None:
    """Prepare a new worker: it writes to `scratch`, and only its parent handles Ctrl-C."""
    threading.Thread(target=_end_with, args=(owner, scratch), daemon=True).start()
    # The fork server still has the environment in which it was started.
    os.environ.clear()
    os.environ.update(environment)
    Path(scratch).mkdir(mode=0o700, parents=True, exist_ok=True)
    tempfile.tempdir = scratch
    if hasattr(os, "setsid"):
        os.setsid()
    prefork.begin()


def _end_with(owner: int, scratch: str) -> None:
    """Wait until the owner has ended, then clean up and exit, because a killed owner cannot clean up."""
    with contextlib.suppress(psutil.NoSuchProcess):
        main = psutil.Process(owner)
        while main.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.5)
    _end_children(psutil.Process())
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def _end_work(worker: psutil.Process) -> None:
    """Kill a worker and the kernels that it started."""
    with contextlib.suppress(psutil.NoSuchProcess):
        worker.suspend()  # so that it cannot start other processes meanwhile
        _end_children(worker)
        worker.kill()


def _end_children(process: psutil.Process) -> None:
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
