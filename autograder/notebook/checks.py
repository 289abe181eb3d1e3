"""Checks that explain: what a visible test cell calls.

A test cell opens a block ``with task("relu_forward"):`` and calls checks in it. In a notebook the first
failing check stops the cell with a full explanation; while grading it explains and the cell goes on, because
answers count there, not checks. Whatever goes wrong in the student's code inside the block, an unfinished
stub included, reaches them as a message and never as a traceback.
"""

from __future__ import annotations

import contextlib
import linecache
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.notebook import progress
from autograder.notebook.answers import is_grading
from autograder.notebook.loops import find_loop
from autograder.notebook.messages import CheckFailed, State, is_validating, panel, short, show
from autograder.notebook.relations import Relation, close, equal

#: A wrong value that people really compute, with the message for who computed it.
Mistakes = Sequence[tuple[str, Any]]


@dataclass
class _Block:
    """The task whose checks are running."""

    task: str
    passed: int = 0
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
    outer, _block = _block, _Block(name)
    block = _block
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield
        except CheckFailed as failure:
            _note(failure)
        except NotImplementedError as error:
            _note(_not_started(name, error))
        except Exception as error:
            _note(_raised(name, error))
        finally:
            _block = outer
    told = _told(caught)
    if block.failed:
        block.failed[0].warnings = told
        progress.set_state(name, block.failed[0].state)
        _explain(block.failed)
        return
    progress.set_state(name, State.PASSED)
    count = f"{block.passed} check{'s' * (block.passed != 1)} passed"
    rows = [("warning", text) for text in told]
    show(
        "\n".join([f"{name}: {count}.", *(f"  warning  {text}" for text in told)]),
        panel(f"{name}: {count}.", rows, "passed"),
    )


def _note(failure: CheckFailed) -> None:
    if failure not in _block.failed:
        _block.failed.append(failure)


def _explain(failures: list[CheckFailed]) -> None:
    """Show why checks failed: stop the cell in a notebook, let it go on while grading."""
    if is_grading():
        for failure in failures:
            show(str(failure), failure._repr_html_())
        return
    if not is_validating():
        show(str(failures[0]), failures[0]._repr_html_())
    raise failures[0] from None


def _fail(failure: CheckFailed) -> None:
    """Stop the block in a notebook; while grading note it and go on to the next check."""
    if not is_grading():
        raise failure
    _note(failure)


def check_shape(name: str, got: Any, shape: tuple[int, ...]) -> None:
    """Check an array's shape.

    Parameters
    ----------
    name
        What it is called in the notebook.
    got
        The array, or a callable that returns it.
    shape
        The shape expected.
    """
    value = _value(got)
    actual = getattr(value, "shape", None)
    if actual == tuple(shape):
        _block.passed += 1
        return
    _fail(_shape_failure(name, value, tuple(shape)))


def _shape_failure(name: str, value: Any, shape: tuple[int, ...]) -> CheckFailed:
    actual = getattr(value, "shape", None)
    if value is None:
        verdict, cause = f"{name} is None.", "the function ends without a return"
    elif actual is None:
        verdict, cause = f"{name} is not an array.", None
    else:
        verdict = f"{name} has the wrong shape."
        cause = "rows and columns are swapped" if actual == shape[::-1] else None
    return CheckFailed(
        _block.task,
        verdict,
        check=name,
        expected=f"shape {shape}",
        got=f"shape {actual}" if actual is not None else short(value),
        cause=cause,
        next="print the shape of each array on the way, and compare with the docstring",
    )


def check_close(name: str, got: Any, expected: Any, mistakes: Mistakes = (), rtol: float = 1e-6) -> None:
    """Check numbers against expected ones, up to rounding.

    Parameters
    ----------
    name
        What is checked.
    got
        The value, or a callable that returns it.
    expected
        A number or array, small enough to have been worked out by hand.
    mistakes
        Wrong values that people really get, each as (message, value): who gets one is told why.
    rtol
        Relative tolerance, as in `autograder.notebook.relations.close`.
    """
    _compare(name, _value(got), expected, mistakes, close(rtol))


def check_equal(name: str, got: Any, expected: Any, mistakes: Mistakes = ()) -> None:
    """Check labels, counts or text: every element must be the same.

    Parameters are those of `check_close`.
    """
    _compare(name, _value(got), expected, mistakes, equal())


def _compare(name: str, got: Any, expected: Any, mistakes: Mistakes, relation: Relation) -> None:
    expected_array = np.asarray(expected)
    difference = relation.difference(expected_array, got)
    if difference is None:
        _block.passed += 1
        return
    cause = _cause(mistakes, got, relation)
    if cause is None and np.shape(got) != expected_array.shape:
        _fail(_shape_failure(name, got, expected_array.shape))
        return
    worst = None
    if difference.worst is not None:
        theirs = np.asarray(got)[difference.worst]
        mine = expected_array[difference.worst]
        index = list(difference.worst)
        # "dists[0, 1]" reads well, "accuracies for k = 1[2]" does not.
        place = f"element {index}" if " " in name else f"{name}{index}"
        worst = f"{place}: expected {short(mine)}, got {short(theirs)}"
    _fail(
        CheckFailed(
            _block.task,
            f"{name}: {difference.summary}.",
            check=name,
            expected=short(expected_array),
            got=short(got),
            worst=worst,
            cause=cause,
            next=None if cause else "work the example out by hand, and print what your code has at each step",
        )
    )


