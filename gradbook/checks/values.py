"""Checks of what code returns; a failing check explains what is wrong.

They are called in a block ``with task("relu_forward"):`` (see `gradbook.checks.task_context`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from gradbook.checks.task_context import current_task, fail, passed
from gradbook.messages import CheckFailed, short
from gradbook.protocol.relations import Relation, close, equal

#: Common wrong values, each with the message for students who computed it.
Mistakes = Sequence[tuple[str, Any]]


def check_shape(name: str, got: Any, shape: tuple[int, ...]) -> None:
    """Check an array's shape.

    Parameters
    ----------
    name
        The name of the array in the notebook.
    got
        The array, or a callable that returns it.
    shape
        The shape expected.

    Raises
    ------
    CheckFailed
        In a notebook, if it has another shape or is not an array.
    """
    value = value_of(got)
    actual = getattr(value, "shape", None)
    if actual == tuple(shape):
        passed()
        return
    fail(shape_failure(name, value, tuple(shape)))


def shape_failure(name: str, value: Any, shape: tuple[int, ...]) -> CheckFailed:
    """Return the message on a value that does not have the expected shape."""
    actual = getattr(value, "shape", None)
    cause, next_step = None, "print the shape of each intermediate array, and compare with the docstring"
    if value is None:
        verdict, cause = f"{name} is None.", "the function ends without a return"
    elif isinstance(value, Number) and prod(shape) > 1:
        verdict = f"{name} is a single number, where {prod(shape)} are expected."
        next_step = "compare the returned value with the section Returns of the docstring"
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
    """Check that numbers equal the expected ones, up to rounding.

    Parameters
    ----------
    name
        What is checked.
    got
        The value, or a callable that returns it.
    expected
        A number or array, small enough to be worked out by hand.
    mistakes
        Common wrong values, each as (message, value). A student who gets this value sees the message.
    rtol
        Relative tolerance, as in `gradbook.protocol.relations.close`.

    Raises
    ------
    CheckFailed
        In a notebook, if a number differs by more than that, or the shape differs.
    """
    _compare(name, value_of(got), expected, mistakes, close(rtol))


def check_dtype(name: str, got: Any, dtype: DTypeLike) -> None:
    """Check the dtype of an array.

    Parameters
    ----------
    name
        The name of the array in the notebook.
    got
        The array, or a callable that returns it.
    dtype
        The dtype expected: ``np.float32``, ``bool``.

    Raises
    ------
    CheckFailed
        In a notebook, if it has another dtype or is not an array.
    """
    value, wanted = value_of(got), np.dtype(dtype)
    actual = getattr(value, "dtype", None)
    if actual is not None and actual == wanted:  # NumPy treats None as float64
        passed()
        return
    cause = None
    if value is None:
        cause = "the function ends without a return"
    elif wanted.kind == "f" and actual is not None and actual.kind in "iu":
        cause = "an array was created from integers, and numbers stored in it lose their fractions"
    elif wanted == np.float32 and actual == np.float64:
        cause = "new arrays (np.zeros, random numbers) are float64 unless another dtype is given"
    fail(
        CheckFailed(
            current_task(),
            f"{name} has the wrong dtype.",
            check=name,
            expected=str(wanted),
            got=str(actual) if actual is not None else short(value),
            cause=cause,
            next="give dtype=… where arrays are created, or create them like the input: np.zeros_like(x)",
        )
    )


def check_accuracy(name: str, predicted: Any, y: np.ndarray, at_least: float) -> None:
    """Check the accuracy of predicted labels.

    Parameters
    ----------
    name
        The classifier and the data: "the tuned network, on the validation set".
    predicted : ndarray of shape (N,), int
        The predicted labels, or a callable that returns them.
    y : ndarray of shape (N,), int
        The true labels.
    at_least
        The required accuracy, 0 to 1.

    Raises
    ------
    CheckFailed
        In a notebook, if the accuracy is lower, or if there is not one prediction for each label.
    """
    labels = np.asarray(value_of(predicted))
    if labels.shape != y.shape:
        failure = shape_failure(f"what {name} predicts", labels, y.shape)
        if labels.ndim == 2 and len(labels) == len(y):
            failure.cause = "these are scores: predict the class of the highest one, np.argmax(…, axis=1)"
        fail(failure)
        return
    accuracy, chance = float(np.mean(labels == y)), float(np.bincount(y).max() / len(y))
    if accuracy >= at_least:
        passed(f"{name}: {accuracy:.1%} right")
        return
    cause = "guessing reaches as much: nothing has been learnt" if accuracy <= 1.2 * chance else None
    fail(
        CheckFailed(
            current_task(),
            f"{name}: too few labels are right.",
            check=name,
            expected=f"at least {at_least:.1%} of {len(y)}",
            got=f"{accuracy:.1%}",
            cause=cause,
            next="look at the learning curves: does the loss still fall? Is training ahead of validation?",
        )
    )


def check_equal(name: str, got: Any, expected: Any, mistakes: Mistakes = ()) -> None:
    """Check that labels, counts or text equal the expected ones exactly.

    The parameters are those of `check_close`.

    Raises
    ------
    CheckFailed
        In a notebook, if an element or the shape differs.
    """
    _compare(name, value_of(got), expected, mistakes, equal())


def _compare(name: str, got: Any, expected: Any, mistakes: Mistakes, relation: Relation) -> None:
    expected_array = np.asarray(expected)
    # A list of the right numbers is accepted here; check_shape checks whether it is an array.
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
        # "dists[0, 1]" is readable, "accuracies for k = 1[2]" is not.
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
            next=None
            if cause
            else "work out the example by hand, and print each step of your code; example() has the inputs",
        )
    )


def _cause(mistakes: Mistakes, got: Any, relation: Relation) -> str | None:
    """Return the message of the first mistake whose value is `got`."""
    for message, value in mistakes:
        if relation.difference(None if value is None else np.asarray(value), got) is None:
            return message
    return None


def check_raises(name: str, error: type[Exception], call: Callable[[], Any], mistakes: Mistakes = ()) -> None:
    """Check that a call raises an exception of a given type.

    Parameters
    ----------
    name
        What the code must refuse, as a phrase: "num_loops = 3".
    error
        The exception expected.
    call
        Makes the call.
    mistakes
        Values that students often return instead, each as (message, value).

    Raises
    ------
    CheckFailed
        In a notebook, if the call returns, or raises an exception of another type.
    NotImplementedError
        If the code is still a stub.
    """
    cause = None
    try:
        value = call()
    except error:
        passed()
        return
    except NotImplementedError:
        raise
    except Exception as other:  # noqa: BLE001  (a student's code may raise anything)
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
        The property, as a sentence that is true for correct code.
    holds
        True or False, or a callable that returns it.
    cause
        The usual cause of a failure.
    expected, got
        Details to show, if they help.

    Raises
    ------
    CheckFailed
        In a notebook, if the property does not hold.
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
    """Return the result of a callable, and any other value unchanged."""
    return got() if callable(got) else got
