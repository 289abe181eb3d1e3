r"""What each output contributes to each element of a gradient, which is the sum of them.

.. math:: \frac{\partial L}{\partial x_i} =
    \sum_j \frac{\partial L}{\partial out_j} \frac{\partial out_j}{\partial x_i}
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from autograder.notebook.doctor.slopes import STEP
from autograder.notebook.doctor.symptoms import Cause, Failure, Family, Patient
from autograder.notebook.probe import Floats

#: Wrong elements that are looked at; a pattern that holds for so many holds for all.
_MOST = 30


def assigned(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a gradient that keeps one contribution of several: assigned in a loop, not added."""
    upstream = patient.upstream
    if upstream is None or not np.isfinite(failure.analytic).all():
        return
    wrong = np.argwhere(failure.wrong)[:_MOST]
    if len(wrong) < 3:
        return
    contributions = [_contributions(patient, failure, tuple(map(int, index)), upstream) for index in wrong]
    kept = [failure.analytic[tuple(index)] for index in wrong]
    if not np.any(np.abs(kept) > 1e-7 * failure.size):
        return
    for count in range(upstream.ndim):
        for over in itertools.combinations(range(upstream.ndim), count):
            parts = [contribution.sum(axis=over).ravel() for contribution in contributions]
            if all(
                np.count_nonzero(part) > 1 and np.abs(part - value).min() <= 1e-5 * failure.size
                for part, value in zip(parts, kept, strict=True)
            ):
                most = max(np.count_nonzero(part) for part in parts)
                title = f"Contributions to {failure.label} are assigned, not added: the last one stays alone."
                evidence = (
                    f"Up to {most} outputs depend on an element, and it holds the contribution of one; "
                    f"{int(failure.wrong.sum())} of {int(failure.known.sum())} elements are wrong by that."
                )
                yield Cause(Family.PATH, title, evidence)
                return


def _contributions(patient: Patient, failure: Failure, index: tuple[int, ...], upstream: Floats) -> Floats:
    """Return what each output contributes to one element, of the output's shape."""
    move = np.zeros_like(failure.analytic)
    move[index] = STEP
    above, below = patient.probe.value({failure.name: move}), patient.probe.value({failure.name: -move})
    change = (above.astype(np.float64) - below) / (2 * STEP) * upstream
    change[np.abs(change) < 1e-8 * failure.size] = 0
    return change
