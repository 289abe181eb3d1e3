"""Trivial code and weights, which must earn no points."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

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

#: Code that returns values of the expected shape and type, with the same number everywhere.
_CONSTANT = """
def trivial(*args, **kwargs):
    import copy

    import numpy as np

    def constant(value):
        if isinstance(value, dict):
            return {name: constant(one) for name, one in value.items()}
        if isinstance(value, tuple | list):
            return type(value)(map(constant, value))
        if isinstance(value, np.ndarray):
            return np.full_like(value, NUMBER)
        return type(value)(NUMBER) if isinstance(value, int | float | np.number) else None

REFERENCE

    # Called with copies, because modifying its arguments, above all self, would not be trivial.
    return constant(NAME(*copy.deepcopy(args), **copy.deepcopy(kwargs)))
"""


def trivial_solutions(tasks: Iterable[str], reference: Mapping[str, str]) -> Iterator[Solution]:
    """Yield trivial solutions of each task, which return an argument or a constant.

    Parameters
    ----------
    tasks
        The tasks' ids.
    reference
        The reference solutions, by task; tasks that are missing have no result whose shape could be used.
    """
    for task in tasks:
        for name, body in _BODIES.items():
            yield _solution(task, name, f"def trivial(*args, **kwargs):\n    {body}")
        if task in reference:
            for number in (0, 1):
                yield _solution(task, f"all-{number}", _constant(reference[task], number))


def _solution(task: str, name: str, text: str) -> Solution:
    return Solution(f"{task}-{name}", task, "", "", None, text)


def _constant(reference: str, number: int) -> str:
    """Return a function that returns the reference's result with all numbers replaced."""
    function = only_function(reference)
    function.decorator_list = []
    nested = textwrap.indent(ast.unparse(function), "    ")
    text = _CONSTANT.replace("NUMBER", str(number)).replace("NAME", function.name)
    return text.replace("REFERENCE", nested)


def trivial_weights(weights: bytes, value: float) -> bytes:
    """Return saved weights with all parameters set to one value."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "weights.npz"
        path.write_bytes(weights)
        params, dataset = load_model(path)
        save_model(path, {name: np.full_like(array, value) for name, array in params.items()}, dataset)
        return path.read_bytes()
