"""Grade on a Dask cluster.

A worker needs the same version of this package and the requirements of the sandbox, but no shared disk and
no gradebook. It is started like any Dask worker (``dask worker tcp://host:8786``), with one thread for each
submission that it may grade in parallel. Each thread waits for a worker process of its own; Dask's processes
run no student code.
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
from autograder.errors import RunStoppedError
from autograder.grading.grader import GradingSpec, submission_timeout
from autograder.grading.kernels import sandbox
from autograder.grading.workers.payload import SubmissionPayload, grade_payload
from autograder.grading.workers.pool import Pool
from autograder.grading.workers.processes import WorkerProcesses
from autograder.hashing import hash_code
from autograder.outcome import Result
from gradbook.errors import GradbookError

if TYPE_CHECKING:
    from traitlets.config import Config

#: Seconds to wait for the scheduler, and for its first worker.
CLUSTER_TIMEOUT_S = 15

_START = (
    "dask worker {address}, in an environment with version {version} of this package and its extra [cluster]"
)


class ClusterPool(Pool):
    """A Dask cluster.

    Parameters
    ----------
    address
        The address of the scheduler, for example ``tcp://host:8786``.
    grading_specs, config
        The grading specs and the configuration.
    sandbox
        How students' code is isolated.

    Raises
    ------
    GradbookError
        If the scheduler does not answer or has no workers, or a worker would not grade correctly.
    """

    def __init__(
        self, address: str, grading_specs: Sequence[GradingSpec], config: Config, sandbox: str
    ) -> None:
        self._address = address
        self._requirements = {"versions": _versions(), "sandbox": sandbox}
        self._client = _connect(address)
        try:
            self._check_workers()
            self._pickled = cloudpickle.dumps(_RunContext(list(grading_specs), _without_course(config)))
            self._context = self._new_context()
            self._executor = self._client.get_executor(pure=False)
        except BaseException:
            self._client.close()
            raise

    @property
    def capacity(self) -> int:
        """How many submissions to submit at once, so that no worker is idle."""
        try:
            return 2 * max(1, sum(self._client.nthreads().values()))  # type: ignore[no-any-return]
        except (OSError, TimeoutError):
            raise self.lost_error() from None

    def submit(self, student: str, folder: Path) -> Future[Result]:
        """Grade a submission asynchronously."""
        # If workers die repeatedly while starting, Dask discards the context.
        if self._context.status == "error":
            self._context = self._new_context()
        payload = SubmissionPayload.pack(folder)
        future: Future[Result] = self._executor.submit(
            _grade, self._context, self._requirements, student, payload
        )
        return future

    def close(self) -> None:
        """Release the workers, once nothing is being graded."""
        # Workers end their processes when Dask deletes the context, which it does when the client closes.
        self._client.close()

    def end(self) -> None:
        """Cancel all submissions at once."""
        with contextlib.suppress(Exception):  # the cluster may be gone
            self._executor.shutdown(wait=False)
            self._client.run(_end_processes, self._context.key, on_error="return")
        self._client.close()

    def killed_workers(self, error: BaseException | None) -> bool:
        """Return whether a submission failed because its workers died, together with other submissions."""
        return isinstance(error, KilledWorker)

    def describe_failure(self, error: BaseException) -> str:
        """Return why a submission could not be graded."""
        return (
            "the workers that were grading it died"
            if isinstance(error, KilledWorker)
            else super().describe_failure(error)
        )

    def lost_error(self) -> RunStoppedError:
        """Return the error for a lost cluster."""
        return RunStoppedError(
            "The connection to the cluster was lost during grading.",
            where=self._address,
            done="Finished work is kept.",
            next="restart the cluster; then repeat the command",
        )

    def _new_context(self) -> distributed.Future[Any]:
        # Created by a task instead of scattered, so that Dask recreates it if its worker dies.
        return self._client.submit(pickle.loads, self._pickled, pure=False)

    def _check_workers(self) -> None:
        with contextlib.suppress(TimeoutError):
            self._client.wait_for_workers(1, timeout=CLUSTER_TIMEOUT_S)
        answers = self._client.run(_refusal_reason, self._requirements, on_error="return")
        if not answers:
            msg = "The cluster has no workers."
            raise GradbookError(
                msg,
                where=self._address,
                done="Nothing was graded.",
                next="start workers: " + _START.format(address=self._address, version=autograder.__version__),
            )
        for worker, answer in answers.items():
            if answer is not None:
                raise _refusal_error(worker, answer)


class _RunContext:
    """The grading specs and configuration of a run, and a worker's processes for it.

    The processes end with the context, which Dask deletes when the run is over or the grader is gone.
    """

    def __init__(self, grading_specs: Sequence[GradingSpec], config: Config) -> None:
        self.grading_specs = grading_specs
        self.config = config
        self.processes = WorkerProcesses()
        weakref.finalize(self, self.processes.end)

    def __reduce__(self) -> tuple[Any, ...]:
        return _RunContext, (self.grading_specs, self.config)


def _connect(address: str) -> Client:
    try:
        # A client with an invalid address is never closed. If Python collects it while the next client starts
        # its event loop, both need the same lock, and the next client fails.
        resolve_address(address)
        return Client(address, timeout=CLUSTER_TIMEOUT_S, set_as_default=False, name="autograder")
    except (OSError, ValueError) as error:
        msg = "The cluster's scheduler does not answer."
        raise GradbookError(
            msg,
            where=address,
            expected="the address that dask scheduler prints, for example tcp://host:8786",
            got=str(error).partition("\n")[0],
            done="Nothing was graded.",
            next="run dask scheduler on that machine; or grade here, without --scheduler",
        ) from None


def _without_course(config: Config) -> Config:
    """Return the configuration without the paths of the course and its gradebook."""
    sent: Config = copy.copy(config)
    sent.pop("CourseDirectory", None)
    return sent


def _versions() -> dict[str, str]:
    """Return the versions that must be the same on all machines, so that they grade identically."""
    return {
        "gradbook": f"{autograder.__version__} ({hash_code()[:8]})",
        "Python": platform.python_version(),
        "NumPy": np.__version__,
    }


def _refusal_reason(requirements: dict[str, Any]) -> GradbookError | None:
    """Return why this worker does not meet the requirements, or None if it does."""
    expected, found = requirements["versions"], _versions()
    if found != expected:
        wrong = [name for name in expected if found[name] != expected[name]]
        return GradbookError(
            "its versions differ from the grader's",
            expected=", ".join(f"{name} {expected[name]}" for name in wrong),
            got=", ".join(f"{name} {found[name]}" for name in wrong),
        )
    if requirements["sandbox"] == "bwrap":
        try:
            sandbox.require_bubblewrap()
        except GradbookError as error:
            return error
    return None


def _refusal_error(worker: str, answer: BaseException) -> RunStoppedError:
    """Return the error for a worker that does not meet the requirements."""
    answer_details = answer.details if isinstance(answer, GradbookError) else {}
    what = answer.what if isinstance(answer, GradbookError) else f"{type(answer).__name__}: {answer}"
    details = {
        "next": "on that machine: " + _START.format(address="ADDRESS", version=autograder.__version__),
        **answer_details,
        "done": "None of its results was used.",
    }
    return RunStoppedError(f"The worker {worker} is refused: {what.rstrip('.')}.", **details)


def _grade(
    context: _RunContext, requirements: dict[str, Any], student: str, payload: SubmissionPayload
) -> Result:
    """Grade a submission on a worker."""
    # Workers that joined later have not been checked yet.
    reason = _refusal_reason(requirements)
    if reason is not None:
        raise _refusal_error(get_worker().address, reason)
    # Dask's nanny starts workers as daemons, and Python forbids daemons to start processes that could outlive
    # them. Worker processes do not outlive their owner, because they watch it.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    seconds = submission_timeout(context.grading_specs, context.config)
    return context.processes.run_within(
        seconds, grade_payload, student, payload, context.grading_specs, context.config
    )


def _end_processes(key: str, dask_worker: Worker) -> None:
    """End a run's processes on a worker."""
    context = dask_worker.data.get(key)
    if isinstance(context, _RunContext):
        context.processes.end()
