"""Namespaces for a single kernel, within a sandbox that many kernels use one after another.

Linux removes the namespaces when their first process ends, and with them all processes, files, System V
objects, message queues, sockets, terminals and keys that were created inside. So nothing has to be cleaned
up, and processes inside cannot see anything outside, not even the fork server.

This does for a forked process what bubblewrap does for a program; bubblewrap cannot, because it only starts
programs.
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

#: Constants from <sched.h>.
_NEW_MOUNTS, _NEW_HOST_NAME, _NEW_IPC = 0x00020000, 0x04000000, 0x08000000
_NEW_USER, _NEW_PROCESSES, _NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000

#: Constants from <sys/mount.h>.
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS, _REMOUNT = 1, 2, 4, 8, 32
_BIND, _RECURSIVE, _PRIVATE = 4096, 16384, 1 << 18

#: Constants from <linux/capability.h>.
_CAPABILITIES_VERSION = 0x20080522

#: Constants from <net/if.h>.
_SET_FLAGS, _UP = 0x8914, 1

#: The number of the system call keyctl(2), which has no function in the C library, and its operation.
_KEYCTL = {"x86_64": 250, "aarch64": 219}
_JOIN_SESSION_KEYRING = 1

#: The first Linux version with a process limit per namespace instead of a single one for the machine.
_OWN_PROCESS_LIMIT = (6, 14)
_LOWEST_NUMBERS = 300

_libc = ctypes.CDLL(None, use_errno=True)


def set_up(folder: str, sockets: str, disk: int, shared_memory: int, processes: int) -> None:
    """Set up mounts, limits and network in new namespaces; call this in their first process.

    Parameters
    ----------
    folder
        The grader's folder for all its kernels, of which only `sockets` remains visible.
    sockets
        The folder that the kernel shares with the grader.
    disk, shared_memory
        The sizes of ``/tmp`` and ``/dev/shm``, in bytes.
    processes
        The maximum number of processes and threads.
    """
    shared = os.open(sockets, os.O_PATH)
    _mount(None, "/", None, _RECURSIVE | _PRIVATE)
    _mount("proc", "/proc", "proc", _NO_SUID | _NO_DEVICES | _NO_PROGRAMS)
    if _linux_version() >= _OWN_PROCESS_LIMIT:
        # This also limits root, unlike all other limits. The lowest process ids are used only once.
        Path("/proc/sys/kernel/pid_max").write_text(str(_LOWEST_NUMBERS + processes), encoding="utf-8")
    _mount("devpts", "/dev/pts", "devpts", _NO_SUID | _NO_PROGRAMS, "newinstance,ptmxmode=0666,mode=620")
    for device in ("null", "zero", "full", "random", "urandom", "tty"):
        # These are the machine's own devices, which a kernel could change if root grades.
        _mount(None, f"/dev/{device}", None, _REMOUNT | _BIND | _READ_ONLY | _NO_SUID | _NO_PROGRAMS)
    _mount("tmpfs", "/dev/shm", "tmpfs", _NO_SUID | _NO_DEVICES, f"size={shared_memory},mode=1777")
    _mount("tmpfs", "/tmp", "tmpfs", _NO_SUID | _NO_DEVICES, f"size={disk},mode=1777")
    Path(folder).mkdir(parents=True, exist_ok=True)
    _mount("tmpfs", folder, "tmpfs", _NO_SUID | _NO_DEVICES, "size=64k,mode=755")
    Path(sockets).mkdir(parents=True)
    _mount(f"/proc/self/fd/{shared}", sockets, None, _BIND)
    os.close(shared)
    _mount(None, folder, None, _REMOUNT | _BIND | _READ_ONLY | _NO_SUID | _NO_DEVICES)
    with socket.socket() as any_:
        fcntl.ioctl(any_, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))


def unshare() -> None:
    """Create new namespaces for later mounts and child processes."""
    new = _NEW_MOUNTS | _NEW_HOST_NAME | _NEW_IPC | _NEW_PROCESSES | _NEW_NETWORK
    _check(_libc.unshare(new), "unshare")


def lock() -> None:
    """Make the system's settings read-only, and drop the capabilities of the caller."""
    _mount(None, "/proc", None, _REMOUNT | _BIND | _READ_ONLY | _NO_SUID | _NO_DEVICES | _NO_PROGRAMS)
    _drop_capabilities()


def become_nobody() -> None:
    """Enter a new user namespace without capabilities; call this in the process that becomes the kernel."""
    users.become_student()
    # Otherwise /proc/self would belong to another user.
    users.set_dumpable(True)
    here = os.getuid()
    _check(_libc.unshare(_NEW_USER), "unshare")
    for name, text in (
        ("self/setgroups", "deny"),
        ("self/uid_map", f"{users.INSIDE} {here} 1"),
        ("self/gid_map", f"{users.INSIDE} {here} 1"),
        # Forbid nested user namespaces, in which a process has all capabilities.
        ("sys/user/max_user_namespaces", "0"),
    ):
        Path("/proc", name).write_text(text, encoding="utf-8")
    users.drop_bounding_set()
    _drop_capabilities()
    join_new_keyring()


def join_new_keyring() -> None:
    """Join a new keyring; in the session's keyring, keys would outlive the process that added them."""
    number = _KEYCTL.get(platform.machine())
    if number is not None:
        # On a Linux without keyrings the call fails, and there are no keys to protect.
        _libc.syscall(number, _JOIN_SESSION_KEYRING, None)


def _linux_version() -> tuple[int, ...]:
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
