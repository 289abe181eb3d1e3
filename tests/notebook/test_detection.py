"""Right gradients are accepted, whatever the inputs; wrong ones are rejected, and the doctor says why.

The functions, their inputs and what is done wrong in them are the catalogue in ``benchmarks/faults``.
"""

from __future__ import annotations

import functools

import pytest

from benchmarks.doctor import Finding, findings, look_at
from benchmarks.faults import FAMILIES, SUBJECTS, Subject

SEEDS = 200

# Thousands of checks of many lines each: to count the lines takes longer than to run them.
pytestmark = pytest.mark.no_cover

by_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)


@functools.cache
def found(subject: Subject) -> list[Finding]:
    """Return what the doctor says of each way to write a function; not a fixture, whose lines are counted."""
    return list(findings([subject]))


@by_subject
def test_a_right_gradient_is_right_for_every_seed_in_either_precision(subject: Subject) -> None:
    alarms = [
        (seed, single)
        for seed in range(SEEDS)
        for single in (False, True)
        if look_at(subject, None, seed, single).rejected
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
    # In no family is the doctor a guess.
    assert min(shares.values()) >= 0.8, shares


def test_a_right_gradient_has_no_cause() -> None:
    assert [f for subject in SUBJECTS for f in found(subject) if not f.is_wrong and f.said is not None] == []
