"""What the gradient check finds, and what the doctor says: a table over the catalogue of single faults.

Run ``python -m benchmarks.doctor`` from the repository's root (some minutes). For each function the right
backward pass is checked, and every fault in it; for each family of faults it is counted how often the doctor
names it first. ``--list`` tells each fault that it names otherwise.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from autograder.notebook.gradient_check import Examination, examine
from autograder.notebook.messages import CheckFailed
from benchmarks.faults import FAMILIES, SUBJECTS, Case, Fault, Subject, load


@dataclass(frozen=True)
class Finding:
    """What the check says of one fault, or of the right backward pass.

    Attributes
    ----------
    subject
        The function.
    fault
        What was done wrong; None for the right backward pass.
    rejected
        Whether the check fails.
    diagnosed
        Whether the doctor was asked: a gradient of another shape, or none at all, is told without it.
    family, said
        The family of the cause that it names first, and its words; None where it names none.
    seconds
        How long it took.
    """

    subject: Subject
    fault: Fault | None
    rejected: bool
    diagnosed: bool = False
    family: str | None = None
    said: str | None = None
    seconds: float = 0.0

    @property
    def is_wrong(self) -> bool:
        """Whether the gradient is one that a check must reject."""
        return self.fault is not None and self.fault.equivalent is None


def look_at(subject: Subject, fault: Fault | None, seed: int = 0, single: bool = False) -> Finding:
    """Check a function's gradients at its own inputs.

    Parameters
    ----------
    subject, fault
        The function, and what is done wrong in it (None: nothing).
    seed
        Of the inputs.
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
    family, said = (first.family.value, str(first)) if first else (None, None)
    return Finding(subject, fault, True, True, family, said, seconds)


def _examined(case: Case) -> Examination:
    with np.errstate(all="ignore"):
        return examine(case.f, case.inputs, case.analytic, case.upstream, case.constants)


def findings(subjects: Iterable[Subject] = SUBJECTS) -> Iterable[Finding]:
    """Yield what the check says of each right backward pass, and of each fault."""
    for subject in subjects:
        for fault in (None, *subject.faults):
            yield look_at(subject, fault)


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
    parser.add_argument("--list", action="store_true", help="tell each fault that the doctor names otherwise")
    arguments = parser.parse_args()
    everything: list[Finding] = []
    print(f"{'function':<52}{'faults':>8}{'rejected':>10}{'equivalent':>12}{'accepted':>10}{'s each':>8}")
    for subject in SUBJECTS:
        here = list(findings([subject]))
        everything += here
        print(_row(subject.name, here), flush=True)
    print(_row("all", everything))
    asked = [finding for finding in everything if finding.is_wrong and finding.diagnosed]
    told = Counter(finding.fault.family for finding in asked if finding.fault)
    right_first = Counter(f.family for f in asked if f.fault and f.family == f.fault.family)
    print(f"\n{'family of the fault':<28}{'faults':>8}{'named first':>13}{'share':>8}")
    for family in FAMILIES:
        share = right_first[family] / told[family]
        print(f"{family:<28}{told[family]:>8}{right_first[family]:>13}{share:>8.0%}")
    total = sum(told[family] for family in FAMILIES)
    named = sum(right_first[family] for family in FAMILIES)
    print(f"{'all twelve':<28}{total:>8}{named:>13}{named / total:>8.1%}")
    if arguments.list:
        for finding in asked:
            if finding.fault and finding.fault.family and finding.family != finding.fault.family:
                print(f"\n{finding.subject.name}: {finding.fault.title} [{finding.fault.family}]")
                print(f"  {finding.family}: {finding.said}")


if __name__ == "__main__":
    main()
