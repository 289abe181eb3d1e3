"""The resource limits of a kernel, and the thread that enforces them.

Limits that the operating system enforces per process are set inside the sandbox (`bootstrap`). The total
memory and the number of processes of a process tree are checked several times per second.
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

#: Seconds between two checks of a kernel: with longer intervals fork bombs grow, with shorter ones the checks
#: take much time.
INTERVAL = 0.2

#: Maximum bytes in the folder of a kernel's sockets, more than ipykernel's own files take.
_SOCKET_FOLDER = MIB


@dataclass(frozen=True)
class Limits:
    """The resource limits of a kernel and its descendants.

    Attributes
    ----------
    memory
        Bytes of memory in use.
    disk
        Bytes written to the private folders of a sandbox, which are in memory and disappear with it.
    processes
        Number of simultaneous processes.
    cpu
        Seconds of CPU time per process.
    output
        Bytes of output per cell.
    """

    memory: int = 2048 * MIB
    disk: int = 512 * MIB
    processes: int = 64
    cpu: int = 600
    output: int = 16 * MIB

    @property
    def out_of_memory(self) -> str:
        """The verdict when the memory limit is exceeded."""
        return f"out of memory (limit {size(self.memory)})"

    @property
    def too_many_processes(self) -> str:
        """The verdict when the limit on processes is exceeded."""
        return f"too many processes (limit {self.processes})"

    @property
    def too_much_output(self) -> str:
        """The verdict when the output limit is exceeded."""
        return f"too much output (limit {size(self.output)})"

    def rlimits(self) -> dict[str, int]:
        """Return the values for ``setrlimit``, by name of the resource."""
        return {
            # Address space is reserved rather than used: NumPy's libraries alone reserve a gigabyte. So this
            # limit only stops allocations that could never fit; the watch checks the memory in use.
            "RLIMIT_AS": self.memory + 2048 * MIB,
            "RLIMIT_CORE": 0,
            "RLIMIT_CPU": self.cpu,
            "RLIMIT_FSIZE": self.disk,
            "RLIMIT_NOFILE": 256,
            # This counts threads too. It applies to ordinary users, in the sandbox's own user namespace;
            # Linux ignores it for root.
            "RLIMIT_NPROC": self.processes + 128,
        }


def size(bytes_: int) -> str:
    """Return a number of bytes in readable units.

    >>> size(2 * 2**30), size(64 * 2**20)
    ('2 GiB', '64 MiB')
    """
    return f"{bytes_ / 2**30:g} GiB" if bytes_ >= 2**30 else f"{bytes_ / MIB:g} MiB"


@dataclass(frozen=True)
class Usage:
    """What a kernel and its descendants have used.

    Not counted is the CPU time of a process that detached from its parent, and ended, between two checks.

    Attributes
    ----------
    cpu
        CPU seconds.
    waited
        Seconds in which they could have run, but other processes had the CPU.
    """

    cpu: float = 0.0
    waited: float = 0.0


class Watch:
    """A thread that monitors a kernel's processes, and kills them if they exceed a limit.

    Parameters
    ----------
    pid
        The root of the process tree.
    limits
        Its limits.
    sockets
        The folder that the kernel shares with the grader, and the only one outside that it can write to.
    end
        A function that kills the process tree; called at most once, after `verdict` is set.

    Attributes
    ----------
    verdict
        The limit that was exceeded; None if there is none so far.
    usage
        What the processes have used so far.
    """

    def __init__(self, pid: int, limits: Limits, sockets: Path, end: Callable[[], None]) -> None:
        self.verdict: str | None = None
        self.usage = Usage()
        self._peak_memory = 0
        self._head = psutil.Process(pid)
        self._limits = limits
        self._sockets = sockets
        self._end = end
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="autograder-watch")
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread."""
        self._over.set()
        self._thread.join()

    def peak_memory(self) -> int:
        """Return the peak memory so far, in bytes."""
        with contextlib.suppress(psutil.Error, OSError):
            self._check()
        return self._peak_memory

    def _run(self) -> None:
        while not self._over.wait(INTERVAL):
            with contextlib.suppress(psutil.Error, OSError):  # it ended during the check
                self.verdict = self._check()
            if self.verdict is not None:
                self._end()
                return

    def _check(self) -> str | None:
        family = [self._head, *self._head.children(recursive=True)]
        if len(family) > self._limits.processes:
            return self._limits.too_many_processes
        cpu = sum(map(_cpu_time, family))
        waited = sum(map(_time_in_queue, family))
        self.usage = Usage(max(cpu, self.usage.cpu), max(waited, self.usage.waited))
        # Memory shared by forked processes counts for each of them. Only if that sum is too large is the
        # proportional share computed, which takes longer.
        resident = sum(map(_resident, family))
        self._peak_memory = max(self._peak_memory, resident)
        if resident > self._limits.memory and sum(map(_own, family)) > self._limits.memory:
            return self._limits.out_of_memory
        with os.scandir(self._sockets) as entries:
            written = [entry.stat(follow_symlinks=False).st_size for entry in entries]
        if sum(written) > _SOCKET_FOLDER or len(written) > 20:
            return "wrote into the grader's folder"
        return None


def _cpu_time(process: psutil.Process) -> float:
    """Return the CPU seconds of a process and of its children that have ended."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def _time_in_queue(process: psutil.Process) -> float:
    """Return the seconds in which a process could have run, but others had the CPU; 0 where it is unknown."""
    try:
        return int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _own(process: psutil.Process) -> int:
    """Return the memory of a process, including its proportional share of shared memory."""
    try:
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.uss))
    except psutil.AccessDenied:
        return _resident(process)
    except psutil.Error:
        return 0
