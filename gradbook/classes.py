"""The ids of tasks that ask for the methods of a class."""

from __future__ import annotations

import re

#: The suffix of the id of a task's graded cell.
TEST_SUFFIX = "-test"


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
