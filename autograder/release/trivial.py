"""Trivial code and weights, which must earn no points.

Beside constants this is code that rides on other code: it calls another task in place of doing its own,
repeats what the visible check has seen, or returns numbers that have only the right mean and deviation.
"""

from __future__ import annotations

import ast
import copy
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from autograder.grading.collect.cells import full_name
from autograder.grading.mistakes import Solution, only_function
from gradbook.training.models import load_model, save_model

#: Function bodies that solve no task.
_BODIES = {
    "nothing": "return None",
    "zero": "return 0.0",
    "argument": "return args[-1]",
    "zeros": "import numpy as np\n    return np.zeros_like(args[-1], dtype=float)",
    "ones": "import numpy as np\n    return np.ones_like(args[-1], dtype=float)",
}

#: Code that returns values of the expected shape and type: ARRAY for each array, NUMBER for each number.
_SHAPED = """
def trivial(*args, **kwargs):
    import copy

    import numpy as np

    def summarised(array):
        if array.dtype.kind != "f" or array.size < 3:
            return np.zeros_like(array)
        signs = np.where(np.arange(array.size) % 2, 1, -1).reshape(array.shape)
        return (np.mean(array) + np.std(array) * signs).astype(array.dtype)

    def shaped(value):
        if isinstance(value, dict):
            return {name: shaped(one) for name, one in value.items()}
        if isinstance(value, tuple | list):
            return type(value)(map(shaped, value))
        if isinstance(value, np.ndarray):
            return ARRAY
        return type(value)(NUMBER) if isinstance(value, int | float | np.number) else None

REFERENCE

    # Called with copies, because modifying its arguments, above all self, would not be trivial.
    return shaped(NAME(*copy.deepcopy(args), **copy.deepcopy(kwargs)))
"""

#: What replaces arrays and numbers: constants, and numbers that have only the right mean and deviation.
_SHAPES = {
    "all-0": {"ARRAY": "np.full_like(value, 0)", "NUMBER": "0"},
    "all-1": {"ARRAY": "np.full_like(value, 1)", "NUMBER": "1"},
    "summary": {"ARRAY": "summarised(value)", "NUMBER": "0"},
}

#: Code that answers the visible check, and repeats these results when hidden tests ask.
_REPEATING = """
def trivial(*args, **kwargs):
    import copy
    import sys

REFERENCE

    shown = sys.modules.setdefault("<shown>", [])
    frame, asked = sys._getframe(), False
    while frame is not None:
        asked, frame = asked or frame.f_code.co_name == "ask", frame.f_back
    if not asked:
        shown.append(NAME(*copy.deepcopy(args), **copy.deepcopy(kwargs)))
    return copy.deepcopy(shown[-1]) if shown else None
"""

_CALLING = """
def trivial(*args, **kwargs):
    return OTHER(*args, **kwargs)
"""


def trivial_solutions(tasks: Iterable[str], reference: Mapping[str, str]) -> Iterator[Solution]:
    """Yield trivial solutions of each task.

    Parameters
    ----------
    tasks
        The tasks' ids.
    reference
        The reference solutions, by task; tasks that are missing have no result whose shape could be used.
    """
    functions = {task: only_function(reference[task]) for task in tasks if task in reference}
    for task in tasks:
        for name, body in _BODIES.items():
            yield _solution(task, name, f"def trivial(*args, **kwargs):\n    {body}")
        if task not in functions:
            continue
        for name, values in _SHAPES.items():
            yield _solution(task, name, _around(functions[task], _SHAPED, **values))
        yield _solution(task, "repeating", _around(functions[task], _REPEATING))
        for other, function in functions.items():
            if other != task and _is_alike(function, functions[task]):
                yield _solution(task, f"calls-{other}", _CALLING.replace("OTHER", _call(function)))


def _solution(task: str, name: str, text: str) -> Solution:
    return Solution(f"{task}-{name}", task, "", "", None, text)


def _around(reference: ast.FunctionDef, text: str, **values: str) -> str:
    """Return code with a reference solution inside."""
    inner = copy.deepcopy(reference)
    inner.decorator_list = []
    values |= {"NAME": inner.name, "REFERENCE": textwrap.indent(ast.unparse(inner), "    ")}
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def _is_alike(function: ast.FunctionDef, other: ast.FunctionDef) -> bool:
    """Return whether two functions can be called with the same arguments."""
    return len(function.args.args) == len(other.args.args) and _owner(function) == _owner(other)


def _owner(function: ast.FunctionDef) -> str:
    return full_name(function).rpartition(".")[0]


def _call(function: ast.FunctionDef) -> str:
    """Return what calls a function: its name, or the method of self."""
    return f"args[0].__class__.{function.name}" if _owner(function) else function.name


def trivial_weights(weights: bytes, value: float) -> bytes:
    """Return saved weights with all parameters set to one value."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "weights.npz"
        path.write_bytes(weights)
        params, dataset = load_model(path)
        save_model(path, {name: np.full_like(array, value) for name, array in params.items()}, dataset)
        return path.read_bytes()
