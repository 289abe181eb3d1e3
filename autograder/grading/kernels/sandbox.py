"""How the grader's kernels are started.

A kernel gets an environment of its own: nothing of the grader's, one BLAS thread, a fixed hash seed, no user
site, a private home. Under bubblewrap it sees and reaches nothing else either, and all that it started ends
with it. Without, what descends from it ends with it; a process that has left the family (a daemon) does not.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

import psutil
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from autograder.grading.kernels import users, warm
from autograder.grading.kernels.bubblewrap import Sandbox
from autograder.grading.kernels.limits import Limits, Watch
from autograder.grading.kernels.warm import WarmKernel

#: What passes from the grader's environment into the kernel's.
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
    """Starts a kernel for grading, confined where `start_kernel` is given a `Sandbox`, and watches it."""

    _sandbox: Sandbox | None = None
    limits = Limits()
    _watch: Watch | None = None
    _verdict: str | None = None
    _warm: WarmKernel | None = None
    _went_well = False

    @property
    def verdict(self) -> str:
        """Why the kernel is dead."""
        found = self._verdict or (self._watch.verdict if self._watch is not None else None)
        if found is not None:
            return found
        code = self.process.returncode if self.process else None
        # Bubblewrap exits as shells do, with 128 more than the signal that ended the kernel.
        if code in (-signal.SIGXCPU, 128 + signal.SIGXCPU):
            return f"time limit {self.limits.cpu} s of computing"
        return "the kernel died"

    def most_memory(self) -> int:
        """Return the most bytes of memory that the kernel was seen to have in use."""
        return self._watch.most_memory() if self._watch is not None else 0

    def end(self, verdict: str) -> None:
        """Kill the kernel, for the reason given."""
        self._verdict = self._verdict or verdict
        self._end()

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Replace the environment that the kernel would inherit, and put its walls around it."""
        self._sandbox = kwargs.pop("sandbox", None)
        self.limits = kwargs.pop("limits", self.limits)
        home = str(kwargs.get("cwd") or tempfile.gettempdir())
        given = kwargs.get("env", os.environ)
        environment = {name: given[name] for name in _PASSED if name in given}
        environment |= _FIXED | {"HOME": home, "IPYTHONDIR": str(Path(home) / ".ipython")}
        # Matplotlib's list of fonts takes seconds to make: kernels share one.
        environment["MPLCONFIGDIR"] = str(
            Path(tempfile.gettempdir()) / f"autograder-matplotlib-{os.getuid()}"
        )
        kwargs = await super().pre_launch(**kwargs)
        # What a process writes past IPython is no output of a cell, and no business of our terminal.
        kwargs["stdout"] = kwargs["stderr"] = subprocess.DEVNULL
        # The kernel must be the Python that grades, whichever "python" comes first on the path.
        kwargs["cmd"][0] = sys.executable
        if self._sandbox is not None:
            _, _, *module = kwargs["cmd"]
            users.give(self._sandbox.sockets)
            self._warm = warm.fork(self._sandbox, environment, module)
            self.process = cast(Any, self._warm)
            kwargs["cmd"] = self._sandbox.command(*module)
            kwargs["pass_fds"] = self._sandbox.descriptors
            environment = self._sandbox.environment(environment)
        kwargs["env"] = environment
        return kwargs

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel, unless it was forked, and the watch over it."""
        if self._warm is None:
            connection = await super().launch_kernel(cmd, **kwargs)
        else:
            connection, self.pid = self.connection_info, self._warm.pid
        if self.parent is not None and self.pid is not None:
            sockets = Path(self.parent.connection_file).parent
            self._watch = Watch(self.pid, self.limits, sockets, self._end)
        return connection

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and everything that it started."""
        if self._watch is not None:
            self._watch.stop()
        if self._warm is None:
            self._end()
            await super().kill(restart)
            return
        lived = self._verdict is None and self._warm.poll() is None
        self._end()
        self._went_well = self._warm.wait() is not None and lived

    async def terminate(self, restart: bool = False) -> None:
        """End the kernel; there is nothing of a student's that deserves a gentler end."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Stop the watch over a kernel that ended by itself."""
        if self._watch is not None:
            self._watch.stop()
        if self._warm is not None and not self._went_well:
            warm.throw_away()
        await super().cleanup(restart)

    def _end(self) -> None:
        if self._warm is not None:
            self._warm.kill()
            return
        for process in _family(self.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)


def _family(pid: int | None) -> list[psutil.Process]:
    """Return a process and all that descend from it."""
    if pid is None:
        return []
    try:
        head = psutil.Process(pid)
        return [head, *head.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
