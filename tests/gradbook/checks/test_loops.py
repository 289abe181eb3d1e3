"""The rule against Python loops: which code breaks it, and which does not."""

from __future__ import annotations

import pytest

from gradbook.checks.loops import find_loop

HELPER = "def helper(x):\n    for value in x:\n        pass"
ALIASES = "alias = helper\nK.method = helper\nshort = lambda x: [v for v in x]\nn = np.sum\na = b\nb = a"


@pytest.mark.parametrize(
    "body",
    [
        "for v in x: pass",
        "while True: break",
        "return [v for v in x]",
        "return {v for v in x}",
        "return {v: v for v in x}",
        "return sum(v for v in x)",
        "return list(map(f, x))",
        "return np.vectorize(f)(x)",
        "return np.apply_along_axis(f, 0, x)",
        "return np.fromiter(x, float)",
        "return square(x[1:])",
        "return helper(x)",
        "return self.helper(x)",
        "return getattr(self, 'hel' + 'per')(x)",
        "return eval('[v for v in x]')",
        "return globals()['helper'](x)",
        "return alias(x)",
        "return self.method(x)",
        "return short(x)",
        "def inner():\n        for v in x: pass\n    return inner()",
    ],
)
def test_loops_are_found(body: str) -> None:
    assert find_loop("square", [HELPER, ALIASES, f"def square(x):\n    {body}"]) is not None


@pytest.mark.parametrize(
    "body",
    [
        "return x * x",
        "return np.einsum('i,i->', x, x)",
        "square = x * x\n    return square",
        "return np.helper(x)",
        "return x.sum()",
        "return other(x)",
        "return n(x) + a(x)",
    ],
)
def test_array_code_is_free_of_them(body: str) -> None:
    assert find_loop("square", [HELPER, ALIASES, f"def square(x):\n    {body}"]) is None


def test_a_variable_that_a_loop_computed_is_no_loop() -> None:
    variable = "scales = np.array([v for v in range(3)])\nfound = [name for name in globals()]"
    assert find_loop("square", [variable, "def square(x):\n    return x * scales * len(found)"]) is None
    mean = "mean = rows.mean(axis=0)"
    assert find_loop("square", [mean, "def square(x):\n    return x.mean() * x"]) is None
    assert find_loop("square", [HELPER, "square = partial(helper)"]) is not None
    assert find_loop("square", ["square = np.vectorize(lambda v: v)"]) is not None


def test_a_method_counts_and_the_last_definition_decides() -> None:
    first = "@add_to_class(K)\ndef square(self, x):\n    for v in x: pass"
    assert find_loop("square", [first]) is not None
    assert find_loop("square", [first, "def square(self, x):\n    return x"]) is None


def test_the_message_names_the_line() -> None:
    loop = find_loop("square", ["def square(x):\n    return np.array([\n        v * v for v in x\n    ])"])
    assert str(loop) == "a list comprehension in square: v * v for v in x"


@pytest.mark.parametrize("source", ["def square(x) return", "\0", "(" * 500])
def test_cells_that_are_not_python_are_skipped(source: str) -> None:
    assert find_loop("square", [source, "def square(x):\n    return x * x"]) is None
    loop = find_loop("square", [source])
    assert loop is not None
    assert loop.what == "code that is in no cell"


def test_helpers_that_share_helpers_are_searched_once_each() -> None:
    # There are 2 to the power of 60 paths through these.
    layers = [f"def {name}{i}(x):\n    a{i + 1}(x)\n    b{i + 1}(x)" for i in range(60) for name in "ab"]
    assert find_loop("a0", layers) is None
    found = find_loop("a0", [*layers, "def b60(x):\n    for v in x: pass"])
    assert found is not None
    assert found.function == "b60"


def test_a_chain_of_helpers_may_be_longer_than_pythons_calls_may_be_nested() -> None:
    chain = "\n".join(f"def a{i}(x): return a{i + 1}(x)" for i in range(5000))
    assert find_loop("a0", [chain]) is None
    assert str(find_loop("a0", [chain, "def a5000(x): return a0(x)"])) == (
        "a recursive call in a5000: def a5000(x): return a0(x)"
    )


def test_a_call_without_a_name_is_not_recursive() -> None:
    assert find_loop("square", ["def square(x):\n    return (lambda v: v * v)(x) + [double][0](x)"]) is None
