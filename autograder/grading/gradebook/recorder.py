"""The one writer of what was graded: into the gradebook, and into the course's folders."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

from autograder.course import Course
from autograder.errors import RunStoppedError
from autograder.grading.gradebook import ledger
from autograder.grading.gradebook.record import gradebook_address, open_gradebook, record
from autograder.results.feedback import write_feedback
from autograder.results.outcome import Result

_T = TypeVar("_T")

#: Seconds that a gradebook's server may be away.
PATIENCE = 60


def write_down(course: Course, assignment: str, result: Result, fingerprint: str) -> None:
    """Record a result with its page; it counts as done from the last step on.

    Every step may be done twice: where the gradebook's server goes away in between, it is waited for, and all
    are done again.

    Parameters
    ----------
    course, assignment
        What was graded.
    result
        What came of it; its ``changes`` are set.
    fingerprint
        The hash of what it was graded from.

    Raises
    ------
    RunStoppedError
        When the server stays away.
    """
    patiently(lambda: _write_down(course, assignment, result, fingerprint), course, PATIENCE)


def patiently(step: Callable[[], _T], course: Course, patience: float) -> _T:
    """Return what a step returns, done again as long as the gradebook's server is away.

    Parameters
    ----------
    step
        May be done twice.
    course
        Whose gradebook it uses.
    patience
        Seconds to wait for the server.

    Raises
    ------
    RunStoppedError
        When the server stays away.
    """
    until, pause = time.monotonic() + patience, 0.1
    while True:
        try:
            return step()
        except Exception as error:
            reason = _why_server_is_away(error)
            if reason is None:
                raise
            if time.monotonic() > until:
                raise RunStoppedError(
                    "The gradebook's server is away.",
                    where=gradebook_address(course),
                    expected=f"it to be there within {patience} s",
                    got=reason,
                    done="What was finished is kept.",
                    next="start the server, or mend db_url in nbgrader_config.py; then the same command",
                ) from None
        time.sleep(pause)
        pause = min(2 * pause, 5)


def _write_down(course: Course, assignment: str, result: Result, fingerprint: str) -> None:
    # A second time finds what the first wrote, and nothing that changed.
    result.changes = record(course, assignment, result, fingerprint) or result.changes
    write_feedback(course, assignment, result.student, has_notebooks=bool(result.notebooks))
    with open_gradebook(course) as gradebook:
        ledger.complete(gradebook, assignment, result.student)


def _why_server_is_away(error: BaseException) -> str | None:
    """Return what the driver says of a connection that is lost or refused, None where an error is another.

    A password that is wrong looks the same as a server that is down, but for these words; nbgrader hides the
    error behind its own.
    """
    for cause in _causes(error):
        if isinstance(cause, OperationalError | InterfaceError) and not isinstance(cause.orig, sqlite3.Error):
            return (str(cause.orig).strip().splitlines() or [type(cause.orig).__name__])[0]
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
