"""Is an assignment sound? Right answers earn everything, wrong ones lose their own task, and checks say why.

Proved by running it: the reference, the blank release, trivial code, every variant and every mistake that
lies beside the source, under seeds that nobody has seen. What a proof rests on is hashed, so that a notebook
that did not change since it was proved is not proved again.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from autograder.course import NEVER_RELEASED, SOURCE, Course
from autograder.errors import AutograderError
from autograder.files import write_atomically
from autograder.grading.gradebook import fingerprint
from autograder.grading.kernels import warm
from autograder.grading.kernels.bubblewrap import why_not
from autograder.grading.material import Material, prepare
from autograder.grading.mistakes import Solution, read_solutions
from autograder.release.claims import Proof
from autograder.results.proof import Finding, watch

if TYPE_CHECKING:
    from traitlets.config import Config

#: How many seeds an assignment is proved under.
SEEDS = 3


def prove(
    course: Course, assignment: str, released: Path | None = None, *, again: bool = False
) -> Iterator[Finding]:
    """Prove the notebooks of an assignment; yield each finding as it comes.

    Parameters
    ----------
    course, assignment
        What is proved.
    released
        The folder of the release; by default the one that students have.
    again
        Prove what did not change since it was proved, too.

    Raises
    ------
    AutograderError
        When there is no source, no fitting release, or a reference that does not answer.
    """
    for material in prepare(course, assignment, released):
        folder = course.folder(SOURCE) / assignment
        variants = tuple(read_solutions(folder / NEVER_RELEASED[1] / f"{material.name}.py"))
        mark = course.private / "proofs" / f"{assignment}-{material.name}"
        print_ = _fingerprint(material, variants)
        with contextlib.suppress(OSError):
            if mark.read_text(encoding="utf-8") == print_ and not again:
                yield Finding(f"{assignment}/{material.name}", "proved before, unchanged", 0, (), 0.0, 0)
                continue
        seeds = tuple(secrets.randbelow(2**31) for _ in range(SEEDS))
        sound = True
        with warm.kernels():
            for finding in Proof(material, variants, proving_config(course), seeds).findings():
                sound = sound and finding.holds
                yield finding
        if sound:
            write_atomically(mark, print_)


def require_sound(course: Course, assignment: str, released: Path) -> None:
    """Make sure that an assignment is sound before students get it.

    Parameters
    ----------
    course, assignment
        What is released.
    released
        The folder of the release.

    Raises
    ------
    AutograderError
        With what would be graded or taught wrongly.
    """
    findings = watch(prove(course, assignment, released))
    problems = [f"{finding.claim}? {problem}" for finding in findings for problem in finding.problems]
    if not problems:
        return
    more = [f"and {len(problems) - 20} more"] if len(problems) > 20 else []
    raise AutograderError(
        f"{assignment} is not sound, and is not released.",
        expected="what autograder prove looks for, by running every solution that lies beside the source",
        got="\n            ".join([*problems[:20], *more]),
        done="The release that was there is unchanged.",
        next=f"mend the source, its mistakes or its variants, then autograder release {assignment}",
    )


def proving_config(course: Course) -> Config:
    """Return the course's configuration, without a sandbox where there can be none.

    What a proof runs is the course's own.
    """
    config = course.config()
    if why_not() is not None:
        config.GradingExecute.sandbox = "none"
    return config


def _fingerprint(material: Material, variants: Sequence[Solution]) -> str:
    """Return a hash of all that a proof rests on."""
    weights = [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in material.weights]
    solutions = [str(solution) for solution in (*material.mistakes, *variants)]
    texts = [material.source_text, material.release_text]
    code = fingerprint.of_package("data", "grading", "notebook", "release")
    return fingerprint.of_parts([code, np.__version__, *texts, *solutions, *weights])
