"""Grading many submissions at once.

Submissions are graded in a pool, on this machine or a cluster; the engine alone writes down what comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from autograder.course import SUBMITTED, WORK, Course, how_to_start_again
from autograder.errors import AutograderError, RunStoppedError, said
from autograder.grading.execute import GradingExecute
from autograder.grading.gradebook import fingerprint, ledger
from autograder.grading.gradebook.record import open_gradebook, register
from autograder.grading.gradebook.recorder import patiently, write_down
from autograder.grading.grader import grade_folder, standards
from autograder.grading.graft import UnreadableError, read_cells
from autograder.grading.kernels import bubblewrap
from autograder.grading.material import prepare
from autograder.grading.workers.hands import Hands
from autograder.grading.workers.pool import LocalPool, Pool
from autograder.results.outcome import Result

if TYPE_CHECKING:
    from traitlets.config import Config


#: Seconds for a gradebook's server that restarts just when grading begins.
_PATIENCE = 10


def grade_students(
    course: Course,
    assignment: str,
    students: Sequence[str],
    workers: int | None = None,
    sandbox: str | None = None,
    scheduler: str | None = None,
) -> Iterator[Result]:
    """Grade submissions, several at once; yield each result as it comes. Nothing is written.

    Parameters
    ----------
    course, assignment
        What is graded.
    students
        Whose.
    workers
        Submissions at a time, on this machine; by default one a core.
    sandbox
        One of ``SANDBOXES``; by default what the course's configuration says.
    scheduler
        The address of a Dask cluster to grade on, in place of this machine.

    Raises
    ------
    AutograderError
        When there is nothing to grade by, the sandbox does not work here, or the cluster cannot be used.
    """
    config = _config(course, sandbox)
    with Hands() as hands:
        shut_in = GradingExecute(config=config).sandbox
        if shut_in == "bwrap":
            hands.run(bubblewrap.require)
        graded_by = hands.run(standards, course, assignment, config)
        folders = {student: course.folder(SUBMITTED) / student / assignment for student in students}
        if scheduler is None:
            pool: Pool = LocalPool(hands, graded_by, config, workers)
        else:
            pool = _cluster()(scheduler, graded_by, config, shut_in)
        with pool:
            yield from pool.grade(folders)


def _cluster() -> Callable[..., Pool]:
    try:
        from autograder.grading.workers.cluster import ClusterPool
    except ModuleNotFoundError as error:
        raise AutograderError(
            "To grade on a cluster takes Dask, which is not installed.",
            got=str(error),
            next="in the clone: pip install --editable '.[cluster]', here and on each of its machines",
        ) from None
    return ClusterPool


def _config(course: Course, sandbox: str | None) -> Config:
    config = course.config()
    if sandbox is not None:
        config.GradingExecute.sandbox = sandbox
    return config


def grade_own(course: Course, assignment: str) -> Result:
    """Grade a learner's own copy of an assignment, in ``work/``; nothing is written down.

    Raises
    ------
    AutograderError
        When there is no copy, one of its notebooks cannot be read, or there is nothing to grade by.
    """
    folder = course.folder(WORK) / assignment
    if not folder.is_dir():
        msg = f"You have no copy of {assignment} yet."
        raise AutograderError(msg, expected=folder, next="autograder lab")
    for path in sorted(folder.glob("*.ipynb")):
        try:
            read_cells(path)
        except UnreadableError as error:
            msg = f"{path.name} cannot be read: {error}."
            raise AutograderError(msg, where=path, next=how_to_start_again(path)) from None
    # One's own code needs no walls against oneself, and runs on systems that have none.
    config = _config(course, "none")
    return grade_folder("you", folder, standards(course, assignment, config), config)


def grade_assignment(
    course: Course,
    assignment: str,
    students: Sequence[str],
    workers: int | None = None,
    sandbox: str | None = None,
    scheduler: str | None = None,
    *,
    force: bool = False,
) -> Iterator[Result]:
    """Grade submissions, write each down with its feedback page, and yield it.

    Those that grading again would not change are yielded as they were graded.

    Parameters
    ----------
    course, assignment, students
        What is graded.
    workers, sandbox, scheduler
        As `grade_students` takes them.
    force
        Grade them all.

    Raises
    ------
    AutograderError
        When there is nothing to grade by, the sandbox does not work here, the cluster cannot be used, or the
        gradebook's server is away and does not come back.
    """
    materials = prepare(course, assignment)
    patiently(lambda: register(course, assignment), course, _PATIENCE)
    common = fingerprint.of_assignment(course, assignment, materials)
    prints = {
        student: fingerprint.of_submission(course.folder(SUBMITTED) / student / assignment, common)
        for student in students
    }

    def kept() -> dict[str, Result]:
        with open_gradebook(course) as gradebook:
            return ledger.unchanged(course, gradebook, assignment, prints)

    unchanged = {} if force else patiently(kept, course, _PATIENCE)
    yield from unchanged.values()
    changed = [student for student in students if student not in unchanged]
    if not changed:
        return
    for result in grade_students(course, assignment, changed, workers, sandbox, scheduler):
        if result.failure is None:
            try:
                write_down(course, assignment, result, prints[result.student])
            except RunStoppedError:
                raise
            except Exception as error:  # one submission's trouble, and the others go on
                result.failure = said(error)
        yield result
