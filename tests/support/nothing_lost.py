"""Kill processes while a class is graded, and compare the result with that of an undisturbed run."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from autograder.course import Course
from autograder.grading.gradebook.store import open_gradebook
from autograder.release.build import release
from tests.support.courses import RIGHT, answered, make_course, submit
from tests.support.databases import Postgres

ASSIGNMENT = "01_tiny"
WRONG = {**RIGHT, "double": "def double(x):\n    return x + 2"}

#: IPython's names for the files of cells.
_TEMPORARY = re.compile(r"(ipykernel_)?\d+(/\d+)?\.py")

#: How many submissions were graded before, with grades added by people.
GRADED_BEFORE = 3


def make_class(root: Path, number: int, config: str = "") -> Course:
    """Return a course with submissions, some of them second ones after manual grading."""
    course = Course(make_course(root))
    with (root / "nbgrader_config.py").open("a") as file:
        file.write(config)
    release(course, ASSIGNMENT)
    for one in range(GRADED_BEFORE):
        _submit(course, one, {**RIGHT, "square": "def square(x):\n    return x + x"})
    assert _start(course).wait() == 0
    with open_gradebook(course) as gradebook:
        for one in range(GRADED_BEFORE):
            where = ("tiny", ASSIGNMENT, f"li-{one:02}")
            gradebook.find_grade("q-why", *where).manual_score = 0.5
            gradebook.find_grade("total-test", *where).extra_credit = one
            gradebook.find_comment("q-why", *where).manual_comment = "Half of it."
        gradebook.db.commit()
    for one in range(number):
        _submit(course, one, WRONG if one % 3 == 2 else RIGHT)
    return course


def _submit(course: Course, number: int, solutions: dict[str, str]) -> None:
    notebook = answered(course.root / f"assignments/{ASSIGNMENT}/tiny.ipynb", **solutions)
    folder = submit(course.root, f"li-{number:02}", notebook).parent
    (folder / "timestamp.txt").write_text(f"2026-01-{number % 28 + 1:02} 10:00:00 UTC")


def state(course: Course) -> dict[str, Any]:
    """Return all results of grading, without the numbers in the names of IPython's temporary files."""
    with open_gradebook(course) as gradebook:
        book = {
            submission.student.id: (
                str(submission.timestamp),
                {
                    grade.name: (
                        grade.auto_score,
                        grade.manual_score,
                        grade.extra_credit,
                        grade.needs_manual_grade,
                    )
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                },
                {
                    comment.name: (comment.auto_comment, comment.manual_comment)
                    for notebook in submission.notebooks
                    for comment in notebook.comments
                },
                [notebook.late_submission_penalty for notebook in submission.notebooks],
            )
            for submission in gradebook.assignment_submissions(ASSIGNMENT)
        }
    files = {
        str(path.relative_to(course.root)): _TEMPORARY.sub("cell.py", path.read_text())
        for part in ("autograded", "feedback")
        for path in sorted((course.root / part).rglob("*"))
        if path.is_file()
    }
    return {"book": book, "files": files}


@dataclass
class Tally:
    """The results for one kind of trouble."""

    what: str
    times: int = 0
    runs: int = 0
    unequal: int = 0
    left: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, and nothing left behind."""
        return self.times > 0 and not self.unequal and not self.left


def kill_grader(course: Course, chance: random.Random, longest: float, at_most: int, tally: Tally) -> None:
    """Grade a class; kill the grader at random moments and start it again."""
    for _ in range(at_most):
        with _scratch() as scratch:
            process = _start(course, scratch=scratch)
            if _ends_within(process, chance.uniform(0, longest)):
                assert process.returncode == 0
                return
            family = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            process.wait()
            tally.times += 1
            tally.left += _alive(family)
            # A folder is deleted with the process that owns it.
            tally.left += [path.name for path in scratch.iterdir()]
    assert _start(course).wait() == 0


def trouble(
    course: Course,
    chance: random.Random,
    longest: float,
    at_most: int,
    tally: Tally,
    make: Callable[[], list[psutil.Process]],
    scheduler: str | None = None,
) -> None:
    """Grade a class and cause trouble at random moments; the grader itself must recover."""
    with _scratch() as scratch:
        process = _start(course, scheduler, scratch)
        for _ in range(at_most):
            if _ends_within(process, chance.uniform(0, longest)):
                break
            killed = make()
            tally.times += 1
            tally.left += _alive(killed)
        assert process.wait() == 0, (scratch.parent / "log").read_text()
        tally.left += [path.name for path in scratch.iterdir()]


def restart(server: Postgres, chance: random.Random) -> list[psutil.Process]:
    """Stop a database server, and start it after a while."""
    server.stop()
    time.sleep(chance.uniform(0, 2))
    server.start()
    return []


def _alive(killed: list[psutil.Process]) -> list[str]:
    """Return the processes that survived a kill."""
    _, alive = psutil.wait_procs(killed, timeout=30)
    return [" ".join(one.cmdline()) for one in alive]


def _start(
    course: Course, scheduler: str | None = None, scratch: Path | None = None
) -> subprocess.Popen[bytes]:
    how = ["--workers", "2"] if scheduler is None else ["--scheduler", scheduler]
    log = (scratch.parent / "log").open("wb") if scratch is not None else subprocess.DEVNULL
    environment = {**os.environ, **({"TMPDIR": str(scratch)} if scratch is not None else {})}
    with contextlib.nullcontext() if isinstance(log, int) else log:
        return subprocess.Popen(
            [sys.executable, "-m", "autograder", "grade", ASSIGNMENT, *how],
            cwd=course.root,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    """Yield a folder for temporary files; its path is short, because the grader would otherwise use /tmp."""
    folder = Path(tempfile.mkdtemp(prefix="n-", dir="/tmp"))
    try:
        (folder / "t").mkdir()
        yield folder / "t"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ends_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    return process.poll() is not None


@dataclass
class Stage:
    """A class that can be graded repeatedly, and the expected results.

    Parameters
    ----------
    folder
        An empty folder.
    number
        The number of submissions.
    server
        The database server of the gradebook; by default the gradebook is a file.
    """

    folder: Path
    number: int
    server: Postgres | None = None

    def __post_init__(self) -> None:
        config = f"\nc.CourseDirectory.db_url = {self.server.url!r}\n" if self.server else ""
        self.course = make_class(self.folder / "class", self.number, config)
        if self.server is not None:
            self.server.keep()
        began = time.monotonic()
        with self.copy("undisturbed") as course:
            assert _start(course).wait() == 0
            self.seconds = time.monotonic() - began
            self.expected = state(course)

    @contextlib.contextmanager
    def copy(self, name: str) -> Iterator[Course]:
        """Yield a copy of the class before grading."""
        course = Course(self.folder / name)
        shutil.copytree(self.course.root, course.root)
        if self.server is not None:
            self.server.restore()
        yield course
        shutil.rmtree(course.root)

    def run(self, tally: Tally, times: int, disturb: Callable[[Course, int, Tally], None]) -> Tally:
        """Grade it until trouble has occurred `times` times, and compare the results each time."""
        began = time.monotonic()
        while tally.times < times:
            with self.copy(f"disturbed-{tally.runs}") as course:
                disturb(course, times - tally.times, tally)
                tally.unequal += state(course) != self.expected
            tally.runs += 1
        tally.seconds = time.monotonic() - began
        return tally
