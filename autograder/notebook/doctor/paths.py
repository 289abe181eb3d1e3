r"""Which step on the way from the inputs to the loss went wrong backwards.

Each call in the student's forward pass is changed in turn, and the slopes of the changed function are
compared with the gradient that was handed in. Where a gradient is

.. math:: g = g_{held} + c \, (g_{true} - g_{held}),

with :math:`g_{held}` the gradient with one call's result held, the path through this call was counted c
times: 0 means that it was forgotten, N that a mean became a sum, N/(N − 1) that a variance became unbiased.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence

from autograder.notebook.doctor.calls import Change, Site, each_call
from autograder.notebook.doctor.factors import Factor, Meaning
from autograder.notebook.doctor.slopes import slopes_of
from autograder.notebook.doctor.symptoms import Cause, Failure, Family, Patient

_STATISTICS = {"mean", "var", "std", "average", "max", "amax", "sum", "add.reduce", "maximum.reduce"}


def counted_wrongly(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a path that is forgotten, counted twice, has the wrong sign, or a wrong factor."""
    slopes = slopes_of(patient, failure)
    if slopes is None:
        return
    statistics = [Change(site) for site in patient.sites if _is_statistic(Change(site))]
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
            # A statistic says more than the steps that follow from it, and one more than two.
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


def _held(sites: Sequence[Site]) -> Iterator[Change]:
    for site in sites:
        for call in each_call(site):
            yield Change(site, call=call)
            if site.num_arguments > 1:
                for argument in range(site.num_arguments):
                    yield Change(site, argument=argument, call=call)


def _is_statistic(change: Change) -> bool:
    """Return whether a change holds a mean, a variance or the like: of a part of the numbers, not of all."""
    result = change.site.calls[0][1]
    return change.site.name in _STATISTICS and change.argument is None and result.ndim > 0


def _meaning(patient: Patient, share: float) -> Factor | None:
    if abs(share) <= 1e-3:
        return Factor(Meaning.NUMBER, "0")
    return patient.quantities.meaning(share)


def _cause(patient: Patient, failure: Failure, change: Change, share: float, factor: Factor | None) -> Cause:
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
    seen = f"What {step} contributes to {failure.label} is {share:.4g} times what it should be{line}."
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
        # A loss has its mean in the forward pass: the division is there, and is made again.
        return Cause(Family.FACTOR, factor.in_excess(f"the path through {step}"), seen)
    if factor.meaning is Meaning.SIZE:
        title = f"A sum and a mean are mixed up in the path through {step}."
        what = "divided" if factor.divided else "multiplied"
        return Cause(Family.SUM_FOR_MEAN, title, f"{seen} It is {what} by {factor.text}.")
    return Cause(Family.FACTOR, factor.in_excess(f"the path through {step}"), seen)


def _operand(change: Change) -> str:
    """Return an argument as it is written, where the expression tells."""
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
