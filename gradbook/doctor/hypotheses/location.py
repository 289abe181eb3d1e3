"""Hypotheses about which elements of a gradient are wrong."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from gradbook.doctor.hypotheses.magnitude import FEW, broadcast
from gradbook.doctor.symptoms import Cause, Failure, Family, Patient
from gradbook.gradcheck.probe import Floats

#: Calls that select some of their elements.
SELECTING = ("max", "amax", "maximum", "maximum.reduce", "min", "minimum", "where", "clip")


def axes(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find the right numbers at the wrong places."""
    g, n = failure.analytic, failure.numerical
    dimensions = range(g.ndim)
    # Along axes of length 1, nothing moves.
    for order in itertools.permutations(dimensions):
        if order == tuple(dimensions):
            continue
        if failure.explained_by(n.transpose(order)):
            what = "transposed" if g.ndim == 2 else f"with its axes in the order {order}"
            evidence = "Its numbers are right, but at the wrong places."
            yield Cause(Family.AXES, f"{failure.label} is {what}.", evidence)
            return
        shape = tuple(g.shape[axis] for axis in order)
        back = tuple(int(axis) for axis in np.argsort(order))
        for moved in (n.transpose(order).reshape(g.shape), n.reshape(shape).transpose(back)):
            if failure.explained_by(moved):
                title = f"{failure.label} is reshaped with its axes in the wrong order."
                yield Cause(Family.AXES, title, f"Its numbers are right with the axes in the order {order}.")
                return
    for count in dimensions:
        for flipped in itertools.combinations(dimensions, count + 1):
            if failure.explained_by(np.flip(n, flipped)):
                title = f"{failure.label} is reversed along axis {' and '.join(map(str, flipped))}."
                yield Cause(Family.AXES, title, "Its numbers are right, but in reverse order.")
                return
    if failure.known.all() and np.unique(n).size >= FEW:
        sorted_n = np.sort(n, axis=None)
        if np.abs(np.sort(g, axis=None) - sorted_n).max() <= 1e-5 * failure.size:
            title = f"The elements of {failure.label} are at the wrong places."
            yield Cause(Family.AXES, title, "They are the right numbers, but in a different order.")
            return
    for other in patient.failures:
        if other is not failure and failure.explained_by(other.numerical):
            title = f"{failure.label} holds the values that belong in {other.label}."
            yield Cause(Family.AXES, title, "The gradients are returned in the wrong order.")


