"""The provisioner that starts the kernels for grading.

A kernel gets its own environment: no variables of the grader, one BLAS thread, a fixed hash seed, no user
site, a private home. Under bubblewrap it also cannot access anything else, and all processes that it started
end with it. Without bubblewrap, its descendants end with it, but not a process that has detached (a daemon).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import psutil
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from autograder.grading.kernels import prefork, users
from autograder.grading.kernels.limits import Limits, Usage, Watch
from autograder.grading.kernels.prefork import ForkedKernel
from autograder.grading.kernels.sandbox import Sandbox

#: The variables of the grader's environment that the kernel inherits.
_PASSED = (
    "AUTOGRADER_DATA",
    "AUTOGRADER_DATASET",
    "LANG",
    "LC_ALL",
    "PATH",
    "TMPDIR",
    "TZ",
)

_FIXED = {
    "MKL_NUM_THREADS": "1",
    "NBGRADER_EXECUTION": "autograde",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "PYTHONUTF8": "1",
}


class GradingProvisioner(LocalProvisioner):
    """Start and watch a kernel for grading, confined if `start_kernel` receives a `Sandbox`."""

    _sandbox: Sandbox | None = None
    limits = Limits()
    _watch: Watch | None = None
    _verdict: str | None = None
    _forked: ForkedKernel | None = None
    _ended_normally = False

    @property
    def verdict(self) -> str:
        """Why the kernel died."""
        found = self._verdict or (self._watch.verdict if self._watch is not None else None)
        if found is not None:
            return found
        code = self.process.returncode if self.process else None
        # Like shells, bubblewrap exits with 128 plus the number of the signal that killed the kernel.
        if code in (-signal.SIGXCPU, 128 + signal.SIGXCPU):
            return f"time limit {self.limits.cpu} s of CPU time"
        return "the kernel died"

    def peak_memory(self) -> int:
        """Return the peak memory of the kernel, in bytes."""
        return self._watch.peak_memory() if self._watch is not None else 0

    def usage(self) -> Usage:
        """Return what the kernel has used so far."""
        return self._watch.usage if self._watch is not None else Usage()

    def end(self, verdict: str) -> None:
        """Kill the kernel and record the verdict."""
        self._verdict = self._verdict or verdict
        self._end()

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Replace the environment that the kernel would inherit, and prepare its sandbox."""
        self._sandbox = kwargs.pop("sandbox", None)
        self.limits = kwargs.pop("limits", self.limits)
        home = str(kwargs.get("cwd") or tempfile.gettempdir())
        environment = kernel_environment(kwargs.get("env", os.environ), Path(home))
        kwargs = await super().pre_launch(**kwargs)
        # Output that bypasses IPython belongs to no cell, and must not appear in our terminal.
        kwargs["stdout"] = kwargs["stderr"] = subprocess.DEVNULL
        # The kernel must use the Python that grades, not the first "python" on the path.
        kwargs["cmd"][0] = sys.executable
        if self._sandbox is not None:
            _, _, *module = kwargs["cmd"]
            users.chown_to_student(self._sandbox.sockets)
            self._forked = prefork.fork(self._sandbox, environment, module)
            self.process = cast(Any, self._forked)
            kwargs["cmd"] = self._sandbox.command(*module)
            kwargs["pass_fds"] = self._sandbox.descriptors
            environment = self._sandbox.environment(environment)
        kwargs["env"] = environment
        return kwargs

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel, unless it was forked, and start watching it."""
        if self._forked is None:
            connection = await super().launch_kernel(cmd, **kwargs)
        else:
            connection, self.pid = self.connection_info, self._forked.pid
        if self.parent is not None and self.pid is not None:
            sockets = Path(self.parent.connection_file).parent
            self._watch = Watch(self.pid, self.limits, sockets, self._end)
        return connection

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and everything that it started."""
        if self._watch is not None:
            self._watch.stop()
        if self._forked is None:
            self._end()
            await super().kill(restart)
            return
        was_alive = self._verdict is None and self._forked.poll() is None
        self._end()
        self._ended_normally = self._forked.wait() is not None and was_alive

    async def terminate(self, restart: bool = False) -> None:
        """Kill the kernel at once, because student code needs no graceful shutdown."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Stop watching the kernel; discard the fork server unless the kernel ended normally."""
        if self._watch is not None:
            self._watch.stop()
        if self._forked is not None and not self._ended_normally:
            prefork.discard_server()
        await super().cleanup(restart)

    def _end(self) -> None:
        if self._forked is not None:
            self._forked.kill()
            return
        for process in _process_tree(self.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)


def kernel_environment(given: Mapping[str, str], home: Path) -> dict[str, str]:
    """Return the environment of a kernel.

    Parameters
    ----------
    given
        The environment that it inherits from, of which a few variables are passed on.
    home
        Its home folder.
    """
    environment = {name: given[name] for name in _PASSED if name in given}
    environment |= _FIXED | {"HOME": str(home), "IPYTHONDIR": str(home / ".ipython")}
    # Kernels share Matplotlib's font list, because creating it takes seconds.
    fonts = Path(tempfile.gettempdir()) / f"autograder-matplotlib-{os.getuid()}"
    return environment | {"MPLCONFIGDIR": str(fonts)}


def _process_tree(pid: int | None) -> list[psutil.Process]:
    """Return a process and its descendants."""
    if pid is None:
        return []
    try:
        head = psutil.Process(pid)
        return [head, *head.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
