"""Warm kernels: forked from a process that has their imports done, in a sandbox that a worker keeps.

A kernel that is started anew spends most of its time on imports. Where a worker says `begin`, its kernels are
forked by a fork server instead (`forkserver`), each into a room of its own (`room`). A server is used again
only after a kernel that went its way to the end: after one that died, or ran into a limit, the whole sandbox
is thrown away. Where no server can be started, kernels start as they do otherwise.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing.util
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from autograder.files import short_tempdir
from autograder.grading.kernels import users
from autograder.grading.kernels.bubblewrap import COPIES, SHARED_MEMORY, WORK, Sandbox
from autograder.grading.kernels.limits import Limits

#: Seconds for the server to import everything, to fork a kernel, and to see one end.
_PATIENCE = 30

#: What the server may do in the user namespace around the rooms. Kernels may do nothing.
_CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SETFCAP")

_CREDENTIALS = struct.Struct("3i")


class WarmKernel:
    """A forked kernel, to be used as the `subprocess.Popen` of one that was started.

    Parameters
    ----------
    line
        Over it come the kernel's beginning and its end.

    Attributes
    ----------
    pid
        The first process of the kernel's room; who ends it ends all that is in there.
    returncode
        How that process ended, as shells tell it; None as long as it lives.
    """

    stdin = stdout = stderr = None

    def __init__(self, line: socket.socket) -> None:
        self.returncode: int | None = None
        self._line = line
        # The watch over a kernel ends it, while the client that it runs for waits for it.
        self._lock = threading.Lock()
        self.pid = self._hear_beginning()
        # Its number may be another's once it has ended; the descriptor stays its own.
        self._handle = os.pidfd_open(self.pid)

    def poll(self) -> int | None:
        """Return how the kernel ended, None as long as it lives."""
        return self._hear_end(0)

    def wait(self, timeout: float = _PATIENCE) -> int | None:
        """Wait for the kernel's end; return how it ended, None where it does not."""
        return self._hear_end(timeout)

    def send_signal(self, number: int) -> None:
        """Send a signal to the first process of the room."""
        with self._lock, contextlib.suppress(ProcessLookupError):
            if self.returncode is None:
                signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """End all that is in the kernel's room."""
        self.send_signal(signal.SIGKILL)

    def _hear_beginning(self) -> int:
        self._line.settimeout(_PATIENCE)
        _, ancillary, _, _ = self._line.recvmsg(1, socket.CMSG_SPACE(_CREDENTIALS.size))
        for _, kind, data in ancillary:
            if kind == socket.SCM_CREDENTIALS:
                pid = int(_CREDENTIALS.unpack(data)[0])
                # From a server that has ended, nothing comes, and nobody sent it.
                if pid:
                    return pid
        msg = "the fork server did not fork"
        raise OSError(msg)

    def _hear_end(self, timeout: float) -> int | None:
        with self._lock:
            if self.returncode is None and select.select([self._line], [], [], timeout)[0]:
                told = self._line.recv(1)
                self.returncode = told[0] if told else 1
                self._line.close()
                os.close(self._handle)
            return self.returncode


