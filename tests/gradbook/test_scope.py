"""Tests and the student's code have namespaces of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gradbook
from gradbook import CheckFailed, add_to_class, example, given
from gradbook.messages import State
from gradbook.session import session
from tests.gradbook.test_in_kernel import outputs_of

OURS = ("np", "check_close", "answer", "sum", "len", "range", "task", "example")


@pytest.fixture(autouse=True)
def fresh_session(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("given", "methods", "example"):
        monkeypatch.setattr(session, name, {})


def in_notebook(*cells: str) -> dict[str, Any]:
    """Run cells in a namespace; return it."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in ["from gradbook import *\nimport numpy as np", *cells]:
        exec(cell, names)
    return names


@pytest.mark.parametrize("name", OURS)
def test_a_students_variable_replaces_no_name_of_a_test(name: str) -> None:
    check = """
@run_test("double")
def check():
    check_close("a sum", sum([double(float(len([1])))] + list(range(1))), np.float64(2))
"""
    # The decorator itself is under another name, because cells put it back before they run (below).
    in_notebook("run_test = task\ndef double(x):\n    return 2 * x", f"{name} = 'mine'", check)


def test_what_a_test_binds_is_visible_to_no_function() -> None:
    with pytest.raises(CheckFailed) as raised:
        in_notebook(
            "def relu_backward(dout, cache):\n    return dout * (x > 0)",
            "@task('relu_backward')\ndef check():\n    x = np.ones(2)\n"
            "    check_close('dx', lambda: relu_backward(x, x), [1, 1])",
        )
    assert "your code raised NameError" in str(raised.value)


def test_a_function_that_the_notebook_gives_keeps_its_names() -> None:
    in_notebook(
        "@given\ndef helper(x):\n    return scale(x)",
        "@given\ndef scale(x):\n    return np.abs(x) * 3",
        "def double(x):\n    return 2 * x",
        "def helper(x):\n    return None",
        "np = scale = None",
        "@task('double')\ndef check():\n    check_close('a number', lambda: double(helper(-1.0)), 6)",
    )


def test_a_class_that_the_notebook_gives_keeps_its_names() -> None:
    names = in_notebook(
        "@given\nclass Net:\n    def __init__(self, size):\n        self.weights = np.ones(size)\n"
        "    @property\n    def size(self):\n        return len(self.weights)\n"
        "    @staticmethod\n    def zero():\n        return np.zeros(1)[0]",
        "Net.twice = lambda self: np.array(2 * self.size)",
        "@add_to_class(Net)\ndef total(self):\n    own = self.size + self.twice() + self.zero()\n"
        "    return self.weights.sum() + own",
        "net_class = Net\nNet = np = len = None",
        "@task('total')\ndef check():\n    check_close('total', lambda: Net(3).total(), 12)",
    )
    # Afterwards the class is the student's again.
    with pytest.raises(AttributeError):
        names["net_class"](3)


def test_a_class_that_is_defined_again_keeps_the_students_methods() -> None:
    first = given(type("Net", (), {}))

    @add_to_class(first)
    def fit(self: object) -> str:
        return "fitted"

    again = given(type("Net", (), {}))
    assert again().fit() == "fitted"

    @add_to_class(type("Net", (), {}))  # a copy of the cell, without @given
    def predict(self: object) -> str:
        return "predicted"

    assert again().predict() == "predicted"


def test_the_code_of_a_test_is_never_called_the_students() -> None:
    with pytest.raises(CheckFailed) as raised:
        in_notebook(
            "def pair(x):\n    return None",
            "@task('pair')\ndef check():\n    def first(x):\n        return pair(x)[0]\n"
            "    check_close('the first', lambda: first(1.0), 1)",
        )
    failure = raised.value
    assert failure.verdict == "the check cannot use what your code returns."
    assert "TypeError: 'NoneType' object is not subscriptable" in str(failure)
    assert "your code raised" not in str(failure)


def test_a_function_that_is_missing_is_called_missing() -> None:
    with pytest.raises(CheckFailed) as raised:
        in_notebook("@task('pair')\ndef check():\n    check_close('the first', lambda: helper(1.0), 1)")
    assert raised.value.verdict == "helper is not defined."


def test_a_stub_is_not_started() -> None:
    with pytest.raises(CheckFailed) as raised:
        in_notebook(
            "def pair(x):\n    raise NotImplementedError",
            "@task('pair')\ndef check():\n    def first(x):\n        return pair(x)[0]\n"
            "    check_close('the first', lambda: first(1.0), 1)",
        )
    assert raised.value.state is State.NOT_STARTED
    assert str(raised.value) == "pair: not started"


def test_the_inputs_of_a_failed_check_are_at_hand() -> None:
    with pytest.raises(CheckFailed, match="no check has failed yet"):
        example()
    with pytest.raises(CheckFailed):
        in_notebook(
            "def double(x):\n    return x",
            "@task('double')\ndef check():\n    x, unused = np.array([1.0, 3.0]), 'text'\n"
            "    check_close('double', lambda: double(x), [2, 6])",
        )
    assert list(example().x) == [1.0, 3.0]
    assert sorted(repr(example()).splitlines()) == ["unused = 'text'", "x = [1, 3]"]


