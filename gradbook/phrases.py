"""Numbers and lists in words, for text alternatives."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in singular or plural.

    Examples
    --------
    >>> counted(1, "image"), counted(2000, "image")
    ('1 image', '2,000 images')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"


def number(value: float) -> str:
    """Return a number with three significant digits; from 1,000 to 1,000,000 as an integer.

    Examples
    --------
    >>> number(0.012345), number(2281.4), number(3.2e9)
    ('0.0123', '2,281', '3.2e+09')
    """
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"


def percent(share: float) -> str:
    """Return a fraction, 0 to 1, in percent.

    Examples
    --------
    >>> percent(0.38249), percent(1.0), percent(float("nan"))
    ('38.2 %', '100 %', 'not a number')
    """
    return f"{100 * share:.3g} %" if np.isfinite(share) else "not a number"


def listed(names: Iterable[str]) -> str:
    """Return names as a list in a sentence: with commas and "and".

    Examples
    --------
    >>> listed(["ship"]), listed(["ship", "frog", "deer"])
    ('ship', 'ship, frog and deer')
    """
    *others, last = [str(name) for name in names] or ["none"]
    return f"{', '.join(others)} and {last}" if others else last


def span(values: ArrayLike) -> str:
    """Return the range of some numbers in words, ignoring NaN and infinity.

    Examples
    --------
    >>> span([3.0, float("nan"), 1.0]), span([2, 2]), span([])
    ('from 1 to 3', '2 throughout', 'not a number')
    """
    array = np.asarray(values, float)
    finite = array[np.isfinite(array)]
    if finite.size == 0:
        return "not a number"
    low, high = finite.min(), finite.max()
    return f"from {number(low)} to {number(high)}" if low < high else f"{number(low)} throughout"


def sentence(words: str) -> str:
    """Return words with a capital first letter; the others are unchanged.

    Examples
    --------
    >>> sentence("share of ReLU units")
    'Share of ReLU units'
    """
    return words[:1].upper() + words[1:]


def places(count: int, most: int) -> list[int]:
    """Return the indices of at most `most` evenly spaced points, from the first to the last.

    Examples
    --------
    >>> places(100, 4), places(2, 4)
    ([0, 33, 66, 99], [0, 1])
    """
    return [int(place) for place in np.linspace(0, count - 1, min(most, count)).round()]
