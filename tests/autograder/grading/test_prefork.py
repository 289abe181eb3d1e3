"""Forked kernels are completely isolated from each other and from the fork server."""

# The tables below contain lines of code, which are easier to read unbroken.
# ruff: noqa: E501

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest

from autograder.course import Course
from autograder.grading.engine import grade_folder, grading_specs
from autograder.grading.execute import GradingExecute
from autograder.grading.kernels import prefork, users
from autograder.grading.kernels.sandbox import bubblewrap_problem
from tests.support.courses import RIGHT, answered, submit

pytestmark = pytest.mark.skipif(
    bubblewrap_problem() is not None, reason=f"no sandbox here: {bubblewrap_problem()}"
)

IMPORTS = (
    "import contextlib, ctypes, glob, os, random, signal, socket, subprocess, sys, time\nimport numpy as np\n"
)
LIBC = "libc = ctypes.CDLL(None, use_errno=True)\n"

#: Traces that a submission leaves, with expressions that are true if a later submission finds them.
TRACES = {
    "file": ("open('/tmp/left', 'w').write('x')", "os.path.exists('/tmp/left')"),
    "working folder": ("open('left.py', 'w').write('x')", "os.path.exists('left.py')"),
    "home": ("open(os.path.expanduser('~/left'), 'w')", "os.path.exists(os.path.expanduser('~/left'))"),
    "fonts": ("open(glob.glob('/tmp/home/matplotlib/*')[0], 'w')", "not os.path.getsize(glob.glob('/tmp/home/matplotlib/*')[0])"),
    "attribute": ("os.setxattr('/tmp', 'user.left', b'x')", "'user.left' in os.listxattr('/tmp')"),
    "mode of a folder": ("os.chmod('/tmp', 0o700)", "os.stat('/tmp').st_mode & 0o777 == 0o700"),
    "terminals": ("os.utime('/dev/pts/ptmx', (7, 7))", "os.stat('/dev/pts/ptmx').st_mtime == 7"),
    "sockets": (
        "open(os.path.dirname(sys.argv[2]) + '/left', 'w')",
        "os.path.exists(os.path.dirname(sys.argv[2]) + '/left')",
    ),
    "shared memory": ("open('/dev/shm/left', 'w')", "os.path.exists('/dev/shm/left')"),
    "System V segment": ("libc.shmget(1234, 4096, 0o1666) >= 0 or 1 / 0", "libc.shmget(1234, 0, 0) >= 0"),
    "System V queue": ("libc.msgget(1234, 0o1666) >= 0 or 1 / 0", "libc.msgget(1234, 0) >= 0"),
    "System V semaphore": ("libc.semget(1234, 1, 0o1666) >= 0 or 1 / 0", "libc.semget(1234, 1, 0) >= 0"),
    "POSIX queue": ("libc.mq_open(b'/left', 0o102, 0o600, None) >= 0 or 1 / 0", "libc.mq_open(b'/left', 0) >= 0"),
    "key": ("libc.syscall(248, b'user', b'left', b'x', 1, -3)", "libc.syscall(250, 10, -3, b'user', b'left', 0) >= 0"),
    "port": (
        "a = socket.create_server(('127.0.0.1', 4321)); b = socket.create_connection(('127.0.0.1', 4321)); b.close()",
        "'10E1' in open('/proc/net/tcp').read()",
    ),
    "daemon": (
        "subprocess.Popen([sys.executable, '-c', \"import os, time\\nos.setsid()\\nif not os.fork():\\n"
        " if not os.fork():\\n  time.sleep(600)\"]).wait()",
        "sum(name.isdecimal() for name in os.listdir('/proc')) > 2",
    ),
    "module": ("np.left = sys.left = 1", "hasattr(np, 'left') or hasattr(sys, 'left')"),
    "environment": ("os.environ['LEFT'] = 'x'", "'LEFT' in os.environ or b'LEFT' in subprocess.check_output('env')"),
    "rc": ("import matplotlib as m; m.rcParams['lines.linewidth'] = 77", "__import__('matplotlib').rcParams['lines.linewidth'] == 77"),
    "path": ("sys.path.append('/left')", "'/left' in sys.path"),
    "own limits": ("import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))", "__import__('resource').getrlimit(7)[1] == 99"),
    # This is last, because any change in the folder changes its time.
    "time of a folder": ("os.utime('/dev/shm', (7, 7))", "os.stat('/dev/shm').st_mtime == 7"),
}  # fmt: skip

#: Attempts to access the fork server: expressions that are true if they succeed.
REACHES = {
    "memory of the first process": "open('/proc/1/mem', 'rb').read(1)",
    "environment of the first process": "open('/proc/1/environ').read()",
    "descriptors of the first process": "[os.readlink(path) for path in glob.glob('/proc/1/fd/*')]",
    "tracing the first process": "libc.ptrace(16, 1, 0, 0) == 0",
    "other processes": "[name for name in os.listdir('/proc') if name.isdecimal() and name not in ('1', str(os.getpid()))]",
    "the grader's other folders": "[path for path in glob.glob(os.path.dirname(sys.argv[2]) + '/../*') if 'io-' not in path]",
    "system settings": "open('/proc/sys/kernel/core_pattern', 'w')",
    "the machine's devices": "os.chmod('/dev/full', 0o666) or True",
    "mounting": "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0",
    "unmounting": "libc.umount2(b'/proc', 2) == 0",
    "a user namespace": "libc.unshare(0x10000000) == 0",
    "rights by identity": "libc.setuid(0) == 0",
    "other sessions' signals": "os.kill(-1, 0) is None",
}  # fmt: skip


