"""Classes written with one method per cell, and the ids of their tasks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

#: The suffix of the id of a task's graded cell.
TEST_SUFFIX = "-test"

_Function = TypeVar("_Function", bound=Callable[..., object])


def add_to_class(cls: type) -> Callable[[_Function], _Function]:
    """Make the decorated function a method of `cls`, replacing any method of the same name.

    Running the cell again also replaces the method in objects that already exist.

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


def task_names(function: str, cls: str | None = None) -> tuple[str, ...]:
    """Return the possible names of the task that asks for a function or a method.

    Parameters
    ----------
    function
        The name of the function or method.
    cls
        The name of the class; None for a function outside a class.

    Examples
    --------
    >>> task_names("predict"), task_names("__init__", "TwoLayerNet")
    (('predict',), ('__init__', 'two_layer_net_init'))
    >>> task_names("gradient", "MatMul")[1], task_names("gradient", "ReLU")[1]
    ('mat_mul_gradient', 'relu_gradient')
    """
    if cls is None:
        return (function,)
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", cls).lower()
    return function, f"{words}_{function.strip('_')}"
