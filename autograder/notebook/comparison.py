r"""Holding analytic gradients against differences of the function itself.

Random directions come first: where v is random, :math:`\langle g, v \rangle` agrees with the slope of f
along v only if every element of g is right, and the slope takes two evaluations however many elements there
are. Element by element is for gradients that fail this, to tell where and how.

The bands of `Verdict`, for arrays in float64 (in parentheses: where an input is float32):

right
    Off by at most 1e-6 (1e-3), relative to the gradient's length. Central differences at h = 1e-5 carry
    errors of some 1e-10 by truncation (h²) and by rounding (1e-16 / h): a factor of 10,000 lies between.
    Single precision has seven digits, of which sums and quotients take some.
suspicious
    Off by up to 1e-3 (1e-2): no rounding error of the number type reaches so far. It is what a small term
    does that is missing or misplaced (an ε, a weak regularisation), or code in single precision.
wrong
    Off by more.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from autograder.notebook.probe import Floats, Probe

#: How many random directions a gradient is tried along. One is enough but by an unlikely accident.
DIRECTIONS = 2

#: Seconds after which no further elements are looked at, once some are known to be wrong.
_PATIENCE = 2.0


class Verdict(StrEnum):
    """How well a gradient agrees with differences; the module says where the bands lie, and why."""

    RIGHT = "right"
    SUSPICIOUS = "suspicious"
    WRONG = "wrong"


@dataclass(frozen=True)
class Precision:
    """What can be asked of gradients: up to which relative error they are right, and from which wrong."""

    right: float
    wrong: float


DOUBLE, SINGLE = Precision(1e-6, 1e-3), Precision(1e-3, 1e-2)


@dataclass(frozen=True)
class Comparison:
    """One input's gradient, held against differences.

    Attributes
    ----------
    name
        The input's name.
    analytic : ndarray of the input's shape, float64
        The gradient that was handed in.
    verdict
        Right, suspicious or wrong.
    error
        ‖analytic − numerical‖ relative to the larger of the two; along the directions alone where these
        sufficed.
    numerical : ndarray of the input's shape, float64
        The gradient by central differences; NaN where it was not looked at, or where f has a kink. None
        where the directions sufficed.
    wrong : ndarray of bool, of the input's shape
        Where the two differ by more than the band "right" allows; None where the directions sufficed.
    kinks : ndarray of bool, of the input's shape
        Where f has a kink, so that it has no gradient: left out. None where the directions sufficed.
    """

    name: str
    analytic: Floats
    verdict: Verdict
    error: float
    numerical: Floats | None = None
    wrong: NDArray[np.bool_] | None = None
    kinks: NDArray[np.bool_] | None = None

    @property
    def num_kinks(self) -> int:
        """How many elements were left out because f has a kink there."""
        return 0 if self.kinks is None else int(self.kinks.sum())


def compare(probe: Probe, gradients: Mapping[str, np.ndarray], precision: Precision) -> list[Comparison]:
    """Compare gradients with differences of the probe's function.

    Parameters
    ----------
    probe
        The function and the point, at work.
    gradients
        The analytic gradient by each input's name, of that input's shape.
    precision
        DOUBLE, or SINGLE where an input is float32.
    """
    base = probe.value()
    measure = _Measure(probe, base, precision)
    return [measure.compare(name, np.asarray(g, np.float64)) for name, g in gradients.items()]


class _Measure:
    """Differences of one function at one point, and how exact they are."""

    def __init__(self, probe: Probe, base: np.ndarray, precision: Precision) -> None:
        self._probe = probe
        self._base = base
        self._precision = precision
        # A function that computes in single precision needs steps that its rounding errors do not drown.
        coarse = base.dtype.kind == "f" and base.dtype.itemsize < 8
        self._steps = (1e-2, 3e-3) if coarse else (1e-5, 1e-6, 1e-7)
        epsilon = float(np.finfo(base.dtype if coarse else np.float64).eps)
        #: What rounding may do to a difference of two losses.
        self._noise = 100 * epsilon * probe.size(base) + 30 * self._trembling(epsilon)

    def _trembling(self, epsilon: float) -> float:
        """Return by how much the loss changes when the inputs change by a rounding error.

        What a function cancels on its way does not show in the size of its value.
        """
        rng = np.random.default_rng(3)
        changes = []
        for _ in range(2):
            steps = {
                name: epsilon * here * rng.choice([-1.0, 1.0], here.shape)
                for name, here in self._probe.point.items()
            }
            change = self._probe.value(steps).astype(np.float64) - self._base
            changes.append(abs(self._probe.loss(change)))
        return max(changes)

    def compare(self, name: str, g: Floats) -> Comparison:
        errors = []
        rng = np.random.default_rng(0)
        if np.isfinite(g).all():
            for _ in range(DIRECTIONS):
                error = self._error_along(name, g, rng)
                if error is None:
                    break
                errors.append(error)
            else:
                return Comparison(name, g, Verdict.RIGHT, max(errors))
        return self._elementwise(name, g)

    def _error_along(self, name: str, g: Floats, rng: np.random.Generator) -> float | None:
        """Return the relative error along a random direction, None where it is too large."""
        here = self._probe.point[name]
        # Sizes from a range, not all equal: two errors of one size would cancel every other time.
        direction = rng.uniform(0.5, 1.5, here.shape) * rng.choice([-1.0, 1.0], here.shape)
        direction *= np.maximum(1.0, np.abs(here))
        expected, length = float(np.sum(g * direction)), float(np.linalg.norm(g * direction))
        # A kink or a sharp bend nearby spoils one step's difference, not a smaller one's. No step makes a
        # wrong gradient agree.
        for step in self._steps:
            slope = self._probe.slope(name, step * direction) / step
            off, size = abs(expected - slope), max(length, abs(slope))
            if off <= self._precision.right * size + self._noise / step:
                return off / size if size > self._noise / step else 0.0
        return None

    def _elementwise(self, name: str, g: Floats) -> Comparison:
        numerical = np.full(g.shape, np.nan)
        kinks = np.zeros(g.shape, bool)
        deadline = time.monotonic() + _PATIENCE
        for flat in np.random.default_rng(1).permutation(g.size):
            index = tuple(int(place) for place in np.unravel_index(flat, g.shape))
            slope = self._slope_at(name, index)
            if slope is None:
                kinks[index] = True
            else:
                numerical[index] = slope
            if time.monotonic() > deadline and self._wrong(g, numerical).any():
                break
        wrong, known = self._wrong(g, numerical), ~np.isnan(numerical)
        error = relative(g[known], numerical[known])
        if not wrong.any():
            verdict = Verdict.RIGHT
        else:
            large = error > self._precision.wrong or not np.isfinite(g).all()
            verdict = Verdict.WRONG if large else Verdict.SUSPICIOUS
        return Comparison(name, g, verdict, error, numerical, wrong, kinks)

    def _wrong(self, g: Floats, numerical: Floats) -> NDArray[np.bool_]:
        known = ~np.isnan(numerical)
        size = np.abs(numerical[known]).max(initial=0.0)
        with np.errstate(invalid="ignore", over="ignore"):
            allowed = self._precision.right * (np.maximum(np.abs(g), np.abs(numerical)) + size)
            agree = np.abs(g - numerical) <= allowed + self._noise / self._steps[0]
        # NaN is right nowhere, at a kink neither.
        return (known & ~agree) | ~np.isfinite(g)

    def _slope_at(self, name: str, index: tuple[int, ...]) -> float | None:
        """Return the central difference at one element, None where f has a kink there."""
        gaps: list[float] = []
        central = 0.0
        for step in self._steps[:2]:
            move = np.zeros_like(self._probe.point[name])
            move[index] = step * max(1.0, abs(float(self._probe.point[name][index])))
            width = float(move[index])
            above = self._probe.loss(self._probe.value({name: move}).astype(np.float64) - self._base)
            below = self._probe.loss(self._base.astype(np.float64) - self._probe.value({name: -move}))
            central, gap = (above + below) / (2 * width), abs(above - below) / width
            if gap <= 1e-3 * max(abs(above), abs(below)) / width + self._noise / width:
                return central
            gaps.append(gap)
        # A bend closes with the step. A kink stays open, however near one looks.
        return None if gaps[1] > 0.3 * gaps[0] else central


def relative(a: Floats, b: Floats) -> float:
    """Return ‖a − b‖ relative to the larger of ‖a‖ and ‖b‖; 0 where both are 0, 1 where one is not finite."""
    with np.errstate(invalid="ignore", over="ignore"):
        size = max(float(np.linalg.norm(a)), float(np.linalg.norm(b)))
        off = float(np.linalg.norm(a - b))
    if not np.isfinite(off):
        return 1.0
    return off / size if size else 0.0
