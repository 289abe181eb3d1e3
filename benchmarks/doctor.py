"""Measure the gradient check and the doctor on the catalogue of single faults.

Run ``python -m benchmarks.doctor`` from the repository's root (some minutes). It checks the correct backward
pass of each function, and every fault in it. For each family of faults, it counts how often the doctor names
this family first. ``--list`` prints the faults for which it names another one.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gradbook.checks.gradient import Examination, examine
from gradbook.messages import CheckFailed
from tests.faults import FAMILIES, SUBJECTS, Case, Fault, Subject, load


@dataclass(frozen=True)
class Finding:
    """The result of the check for one fault, or for the correct backward pass.

    Attributes
    ----------
    subject
        The function.
    fault
        The fault; None for the correct backward pass.
    rejected
        Whether the check fails.
    diagnosed
        Whether the doctor was asked. It is not needed if a gradient is missing or has the wrong shape.
    family, cause
        The family and the text of the doctor's first cause; None if it names no cause.
    seconds
        How long the check took.
    """

    subject: Subject
    fault: Fault | None
    rejected: bool
    diagnosed: bool = False
    family: str | None = None
    cause: str | None = None
    seconds: float = 0.0

    @property
    def is_wrong(self) -> bool:
        """Whether a check must reject the gradient."""
        return self.fault is not None and self.fault.equivalent is None


def check(subject: Subject, fault: Fault | None, seed: int = 0, single: bool = False) -> Finding:
    """Return the result of checking a function's gradients at its inputs.

    Parameters
    ----------
    subject, fault
        The function, and the fault in it (None for the correct function).
    seed
        The seed of the inputs.
    single
        Whether the inputs are float32.
    """
    case = subject.case(load(subject, fault), np.random.default_rng(seed))
    if single:
        for name, array in case.inputs.items():
            case.inputs[name] = array.astype(np.float32)
    began = time.perf_counter()
    try:
        found = _examined(case)
    except (CheckFailed, ArithmeticError, IndexError, TypeError, ValueError):
        return Finding(subject, fault, rejected=True)
    seconds = time.perf_counter() - began
    if not found.failures:
        return Finding(subject, fault, rejected=False, seconds=seconds)
    first = found.causes[0] if found.causes else None
    family, cause = (first.family.value, str(first)) if first else (None, None)
    return Finding(subject, fault, True, True, family, cause, seconds)


def _examined(case: Case) -> Examination:
    with np.errstate(all="ignore"):
        return examine(case.f, case.inputs, case.analytic, case.upstream, case.constants)


def findings(subjects: Iterable[Subject] = SUBJECTS) -> Iterable[Finding]:
    """Yield the result of the check for each correct backward pass and each fault."""
    for subject in subjects:
        for fault in (None, *subject.faults):
            yield check(subject, fault)


def _row(name: str, here: list[Finding]) -> str:
    wrong = [finding for finding in here if finding.is_wrong]
    equivalent = [finding for finding in here if finding.fault and not finding.is_wrong]
    return (
        f"{name:<52}{len(wrong):>8}{sum(f.rejected for f in wrong):>10}{len(equivalent):>12}"
        f"{sum(not f.rejected for f in equivalent):>10}{statistics.median(f.seconds for f in here):>8.2f}"
    )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--list", action="store_true", help="print each fault for which another family is named"
    )
    arguments = parser.parse_args()
    everything: list[Finding] = []
    print(f"{'function':<52}{'faults':>8}{'rejected':>10}{'equivalent':>12}{'accepted':>10}{'s each':>8}")
    for subject in SUBJECTS:
        here = list(findings([subject]))
        everything += here
        print(_row(subject.name, here), flush=True)
    print(_row("all", everything))
    asked = [finding for finding in everything if finding.is_wrong and finding.diagnosed]
    counts = Counter(finding.fault.family for finding in asked if finding.fault)
    right_first = Counter(f.family for f in asked if f.fault and f.family == f.fault.family)
    print(f"\n{'family of the fault':<28}{'faults':>8}{'named first':>13}{'share':>8}")
    for family in FAMILIES:
        share = right_first[family] / counts[family]
        print(f"{family:<28}{counts[family]:>8}{right_first[family]:>13}{share:>8.0%}")
    total = sum(counts[family] for family in FAMILIES)
    named = sum(right_first[family] for family in FAMILIES)
    print(f"{'all twelve':<28}{total:>8}{named:>13}{named / total:>8.1%}")
    if arguments.list:
        for finding in asked:
            if finding.fault and finding.fault.family and finding.family != finding.fault.family:
                print(f"\n{finding.subject.name}: {finding.fault.title} [{finding.fault.family}]")
                print(f"  {finding.family}: {finding.cause}")


if __name__ == "__main__":
    main()
