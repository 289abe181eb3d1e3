r"""Compare analytic gradients with numerical ones.

Random directions come first: for a random v, :math:`\langle g, v \rangle` agrees with the slope of f along v
only if every element of g is right, and the slope takes only two evaluations of f. Gradients that fail this
test are compared element by element, to find out where and how they are wrong.

The bands of `Verdict`, for arrays in float64 (in parentheses: if an input is float32):

right
    The relative error is at most 1e-6 (1e-3). Central differences with h = 1e-5 have truncation errors (h²)
    and rounding errors (1e-16 / h) of about 1e-10, smaller by a factor of 10,000. Single precision has seven
    digits, some of which are lost in sums and quotients.
suspicious
    The relative error is at most 1e-3 (1e-2), which is more than rounding explains. The usual causes are a
    small term that is missing or misplaced (an ε, weak regularisation), or code in single precision.
wrong
    The relative error is larger.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gradbook.gradcheck.probe import Floats, Probe

#: How many random directions are tried; a single one is misleading only by an unlikely accident.
DIRECTIONS = 2

#: Seconds after which no further elements are compared, once some are known to be wrong.
_TIMEOUT_S = 2.0


class Verdict(StrEnum):
    """How well analytic and numerical gradient agree; the module's docstring explains the bands."""

    RIGHT = "right"
    SUSPICIOUS = "suspicious"
    WRONG = "wrong"


@dataclass(frozen=True)
class Precision:
    """The relative errors up to which a gradient is right, and above which it is wrong."""

    right: float
    wrong: float


DOUBLE, SINGLE = Precision(1e-6, 1e-3), Precision(1e-3, 1e-2)


@dataclass(frozen=True)
class Comparison:
    """The comparison of one input's analytic gradient with the numerical one.

    Attributes
    ----------
    name
        The input's name.
    analytic : ndarray of the input's shape, float64
        The analytic gradient.
    verdict
        Right, suspicious or wrong.
    error
        ‖analytic − numerical‖ relative to the larger of the two norms; only along the random directions if
        these were sufficient.
    numerical : ndarray of the input's shape, float64
        The numerical gradient; NaN at elements that were not compared, and at kinks of f. None if the random
        directions were sufficient.
    wrong : ndarray of bool, of the input's shape
        Where the two differ by more than the band "right" allows. None if the random directions were
        sufficient.
    kinks : ndarray of bool, of the input's shape
        Where f has a kink, and therefore no gradient; these elements are left out. None if the random
        directions were sufficient.
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
        """The number of elements that were left out because f has a kink there."""
        return 0 if self.kinks is None else int(self.kinks.sum())


def compare(probe: Probe, gradients: Mapping[str, np.ndarray], precision: Precision) -> list[Comparison]:
    """Compare analytic gradients with numerical gradients of the probe's function.

    Parameters
    ----------
    probe
        The function and the point; the probe must be active.
    gradients
        The analytic gradients by their inputs' names, each of its input's shape.
    precision
        DOUBLE, or SINGLE if an input is float32.
    """
    base = probe.value()
    measure = _Measure(probe, base, precision)
    return [measure.compare(name, np.asarray(g, np.float64)) for name, g in gradients.items()]


class _Measure:
    """Finite differences of one function at one point, and their accuracy."""

    def __init__(self, probe: Probe, base: np.ndarray, precision: Precision) -> None:
        self._probe = probe
        self._base = base
        self._precision = precision
        # A function that computes in single precision needs steps larger than its rounding errors.
        coarse = base.dtype.kind == "f" and base.dtype.itemsize < 8
        self._steps = (1e-2, 3e-3) if coarse else (1e-5, 1e-6, 1e-7)
        epsilon = float(np.finfo(base.dtype if coarse else np.float64).eps)
        #: The rounding error of a difference of two losses.
        self._noise = 100 * epsilon * probe.size(base) + 30 * self._rounding_error(epsilon)

    def _rounding_error(self, epsilon: float) -> float:
        """Return by how much the loss changes if the inputs change by a rounding error.

        The size of the value alone does not reveal large terms that cancel inside the function.
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
        """Return the relative error along a random direction, or None if it is too large."""
        here = self._probe.point[name]
        # Steps of different sizes: with equal ones, two errors of equal size would cancel half of the time.
        direction = rng.uniform(0.5, 1.5, here.shape) * rng.choice([-1.0, 1.0], here.shape)
        direction *= np.maximum(1.0, np.abs(here))
        expected, length = float(np.sum(g * direction)), float(np.linalg.norm(g * direction))
        # A kink or a sharp bend nearby affects the difference for one step, but not for a smaller one. A
        # wrong gradient agrees for no step.
        for step in self._steps:
            slope = self._probe.slope(name, step * direction) / step
            off, size = abs(expected - slope), max(length, abs(slope))
            if off <= self._precision.right * size + self._noise / step:
                return off / size if size > self._noise / step else 0.0
        return None

    def _elementwise(self, name: str, g: Floats) -> Comparison:
        numerical = np.full(g.shape, np.nan)
        kinks = np.zeros(g.shape, bool)
        deadline = time.monotonic() + _TIMEOUT_S
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
        # NaN is always wrong, even at a kink.
        wrong: NDArray[np.bool_] = (known & ~agree) | ~np.isfinite(g)
        return wrong

    def _slope_at(self, name: str, index: tuple[int, ...]) -> float | None:
        """Return the central difference at one element, or None if f has a kink there."""
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
        # As the step shrinks, the one-sided slopes converge at a bend, but not at a kink.
        return None if gaps[1] > 0.3 * gaps[0] else central


def relative(a: Floats, b: Floats) -> float:
    """Return ‖a − b‖ relative to the larger of ‖a‖ and ‖b‖; 0 if both are 0, and 1 if one is not finite."""
    with np.errstate(invalid="ignore", over="ignore"):
        size = max(float(np.linalg.norm(a)), float(np.linalg.norm(b)))
        off = float(np.linalg.norm(a - b))
    if not np.isfinite(off):
        return 1.0
    return off / size if size else 0.0
