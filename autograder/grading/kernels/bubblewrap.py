"""A sandbox by bubblewrap: what a kernel in it sees, and whether it works on this machine."""

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

import autograder
from autograder.course import Course
from autograder.data.dataset import data_folder
from autograder.data.images import datasets
from autograder.errors import AutograderError
from autograder.grading.kernels import users
from autograder.grading.kernels.limits import MIB, Limits

#: Where things lie in the sandbox. All but the first two are read-only.
HOME = "/tmp/home"
WORK = "/tmp/work"
DATA = "/gradbook/data"
_FONTS = "/gradbook/fonts"
_PACKAGE = "/gradbook/package"
_SUBMISSION = "/gradbook/submission"

#: What a kernel has a copy of, to write to: the submission, and Matplotlib's list of fonts.
COPIES = ((_SUBMISSION, WORK), (_FONTS, f"{HOME}/matplotlib"))

#: Bytes that fit in /dev/shm.
SHARED_MEMORY = 64 * MIB

#: What programs need of /etc, and nothing that says anything about this machine's users.
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

#: Seconds for the probe to come back.
_PATIENCE = 30


@dataclass(frozen=True)
class Sandbox:
    """A kernel's sandbox.

    Attributes
    ----------
    sockets
        A new, empty folder that the kernel shares with the grader.
    submission
        The files that were handed in; the kernel works in a copy of its own.
    unseen
        Paths that must not be in sight.
    limits
        What it may take.
    """

    sockets: Path
    submission: Path
    unseen: tuple[str, ...]
    limits: Limits

    def command(self, module: str, *arguments: str) -> list[str]:
        """Return the command that runs a Python module in the sandbox."""
        # Looked up here: the sandbox has a search path of its own.
        program = shutil.which("bwrap") or "bwrap"
        return [
            program,
            *self._walls(),
            *self._rooms(),
            *_system(),
            *self._furniture(),
            "--",
            sys.executable,
            "-s",
            *self._python(module, arguments),
        ]

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What the command needs to inherit."""
        return (users.namespace(nests=False),) if users.are_two() else ()

    def plan(self) -> dict[str, Any]:
        """Return what a process in it has to do before it runs any code of a student's."""
        return {
            "limits": self.limits.rlimits(),
            "copies": COPIES,
            "unseen": self.unseen,
            "proof": str(self._proof),
        }

    def environment(self, passed: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of what runs in it: `passed`, and where its own things are."""
        return {
            **passed,
            "AUTOGRADER_DATA": DATA,
            "HOME": HOME,
            "IPYTHONDIR": f"{HOME}/.ipython",
            # Each thread reserves address space by its arena, which is limited.
            "MALLOC_ARENA_MAX": "2",
            "MPLCONFIGDIR": f"{HOME}/matplotlib",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
            "PYTHONPATH": _PACKAGE,
            "TMPDIR": "/tmp",
        }

    def check_proof(self) -> None:
        """Make sure that what runs in it is confined; to be called before any code of a student's runs.

        Raises
        ------
        AutograderError
            When there is no proof of it.
        """
        try:
            found = json.loads(self._proof.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = {}
        expected = {
            "in sight": [],
            # Bubblewrap's own and the kernel's.
            "processes": 2,
            "interfaces": ["lo"],
            "user": 1000,
            "capabilities": 0,
            "no new privileges": True,
        }
        wrong = {name: found.get(name, "no answer") for name in expected if found.get(name) != expected[name]}
        if wrong:
            msg = "A kernel was started that is not shut in its sandbox."
            raise AutograderError(
                msg,
                expected=", ".join(f"{name}: {expected[name]}" for name in wrong),
                got=", ".join(f"{name}: {value}" for name, value in wrong.items()),
                done="It was stopped before any student's code ran.",
                next="report this, with what bwrap --version prints",
            )

    def _handed_in(self) -> list[str]:
        return _shown(self.submission, _SUBMISSION)

    def _python(self, module: str, arguments: tuple[str, ...]) -> list[str]:
        return ["-m", "autograder.grading.kernels.inside", json.dumps(self.plan()), module, *arguments]

    @property
    def _proof(self) -> Path:
        return self.sockets / "proof.json"

    def _walls(self) -> list[str]:
        spaces = [f"--unshare-{name}" for name in ("pid", "ipc", "uts", "net", "cgroup-try")]
        bounds = ["--cap-drop", "ALL", "--new-session", "--die-with-parent", "--hostname", "sandbox"]
        # The kernel would take its grader, which it cannot see, for dead.
        return [*spaces, *bounds, *self._users(), "--unsetenv", "JPY_PARENT_PID"]

    def _users(self) -> list[str]:
        if not users.are_two():
            me = str(users.INSIDE)
            return ["--unshare-user", "--disable-userns", "--uid", me, "--gid", me]
        may = [part for name in users.CAPABILITIES for part in ("--cap-add", name)]
        return ["--userns", str(*self.descriptors), *may]

    def _rooms(self) -> list[str]:
        # First, for Python itself may lie in a folder of /tmp.
        all_ = ["--perms", "1777"]
        room = [*all_, "--size", str(self.limits.disk), "--tmpfs", "/tmp"]
        devices = ["--dev", "/dev", *all_, "--size", str(SHARED_MEMORY), "--tmpfs", "/dev/shm"]
        return ["--proc", "/proc", *devices, *room, "--dir", HOME, "--dir", WORK]

    def _furniture(self) -> list[str]:
        package = Path(autograder.__file__).parent
        arguments = [
            *_shown(package, f"{_PACKAGE}/{package.name}"),
            *self._handed_in(),
            *_shown(_fonts(), _FONTS),
        ]
        for dataset in datasets().values():
            path = dataset.path(data_folder().resolve())
            if path.is_file():
                arguments += _shown(path, f"{DATA}/{path.name}")
        arguments += [*_parents(self.sockets), "--bind", str(self.sockets), str(self.sockets)]
        # Last, when all that is bound has its place.
        return [*arguments, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WORK]


def _shown(source: Path | str, place: str) -> list[str]:
    """Return the arguments that put something of the machine in a place, read-only."""
    return [*_parents(Path(place)), "--ro-bind", str(source), place]


def _parents(place: Path) -> list[str]:
    """Return the arguments that make the folders above a place; bubblewrap's own are for root alone."""
    above = [str(folder) for folder in reversed(place.parents) if folder.name]
    return [part for folder in above for part in ("--perms", "0755", "--dir", folder)]


@functools.cache
def _system() -> list[str]:
    """Return the arguments for the part of the system that Python needs, read-only."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    for name in _ETC:
        arguments += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for prefix in dict.fromkeys([sys.base_prefix, sys.prefix]):
        if not Path(prefix).is_relative_to("/usr"):
            arguments += _shown(prefix, prefix)
    return arguments


@functools.cache
def _fonts() -> Path:
    """Return a folder with Matplotlib's list of fonts, made where it is missing.

    To make it takes seconds, and a kernel that starts with an empty home would make it anew.
    """
    import pooch

    folder = Path(pooch.os_cache("gradbook")) / "matplotlib"
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
def why_not() -> str | None:
    """Return why bubblewrap does not work here, None where it does.

    Found out by starting Python in a sandbox as kernels are, once a process: that the program is there says
    nothing, for many containers and some systems forbid what it does.
    """
    if not sys.platform.startswith("linux"):
        return f"bubblewrap is for Linux, and this is {sys.platform}"
    if shutil.which("bwrap") is None:
        return "there is no program bwrap"
    with tempfile.TemporaryDirectory(prefix="autograder-probe-") as folder:
        sockets, canary = Path(folder) / "io", Path(folder) / "canary"
        sockets.mkdir()
        canary.touch()
        users.give(sockets)
        sandbox = Sandbox(sockets, sockets, (str(canary),), Limits())
        try:
            run = subprocess.run(
                sandbox.command("platform"),
                env=sandbox.environment({}),
                pass_fds=sandbox.descriptors,
                capture_output=True,
                text=True,
                timeout=_PATIENCE,
            )
            if run.returncode == 0:
                sandbox.check_proof()
                return None
        except OSError as error:
            return str(error)
        except subprocess.TimeoutExpired:
            return f"it did not come back within {_PATIENCE} s"
        except AutograderError as error:
            return f"{error.what} Got {error.details['got']}"
    return (run.stderr.strip().splitlines() or [f"exit code {run.returncode}"])[-1]


def require() -> None:
    """Make sure that bubblewrap works here.

    Raises
    ------
    AutograderError
        With what to do about it, where it does not.
    """
    reason = why_not()
    if reason is None:
        return
    raise AutograderError(
        "Students' code cannot be shut in a sandbox here.",
        expected="bubblewrap 0.8 or newer, allowed to make user namespaces; it was tried on a small program",
        got=reason,
        done="Nothing was run.",
        next=_remedy(reason),
    )


def _remedy(reason: str) -> str:
    if reason.startswith("there is no program"):
        first = "install it (apt install bubblewrap, dnf install bubblewrap)"
    elif "unknown option" in reason.lower():
        first = "install a newer one: Debian 12 and Ubuntu 24.04 have it"
    elif reason.startswith("bubblewrap is for"):
        first = "grade on Linux, in a virtual machine for example"
    else:
        first = (
            "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1; Ubuntu: "
            "sysctl kernel.apparmor_restrict_unprivileged_userns=0; Docker: --privileged, or "
            "--security-opt seccomp=unconfined --security-opt systempaths=unconfined)"
        )
    return (
        f"{first}. Or grade with --sandbox none (in nbgrader_config.py: c.GradingExecute.sandbox = 'none'): "
        "then students' code runs with your rights, and can read and change whatever you can, the answer key "
        "and the gradebook too"
    )


def course_in_sight(config: Any) -> tuple[str, ...]:
    """Return what of the course no kernel may see, to be looked for from inside.

    Parameters
    ----------
    config
        The configuration, which says where the course is.
    """
    root = config.CourseDirectory.get("root")
    course = Course(Path(root)) if root else Course.locate()
    if course is None or not course.root.is_dir():  # on a cluster's worker it is not
        return ()
    return tuple(str(path.resolve()) for path in course.root.iterdir() if path.resolve() != Path(sys.prefix))
