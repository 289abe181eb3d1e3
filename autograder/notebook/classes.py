"""Writing a class one method a cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_Function = TypeVar("_Function", bound=Callable[..., object])


def add_to_class(cls: type) -> Callable[[_Function], _Function]:
    """Make the decorated function a method of `cls`, in place of one of the same name.

    Running the cell again replaces the method in every object that already exists.

    Examples
    --------
    >>> class Counter:
    ...     count = 0
    >>> @add_to_class(Counter)
    ... def step(self):
    ...     self.count += 1
    >>> counter = Counter()
    >>> counter.step()
    >>> counter.count
    1
    """

    def add(function: _Function) -> _Function:
        setattr(cls, function.__name__, function)
        return function

    return add
