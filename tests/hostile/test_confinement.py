"""Submissions that try to access other files, processes or the network see nothing, and lose no points."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder
import gradbook
from autograder.course import Course
from autograder.grading.kernels.sandbox import bubblewrap_problem
from autograder.outcome import Result
from tests.hostile.attacks.machine import CONNECTS, READS, SEALED, WRITES, looking
from tests.support.courses import RIGHT, answered, grade_assignment, submit

pytestmark = pytest.mark.skipif(
    bubblewrap_problem() is not None, reason=f"no sandbox here: {bubblewrap_problem()}"
)

FULL = {"double": 2, "total": 2, "square": 4}
SECRET = "the-graders-own-token"

#: The attempts of each submission; those of the last one would fail without a sandbox as well.
LOOKS = {"reads": READS, "connects": CONNECTS, "writes": WRITES, "sealed": SEALED}


@pytest.fixture(scope="module")
def world(shared_course: Course) -> Iterator[dict[str, object]]:
    """Targets on the grader's machine that the submissions try to access."""
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
def looked(shared_course: Course, world: dict[str, object]) -> dict[str, Result]:
    """The results of these submissions and of an honest one, graded in the sandbox."""
    release = shared_course.root / "assignments/01_tiny/tiny.ipynb"
    for student, looks in LOOKS.items():
        solutions = {**RIGHT, "double": looking(looks, world)}
        submit(shared_course.root, student, answered(release, **solutions))
    submit(shared_course.root, "honest", answered(release, **RIGHT))
    # Grade the honest submission first, so that the gradebook and the answer key exist.
    list(grade_assignment(shared_course, "01_tiny", ["honest"]))
    return {r.student: r for r in grade_assignment(shared_course, "01_tiny", list(LOOKS), 2, force=True)}


def attempts(result: Result) -> dict[str, str]:
    """Return the result of each attempt, as printed by the solution cell."""
    cell = next(cell for cell in result.notebooks["tiny"].cells if cell.id == "double")
    text = "".join(output.get("text", "") for output in cell.outputs)
    return dict(line.split(" ", 1) for line in text.splitlines())


@pytest.mark.parametrize("student", LOOKS)
def test_every_attempt_is_refused_and_costs_no_points(looked: dict[str, Result], student: str) -> None:
    found = attempts(looked[student])
    assert set(found) == set(LOOKS[student])
    assert {name: what for name, what in found.items() if not what.startswith("refused")} == {}
    assert {outcome.task: outcome.points for outcome in looked[student].outcomes} == FULL


def test_nothing_was_written_outside(looked: dict[str, Result], shared_course: Course) -> None:
    packages = [Path(str(package.__file__)).parent for package in (autograder, gradbook)]
    places = (shared_course.root, *packages, Path("/usr"), Path(sys.prefix))
    assert [place for place in places if (place / "written").exists()] == []


def test_without_a_sandbox_the_same_attempts_succeed(
    looked: dict[str, Result], shared_course: Course, world: dict[str, object]
) -> None:
    # Attempts that always fail would show nothing about the sandbox.
    students = [student for student in LOOKS if student != "sealed"]
    graded = grade_assignment(shared_course, "01_tiny", students, 2, "none", force=True)
    open_ = {name: what for result in graded for name, what in attempts(result).items()}
    (shared_course.root / "written").unlink()
    assert {name: what for name, what in open_.items() if what != "reached"} == {}
