"""The checks of a visible test cell: each compares, and explains what is wrong where it fails.

They are called in a block ``with task("relu_forward"):`` (see `autograder.notebook.block`).
"""

from __future__ import annotations

import linecache
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.notebook.block import current_task, fail, passed
from autograder.notebook.loops import find_loop
from autograder.notebook.messages import CheckFailed, short
from autograder.notebook.relations import Relation, close, equal

#: A wrong value that people really compute, with the message for who computed it.
Mistakes = Sequence[tuple[str, Any]]


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
        passed()
        return
    fail(_shape_failure(name, value, tuple(shape)))


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
        current_task(),
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
    # Whether it is an array is for check_shape to say; here a list of the right numbers will do.
    got = _as_array(got) if isinstance(got, list | tuple) else got
    difference = relation.difference(expected_array, got)
    if difference is None:
        passed()
        return
    cause = _cause(mistakes, got, relation)
    if cause is None and np.shape(got) != expected_array.shape:
        fail(_shape_failure(name, got, expected_array.shape))
        return
    worst = None
    if difference.worst is not None:
        theirs = np.asarray(got)[difference.worst]
        mine = expected_array[difference.worst]
        index = list(difference.worst)
        # "dists[0, 1]" reads well, "accuracies for k = 1[2]" does not.
        place = f"element {index}" if " " in name else f"{name}{index}"
        worst = f"{place}: expected {short(mine)}, got {short(theirs)}"
    fail(
        CheckFailed(
            current_task(),
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
        passed()
        return
    except NotImplementedError:
        raise
    except Exception as other:
        got = f"{type(other).__name__}: {other}".partition("\n")[0]
    else:
        got = f"no error; {short(value)} was returned"
        cause = _cause(mistakes, value, equal())
    fail(
        CheckFailed(
            current_task(),
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
        passed()
        return
    shown = None if got is None else short(_value(got))
    verdict = f"{name}: does not hold."
    fail(CheckFailed(current_task(), verdict, check=name, expected=expected, got=shown, cause=cause))


def check_memory(name: str, call: Callable[[], Any], at_most: int, cause: str) -> None:
    """Check how much memory a call takes for itself at its peak.

    Parameters
    ----------
    name
        What is checked.
    call
        Makes the call.
    at_most
        Bytes allowed, well above what right code needs.
    cause
        Why it usually takes more.
    """
    tracemalloc.start()
    try:
        call()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if peak <= at_most:
        passed()
        return
    fail(
        CheckFailed(
            current_task(),
            f"{name}: too much memory.",
            check=name,
            expected=f"at most {at_most / 1e6:.3g} MB",
            got=f"{peak / 1e6:.3g} MB",
            cause=cause,
        )
    )


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
        passed()
        return
    fail(
        CheckFailed(
            current_task(),
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


def _as_array(value: Any) -> Any:
    try:
        return np.asarray(value)
    except ValueError:  # ragged
        return value


def _value(got: Any) -> Any:
    return got() if callable(got) else got
