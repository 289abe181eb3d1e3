"""Hypotheses about the inputs of a gradient: the upstream gradient, another input, or an inner gradient.

A failing gradient may be correct except for its inputs. So the upstream gradient and the other inputs are
altered by typical mistakes. From a weight gradient :math:`A^T G` of a product ``A @ W``, G is recovered and
examined in turn.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import numpy as np

from gradbook.doctor import tape
from gradbook.doctor.calls import FEW_CALLS, CallChange, ChangeKind, Site
from gradbook.doctor.hypotheses import location
from gradbook.doctor.slopes import STEP, directions
from gradbook.doctor.symptoms import Cause, Failure, Family, Patient
from gradbook.gradcheck.probe import Floats

#: The gradient of an intermediate value is computed element by element, for at most this many.
_MOST = 400

#: With more samples than this, one may fit by accident.
_MOST_SAMPLES = 16

#: Seconds for trying mistakes in the other inputs.
_TIMEOUT_S = 2.0

#: The hypotheses about the gradient that flows into a product.
_BEHIND = (
    location.axes,
    location.some_rows,
    location.mask,
    location.wrong_places,
    location.too_many_or_few,
)


def altered_upstream(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find how the upstream gradient was changed, or which part of it was used."""
    upstream, g = patient.upstream, failure.analytic
    if upstream is None or not np.isfinite(g).all() or failure.zero(g).all():
        return
    tried = directions(patient, failure)
    outputs = []
    for direction in tried:
        moves = (sign * STEP * direction for sign in (1.0, -1.0))
        above, below = (patient.probe.value({failure.name: move}) for move in moves)
        outputs.append((above.astype(np.float64) - below) / (2 * STEP))
    claimed = np.array([np.sum(g * direction) for direction in tried])
    true = np.array([np.sum(output * upstream) for output in outputs])
    for family, how, altered in itertools.chain(_masked(upstream), _parts(upstream), rearranged(upstream)):
        slopes = np.array([np.sum(output * altered) for output in outputs])
        if np.linalg.norm(claimed - slopes) <= 1e-3 * np.linalg.norm(claimed - true):
            title = f"The upstream gradient {how}."
            evidence = f"Your {failure.label} is the gradient for the upstream gradient changed in this way."
            yield Cause(family, title, evidence)
            return


