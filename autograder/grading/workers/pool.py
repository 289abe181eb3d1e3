"""Pools that grade submissions in parallel: the base class, and the pool of this machine."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import RunStoppedError
from autograder.grading.grader import GradingSpec, grade_folder, submission_timeout
from autograder.grading.workers.processes import WorkerPool, WorkerProcesses
from autograder.outcome import Result
from gradbook.errors import GradbookError, summary

if TYPE_CHECKING:
    from traitlets.config import Config


class Pool(WorkerPool):
    """Base class of pools that grade submissions in parallel."""

    @property
    @abstractmethod
    def capacity(self) -> int:
        """How many submissions to submit at once, so that no worker is idle."""

    @abstractmethod
    def submit(self, student: str, folder: Path) -> Future[Result]:
        """Grade a submission asynchronously."""

    def describe_failure(self, error: BaseException) -> str:
        """Return why a submission could not be graded."""
        return summary(error)

    def lost_error(self) -> RunStoppedError:
        """Return the error for submissions that the workers cancelled."""
        return RunStoppedError("Grading was stopped.")

    def killed_workers(self, error: BaseException | None) -> bool:
        """Return whether a submission failed because its workers died, together with other submissions."""
        return False

    def grade(self, folders: Mapping[str, Path]) -> Iterator[Result]:
        """Grade submissions, given by student; yield each result as soon as it is ready.

        Only `capacity` submissions are in progress at a time, so that memory does not grow with the class.
        """
        suspects = dict[str, Path]()
        for student, future in self._each(folders):
            if self.killed_workers(future.exception()):
                suspects[student] = folders[student]
                continue
            result = self._result(future, student)
            if result.is_limited and len(folders) > 1:
                suspects[student] = folders[student]
            else:
                yield result
        # Submissions whose workers died are graded again one at a time, so that they cannot affect others.
        # Those that exceeded a limit are, too, because the others may have been in their way.
        for student, folder in suspects.items():
            for _, future in self._each({student: folder}):
                yield self._result(future, student)

    def _each(self, folders: Mapping[str, Path]) -> Iterator[tuple[str, Future[Result]]]:
        waiting = iter(folders.items())
        in_progress: dict[Future[Result], str] = {}
        while True:
            capacity = self.capacity
            while len(in_progress) < capacity and (following := next(waiting, None)) is not None:
                in_progress[self._submitted(*following)] = following[0]
            if not in_progress:
                return
            for future in wait(in_progress, return_when=FIRST_COMPLETED).done:
                if future.cancelled():
                    raise self.lost_error()
                yield in_progress.pop(future), future

    def _submitted(self, student: str, folder: Path) -> Future[Result]:
        try:
            return self.submit(student, folder)
        except (GradbookError, OSError) as error:  # its files cannot be read, or sent
            failed: Future[Result] = Future()
            failed.set_exception(error)
            return failed

    def _result(self, future: Future[Result], student: str) -> Result:
        """Return a worker's result, or a failed result if an error of our own must not stop the others."""
        try:
            return future.result()
        except RunStoppedError:
            raise
        except Exception as error:  # noqa: BLE001  (one submission must not stop the others)
            return Result(student, {}, [], failure=self.describe_failure(error))


class LocalPool(Pool):
    """The pool of this machine, with one thread for each worker process.

    Parameters
    ----------
    processes
        The worker processes, which the pool ends.
    grading_specs, config
        The grading specs and the configuration.
    workers
        How many submissions to grade in parallel; by default one per core.
    """

    def __init__(
        self,
        processes: WorkerProcesses,
        grading_specs: Sequence[GradingSpec],
        config: Config,
        workers: int | None,
    ) -> None:
        self._processes, self._grading_specs, self._config = processes, list(grading_specs), config
        self._workers = workers or os.cpu_count() or 1
        self._threads = ThreadPoolExecutor(self._workers)

    @property
    def capacity(self) -> int:
        """How many submissions to submit at once, so that no worker is idle."""
        return 2 * self._workers

    def submit(self, student: str, folder: Path) -> Future[Result]:
        """Grade a submission asynchronously."""
        seconds = submission_timeout(self._grading_specs, self._config)
        return self._threads.submit(
            self._processes.run_within,
            seconds,
            grade_folder,
            student,
            folder,
            self._grading_specs,
            self._config,
        )

    def close(self) -> None:
        """Release the workers, once nothing is being graded."""
        self._threads.shutdown()

    def end(self) -> None:
        """Cancel all submissions at once."""
        self._processes.end()
        self._threads.shutdown(cancel_futures=True)
