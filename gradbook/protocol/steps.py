"""Count the steps that Python takes, which tells array operations from loops.

NumPy runs its loops in compiled code: Python takes the same steps for three rows and for three hundred. A
Python loop takes more steps for more elements, however it is written: as a comprehension, by a recursive
function, or by a function that is called for each element.
"""

from __future__ import annotations

import copy
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import numpy as np

#: Steps that array operations may take more for a large input, because NumPy's wrappers take some.
_MARGIN = 20


class _Counting(np.ndarray):
    """An array that makes Python take steps when it is cut into parts or used in an operation.

    So loops in compiled code that handle one row after another count, too.
    """

    def __array_finalize__(self, obj: Any) -> None:
        """Do nothing: it is the call that counts."""


def counted(
    compute: Callable[..., Any],
    small: Sequence[Any],
    large: Sequence[Any],
    apart_from: Sequence[Callable[..., Any]] = (),
) -> tuple[Any, int, int]:
    """Return the result for a large input, and the steps that Python takes for both inputs.

    Parameters
    ----------
    compute
        Calls the code with copies of the inputs.
    small, large
        The arguments of two calls. Loops that are not allowed must be at least twenty times as long for the
        large ones, and all others as long for both.
    apart_from
        Functions whose steps do not count, because they belong to other tasks.

    Returns
    -------
    value
        The result for the large input.
    steps_small, steps_large : int
        The number of steps.
    """
    # The first call may import modules, or fill a cache.
    count_steps(compute, small)
    few, many = (count_steps(compute, arguments, apart_from) for arguments in (small, large))
    return compute(*_copies(large)), few, many


def is_loop(small: int, large: int) -> bool:
    """Return whether code takes so many more steps for a large input that it must contain a loop."""
    return large > 2 * small + _MARGIN


def count_steps(
    compute: Callable[..., Any], arguments: Sequence[Any], apart_from: Sequence[Callable[..., Any]] = ()
) -> int:
    """Return how many steps Python takes in a call: lines, calls and returns, in all threads."""
    steps = left_out = 0
    codes = {getattr(function, "__code__", None) for function in apart_from}

    def trace(frame: FrameType, event: str, argument: Any) -> Any:  # noqa: ARG001
        nonlocal steps, left_out
        if frame.f_code in codes:
            left_out += {"call": 1, "return": -1}.get(event, 0)
        elif not left_out:
            steps += 1
        return trace

    watched = [_watched(argument) for argument in _copies(arguments)]
    before, before_in_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(trace)
    threading.settrace(trace)
    try:
        compute(*watched)
    finally:
        sys.settrace(before)
        threading.settrace(before_in_threads)
    return steps


def _copies(arguments: Sequence[Any]) -> list[Any]:
    return [copy.deepcopy(value) for value in arguments]


def _watched(value: Any) -> Any:
    return value.view(_Counting) if isinstance(value, np.ndarray) else value
