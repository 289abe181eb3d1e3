"""Grade many submissions in parallel.

A pool grades them, on this machine or on a cluster; only the engine stores the results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from autograder.course import SUBMITTED, WORK, Course, how_to_start_again
from autograder.errors import RunStoppedError
from autograder.grading.collect.cells import UnreadableError, read_cells
from autograder.grading.execute import GradingExecute
from autograder.grading.gradebook import history
from autograder.grading.gradebook.fingerprint import of_assignment
from autograder.grading.gradebook.retry import WritePages, retrying, store_with_pages
from autograder.grading.gradebook.store import open_gradebook, register
from autograder.grading.grader import grade_folder, grading_specs
from autograder.grading.kernels.sandbox import require_bubblewrap
from autograder.grading.notebook_spec import prepare
from autograder.grading.workers.pool import LocalPool, Pool
from autograder.grading.workers.processes import WorkerProcesses
from autograder.outcome import FORCED, Result
from gradbook.errors import GradbookError, summary

if TYPE_CHECKING:
    from traitlets.config import Config


#: Seconds to wait for a gradebook server that is restarting when grading begins.
_SERVER_TIMEOUT_S = 10


def grade_students(
    course: Course,
    assignment: str,
    students: Sequence[str],
    workers: int | None = None,
    sandbox: str | None = None,
    scheduler: str | None = None,
) -> Iterator[Result]:
    """Grade submissions in parallel and yield each result as soon as it is ready, without storing it.

    Parameters
    ----------
    course, assignment
        The course and the name of the assignment.
    students
        The ids of the students to grade.
    workers
        How many submissions to grade in parallel on this machine; by default one per core.
    sandbox
        One of ``SANDBOXES``; by default as set in the course's configuration.
    scheduler
        The address of a Dask cluster to grade on instead of this machine.

    Raises
    ------
    GradbookError
        If the assignment cannot be graded, the sandbox does not work here, or the cluster cannot be used.
    """
    config = _config(course, sandbox)
    with WorkerProcesses() as processes:
        sandbox_kind = GradingExecute(config=config).sandbox
        if sandbox_kind == "bwrap":
            processes.run(require_bubblewrap)
        graded_by = processes.run(grading_specs, course, assignment, config)
        folders = {student: course.folder(SUBMITTED) / student / assignment for student in students}
        if scheduler is None:
            pool: Pool = LocalPool(processes, graded_by, config, workers)
        else:
            pool = _cluster()(scheduler, graded_by, config, sandbox_kind)
        with pool:
            yield from pool.grade(folders)


def _cluster() -> Callable[..., Pool]:
    try:
        from autograder.grading.workers.cluster import ClusterPool
    except ModuleNotFoundError as error:
        msg = "Grading on a cluster requires Dask, which is not installed."
        raise GradbookError(
            msg,
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
    """Grade a learner's own copy of an assignment in ``work/``, without storing the result.

    Raises
    ------
    GradbookError
        If there is no copy, one of its notebooks cannot be read, or the assignment cannot be graded.
    """
    folder = course.folder(WORK) / assignment
    if not folder.is_dir():
        msg = f"You have no copy of {assignment} yet."
        raise GradbookError(msg, expected=folder, next="gradbook lab")
    for path in sorted(folder.glob("*.ipynb")):
        try:
            read_cells(path)
        except UnreadableError as error:
            msg = f"{path.name} cannot be read: {error}."
            raise GradbookError(msg, where=path, next=how_to_start_again(path)) from None
    # Learners run their own code, so it needs no sandbox, which their system may not have.
    config = _config(course, "none")
    return grade_folder("you", folder, grading_specs(course, assignment, config), config)


def grade_assignment(
    course: Course,
    assignment: str,
    students: Sequence[str],
    write_pages: WritePages,
    workers: int | None = None,
    sandbox: str | None = None,
    scheduler: str | None = None,
    *,
    force: bool = False,
) -> Iterator[Result]:
    """Grade submissions, store each result with its feedback pages, and yield it.

    If a regrade would not change a result, the stored result is yielded.

    Parameters
    ----------
    course, assignment, students
        The course, the name of the assignment, and the ids of the students.
    write_pages
        A function that writes the feedback pages of a stored result.
    workers, sandbox, scheduler
        As in `grade_students`.
    force
        Grade all submissions, even unchanged ones.

    Raises
    ------
    GradbookError
        If the assignment cannot be graded, the sandbox does not work here, the cluster cannot be used, or the
        gradebook's server stays unavailable.
    """
    specs = prepare(course, assignment)
    retrying(lambda: register(course, assignment), course, _SERVER_TIMEOUT_S)

    def due_date() -> datetime | None:
        with open_gradebook(course) as gradebook:
            return gradebook.find_assignment(assignment).duedate  # type: ignore[no-any-return]

    common = of_assignment(course, specs, retrying(due_date, course, _SERVER_TIMEOUT_S))
    submissions = course.folder(SUBMITTED)
    prints = {student: common.of_submission(submissions / student / assignment) for student in students}

    def compare() -> tuple[dict[str, Result], dict[str, str]]:
        with open_gradebook(course) as gradebook:
            return history.compare(course, gradebook, assignment, prints)

    unchanged, reasons = retrying(compare, course, _SERVER_TIMEOUT_S)
    if force:
        reasons |= dict.fromkeys(unchanged, FORCED)
        unchanged = {}
    yield from unchanged.values()
    changed = [student for student in students if student not in unchanged]
    if not changed:
        return
    for result in grade_students(course, assignment, changed, workers, sandbox, scheduler):
        result.graded_again = reasons.get(result.student)
        if result.failure is None:
            try:
                store_with_pages(course, assignment, result, prints[result.student], write_pages)
            except RunStoppedError:
                raise
            except Exception as error:  # noqa: BLE001  (a failure of one submission must not stop the others)
                result.failure = summary(error)
        yield result
