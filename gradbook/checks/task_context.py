"""The context in which a task's checks run.

A test cell defines a function that calls checks, decorated with ``@task("relu_forward")``. In a notebook, the
first failing check stops the cell with an explanation. While grading, the check explains and the cell
continues, because answers earn the points, not checks. Errors in the student's code, including unfinished
stubs, appear as messages and never as tracebacks.
"""

from __future__ import annotations

import contextlib
import linecache
import warnings
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace, TracebackType

from gradbook.checks import cell_monitor
from gradbook.checks.exceptions import explain, test_frames
from gradbook.lending import forbidding
from gradbook.messages import CheckFailed, State, is_validating, panel, short, show
from gradbook.progress import set_state
from gradbook.protocol.answers import is_grading
from gradbook.scope import isolated
from gradbook.session import TaskContext, session


class task:  # noqa: N801  (a decorator)
    """Run the decorated function, which calls a task's checks, and show their result.

    The function runs at once, with global names of its own: those of `gradbook`, ``np``, what the notebook
    gives, and the student's functions.

    Parameters
    ----------
    name
        The task's id.
    forbids
        The functions that the solution must not call, while its checks run and its answers are taken.

    Raises
    ------
    CheckFailed
        In a notebook, if a check fails, or if the code is still a stub or raises.

    Examples
    --------
    >>> def double(x):
    ...     return 2 * x
    >>> @task("double")
    ... def check():
    ...     check_close("twice 3", double(3), 6)
    double: 1 check passed.

    Notes
    -----
    Notebooks of version 0.1 open a block instead, ``with task("double"):``.
    """

    def __init__(self, name: str, forbids: Sequence[str] = ()) -> None:
        self._name = name
        self._block = _checking(name)
        session.forbidden[name] = tuple(forbids)

    def __call__(self, check: Callable[[], None]) -> None:
        """Run the checks."""
        names = check.__globals__
        with self, forbidding(names, self._name) as allowed, isolated(check, allowed) as isolated_check:
            isolated_check()

    def __enter__(self) -> None:
        self._block.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        return self._block.__exit__(kind, error, traceback)


class Example(SimpleNamespace):
    """The variables of a check, as attributes."""

    def __repr__(self) -> str:
        return "\n".join(f"{name} = {short(value)}" for name, value in vars(self).items())


def example() -> Example:
    """Return the variables of the last check that failed, as attributes.

    Raises
    ------
    CheckFailed
        If no check has failed.

    Examples
    --------
    After a check of ``relu_forward`` failed, this runs the student's function with the inputs of the check::

        relu_forward(example().x)
    """
    if not session.example:
        name, verdict = "example()", "no check has failed yet."
        raise CheckFailed(name, verdict, next="run a check; if it fails, this returns its inputs")
    return Example(**session.example)


@contextlib.contextmanager
def _checking(name: str) -> Iterator[None]:
    """Collect the failures of a task's checks, and show what came of them."""
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
            _keep_example(failure)
            _note(failure)
        except KeyboardInterrupt as error:
            if is_grading():  # the time limit's: the cell must end
                raise
            _note(explain(name, error))
        except (Exception, SystemExit) as error:  # noqa: BLE001  (a student's code may raise anything)
            _keep_example(error)
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


def _keep_example(error: BaseException) -> None:
    """Keep the variables of the check that raised an error, for `example`."""
    frames = test_frames(error)
    if frames and not is_grading():
        session.example = dict(frames[0].f_locals)


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
