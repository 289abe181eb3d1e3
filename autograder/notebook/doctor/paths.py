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
from dataclasses import dataclass

import numpy as np

from autograder.notebook.doctor import tape
from autograder.notebook.doctor.factors import Factor, Meaning
from autograder.notebook.doctor.places import SELECTING
from autograder.notebook.doctor.symptoms import Cause, Failure, Family, Patient
from autograder.notebook.doctor.tape import Change, How, Site
from autograder.notebook.probe import Floats

#: Directions along which an explanation must hold: more than an accident gets right.
_DIRECTIONS = 5

_STATISTICS = {"mean", "var", "std", "average", "max", "amax", "sum", "add.reduce", "maximum.reduce"}
_STEP = 1e-6


@dataclass(frozen=True)
class _Slopes:
    """The slopes along some directions of one input: by the gradient handed in, and in truth."""

    name: str
    directions: list[Floats]
    claimed: Floats
    true: Floats

    def changed(self, patient: Patient, changes: Sequence[Change], share: bool = False) -> Floats | None:
        """Return the slopes of the forward pass with changes.

        None where it cannot be run so, or where the first slopes tell that it explains nothing. With
        `share`, a part of the path may explain the gradient; otherwise only the changed function itself.
        """
        slopes: list[float] = []
        for direction in self.directions:
            slope = tape.slope(patient.probe, changes, self.name, _STEP * direction)
            if slope is None or not np.isfinite(slope):
                return None
            slopes.append(slope / _STEP)
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
        # Two directions, one factor: the two slopes are in proportion.
        return bool(
            abs(path[0] * rest[1] - path[1] * rest[0])
            <= 1e-2 * np.abs(path).max() * np.abs(rest - path).max()
        )

    def explained_by(self, slopes: Floats) -> bool:
        """Return whether the gradient handed in has these slopes."""
        off = np.linalg.norm(self.claimed - slopes)
        return bool(off <= 1e-3 * np.linalg.norm(self.claimed - self.true))

    def share(self, held: Floats) -> float | None:
        """Return how often the path is counted without which the slopes are `held`; None if it is not it."""
        path = self.true - held
        if np.linalg.norm(path) <= 1e-6 * np.linalg.norm(self.true):
            return None
        share = float((self.claimed - held) @ path / (path @ path))
        return share if self.explained_by(held + share * path) else None


def _slopes(patient: Patient, failure: Failure) -> _Slopes | None:
    if not np.isfinite(failure.analytic).all():
        return None
    tried = directions(patient, failure)
    claimed = [float(np.sum(failure.analytic * direction)) for direction in tried]
    true = [patient.probe.slope(failure.name, _STEP * direction) / _STEP for direction in tried]
    return _Slopes(failure.name, tried, np.array(claimed), np.array(true))


def directions(patient: Patient, failure: Failure) -> list[Floats]:
    """Return random directions of an input; each leaves some elements out, and all elements with a kink."""
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


