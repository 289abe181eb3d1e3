"""What a kernel may take of the machine, and the watch over it.

What the operating system limits by process is set inside the sandbox (`inside`). What it does not, memory in
use and the number of processes of a whole family, is looked at several times a second.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

MIB = 2**20

#: Seconds between two looks at a kernel. Longer, and a fork bomb grows; shorter, and looking costs.
INTERVAL = 0.2

#: What ipykernel keeps in the folder of its sockets takes less.
_SOCKET_FOLDER = MIB


@dataclass(frozen=True)
class Limits:
    """What one kernel, with all that it starts, may take.

    Attributes
    ----------
    memory
        Bytes in use.
    disk
        Bytes written to the folders that a sandbox has of its own; they lie in memory, and vanish with it.
    processes
        Processes at a time.
    cpu
        Seconds of computing, each process by itself.
    output
        Bytes that one cell puts out.
    """

    memory: int = 2048 * MIB
    disk: int = 512 * MIB
    processes: int = 64
    cpu: int = 600
    output: int = 16 * MIB

    @property
    def out_of_memory(self) -> str:
        """The verdict on who takes more memory."""
        return f"out of memory (limit {size(self.memory)})"

    @property
    def too_many_processes(self) -> str:
        """The verdict on who starts more processes."""
        return f"too many processes (limit {self.processes})"

    @property
    def too_much_output(self) -> str:
        """The verdict on who puts out more."""
        return f"too much output (limit {size(self.output)})"

    def rlimits(self) -> dict[str, int]:
        """Return what to hand to ``setrlimit``, by the name of the resource."""
        return {
            # Address space is promised, not used: NumPy's libraries alone are promised a gigabyte. So this
            # only stops at once what could never fit; the watch over the memory in use does the rest.
            "RLIMIT_AS": self.memory + 2048 * MIB,
            "RLIMIT_CORE": 0,
            "RLIMIT_CPU": self.cpu,
            "RLIMIT_FSIZE": self.disk,
            "RLIMIT_NOFILE": 256,
            # Counts threads too. It holds for ordinary users, in the sandbox's own user namespace; for root
            # Linux ignores it.
            "RLIMIT_NPROC": self.processes + 128,
        }


def size(bytes_: int) -> str:
    """Return a number of bytes in words.

    >>> size(2 * 2**30), size(64 * 2**20)
    ('2 GiB', '64 MiB')
    """
    return f"{bytes_ / 2**30:g} GiB" if bytes_ >= 2**30 else f"{bytes_ / MIB:g} MiB"


class Watch:
    """A thread that looks at a kernel's processes, and ends them where they take too much.

    Parameters
    ----------
    pid
        The process at the head of the family.
    limits
        What it may take.
    sockets
        The folder that the kernel shares with the grader, the one place of ours that it can write to.
    end
        Ends the family; called at most once, after `verdict` is set.

    Attributes
    ----------
    verdict
        What was exceeded; None as long as nothing was.
    """

    def __init__(self, pid: int, limits: Limits, sockets: Path, end: Callable[[], None]) -> None:
        self.verdict: str | None = None
        self._most_memory = 0
        self._head = psutil.Process(pid)
        self._limits = limits
        self._sockets = sockets
        self._end = end
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="autograder-watch")
        self._thread.start()

    def stop(self) -> None:
        """Stop looking."""
        self._over.set()
        self._thread.join()

    def most_memory(self) -> int:
        """Return the most bytes of memory that were seen in use at a time, by now."""
        with contextlib.suppress(psutil.Error, OSError):
            self._look()
        return self._most_memory

    def _run(self) -> None:
        while not self._over.wait(INTERVAL):
            with contextlib.suppress(psutil.Error, OSError):  # it ended while we looked
                self.verdict = self._look()
            if self.verdict is not None:
                self._end()
                return

    def _look(self) -> str | None:
        family = [self._head, *self._head.children(recursive=True)]
        if len(family) > self._limits.processes:
            return self._limits.too_many_processes
        # Forked processes share memory that counts for each of them: only if that sum is too large is it
        # worth to look who owns what, which takes longer.
        resident = sum(map(_resident, family))
        self._most_memory = max(self._most_memory, resident)
        if resident > self._limits.memory and sum(map(_own, family)) > self._limits.memory:
            return self._limits.out_of_memory
        with os.scandir(self._sockets) as entries:
            written = [entry.stat(follow_symlinks=False).st_size for entry in entries]
        if sum(written) > _SOCKET_FOLDER or len(written) > 20:
            return "wrote into the grader's folder"
        return None


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _own(process: psutil.Process) -> int:
    """Return the memory of a process, what it shares with others by its share."""
    try:
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.uss))
    except psutil.AccessDenied:
        return _resident(process)
    except psutil.Error:
        return 0
