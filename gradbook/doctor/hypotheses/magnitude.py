"""Hypotheses about the magnitude of a gradient's errors: NaN, factors, regularisation terms."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

import numpy as np

from gradbook.doctor.factors import Meaning
from gradbook.doctor.symptoms import Cause, Failure, Family, Patient
from gradbook.gradcheck.probe import Floats

#: A pattern in fewer elements than this may be an accident.
FEW = 3


def not_finite(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find elements that are NaN or infinite."""
    bad = ~np.isfinite(failure.analytic)
    if not bad.any():
        return
    index = [int(place) for place in np.argwhere(bad)[0]]
    seen = f"These are {int(bad.sum())} of {bad.size} elements; the first is {failure.label}{index}."
    title = f"{failure.label} has elements that are NaN or infinite."
    yield Cause(Family.NOT_FINITE, title, f"{seen} {_operation(patient)}".strip())


def _operation(patient: Patient) -> str:
    """Return which operation first returns NaN or infinity, if running the code again shows it."""
    if patient.backward is None:
        return ""
    try:
        with np.errstate(divide="raise", over="raise", invalid="raise"):
            patient.backward()
    except FloatingPointError as error:
        frames = traceback.extract_tb(error.__traceback__)
        return f"It comes from this line: {frames[-1].line} ({error})."
    except Exception:  # noqa: BLE001  (the student's code may not run twice)
        return ""
    return ""


