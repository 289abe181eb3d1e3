"""The user that students' code runs as, where the superuser grades.

Linux holds the superuser to no number of processes, whatever limit is set, and lets them change the machine's
own devices: in a sandbox that an ordinary user starts there is no way round either. So where root grades,
the sandbox gets a namespace with two users in it. Root builds the sandbox, and students' code runs as the
other one, whom nothing on this machine belongs to.
"""

from __future__ import annotations

import ctypes
import functools
import os
import subprocess
import threading
import time
from pathlib import Path

#: What students' code is to itself, whoever grades.
INSIDE = 1000

#: What it is to the machine where root grades. Debian gives this number to nobody.
_OUTSIDE = 65_533

#: What a program must be allowed to do to give that user its files, and to become that user.
CAPABILITIES = ("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID")

#: Of <sys/prctl.h>.
_SET_DUMPABLE, _DROP_FROM_BOUNDS = 4, 24

_ONE_AT_A_TIME = threading.Lock()

#: Seconds for a program that does next to nothing.
_PATIENCE = 10


@functools.cache
def are_two() -> bool:
    """Return whether the superuser of the machine grades, and not a container's that is one by name only."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    inside, outside, _ = Path("/proc/self/uid_map").read_text(encoding="utf-8").split()[:3]
    return (inside, outside) == ("0", "0")


def namespace(*, nests: bool) -> int:
    """Return a descriptor of a user namespace with the two users in it, root (0) and `INSIDE`.

    Parameters
    ----------
    nests
        Whether further user namespaces can be made in it. In one's own, one has all rights.

    Raises
    ------
    OSError
        When it cannot be made.
    """
    # Two threads would each get one of their own, and hand out now one and now the other.
    with _ONE_AT_A_TIME:
        return _namespace(nests)


@functools.cache
def _namespace(nests: bool) -> int:
    with subprocess.Popen(
        ["unshare", "--user", "cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as holder:
        place = Path("/proc", str(holder.pid))
        until = time.monotonic() + _PATIENCE
        while os.readlink(place / "ns/user") == os.readlink("/proc/self/ns/user"):
            if holder.poll() is not None or time.monotonic() > until:
                msg = "a user namespace cannot be made"
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
        told = subprocess.run(
            within, pass_fds=[descriptor], check=False, capture_output=True, text=True, timeout=_PATIENCE
        )
        if told.returncode != 0:
            msg = f"further user namespaces cannot be forbidden: {told.stderr.strip()}"
            raise OSError(msg)
    return descriptor


def give(folder: Path) -> None:
    """Give a folder of the grader's, with all in it, to the user that students' code runs as."""
    if are_two():
        _chown(folder, _OUTSIDE)


def pass_on(*folders: str) -> None:
    """Do what `give` does, in the namespace."""
    if _are_here():
        for folder in folders:
            _chown(Path(folder), INSIDE)


def become() -> None:
    """Become the user that students' code runs as, where the namespace has two; for good."""
    if _are_here():
        drop_bounds()
        os.setresgid(INSIDE, INSIDE, INSIDE)
        os.setresuid(INSIDE, INSIDE, INSIDE)
        set_dumpable(True)  # else /proc/self would belong to root still


def _are_here() -> bool:
    """Return whether this process is the root of a namespace with the two users in it."""
    lines = Path("/proc/self/uid_map").read_text(encoding="utf-8").splitlines()
    return os.getuid() == 0 and [line.split()[0] for line in lines] == ["0", str(INSIDE)]


def _chown(folder: Path, user: int) -> None:
    for place, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            os.chown(Path(place, name), user, user, follow_symlinks=False)


def drop_bounds() -> None:
    """Give up for good what programs could be allowed to do, by their files say."""
    for number in range(64):
        if ctypes.CDLL(None).prctl(_DROP_FROM_BOUNDS, number, 0, 0, 0) != 0:
            return


def set_dumpable(is_dumpable: bool) -> None:
    """Say whether processes of the same user may read and trace this one."""
    if ctypes.CDLL(None, use_errno=True).prctl(_SET_DUMPABLE, int(is_dumpable), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
