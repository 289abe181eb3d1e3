"""The checks of what code returns: each compares, and explains what is wrong where it fails.

They are called in a block ``with task("relu_forward"):`` (see `autograder.notebook.block`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograder.notebook.block import current_task, fail, passed
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

    Raises
    ------
    CheckFailed
        In a notebook: when its shape is another, or it is no array.
    """
    value = value_of(got)
    actual = getattr(value, "shape", None)
    if actual == tuple(shape):
        passed()
        return
    fail(shape_failure(name, value, tuple(shape)))


def shape_failure(name: str, value: Any, shape: tuple[int, ...]) -> CheckFailed:
    """Return the message on a value that has not the shape expected."""
    actual = getattr(value, "shape", None)
    cause, next_step = None, "print the shape of each array on the way, and compare with the docstring"
    if value is None:
        verdict, cause = f"{name} is None.", "the function ends without a return"
    elif isinstance(value, Number) and prod(shape) > 1:
        verdict = f"{name} is a single number, where {prod(shape)} are expected."
        next_step = "compare what is returned with what the docstring says under Returns"
    elif actual is None:
        verdict = f"{name} is not an array."
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
        next=next_step,
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

    Raises
    ------
    CheckFailed
        In a notebook: when a number is further off than that, or the shape is another.
    """
    _compare(name, value_of(got), expected, mistakes, close(rtol))


def check_dtype(name: str, got: Any, dtype: DTypeLike) -> None:
    """Check the type of an array's elements.

    Parameters
    ----------
    name
        What it is called in the notebook.
    got
        The array, or a callable that returns it.
    dtype
        The type expected: ``np.float32``, ``bool``.

    Raises
    ------
    CheckFailed
        In a notebook: when its elements are of another type, or it is no array.
    """
    value, wanted = value_of(got), np.dtype(dtype)
    actual = getattr(value, "dtype", None)
    if actual is not None and actual == wanted:  # NumPy takes None for float64
        passed()
        return
    cause = None
    if value is None:
        cause = "the function ends without a return"
    elif wanted.kind == "f" and actual is not None and actual.kind in "iu":
        cause = "an array was made of whole numbers, and what is stored in it loses its fraction"
    elif wanted == np.float32 and actual == np.float64:
        cause = "an array made on the way (np.zeros, a random draw) is float64 unless told otherwise"
    fail(
        CheckFailed(
            current_task(),
            f"{name} has elements of the wrong type.",
            check=name,
            expected=str(wanted),
            got=str(actual) if actual is not None else short(value),
            cause=cause,
            next="give dtype=… where arrays are made, or make them like the input: np.zeros_like(x)",
        )
    )


def check_accuracy(name: str, predicted: Any, y: np.ndarray, at_least: float) -> None:
    """Check how many labels are predicted rightly.

    Parameters
    ----------
    name
        What predicts: "the tuned network, on the validation set".
    predicted : ndarray of shape (N,), int
        The labels predicted, or a callable that returns them.
    y : ndarray of shape (N,), int
        The true labels.
    at_least
        The accuracy asked for, 0 to 1.

    Raises
    ------
    CheckFailed
        In a notebook: when fewer labels are right, or there is not one for each of `y`.
    """
    labels = np.asarray(value_of(predicted))
    if labels.shape != y.shape:
        failure = shape_failure(f"what {name} predicts", labels, y.shape)
        if labels.ndim == 2 and len(labels) == len(y):
            failure.cause = "these are scores: the label is the class of the highest, np.argmax(…, axis=1)"
        fail(failure)
        return
    accuracy, chance = float(np.mean(labels == y)), float(np.bincount(y).max() / len(y))
    if accuracy >= at_least:
        passed(f"{name}: {accuracy:.1%} right")
        return
    cause = "that is what guessing reaches: nothing has been learnt" if accuracy <= 1.2 * chance else None
    fail(
        CheckFailed(
            current_task(),
            f"{name}: too few labels are right.",
            check=name,
            expected=f"at least {at_least:.1%} of {len(y)}",
            got=f"{accuracy:.1%}",
            cause=cause,
            next="look at the learning curves: does the loss still fall? is training ahead of validation?",
        )
    )


def check_equal(name: str, got: Any, expected: Any, mistakes: Mistakes = ()) -> None:
    """Check labels, counts or text: every element must be the same.

    Parameters are those of `check_close`.

    Raises
    ------
    CheckFailed
        In a notebook: when an element is another, or the shape is.
    """
    _compare(name, value_of(got), expected, mistakes, equal())


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
        fail(shape_failure(name, got, expected_array.shape))
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

    Raises
    ------
    CheckFailed
        In a notebook: when the call returns, or is refused with an exception of another kind.
    NotImplementedError
        When the code is still a stub.
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

    Raises
    ------
    CheckFailed
        In a notebook: when the property does not hold.
    """
    if bool(np.all(value_of(holds))):
        passed()
        return
    shown = None if got is None else short(value_of(got))
    verdict = f"{name}: does not hold."
    fail(CheckFailed(current_task(), verdict, check=name, expected=expected, got=shown, cause=cause))


def _as_array(value: Any) -> Any:
    try:
        return np.asarray(value)
    except ValueError:  # ragged
        return value


def value_of(got: Any) -> Any:
    """Return what a callable returns, and anything else as it is."""
    return got() if callable(got) else got