def mask(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find elements that are masked or passed by mistake in a gradient that is otherwise correct."""
    g0, n0 = failure.zero(failure.analytic), failure.zero(failure.numerical)
    known = failure.known
    differ = known & (g0 != n0)
    if not differ.any() or (failure.wrong & ~differ).any():
        return
    stopped, passed = int((differ & g0).sum()), int((differ & n0).sum())
    if known.sum() >= FEW and bool(np.all((g0 != n0)[known])):
        title = f"The mask of {failure.label} is inverted."
        yield Cause(Family.MASK, title, "It is 0 exactly where it should not be.")
        return
    seen = []
    if stopped:
        seen.append(f"is 0 at {stopped} of {known.sum()} elements, but should not be")
    if passed:
        seen.append(f"is not 0 at {passed} of {known.sum()} elements, but should be")
    title = f"The mask of {failure.label} is not the one of the forward pass."
    evidence = f"Your {failure.label} {' and '.join(seen)}; elsewhere it is right."
    yield Cause(Family.MASK, title, evidence)


def conclusive_rows(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find wrong rows if they are conclusive: in a model, other rows may be right because units are dead."""
    if not patient.is_of_a_model or failure.zero(failure.analytic)[failure.wrong].all():
        yield from some_rows(patient, failure)


def some_rows(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find whole rows, columns or channels that are wrong while the others are right."""
    g0, n0 = failure.zero(failure.analytic), failure.zero(failure.numerical)
    # Consider all elements, then only those that should not be 0, then only those that should be 0.
    for concerned in (failure.known, failure.known & ~n0, failure.known & n0):
        if (failure.wrong & ~concerned).any():
            continue
        for axis, length in enumerate(concerned.shape):
            others = tuple(other for other in range(concerned.ndim) if other != axis)
            # A row of zeros in both gradients is right only because it is empty.
            counts = concerned if not (concerned & ~n0).any() else concerned & ~(n0 & g0)
            touched = counts.any(axis=others)
            bad = failure.wrong.any(axis=others)
            whole = (failure.wrong | ~concerned).all(axis=others)
            if not np.array_equal(bad & touched, whole & touched) or not _structured(
                bad, touched, _is_empty(g0, bad, axis)
            ):
                continue
            which = {2: ("row", "column")}.get(concerned.ndim, ("index",) * concerned.ndim)[axis]
            listed = _listed(np.flatnonzero(bad), length)
            title = f"Only a part of {failure.label} is right: {which} {listed} along axis {axis} is wrong."
            evidence = f"{int(bad.sum())} of {length} along axis {axis} are wrong, the others are right."
            yield Cause(Family.SOME, title, evidence)
            return


def _is_empty(g0: Any, bad: Any, axis: int) -> bool:
    """Return whether the bad rows hold only zeros."""
    return bool(np.moveaxis(g0, axis, 0)[bad].all())


def _structured(bad: Any, touched: Any, empty: bool) -> bool:
    """Return whether the bad rows are selected by a slice or an index, out of three or more that count.

    One bad row out of two is no evidence, unless it was never filled.
    """
    picked = bad[touched]
    if empty and picked.size == 2 and picked.sum() == 1:
        return True
    if picked.size < FEW or picked.all() or not picked.any():
        return False
    changes = int(np.count_nonzero(np.diff(picked.astype(int))))
    return changes == 1 or picked.sum() == 1 or (changes == picked.size - 1 and picked.size > FEW)


def _listed(indices: np.ndarray, length: int) -> str:
    if len(indices) == 1:
        where = {0: " (the first)", length - 1: " (the last)"}.get(int(indices[0]), "")
        return f"{indices[0]}{where}"
    if np.all(np.diff(indices) == 1):
        return f"{indices[0]} to {indices[-1]}"
    return ", ".join(map(str, indices[:6])) + (", …" if len(indices) > 6 else "")


def collected(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find all contributions along an axis collected at one index."""
    if not failure.known.all():
        return
    for axis, length in enumerate(failure.analytic.shape):
        g, n = np.moveaxis(failure.analytic, axis, 0), np.moveaxis(failure.numerical, axis, 0)
        places = np.flatnonzero(np.abs(g).reshape(length, -1).max(axis=1) > 1e-7 * failure.size)
        if length < 2 or len(places) != 1:
            continue
        if np.abs(g.sum(axis=0) - n.sum(axis=0)).max() <= 1e-5 * failure.size:
            title = f"Everything in {failure.label} is added at index {places[0]} along axis {axis}."
            yield Cause(Family.SOME, title, f"The other {length - 1} are 0, but the sum along it is right.")
            return


def wrong_places(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find contributions of equal size that are superfluous at some elements and missing at others."""
    off = failure.analytic[failure.wrong] - failure.numerical[failure.wrong]
    unit = _unit(off)
    if unit is None or not (off > 0).any() or not (off < 0).any():
        return
    title = f"Contributions to {failure.label} are at the wrong elements."
    yield Cause(Family.MASK, title, _in_units(patient, off, unit))


def too_many_or_few(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find contributions of equal size that are only superfluous, or only missing."""
    off = failure.analytic[failure.wrong] - failure.numerical[failure.wrong]
    unit = _unit(off)
    if unit is not None:
        title = f"There are too few or too many contributions to {failure.label}."
        yield Cause(Family.MASK, title, _in_units(patient, off, unit))


def _unit(off: Floats) -> float | None:
    """Return the number of which all differences are integer multiples, or None."""
    sizes = np.abs(off)
    if sizes.size < 2 or not np.isfinite(sizes).all():
        return None
    unit = float(sizes.min())
    times = sizes / unit
    return unit if times.max() < 20 and np.abs(times - np.round(times)).max() < 1e-4 else None


def _in_units(patient: Patient, off: Floats, unit: float) -> str:
    factor = patient.quantities.meaning(unit)
    known = f" = {'1 over ' if factor.divided else ''}{factor.text}" if factor else ""
    return (
        f"{off.size} elements are off, all by integer multiples of {unit:.4g}{known}: check which elements "
        "the mask or the labels select."
    )


def let_through(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find elements with a gradient although a maximum does not select them."""
    if not any(site.name in SELECTING for site in patient.sites):
        return
    extra = failure.known & failure.zero(failure.numerical) & ~failure.zero(failure.analytic)
    if extra.any():
        title = f"{failure.label} flows to elements that the forward pass does not select."
        evidence = (
            f"It is not 0 at {int(extra.sum())} elements, but should be: a maximum passes the gradient on to "
            "the largest element only."
        )
        yield Cause(Family.MASK, title, evidence)


def border(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a gradient that is wrong only at the border of the images."""
    wrong = failure.wrong
    if wrong.ndim != 4 or min(wrong.shape[2:]) < 3:
        return
    inner = np.zeros(wrong.shape, bool)
    inner[:, :, 1:-1, 1:-1] = True
    if wrong.any() and not (wrong & inner).any():
        title = f"{failure.label} is wrong only at the border of the images."
        evidence = (
            f"{int(wrong.sum())} elements at the border are wrong, none inside: check how padding is added "
            "and removed."
        )
        yield Cause(Family.PATH, title, evidence)


def wrong_axis(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a sum over the wrong axis: the error is a function of the row plus a function of the column."""
    off = failure.analytic - failure.numerical
    if off.ndim != 2 or min(off.shape) < FEW or not failure.known.all() or not np.isfinite(off).all():
        return
    candidates = [("", np.ones(off.shape))]
    for text, array in broadcast(patient, off.shape):
        candidates += [(f" times {text}", array), (f" over {text}", 1 / array)]
    for times, array in candidates:
        if not np.isfinite(array).all() or not array.all():
            continue
        share = off / array
        rows, columns = share.mean(axis=1, keepdims=True), share.mean(axis=0, keepdims=True)
        size = np.abs(share).max()
        if np.abs(share - rows - columns + share.mean()).max() > 1e-5 * size:
            continue
        if min(np.ptp(rows), np.ptp(columns)) > 1e-3 * size:
            title = f"A sum in {failure.label} goes over the wrong axis."
            evidence = (
                f"Its error is one number for each row plus one for each column{times}: a sum that should go "
                "along one axis goes along the other."
            )
            yield Cause(Family.AXES, title, evidence)
            return
