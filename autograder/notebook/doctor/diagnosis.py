"""The gradient doctor: what is likely to be wrong with a gradient that fails its check.

It has no reference solution. It reasons from the gradient by differences, the student's own forward pass, and
the mistakes that the task lists.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from autograder.notebook.comparison import Comparison
from autograder.notebook.doctor import (
    amounts,
    contributions,
    derivatives,
    normalisation,
    origins,
    paths,
    places,
    tape,
)
from autograder.notebook.doctor.factors import Quantities, axis_lengths
from autograder.notebook.doctor.symptoms import Cause, Failure, Family, Patient
from autograder.notebook.probe import Floats, Probe

#: As many as a person will read.
MOST_CAUSES = 3

#: Seconds after which a cause that is found will do.
_PATIENCE = 3.0

#: A mistake that a task knows of: its message, and the gradients by input that it leads to.
KnownMistake = tuple[str, dict[str, Floats]]

#: From what says most to what says least. The first that applies is the one to start with.
_HYPOTHESES: tuple[Callable[[Patient, Failure], Iterator[Cause]], ...] = (
    amounts.not_finite,
    amounts.constant_factor,
    amounts.regularisation,
    places.axes,
    origins.altered_upstream,
    origins.reduced_upstream,
    normalisation.epsilon,
    amounts.known_ratio,
    places.collected,
    origins.altered_input,
    contributions.assigned,
    places.rows_that_tell,
    places.wrong_places,
    paths.counted_wrongly,
    normalisation.normalisation,
    places.wrong_axis,
    derivatives.wrong_derivative,
    places.mask,
    places.too_many_or_few,
    origins.behind_a_product,
    origins.behind_a_sum,
    places.some_rows,
    places.border,
    amounts.itself,
    amounts.nothing_flows,
    places.let_through,
    amounts.same_everywhere,
    derivatives.where_it_goes_wrong,
)


def admit(
    probe: Probe,
    comparisons: Sequence[Comparison],
    labels: Mapping[str, str],
    upstream: Floats | None,
    value: Floats,
    constants: Mapping[str, float],
    backward: Callable[[], object] | None,
) -> Patient:
    """Return all that the doctor may look at.

    Parameters
    ----------
    probe
        The forward pass, at work.
    comparisons
        How each input's gradient compares with differences.
    labels
        What each is called.
    upstream, value
        The upstream gradient (None for a scalar loss), and what the forward pass returns.
    constants
        Numbers that the task knows, by name.
    backward
        Computes the gradients once more; None where they were handed in as values.
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
    # Patterns show best where there are many elements.
    failures.sort(key=lambda failure: -failure.analytic.size)
    sites = tape.sites(probe)
    met = {f"`{site.text}`": site.calls[0][1] for site in sites}
    lengths = axis_lengths({**probe.point, "the output": value, **met})
    return Patient(probe, failures, labels, upstream, sites, Quantities(lengths, constants), backward)


def diagnose(patient: Patient, mistakes: Sequence[KnownMistake] = ()) -> list[Cause]:
    """Return the likely causes of a failing gradient, the likeliest first.

    Parameters
    ----------
    patient
        What failed, and all that is known.
    mistakes
        What the task knows to go wrong: these come before what the doctor finds by itself.

    Returns
    -------
    list of Cause
        At most three; empty where nothing is recognised.
    """
    found = list(_known(patient, mistakes))
    explained: set[str] = set()
    deadline = time.monotonic() + _PATIENCE
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
        told = [failure for failure in patient.failures if failure.name in gradients]
        if told and all(failure.explained_by(gradients[failure.name]) for failure in told):
            labels = " and ".join(failure.label for failure in told)
            yield Cause(Family.TASK, message, f"Your {labels} has just the values that this leads to.")
