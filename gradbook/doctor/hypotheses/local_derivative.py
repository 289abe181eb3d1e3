"""Hypotheses about local derivatives: which call of the forward pass is differentiated incorrectly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradbook.doctor import tape
from gradbook.doctor.calls import CallChange, ChangeKind, Site, each_call
from gradbook.doctor.hypotheses.location import SELECTING
from gradbook.doctor.slopes import STEP, slopes_of
from gradbook.doctor.symptoms import Cause, Failure, Family, Patient


def wrong_derivative(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a call whose local derivative is wrong: a mask not applied or inverted, a factor left out."""
    slopes = slopes_of(patient, failure)
    if slopes is None:
        return
    for site in patient.sites:
        for how in (ChangeKind.PASS, ChangeKind.OPPOSITE):
            if not _fits(site, how):
                continue
            tried = (slopes.changed(patient, [CallChange(site, how, call=call)]) for call in each_call(site))
            if not any(changed is not None and slopes.explained_by(changed) for changed in tried):
                continue
            masks = site.name in ("maximum", "where", "clip") or _by_zeros(site)
            if how is ChangeKind.OPPOSITE:
                title = f"The mask of `{site.text}` is inverted."
                evidence = f"Your {failure.label} is the gradient that flows exactly where the mask is 0."
                yield Cause(Family.MASK, title, evidence)
            elif masks:
                title = f"The mask of `{site.text}` is not applied."
                evidence = f"Your {failure.label} is the gradient without the mask."
                yield Cause(Family.MASK, title, evidence)
            else:
                title = f"The local derivative of `{site.text}` is left out."
                evidence = f"Your {failure.label} is the gradient with 1 in its place."
                yield Cause(Family.PATH, title, evidence)
            return


def where_it_goes_wrong(patient: Patient, failure: Failure) -> Iterator[Cause]:
    """Find a call through which all wrong gradients flow, but no correct one."""
    wrong = {other.name for other in patient.failures}
    right = [name for name in patient.labels if name not in wrong]
    if patient.upstream is not None or not right or failure is not patient.failures[0]:
        return
    for site in patient.sites:
        if site.name not in SELECTING:
            continue
        for call in reversed(each_call(site)):
            change = CallChange(site, call=call)
            if all(_depends(patient, name, change) == (name in wrong) for name in patient.labels):
                title = f"The gradient goes wrong at `{site.text}`: it flows on to the wrong elements."
                through = ", ".join(other.label for other in patient.failures)
                past = ", ".join(patient.labels[name] for name in right)
                evidence = f"Gradients that flow through it are wrong ({through}), the others right ({past})."
                yield Cause(Family.MASK, title, evidence)
                return


def _depends(patient: Patient, name: str, change: CallChange) -> bool:
    """Return whether the loss depends on an input through a call."""
    here = patient.probe.point[name]
    move = STEP * np.random.default_rng(4).choice([-1.0, 1.0], here.shape) * np.maximum(1, np.abs(here))
    held, free = tape.slope(patient.probe, [change], name, move), patient.probe.slope(name, move)
    return held is not None and abs(held - free) > 1e-6 * abs(free)


def _fits(site: Site, how: ChangeKind) -> bool:
    """Return whether a call keeps the shape of its argument, so that it can be changed in this way."""
    arguments, result = site.calls[0]
    if any(argument.shape != result.shape for argument in arguments[:1]):
        return False
    if how is ChangeKind.OPPOSITE:
        return len(arguments) == 1 and bool((result == arguments[0]).any()) and bool((result == 0).any())
    return site.name not in ("add", "subtract")


def _by_zeros(site: Site) -> bool:
    """Return whether a call sets elements to 0, as a product with a mask does."""
    arguments, result = site.calls[0]
    return bool(np.any((result == 0) & (arguments[0] != 0)))
