"""Calls of NumPy in the student's code, and what may be changed about them to see what follows."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import islice
from types import CodeType
from typing import Any

import numpy as np

#: Where a call comes from: a code object and the offset of an instruction in it.
Place = tuple[CodeType, int]

#: A site that is reached so often at the most is a layer's, and each call is worth a look.
FEW_CALLS = 6


@dataclass
class Site:
    """A place in the student's code that calls NumPy.

    Attributes
    ----------
    place
        Where it is.
    name
        NumPy's name of what is called: "var", "maximum".
    calls
        For each time that it was reached: the floating-point arguments, and the result.
    """

    place: Place
    name: str
    calls: list[tuple[list[np.ndarray], np.ndarray]] = field(default_factory=list)

    @property
    def num_arguments(self) -> int:
        """How many floating-point arrays it takes."""
        return len(self.calls[0][0])

    @property
    def line(self) -> str:
        """The line of code that it stands in."""
        code, _ = self.place
        number = self._position()[0]
        return linecache.getline(code.co_filename, number).strip() if number else ""

    @property
    def text(self) -> str:
        """The expression, as written: ``x.var(axis=0)``."""
        line, end_line, start, end = self._position()
        if line is None or line != end_line or start is None or end is None:
            return self.line
        # Columns count bytes.
        source = linecache.getline(self.place[0].co_filename, line).encode()
        return source[start:end].decode(errors="replace")

    def _position(self) -> tuple[int | None, int | None, int | None, int | None]:
        code, offset = self.place
        return next(islice(code.co_positions(), offset // 2, None), (None, None, None, None))

    @property
    def order(self) -> tuple[str, int]:
        """What sites are sorted by: as they stand in the code."""
        return self.place[0].co_filename, self._position()[0] or 0


def each_call(site: Site) -> list[int | None]:
    """Return what of a site to change: all of its calls, then, where there are a few, one at a time."""
    calls = len(site.calls)
    return [None, *(range(calls) if 1 < calls <= FEW_CALLS else ())]


class How(Enum):
    """What is changed about a call; `Change` says what each means."""

    HOLD = auto()
    PASS = auto()
    OPPOSITE = auto()
    DROP = auto()
    MOVE = auto()
    SHAKE = auto()


@dataclass(frozen=True)
class Change:
    """One call of the forward pass, changed.

    Attributes
    ----------
    site
        Which call.
    how
        HOLD: as if it did not depend on the inputs. PASS: it hands changes of its arguments on one to
        one. OPPOSITE: it hands them on just where it does not. DROP: it returns its first argument, as if
        the constant that it adds were 0. MOVE: its result is moved.
        SHAKE: its result is changed a little, each element otherwise.
    argument
        For HOLD, which of its arguments is held at its value; None holds the result.
    by
        For MOVE, by how much.
    call
        Which call, where there are several: a layer's code runs once a layer. None changes all of them.
    """

    site: Site
    how: How = How.HOLD
    argument: int | None = None
    by: np.ndarray | None = None
    call: int | None = None


def changed(
    change: Change,
    before: list[np.ndarray],
    result: np.ndarray,
    arguments: list[Any],
    compute: Callable[[list[Any]], Any],
) -> Any:
    """Return what a changed call returns; `before` and `result` are its arguments and result at the point."""
    now = floats(arguments)
    if change.how is How.DROP:
        return now[0]
    if change.how is How.MOVE:
        return compute(arguments) + change.by
    if change.how is How.SHAKE:
        waves = np.cos(np.arange(result.size)).reshape(result.shape)
        return compute(arguments) * (1 + 1e-3 * waves) + 1e-3 * waves
    if change.how is How.PASS:
        return result + sum(new - old for new, old in zip(now, before, strict=True))
    if change.how is How.OPPOSITE:
        return result + (result != before[0]) * (now[0] - before[0])
    if change.argument is None:
        compute(arguments)  # for its effects: a result written elsewhere
        return result.copy()
    held, count = list(arguments), -1
    for position, argument in enumerate(arguments):
        count += is_float(argument)
        if is_float(argument) and count == change.argument:
            held[position] = before[count].reshape(np.shape(argument))
    return compute(held)


def is_float(value: Any) -> bool:
    """Return whether a value is a floating-point array or NumPy number."""
    return isinstance(value, np.ndarray | np.floating) and value.dtype.kind == "f"


def floats(values: list[Any]) -> list[Any]:
    """Return those of some values that are floating-point arrays."""
    return [value for value in values if is_float(value)]
