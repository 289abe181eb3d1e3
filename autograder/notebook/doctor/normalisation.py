r"""What goes wrong on the way back through a normalisation: x minus its mean, over its standard deviation.

The gradient of such a layer has three parts: the direct one, which holds mean and variance, the one through
the mean, and the one through the variance. Each is taken from the student's forward pass by holding what
belongs to the others, and the gradient handed in is written, group by group of the elements that share a
variance, as

.. math:: a \cdot direct + b \cdot mean + c \cdot variance.

Right code has a = b = c = 1. Where a, b or c is another number, or follows the variance in a known way, it
tells what was done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autograder.notebook.doctor import tape
from autograder.notebook.doctor.calls import Change, How, Site
from autograder.notebook.doctor.factors import Meaning
from autograder.notebook.doctor.slopes import STEP, slopes_of
from autograder.notebook.doctor.symptoms import Cause, Failure, Family, Patient
from autograder.notebook.plots.words import sentence
from autograder.notebook.probe import Floats

_MOST = 600
_PARTS = ("the direct part", "the part through the mean", "the part through the variance")
_MEANS = ("mean", "sum", "average", "add.reduce")


@dataclass(frozen=True)
class _Root:
    """Where the forward pass adds ε to a variance.

    Attributes
    ----------
    site
        The call.
    variance : ndarray
        What ε is added to: a variance, or a deviation where that is done outside the root.
    epsilon
        The constant.
    """

    site: Site
    variance: Floats
    epsilon: float


def epsilon(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a gradient that knows nothing of ε, in any of its parts."""
    slopes = slopes_of(patient, failure)
    if slopes is None:
        return
    for root in _roots(patient):
        changed = slopes.changed(patient, [Change(root.site, How.DROP)])
        if changed is not None and slopes.explained_by(changed):
            title = f"ε is left out of {failure.label}: the forward pass has `{root.site.text}`."
            evidence = f"Your {failure.label} is the gradient with 0 in place of {root.epsilon:.3g}."
            yield Cause(Family.EPSILON, title, evidence)
            return