@pytest.mark.parametrize(
    ("forbidden", "cheat"),
    [
        ("called", "def fast(x):\n    return slow(x)"),
        ("alias", "fast = slow"),
        ("alias-inside", "alias = slow\ndef fast(x):\n    return alias(x)"),
        ("default", "def fast(x, f=slow):\n    return f(x)"),
        ("partial", "import functools\nfast = functools.partial(slow)"),
        ("copy", "import types\nfast = types.FunctionType(slow.__code__, globals())"),
        ("list", "kept = [slow]\ndef fast(x):\n    return kept[0](x)"),
        ("wrapped", "import functools\n@functools.wraps(slow)\ndef fast(x):\n    return slow(x)"),
        ("differences", "def fast(x):\n    return (slow(x + 1e-6) - slow(x - 1e-6)) / 2e-6"),
    ],
)
def test_a_forbidden_function_is_refused_under_any_name(forbidden: str, cheat: str) -> None:
    check = (
        "@task('fast', forbids=['slow'])\ndef check():\n    check_close('out', lambda: fast(3.0), slow(3.0))"
    )
    slow = "def slow(x):\n    return 2 * x"
    with pytest.raises(CheckFailed) as raised:
        in_notebook(slow, cheat, check)
    assert "it calls slow, which this task forbids." in str(raised.value)
    names = in_notebook(slow, "def fast(x):\n    return x + x", check)
    assert names["slow"](3) == 6


def test_a_test_may_call_what_it_forbids_to_others() -> None:
    in_notebook(
        "def inner(x):\n    return x, 'cache'",
        "def forward(x):\n    return inner(x)",
        "def backward(dout, cache):\n    return 3 * dout if cache == 'cache' else None",
        "@task('backward', forbids=['forward', 'inner'])\ndef check():\n"
        "    check_close('dx', lambda: backward(1.0, forward(1.0)[1]), 3)",
    )


def test_names_of_tests_are_the_students_again_after_their_cell() -> None:
    shown = outputs_of(
        "import numpy as np\nfrom gradbook import *",
        "def double(x):\n    return 2 * x\ntask, check, answers, sum = 1, 2, 3, 4",
        '@task("double")\ndef check():\n    check_close("double", lambda: double(sum([3])), 6)',
        "print(task, check, answers, sum)",
        "del check",
        '@task("double")\ndef check():\n    check_close("double", lambda: double(3), 7)',
        "print(task, 'check' in globals())",
    )
    assert "double: 1 check passed." in shown[2]
    assert shown[3] == "1 2 3 4\n"
    assert "double: the value differs" in shown[5]
    assert shown[6] == "1 False\n"


def test_every_public_name_is_one_of_a_test() -> None:
    assert session.names.keys() == set(gradbook.__all__)
    assert all(session.names[name] is getattr(gradbook, name) for name in gradbook.__all__)


def test_blocks_of_version_0_1_still_run(capsys: pytest.CaptureFixture[str]) -> None:
    in_notebook("x = 3\nwith task('double'):\n    check_equal('three', x, 3)")
    assert "double: 1 check passed." in capsys.readouterr().out


def test_a_lent_function_is_found_under_every_name_until_it_is_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session, "seed", 1)
    names = in_notebook(
        "def relu(x):\n    return 'wrong'\nalias = relu\nunrelated = lambda x: alias(x)",
        "class Net:\n    def loss(self):\n        return 'wrong'",
        "def make():\n    kept = 1\n    def inner(x):\n        return kept\n    return inner",
        "closed = make()",
        "@lend('net')\ndef right():\n    def relu(x):\n        return np.maximum(x, 0)\n"
        "    def loss(self):\n        return relu(2)\n    def missing():\n        return 3\n"
        "    def closed(x):\n        return x + 1\n"
        "    return {'relu': relu, 'Net.loss': loss, 'missing': missing, 'closed': closed,\n"
        "            'Net.more': lambda self: 4}",
        "before = [relu(-1), alias(-2), unrelated(5), Net().loss(), missing(), closed(1), Net().more()]",
        "np = None\nstill = relu(-1)",
        "@answers('net')\ndef ask(rng):\n    pass",
        "after = [relu(-1), alias(-2), Net().loss(), closed(1)]",
        "gone = ['missing' in globals(), hasattr(Net, 'more')]",
    )
    assert names["before"] == [0, 0, 5, 2, 3, 2, 4]
    assert names["still"] == 0
    assert names["after"] == ["wrong", "wrong", "wrong", 1]
    assert names["gone"] == [False, False]


def test_another_name_of_what_is_lent_stays_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "seed", 1)
    names = in_notebook(
        "def slow(x):\n    raise NotImplementedError\nfast = slow",
        "@lend('fast')\ndef right():\n    def slow(x):\n        return 2 * x\n    return {'slow': slow}",
        "lent = slow(2)",
    )
    assert names["lent"] == 4
    with pytest.raises(NotImplementedError):
        names["fast"](2)


def test_random_parameters_do_not_depend_on_the_order_of_a_dictionary() -> None:
    shapes = {"W1": (2, 3), "b1": (3,), "W2": (3, 4)}
    arrays = {name: np.zeros(shape) for name, shape in shapes.items()}
    orders: list[Callable[[Any], Any]] = [list, reversed, sorted]
    drawn, after = [], []
    for order in orders:
        rng = np.random.default_rng(3)
        drawn.append(gradbook.random_params(rng, {name: arrays[name] for name in order(arrays)}, 0.5))
        after.append(rng.random())
    assert len(set(after)) == 1
    for name, shape in shapes.items():
        assert drawn[0][name].shape == shape
        assert all(np.array_equal(other[name], drawn[0][name]) for other in drawn)
    assert not np.array_equal(drawn[0]["b1"], drawn[0]["W1"][0])
