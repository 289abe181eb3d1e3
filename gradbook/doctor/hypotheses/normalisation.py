r"""Hypotheses about normalisation layers: x minus its mean, divided by its standard deviation.

The gradient of such a layer has three parts: the direct one, with mean and variance held constant, the one
through the mean, and the one through the variance. Each is computed from the student's forward pass by
holding the others constant. For each group of elements that share a variance, the analytic gradient is
written as

.. math:: a \cdot direct + b \cdot mean + c \cdot variance.

Correct code has a = b = c = 1. Any other number, or a known function of the variance, reveals the mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradbook.doctor import tape
from gradbook.doctor.calls import CallChange, ChangeKind, Site
from gradbook.doctor.factors import Meaning
from gradbook.doctor.slopes import STEP, slopes_of
from gradbook.doctor.symptoms import Cause, Failure, Family, Patient
from gradbook.gradcheck.probe import Floats
from gradbook.phrases import sentence

_MOST = 600
_PARTS = ("the direct part", "the part through the mean", "the part through the variance")
_MEANS = ("mean", "sum", "average", "add.reduce")


@dataclass(frozen=True)
class _Root:
    """Where the forward pass adds ε to a variance.

    Attributes
    ----------
    site
        The site of the addition.
    variance : ndarray
        What ε is added to: a variance, or a standard deviation if ε is added outside the root.
    epsilon
        The constant ε.
    """

    site: Site
    variance: Floats
    epsilon: float


def epsilon(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a gradient in which ε is left out everywhere."""
    slopes = slopes_of(patient, failure)
    if slopes is None:
        return
    for root in _roots(patient):
        changed = slopes.changed(patient, [CallChange(root.site, ChangeKind.DROP)])
        if changed is not None and slopes.explained_by(changed):
            title = f"ε is left out of {failure.label}: the forward pass has `{root.site.text}`."
            evidence = f"Your {failure.label} is the gradient with 0 in place of {root.epsilon:.3g}."
            yield Cause(Family.EPSILON, title, evidence)
            return


def normalisation(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find which part of the gradient of a normalisation is wrong, and by which factor."""
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
    """Yield where a small constant is added before a root or a division."""
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
    """Return whether a call takes the root of a value or divides by it."""
    if site.name not in ("sqrt", "power", "float_power", "divide", "reciprocal"):
        return False
    last = site.calls[0][0][-1]
    return last.shape == value.shape and np.array_equal(last, value)


def _groups(shape: tuple[int, ...], variance: Floats) -> NDArray[np.int_] | None:
    """Return the index of the variance that belongs to each element of a gradient, or None."""
    numbers = np.arange(variance.size)
    try:
        return np.broadcast_to(numbers.reshape(variance.shape), shape)
    except ValueError:
        pass
    if len(shape) != 4:
        return None
    if variance.ndim > 1 and variance.shape[0] == shape[0]:  # one for each group of channels of each image
        count = variance.size // shape[0]
        if variance.size != shape[0] * count or shape[1] % count:
            return None
        by_group = np.repeat(numbers.reshape(shape[0], count), shape[1] // count, axis=1)
        return np.broadcast_to(by_group.reshape(*shape[:2], 1, 1), shape)
    if variance.size == shape[1]:  # one for each channel; the forward pass moves the channels to the end
        return np.broadcast_to(numbers.reshape(1, -1, 1, 1), shape)
    return None


def _parts(patient: Patient, failure: Failure, root: _Root) -> list[Floats] | None:
    """Return the three parts of the gradient, each of the input's shape, or None."""
    means = [site for site in patient.sites if site.name in _MEANS and site is not root.site]
    if not means:
        return None
    mean, variance = CallChange(means[0]), CallChange(root.site)
    without_variance = _gradient(patient, failure, [variance])
    direct = _gradient(patient, failure, [mean, variance])
    if without_variance is None or direct is None:
        return None
    return [direct, without_variance - direct, failure.numerical - without_variance]


def _gradient(patient: Patient, failure: Failure, changes: list[CallChange]) -> Floats | None:
    """Return the complete gradient with calls of the forward pass changed."""
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
    """Return the coefficients with which the parts add up to g, of shape (groups, parts), or None."""
    shares = []
    size = np.abs(g).max()
    for number in range(groups.max() + 1):
        here = groups == number
        columns = np.stack([part[here] for part in parts], axis=1)
        kept = np.abs(columns).max(axis=0) > 1e-6 * size
        # With as many unknowns as elements, any gradient could be explained.
        if kept.sum() >= here.sum():
            return None
        found = np.full(len(parts), np.nan)  # the coefficient of a part that is 0 is unknown
        found[kept] = np.linalg.lstsq(columns[:, kept], g[here], rcond=None)[0]
        if np.abs(columns[:, kept] @ found[kept] - g[here]).max() > 1e-5 * size:
            return None
        shares.append(found)
    return np.array(shares)


def _named(patient: Patient, failure: Failure, root: _Root, part: str, share: Floats) -> Iterator[Cause]:
    """Yield the cause that explains the factor of a part of the gradient in each group."""
    step = f"`{root.site.text}`"
    known = ~np.isnan(share)
    if np.ptp(share[known]) <= 1e-3 * max(1.0, np.abs(share[known]).max()):
        cause = _constant(patient, part, float(share[known].mean()), step)
        if cause is not None:
            yield cause
        return
    for family, words, expected in _known(root, failure.analytic.size // share.size):
        for power in (1, -1, 0.5, -0.5, 1.5, -1.5, 2, -2, 3, -3):
            if np.all(np.abs(share[known] - expected[known] ** power) <= 1e-3 * np.abs(share[known])):
                title = f"In {part}, {words}: the forward pass has {step}."
                evidence = (
                    f"It is {share[known].min():.4g} to {share[known].max():.4g} times what it should be, "
                    f"which follows from variances of {root.variance.min():.3g} to "
                    f"{root.variance.max():.3g} with ε = {root.epsilon:.3g}."
                )
                yield Cause(family, title, evidence)
                return


def _constant(patient: Patient, part: str, share: float, step: str) -> Cause | None:
    """Return the cause of a part that is off by the same factor in all groups, or None."""
    seen = f"It is {share:.4g} times what it should be."
    if abs(share) <= 1e-3:
        return Cause(
            Family.PATH,
            f"{sentence(part)} is missing.",
            f"The numerical gradient contains it, through {step}.",
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
    """Yield possible mistakes in the standard deviation, with the ratio of the right to the wrong one."""
    v, e = root.variance, root.epsilon
    right = np.sqrt(v + e).ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        for words, wrong in (
            ("ε is left out", np.sqrt(v)),
            ("ε stands outside the root", np.sqrt(v) + e),
            ("ε is added twice", np.sqrt(v + 2 * e)),
            ("ε is squared", np.sqrt(v + e * e)),
            ("ε is always 1e-5", np.sqrt(v + 1e-5)),
            ("ε is always 1e-8", np.sqrt(v + 1e-8)),
        ):
            yield Family.EPSILON, words, right / wrong.ravel()
        if count > 1:
            unbiased = np.sqrt(v * count / (count - 1) + e).ravel()
            yield Family.VARIANCE, "the variance is the unbiased one, with N − 1", right / unbiased
            without = np.sqrt(v * count / (count - 1)).ravel()
            yield Family.VARIANCE, "the variance is the unbiased one, and ε is left out", right / without
