"""The user that students' code runs as when root grades.

Linux does not limit the number of root's processes, and lets root change the machine's devices; neither is a
problem in a sandbox that an ordinary user starts. So if root grades, the sandbox gets a user namespace with
two users: root builds the sandbox, and students' code runs as the other user, who owns no files on this
machine.
"""

from __future__ import annotations

import ctypes
import functools
import os
import subprocess
import threading
import time
from pathlib import Path

#: The user id of students' code inside the sandbox.
INSIDE = 1000

#: The user id of students' code outside the sandbox if root grades. Debian assigns this id to no user.
_OUTSIDE = 65_533

#: The capabilities that a program needs to give files to that user, and to become that user.
CAPABILITIES = ("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID")

#: Constants from <sys/prctl.h>.
_SET_DUMPABLE, _DROP_FROM_BOUNDS = 4, 24

_ONE_AT_A_TIME = threading.Lock()

#: Seconds that a trivial program may take.
_NAMESPACE_TIMEOUT_S = 10


@functools.cache
def runs_as_root() -> bool:
    """Return whether the machine's root grades, as opposed to the root of an unprivileged container."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    inside, outside, _ = Path("/proc/self/uid_map").read_text(encoding="utf-8").split()[:3]
    return (inside, outside) == ("0", "0")


def namespace(*, nests: bool) -> int:
    """Return a descriptor of a user namespace with the two users in it, root (0) and `INSIDE`.

    Parameters
    ----------
    nests
        Whether nested user namespaces, in which a process has all capabilities, can be created in it.

    Raises
    ------
    OSError
        If it cannot be created.
    """
    # Without the lock, two threads could each create one, and the cache would keep either.
    with _ONE_AT_A_TIME:
        return _namespace(nests)


@functools.cache
def _namespace(nests: bool) -> int:
    with subprocess.Popen(
        ["unshare", "--user", "cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as holder:
        place = Path("/proc", str(holder.pid))
        until = time.monotonic() + _NAMESPACE_TIMEOUT_S
        while (place / "ns/user").readlink() == Path("/proc/self/ns/user").readlink():
            if holder.poll() is not None or time.monotonic() > until:
                msg = "a user namespace cannot be created"
                raise OSError(msg)
            time.sleep(0.002)
        for kind in ("uid", "gid"):
            users = f"0 0 1\n{INSIDE} {_OUTSIDE} 1\n"
            (place / f"{kind}_map").write_text(users, encoding="utf-8")
        descriptor = os.open(place / "ns/user", os.O_RDONLY)
        if holder.stdin is not None:
            holder.stdin.close()
    if not nests:
        limit = "echo 0 > /proc/sys/user/max_user_namespaces"
        within = ["nsenter", f"--user=/proc/self/fd/{descriptor}", "sh", "-c", limit]
        run = subprocess.run(
            within,
            pass_fds=[descriptor],
            check=False,
            capture_output=True,
            text=True,
            timeout=_NAMESPACE_TIMEOUT_S,
        )
        if run.returncode != 0:
            msg = f"nested user namespaces cannot be forbidden: {run.stderr.strip()}"
            raise OSError(msg)
    return descriptor


def chown_to_student(folder: Path) -> None:
    """If root grades, change the owner of a folder and its content to the user of students' code."""
    if runs_as_root():
        _chown(folder, _OUTSIDE)


def chown_inside(*folders: str) -> None:
    """Do the same as `chown_to_student`, inside the namespace."""
    if _is_namespace_root():
        for folder in folders:
            _chown(Path(folder), INSIDE)


def become_student() -> None:
    """Irrevocably become the user of students' code, if the namespace has two users."""
    if _is_namespace_root():
        drop_bounding_set()
        os.setresgid(INSIDE, INSIDE, INSIDE)
        os.setresuid(INSIDE, INSIDE, INSIDE)
        set_dumpable(True)  # otherwise /proc/self would still belong to root


def _is_namespace_root() -> bool:
    """Return whether this process is the root of a namespace with the two users in it."""
    lines = Path("/proc/self/uid_map").read_text(encoding="utf-8").splitlines()
    return os.getuid() == 0 and [line.split()[0] for line in lines] == ["0", str(INSIDE)]


def _chown(folder: Path, user: int) -> None:
    for place, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            os.chown(Path(place, name), user, user, follow_symlinks=False)


def drop_bounding_set() -> None:
    """Drop the capability bounding set."""
    for number in range(64):
        if ctypes.CDLL(None).prctl(_DROP_FROM_BOUNDS, number, 0, 0, 0) != 0:
            return


def set_dumpable(is_dumpable: bool) -> None:
    """Set whether processes of the same user may read and trace this one."""
    if ctypes.CDLL(None, use_errno=True).prctl(_SET_DUMPABLE, int(is_dumpable), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
