"""Where submissions are graded, several at once: what pools have in common, and this machine's."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import AutograderError, RunStoppedError, said
from autograder.grading.grader import Standard, grade_folder, patience
from autograder.grading.workers.hands import Hands
from autograder.grading.workers.workforce import Workforce
from autograder.results.outcome import Result

if TYPE_CHECKING:
    from traitlets.config import Config


class Pool(Workforce):
    """Grades submissions, several at once."""

    @property
    @abstractmethod
    def room(self) -> int:
        """How many submissions to have under way, so that nobody waits for work."""

    @abstractmethod
    def submit(self, student: str, folder: Path) -> Future[Result]:
        """Have a submission graded."""

    def why(self, error: BaseException) -> str:
        """Return in a sentence why a submission could not be graded."""
        return said(error)

    def lost(self) -> RunStoppedError:
        """Return the error that tells that the workers dropped what they were given."""
        return RunStoppedError("Grading was stopped.")

    def took_workers_along(self, error: BaseException | None) -> bool:
        """Whether a submission failed because workers died over it, and others at work there with it."""
        return False

    def grade(self, folders: Mapping[str, Path]) -> Iterator[Result]:
        """Grade submissions, by student; yield each result as it comes.

        No more are under way than the workers need: a large class takes no more memory than a small one.
        """
        suspects = dict[str, Path]()
        for student, future in self._each(folders):
            if self.took_workers_along(future.exception()):
                suspects[student] = folders[student]
            else:
                yield self._result(future, student)
        # Whoever was at work when workers died is tried again alone, so that nobody is taken along.
        for student, folder in suspects.items():
            for _, future in self._each({student: folder}):
                yield self._result(future, student)

    def _each(self, folders: Mapping[str, Path]) -> Iterator[tuple[str, Future[Result]]]:
        waiting = iter(folders.items())
        under_way: dict[Future[Result], str] = {}
        while True:
            room = self.room
            while len(under_way) < room and (following := next(waiting, None)) is not None:
                under_way[self._submitted(*following)] = following[0]
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                if future.cancelled():
                    raise self.lost()
                yield under_way.pop(future), future

    def _submitted(self, student: str, folder: Path) -> Future[Result]:
        try:
            return self.submit(student, folder)
        except (AutograderError, OSError) as error:  # its files cannot be read, or sent
            failed: Future[Result] = Future()
            failed.set_exception(error)
            return failed

    def _result(self, future: Future[Result], student: str) -> Result:
        """Return what a worker found; a failure of its own, not of the student's, stops no other."""
        try:
            return future.result()
        except RunStoppedError:
            raise
        except Exception as error:
            return Result(student, {}, [], failure=self.why(error))


class LocalPool(Pool):
    """Grades on the machine that it is on: threads that each wait for a hand.

    Parameters
    ----------
    hands
        The processes; the pool ends them.
    standards, config
        What submissions are graded by.
    workers
        Submissions at a time; by default one a core.
    """

    def __init__(
        self, hands: Hands, standards: Sequence[Standard], config: Config, workers: int | None
    ) -> None:
        self._hands, self._standards, self._config = hands, list(standards), config
        self._workers = workers or os.cpu_count() or 1
        self._threads = ThreadPoolExecutor(self._workers)

    @property
    def room(self) -> int:
        """How many submissions to have under way, so that nobody waits for work."""
        return 2 * self._workers

    def submit(self, student: str, folder: Path) -> Future[Result]:
        """Have a submission graded."""
        seconds = patience(self._standards, self._config)
        return self._threads.submit(
            self._hands.run_within, seconds, grade_folder, student, folder, self._standards, self._config
        )

    def close(self) -> None:
        """Let the workers go, once nothing is being graded."""
        self._threads.shutdown()

    def end(self) -> None:
        """Drop at once what is being graded."""
        self._hands.end()
        self._threads.shutdown(cancel_futures=True)
