"""Hidden lines are found in texts, even if disguised."""

from __future__ import annotations

import time

import pytest

from autograder.grading.hidden import Hidden
from tests.support.courses import source_notebook

LINE = "assert twice_as_much(21) == 42"


@pytest.fixture(scope="module")
def hidden() -> Hidden:
    source = source_notebook()
    tests = next(cell for cell in source.cells if "### BEGIN HIDDEN TESTS" in cell.source)
    tests.source = tests.source.replace("### BEGIN HIDDEN TESTS", f"### BEGIN HIDDEN TESTS\n{LINE}")
    return Hidden(source)


@pytest.mark.parametrize(
    "text",
    [
        LINE,
        LINE.replace(" ", "\n  "),
        repr([LINE]),
        LINE.replace("21", "\x1b[36m21\x1b[39m"),
        "".join(f"<span>{one}</span>" for one in LINE),
        "".join(f"&#{ord(one)};" for one in LINE),
        "".join(f"&#{ord(one):09};" for one in LINE),
        "".join(f"&#{ord(one):05000}" for one in LINE),
        "".join(f"&#x{ord(one):x};" for one in LINE),
        LINE.replace("42", f"&#{'9' * 5000};42"),
    ],
    ids=["plain", "spaced", "quoted", "coloured", "marked", "numbers", "zeros", "many-zeros", "hex", "none"],
)
def test_a_hidden_line_is_found(hidden: Hidden, text: str) -> None:
    assert hidden.is_in(f"before {text} after")


@pytest.mark.parametrize("text", ["", "assert", f"&#{'9' * 5000};", "assert twice_as_much(22) == 44"])
def test_other_text_does_not_match(hidden: Hidden, text: str) -> None:
    assert not hidden.is_in(text)


@pytest.mark.parametrize("sign", ["<", "\x1b[", "&#", "&#0", "&#9", "\\"])
def test_the_time_is_linear_in_the_length_of_the_text(hidden: Hidden, sign: str) -> None:
    def seconds(times: int) -> float:
        text = sign * times
        began = time.perf_counter()
        assert not hidden.is_in(text)
        return time.perf_counter() - began

    # The text is 100 times as long; a quadratic algorithm would take 10,000 times as long.
    assert seconds(400_000) < 2000 * max(seconds(4000) for _ in range(3))
