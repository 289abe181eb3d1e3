"""A room of a kernel's own, in a sandbox that is used for many kernels one after the other.

The room is made of namespaces, which Linux takes down when the room's first process ends: with them go all
processes, files, System V objects, message queues, sockets, terminals and keys that anybody in there made.
Nothing has to be found and purged, and nothing outside is in sight of those in it, the fork server neither.

What bubblewrap does for a program that is started, this does for a process that is forked: only bubblewrap
cannot, for it starts programs.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import re
import socket
import struct
from pathlib import Path

from autograder.grading.kernels import users

#: Of <sched.h>.
_NEW_MOUNTS, _NEW_HOST_NAME, _NEW_IPC = 0x00020000, 0x04000000, 0x08000000
_NEW_USER, _NEW_PROCESSES, _NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000

#: Of <sys/mount.h>.
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS, _REMOUNT = 1, 2, 4, 8, 32
_BIND, _RECURSIVE, _PRIVATE = 4096, 16384, 1 << 18

#: Of <linux/capability.h>.
_CAPABILITIES_VERSION = 0x20080522

#: Of <net/if.h>.
_SET_FLAGS, _UP = 0x8914, 1

#: The number of the system call keyctl(2), which the C library has no function for, and what is asked of it.
_KEYCTL = {"x86_64": 250, "aarch64": 219}
_JOIN_SESSION_KEYRING = 1

#: The Linux from which on process namespaces have limits of their own; before, there is one for the machine.
_OWN_PROCESS_LIMIT = (6, 14)
_LOWEST_NUMBERS = 300

_libc = ctypes.CDLL(None, use_errno=True)


def make(folder: str, sockets: str, disk: int, shared_memory: int, processes: int) -> None:
    """Make the namespaces' insides; for the first process in them.

    Parameters
    ----------
    folder
        Where the grader keeps its kernels' folders; in here, only `sockets` in it is left.
    sockets
        The folder that the kernel shares with the grader.
    disk, shared_memory
        Bytes that fit in ``/tmp`` and ``/dev/shm``.
    processes
        How many processes and threads there can be.
    """
    shared = os.open(sockets, os.O_PATH)
    _mount(None, "/", None, _RECURSIVE | _PRIVATE)
    _mount("proc", "/proc", "proc", _NO_SUID | _NO_DEVICES | _NO_PROGRAMS)
    if _release() >= _OWN_PROCESS_LIMIT:
        # Holds for the superuser too, whom no other limit holds. The lowest numbers are used only once.
        Path("/proc/sys/kernel/pid_max").write_text(str(_LOWEST_NUMBERS + processes), encoding="utf-8")
    _mount("devpts", "/dev/pts", "devpts", _NO_SUID | _NO_PROGRAMS, "newinstance,ptmxmode=0666,mode=620")
    for device in ("null", "zero", "full", "random", "urandom", "tty"):
        # The machine's own: who grades as the superuser could have them changed.
        _mount(None, f"/dev/{device}", None, _REMOUNT | _BIND | _READ_ONLY | _NO_SUID | _NO_PROGRAMS)
    _mount("tmpfs", "/dev/shm", "tmpfs", _NO_SUID | _NO_DEVICES, f"size={shared_memory},mode=1777")
    _mount("tmpfs", "/tmp", "tmpfs", _NO_SUID | _NO_DEVICES, f"size={disk},mode=1777")
    os.makedirs(folder, exist_ok=True)
    _mount("tmpfs", folder, "tmpfs", _NO_SUID | _NO_DEVICES, "size=64k,mode=755")
    os.makedirs(sockets)
    _mount(f"/proc/self/fd/{shared}", sockets, None, _BIND)
    os.close(shared)
    _mount(None, folder, None, _REMOUNT | _BIND | _READ_ONLY | _NO_SUID | _NO_DEVICES)
    with socket.socket() as any_:
        fcntl.ioctl(any_, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))


def unshare() -> None:
    """Begin new namespaces: what is mounted from now on, and what is forked, is in the room."""
    new = _NEW_MOUNTS | _NEW_HOST_NAME | _NEW_IPC | _NEW_PROCESSES | _NEW_NETWORK
    _check(_libc.unshare(new), "unshare")


def lock() -> None:
    """Let nobody in the room change the system's settings, and the caller nothing of the room any more."""
    _mount(None, "/proc", None, _REMOUNT | _BIND | _READ_ONLY | _NO_SUID | _NO_DEVICES | _NO_PROGRAMS)
    _drop_capabilities()


def become_nobody() -> None:
    """Enter a user namespace of one's own, without any rights; for the process that will be the kernel."""
    users.become()
    # Else /proc/self would belong to somebody else.
    users.set_dumpable(True)
    here = os.getuid()
    _check(_libc.unshare(_NEW_USER), "unshare")
    for name, text in (
        ("self/setgroups", "deny"),
        ("self/uid_map", f"{users.INSIDE} {here} 1"),
        ("self/gid_map", f"{users.INSIDE} {here} 1"),
        # No further one: in one's own user namespace one has all rights.
        ("sys/user/max_user_namespaces", "0"),
    ):
        Path("/proc", name).write_text(text, encoding="utf-8")
    users.drop_bounds()
    _drop_capabilities()
    leave_keyring()


def leave_keyring() -> None:
    """Begin a keyring of one's own: in the one of the login, keys outlive the process that put them there."""
    number = _KEYCTL.get(platform.machine())
    if number is not None:
        # Where Linux has no keyrings, it refuses, and none can be used.
        _libc.syscall(number, _JOIN_SESSION_KEYRING, None)


def _release() -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", platform.release())[:2])


def _drop_capabilities() -> None:
    header = struct.pack("=Ii", _CAPABILITIES_VERSION, 0)
    _check(_libc.capset(header, bytes(24)), "capset")


def _mount(source: str | None, place: str, kind: str | None, flags: int, options: str | None = None) -> None:
    texts = [text.encode() if text is not None else None for text in (source, place, kind, options)]
    _check(_libc.mount(*texts[:3], ctypes.c_ulong(flags), texts[3]), f"mount {place}")


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
