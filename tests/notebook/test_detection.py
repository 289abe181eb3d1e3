"""Right gradients are accepted, whatever the inputs; wrong ones are rejected, and the doctor says why.

The functions, their inputs and what is done wrong in them are the catalogue in ``benchmarks/faults``.
"""

from __future__ import annotations

import pytest

from benchmarks.doctor import Finding, findings, look_at
from benchmarks.faults import FAMILIES, SUBJECTS, Subject

SEEDS = 200

by_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)


@pytest.fixture(scope="module")
def found() -> dict[str, list[Finding]]:
    return {subject.name: list(findings([subject])) for subject in SUBJECTS}


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
def test_every_wrong_gradient_is_rejected_and_every_equivalent_one_accepted(
    subject: Subject, found: dict[str, list[Finding]]
) -> None:
    accepted = [f.fault.title for f in found[subject.name] if f.fault and f.is_wrong and not f.rejected]
    assert accepted == []
    alarms = [f.fault for f in found[subject.name] if not f.is_wrong and f.rejected]
    assert alarms == []
    assert sum(f.is_wrong for f in found[subject.name]) >= 20


def test_the_doctor_names_the_right_family_first(found: dict[str, list[Finding]]) -> None:
    asked = [f for each in found.values() for f in each if f.is_wrong and f.diagnosed and f.fault.family]
    named = {family: [f.family == family for f in asked if f.fault.family == family] for family in FAMILIES}
    assert all(named.values()), "a family without a fault"
    shares = {family: sum(hits) / len(hits) for family, hits in named.items()}
    assert sum(map(sum, named.values())) / len(asked) >= 0.9, shares
    # In no family is the doctor a guess.
    assert min(shares.values()) >= 0.8, shares


def test_a_right_gradient_has_no_cause(found: dict[str, list[Finding]]) -> None:
    assert [f for each in found.values() for f in each if not f.is_wrong and f.said is not None] == []
