"""The meanings of wrong factors in gradients: 50 may be N, 1.25 may be 1/p, 1.02 may be N/(N − 1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np


class Meaning(Enum):
    """The kinds of wrong factors in gradients."""

    SIGN = auto()
    NUMBER = auto()  # 2, ½, …
    SIZE = auto()  # a sum instead of a mean, or a mean instead of a sum
    BESSEL = auto()  # N/(N − 1): the unbiased variance instead of the biased one, or vice versa
    CONSTANT = auto()  # a constant of the task: p, ε, …


@dataclass(frozen=True)
class Factor:
    """A factor and its meaning.

    Attributes
    ----------
    meaning
        The kind of factor.
    text
        The factor in words: "50, the length of x along axis 0".
    divided
        Whether the factor is the reciprocal of the number in `text`.
    """

    meaning: Meaning
    text: str
    divided: bool = False

    def in_excess(self, what: str) -> str:
        """Return a sentence saying that `what` is off by this factor."""
        if self.meaning is Meaning.NUMBER:
            if self.divided:
                return f"A factor {self.text} is missing in {what}."
            return f"There is a factor {self.text} too many in {what}."
        return f"{what} is {'divided' if self.divided else 'multiplied'} once too often by {self.text}."


@dataclass(frozen=True)
class Quantities:
    """The sizes and constants of a task.

    Attributes
    ----------
    sizes
        The lengths of axes, by description.
    constants
        The constants of the task, by name.
    """

    sizes: Mapping[str, int]
    constants: Mapping[str, float]

    def meaning(self, number: float) -> Factor | None:
        """Return what a factor means, or None if it is not recognised."""
        for candidate, factor in self._candidates():
            if abs(number - candidate) <= 1e-4 * abs(candidate):
                return factor
        for count, divided in ((number, False), (1 / number if number else 0.0, True)):
            if 5 <= count <= 1e6 and abs(count - round(count)) <= 1e-4 * count:
                return Factor(Meaning.SIZE, f"{round(count)}: perhaps the elements of a window", divided)
        return None

    def _candidates(self) -> Iterator[tuple[float, Factor]]:
        yield -1.0, Factor(Meaning.SIGN, "−1")
        for size, text in self._distinct():
            for sign, prefix in ((1.0, ""), (-1.0, "minus ")):
                yield sign * size, Factor(Meaning.SIZE, f"{prefix}{text}")
                yield sign / size, Factor(Meaning.SIZE, f"{prefix}{text}", divided=True)
        for number, text in ((2.0, "2"), (3.0, "3"), (4.0, "4"), (1.5, "1.5")):
            yield number, Factor(Meaning.NUMBER, text)
            yield 1 / number, Factor(Meaning.NUMBER, text, divided=True)
        yield -2.0, Factor(Meaning.NUMBER, "−2")
        yield -0.5, Factor(Meaning.NUMBER, "−2", divided=True)
        for name, value in self.constants.items():
            if value > 0 and name != "eps":
                for power, written in ((1, name), (2, f"{name}²"), (0.5, f"√{name}")):
                    text = f"{written} = {value**power:.4g}"
                    yield value**power, Factor(Meaning.CONSTANT, text)
                    yield value**-power, Factor(Meaning.CONSTANT, text, divided=True)
        for size, text in self._distinct():
            ratio = size / (size - 1)
            for power in (1.0, 0.5, 1.5):
                yield ratio**power, Factor(Meaning.BESSEL, f"N/(N − 1) with {text}")
                yield ratio**-power, Factor(Meaning.BESSEL, f"(N − 1)/N with {text}")
        for size, text in self._distinct():
            squared = f"{size**2}, the square of {text}"
            yield size**2, Factor(Meaning.CONSTANT, squared)
            yield size**-2, Factor(Meaning.CONSTANT, squared, divided=True)

    def _distinct(self) -> Iterator[tuple[int, str]]:
        seen = set()
        for text, size in self.sizes.items():
            if size > 2 and size not in seen:
                seen.add(size)
                yield size, f"{size}, {text}"


def axis_lengths(arrays: Mapping[str, np.ndarray]) -> dict[str, int]:
    """Return the sizes of arrays by description: the length of each axis, and the number of pixels of images.

    Examples
    --------
    >>> axis_lengths({"x": np.zeros((5, 3))})
    {'the length of x along axis 0': 5, 'the length of x along axis 1': 3, 'the number of elements of x': 15}
    """
    lengths = {}
    for name, array in arrays.items():
        for axis, length in enumerate(array.shape):
            lengths[f"the length of {name} along axis {axis}"] = length
        if array.ndim == 4:
            n, c, h, w = array.shape
            lengths[f"the number of pixels of {name} (axes 2 and 3)"] = h * w
            lengths[f"the number of values in each channel of {name} (axes 0, 2 and 3)"] = n * h * w
            lengths[f"the number of values in each image of {name} (axes 1, 2 and 3)"] = c * h * w
    for name, array in arrays.items():
        if array.ndim > 1:
            lengths[f"the number of elements of {name}"] = array.size
    return lengths
