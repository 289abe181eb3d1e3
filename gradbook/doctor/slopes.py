"""Slopes of the loss along random directions: analytic, numerical, and with calls changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradbook.doctor import tape
from gradbook.doctor.calls import CallChange
from gradbook.doctor.symptoms import Failure, Patient
from gradbook.gradcheck.probe import Floats

#: The step of a finite difference: a diagnosis needs few digits, and a short step crosses few kinks.
STEP = 1e-6

#: An explanation must hold along this many directions, too many to fit by accident.
_DIRECTIONS = 5


@dataclass(frozen=True)
class Slopes:
    """The slopes along some directions of one input: of the analytic gradient, and the true ones."""

    name: str
    directions: list[Floats]
    claimed: Floats
    true: Floats

    def changed(self, patient: Patient, changes: Sequence[CallChange], share: bool = False) -> Floats | None:
        """Return the slopes of the forward pass with changed calls.

        Return None if it cannot be run with them, or if the first slopes show that they explain nothing. With
        `share`, a multiple of the path may explain the gradient; otherwise only the changed function itself.
        """
        slopes: list[float] = []
        for direction in self.directions:
            slope = tape.slope(patient.probe, changes, self.name, STEP * direction)
            if slope is None or not np.isfinite(slope):
                return None
            slopes.append(slope / STEP)
            if share and len(slopes) == 1 and abs(slopes[0] - self.true[0]) <= 1e-7 * abs(self.true[0]):
                return None
            if len(slopes) == (2 if share else 1) and not self._promising(np.array(slopes), share):
                return None
        return np.array(slopes)

    def _promising(self, slopes: Floats, share: bool) -> bool:
        claimed, true = self.claimed[: len(slopes)], self.true[: len(slopes)]
        if not share:
            return bool(np.all(np.abs(claimed - slopes) <= 1e-2 * np.abs(claimed - true)))
        path, rest = true - slopes, claimed - slopes
        # One factor for two directions: the two slopes are in proportion.
        return bool(
            abs(path[0] * rest[1] - path[1] * rest[0])
            <= 1e-2 * np.abs(path).max() * np.abs(rest - path).max()
        )

    def explained_by(self, slopes: Floats) -> bool:
        """Return whether the analytic gradient has these slopes."""
        off = np.linalg.norm(self.claimed - slopes)
        return bool(off <= 1e-3 * np.linalg.norm(self.claimed - self.true))

    def share(self, held: Floats) -> float | None:
        """Return how many times a path is counted if the slopes without it are `held`.

        Return None if no multiple of this path explains the analytic gradient.
        """
        path = self.true - held
        if np.linalg.norm(path) <= 1e-6 * np.linalg.norm(self.true):
            return None
        share = float((self.claimed - held) @ path / (path @ path))
        return share if self.explained_by(held + share * path) else None


def slopes_of(patient: Patient, failure: Failure) -> Slopes | None:
    """Return the slopes of a failing gradient, or None if it is not finite."""
    if not np.isfinite(failure.analytic).all():
        return None
    tried = directions(patient, failure)
    claimed = [float(np.sum(failure.analytic * direction)) for direction in tried]
    true = [patient.probe.slope(failure.name, STEP * direction) / STEP for direction in tried]
    return Slopes(failure.name, tried, np.array(claimed), np.array(true))


def directions(patient: Patient, failure: Failure) -> list[Floats]:
    """Return random directions of an input; each omits some elements, and all elements with a kink."""
    rng = np.random.default_rng(2)
    here = patient.probe.point[failure.name]
    smooth = failure.known
    return [
        rng.uniform(0.5, 1.5, here.shape)
        * rng.choice([-1.0, 1.0], here.shape)
        * np.maximum(1, np.abs(here))
        * (smooth & ((rng.random(here.shape) < 0.7) if here.size > 3 else True))
        for _ in range(_DIRECTIONS)
    ]
