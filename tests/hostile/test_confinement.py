"""Submissions that look around, reach out and take all they can get: nothing is reached, and nothing lost."""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import autograder
from autograder.course import Course
from autograder.grading.bubblewrap import why_not
from autograder.grading.engine import grade_assignment
from autograder.results.outcome import Result
from tests.courses import RIGHT, answered, hand_in

pytestmark = pytest.mark.skipif(why_not() is not None, reason=f"no sandbox here: {why_not()}")

FULL = {"double": 2, "total": 2, "square": 4}
OWN_LOST = {"total": 2, "square": 4}
SECRET = "the-graders-own-token"

LIMITS = f"""
c.GradingExecute.memory_limit = {512 * 2**20}
c.GradingExecute.process_limit = 24
c.GradingExecute.disk_limit = {32 * 2**20}
c.GradingExecute.output_limit = {4 * 2**20}
"""

#: Attacks that a solution cell makes: each is an expression, and true or a text where it succeeds.
LOOKS = {
    "key": "[open(path).read() for path in glob.glob(COURSE + '/.autograder/**/*.json', recursive=True)]",
    "source": "open(COURSE + '/source_solutions/01_tiny/tiny.ipynb').read()",
    # An environment that lies there is bound in, and the way to it with it.
    "beside-package": "'source_solutions' in os.listdir(os.path.dirname(PACKAGE))",
    "other-submission": "open(COURSE + '/submitted/honest/01_tiny/tiny.ipynb').read()",
    "gradebook": "open(COURSE + '/gradebook.db', 'rb').read()",
    "shadow": "os.stat('/etc/shadow')",
    "passwd": "open('/etc/passwd').read()",
    "home": "[path for path in AT_HOME if os.path.lexists(path)]",
    "run": "os.listdir('/run')",
    "var": "os.listdir('/var')",
    "tmp": "os.stat(CANARY)",
    "environment": "SECRET in str(os.environ)",
    "grader-environment": "open(f'/proc/{GRADER}/environ').read()",
    "processes": "sum(name.isdecimal() for name in os.listdir('/proc')) > 3",
    "grader-process": "os.kill(GRADER, 0) or 'seen'",
    "network": "socket.create_connection(('127.0.0.1', PORT), timeout=5)",
    "abstract-socket": "socket.socket(socket.AF_UNIX).connect(chr(0) + ABSTRACT) or 'connected'",
    "write-course": "open(COURSE + '/written', 'w')",
    "write-gradebook": "open(COURSE + '/gradebook.db', 'ab')",
    "write-package": "open(os.path.dirname(autograder.__file__) + '/written', 'w')",
    "write-python": "open(sys.prefix + '/written', 'w')",
    "write-usr": "open('/usr/written', 'w')",
    "mount": "ctypes.CDLL(None).mount(b'/', b'/tmp', None, 4096, None) == 0",
    "user-namespace": "ctypes.CDLL(None).unshare(0x10000000) == 0",
    "descriptors": "[fd for fd in os.listdir('/proc/self/fd') if COURSE in os.path.realpath(FD + fd)]",
}

#: Those that no ordinary user succeeds in without a sandbox either, or that would leave something behind.
NO_CONTROL = {"shadow", "mount", "user-namespace", "run", "var", "home", "environment", "descriptors"}
NO_CONTROL |= {"write-python", "write-usr", "write-package"}

#: What the function of a solution does, and the verdict on it.
TAKES = {
    "memory-at-once": ("return np.ones(10**9)", "out of memory (limit 512 MiB)"),
    "memory-by-and-by": (
        "kept = []\n    while True:\n        kept.append(np.ones(2**20))",
        "out of memory (limit 512 MiB)",
    ),
    "memory-by-children": (
        "for _ in range(12):\n        if not os.fork():\n            kept = np.ones(2**23)\n"
        "            time.sleep(60)\n    time.sleep(60)",
        "out of memory (limit 512 MiB)",
    ),
    "fork-bomb": ("while True:\n        os.fork()", "too many processes (limit 24)"),
    "prints": ("while True:\n        print('x' * 1000)", "too much output (limit 4 MiB)"),
    "prints-and-clears": (
        "while True:\n        print('x' * 10**5, flush=True)\n        clear_output()",
        "too much output (limit 4 MiB)",
    ),
    "displays": (
        "while True:\n        display({'text/plain': 'x' * 10**6}, raw=True)",
        "too much output (limit 4 MiB)",
    ),
    "one-display": ("display({'text/plain': 'x' * 10**8}, raw=True)", "too much output (limit 4 MiB)"),
    "disk": (
        "for number in itertools.count():\n        open(f'/tmp/{number}', 'wb').write(bytes(2**20))",
        "raised OSError",
    ),
    "shared-memory": (
        "for number in itertools.count():\n        open(f'/dev/shm/{number}', 'wb').write(bytes(2**20))",
        "raised OSError",
    ),
    "one-file": ("open('large', 'wb').truncate(2**30)", "raised OSError"),
    "graders-folder": (
        "open(os.path.dirname(sys.argv[2]) + '/large', 'wb').write(bytes(8 * 2**20))\n    time.sleep(60)",
        "wrote into the grader's folder",
    ),
    # There is nobody else to kill, and nobody may end the first process.
    "kills-all": ("os.kill(-1, 9)", "raised ProcessLookupError"),
    "kills-parent": ("os.kill(os.getppid(), 9)", "wrong"),
    "kills-itself": ("os.kill(os.getpid(), 9)", "the kernel died"),
}

IMPORTS = (
    "import autograder, ctypes, glob, itertools, os, socket, subprocess, sys, time\n"
    "from IPython.display import clear_output, display\n"
)

