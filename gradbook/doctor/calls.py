"""NumPy calls in the student's code, and the ways to change them."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import islice
from types import CodeType
from typing import Any

import numpy as np

#: The origin of a call: a code object and the offset of an instruction in it.
Place = tuple[CodeType, int]

#: A site reached at most this often belongs to a layer, and each of its calls is examined on its own.
FEW_CALLS = 6


@dataclass
class Site:
    """A place in the student's code that calls NumPy.

    Attributes
    ----------
    place
        The code object and the offset of the call.
    name
        NumPy's name for the called function: "var", "maximum".
    calls
        For each call, the floating-point arguments and the result.
    """

    place: Place
    name: str
    calls: list[tuple[list[np.ndarray], np.ndarray]] = field(default_factory=list)

    @property
    def num_arguments(self) -> int:
        """The number of floating-point arrays that it takes."""
        return len(self.calls[0][0])

    @property
    def line(self) -> str:
        """The line of code that contains it."""
        code, _ = self.place
        number = self._position()[0]
        return linecache.getline(code.co_filename, number).strip() if number else ""

    @property
    def text(self) -> str:
        """The expression, as written: ``x.var(axis=0)``."""
        line, end_line, start, end = self._position()
        if line is None or line != end_line or start is None or end is None:
            return self.line
        # Column offsets count bytes.
        source = linecache.getline(self.place[0].co_filename, line).encode()
        return source[start:end].decode(errors="replace")

    def _position(self) -> tuple[int | None, int | None, int | None, int | None]:
        code, offset = self.place
        return next(islice(code.co_positions(), offset // 2, None), (None, None, None, None))

    @property
    def order(self) -> tuple[str, int]:
        """The sort key of sites: their order in the code."""
        return self.place[0].co_filename, self._position()[0] or 0


def each_call(site: Site) -> list[int | None]:
    """Return which calls of a site to change: all together (None), and each on its own if they are few."""
    calls = len(site.calls)
    return [None, *(range(calls) if 1 < calls <= FEW_CALLS else ())]


class ChangeKind(Enum):
    """The ways to change a call; `CallChange` explains them."""

    HOLD = auto()
    PASS = auto()
    OPPOSITE = auto()
    DROP = auto()
    MOVE = auto()
    SHAKE = auto()


@dataclass(frozen=True)
class CallChange:
    """A change to a call of the forward pass.

    Attributes
    ----------
    site
        The site of the call.
    how
        HOLD: it does not depend on the inputs. PASS: it passes changes of its arguments on unchanged.
        OPPOSITE: it passes them on exactly where the real call does not. DROP: it returns its first
        argument, as if the constant that it adds were 0. MOVE: its result is moved by `by`. SHAKE: each
        element of its result is changed slightly, by a different amount.
    argument
        For HOLD, which of its arguments is held at its value; None holds the result.
    by
        For MOVE, by how much.
    call
        Which call, if the site has several: the code of a layer runs once per layer. None changes all calls.
    """

    site: Site
    how: ChangeKind = ChangeKind.HOLD
    argument: int | None = None
    by: np.ndarray | None = None
    call: int | None = None


def changed(
    change: CallChange,
    before: list[np.ndarray],
    result: np.ndarray,
    arguments: list[Any],
    compute: Callable[[list[Any]], Any],
) -> Any:
    """Return the result of a changed call; `before` and `result` are the arguments and result recorded."""
    now = floats(arguments)
    if change.how is ChangeKind.DROP:
        return now[0]
    if change.how is ChangeKind.MOVE:
        return compute(arguments) + change.by
    if change.how is ChangeKind.SHAKE:
        waves = np.cos(np.arange(result.size)).reshape(result.shape)
        return compute(arguments) * (1 + 1e-3 * waves) + 1e-3 * waves
    if change.how is ChangeKind.PASS:
        return result + sum(new - old for new, old in zip(now, before, strict=True))
    if change.how is ChangeKind.OPPOSITE:
        return result + (result != before[0]) * (now[0] - before[0])
    if change.argument is None:
        compute(arguments)  # for its side effects: it may write its result elsewhere
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
    """Return the floating-point arrays among some values."""
    return [value for value in values if is_float(value)]
