"""The block in which a task's checks run.

A test cell opens ``with task("relu_forward"):`` and calls checks in it. In a notebook the first failing check
stops the cell with a full explanation; while grading it explains and the cell goes on, because answers count
there, not checks. Whatever goes wrong in the student's code inside the block, an unfinished stub included,
reaches them as a message and never as a traceback.
"""

from __future__ import annotations

import contextlib
import linecache
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from autograder.notebook import cells, progress
from autograder.notebook.answers import is_grading
from autograder.notebook.messages import CheckFailed, State, is_validating, panel, show
from autograder.notebook.raised import explain


@dataclass
class _Block:
    """The task whose checks are running."""

    task: str
    passed: int = 0
    notes: list[str] = field(default_factory=list)
    failed: list[CheckFailed] = field(default_factory=list)


_block = _Block("this cell")


@contextlib.contextmanager
def task(name: str) -> Iterator[None]:
    """Run a task's checks, and say how it went.

    Parameters
    ----------
    name
        The task's id.

    Raises
    ------
    CheckFailed
        In a notebook: when a check fails, when the code below is still a stub, or when it raises.
    """
    global _block
    stopped = cells.stopped_by(name)
    if stopped is not None and not is_grading():
        failure = CheckFailed(
            name,
            "the cell with your solution did not run to its end.",
            got=stopped,
            cause="what is defined now is an older version; checking that would say nothing",
            next="mend the error that the cell shows, run it, then run this one",
        )
        progress.set_state(name, failure.state)
        _explain([failure])
    outer, _block = _block, _Block(name)
    block = _block
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
        except (Exception, SystemExit) as error:
            _note(explain(name, error))
        finally:
            _block = outer
    told = _told(caught)
    if block.failed:
        block.failed[0].warnings += told
        progress.set_state(name, block.failed[0].state)
        _explain(block.failed)
        return
    progress.set_state(name, State.PASSED)
    count = f"{block.passed} check{'s' * (block.passed != 1)} passed"
    rows = [*(("checked", note) for note in block.notes), *(("warning", text) for text in told)]
    _show(f"{name}: {count}.", rows, "passed")


@contextlib.contextmanager
def warnings_told(title: str) -> Iterator[None]:
    """Show what NumPy warns of in the block as a message, each line's warning once, not on stderr.

    Parameters
    ----------
    title
        Whose warnings they are.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        try:
            yield
        except CheckFailed as failure:
            failure.warnings += _told(caught)
            caught.clear()
            raise
        finally:
            if caught:
                rows = [("warning", text) for text in _told(caught)]
                _show(f"{title}: there were warnings.", rows, "pending")


def _show(line: str, rows: list[tuple[str, str]], kind: str) -> None:
    show("\n".join([line, *(f"  {label}  {text}" for label, text in rows)]), panel(line, rows, kind))


def _note(failure: CheckFailed) -> None:
    if failure not in _block.failed:
        _block.failed.append(failure)


def _explain(failures: list[CheckFailed]) -> None:
    """Show why checks failed: stop the cell in a notebook, let it go on while grading."""
    if is_grading():
        for failure in failures:
            show(str(failure), failure._repr_html_)
        return
    if not is_validating():
        show(str(failures[0]), failures[0]._repr_html_)
        failures[0].shown = True
    raise failures[0] from None


def current_task() -> str:
    """Return the id of the task whose checks run."""
    return _block.task


def passed(note: str = "") -> None:
    """Count a check that passed; a note says what it found."""
    _block.passed += 1
    if note:
        _block.notes.append(note)


def fail(failure: CheckFailed) -> None:
    """Stop the block in a notebook; while grading note it and go on to the next check."""
    if not is_grading():
        raise failure
    _note(failure)


def _told(caught: list[warnings.WarningMessage]) -> list[str]:
    """Return each warning once: what NumPy noticed while the student's code ran."""
    texts = {}
    for warning in caught:
        line = linecache.getline(warning.filename, warning.lineno).strip()
        text = f"{warning.category.__name__}: {warning.message}"
        texts[f"{text}, in the line: {line}" if line else text] = True
    return list(texts)
