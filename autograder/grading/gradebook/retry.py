"""Store a result with its pages, and retry while the gradebook's server is unavailable."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

from autograder.course import Course
from autograder.errors import RunStoppedError
from autograder.grading.gradebook import history
from autograder.grading.gradebook.fingerprint import Fingerprint
from autograder.grading.gradebook.store import gradebook_address, open_gradebook, store
from autograder.outcome import Result

_T = TypeVar("_T")

#: Seconds to wait for an unavailable gradebook server.
SERVER_TIMEOUT_S = 60


#: A function that writes the feedback pages of a stored result.
WritePages = Callable[[Course, str, Result], None]


def store_with_pages(
    course: Course, assignment: str, result: Result, graded_from: Fingerprint, write_pages: WritePages
) -> None:
    """Store a result, write its pages, and then mark it as complete.

    Every step is idempotent. If the gradebook's server becomes unavailable in between, all steps are repeated
    once it is back.

    Parameters
    ----------
    course, assignment
        The course and the name of the assignment.
    result
        The result to store; its ``changes`` are set.
    graded_from
        The fingerprint that it was graded from.
    write_pages
        A function that writes the feedback pages.

    Raises
    ------
    RunStoppedError
        If the server stays unavailable.
    """

    def step() -> None:
        # A second attempt finds no changes, because the first has already stored the scores.
        result.changes = store(course, assignment, result, graded_from) or result.changes
        write_pages(course, assignment, result)
        with open_gradebook(course) as gradebook:
            history.mark_complete(gradebook, assignment, result.student)

    retrying(step, course, SERVER_TIMEOUT_S)


def retrying(step: Callable[[], _T], course: Course, timeout_s: float) -> _T:
    """Run a step, repeat it while the gradebook's server is unavailable, and return its result.

    Parameters
    ----------
    step
        An idempotent function.
    course
        The course whose gradebook it uses.
    timeout_s
        Seconds to wait for the server.

    Raises
    ------
    RunStoppedError
        If the server stays unavailable.
    """
    until, pause = time.monotonic() + timeout_s, 0.1
    while True:
        try:
            return step()
        except Exception as error:
            reason = _connection_problem(error)
            if reason is None:
                raise
            if time.monotonic() > until:
                msg = "The gradebook's server is unavailable."
                raise RunStoppedError(
                    msg,
                    where=gradebook_address(course),
                    expected=f"a connection within {timeout_s} s",
                    got=reason,
                    done="Finished work is kept.",
                    next="start the server, or fix db_url in nbgrader_config.py; then repeat the command",
                ) from None
        time.sleep(pause)
        pause = min(2 * pause, 5)


def _connection_problem(error: BaseException) -> str | None:
    """Return the driver's message about a lost or refused connection, or None for any other error.

    Only this message distinguishes a wrong password from a server that is down; nbgrader hides it behind an
    error of its own.
    """
    for cause in _causes(error):
        if isinstance(cause, OperationalError | InterfaceError) and not isinstance(cause.orig, sqlite3.Error):
            return (str(cause.orig).strip().splitlines() or [type(cause.orig).__name__])[0]
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
