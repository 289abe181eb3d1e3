"""Forked kernels: they start from a process that has already imported their modules, in a worker's sandbox.

A kernel that starts from scratch spends most of its time on imports. After a worker calls `begin`, a fork
server (`forkserver`) forks its kernels instead, each into its own namespaces (`namespaces`). The server is
reused only after a kernel that ended normally; if a kernel died or exceeded a limit, the whole sandbox is
discarded. If no server can be started, kernels start from scratch.
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
from autograder.grading.kernels.limits import Limits
from autograder.grading.kernels.sandbox import COPIES, SHARED_MEMORY, WORK, Sandbox

#: Seconds that the server may take to import the modules, to fork a kernel, or to report its end.
_FORK_TIMEOUT_S = 30

#: The capabilities of the server in its user namespace. Kernels have none.
_CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SETFCAP")

_CREDENTIALS = struct.Struct("3i")


class ForkedKernel:
    """A forked kernel, with the interface of `subprocess.Popen`.

    Parameters
    ----------
    line
        The socket on which the server reports the kernel's start and exit code.

    Attributes
    ----------
    pid
        The first process in the kernel's namespaces; killing it kills all others in them.
    returncode
        The exit code of that process, as in shells; None while it is running.
    """

    stdin = stdout = stderr = None

    def __init__(self, line: socket.socket) -> None:
        self.returncode: int | None = None
        self._line = line
        # The watch may kill the kernel while the client waits for it in another thread.
        self._lock = threading.Lock()
        self.pid = self._receive_pid()
        # Another process may get its id once it has ended; the descriptor remains valid.
        self._handle = os.pidfd_open(self.pid)

    def poll(self) -> int | None:
        """Return the kernel's exit code, or None while it is running."""
        return self._receive_exit_code(0)

    def wait(self, timeout: float = _FORK_TIMEOUT_S) -> int | None:
        """Wait for the kernel to end; return its exit code, or None on timeout."""
        return self._receive_exit_code(timeout)

    def send_signal(self, number: int) -> None:
        """Send a signal to the first process in the namespaces."""
        with self._lock, contextlib.suppress(ProcessLookupError):
            if self.returncode is None:
                signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """Kill all processes in the kernel's namespaces."""
        self.send_signal(signal.SIGKILL)

    def _receive_pid(self) -> int:
        self._line.settimeout(_FORK_TIMEOUT_S)
        _, ancillary, _, _ = self._line.recvmsg(1, socket.CMSG_SPACE(_CREDENTIALS.size))
        for _, kind, data in ancillary:
            if kind == socket.SCM_CREDENTIALS:
                pid = int(_CREDENTIALS.unpack(data)[0])
                # If the server has ended, the message is empty and the sender's process id is 0.
                if pid:
                    return pid
        msg = "the fork server did not fork"
        raise OSError(msg)

    def _receive_exit_code(self, timeout: float) -> int | None:
        with self._lock:
            if self.returncode is None and select.select([self._line], [], [], timeout)[0]:
                code = self._line.recv(1)
                self.returncode = code[0] if code else 1
                self._line.close()
                os.close(self._handle)
            return self.returncode


@dataclass(frozen=True)
class _ServerSandbox(Sandbox):
    """The sandbox of a fork server and its kernels; `sockets` contains all their folders."""

    control: int = -1

    @property
    def descriptors(self) -> tuple[int, ...]:
        """The file descriptors that the command must inherit."""
        return (self.control, *((users.namespace(nests=True),) if users.runs_as_root() else ()))

    def _users(self) -> list[str]:
        # The server needs capabilities to create namespaces. They are valid only in its own user namespace.
        granted = [part for name in _CAPABILITIES for part in ("--cap-add", name)]
        if not users.runs_as_root():
            return ["--unshare-user", "--uid", "0", "--gid", "0", *granted]
        granted += [part for name in users.CAPABILITIES for part in ("--cap-add", name)]
        return ["--userns", str(self.descriptors[-1]), *granted]

    def _submission_binds(self) -> list[str]:
        return []

    def _python(self, module: str, arguments: tuple[str, ...]) -> list[str]:
        return ["-m", module, *arguments]


