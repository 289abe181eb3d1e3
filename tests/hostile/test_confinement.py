"""Submissions that look around and reach out: nothing is seen, nothing is reached, and nothing lost."""

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
from autograder.course import Course
from autograder.grading.engine import grade_assignment
from autograder.grading.kernels.bubblewrap import why_not
from autograder.results.outcome import Result
from tests.courses import RIGHT, answered, hand_in
from tests.hostile.attacks.machine import CONNECTS, READS, SEALED, WRITES, looking

pytestmark = pytest.mark.skipif(why_not() is not None, reason=f"no sandbox here: {why_not()}")

FULL = {"double": 2, "total": 2, "square": 4}
SECRET = "the-graders-own-token"

#: What the submissions look for; the last ones nobody could reach without a sandbox either.
LOOKS = {"reads": READS, "connects": CONNECTS, "writes": WRITES, "sealed": SEALED}


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
def looked(shared_course: Course, world: dict[str, object]) -> dict[str, Result]:
    """Those who look around, and an honest student, graded in the sandbox."""
    release = shared_course.root / "assignments/01_tiny/tiny.ipynb"
    for student, looks in LOOKS.items():
        solutions = {**RIGHT, "double": looking(looks, world)}
        hand_in(shared_course.root, student, answered(release, **solutions))
    hand_in(shared_course.root, "honest", answered(release, **RIGHT))
    # The gradebook and the key are there to be found before the first of them looks.
    list(grade_assignment(shared_course, "01_tiny", ["honest"]))
    return {r.student: r for r in grade_assignment(shared_course, "01_tiny", list(LOOKS), 2, force=True)}


def said(result: Result) -> dict[str, str]:
    """Return what the solution cell said of each attempt."""
    cell = next(cell for cell in result.notebooks["tiny"].cells if cell.id == "double")
    text = "".join(output.get("text", "") for output in cell.outputs)
    return dict(line.split(" ", 1) for line in text.splitlines())


@pytest.mark.parametrize("student", LOOKS)
def test_who_looks_around_sees_nothing_and_keeps_their_points(
    looked: dict[str, Result], student: str
) -> None:
    found = said(looked[student])
    assert set(found) == set(LOOKS[student])
    assert {name: what for name, what in found.items() if not what.startswith("refused")} == {}
    assert {outcome.task: outcome.points for outcome in looked[student].outcomes} == FULL


def test_nothing_was_written_outside(looked: dict[str, Result], shared_course: Course) -> None:
    places = (shared_course.root, Path(autograder.__file__).parent, Path("/usr"), Path(sys.prefix))
    assert [place for place in places if (place / "written").exists()] == []


def test_without_a_sandbox_the_same_looks_succeed(
    looked: dict[str, Result], shared_course: Course, world: dict[str, object]
) -> None:
    # What no attack could reach anyway would show nothing about the walls.
    students = [student for student in LOOKS if student != "sealed"]
    graded = grade_assignment(shared_course, "01_tiny", students, 2, "none", force=True)
    open_ = {name: what for result in graded for name, what in said(result).items()}
    (shared_course.root / "written").unlink()
    assert {name: what for name, what in open_.items() if what != "reached"} == {}
