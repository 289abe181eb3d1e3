"""The block in which a task's checks run.

A test cell opens ``with task("relu_forward"):`` and calls checks in this block. In a notebook, the first
failing check stops the cell with an explanation. While grading, the check explains and the cell continues,
because answers earn the points, not checks. Errors in the student's code, including unfinished stubs, appear
as messages and never as tracebacks.
"""

from __future__ import annotations

import contextlib
import linecache
import warnings
from collections.abc import Iterator

from gradbook.checks import cell_monitor
from gradbook.checks.exceptions import explain
from gradbook.messages import CheckFailed, State, is_validating, panel, show
from gradbook.progress import set_state
from gradbook.protocol.answers import is_grading
from gradbook.session import TaskContext, session


@contextlib.contextmanager
def task(name: str) -> Iterator[None]:
    """Run a task's checks, and show their result.

    Parameters
    ----------
    name
        The task's id.

    Raises
    ------
    CheckFailed
        In a notebook, if a check fails, or if the code is still a stub or raises.
    """
    stopped = cell_monitor.stopped_by(name)
    if stopped is not None and not is_grading():
        failure = CheckFailed(
            name,
            "the cell with your solution did not run to its end.",
            got=stopped,
            cause="an older version is still defined; checking it would be misleading",
            next="fix the error that the cell shows, run it, then run this one",
        )
        set_state(name, failure.state)
        _explain([failure])
    outer, session.context = session.context, TaskContext(name)
    context = session.context
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield
        except CheckFailed as failure:
            _note(failure)
        except KeyboardInterrupt as error:
            if is_grading():  # the time limit's: the cell must end
                raise
            _note(explain(name, error))
        except (Exception, SystemExit) as error:  # noqa: BLE001  (a student's code may raise anything)
            _note(explain(name, error))
        finally:
            session.context = outer
    texts = _describe(caught)
    if context.failed:
        context.failed[0].warnings += texts
        set_state(name, context.failed[0].state)
        _explain(context.failed)
        return
    set_state(name, State.PASSED)
    count = f"{context.passed} check{'s' * (context.passed != 1)} passed"
    rows = [*(("checked", note) for note in context.notes), *(("warning", text) for text in texts)]
    _show(f"{name}: {count}.", rows, "passed")


@contextlib.contextmanager
def warnings_shown(title: str) -> Iterator[None]:
    """Show NumPy's warnings in the block as a message, one per line of code, and not on stderr.

    Parameters
    ----------
    title
        The first part of the message: what caused the warnings.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        try:
            yield
        except CheckFailed as failure:
            failure.warnings += _describe(caught)
            caught.clear()
            raise
        finally:
            if caught:
                rows = [("warning", text) for text in _describe(caught)]
                _show(f"{title}: there were warnings.", rows, "pending")


def _show(line: str, rows: list[tuple[str, str]], kind: str) -> None:
    show("\n".join([line, *(f"  {label}  {text}" for label, text in rows)]), panel(line, rows, kind))


def _note(failure: CheckFailed) -> None:
    if failure not in session.context.failed:
        session.context.failed.append(failure)


def _explain(failures: list[CheckFailed]) -> None:
    """Show why checks failed; this stops the cell in a notebook, but not while grading."""
    if is_grading():
        for failure in failures:
            show(str(failure), failure._repr_html_)
        return
    if not is_validating():
        show(str(failures[0]), failures[0]._repr_html_)
        failures[0].shown = True
    raise failures[0] from None


def current_task() -> str:
    """Return the id of the task whose checks are running."""
    return session.context.task


def passed(note: str = "") -> None:
    """Count a check that passed, with an optional note on what it found."""
    session.context.passed += 1
    if note:
        session.context.notes.append(note)


def fail(failure: CheckFailed) -> None:
    """Stop the block in a notebook; while grading, record the failure and continue with the next check."""
    if not is_grading():
        raise failure
    _note(failure)


def _describe(caught: list[warnings.WarningMessage]) -> list[str]:
    """Return the texts of the warnings, each text once."""
    texts = {}
    for warning in caught:
        line = linecache.getline(warning.filename, warning.lineno).strip()
        text = f"{warning.category.__name__}: {warning.message}"
        texts[f"{text}, in the line: {line}" if line else text] = True
    return list(texts)
