"""The bubblewrap sandbox: what a kernel can access in it, and whether it works on this machine."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

import autograder
import gradbook
from autograder.course import Course
from autograder.grading.kernels import users
from autograder.grading.kernels.limits import MIB, Limits
from gradbook.data.dataset import data_folder
from gradbook.data.images import datasets
from gradbook.errors import GradbookError

#: Paths in the sandbox. All but the first two are read-only.
HOME = "/tmp/home"
WORK = "/tmp/work"
DATA = "/gradbook/data"
_FONTS = "/gradbook/fonts"
_PACKAGE = "/gradbook/package"
_SUBMISSION = "/gradbook/submission"

#: Folders that are copied for a kernel, so that it can write to them: the submission, and Matplotlib's font
#: list.
COPIES = ((_SUBMISSION, WORK), (_FONTS, f"{HOME}/matplotlib"))

#: The size of /dev/shm, in bytes.
SHARED_MEMORY = 64 * MIB

#: The parts of /etc that programs need; none contains information about this machine's users.
_ETC = (
    "alternatives",
    "fonts",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "ssl/certs",
)

#: Seconds that the probe may take.
_PROBE_TIMEOUT_S = 30


@dataclass(frozen=True)
class Sandbox:
    """The sandbox of a kernel.

    Attributes
    ----------
    sockets
        A new, empty folder that the kernel shares with the grader.
    submission
        The folder of the submission; the kernel works in a copy of it.
    unseen
        Paths that must not be visible.
    limits
        The kernel's limits.
    """

    sockets: Path
    submission: Path
    unseen: tuple[str, ...]
    limits: Limits

    def command(self, module: str, *arguments: str) -> list[str]:
        """Return the command that runs a Python module in the sandbox."""
        # Resolved here, because the sandbox has its own search path.
        program = shutil.which("bwrap") or "bwrap"
        return [
            program,
            *self._namespaces(),
            *self._mounts(),
            *_system(),
            *self._binds(),
            "--",
            sys.executable,
            "-s",
            *self._python(module, arguments),
        ]

    @property
    def descriptors(self) -> tuple[int, ...]:
        """The file descriptors that the command must inherit."""
        return (users.namespace(nests=False),) if users.runs_as_root() else ()

    def plan(self) -> dict[str, Any]:
        """Return the plan that `bootstrap` carries out before it runs student code."""
        return {
            "limits": self.limits.rlimits(),
            "copies": COPIES,
            "unseen": self.unseen,
            "proof": str(self._proof),
        }

    def environment(self, passed: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of processes in the sandbox: `passed` with the paths in the sandbox."""
        return {
            **passed,
            "AUTOGRADER_DATA": DATA,
            "HOME": HOME,
            "IPYTHONDIR": f"{HOME}/.ipython",
            # Each arena of malloc reserves address space, which is limited.
            "MALLOC_ARENA_MAX": "2",
            "MPLCONFIGDIR": f"{HOME}/matplotlib",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
            "PYTHONPATH": _PACKAGE,
            "TMPDIR": "/tmp",
        }

    def check_proof(self) -> None:
        """Check the proof that the kernel is confined; call this before any student code runs.

        Raises
        ------
        GradbookError
            If the proof is missing or wrong.
        """
        try:
            found = json.loads(self._proof.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = {}
        expected = {
            "visible paths": [],
            # Bubblewrap and the kernel.
            "processes": 2,
            "interfaces": ["lo"],
            "user": 1000,
            "capabilities": 0,
            "no new privileges": True,
        }
        wrong = {name: found.get(name, "no answer") for name in expected if found.get(name) != expected[name]}
        if wrong:
            msg = "A kernel was started that is not confined to its sandbox."
            raise GradbookError(
                msg,
                expected=", ".join(f"{name}: {expected[name]}" for name in wrong),
                got=", ".join(f"{name}: {value}" for name, value in wrong.items()),
                done="It was stopped before any student code ran.",
                next="report this, with the output of bwrap --version",
            )

    def _submission_binds(self) -> list[str]:
        return _bound(self.submission, _SUBMISSION)

    def _python(self, module: str, arguments: tuple[str, ...]) -> list[str]:
        return ["-m", "autograder.grading.kernels.bootstrap", json.dumps(self.plan()), module, *arguments]

    @property
    def _proof(self) -> Path:
        return self.sockets / "proof.json"

    def _namespaces(self) -> list[str]:
        spaces = [f"--unshare-{name}" for name in ("pid", "ipc", "uts", "net", "cgroup-try")]
        bounds = ["--cap-drop", "ALL", "--new-session", "--die-with-parent", "--hostname", "sandbox"]
        # The kernel cannot see its grader, and would conclude that it is dead.
        return [*spaces, *bounds, *self._users(), "--unsetenv", "JPY_PARENT_PID"]

    def _users(self) -> list[str]:
        if not users.runs_as_root():
            me = str(users.INSIDE)
            return ["--unshare-user", "--disable-userns", "--uid", me, "--gid", me]
        granted = [part for name in users.CAPABILITIES for part in ("--cap-add", name)]
        return ["--userns", str(*self.descriptors), *granted]

    def _mounts(self) -> list[str]:
        # These come first, because Python itself may be in a folder of /tmp.
        all_ = ["--perms", "1777"]
        temporary = [*all_, "--size", str(self.limits.disk), "--tmpfs", "/tmp"]
        devices = ["--dev", "/dev", *all_, "--size", str(SHARED_MEMORY), "--tmpfs", "/dev/shm"]
        return ["--proc", "/proc", *devices, *temporary, "--dir", HOME, "--dir", WORK]

    def _binds(self) -> list[str]:
        packages = [Path(str(package.__file__)).parent for package in (gradbook, autograder)]
        arguments = [
            *(part for package in packages for part in _bound(package, f"{_PACKAGE}/{package.name}")),
            *self._submission_binds(),
            *_bound(_fonts(), _FONTS),
        ]
        for dataset in datasets().values():
            path = dataset.path(data_folder().resolve())
            if path.is_file():
                arguments += _bound(path, f"{DATA}/{path.name}")
        arguments += [*_parents(self.sockets), "--bind", str(self.sockets), str(self.sockets)]
        # These come last, after all mount points exist.
        return [*arguments, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WORK]


def _bound(source: Path | str, place: str) -> list[str]:
    """Return the arguments that bind a path of the machine to a path in the sandbox, read-only."""
    return [*_parents(Path(place)), "--ro-bind", str(source), place]


def _parents(place: Path) -> list[str]:
    """Return the arguments that create the parents of a path; bubblewrap would make them private to root."""
    above = [str(folder) for folder in reversed(place.parents) if folder.name]
    return [part for folder in above for part in ("--perms", "0755", "--dir", folder)]


@functools.cache
def _system() -> list[str]:
    """Return the arguments for the part of the system that Python needs, read-only."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    for name in _ETC:
        arguments += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for prefix in dict.fromkeys([sys.base_prefix, sys.prefix]):
        if not Path(prefix).is_relative_to("/usr"):
            arguments += _bound(prefix, prefix)
    return arguments


@functools.cache
def _fonts() -> Path:
    """Return a folder with Matplotlib's font list, creating the list if it is missing.

    Creating it takes seconds, and every kernel that starts with an empty home would do so.
    """
    folder = platformdirs.user_cache_path("gradbook") / "matplotlib"
    if not list(folder.glob("fontlist-*.json")):
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, "-c", "import matplotlib.font_manager"],
            env={**os.environ, "MPLCONFIGDIR": str(folder)},
            check=False,
            capture_output=True,
        )
    return folder


@functools.cache
def bubblewrap_problem() -> str | None:
    """Return why bubblewrap does not work here, or None if it works.

    It is tested once per process by starting Python in a sandbox, as for a kernel. That the program is
    installed is not enough, because many containers and some systems forbid user namespaces.
    """
    if not sys.platform.startswith("linux"):
        return f"bubblewrap requires Linux, and this is {sys.platform}"
    if shutil.which("bwrap") is None:
        return "the program bwrap is not installed"
    with tempfile.TemporaryDirectory(prefix="autograder-probe-") as folder:
        sockets, canary = Path(folder) / "io", Path(folder) / "canary"
        sockets.mkdir()
        canary.touch()
        users.chown_to_student(sockets)
        sandbox = Sandbox(sockets, sockets, (str(canary),), Limits())
        try:
            run = subprocess.run(
                sandbox.command("platform"),
                env=sandbox.environment({}),
                pass_fds=sandbox.descriptors,
                check=False,
                capture_output=True,
                text=True,
                timeout=_PROBE_TIMEOUT_S,
            )
            if run.returncode == 0:
                sandbox.check_proof()
                return None
        except OSError as error:
            return str(error)
        except subprocess.TimeoutExpired:
            return f"it did not finish within {_PROBE_TIMEOUT_S} s"
        except GradbookError as error:
            return f"{error.what} Got {error.details['got']}"
    return (run.stderr.strip().splitlines() or [f"exit code {run.returncode}"])[-1]


def require_bubblewrap() -> None:
    """Check that bubblewrap works here.

    Raises
    ------
    GradbookError
        If it does not work; the message says how to fix that.
    """
    reason = bubblewrap_problem()
    if reason is None:
        return
    msg = "Students' code cannot be sandboxed here."
    raise GradbookError(
        msg,
        expected="bubblewrap 0.8 or newer, with permission to create user namespaces (tested just now)",
        got=reason,
        done="Nothing was run.",
        next=_remedy(reason),
    )


def _remedy(reason: str) -> str:
    if reason.startswith("the program bwrap"):
        first = "install it (apt install bubblewrap, dnf install bubblewrap)"
    elif "unknown option" in reason.lower():
        first = "install a newer version, as in Debian 12 or Ubuntu 24.04"
    elif reason.startswith("bubblewrap requires"):
        first = "grade on Linux, in a virtual machine for example"
    else:
        first = (
            "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1; Ubuntu: "
            "sysctl kernel.apparmor_restrict_unprivileged_userns=0; Docker: --privileged, or "
            "--security-opt seccomp=unconfined --security-opt systempaths=unconfined)"
        )
    return (
        f"{first}. Or grade with --sandbox none (in nbgrader_config.py: c.GradingExecute.sandbox = 'none'): "
        "then students' code runs with your permissions, and can read and change whatever you can, including "
        "the answer key and the gradebook"
    )


def course_in_sight(config: Any) -> tuple[str, ...]:
    """Return the paths of the course, which must not be visible in the sandbox.

    Parameters
    ----------
    config
        The configuration, which contains the path of the course.
    """
    root = config.CourseDirectory.get("root")
    course = Course(Path(root)) if root else Course.locate()
    if course is None or not course.root.is_dir():  # as on a cluster's worker
        return ()
    return tuple(str(path.resolve()) for path in course.root.iterdir() if path.resolve() != Path(sys.prefix))