def normalisation(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find which part of the gradient of a normalisation is off, and by what."""
    g = failure.analytic
    if g.size > _MOST or not failure.known.all() or not np.isfinite(g).all():
        return
    for root in _roots(patient):
        if len(root.site.calls) > 1:
            continue
        groups = _groups(g.shape, root.variance)
        if groups is None:
            continue
        ratio = _shares(g, [failure.numerical], groups)
        if ratio is not None:
            yield from _named(patient, failure, root, failure.label, ratio[:, 0])
            return
        parts = _parts(patient, failure, root)
        shares = None if parts is None else _shares(g, parts, groups)
        if shares is None:
            continue
        for part, share in zip(_PARTS, shares.T, strict=True):
            if np.any(np.abs(share - 1) > 1e-3):
                yield from _named(patient, failure, root, f"{part} of {failure.label}", share)
        return


def _roots(patient: Patient) -> Iterator[_Root]:
    """Yield where a small constant is added to what is then under a root, or divided by."""
    for site in patient.sites:
        if site.name != "add":
            continue
        (before, *_), result = site.calls[0]
        added = result - before if before.shape == result.shape else np.full(1, np.nan)
        constant = float(added.flat[0])
        same = np.allclose(added, constant, rtol=1e-9, atol=1e-12)
        if not same or not 0 < constant <= 1 or np.any(before < 0):
            continue
        if any(_takes(other, result) for other in patient.sites):
            yield _Root(site, before, constant)


def _takes(site: Site, value: Floats) -> bool:
    """Return whether a call takes the root of a value, or divides by it."""
    if site.name not in ("sqrt", "power", "float_power", "divide", "reciprocal"):
        return False
    last = site.calls[0][0][-1]
    return last.shape == value.shape and np.array_equal(last, value)


def _groups(shape: tuple[int, ...], variance: Floats) -> NDArray[np.int_] | None:
    """Return, for each element of a gradient, which of the variances it belongs to."""
    numbers = np.arange(variance.size)
    try:
        return np.broadcast_to(numbers.reshape(variance.shape), shape)
    except ValueError:
        pass
    if len(shape) != 4:
        return None
    if variance.ndim > 1 and variance.shape[0] == shape[0]:  # one for each group of channels of each picture
        count = variance.size // shape[0]
        if variance.size != shape[0] * count or shape[1] % count:
            return None
        by_group = np.repeat(numbers.reshape(shape[0], count), shape[1] // count, axis=1)
        return np.broadcast_to(by_group.reshape(*shape[:2], 1, 1), shape)
    if variance.size == shape[1]:  # one for each channel; the channels are moved to the end on the way
        return np.broadcast_to(numbers.reshape(1, -1, 1, 1), shape)
    return None


def _parts(patient: Patient, failure: Failure, root: _Root) -> list[Floats] | None:
    """Return the three parts of the gradient, each of the input's shape."""
    means = [site for site in patient.sites if site.name in _MEANS and site is not root.site]
    if not means:
        return None
    mean, variance = Change(means[0]), Change(root.site)
    without_variance = _gradient(patient, failure, [variance])
    direct = _gradient(patient, failure, [mean, variance])
    if without_variance is None or direct is None:
        return None
    return [direct, without_variance - direct, failure.numerical - without_variance]


def _gradient(patient: Patient, failure: Failure, changes: list[Change]) -> Floats | None:
    """Return the whole gradient with calls of the forward pass changed."""
    gradient = np.empty_like(failure.analytic)
    for index in np.ndindex(gradient.shape):
        move = np.zeros_like(gradient)
        move[index] = STEP
        slope = tape.slope(patient.probe, changes, failure.name, move)
        if slope is None:
            return None
        gradient[index] = slope / STEP
    return gradient


def _shares(g: Floats, parts: list[Floats], groups: NDArray[np.int_]) -> Floats | None:
    """Return by which numbers the parts add up to g, of shape (groups, parts); None where they do not."""
    shares = []
    size = np.abs(g).max()
    for number in range(groups.max() + 1):
        here = groups == number
        columns = np.stack([part[here] for part in parts], axis=1)
        kept = np.abs(columns).max(axis=0) > 1e-6 * size
        # As many unknowns as elements would explain anything.
        if kept.sum() >= here.sum():
            return None
        found = np.full(len(parts), np.nan)  # nothing can be told of a part that is 0 anyway
        found[kept] = np.linalg.lstsq(columns[:, kept], g[here], rcond=None)[0]
        if np.abs(columns[:, kept] @ found[kept] - g[here]).max() > 1e-5 * size:
            return None
        shares.append(found)
    return np.array(shares)


def _named(patient: Patient, failure: Failure, root: _Root, part: str, share: Floats) -> Iterator[Cause]:
    """Name the numbers by which a part of the gradient is off, a number a group."""
    step = f"`{root.site.text}`"
    told = ~np.isnan(share)
    if np.ptp(share[told]) <= 1e-3 * max(1.0, np.abs(share[told]).max()):
        cause = _constant(patient, part, float(share[told].mean()), step)
        if cause is not None:
            yield cause
        return
    for family, words, expected in _known(root, failure.analytic.size // share.size):
        for power in (1, -1, 0.5, -0.5, 1.5, -1.5, 2, -2, 3, -3):
            if np.all(np.abs(share[told] - expected[told] ** power) <= 1e-3 * np.abs(share[told])):
                title = f"In {part}, {words}: the forward pass has {step}."
                evidence = (
                    f"It is {share[told].min():.4g} to {share[told].max():.4g} times what it should be, as "
                    f"follows from variances of {root.variance.min():.3g} to {root.variance.max():.3g} with "
                    f"ε = {root.epsilon:.3g}."
                )
                yield Cause(family, title, evidence)
                return


def _constant(patient: Patient, part: str, share: float, step: str) -> Cause | None:
    """Return the cause where a part is off by one number."""
    seen = f"It is {share:.4g} times what it should be."
    if abs(share) <= 1e-3:
        return Cause(
            Family.PATH,
            f"{sentence(part)} is missing.",
            f"The gradient by differences has it, through {step}.",
        )
    factor = patient.quantities.meaning(share)
    if factor is None:
        return None
    if factor.meaning is Meaning.SIGN:
        return Cause(Family.SIGN, f"{sentence(part)} has the wrong sign.", seen)
    if factor.meaning is Meaning.BESSEL:
        return Cause(Family.VARIANCE, f"In {part}, N and N − 1 are mixed up.", f"{seen} {factor.text}.")
    if factor.meaning is Meaning.SIZE:
        title = f"In {part}, a sum and a mean are mixed up."
        return Cause(
            Family.SUM_FOR_MEAN, title, f"{seen} That is {'1 over ' if factor.divided else ''}{factor.text}."
        )
    return Cause(Family.FACTOR, f"{sentence(part)} is off by a factor.", seen)


def _known(root: _Root, count: int) -> Iterator[tuple[Family, str, Floats]]:
    """Yield how a deviation may be off, with the deviation that should be over the one that is, by group."""
    v, e = root.variance, root.epsilon
    right = np.sqrt(v + e).ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        for words, wrong in (
            ("ε is left out", np.sqrt(v)),
            ("ε stands outside the root", np.sqrt(v) + e),
            ("ε is added twice", np.sqrt(v + 2 * e)),
            ("ε is squared", np.sqrt(v + e * e)),
            ("ε is 1e-5 whatever was asked for", np.sqrt(v + 1e-5)),
            ("ε is 1e-8 whatever was asked for", np.sqrt(v + 1e-8)),
        ):
            yield Family.EPSILON, words, right / wrong.ravel()
        if count > 1:
            unbiased = np.sqrt(v * count / (count - 1) + e).ravel()
            yield Family.VARIANCE, "the variance is the unbiased one, by N − 1", right / unbiased
            without = np.sqrt(v * count / (count - 1)).ravel()
            yield Family.VARIANCE, "the variance is the unbiased one, and ε is left out", right / without