def _cause(mistakes: Mistakes, got: Any, relation: Relation) -> str | None:
    """Return the message of the first mistake that yields `got`."""
    for message, value in mistakes:
        if relation.difference(None if value is None else np.asarray(value), got) is None:
            return message
    return None


def check_raises(name: str, error: type[Exception], call: Callable[[], Any], mistakes: Mistakes = ()) -> None:
    """Check that a call is refused with an exception of a kind.

    Parameters
    ----------
    name
        What is refused, as a phrase: "num_loops = 3".
    error
        The exception expected.
    call
        Makes the call.
    mistakes
        Values that people return instead, each as (message, value).
    """
    cause = None
    try:
        value = call()
    except error:
        _block.passed += 1
        return
    except NotImplementedError:
        raise
    except Exception as other:
        got = f"{type(other).__name__}: {other}".partition("\n")[0]
    else:
        got = f"no error; {short(value)} was returned"
        cause = _cause(mistakes, value, equal())
    _fail(
        CheckFailed(
            _block.task,
            f"{name} is not refused with {error.__name__}.",
            check=name,
            expected=f"raise {error.__name__}(…)",
            got=got,
            cause=cause,
        )
    )


def check_that(name: str, holds: Any, cause: str, expected: str | None = None, got: Any = None) -> None:
    """Check a property, for example that all distances are at least 0.

    Parameters
    ----------
    name
        The property, as a sentence that holds for right code.
    holds
        True or False, or a callable that returns it.
    cause
        Why it usually fails.
    expected, got
        What to show, where that helps.
    """
    if bool(np.all(_value(holds))):
        _block.passed += 1
        return
    shown = None if got is None else short(_value(got))
    verdict = f"{name}: does not hold."
    _fail(CheckFailed(_block.task, verdict, check=name, expected=expected, got=shown, cause=cause))


def check_no_loops(
    function: Callable[..., object],
    cause: str = "the task asks for vectorised code: NumPy runs the loop, in compiled code",
) -> None:
    """Check that a function runs no Python loop, itself or through what it calls.

    Parameters
    ----------
    function
        A function or method defined in the notebook.
    cause
        What to say to who wrote a loop.
    """
    sources = _cell_sources(function)
    loop = find_loop(function.__name__, sources)
    if loop is None:
        _block.passed += 1
        return
    _fail(
        CheckFailed(
            _block.task,
            "there is a Python loop.",
            check="no Python loops",
            expected="array operations only",
            got=str(loop),
            cause=cause,
            next="write the formula for the whole matrix at once, with broadcasting or a matrix product",
        )
    )


def _cell_sources(function: Callable[..., object]) -> list[str]:
    """Return the cells run so far, the one that defines `function` last."""
    own = function.__code__.co_filename
    cells = [name for name in linecache.cache if "ipykernel_" in name or name.startswith("<ipython-input")]
    ordered = [*(name for name in cells if name != own), own]
    return ["".join(linecache.getlines(name)) for name in ordered]


def _value(got: Any) -> Any:
    return got() if callable(got) else got


def _not_started(name: str, error: NotImplementedError) -> CheckFailed:
    """Say that a task is still a stub, or calls a function that is."""
    traceback = error.__traceback__
    function = name
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_name.isidentifier() and not _is_library(code.co_filename):
            function = code.co_name
        traceback = traceback.tb_next
    waits = "" if function == name else f": it calls {function}, which is still to be written"
    return CheckFailed(name, f"not started{waits}", state=State.NOT_STARTED)


def _raised(name: str, error: Exception) -> CheckFailed:
    """Turn an exception of the student's code into a message that points at their line."""
    place = None
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        line = linecache.getline(code.co_filename, traceback.tb_lineno).strip()
        # The last frame that is a function of a notebook's cell: the student's own line.
        if code.co_name != "<module>" and not _is_library(code.co_filename):
            place = f"{code.co_name}, line {traceback.tb_lineno} of the cell: {line}"
        traceback = traceback.tb_next
    return CheckFailed(
        name,
        f"your code raised {type(error).__name__}.",
        got=str(error).partition("\n")[0] or type(error).__name__,
        worst=None,
        cause=None,
        check=place,
        next="run the line by itself, and look at the shapes and types that go into it",
    )


def _is_library(filename: str) -> bool:
    return "site-packages" in filename or os.path.dirname(filename) == os.path.dirname(__file__)


def _told(caught: list[warnings.WarningMessage]) -> list[str]:
    """Return each warning once: what NumPy noticed while the student's code ran."""
    texts = {}
    for warning in caught:
        line = linecache.getline(warning.filename, warning.lineno).strip()
        text = f"{warning.category.__name__}: {warning.message}"
        texts[f"{text}, in the line: {line}" if line else text] = True
    return list(texts)
