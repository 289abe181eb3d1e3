"""Is an assignment sound? Right answers earn everything, wrong ones lose their own task, and checks say why.

Proved by running it: the reference, the blank release, trivial code, every variant and every mistake that
lies beside the source, under seeds that nobody has seen. What a proof rests on is hashed, so that a notebook
that did not change since it was proved is not proved again.
"""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import secrets
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.managers import SyncManager
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING

import numpy as np

from autograder.course import NEVER_RELEASED, SOURCE, Course
from autograder.errors import AutograderError
from autograder.files import write_atomically
from autograder.grading.gradebook import fingerprint
from autograder.grading.kernels.bubblewrap import why_not
from autograder.grading.material import Material, prepare
from autograder.grading.mistakes import Solution, read_solutions
from autograder.grading.workers.hands import Hands
from autograder.release.claims import Proof
from autograder.results.proof import Finding, watch

if TYPE_CHECKING:
    from traitlets.config import Config

#: How many seeds an assignment is proved under.
SEEDS = 3


def prove(
    course: Course, assignments: Sequence[str], released: Path | None = None, *, again: bool = False
) -> Iterator[Finding]:
    """Prove the notebooks of assignments, as many at a time as there are cores; yield findings as they come.

    Parameters
    ----------
    course, assignments
        What is proved.
    released
        The folder in which the releases lie; by default the one that students have.
    again
        Prove what did not change since it was proved, too.

    Raises
    ------
    AutograderError
        When there is no source, no fitting release, or a reference that does not answer.
    """
    due = []
    for candidate in _candidates(course, assignments, released):
        if candidate.is_proved and not again:
            yield Finding(candidate.notebook, "proved before, unchanged", 0, (), 0.0, 0)
        else:
            due.append(candidate)
    yield from _prove_at_once(due, proving_config(course))


def require_sound(course: Course, generated: Path, assignments: Sequence[str]) -> None:
    """Make sure that assignments are sound before students get them.

    Parameters
    ----------
    course, assignments
        What is released.
    generated
        The folder in which the releases lie.

    Raises
    ------
    AutograderError
        With what would be graded or taught wrongly.
    """
    unsound = [finding for finding in watch(prove(course, assignments, generated)) if not finding.holds]
    if not unsound:
        return
    problems = [f"{found.notebook}: {found.claim}? {text}" for found in unsound for text in found.problems]
    more = [f"and {len(problems) - 20} more"] if len(problems) > 20 else []
    names = sorted({finding.notebook.partition("/")[0] for finding in unsound})
    raise AutograderError(
        f"Not sound: {', '.join(names)}.",
        expected="what autograder prove looks for, by running every solution that lies beside the source",
        got="\n            ".join([*problems[:20], *more]),
        done="Nothing was released. The releases that were there are unchanged.",
        next=f"mend the sources, their mistakes or variants, then autograder release {' '.join(names)}",
    )


@dataclass(frozen=True)
class _Candidate:
    """A notebook that may have to be proved.

    Attributes
    ----------
    material
        The notebook with its mistakes.
    variants
        Right solutions written differently.
    mark
        The file that says what of it was proved.
    """

    material: Material
    variants: tuple[Solution, ...]
    mark: Path

    @property
    def notebook(self) -> str:
        return f"{self.material.assignment}/{self.material.name}"

    @property
    def is_proved(self) -> bool:
        with contextlib.suppress(OSError):
            return self.mark.read_text(encoding="utf-8") == self._fingerprint()
        return False

    def mark_proved(self) -> None:
        write_atomically(self.mark, self._fingerprint())

    def _fingerprint(self) -> str:
        """Return a hash of all that a proof rests on."""
        material = self.material
        weights = [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in material.weights]
        solutions = [str(solution) for solution in (*material.mistakes, *self.variants)]
        texts = [material.source_text, material.release_text]
        code = fingerprint.of_package("data", "grading", "notebook", "release")
        return fingerprint.of_parts([code, np.__version__, *texts, *solutions, *weights])


def _candidates(course: Course, assignments: Sequence[str], released: Path | None) -> Iterator[_Candidate]:
    for assignment in assignments:
        for material in prepare(course, assignment, released and released / assignment):
            folder = course.folder(SOURCE) / assignment / NEVER_RELEASED[1]
            variants = tuple(read_solutions(folder / f"{material.name}.py"))
            yield _Candidate(material, variants, course.private / "proofs" / f"{assignment}-{material.name}")


def _prove_at_once(due: Sequence[_Candidate], config: Config) -> Iterator[Finding]:
    """Prove notebooks in processes of their own, those with the most mistakes first: they take longest."""
    if not due:
        return
    cores = os.cpu_count() or 1
    # Where nobody asks for more findings, the hands are ended first, in the middle of their work.
    with (
        _manager() as manager,
        ThreadPoolExecutor(cores) as threads,
        Hands() as hands,
    ):
        found: Queue[Finding | None] = manager.Queue()

        def proved(candidate: _Candidate) -> None:
            seeds = tuple(secrets.randbelow(2**31) for _ in range(SEEDS))
            proof = Proof(candidate.material, candidate.variants, config, seeds)
            if hands.run(_report, proof, found):
                # At once: who is interrupted goes on with the others.
                candidate.mark_proved()

        due = sorted(due, key=lambda candidate: -len(candidate.material.mistakes))
        proofs = [threads.submit(proved, candidate) for candidate in due]
        for proof in proofs:
            proof.add_done_callback(lambda _: found.put(None))
        for _ in proofs:
            yield from iter(found.get, None)
            for proof in filter(Future.done, proofs):
                proof.result()


def _manager() -> SyncManager:
    """Start the process that keeps the queue of findings; it ends with this one, however that ends."""
    manager = SyncManager(ctx=multiprocessing.get_context("spawn"))
    manager.start(_end_with_parent)
    return manager


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _report(proof: Proof, found: Queue[Finding | None]) -> bool:
    """Put what comes of a proof in a queue; return whether all of it holds."""
    holds = True
    for finding in proof.findings():
        found.put(finding)
        holds = holds and finding.holds
    return holds


def proving_config(course: Course) -> Config:
    """Return the course's configuration, without a sandbox where there can be none.

    What a proof runs is the course's own.
    """
    config = course.config()
    if why_not() is not None:
        config.GradingExecute.sandbox = "none"
    return config
