"""Diagnose a gradient that fails its check.

The gradient doctor has no reference solution. It reasons from the numerical gradient, the student's own
forward pass, and the known mistakes of the task.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from gradbook.doctor import tape
from gradbook.doctor.factors import Quantities, axis_lengths
from gradbook.doctor.hypotheses import (
    local_derivative,
    location,
    magnitude,
    missing_path,
    normalisation,
    wrong_input,
)
from gradbook.doctor.symptoms import Cause, Failure, Family, Patient
from gradbook.gradcheck.comparison import Comparison
from gradbook.gradcheck.probe import Floats, Probe

#: At most this many causes are reported: more would not be read.
MOST_CAUSES = 3

#: Seconds after which the search stops if a cause has been found.
_TIMEOUT_S = 3.0

#: A known mistake of a task: its message, and the gradients by input that it leads to.
KnownMistake = tuple[str, dict[str, Floats]]

#: The most specific hypotheses come first: the first that applies gives the likeliest cause.
_HYPOTHESES: tuple[Callable[[Patient, Failure], Iterator[Cause]], ...] = (
    magnitude.not_finite,
    magnitude.constant_factor,
    magnitude.regularisation,
    location.axes,
    wrong_input.altered_upstream,
    wrong_input.reduced_upstream,
    normalisation.epsilon,
    magnitude.known_ratio,
    location.collected,
    wrong_input.altered_input,
    missing_path.assigned,
    location.conclusive_rows,
    location.wrong_places,
    missing_path.miscounted,
    normalisation.normalisation,
    location.wrong_axis,
    local_derivative.wrong_derivative,
    location.mask,
    location.too_many_or_few,
    wrong_input.behind_a_product,
    wrong_input.behind_a_sum,
    location.some_rows,
    location.border,
    magnitude.itself,
    magnitude.nothing_flows,
    location.let_through,
    magnitude.same_everywhere,
    local_derivative.where_it_goes_wrong,
)


def examine(
    probe: Probe,
    comparisons: Sequence[Comparison],
    labels: Mapping[str, str],
    upstream: Floats | None,
    value: Floats,
    constants: Mapping[str, float],
    backward: Callable[[], object] | None,
) -> Patient:
    """Return everything that the doctor can examine.

    Parameters
    ----------
    probe
        The forward pass; the probe must be active.
    comparisons
        The comparison of each input's analytic gradient with the numerical one.
    labels
        The name of each gradient in messages.
    upstream, value
        The upstream gradient (None for a scalar loss), and the value of the forward pass.
    constants
        The constants of the task, by name.
    backward
        Computes the analytic gradients again; None if they were given as values.
    """
    failures = []
    for comparison in comparisons:
        if comparison.numerical is not None and comparison.wrong is not None and comparison.wrong.any():
            known = ~np.isnan(comparison.numerical)
            name = comparison.name
            failures.append(
                Failure(
                    name, labels[name], comparison.analytic, comparison.numerical, known, comparison.wrong
                )
            )
    # Patterns are clearest in large arrays.
    failures.sort(key=lambda failure: -failure.analytic.size)
    sites = tape.sites(probe)
    intermediate = {f"`{site.text}`": site.calls[0][1] for site in sites}
    lengths = axis_lengths({**probe.point, "the output": value, **intermediate})
    return Patient(probe, failures, labels, upstream, sites, Quantities(lengths, constants), backward)


def diagnose(patient: Patient, mistakes: Sequence[KnownMistake] = ()) -> list[Cause]:
    """Return the likely causes of a failing gradient, the likeliest first.

    Parameters
    ----------
    patient
        The failing gradients, and everything that is known about them.
    mistakes
        The known mistakes of the task; they come before the causes that the doctor finds.

    Returns
    -------
    list of Cause
        At most three causes; empty if nothing is recognised.
    """
    found = list(_known(patient, mistakes))
    explained: set[str] = set()
    deadline = time.monotonic() + _TIMEOUT_S
    with np.errstate(all="ignore"):
        for hypothesis in _HYPOTHESES:
            for failure in patient.failures[:MOST_CAUSES]:
                if len(found) >= MOST_CAUSES or (found and time.monotonic() > deadline):
                    return found
                if failure.name in explained:
                    continue
                causes = list(hypothesis(patient, failure))
                if causes:
                    explained.add(failure.name)
                found += [cause for cause in causes if cause not in found]
            if len(explained) == len(patient.failures[:MOST_CAUSES]):
                break
    return found


def _known(patient: Patient, mistakes: Sequence[KnownMistake]) -> Iterator[Cause]:
    for message, gradients in mistakes:
        affected = [failure for failure in patient.failures if failure.name in gradients]
        if affected and all(failure.explained_by(gradients[failure.name]) for failure in affected):
            labels = " and ".join(failure.label for failure in affected)
            yield Cause(Family.TASK, message, f"Your {labels} has exactly the values that this leads to.")