DAEMON = """
def double(x):
    code = "import os, time; os.setsid(); os.fork() and os._exit(0); time.sleep(600)  # MARK"
    subprocess.Popen([sys.executable, "-c", code])
    return 2 * x
"""

MARK = "left-behind-by-a-submission"


def looking(expression: str, names: dict[str, object]) -> str:
    """Return a right solution that looks around first, and says whether it saw anything."""
    given = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    return f"""{IMPORTS}{given}
try:
    print("reached" if {expression} else "refused: nothing there")
except Exception as error:
    print("refused:", type(error).__name__)
def double(x):
    return 2 * x
"""


def taking(body: str) -> str:
    """Return a solution that takes what it can get when it is called."""
    return f"{IMPORTS}def double(x):\n    {body}"


@pytest.fixture(scope="module")
def world(shared_course: Course) -> Iterator[dict[str, object]]:
    """What there is to be found on the grader's machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind(f"\0gradbook-{os.getpid()}")
    abstract.listen()
    for server in (listener, abstract):
        threading.Thread(target=_accept, args=(server,), daemon=True).start()
    os.environ["GRADBOOK_SECRET"] = SECRET
    with tempfile.NamedTemporaryFile() as canary:
        yield {
            "COURSE": str(shared_course.root),
            "PACKAGE": str(Path(autograder.__file__).parent),
            "AT_HOME": [str(path) for path in Path.home().iterdir() if not _is_pythons(path)],
            "FD": "/proc/self/fd/",
            "CANARY": canary.name,
            "SECRET": SECRET,
            "GRADER": os.getpid(),
            "PORT": listener.getsockname()[1],
            "ABSTRACT": f"gradbook-{os.getpid()}",
        }
    del os.environ["GRADBOOK_SECRET"]
    listener.close()
    abstract.close()


def _is_pythons(path: Path) -> bool:
    return any(Path(prefix).is_relative_to(path) for prefix in (sys.prefix, sys.base_prefix))


def _accept(server: socket.socket) -> None:
    while True:
        try:
            server.accept()[0].close()
        except OSError:
            return


@pytest.fixture(scope="module")
def hostile(shared_course: Course, world: dict[str, object]) -> dict[str, Result]:
    """A class of them, and one honest student, graded in the sandbox."""
    with (shared_course.root / "nbgrader_config.py").open("a") as config:
        config.write(LIMITS)
    release = shared_course.root / "assignments/01_tiny/tiny.ipynb"
    solutions = {name: looking(expression, world) for name, expression in LOOKS.items()}
    solutions |= {name: taking(body) for name, (body, _) in TAKES.items()}
    solutions["daemon"] = IMPORTS + DAEMON.replace("MARK", MARK)
    solutions["honest"] = RIGHT["double"]
    for student, solution in solutions.items():
        hand_in(shared_course.root, student, answered(release, **{**RIGHT, "double": solution}))
    # The gradebook and the key are there to be found before the first of them looks.
    list(grade_assignment(shared_course, "01_tiny", ["honest"]))
    students = shared_course.students("01_tiny")
    return {r.student: r for r in grade_assignment(shared_course, "01_tiny", students, 2, force=True)}


def points(result: Result) -> dict[str, float]:
    return {outcome.task: outcome.points for outcome in result.outcomes if outcome.points}


def said(result: Result) -> str:
    """Return what the solution cell printed."""
    cell = next(cell for cell in result.notebooks["tiny"].cells if cell.id == "double")
    return "".join(output.get("text", "") for output in cell.outputs)


@pytest.mark.parametrize("student", LOOKS)
def test_who_looks_around_sees_nothing_and_keeps_their_points(
    hostile: dict[str, Result], student: str
) -> None:
    assert said(hostile[student]).startswith("refused")
    assert points(hostile[student]) == FULL


@pytest.mark.parametrize("student", TAKES)
def test_who_takes_too_much_is_told_and_loses_that_question_only(
    hostile: dict[str, Result], student: str
) -> None:
    result = hostile[student]
    assert result.failure is None
    assert result.outcomes[0].verdict == TAKES[student][1]
    assert points(result) == OWN_LOST


def test_the_honest_student_loses_nothing(hostile: dict[str, Result]) -> None:
    assert points(hostile["honest"]) == FULL


def test_nothing_was_written_outside(hostile: dict[str, Result], shared_course: Course) -> None:
    places = (shared_course.root, Path(autograder.__file__).parent, Path("/usr"))
    assert [place for place in places if (place / "written").exists()] == []


def test_no_process_is_left_behind(hostile: dict[str, Result]) -> None:
    assert points(hostile["daemon"]) == FULL
    left = [p for p in psutil.process_iter(["cmdline"]) if MARK in " ".join(p.info["cmdline"] or [])]
    assert left == []


def test_what_was_put_out_does_not_swell_the_graded_notebook(hostile: dict[str, Result]) -> None:
    sizes = {name: len(json.dumps(hostile[name].notebooks["tiny"])) for name in TAKES}
    assert max(sizes.values()) < 2**20, sizes


def test_without_a_sandbox_the_same_looks_succeed(
    hostile: dict[str, Result], shared_course: Course, world: dict[str, object]
) -> None:
    # What no attack could reach anyway would show nothing about the walls.
    students = [name for name in LOOKS if name not in NO_CONTROL]
    graded = grade_assignment(shared_course, "01_tiny", students, 2, "none", force=True)
    open_ = {result.student: said(result) for result in graded}
    (shared_course.root / "written").unlink()
    assert {student: text for student, text in open_.items() if text != "reached\n"} == {}
