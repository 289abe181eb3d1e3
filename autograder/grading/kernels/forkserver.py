"""The fork server: a process that has imported the modules of a kernel, and forks one for each submission.

It is run in a sandbox, as ``python -m autograder.grading.kernels.forkserver FD``. FD is a socket on which it
receives one byte and another socket for each kernel. That second socket carries the kernel's plan, as JSON;
the server replies with a byte when the kernel starts, and with its exit code when it has ended.

The server neither runs student code nor reads submissions, so later kernels, which are copies of it, cannot
find any such data in its memory.
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

from autograder.grading.kernels import bootstrap, namespaces, users


def main() -> None:
    """Import the modules, and fork kernels until the grader closes the socket."""
    users.set_dumpable(False)
    sys.path.remove(str(Path.cwd()))
    for source, place in json.loads(sys.argv[2]):
        shutil.copytree(source, place, dirs_exist_ok=True)
    bootstrap.import_all()
    if len(list(Path("/proc/self/task").iterdir())) > 1:
        sys.exit("an import started a thread, which would be missing from each fork")
    # All forks share these objects; garbage collection in a fork would copy them.
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
    """Call a function in a forked process and exit, because the rest of the stack belongs to the server."""
    try:
        function(*arguments)
    finally:
        os._exit(1)


def _keep(line: socket.socket) -> None:
    """Create namespaces, fork their first process, and report its exit code to the grader."""
    with line.makefile("r", encoding="utf-8") as file:
        plan = json.loads(file.readline())
    namespaces.unshare()
    first = os.fork()
    if not first:
        _never_return(_be_first, plan, line)
    line.send(bytes([_exit_code(os.waitpid(first, 0)[1])]))


def _be_first(plan: dict[str, Any], line: socket.socket) -> None:
    """Set up the namespaces, fork the kernel in them, and reap child processes until the kernel ends."""
    os.setsid()
    work = os.open(plan["work"], os.O_PATH)
    processes = plan["limits"]["RLIMIT_NPROC"]
    namespaces.set_up(plan["folder"], plan["sockets"], plan["disk"], plan["shared memory"], processes)
    for source, place in [*plan["copies"], (f"/proc/self/fd/{work}", plan["cwd"])]:
        shutil.copytree(source, place, dirs_exist_ok=True)
    os.close(work)
    users.chown_inside(plan["environment"]["HOME"], plan["cwd"])
    (is_nobody, tell_nobody), (is_locked, tell_locked) = os.pipe(), os.pipe()
    kernel = os.fork()
    if not kernel:
        line.close()
        namespaces.become_nobody()
        os.close(tell_nobody)
        os.close(tell_locked)
        os.read(is_locked, 1)
        os.close(is_locked)
        os.close(is_nobody)
        _never_return(_be_kernel, plan)
    os.close(tell_nobody)
    os.read(is_nobody, 1)
    namespaces.lock()
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
    # The import caches describe the server's folders, not the kernel's.
    importlib.invalidate_caches()
    # Otherwise all forks would draw the same numbers; Python's own generator reseeds itself after a fork.
    np.random.seed()  # noqa: NPY002
    bootstrap.set_limits(plan["limits"])
    Path(plan["proof"]).write_text(json.dumps(bootstrap.proof(plan["unseen"])), encoding="utf-8")
    sys.argv = plan["arguments"]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _exit_code(status: int) -> int:
    """Return an exit code as shells do: 128 plus the number of the signal that killed a process."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    main()
