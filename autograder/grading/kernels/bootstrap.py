"""The first code that runs in a sandbox, before any student code.

It is run as ``python -m autograder.grading.kernels.bootstrap PLAN MODULE ARGUMENT…``. PLAN is JSON with
``limits`` (as returned by `Limits.rlimits`), ``copies`` (pairs of source and target folders), ``unseen``
(paths that must not be visible) and ``proof`` (the file to write the proof of confinement to).
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import shutil
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.grading.kernels import namespaces, users

#: The modules that a kernel imports, in the same order.
MODULES = ("numpy", "ipykernel.kernelapp", "gradbook.api", "matplotlib.pyplot")


def main() -> None:
    """Carry out the plan, then run the module."""
    # The student's files will be in this folder, and must not shadow our modules. IPython adds the folder
    # again for the student's code, which it would not do if Python was started with -P.
    sys.path.remove(str(Path.cwd()))
    plan = json.loads(sys.argv[1])
    for source, place in plan["copies"]:
        shutil.copytree(source, place, dirs_exist_ok=True)
    users.chown_inside(os.environ["HOME"], str(Path.cwd()))
    users.become_student()
    namespaces.join_new_keyring()
    set_limits(plan["limits"])
    Path(plan["proof"]).write_text(json.dumps(proof(plan["unseen"])), encoding="utf-8")
    import_all()
    module, sys.argv = sys.argv[2], sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def import_all() -> None:
    """Import the modules that kernels use, before a student's file could shadow them."""
    # As in every kernel; Matplotlib reads it on import.
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    for module in MODULES:
        importlib.import_module(module)


def set_limits(limits: dict[str, int]) -> None:
    """Set the limits from `Limits.rlimits` for this process and its descendants."""
    import resource

    for name, value in limits.items():
        number = getattr(resource, name)
        allowed = resource.getrlimit(number)[1]
        value = value if allowed == resource.RLIM_INFINITY else min(value, allowed)
        # Exceeding the soft limit of CPU time kills a process with a signal that identifies the reason.
        hard = value + 5 if name == "RLIMIT_CPU" and allowed == resource.RLIM_INFINITY else value
        resource.setrlimit(number, (value, hard))


def proof(unseen: Sequence[str]) -> dict[str, Any]:
    """Return what this process can see of the machine, as the grader's proof of its confinement.

    Parameters
    ----------
    unseen
        Paths that must not be visible.
    """
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    return {
        "visible paths": [path for path in unseen if os.path.lexists(path)],
        "processes": sum(path.name.isdecimal() for path in Path("/proc").iterdir()),
        "interfaces": [name for _, name in socket.if_nameindex()],
        "user": os.getuid(),
        "capabilities": int(status["CapEff"], 16) | int(status["CapPrm"], 16) | int(status["CapBnd"], 16),
        "no new privileges": status["NoNewPrivs"] == "1",
    }


if __name__ == "__main__":
    main()
