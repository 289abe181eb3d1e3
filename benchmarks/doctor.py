"""Measure the gradient check and the doctor on the catalogue of single faults.

Run ``python -m benchmarks.doctor`` from the repository's root (some minutes). It checks the correct backward
pass of each function, and every fault in it. For each family of faults, it counts how often the doctor names
this family first. ``--list`` prints the faults for which it names another one.
"""

from __future__ import annotations

import argparse
import statistics
from collections import Counter

from tests.faults import FAMILIES, SUBJECTS
from tests.faults.detection import Finding, findings


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
