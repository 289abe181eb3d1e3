"""A function of several named arrays, evaluated at and near a point."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Probe:
    """A function of named arrays, and the point at which it is evaluated.

    Parameters
    ----------
    f
        The function, called with the arrays by name. Its value is a number or an array, or the first item of
        a tuple, such as (out, cache).
    inputs
        The point: arrays by name. A float64 array is changed in place; any other is replaced in the mapping
        by a float64 copy. So a function that reads its arrays from elsewhere, such as a model from its
        ``params``, sees each step too. `active` restores everything.
    upstream
        The gradient of the loss with respect to the value; None if the value is the loss itself.
    """

    def __init__(
        self, f: Callable[..., Any], inputs: MutableMapping[str, Any], upstream: np.ndarray | None
    ) -> None:
        self._f = f
        self._inputs = inputs
        self._weights = 1.0 if upstream is None else np.asarray(upstream, np.float64)
        self.point: dict[str, Floats] = {name: np.array(value, np.float64) for name, value in inputs.items()}

    @contextlib.contextmanager
    def active(self) -> Iterator[Probe]:
        """Let the probe change the inputs in the block, and restore them at its end."""
        originals = dict(self._inputs)
        before = {name: np.copy(value) for name, value in originals.items()}
        for name, value in originals.items():
            if not _can_be_moved(value):
                self._inputs[name] = self.point[name].copy()
        try:
            yield self
        finally:
            for name, value in originals.items():
                if _can_be_moved(value):
                    value[...] = before[name]
                self._inputs[name] = value

    def value(self, steps: Mapping[str, Floats] | None = None) -> np.ndarray:
        """Return the value of f at the point moved by `steps`, arrays by name, in its own shape and dtype."""
        steps = steps or {}
        for name, here in self.point.items():
            self._inputs[name][...] = here + steps[name] if name in steps else here
        # A copy: a forward pass may return its input, a view, or a buffer that the next call overwrites.
        return np.array(first(self._f(**self._inputs)))

    def watched(self, wrap: Callable[[np.ndarray], Any], steps: Mapping[str, Floats]) -> np.ndarray:
        """Return `value`, with each array wrapped before it is passed to f."""
        plain = dict(self._inputs)
        try:
            for name, here in self.point.items():
                plain[name][...] = here + steps[name] if name in steps else here
                self._inputs[name] = wrap(plain[name])
            return first(self._f(**self._inputs))
        finally:
            self._inputs.update(plain)

    def loss(self, value: Any) -> float:
        """Return the loss of a value of f, or of a difference of two values: Σ value ⊙ upstream."""
        return float(np.sum(np.asarray(value, np.float64) * self._weights))

    def slope(self, name: str, move: Floats) -> float:
        """Return half the change of the loss from −move to +move of one input."""
        above, below = self.value({name: move}), self.value({name: -move})
        # Subtract the outputs first: the losses may be large and their difference small.
        return self.loss(above.astype(np.float64) - below) / 2

    def size(self, value: Any) -> float:
        """Return the Euclidean norm of the terms of `loss`, to which rounding errors are proportional."""
        return float(np.linalg.norm(np.ravel(np.asarray(value, np.float64) * self._weights)))


def first(value: Any) -> np.ndarray:
    """Return the output of a forward pass, without the cache or gradients returned with it."""
    return np.asarray(value[0] if isinstance(value, tuple) else value)


def _can_be_moved(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == np.float64 and value.flags.writeable
