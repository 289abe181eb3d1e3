"""The mutants of the course: the score of each notebook, and the evidence for the accepted ones.

``python -m benchmarks.mutants --seeds 1000 --draw 30`` tries all mutants, asks the hidden questions of each
accepted survivor with 1,000 further seeds, and prints thirty of these with their reasons, drawn by a seed.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable
from pathlib import Path

from autograder.course import Course
from autograder.grading.notebook_spec import prepare
from autograder.release.mutation import distinguishing_seeds, survey
from autograder.survey import Mutant, Survey


def score(surveys: Iterable[Survey]) -> str:
    """Return a row of the table for some tasks."""
    surveys = list(surveys)
    tried = sum(len(one.trials) for one in surveys)
    survivors = sum(len(one.survivors) for one in surveys)
    disagree = sum(len(one.disagreements) for one in surveys)
    by_rule = sum(one.by_rule for one in surveys)
    noticed = sum(one.noticed for one in surveys)
    return (
        f"{tried:6} {noticed:8} {noticed / tried:7.1%} {by_rule:8} {survivors:9} {survivors / tried:6.1%} "
        f"{disagree:9} {1 - disagree / tried:9.1%}"
    )


def accepted(surveys: Iterable[Survey]) -> list[tuple[Mutant, str]]:
    """Return the survivors that are accepted, with the reasons."""
    found = []
    for one in surveys:
        reasons = {(entry.old, entry.new): entry.reason for entry in one.accepted}
        for trial in one.survivors:
            mutant = trial.mutant
            found.append((mutant, reasons.get((mutant.old, mutant.new), "not accepted")))
    return found


def main() -> None:
    """Print the table, the evidence and the drawn mutants."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=0, help="seeds for the evidence; 0: none")
    parser.add_argument("--draw", type=int, default=0, help="how many accepted mutants are printed")
    parser.add_argument("--seed", type=int, default=1, help="the seed of this draw")
    options = parser.parse_args()
    course = Course.find(Path(__file__))
    specs = [spec for assignment in course.assignments() for spec in prepare(course, assignment)]
    every: list[Survey] = []
    print(f"{'':16} {'mutants':>6} noticed           by rule  survive         disagree agreement")
    for spec in specs:
        found = [one for one in survey(course, [spec.assignment]) if one.notebook.endswith(f"/{spec.name}")]
        every += found
        print(f"{spec.name:16} {score(found)}", flush=True)
    print(f"{'all':16} {score(every)}")
    for spec in specs if options.seeds else []:
        survivors = accepted(one for one in every if one.notebook.endswith(f"/{spec.name}"))
        noticed = distinguishing_seeds(spec, [mutant for mutant, _ in survivors], range(options.seeds))
        apart = {name: count for name, count in noticed.items() if count}
        print(
            f"{spec.name}: {len(survivors)} survivors, {options.seeds} seeds; noticed: {apart or 'none'}",
            flush=True,
        )
    survivors = accepted(every)
    drawn = random.Random(options.seed).sample(survivors, min(options.draw, len(survivors)))
    for mutant, reason in drawn:
        print(f"{mutant.task}: {mutant.old!r} → {mutant.new!r}: {reason}")


if __name__ == "__main__":
    main()