def constant_factor(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find one factor by which every element is too large or too small."""
    g, n = failure.analytic[failure.known], failure.numerical[failure.known]
    if failure.zero(n).all() and not patient.is_of_a_model:
        yield from nothing_flows(patient, failure)
    if failure.zero(n).all() or failure.zero(g).all():
        return
    if g.size < FEW:
        return
    ratio = float(g @ n / (n @ n))
    if not failure.explained_by(ratio * failure.numerical):
        return
    yield _factor_cause(patient, failure, ratio)


def nothing_flows(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a gradient that is 0 everywhere, or should be."""
    g, n = failure.analytic[failure.known], failure.numerical[failure.known]
    if failure.zero(n).all():
        title = f"The forward pass does not depend on {failure.name}: its numerical gradient is 0."
        evidence = f"Your {failure.label} goes up to {np.abs(g).max():.3g}; it should be 0 everywhere."
        yield Cause(Family.PATH, title, evidence)
    elif failure.zero(g).all():
        evidence = f"All {g.size} elements are 0; the numerical gradient goes up to {np.abs(n).max():.3g}."
        yield Cause(Family.PATH, f"Nothing reaches {failure.label}.", evidence)


def _factor_cause(patient: Patient, failure: Failure, ratio: float) -> Cause:
    label, factor = failure.label, patient.quantities.meaning(ratio)
    seen = f"Your {label} is {ratio:.4g} times the numerical gradient at every element"
    if factor is None:
        return Cause(Family.FACTOR, f"{label} is off by a constant factor.", f"{seen}.")
    if factor.meaning is Meaning.SIGN:
        return Cause(Family.SIGN, f"The sign of {label} is wrong.", f"{seen}.")
    if factor.meaning is Meaning.SIZE and not factor.divided:
        title = f"{label} is a sum where it should be a mean."
        return Cause(Family.SUM_FOR_MEAN, title, f"{seen}, and this is {factor.text}.")
    if factor.meaning is Meaning.SIZE:
        # The forward pass of a loss function already divides, as it takes the mean: this divides again.
        if patient.upstream is None and any(f.analytic.ndim > 1 for f in patient.failures):
            title = f"{label} is divided by a number of elements once too often."
            return Cause(Family.FACTOR, title, f"{seen}: it is divided by {factor.text}.")
        title = f"{label} is a mean where it should be a sum."
        return Cause(Family.SUM_FOR_MEAN, title, f"{seen}: it is divided by {factor.text}.")
    if factor.meaning is Meaning.BESSEL and patient.has_variance:
        title = "The biased and the unbiased variance are mixed up."
        return Cause(Family.VARIANCE, title, f"{seen}: {factor.text}.")
    return Cause(Family.FACTOR, factor.in_excess(label), f"{seen}.")


def regularisation(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a multiple of the input itself that is superfluous or missing."""
    x = patient.probe.point[failure.name][failure.known]
    off = failure.analytic[failure.known] - failure.numerical[failure.known]
    if x.size < FEW or not x.any() or not np.isfinite(off).all():
        return
    name, label = failure.name, failure.label
    true = _growth(patient, name)
    extra = _multiple(off, x)
    if extra is None:
        if true is not None and abs(true) > 1e-6:
            yield from _otherwise_derived(failure, off + true * x, x)
        return
    seen = f"Your {label} differs from the numerical gradient by {extra:+.4g}·{name}, element by element"
    if true is None:
        how = "weak" if extra < 0 else "strong"
        yield Cause(Family.REGULARISATION, f"The regularisation of {name} is too {how}.", f"{seen}.")
        return
    if abs(true) < 1e-3 * abs(extra):
        title = f"The gradient regularises {name}, but the loss does not."
        yield Cause(Family.REGULARISATION, title, f"{seen}.")
        return
    yours = 1 + extra / true
    evidence = f"{seen}, and the loss grows as {true / 2:.4g}·Σ{name}²."
    if abs(yours + 1) < 1e-2:
        yield Cause(Family.SIGN, f"The regularisation term of {name} has the wrong sign.", evidence)
        return
    words = {0.0: "is missing", 2.0: "is twice as large as it should be", 0.5: "is half of what it should be"}
    how = next((text for value, text in words.items() if abs(yours - value) < 1e-2), "")
    how = how or f"is {yours:.3g} times as large as it should be"
    yield Cause(Family.REGULARISATION, f"The regularisation term of {name} {how}.", evidence)


def _otherwise_derived(failure: Failure, term: Floats, x: Floats) -> Iterator[Cause]:
    """Find a regularisation term that is not a multiple of the weights."""
    name = failure.name
    for words, function in (("the sign of {}", np.sign(x)), ("{}²", x * x), ("|{}|", np.abs(x))):
        factor = _multiple(term, function)
        if factor is not None:
            title = f"The regularisation term of {name} is a multiple of {words.format(name)}, not of {name}."
            evidence = f"The factor is {factor:.4g}; the derivative of {name}² is 2·{name}."
            yield Cause(Family.REGULARISATION, title, evidence)
            return


def _multiple(a: Floats, b: Floats) -> float | None:
    """Return c such that a = c·b, element by element, or None if there is no such c."""
    factor = float(a @ b / (b @ b))
    return factor if np.abs(a - factor * b).max() <= 1e-4 * np.abs(a).max() else None


def _growth(patient: Patient, name: str) -> float | None:
    """Return c if the loss grows as c/2·Σx² for large x; the data loss grows at most linearly."""
    x = patient.probe.point[name]
    losses = []
    for scale in (1e4, 2e4, 3e4):
        with np.errstate(all="ignore"):
            losses.append(patient.probe.loss(patient.probe.value({name: (scale - 1) * x})))
    bend = (losses[2] - 2 * losses[1] + losses[0]) / (1e8 * float(np.sum(x * x)))
    return bend if np.isfinite(bend) else None


def known_ratio(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find an array of the forward pass by which the gradient was multiplied or divided too often."""
    g, n = failure.analytic, failure.numerical
    usable = failure.known & ~failure.zero(n) & np.isfinite(g)
    elsewhere = np.abs(g[failure.known & failure.zero(n)]).max(initial=0.0)
    if usable.sum() < FEW or elsewhere > 1e-5 * failure.size:
        return
    ratio = np.divide(g, n, out=np.full(g.shape, np.nan), where=usable)
    for text, array in broadcast(patient, g.shape):
        if not _varies(array[usable]):
            continue
        for power, words in (
            (1, "multiplied once too often by"),
            (-1, "divided once too often by"),
            (2, "multiplied twice too often by"),
            (-2, "divided twice too often by"),
        ):
            with np.errstate(all="ignore"):
                expected = array[usable] ** power
            if _same(ratio[usable], expected) or _same(ratio[usable], -expected):
                title = f"{failure.label} is {words} {text}."
                if array is patient.upstream and power == -1:
                    title = f"The upstream gradient is left out of {failure.label}."
                evidence = (
                    f"That is the ratio of your {failure.label} to the numerical gradient at each element."
                )
                yield Cause(Family.FACTOR, title, evidence)
                return


def itself(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a gradient that equals one of the function's inputs."""
    given = {**patient.probe.point, "the upstream gradient": patient.upstream}
    for text, array in given.items():
        if array is not None and _varies(array) and failure.explained_by(array):
            evidence = "It has the same numbers; the derivatives of the forward pass are left out."
            yield Cause(Family.PATH, f"{failure.label} is {text} itself.", evidence)
            return


def same_everywhere(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a term that is missing in every row alike: the gradient of a mean, a sum or a maximum."""
    off = failure.analytic - failure.numerical
    if not failure.known.all() or not np.isfinite(off).all():
        return
    for axis in range(off.ndim):
        if off.shape[axis] < FEW or np.abs(off.mean(axis=axis)).max() < 1e-6 * failure.size:
            continue
        if np.abs(off - off.mean(axis=axis, keepdims=True)).max() <= 1e-5 * failure.size:
            title = f"A term of {failure.label} is missing, or is counted once too often."
            evidence = (
                f"Its error is the same all along axis {axis}, like the contribution of a mean or a sum over "
                "this axis to the gradient."
            )
            yield Cause(Family.PATH, title, evidence)
            return


def broadcast(patient: Patient, shape: tuple[int, ...]) -> Iterator[tuple[str, Floats]]:
    """Yield the arrays that can be broadcast to a gradient's shape, with their expressions.

    One number per channel is broadcast to images.
    """
    for text, array in patient.arrays.items():
        if len(shape) == 4 and array.shape == shape[1:2]:
            array = array.reshape(-1, 1, 1)
        try:
            yield text, np.broadcast_to(array, shape)
        except ValueError:
            continue


def _varies(array: Floats) -> bool:
    return array.size >= FEW and float(np.ptp(array)) > 1e-3 * float(np.abs(array).max(initial=0.0))


def _same(a: Floats, b: Floats) -> bool:
    return bool(np.isfinite(b).all() and np.all(np.abs(a - b) <= 1e-4 * np.abs(b)))
