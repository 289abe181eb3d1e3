"""The fork server: a process that has imported what kernels need, and forks one for each submission.

It is run in a sandbox, as ``python -m autograder.grading.kernels.forkserver FD``. FD is a socket, over which
one byte and another socket come for each kernel. On that one the kernel's plan comes, as JSON, and over it go
a byte when the kernel begins, and its exit code when it has ended.

No code of a student's runs in the server, and nothing of a submission is read by it, so that there is nothing
in its memory that a later kernel, being a copy of it, could find.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import shutil
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from autograder.grading.kernels import inside, room, users


def main() -> None:
    """Import everything, and fork until the grader is gone."""
    users.set_dumpable(False)
    sys.path.remove(os.getcwd())
    for source, place in json.loads(sys.argv[2]):
        shutil.copytree(source, place, dirs_exist_ok=True)
    inside.import_all()
    if len(os.listdir("/proc/self/task")) > 1:
        sys.exit("a thread was started by an import: it would be missing from each fork")
    # What is here now is the same in all forks: to collect it in each would copy it.
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as control:
        control.send(b"r")
        while True:
            _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            if not descriptors:
                return
            line = socket.socket(fileno=descriptors[0])
            keeper = os.fork()
            if not keeper:
                control.close()
                _never_return(_keep, line)
            line.close()
            os.waitpid(keeper, 0)


def _never_return(function: Any, *arguments: Any) -> NoReturn:
    """Call a function in a forked process; what is on the stack below belongs to the server."""
    try:
        function(*arguments)
    finally:
        os._exit(1)


def _keep(line: socket.socket) -> None:
    """Open a room, and tell the grader how its first process ended, with which it is gone."""
    with line.makefile("r", encoding="utf-8") as file:
        plan = json.loads(file.readline())
    room.unshare()
    first = os.fork()
    if not first:
        _never_return(_be_first, plan, line)
    line.send(bytes([_exit_code(os.waitpid(first, 0)[1])]))


def _be_first(plan: dict[str, Any], line: socket.socket) -> None:
    """Make the room, fork the kernel in it, and wait for whatever ends in there."""
    os.setsid()
    work = os.open(plan["work"], os.O_PATH)
    processes = plan["limits"]["RLIMIT_NPROC"]
    room.make(plan["folder"], plan["sockets"], plan["disk"], plan["shared memory"], processes)
    for source, place in [*plan["copies"], (f"/proc/self/fd/{work}", plan["cwd"])]:
        shutil.copytree(source, place, dirs_exist_ok=True)
    os.close(work)
    users.pass_on(plan["environment"]["HOME"], plan["cwd"])
    (is_nobody, tell_nobody), (is_locked, tell_locked) = os.pipe(), os.pipe()
    kernel = os.fork()
    if not kernel:
        line.close()
        room.become_nobody()
        os.close(tell_nobody)
        os.close(tell_locked)
        os.read(is_locked, 1)
        os.close(is_locked)
        os.close(is_nobody)
        _never_return(_be_kernel, plan)
    os.close(tell_nobody)
    os.read(is_nobody, 1)
    room.lock()
    line.send(b"r")
    for descriptor in (line.detach(), is_nobody, is_locked, tell_locked):
        os.close(descriptor)
    while True:
        pid, status = os.wait()
        if pid == kernel:
            os._exit(_exit_code(status))


def _be_kernel(plan: dict[str, Any]) -> None:
    import numpy as np

    os.chdir(plan["cwd"])
    os.environ.clear()
    os.environ.update(plan["environment"])
    # The server's folders are not the kernel's.
    importlib.invalidate_caches()
    # Each fork would draw what the one before it drew; Python's own generator sees to that by itself.
    np.random.seed()  # noqa: NPY002
    inside.take_limits(plan["limits"])
    Path(plan["proof"]).write_text(json.dumps(inside.proof(plan["unseen"])), encoding="utf-8")
    sys.argv = plan["arguments"]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _exit_code(status: int) -> int:
    """Return an exit code as shells do, with 128 added to the signal that ended a process."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    main()