def altered_input(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find how another input was changed before it was used in the gradient of this one."""
    if not np.isfinite(failure.analytic).all() or patient.upstream is None:
        return
    tried = directions(patient, failure)
    claimed = [float(np.sum(failure.analytic * direction)) for direction in tried]
    true = [patient.probe.slope(failure.name, STEP * direction) / STEP for direction in tried]
    deadline = time.monotonic() + _TIMEOUT_S
    for name, array in patient.probe.point.items():
        if name == failure.name or array.ndim < 2:
            continue
        for family, how, altered in itertools.chain(_masked(array), rearranged(array), _parts(array)):
            if time.monotonic() > deadline:
                return
            for direction, claim, truth in zip(tried, claimed, true, strict=True):
                slope = _slope_beside(patient, failure.name, STEP * direction, {name: altered - array}) / STEP
                if not abs(claim - slope) <= 1e-3 * abs(claim - truth):
                    break
            else:
                evidence = f"Your {failure.label} is the gradient for {name} changed in this way."
                yield Cause(family, f"In {failure.label}, {name} {how}.", evidence)
                return


def _slope_beside(patient: Patient, name: str, move: Floats, beside: dict[str, Floats]) -> float:
    above = patient.probe.value({**beside, name: move})
    below = patient.probe.value({**beside, name: -move})
    return patient.probe.loss(above.astype(np.float64) - below) / 2


def _masked(array: Floats) -> Iterator[tuple[Family, str, Floats]]:
    """Yield an array with typical element-by-element mistakes."""
    yield Family.PATH, "is left out: 1 is used in its place", np.ones_like(array)
    yield Family.FACTOR, "is multiplied in twice", array**2
    yield Family.SIGN, "has lost its sign", np.abs(array)
    yield Family.MASK, "is set to 0 where it is negative", np.maximum(0, array)


def _parts(array: Floats) -> Iterator[tuple[Family, str, Floats]]:
    """Yield an array reduced to a part of it, and without a part."""
    for axis, length in enumerate(array.shape):
        for index in range(length if 1 < length <= 64 else 0):
            only = np.zeros_like(array)
            chosen = (slice(None),) * axis + (index,)
            only[chosen] = array[chosen]
            if index == length - 1:
                words = f"counts only at the last index along axis {axis}: assigned in a loop, not added?"
                yield Family.PATH, words, only
            else:
                yield Family.SOME, f"counts only at index {index} along axis {axis}", only
            yield Family.SOME, f"is left out at index {index} along axis {axis}", array - only
    if array.ndim == 4:
        corner = np.zeros_like(array)
        corner[:, :, 0, 0] = array[:, :, 0, 0]
        yield Family.SOME, "counts only at the first position of each image", corner


def rearranged(array: Floats) -> Iterator[tuple[Family, str, Floats]]:
    """Yield an array rearranged by typical mistakes."""
    yield Family.AXES, "is flattened column by column", array.ravel(order="F").reshape(array.shape)
    for axis, length in enumerate(array.shape):
        along = f"along axis {axis}"
        summed = np.broadcast_to(array.sum(axis=axis, keepdims=True), array.shape)
        yield Family.AXES, f"is summed {along}", summed
        yield Family.AXES, f"is averaged {along}", summed / length
        for shift in (1, -1):
            yield Family.AXES, f"is shifted by one {along}", np.roll(array, shift, axis)
    axes = range(array.ndim)
    for count in axes:
        for flipped in itertools.combinations(axes, count + 1):
            along = " and ".join(map(str, flipped))
            yield Family.AXES, f"is reversed along axis {along}", np.flip(array, flipped)
    for order in itertools.permutations(axes):
        if order == tuple(axes):
            continue
        how = f"has its axes in a different order ({order}), or is reshaped across them"
        shape = tuple(array.shape[axis] for axis in order)
        back = tuple(int(axis) for axis in np.argsort(order))
        yield Family.AXES, how, array.transpose(order).reshape(array.shape)
        yield Family.AXES, how, array.reshape(shape).transpose(back)
        if array.ndim == 4:
            # One row of channels per pixel, with the other axes in the wrong order.
            n, c, h, w = array.shape
            yield Family.AXES, how, array.transpose(order).reshape(n, h, w, c).transpose(0, 3, 1, 2)
    if array.ndim == 4:
        n, c, h, w = array.shape
        rows = array.transpose(0, 2, 3, 1).reshape(-1, c, order="F").reshape(n, h, w, c)
        yield Family.AXES, "is flattened column by column", rows.transpose(0, 3, 1, 2)


def reduced_upstream(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a gradient that is the upstream gradient summed over the wrong axes."""
    upstream = patient.upstream
    if upstream is None or failure.analytic.ndim != 1:
        return
    for count in range(1, upstream.ndim + 1):
        for over in itertools.combinations(range(upstream.ndim), count):
            for how, reduced in (("sum", upstream.sum(axis=over)), ("mean", upstream.mean(axis=over))):
                if reduced.ndim == 0:
                    reduced = np.broadcast_to(reduced, failure.analytic.shape)
                if failure.explained_by(reduced):
                    title = f"{failure.label} is the {how} of the upstream gradient over the wrong axes."
                    which = f"axes {over}" if count > 1 else f"axis {over[0]}"
                    yield Cause(Family.AXES, title, f"Yours goes over {which}.")
                    return


def behind_a_product(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find what is wrong with the gradient that flows into a product with the weights."""
    off = failure.analytic - failure.numerical
    if off.ndim != 2 or not failure.known.all() or not np.isfinite(off).all():
        return
    for site, call, (data, weights) in _calls(patient, ("matmul", "dot")):
        if data.ndim != 2 or not _is_input(patient, failure.name, weights):
            continue
        # dW = dataᵀ · G, so the error of G can be solved for if data has more columns than rows.
        error = np.linalg.lstsq(data.T, off, rcond=None)[0]
        true = _gradient_of(patient, site, call)
        if true is None:
            continue
        if np.abs(data.T @ error - off).max() > 1e-6 * np.abs(off).max():
            yield from _other_data(failure, site, data, true)
            continue
        size = max(np.abs(true).max(), np.abs(error).max())
        error[np.abs(error) < 1e-6 * size] = 0
        label, known = f"the gradient of `{site.text}`", np.ones(true.shape, bool)
        inner = Failure(failure.name, label, true + error, true, known, error != 0)
        for pattern in _BEHIND:
            for cause in pattern(patient, inner):
                evidence = f"This makes {failure.label} wrong, which is computed from it. {cause.evidence}"
                yield Cause(cause.family, cause.title, evidence)
                return


def behind_a_sum(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a sample that is left out of a bias gradient's sum, or is the only one in it."""
    if failure.analytic.ndim != 1:
        return
    for site, call, (_, bias) in _calls(patient, ("add",)):
        if not _is_input(patient, failure.name, bias):
            continue
        true = _gradient_of(patient, site, call)
        if true is None or true.ndim != 2 or true.shape[-1] != bias.size or len(true) > _MOST_SAMPLES:
            continue
        for index, row in enumerate(true):
            for words, part in (("only", row), ("not", true.sum(axis=0) - row)):
                if failure.explained_by(part):
                    counted = "is the only one counted" if words == "only" else "is not counted"
                    title = f"In {failure.label}, sample {index} {counted}."
                    evidence = (
                        f"It should be the sum over all {len(true)} samples of the gradient of `{site.text}`."
                    )
                    yield Cause(Family.SOME, title, evidence)
                    return


def _calls(patient: Patient, names: tuple[str, ...]) -> Iterator[tuple[Site, int, list[Floats]]]:
    """Yield the calls of the named NumPy functions that take two arrays."""
    for site in patient.sites:
        if site.name in names and site.num_arguments == 2 and len(site.calls) <= FEW_CALLS:
            for call, (arguments, _) in enumerate(site.calls):
                yield site, call, arguments


def _is_input(patient: Patient, name: str, array: Floats) -> bool:
    """Return whether an array of the forward pass equals the named input."""
    here = patient.probe.point[name]
    return array.shape == here.shape and np.array_equal(array, here)


def _gradient_of(patient: Patient, site: Site, call: int) -> Floats | None:
    """Return the gradient of the loss with respect to the result of a call, or None."""
    shape = site.calls[call][1].shape
    gradient = np.empty(shape)
    if gradient.size > _MOST:
        return None
    for index in np.ndindex(shape):
        move = np.zeros(shape)
        move[index] = STEP
        up, down = (CallChange(site, ChangeKind.MOVE, by=sign * move, call=call) for sign in (1.0, -1.0))
        slope = tape.difference(patient.probe, [up], [down])
        if slope is None:
            return None
        gradient[index] = slope / STEP
    return gradient


def _other_data(failure: Failure, site: Site, data: Floats, flowing: Floats) -> Iterator[Cause]:
    """Find whether the data of a weight gradient's product, or the product itself, was rearranged."""
    product = data.T @ flowing
    rest = failure.numerical - product  # not from the product: regularisation
    rearranged = [
        (
            "the input of the product is flattened column by column",
            data.ravel(order="F").reshape(data.shape),
        ),
        ("the input of the product is reshaped, not transposed", data.reshape(data.shape[::-1]).T),
        ("the input of the product is in reverse order", data[::-1]),
    ]
    candidates = [(how, array.T @ flowing) for how, array in rearranged]
    candidates.append(("the product is reshaped, but should be transposed", product.T.reshape(product.shape)))
    for how, value in candidates:
        if failure.explained_by(value + rest):
            yield Cause(Family.AXES, f"In {failure.label}, {how}.", f"The forward pass has `{site.text}`.")
            return