@dataclass(frozen=True)
class _Nursery(Sandbox):
    """The sandbox that a fork server and its kernels' rooms are in; `sockets` holds all their folders."""

    control: int = -1

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What the command needs to inherit."""
        return (self.control, *((users.namespace(nests=True),) if users.are_two() else ()))

    def _users(self) -> list[str]:
        # For the server to make rooms, it must have rights. It has them in here only, and kernels have none.
        may = [part for name in _CAPABILITIES for part in ("--cap-add", name)]
        if not users.are_two():
            return ["--unshare-user", "--uid", "0", "--gid", "0", *may]
        may += [part for name in users.CAPABILITIES for part in ("--cap-add", name)]
        return ["--userns", str(self.descriptors[-1]), *may]

    def _handed_in(self) -> list[str]:
        return []

    def _python(self, module: str, arguments: tuple[str, ...]) -> list[str]:
        return ["-m", module, *arguments]


class ForkServer:
    """A sandbox with a process in it that forks kernels.

    Parameters
    ----------
    environment
        The kernels' environment, as far as imports read it.
    folder
        An empty folder, in which each kernel's folder will lie.
    limits
        What a kernel may take.

    Raises
    ------
    OSError
        When it does not start.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path, limits: Limits) -> None:
        self.folder = folder
        ours, theirs = socket.socketpair()
        with theirs:
            sandbox = _Nursery(folder, folder, (), limits, theirs.fileno())
            arguments = (str(theirs.fileno()), json.dumps(COPIES[1:]))
            self._process = subprocess.Popen(
                sandbox.command("autograder.grading.kernels.forkserver", *arguments),
                env=sandbox.environment(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=sandbox.descriptors,
                start_new_session=True,
            )
        self._control = ours
        ours.settimeout(_PATIENCE)
        try:
            if not ours.recv(1):
                msg = "the fork server did not start"
                raise OSError(msg)
        except BaseException:
            self.close()
            raise

    def fork(self, sandbox: Sandbox, environment: Mapping[str, str], arguments: list[str]) -> WarmKernel:
        """Fork a kernel, shut in as `sandbox` says, and return it when it is about to run.

        Parameters
        ----------
        sandbox
            Its folders, which must lie in the server's, and its limits.
        environment
            What it finds in ``os.environ``.
        arguments
            The module that it becomes, and what it finds in ``sys.argv`` after that.

        Raises
        ------
        OSError
            When it does not begin.
        """
        plan = {
            **sandbox.plan(),
            "copies": COPIES[1:],
            "arguments": arguments,
            "cwd": WORK,
            "disk": sandbox.limits.disk,
            "environment": sandbox.environment(environment),
            "folder": str(self.folder),
            "shared memory": SHARED_MEMORY,
            "sockets": str(sandbox.sockets),
            "work": str(sandbox.submission),
        }
        ours, theirs = socket.socketpair()
        # Who sends is told as it is called on this side.
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        try:
            with theirs:
                socket.send_fds(self._control, [b"f"], [theirs.fileno()])
            ours.sendall(json.dumps(plan).encode() + b"\n")
            return WarmKernel(ours)
        except BaseException:
            ours.close()
            raise

    def close(self) -> None:
        """End the server and all that is in its sandbox."""
        self._control.close()
        with contextlib.suppress(psutil.NoSuchProcess):
            for process in psutil.Process(self._process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        self._process.kill()
        self._process.wait()


class _Worker:
    """What this process knows of warm kernels: where they lie, their server, and whether one can start."""

    folder: Path | None = None
    server: ForkServer | None = None
    is_able = True


def begin() -> None:
    """Let this process's kernels be warm, from now on; what is left of them ends with the process."""
    # A server would hide a Python that lies in /tmp from its kernels.
    if not any(Path(prefix).is_relative_to("/tmp") for prefix in (sys.prefix, sys.base_prefix)):
        _Worker.folder = Path(tempfile.mkdtemp(prefix="warm-", dir=short_tempdir()))
        # At the end of a process of multiprocessing's, too.
        multiprocessing.util.Finalize(None, end, exitpriority=1)


def end() -> None:
    """Start kernels as usual again."""
    throw_away()
    if _Worker.folder is not None:
        shutil.rmtree(_Worker.folder, ignore_errors=True)
    _Worker.folder = None


@contextlib.contextmanager
def kernels() -> Iterator[None]:
    """Let this process's kernels be warm in the block."""
    if _Worker.folder is not None:
        yield
        return
    begin()
    try:
        yield
    finally:
        end()


def folder() -> Path | None:
    """Return where the folders of warm kernels must lie; None where kernels start as usual."""
    return _Worker.folder


def fork(sandbox: Sandbox, environment: Mapping[str, str], arguments: list[str]) -> WarmKernel | None:
    """Fork a kernel; None where that is not wanted, or does not work here.

    Parameters
    ----------
    sandbox, environment, arguments
        As `ForkServer.fork` takes them.
    """
    if _Worker.folder is None or not _Worker.is_able:
        return None
    for _ in range(2):
        try:
            if _Worker.server is None:
                _Worker.server = ForkServer(environment, _Worker.folder, sandbox.limits)
        except OSError:
            # It would not start the next time either.
            _Worker.is_able = False
            return None
        try:
            return _Worker.server.fork(sandbox, environment, arguments)
        except OSError:
            throw_away()
    return None


def throw_away() -> None:
    """End the server, with its sandbox; the next kernel gets a new one."""
    if _Worker.server is not None:
        _Worker.server.close()
    _Worker.server = None