def run(*sources: str, **limits: float) -> nbformat.NotebookNode:
    """Run a notebook with these cells in the sandbox, and return it."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with tempfile.TemporaryDirectory() as folder:
        GradingExecute(sandbox="bwrap", **limits).run(notebook, Path(folder), seed=1)
    return notebook


def output_of(cell: nbformat.NotebookNode) -> str:
    """Return the output of a cell, including errors."""
    return "".join(
        output.get("text") or f"{output.get('ename')}: {output.get('evalue')}\n" for output in cell.outputs
    )


def server() -> int:
    """Return the process id of the fork server's sandbox."""
    assert prefork._PreforkState.server is not None, "kernels are not forked"
    return prefork._PreforkState.server._process.pid


#: Traces that only root can leave.
ROOT_ONLY = {"attribute", "mode of a folder", "terminals", "time of a folder"}


@pytest.fixture
def kernels() -> Iterator[None]:
    """Use forked kernels in a test."""
    with prefork.kernels():
        yield
    assert prefork._PreforkState.server is None


@pytest.mark.usefixtures("kernels")
def test_a_submission_does_not_find_the_traces_of_another() -> None:
    leaves = [f"{leave}\nprint('left')" for leave, _ in TRACES.values()]
    looks = [
        f"try: print(bool({look}))\nexcept OSError as error: print(error)" for _, look in TRACES.values()
    ]
    first = run(IMPORTS + LIBC, *leaves, *looks)
    began = server()
    found = [output_of(cell) for cell in first.cells[1 + len(leaves) :]]
    refused = {
        name
        for name, cell in zip(TRACES, first.cells[1:], strict=False)
        if not output_of(cell).startswith("left")
    }
    # If root grades, the folders around the kernel's own belong to another user.
    assert refused == (ROOT_ONLY if users.runs_as_root() else set())
    # A submission finds its own traces, so the search works.
    assert {name for name, text in zip(TRACES, found, strict=True) if text != "True\n"} == refused
    second = run(IMPORTS + LIBC, *looks)
    assert server() == began
    found = [output_of(cell) for cell in second.cells[1:]]
    assert {
        name: text for name, text in zip(TRACES, found, strict=True) if text == "True\n" or "Error" in text
    } == {}


@pytest.mark.usefixtures("kernels")
def test_a_kernel_cannot_access_the_fork_server() -> None:
    tries = [
        f"try: print(bool({reach}))\nexcept OSError as error: print(error)" for reach in REACHES.values()
    ]
    notebook = run(IMPORTS + LIBC, *tries)
    found = [output_of(cell) for cell in notebook.cells[1:]]
    reached = {
        name: text for name, text in zip(REACHES, found, strict=True) if text == "True\n" or "Error" in text
    }
    assert reached == {}


@pytest.mark.usefixtures("kernels")
def test_random_numbers_differ_between_forks() -> None:
    drawn = [
        output_of(run(IMPORTS + "print(random.random(), np.random.random(), os.urandom(4))").cells[0])
        for _ in range(2)
    ]
    assert len({part for text in drawn for part in text.split(maxsplit=2)}) == 6


@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize(
    "ends",
    [
        "os.kill(os.getpid(), 9)",
        "os._exit(0)",
        "for pid in (1, os.getppid()):\n"
        "    with contextlib.suppress(PermissionError): os.kill(pid, 9)\n"
        "time.sleep(60)",
    ],
)
def test_the_sandbox_is_replaced_after_a_kernel_dies(ends: str) -> None:
    run("1")
    began = server()
    ended = run("n = 20", IMPORTS + ends, "print(n + 1)", timeout=4, process_limit=24)
    assert "run" in ended.cells[1].metadata["autograder"]
    assert ended.cells[2].outputs[0].text == "21\n"
    assert output_of(run("print('as before')").cells[0]) == "as before\n"
    if "sleep" not in ends:
        assert server() != began
        assert not psutil.pid_exists(began)


@pytest.mark.usefixtures("kernels")
def test_a_fork_server_that_was_killed_is_replaced() -> None:
    run("1")
    began = server()
    for process in psutil.Process(began).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended with the previous one
            process.kill()
    assert output_of(run("print('as before')").cells[0]) == "as before\n"
    assert server() != began


def test_without_a_fork_server_kernels_start_from_scratch(monkeypatch: pytest.MonkeyPatch) -> None:
    # As if bubblewrap could not grant capabilities.
    monkeypatch.setattr(prefork, "_CAPABILITIES", ("CAP_NONE",))
    monkeypatch.setattr(prefork._PreforkState, "is_able", True)
    with prefork.kernels():
        assert output_of(run("print('as before')").cells[0]) == "as before\n"
        assert not prefork._PreforkState.is_able


@pytest.mark.slow
def test_scores_are_the_same_with_and_without_forking(course: Course) -> None:
    release = course.root / "assignments/01_tiny/tiny.ipynb"
    submit(course.root, "right", answered(release, **RIGHT))
    submit(course.root, "wrong", answered(release, **{**RIGHT, "double": "def double(x):\n    return x + 2"}))
    submit(
        course.root,
        "crash",
        answered(release, **{**RIGHT, "double": "import os\ndef double(x):\n    os._exit(3)"}),
    )
    config = course.config()
    graded_by = grading_specs(course, "01_tiny", config)
    for student in course.students("01_tiny"):
        folder = course.folder("submitted") / student / "01_tiny"
        with prefork.kernels():
            result = grade_folder(student, folder, graded_by, config)
            assert prefork._PreforkState.is_able
        from_scratch = grade_folder(
            result.student, course.folder("submitted") / result.student / "01_tiny", graded_by, config
        )
        assert result.outcomes == from_scratch.outcomes
        assert [cell.get("outputs") for cell in result.notebooks["tiny"].cells] == [
            cell.get("outputs") for cell in from_scratch.notebooks["tiny"].cells
        ]