class ForkServer:
    """A sandbox with a process that forks kernels.

    Parameters
    ----------
    environment
        The kernels' environment, which imports may read.
    folder
        An empty folder for the folders of all kernels.
    limits
        The limits of a kernel.

    Raises
    ------
    OSError
        If it does not start.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path, limits: Limits) -> None:
        self.folder = folder
        ours, theirs = socket.socketpair()
        with theirs:
            sandbox = _ServerSandbox(folder, folder, (), limits, theirs.fileno())
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
        ours.settimeout(_FORK_TIMEOUT_S)
        try:
            if not ours.recv(1):
                msg = "the fork server did not start"
                raise OSError(msg)
        except BaseException:
            self.close()
            raise

    def fork(self, sandbox: Sandbox, environment: Mapping[str, str], arguments: list[str]) -> ForkedKernel:
        """Fork a kernel confined to `sandbox`, and return it when it is about to run.

        Parameters
        ----------
        sandbox
            Its limits and its folders, which must be inside the server's folder.
        environment
            Its ``os.environ``.
        arguments
            The module to run, followed by the rest of ``sys.argv``.

        Raises
        ------
        OSError
            If it does not start.
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
        # The kernel translates the sender's process id into our namespace.
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        try:
            with theirs:
                socket.send_fds(self._control, [b"f"], [theirs.fileno()])
            ours.sendall(json.dumps(plan).encode() + b"\n")
            return ForkedKernel(ours)
        except BaseException:
            ours.close()
            raise

    def close(self) -> None:
        """Kill the server and all processes in its sandbox."""
        self._control.close()
        with contextlib.suppress(psutil.NoSuchProcess):
            for process in psutil.Process(self._process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        self._process.kill()
        self._process.wait()


class _PreforkState:
    """The state of this process: the folder of forked kernels, their server, and whether it can start."""

    folder: Path | None = None
    server: ForkServer | None = None
    is_able = True


def begin() -> None:
    """Fork this process's kernels from now on; the server ends with the process."""
    # A server would hide a Python in /tmp from its kernels.
    if not any(Path(prefix).is_relative_to("/tmp") for prefix in (sys.prefix, sys.base_prefix)):
        _PreforkState.folder = Path(tempfile.mkdtemp(prefix="prefork-", dir=short_tempdir()))
        # Unlike atexit, this also runs when a process of multiprocessing ends.
        multiprocessing.util.Finalize(None, end, exitpriority=1)


def end() -> None:
    """Start kernels from scratch again."""
    discard_server()
    if _PreforkState.folder is not None:
        shutil.rmtree(_PreforkState.folder, ignore_errors=True)
    _PreforkState.folder = None


@contextlib.contextmanager
def kernels() -> Iterator[None]:
    """Fork this process's kernels within the block."""
    if _PreforkState.folder is not None:
        yield
        return
    begin()
    try:
        yield
    finally:
        end()


def folder() -> Path | None:
    """Return the folder for the folders of forked kernels, or None if kernels start from scratch."""
    return _PreforkState.folder


def fork(sandbox: Sandbox, environment: Mapping[str, str], arguments: list[str]) -> ForkedKernel | None:
    """Fork a kernel; return None if forking is disabled or does not work here.

    Parameters
    ----------
    sandbox, environment, arguments
        As in `ForkServer.fork`.
    """
    if _PreforkState.folder is None or not _PreforkState.is_able:
        return None
    for _ in range(2):
        try:
            if _PreforkState.server is None:
                _PreforkState.server = ForkServer(environment, _PreforkState.folder, sandbox.limits)
        except OSError:
            # Another attempt would fail as well.
            _PreforkState.is_able = False
            return None
        try:
            return _PreforkState.server.fork(sandbox, environment, arguments)
        except OSError:
            discard_server()
    return None


def discard_server() -> None:
    """Kill the server and its sandbox; the next kernel gets a new one."""
    if _PreforkState.server is not None:
        _PreforkState.server.close()
    _PreforkState.server = None
