"""Right gradients are accepted, whatever the inputs; wrong ones are rejected, and the doctor says why.

The functions, their inputs and what is done wrong in them are the catalogue in ``tests/faults``.
"""

from __future__ import annotations

import functools

import pytest

from tests.faults import FAMILIES, SUBJECTS, Subject
from tests.faults.detection import Finding, check, findings

SEEDS = 200

# Not traced for coverage, because that would take longer than the thousands of checks themselves.
pytestmark = [pytest.mark.no_cover, pytest.mark.slow]

by_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)


@functools.cache
def found(subject: Subject) -> list[Finding]:
    """Return the doctor's findings for each subject; not a fixture, because the lines of those are traced."""
    return list(findings([subject]))


@by_subject
def test_a_right_gradient_is_right_for_every_seed_in_either_precision(subject: Subject) -> None:
    alarms = [
        (seed, single)
        for seed in range(SEEDS)
        for single in (False, True)
        if check(subject, None, seed, single).rejected
    ]
    assert alarms == []


@by_subject
def test_every_wrong_gradient_is_rejected_and_every_equivalent_one_accepted(subject: Subject) -> None:
    accepted = [f.fault.title for f in found(subject) if f.fault and f.is_wrong and not f.rejected]
    assert accepted == []
    alarms = [f.fault for f in found(subject) if not f.is_wrong and f.rejected]
    assert alarms == []
    assert sum(f.is_wrong for f in found(subject)) >= 20


def test_the_doctor_names_the_right_family_first() -> None:
    asked = [
        f for subject in SUBJECTS for f in found(subject) if f.is_wrong and f.diagnosed and f.fault.family
    ]
    named = {family: [f.family == family for f in asked if f.fault.family == family] for family in FAMILIES}
    assert all(named.values()), "a family without a fault"
    shares = {family: sum(hits) / len(hits) for family, hits in named.items()}
    assert sum(map(sum, named.values())) / len(asked) >= 0.9, shares
    # The doctor is better than guessing in every family.
    assert min(shares.values()) >= 0.8, shares


def test_a_right_gradient_has_no_cause() -> None:
    assert [f for subject in SUBJECTS for f in found(subject) if not f.is_wrong and f.cause is not None] == []
