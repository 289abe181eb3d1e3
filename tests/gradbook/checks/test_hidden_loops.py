"""Ways to hide a Python loop, each found by the rule on the source or by the steps that Python takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradbook.checks.loops import find_loop
from gradbook.protocol.relations import loop_free, loop_in
from gradbook.protocol.steps import counted, is_loop

ROWS = "import numpy as np\ndef row(x, y):\n    return np.sqrt(((x - y) ** 2).sum(axis=1))\n"

#: Each defines distances(X, Y), and computes one row after another.
LOOPS = {
    "for": "def distances(X, Y):\n    out = []\n    for x in X:\n        out.append(row(x, Y))\n    return np.array(out)",
    "while": "def distances(X, Y):\n    out, i = [], 0\n    while i < len(X):\n        out.append(row(X[i], Y))\n        i += 1\n"
    "    return np.array(out)",
    "list comprehension": "def distances(X, Y):\n    return np.array([row(x, Y) for x in X])",
    "generator": "def distances(X, Y):\n    return np.array(list(row(x, Y) for x in X))",
    "dict comprehension": "def distances(X, Y):\n    return np.array(list({i: row(X[i], Y) for i in range(len(X))}.values()))",
    "yield": "def rows(X, Y):\n    for x in X:\n        yield row(x, Y)\n\ndef distances(X, Y):\n    return np.array(list(rows(X, Y)))",
    "map": "def distances(X, Y):\n    return np.array(list(map(lambda x: row(x, Y), X)))",
    "map under another name": "from builtins import map as each\ndef distances(X, Y):\n    return np.array([*each(lambda x: row(x, Y), X)])",
    "map assigned": "each = map\ndef distances(X, Y):\n    return np.array([*each(lambda x: row(x, Y), X)])",
    "map assigned inside": "def distances(X, Y):\n    each = map\n    return np.array([*each(lambda x: row(x, Y), X)])",
    "filter": "def distances(X, Y):\n    out = []\n    list(filter(lambda x: out.append(row(x, Y)), X))\n    return np.array(out)",
    "reduce": "from functools import reduce\ndef distances(X, Y):\n"
    "    return np.array(reduce(lambda out, x: out + [row(x, Y)], X, []))",
    "starmap": "import itertools\ndef distances(X, Y):\n    return np.array(list(itertools.starmap(row, zip(X, [Y] * len(X)))))",
    "accumulate": "import itertools\ndef distances(X, Y):\n    out = []\n"
    "    list(itertools.accumulate(range(len(X)), lambda a, i: out.append(row(X[i], Y)), initial=0))\n    return np.array(out)",
    "sorted with a key": "def distances(X, Y):\n    out = {}\n    sorted(range(len(X)), key=lambda i: out.setdefault(i, row(X[i], Y)).sum())\n"
    "    return np.array(list(out.values()))",
    "max with a key": "def distances(X, Y):\n    out = []\n    max(range(len(X)), key=lambda i: out.append(row(X[i], Y)) or i)\n    return np.array(out)",
    "recursion": "def distances(X, Y):\n    if len(X) == 0:\n        return np.zeros((0, len(Y)))\n"
    "    return np.vstack([row(X[0], Y), distances(X[1:], Y)])",
    "recursion in a helper": "def rest(X, Y, i):\n    return [] if i == len(X) else [row(X[i], Y), *rest(X, Y, i + 1)]\n\n"
    "def distances(X, Y):\n    return np.array(rest(X, Y, 0))",
    "mutual recursion": "def even(X, Y):\n    return [row(X[0], Y), *odd(X[1:], Y)] if len(X) else []\n\n"
    "def odd(X, Y):\n    return [row(X[0], Y), *even(X[1:], Y)] if len(X) else []\n\ndef distances(X, Y):\n    return np.array(even(X, Y))",
    "vectorize": "def distances(X, Y):\n    return np.vectorize(lambda i: row(X[i], Y), signature='()->(n)')(np.arange(len(X)))",
    "frompyfunc": "def distances(X, Y):\n    return np.stack(np.frompyfunc(lambda i: row(X[i], Y), 1, 1)(np.arange(len(X))))",
    "apply_along_axis": "def distances(X, Y):\n    return np.apply_along_axis(lambda x: row(x, Y), 1, X)",
    "fromfunction": "def distances(X, Y):\n    return np.fromfunction(np.vectorize(lambda i, j: np.sqrt(((X[int(i)] - Y[int(j)]) ** 2).sum())),"
    " (len(X), len(Y)))",
    "fromiter": "def distances(X, Y):\n    return np.stack(np.fromiter((row(x, Y) for x in X), dtype=(float, len(Y))))",
    "eval": "def distances(X, Y):\n    return eval('np.array([row(x, Y) for x in X])', {**globals(), 'X': X, 'Y': Y})",
    "exec": "def distances(X, Y):\n    names = {'X': X, 'Y': Y, 'row': row, 'np': np}\n    exec('out = []\\nfor x in X: out.append(row(x, Y))', names)\n"
    "    return np.array(names['out'])",
    "made by exec": "exec('def distances(X, Y):\\n    return np.array([row(x, Y) for x in X])')",
    "made by type": "class Loop:\n    def __call__(self, X, Y):\n        return np.array([row(x, Y) for x in X])\n\ndistances = Loop()",
    "a method": "class Loop:\n    def all(self, X, Y):\n        return np.array([row(x, Y) for x in X])\n\ndef distances(X, Y):\n    return Loop().all(X, Y)",
    "an operator": "class Loop:\n    def __init__(self, X):\n        self.X = X\n    def __matmul__(self, Y):\n"
    "        return np.array([row(x, Y) for x in self.X])\n\ndef distances(X, Y):\n    return Loop(X) @ Y",
    "an iterator": "class Rows:\n    def __init__(self, X, Y):\n        self.X, self.Y, self.i = X, Y, -1\n    def __iter__(self):\n        return self\n"
    "    def __next__(self):\n        self.i += 1\n        if self.i == len(self.X):\n            raise StopIteration\n        return row(self.X[self.i], self.Y)\n\n"
    "def distances(X, Y):\n    return np.array([*Rows(X, Y)])",
    "__getitem__": "class Rows:\n    def __init__(self, X, Y):\n        self.X, self.Y = X, Y\n    def __getitem__(self, i):\n        return row(self.X[i], self.Y)\n\n"
    "def distances(X, Y):\n    return np.array([*Rows(X, Y)])",
    "a dictionary's keys": "def distances(X, Y):\n    i, j = np.meshgrid(range(len(X)), range(len(Y)), indexing='ij')\n    return np.array([*zip(*[iter(\n"
    "        sum(([float(np.linalg.norm(X[a] - Y[b]))] for a, b in zip(i.ravel(), j.ravel())), []))] * len(Y))])",
    "a partial function": "from functools import partial\ndef looped(X, Y):\n    return np.array([row(x, Y) for x in X])\n\ndistances = partial(looped)",
    "a default argument": "def looped(X, Y):\n    return np.array([row(x, Y) for x in X])\n\ndef distances(X, Y, compute=looped):\n    return compute(X, Y)",
    "a dictionary": "def looped(X, Y):\n    return np.array([row(x, Y) for x in X])\n\nby_name = {'looped': looped}\ndef distances(X, Y):\n    return by_name['looped'](X, Y)",
    "a closure": "def make(step):\n    def run(X, Y):\n        return np.array([step(x, Y) for x in X])\n    return run\n\ndistances = make(row)",
    "a thread": "from threading import Thread\ndef distances(X, Y):\n    out = []\n"
    "    def work():\n        out.extend([row(x, Y) for x in X])\n    thread = Thread(target=work)\n    thread.start()\n    thread.join()\n    return np.array(out)",
    "rows added in C": "def distances(X, Y):\n    from operator import sub\n    from itertools import repeat\n"
    "    return np.sqrt((np.array([*starmapped(sub, zip(np.repeat(X, len(Y), 0), np.tile(Y, (len(X), 1))))]) ** 2)\n"
    "                   .sum(axis=1)).reshape(len(X), len(Y))\n\nfrom itertools import starmap as starmapped",
    "string repeated": "def distances(X, Y):\n    out = []\n    import builtins\n    code = 'out.append(row(X[len(out)], Y));' * len(X)\n"
    "    builtins.exec(code, {'out': out, 'row': row, 'X': X, 'Y': Y})\n    return np.array(out)",
    "under a magic": "%%time\ndef distances(X, Y):\n    return np.array([row(x, Y) for x in X])",
    "beside a command": "!true\ndef distances(X, Y):\n    return np.array([row(x, Y) for x in X])",
}

#: Each computes all distances without a loop.
FREE = {
    "broadcasting": "def distances(X, Y):\n    return np.sqrt(((X[:, None] - Y) ** 2).sum(axis=2))",
    "product": "def distances(X, Y):\n    return np.sqrt(np.maximum((X**2).sum(1)[:, None] - 2 * X @ Y.T + (Y**2).sum(1), 0))",
    "einsum": "def distances(X, Y):\n    D = X[:, None] - Y\n    return np.sqrt(np.einsum('ijk,ijk->ij', D, D))",
    "norm": "def distances(X, Y):\n    return np.linalg.norm(X[:, None] - Y, axis=-1)",
    "a helper": "def squares(A):\n    return np.sum(A * A, axis=1)\n\ndef distances(X, Y):\n    return np.sqrt(np.abs(np.add.outer(squares(X), squares(Y))\n"
    "        - 2 * X.dot(Y.T)))",
    "imports inside": "def distances(X, Y):\n    import functools, itertools, decimal\n    from numpy import sqrt\n    return sqrt(((X[:, None] - Y) ** 2).sum(axis=2))",
    "three terms": "def distances(X, Y):\n    return np.sqrt(sum(((X[:, None, :2] - Y[:, :2]) ** 2).sum(2) if k == 0 else (X[:, None, 2] - Y[:, 2]) ** 2 "
    "for k in (0, 1)))",
    "under a magic": "%%time\ndef distances(X, Y):\n    return np.sqrt(((X[:, None] - Y) ** 2).sum(axis=2))",
}


def defined(cell: str) -> Any:
    """Return the function that a cell defines."""
    lines = [line for line in cell.splitlines() if not line.startswith(("%", "!"))]
    names: dict[str, Any] = {}
    exec("\n".join([ROWS, *lines]), names)
    return names["distances"]


def inputs() -> list[list[np.ndarray]]:
    rng = np.random.default_rng(1)
    return [[rng.normal(size=(N, 3)), rng.normal(size=(N, 3))] for N in (2, 60)]


@pytest.mark.parametrize("cell", LOOPS.values(), ids=LOOPS)
def test_a_hidden_loop_is_found(cell: str) -> None:
    small, large = inputs()
    answer = counted(defined(cell), small, large)
    assert np.allclose(answer[0], np.linalg.norm(large[0][:, None] - large[1], axis=2))
    loops = find_loop("distances", [ROWS, cell]), loop_in(loop_free(), answer)
    assert any(loop is not None for loop in loops)


@pytest.mark.parametrize("cell", LOOPS.values(), ids=LOOPS)
def test_python_takes_more_steps_in_a_loop(cell: str) -> None:
    assert is_loop(*counted(defined(cell), *inputs())[1:])


@pytest.mark.parametrize("name", [name for name in FREE if name != "three terms"])
def test_array_operations_are_no_loop(name: str) -> None:
    assert find_loop("distances", [ROWS, FREE[name]]) is None


@pytest.mark.parametrize("cell", FREE.values(), ids=FREE)
def test_array_operations_take_the_same_steps_for_all_sizes(cell: str) -> None:
    _, small, large = counted(defined(cell), *inputs())
    assert not is_loop(small, large)
    assert large <= small + 5


def test_a_trace_function_is_kept() -> None:
    import sys

    def trace(frame: Any, event: str, argument: Any) -> None:
        return None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        counted(lambda x: x * 2, [np.ones(2)], [np.ones(60)])
        assert sys.gettrace() is trace
    finally:
        sys.settrace(before)


@pytest.mark.parametrize(
    "got", [None, 3, (1, 2), (np.ones(2), "many", 3), (np.zeros(2), 4, 4), (np.ones(2), 4, 400)]
)
def test_an_answer_without_a_value_and_steps_is_wrong(got: object) -> None:
    key = (np.ones(2), 5, 6)
    assert loop_free().difference(key, got) is not None
    assert loop_free().difference(key, (np.ones(2), 40, 50)) is None
