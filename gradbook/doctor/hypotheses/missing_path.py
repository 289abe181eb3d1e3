r"""Hypotheses about paths from the inputs to the loss: one is missing, or has a wrong factor.

Each call in the student's forward pass is changed in turn, and the slopes of the changed function are
compared with the analytic gradient. If a gradient is

.. math:: g = g_{held} + c \, (g_{true} - g_{held}),

with :math:`g_{held}` the gradient with one call's result held constant, the path through this call was
counted c times: 0 means that it was forgotten, N that a mean became a sum, N/(N − 1) that a variance became
unbiased.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from gradbook.doctor.calls import CallChange, Site, each_call
from gradbook.doctor.factors import Factor, Meaning
from gradbook.doctor.slopes import STEP, slopes_of
from gradbook.doctor.symptoms import Cause, Failure, Family, Patient
from gradbook.gradcheck.probe import Floats

_STATISTICS = {"mean", "var", "std", "average", "max", "amax", "sum", "add.reduce", "maximum.reduce"}


def miscounted(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a path that is forgotten, counted twice, has the wrong sign, or a wrong factor."""
    slopes = slopes_of(patient, failure)
    if slopes is None:
        return
    statistics = [CallChange(site) for site in patient.sites if _is_statistic(CallChange(site))]
    both = [tuple(pair) for pair in itertools.combinations(statistics[:8], 2)]
    single = [(change,) for change in _held(patient.sites)]
    found = []
    for place, changes in enumerate([*single, *both]):
        held = slopes.changed(patient, changes, share=True)
        share = None if held is None else slopes.share(held)
        if share is None:
            continue
        factor = _meaning(patient, share)
        if len(changes) == 1 or (factor is not None and factor.text == "0"):
            # A statistic is more informative than later steps, and a single one more than two.
            plain = not all(_is_statistic(change) for change in changes)
            found.append(((factor is None, plain, len(changes), place), changes, share, factor))
    if not found:
        return
    _, changes, share, factor = min(found, key=lambda entry: entry[0])
    if len(changes) == 1:
        yield _cause(patient, failure, changes[0], share, factor)
        return
    first, second = (f"`{change.site.text}`" for change in changes)
    evidence = f"Your {failure.label} is the gradient with both held fixed. Both depend on {failure.name}."
    yield Cause(Family.STATISTIC, f"{first} and {second} are treated as constants.", evidence)


def _held(sites: Sequence[Site]) -> Iterator[CallChange]:
    for site in sites:
        for call in each_call(site):
            yield CallChange(site, call=call)
            if site.num_arguments > 1:
                for argument in range(site.num_arguments):
                    yield CallChange(site, argument=argument, call=call)


def _is_statistic(change: CallChange) -> bool:
    """Return whether a change holds a statistic (a mean, a variance) of some of the numbers, not of all."""
    result = change.site.calls[0][1]
    return change.site.name in _STATISTICS and change.argument is None and result.ndim > 0


def _meaning(patient: Patient, share: float) -> Factor | None:
    if abs(share) <= 1e-3:
        return Factor(Meaning.NUMBER, "0")
    return patient.quantities.meaning(share)


def _cause(
    patient: Patient, failure: Failure, change: CallChange, share: float, factor: Factor | None
) -> Cause:
    step = f"`{change.site.text}`"
    if change.argument is not None:
        step = f"{_operand(change)} in {step}"
    line = f", in the line: {change.site.line}" if change.site.line != change.site.text else ""
    if factor is not None and factor.text == "0":
        if _is_statistic(change):
            title = f"{step} is treated as a constant."
            seen = f"Your {failure.label} is the gradient with it held fixed"
            evidence = f"{seen}, but it depends on {failure.name}{line}."
            return Cause(Family.STATISTIC, title, evidence)
        title = f"The path through {step} is missing."
        evidence = f"Your {failure.label} is the gradient with it held fixed{line}."
        return Cause(Family.PATH, title, evidence)
    seen = f"The contribution of {step} to {failure.label} is {share:.4g} times what it should be{line}."
    if factor is None:
        return Cause(Family.FACTOR, f"The path through {step} has a wrong factor.", seen)
    if factor.meaning is Meaning.SIGN:
        return Cause(Family.SIGN, f"The path through {step} has the wrong sign.", seen)
    if factor.meaning is Meaning.BESSEL and patient.has_variance:
        return Cause(
            Family.VARIANCE, "The biased and the unbiased variance are mixed up.", f"{seen} {factor.text}."
        )
    if (
        factor.meaning is Meaning.SIZE
        and factor.divided
        and patient.upstream is None
        and not _is_statistic(change)
    ):
        # The forward pass of a loss function already divides, as it takes the mean: this divides again.
        return Cause(Family.FACTOR, factor.in_excess(f"the path through {step}"), seen)
    if factor.meaning is Meaning.SIZE:
        title = f"A sum and a mean are mixed up in the path through {step}."
        what = "divided" if factor.divided else "multiplied"
        return Cause(Family.SUM_FOR_MEAN, title, f"{seen} It is {what} by {factor.text}.")
    return Cause(Family.FACTOR, factor.in_excess(f"the path through {step}"), seen)


def _operand(change: CallChange) -> str:
    """Return an argument as written in the expression, if it can be read from there."""
    position = change.argument or 0
    ordinal = ("the first", "the second", "the third")[position] if position < 3 else f"the {position + 1}th"
    try:
        node = ast.parse(change.site.text, mode="eval").body
    except SyntaxError:
        return f"{ordinal} array"
    operands: list[ast.expr] = []
    if isinstance(node, ast.BinOp):
        operands = [node.left, node.right]
    elif isinstance(node, ast.Call) and len(node.args) == change.site.num_arguments:
        operands = list(node.args)
    if len(operands) == change.site.num_arguments:
        return f"`{ast.unparse(operands[position])}`"
    return f"{ordinal} array"


#: At most this many wrong elements are examined; a pattern that holds for these holds for all.
_MOST = 30


def assigned(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a gradient that keeps only one of several contributions: assigned in a loop, not added."""
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
                title = (
                    f"Contributions to {failure.label} are assigned, not added: only the last one is kept."
                )
                evidence = (
                    f"Up to {most} outputs depend on an element, but it holds the contribution of only one; "
                    f"this makes {int(failure.wrong.sum())} of {int(failure.known.sum())} elements wrong."
                )
                yield Cause(Family.PATH, title, evidence)
                return


def _contributions(patient: Patient, failure: Failure, index: tuple[int, ...], upstream: Floats) -> Floats:
    """Return the contribution of each output to one element, in the output's shape."""
    move = np.zeros_like(failure.analytic)
    move[index] = STEP
    above, below = patient.probe.value({failure.name: move}), patient.probe.value({failure.name: -move})
    change: Floats = (above.astype(np.float64) - below) / (2 * STEP) * upstream
    change[np.abs(change) < 1e-8 * failure.size] = 0
    return change
