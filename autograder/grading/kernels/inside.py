"""The first code that runs in a sandbox, before any of a student's.

It is run as ``python -m autograder.grading.kernels.inside PLAN MODULE ARGUMENT…``. PLAN is JSON: ``limits``
(what `Limits.rlimits` returns), ``copies`` (folders to copy, from and to), ``unseen`` (paths that must not be
in sight) and ``proof`` (the file to leave the proof in).
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
from typing import Any

from autograder.grading.kernels import room, users

#: What a kernel would import by itself, in the order in which it would.
MODULES = ("numpy", "ipykernel.kernelapp", "autograder.notebook", "matplotlib.pyplot")


def main() -> None:
    """Carry out the plan, then become the module that is named after it."""
    # The student's files will lie here, and must not stand in for modules of ours. For their own code,
    # IPython puts the folder back; told to leave it out by Python's -P, it does not.
    sys.path.remove(os.getcwd())
    plan = json.loads(sys.argv[1])
    for source, place in plan["copies"]:
        shutil.copytree(source, place, dirs_exist_ok=True)
    users.pass_on(os.environ["HOME"], os.getcwd())
    users.become()
    room.leave_keyring()
    take_limits(plan["limits"])
    with open(plan["proof"], "w", encoding="utf-8") as file:
        json.dump(proof(plan["unseen"]), file)
    import_all()
    module, sys.argv = sys.argv[2], sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def import_all() -> None:
    """Import what kernels use, so that nothing of a student's can be in the way, in any kernel alike."""
    # As in every kernel; Matplotlib looks for it when it is imported.
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    for module in MODULES:
        importlib.import_module(module)


def take_limits(limits: dict[str, int]) -> None:
    """Take the limits that `Limits.rlimits` returned upon this process, and all that it starts."""
    import resource

    for name, value in limits.items():
        number = getattr(resource, name)
        allowed = resource.getrlimit(number)[1]
        value = value if allowed == resource.RLIM_INFINITY else min(value, allowed)
        # The soft limit of computing time ends a process with a signal that says why.
        hard = value + 5 if name == "RLIMIT_CPU" and allowed == resource.RLIM_INFINITY else value
        resource.setrlimit(number, (value, hard))


def proof(unseen: Sequence[str]) -> dict[str, Any]:
    """Return what a process sees of the machine, for the grader to judge by.

    Parameters
    ----------
    unseen
        Paths that must not be in sight.
    """
    with open("/proc/self/status", encoding="utf-8") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    return {
        "in sight": [path for path in unseen if os.path.lexists(path)],
        "processes": sum(name.isdecimal() for name in os.listdir("/proc")),
        "interfaces": [name for _, name in socket.if_nameindex()],
        "user": os.getuid(),
        "capabilities": int(status["CapEff"], 16) | int(status["CapPrm"], 16) | int(status["CapBnd"], 16),
        "no new privileges": status["NoNewPrivs"] == "1",
    }


if __name__ == "__main__":
    main()
