"""How the grader's kernels are started.

A kernel gets an environment of its own: nothing of the grader's, one BLAS thread, a fixed hash seed, no user
site, a private home. When it ends, so do the processes that descend from it; one that has left the family (a
daemon) does not.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

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
    """Starts a kernel for grading."""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Replace the environment that the kernel would inherit."""
        home = str(kwargs.get("cwd") or tempfile.gettempdir())
        given = kwargs.get("env", os.environ)
        environment = {name: given[name] for name in _PASSED if name in given}
        environment |= _FIXED | {"HOME": home, "IPYTHONDIR": str(Path(home) / ".ipython")}
        # Matplotlib's list of fonts takes seconds to make: kernels share one.
        environment["MPLCONFIGDIR"] = str(
            Path(tempfile.gettempdir()) / f"autograder-matplotlib-{os.getuid()}"
        )
        kwargs = await super().pre_launch(**kwargs)
        kwargs["env"] = environment
        # What a process writes past IPython is no output of a cell, and no business of our terminal.
        kwargs["stdout"] = kwargs["stderr"] = subprocess.DEVNULL
        # The kernel must be the Python that grades, whichever "python" comes first on the path.
        kwargs["cmd"][0] = sys.executable
        return kwargs

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and everything that it started."""
        descendants = _descendants(self.pid)
        await super().kill(restart)
        for process in descendants:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """End the kernel; there is nothing of a student's that deserves a gentler end."""
        await self.kill(restart)


def _descendants(pid: int | None) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True) if pid else []
    except psutil.NoSuchProcess:
        return []
