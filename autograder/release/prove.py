"""Prove that an assignment grades correctly: correct solutions earn full points, mistakes lose their task.

A proof runs the reference, the blank release, trivial code, every variant and every known mistake, with new
seeds. The inputs of a proof are hashed, so that an unchanged notebook is not proved again.
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

from autograder.course import MUTANTS, NEVER_RELEASED, Course
from autograder.grading.kernels.sandbox import bubblewrap_problem
from autograder.grading.mistakes import Solution, read_solutions
from autograder.grading.notebook_spec import NotebookSpec, prepare
from autograder.grading.workers.processes import WorkerProcesses
from autograder.hashing import hash_code, hash_parts
from autograder.outcome import ClaimResult
from autograder.release.claims import Proof
from autograder.release.mutation import accepted_file, read_accepted
from autograder.survey import Accepted
from gradbook.errors import GradbookError
from gradbook.files import SOURCE, write_atomically

if TYPE_CHECKING:
    from traitlets.config import Config

#: The number of seeds that a proof uses.
SEEDS = 3


def prove(
    course: Course, assignments: Sequence[str], released: Path | None = None, *, again: bool = False
) -> Iterator[ClaimResult]:
    """Prove the notebooks of assignments, one per core in parallel; yield each result as soon as it is ready.

    Parameters
    ----------
    course, assignments
        The course and the names of the assignments.
    released
        The folder of the releases; by default the course's own.
    again
        Also prove notebooks that have not changed since the last proof.

    Raises
    ------
    GradbookError
        If the source is missing, the release does not match it, or the reference solution does not run.
    """
    due = []
    for candidate in _candidates(course, assignments, released):
        if candidate.is_proved and not again:
            yield ClaimResult(candidate.notebook, "proved before, unchanged", 0, (), 0.0, 0)
        else:
            due.append(candidate)
    yield from _prove_in_parallel(due, proving_config(course))


def require_sound(findings: Sequence[ClaimResult]) -> None:
    """Raise an error unless all claims hold, so that only sound assignments are released.

    Parameters
    ----------
    findings
        The results of `prove`.

    Raises
    ------
    GradbookError
        If a claim does not hold; the message lists what would be graded or explained incorrectly.
    """
    unsound = [finding for finding in findings if not finding.holds]
    if not unsound:
        return
    problems = [f"{found.notebook}: {found.claim}? {text}" for found in unsound for text in found.problems]
    more = [f"and {len(problems) - 20} more"] if len(problems) > 20 else []
    names = sorted({finding.notebook.partition("/")[0] for finding in unsound})
    msg = f"Not sound: {', '.join(names)}."
    raise GradbookError(
        msg,
        expected="all claims that gradbook prove checks, by running every solution beside the source",
        got="\n            ".join([*problems[:20], *more]),
        done="Nothing was released. The existing releases are unchanged.",
        next=f"fix the sources, their mistakes or variants, then gradbook release {' '.join(names)}",
    )


@dataclass(frozen=True)
class _Candidate:
    """A notebook that may have to be proved.

    Attributes
    ----------
    spec
        The notebook's spec, with its mistakes.
    variants
        Correct solutions that differ from the reference.
    accepted
        The mutants that the author accepts.
    private
        The private folder of the course.
    """

    spec: NotebookSpec
    variants: tuple[Solution, ...]
    accepted: tuple[Accepted, ...]
    private: Path

    @property
    def notebook(self) -> str:
        return f"{self.spec.assignment}/{self.spec.name}"

    @property
    def is_proved(self) -> bool:
        with contextlib.suppress(OSError):
            return self._mark.read_text(encoding="utf-8") == self._fingerprint()
        return False

    def proof(self, config: Config) -> Proof:
        """Return a proof of it with new seeds."""
        seeds = tuple(secrets.randbelow(2**31) for _ in range(SEEDS))
        return Proof(self.spec, self.variants, config, seeds, self.private / MUTANTS, self.accepted)

    def mark_proved(self) -> None:
        write_atomically(self._mark, self._fingerprint())

    @property
    def _mark(self) -> Path:
        """The file with the fingerprint of the last successful proof."""
        return self.private / "proofs" / f"{self.spec.assignment}-{self.spec.name}"

    def _fingerprint(self) -> str:
        """Return a hash of all inputs of a proof."""
        spec = self.spec
        weights = [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in spec.weights]
        solutions = [str(solution) for solution in (*spec.mistakes, *self.variants, *self.accepted)]
        texts = [spec.source_text, spec.release_text]
        code = hash_code("gradbook", "autograder/grading", "autograder/release")
        return hash_parts([code, np.__version__, *texts, *solutions, *weights])


def _candidates(course: Course, assignments: Sequence[str], released: Path | None) -> Iterator[_Candidate]:
    for assignment in assignments:
        for spec in prepare(course, assignment, released and released / assignment):
            folder = course.folder(SOURCE) / assignment / NEVER_RELEASED[1]
            variants = tuple(read_solutions(folder / f"{spec.name}.py"))
            accepted = tuple(read_accepted(accepted_file(course, spec)))
            yield _Candidate(spec, variants, accepted, course.private)


def _prove_in_parallel(due: Sequence[_Candidate], config: Config) -> Iterator[ClaimResult]:
    """Prove notebooks in worker processes, starting with those that have most mistakes and take longest."""
    if not due:
        return
    cores = os.cpu_count() or 1
    # If the caller stops iterating, the worker processes are killed first.
    with (
        _manager() as manager,
        ThreadPoolExecutor(cores) as threads,
        WorkerProcesses() as processes,
    ):
        found: Queue[ClaimResult | None] = manager.Queue()

        def proved(candidate: _Candidate) -> None:
            if processes.run(_report, candidate.proof(config), found):
                # At once, so that after an interruption only the others are proved.
                candidate.mark_proved()

        due = sorted(due, key=lambda candidate: -len(candidate.spec.mistakes))
        proofs = [threads.submit(proved, candidate) for candidate in due]
        for proof in proofs:
            proof.add_done_callback(lambda _: found.put(None))
        for _ in proofs:
            yield from iter(found.get, None)
            for proof in filter(Future.done, proofs):
                proof.result()


def _manager() -> SyncManager:
    """Start the process with the queue of results; it ends with this process, even if that is killed."""
    manager = SyncManager(ctx=multiprocessing.get_context("spawn"))
    manager.start(_end_with_parent)
    return manager


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _report(proof: Proof, found: Queue[ClaimResult | None]) -> bool:
    """Put the results of a proof into a queue; return whether all claims hold."""
    holds = True
    for finding in proof.findings():
        found.put(finding)
        holds = holds and finding.holds
    return holds


def proving_config(course: Course) -> Config:
    """Return the course's configuration, without a sandbox if bubblewrap does not work here.

    This is safe, because a proof only runs code of the course itself.
    """
    config = course.config()
    if bubblewrap_problem() is not None:
        config.GradingExecute.sandbox = "none"
    return config