def counted_wrongly(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a path that is forgotten, counted twice, has the wrong sign, or a wrong factor."""
    slopes = _slopes(patient, failure)
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
        for call in tape.each_call(site):
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


def wrong_derivative(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a call whose own derivative is wrong: a mask not applied or inverted, a factor left out."""
    slopes = _slopes(patient, failure)
    if slopes is None:
        return
    for site in patient.sites:
        for how in (How.PASS, How.OPPOSITE):
            if not _fits(site, how):
                continue
            tried = (slopes.changed(patient, [Change(site, how, call=call)]) for call in tape.each_call(site))
            if not any(changed is not None and slopes.explained_by(changed) for changed in tried):
                continue
            masks = site.name in ("maximum", "where", "clip") or _by_zeros(site)
            if how is How.OPPOSITE:
                title = f"The mask of `{site.text}` is the wrong way round."
                evidence = f"Your {failure.label} is the gradient that flows just where this does not let it."
                yield Cause(Family.MASK, title, evidence)
            elif masks:
                title = f"The mask of `{site.text}` is not applied."
                evidence = f"Your {failure.label} is the gradient with everything let through there."
                yield Cause(Family.MASK, title, evidence)
            else:
                title = f"The derivative of `{site.text}` is left out."
                evidence = f"Your {failure.label} is the gradient with 1 in its place."
                yield Cause(Family.PATH, title, evidence)
            return


def where_it_goes_wrong(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find the call through which all wrong gradients flow, and none that is right."""
    wrong = {other.name for other in patient.failures}
    right = [name for name in patient.labels if name not in wrong]
    if patient.upstream is not None or not right or failure is not patient.failures[0]:
        return
    for site in patient.sites:
        if site.name not in SELECTING:
            continue
        for call in reversed(tape.each_call(site)):
            change = Change(site, call=call)
            if all(_depends(patient, name, change) == (name in wrong) for name in patient.labels):
                title = f"The gradient goes wrong at `{site.text}`: it flows on to the wrong elements."
                through = ", ".join(other.label for other in patient.failures)
                past = ", ".join(patient.labels[name] for name in right)
                evidence = f"What flows through it is wrong ({through}), what does not is right ({past})."
                yield Cause(Family.MASK, title, evidence)
                return


def _depends(patient: Patient, name: str, change: Change) -> bool:
    """Return whether the loss depends on an input through a call."""
    here = patient.probe.point[name]
    move = _STEP * np.random.default_rng(4).choice([-1.0, 1.0], here.shape) * np.maximum(1, np.abs(here))
    held, free = tape.slope(patient.probe, [change], name, move), patient.probe.slope(name, move)
    return held is not None and abs(held - free) > 1e-6 * abs(free)


def _fits(site: Site, how: How) -> bool:
    """Return whether a call keeps the shape of what it is given, so that it can be changed in this way."""
    arguments, result = site.calls[0]
    if any(argument.shape != result.shape for argument in arguments[:1]):
        return False
    if how is How.OPPOSITE:
        return len(arguments) == 1 and bool((result == arguments[0]).any()) and bool((result == 0).any())
    return site.name not in ("add", "subtract")


def _by_zeros(site: Site) -> bool:
    """Return whether a call sets elements to 0, as a product with a mask does."""
    arguments, result = site.calls[0]
    return bool(np.any((result == 0) & (arguments[0] != 0)))


def epsilon(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a small constant that the forward pass adds and the gradient does not know."""
    slopes = _slopes(patient, failure)
    if slopes is None:
        return
    for site in patient.sites:
        constant = _added(site)
        if constant is None or not _is_under_a_root(patient, site):
            continue
        name = f"`{site.text}`"
        changed = slopes.changed(patient, [Change(site, How.DROP)])
        if changed is not None and slopes.explained_by(changed):
            title = f"ε is left out of {failure.label}: the forward pass has {name}."
            evidence = f"Your {failure.label} is the gradient with 0 in place of {constant:.3g}."
            yield Cause(Family.EPSILON, title, evidence)
            return


def _added(site: Site) -> float | None:
    """Return the small positive constant that a call adds to its argument, None where it does not."""
    if site.name != "add":
        return None
    arguments, result = site.calls[0]
    if arguments[0].shape != result.shape:
        return None
    added = result - arguments[0]
    constant = float(added.flat[0])
    same = np.allclose(added, constant, rtol=1e-9, atol=1e-12)
    return constant if same and 0 < constant <= 1 else None


def _is_under_a_root(patient: Patient, site: Site) -> bool:
    """Return whether a call's result is what a root is taken of, or what is divided by."""
    result = site.calls[0][1]
    for other in patient.sites:
        if other.name in ("sqrt", "power", "float_power", "divide", "reciprocal"):
            argument = other.calls[0][0][-1]
            if argument.shape == result.shape and np.array_equal(argument, result):
                return True
    return False
