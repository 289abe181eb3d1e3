"""Grading on a Dask cluster: the same work, on other machines.

A worker needs this package, at this version, and what the sandbox needs; no shared disk and no gradebook. It
is started as any other of Dask's (``dask worker tcp://host:8786``), with as many threads as it may grade
submissions at a time. Each thread waits for a hand of its own, and Dask's processes run no student's code.
"""

from __future__ import annotations

import contextlib
import copy
import multiprocessing
import pickle
import platform
import weakref
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cloudpickle
import distributed
import numpy as np
from distributed import Client, KilledWorker, Worker, get_worker
from distributed.comm.addressing import resolve_address

import autograder
from autograder.errors import AutograderError, RunStoppedError
from autograder.grading.gradebook import fingerprint
from autograder.grading.grader import Standard, patience
from autograder.grading.kernels import bubblewrap
from autograder.grading.workers.hands import Hands
from autograder.grading.workers.parcel import Parcel, grade_parcel
from autograder.grading.workers.pool import Pool
from autograder.results.outcome import Result

if TYPE_CHECKING:
    from traitlets.config import Config

#: Seconds to wait for the scheduler, and for its first worker.
PATIENCE = 15

_START = (
    "dask worker {address}, in an environment with version {version} of this package and its extra [cluster]"
)


class ClusterPool(Pool):
    """A Dask cluster.

    Parameters
    ----------
    address
        The scheduler's, for example ``tcp://host:8786``.
    standards, config
        What submissions are graded by.
    sandbox
        What students' code is to be shut in.

    Raises
    ------
    AutograderError
        When the scheduler does not answer, has no workers, or one that would not grade as it must.
    """

    def __init__(self, address: str, standards: Sequence[Standard], config: Config, sandbox: str) -> None:
        self._address = address
        self._notebooks = [standard.material.name for standard in standards]
        self._terms = {"footing": _footing(), "sandbox": sandbox}
        self._client = _connect(address)
        try:
            self._check_workers()
            self._pickled = cloudpickle.dumps(_Bench(list(standards), _without_course(config)))
            self._bench = self._new_bench()
            self._executor = self._client.get_executor(pure=False)
        except BaseException:
            self._client.close()
            raise

    @property
    def room(self) -> int:
        """How many submissions to have under way, so that nobody waits for work."""
        try:
            return 2 * max(1, sum(self._client.nthreads().values()))
        except (OSError, TimeoutError):
            raise self.lost() from None

    def submit(self, student: str, folder: Path) -> Future[Result]:
        """Have a submission graded."""
        # Workers that die again and again just as they begin make Dask give the bench up.
        if self._bench.status == "error":
            self._bench = self._new_bench()
        parcel = Parcel.pack(folder, self._notebooks)
        future: Future[Result] = self._executor.submit(_grade, self._bench, self._terms, student, parcel)
        return future

    def close(self) -> None:
        """Let the workers go, once nothing is being graded."""
        # They end their hands when Dask lets go of the bench, which it does when a client leaves.
        self._client.close()

    def end(self) -> None:
        """Drop at once what is being graded."""
        with contextlib.suppress(Exception):  # it may be the cluster that is gone
            self._executor.shutdown(wait=False)
            self._client.run(_end_hands, self._bench.key, on_error="return")
        self._client.close()

    def took_workers_along(self, error: BaseException | None) -> bool:
        """Whether a submission failed because workers died over it, and others at work there with it."""
        return isinstance(error, KilledWorker)

    def why(self, error: BaseException) -> str:
        """Return in a sentence why a submission could not be graded."""
        return "the workers that graded it died" if isinstance(error, KilledWorker) else super().why(error)

    def lost(self) -> RunStoppedError:
        """Return the error that tells that the cluster is gone."""
        return RunStoppedError(
            "The cluster was lost while it graded.",
            where=self._address,
            done="What was finished is kept.",
            next="start it again, then the same command",
        )

    def _new_bench(self) -> distributed.Future[Any]:
        # Made by a task, and not scattered: Dask makes it again where the worker that had it dies.
        return self._client.submit(pickle.loads, self._pickled, pure=False)

    def _check_workers(self) -> None:
        with contextlib.suppress(TimeoutError):
            self._client.wait_for_workers(1, timeout=PATIENCE)
        answers = self._client.run(_why_not, self._terms, on_error="return")
        if not answers:
            raise AutograderError(
                "The cluster has no workers.",
                where=self._address,
                done="Nothing was graded.",
                next="start some: " + _START.format(address=self._address, version=autograder.__version__),
            )
        for worker, answer in answers.items():
            if answer is not None:
                raise _refusal(worker, answer)


