"""Hidden lines in texts, however they are written."""

from __future__ import annotations

import time

import pytest

from autograder.grading.hidden import Hidden
from tests.courses import source_notebook

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
def test_other_text_is_not(hidden: Hidden, text: str) -> None:
    assert not hidden.is_in(text)


@pytest.mark.parametrize("sign", ["<", "\x1b[", "&#", "&#0", "&#9", "\\"])
def test_a_long_text_takes_as_much_longer_as_it_is(hidden: Hidden, sign: str) -> None:
    def seconds(times: int) -> float:
        text = sign * times
        began = time.perf_counter()
        assert not hidden.is_in(text)
        return time.perf_counter() - began

    # A hundred times the text; where each sign is looked at from each other, it would be 10,000 times.
    assert seconds(400_000) < 2000 * max(seconds(4000) for _ in range(3))
