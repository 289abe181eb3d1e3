"""Processes of our own that students' submissions are graded in.

A hand grades one submission at a time, in its main thread: converters change the working folder, and a
kernel's client wants an event loop. One that dies takes no other submission along, and it is known whose it
was.
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
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import ParamSpec, TypeVar

import psutil

from autograder.errors import AutograderError
from autograder.files import short_tempdir
from autograder.grading.kernels import warm
from autograder.grading.workers.workforce import Workforce

_P = ParamSpec("_P")
_T = TypeVar("_T")

#: A submission whose process dies this often is not tried again.
TRIES = 2

#: What the process that hands are forked from imports.
_IMPORTED = ["autograder.grading.grader"]


@functools.cache
def prepare() -> None:
    """Begin to import what hands need, while this process imports what it needs itself."""
    if os.name != "posix":
        return
    # multiprocessing keeps its sockets in a folder, which a killed process would leave behind. This shell
    # waits for the end of its input, which comes with our end, however we end.
    ours, _ = os.pipe()
    words = ["sh", "-c", 'read -r _; rm -rf "$1"', "sh", multiprocessing.util.get_temp_dir()]
    input_ = (os.POSIX_SPAWN_DUP2, ours, 0)
    os.posix_spawn("/bin/sh", words, {"PATH": os.defpath}, file_actions=[input_], setsid=True)
    os.close(ours)
    multiprocessing.forkserver.set_forkserver_preload(_IMPORTED)
    multiprocessing.forkserver.ensure_running()


class _TooLongError(AutograderError):
    """A hand was ended, for it did not."""


class Hands(Workforce):
    """As many processes as are at work at the same time; each begins when it is first needed.

    What they write while they grade lies in one temporary folder, which ends with them. They end with the
    block of a ``with`` statement, at once where it ends in an exception, or with the process that they belong
    to, however that ends.
    """

    def __init__(self) -> None:
        self._all: list[_Hand] = []
        self._idle: list[_Hand] = []
        # Made by the first hand, which also sees to it that it goes: a killed owner cannot.
        self._scratch = str(Path(short_tempdir()) / f"autograder-{secrets.token_hex(8)}")
        self._is_over = False
        self._lock = threading.Lock()

    def run(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return what a function returns in a hand that has nothing to do; called from many threads.

        Raises
        ------
        AutograderError
            When the hand died, and the next one too.
        CancelledError
            When the hands were ended meanwhile.
        """
        return self.run_within(None, function, *args, **kwargs)

    def run_within(
        self, seconds: float | None, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Do as `run` does, and end the hand where it takes longer than so many seconds.

        Raises
        ------
        AutograderError
            When it did, or the hand died, and the next one too.
        CancelledError
            When the hands were ended meanwhile.
        """
        for _ in range(TRIES):
            try:
                with self._taken() as hand:
                    future = hand.pool.submit(function, *args, **kwargs)
                    if not wait([future], seconds).done:
                        hand.end()
                        raise _TooLongError(f"grading it took more than {seconds:g} s")
                    return future.result()
            except (BrokenProcessPool, CancelledError):
                if self._is_over:
                    raise CancelledError from None
        msg = "the process that graded it died, twice"
        raise AutograderError(msg)

    @contextlib.contextmanager
    def _taken(self) -> Iterator[_Hand]:
        """Give a hand that has nothing to do, and take it back, unless it came to its end."""
        hand = self._take()
        try:
            yield hand
        except (BrokenProcessPool, CancelledError, _TooLongError):
            raise
        except BaseException:
            self._idle.append(hand)
            raise
        self._idle.append(hand)

    def _take(self) -> _Hand:
        with contextlib.suppress(IndexError):
            return self._idle.pop()
        with self._lock:
            if self._is_over:
                raise CancelledError
            hand = _Hand(self._scratch)
            self._all.append(hand)
        return hand

    def close(self) -> None:
        """Let the hands go, once they have nothing to do."""
        self._is_over = True
        for hand in self._all:
            hand.pool.shutdown()
        self._clear()

    def end(self) -> None:
        """End the hands at once, and the kernels that they started."""
        self._is_over = True
        with self._lock:
            for hand in self._all:
                hand.end()
        self._clear()

    def _clear(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)


class _Hand:
    """A process, at work or waiting for work."""

    def __init__(self, scratch: str) -> None:
        # A forked one would inherit the gradebook's open connection and its locks.
        context = multiprocessing.get_context("forkserver" if os.name == "posix" else "spawn")
        prepare()
        begin = (_begin_work, (scratch, os.getpid(), dict(os.environ)))
        self.pool = ProcessPoolExecutor(1, context, *begin)
        self.process = psutil.Process(self.pool.submit(os.getpid).result())

    def end(self) -> None:
        """End it, with all that descends from it."""
        _end_work(self.process)
        # Waiting: the pool's thread closes what Python, at its own end, would write to.
        self.pool.shutdown(cancel_futures=True)


def _begin_work(scratch: str, owner: int, environment: dict[str, str]) -> None:
    """Make a new hand ready: what it writes lies in `scratch`, and Ctrl-C is not for it to answer."""
    threading.Thread(target=_end_with, args=(owner, scratch), daemon=True).start()
    # A server forks the hands, and knows the environment in which it began.
    os.environ.clear()
    os.environ.update(environment)
    os.makedirs(scratch, mode=0o700, exist_ok=True)
    tempfile.tempdir = scratch
    if hasattr(os, "setsid"):
        os.setsid()
    warm.begin()


def _end_with(owner: int, scratch: str) -> None:
    """Wait until the owner's process is gone: killed, it leaves hands and kernels that nobody ends."""
    with contextlib.suppress(psutil.NoSuchProcess):
        main = psutil.Process(owner)
        while main.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.5)
    _end_children(psutil.Process())
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def _end_work(hand: psutil.Process) -> None:
    """End a hand at once, and the kernels that it started."""
    with contextlib.suppress(psutil.NoSuchProcess):
        hand.suspend()  # so that it starts no other meanwhile
        _end_children(hand)
        hand.kill()


def _end_children(process: psutil.Process) -> None:
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