class _Bench:
    """What a run's submissions are graded by, and a worker's hands for it.

    The hands end with the bench: Dask drops it once the run is over, or the grader is gone.
    """

    def __init__(self, standards: Sequence[Standard], config: Config) -> None:
        self.standards = standards
        self.config = config
        self.hands = Hands()
        weakref.finalize(self, self.hands.end)

    def __reduce__(self) -> tuple[Any, ...]:
        return _Bench, (self.standards, self.config)


def _connect(address: str) -> Client:
    try:
        # A client of an address that cannot be read is never closed. Where Python collects it while the next
        # one starts its event loop, both want the same lock, and the next one fails.
        resolve_address(address)
        return Client(address, timeout=PATIENCE, set_as_default=False, name="autograder")
    except (OSError, ValueError) as error:
        raise AutograderError(
            "The cluster's scheduler does not answer.",
            where=address,
            expected="the address that dask scheduler prints, for example tcp://host:8786",
            got=str(error).partition("\n")[0],
            done="Nothing was graded.",
            next="dask scheduler, on that machine; or the same command without --scheduler, to grade here",
        ) from None


def _without_course(config: Config) -> Config:
    """Return a configuration without where the course and its gradebook are: no business of a worker's."""
    sent: Config = copy.copy(config)
    sent.pop("CourseDirectory", None)
    return sent


def _footing() -> dict[str, str]:
    """Return what must be the same on all machines for them to judge alike."""
    return {
        "gradbook": f"{autograder.__version__} ({fingerprint.of_package()[:8]})",
        "Python": platform.python_version(),
        "NumPy": np.__version__,
    }


def _why_not(terms: dict[str, Any]) -> AutograderError | None:
    """Return why this worker cannot grade on these terms, None where it can."""
    expected, found = terms["footing"], _footing()
    if found != expected:
        wrong = [name for name in expected if found[name] != expected[name]]
        return AutograderError(
            "it would not judge as the grader does",
            expected=", ".join(f"{name} {expected[name]}" for name in wrong),
            got=", ".join(f"{name} {found[name]}" for name in wrong),
        )
    if terms["sandbox"] == "bwrap":
        try:
            bubblewrap.require()
        except AutograderError as error:
            return error
    return None


def _refusal(worker: str, answer: BaseException) -> RunStoppedError:
    """Return the error that tells that a worker is refused, and why."""
    details = answer.details if isinstance(answer, AutograderError) else {}
    what = answer.what if isinstance(answer, AutograderError) else f"{type(answer).__name__}: {answer}"
    told = {
        "next": "on that machine: " + _START.format(address="ADDRESS", version=autograder.__version__),
        **details,
        "done": "No result of it was taken.",
    }
    return RunStoppedError(f"The worker {worker} is refused: {what.rstrip('.')}.", **told)


def _grade(bench: _Bench, terms: dict[str, Any], student: str, parcel: Parcel) -> Result:
    """Grade a submission on a worker."""
    # One that came later was not asked yet.
    reason = _why_not(terms)
    if reason is not None:
        raise _refusal(get_worker().address, reason)
    # Dask's nanny starts workers as daemons, and Python lets daemons start no processes, lest these outlive
    # them. Hands do not: they watch the process that they belong to.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    seconds = patience(bench.standards, bench.config)
    return bench.hands.run_within(seconds, grade_parcel, student, parcel, bench.standards, bench.config)


def _end_hands(key: str, dask_worker: Worker) -> None:
    """End a run's hands on a worker."""
    bench = dask_worker.data.get(key)
    if isinstance(bench, _Bench):
        bench.hands.end()
