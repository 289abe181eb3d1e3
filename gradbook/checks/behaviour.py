"""Checks of how code works: its memory, its loops, its speed, and whether it changes its inputs.

Like those of `gradbook.checks.values`, they are called in a block ``with task("relu_forward"):``.
"""

from __future__ import annotations

import linecache
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gradbook.checks.loops import find_loop
from gradbook.checks.task_context import current_task, fail, passed
from gradbook.messages import CheckFailed
from gradbook.protocol.steps import counted, is_loop

#: How many times each of two functions is run to compare them, and the seconds after which to stop.
_RUNS, _SECONDS = 9, 4.0


def check_memory(name: str, call: Callable[[], Any], at_most: int, cause: str) -> None:
    """Check the peak memory that a call allocates.

    Parameters
    ----------
    name
        What is checked.
    call
        Makes the call.
    at_most
        The bytes allowed, well above what correct code needs.
    cause
        The usual reason for needing more.

    Raises
    ------
    CheckFailed
        In a notebook, if the call needs more.
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
    compute: Callable[..., object] | None = None,
    small: Sequence[Any] = (),
    large: Sequence[Any] = (),
    apart_from: Sequence[Callable[..., Any]] = (),
    cause: str = "the task asks for vectorised code: NumPy runs the loop, in compiled code",
) -> None:
    """Check that neither a function nor the functions that it calls run a Python loop.

    Parameters
    ----------
    function
        A function or method defined in the notebook. All its loops are found, without `compute`.
    compute
        Calls the function; then only those loops count that are longer for `large` than for `small`.
    small, large, apart_from
        The arguments of two calls of `compute`, and the functions that do not count, as in `counted`.
    cause
        The cause to show to a student who wrote a loop.

    Raises
    ------
    CheckFailed
        In a notebook, if there is a loop; the message shows its line, or the steps that Python takes.
    """
    loop: object = None
    if compute is None:
        loop = find_loop(function.__name__, _cell_sources(function))
    else:
        _, few, many = counted(compute, small, large, apart_from)
        if is_loop(few, many):
            loop = f"{few} steps of Python for a small input, {many} for a large one"
    if loop is None:
        passed()
        return
    fail(
        CheckFailed(
            current_task(),
            "there is a Python loop.",
            check="no Python loops" if compute is None else "Python's steps do not grow with the input",
            expected="array operations only",
            got=str(loop),
            cause=cause,
            next="write the formula for the whole matrix at once, with broadcasting or a matrix product",
        )
    )


def _cell_sources(function: Callable[..., object]) -> list[str]:
    """Return the source of the cells run so far; the one that defines `function` comes last."""
    own = function.__code__.co_filename
    cells = [name for name in linecache.cache if "ipykernel_" in name or name.startswith("<ipython-input")]
    ordered = [*(name for name in cells if name != own), own]
    return ["".join(linecache.getlines(name)) for name in ordered]


def check_unchanged(arrays: Mapping[str, np.ndarray], call: Callable[[], Any]) -> None:
    """Check that a call leaves its inputs unchanged.

    Parameters
    ----------
    arrays
        The inputs by name; they are restored afterwards.
    call
        Makes the call.

    Raises
    ------
    CheckFailed
        In a notebook, if an input was changed.
    """
    before = {name: array.copy() for name, array in arrays.items()}
    call()
    changed = [name for name in arrays if not np.array_equal(arrays[name], before[name], equal_nan=True)]
    for name in changed:
        arrays[name][...] = before[name]
    if not changed:
        passed()
        return
    listed = " and ".join(changed)
    fail(
        CheckFailed(
            current_task(),
            f"your code changes {listed} in place.",
            check=f"{', '.join(arrays)} after the call",
            expected="the same numbers as before",
            cause="a line such as x -= …, x[…] = … or np.maximum(…, out=x) writes into the array itself",
            next="work on a copy, or write x = x - …, which creates a new array",
        )
    )


def check_faster(fast: Callable[[], Any], slow: Callable[[], Any], at_least: float) -> None:
    """Check how many times as fast one call is as another, by the ratio of medians of alternating runs.

    Parameters
    ----------
    fast, slow
        Make the calls.
    at_least
        The required speed-up, far below what good code reaches, because timings are noisy.

    Raises
    ------
    CheckFailed
        In a notebook, if it is slower than that.
    """
    times: tuple[list[float], list[float]] = ([], [])
    deadline = time.monotonic() + _SECONDS
    for _ in range(_RUNS):
        for call, seconds in zip((fast, slow), times, strict=True):
            began = time.perf_counter()
            call()
            seconds.append(time.perf_counter() - began)
        if time.monotonic() > deadline:
            break
    quick, long = (float(np.median(seconds)) for seconds in times)
    ratio = f"{long / quick:.3g}× as fast" if quick <= long else f"{quick / long:.3g}× slower"
    summary = f"{ratio} ({quick * 1e3:.3g} ms against {long * 1e3:.3g} ms)"
    if long >= at_least * quick:
        passed(summary)
        return
    fail(
        CheckFailed(
            current_task(),
            "the fast version is not fast enough.",
            check="the run times of both",
            expected=f"at least {at_least:g}× as fast",
            got=summary,
            cause="a Python loop is left, or a large array is created that is not needed",
            next="time its lines one by one with %timeit",
        )
    )
