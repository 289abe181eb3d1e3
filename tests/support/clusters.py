"""A real Dask cluster on this machine, started with Dask's own commands."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
from distributed import Client


class Cluster:
    """A scheduler and its workers.

    Attributes
    ----------
    address
        The address of the scheduler.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        description = folder / "scheduler.json"
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(description))
        # Dask writes the file at once.
        until = time.monotonic() + 60
        while not description.is_file() or not description.read_text().strip():
            assert time.monotonic() < until, "the scheduler did not start"
            time.sleep(0.05)
        self.address: str = json.loads(description.read_text())["address"]

    @property
    def processes(self) -> list[psutil.Process]:
        """The scheduler, and the processes that start the workers."""
        return [psutil.Process(process.pid) for process in self._processes]

    def start_worker(self, environment: Mapping[str, str] | None = None) -> None:
        """Start a worker, as described in the README."""
        self._start("worker", self.address, "--nthreads", "2", environment=environment)

    def kill_workers(self) -> list[psutil.Process]:
        """Kill all workers, which Dask's nannies restart; return them and their descendants."""
        with Client(self.address, timeout=30, set_as_default=False) as client:
            workers = [psutil.Process(pid) for pid in client.run(os.getpid).values()]
        families = [process for worker in workers for process in [worker, *worker.children(recursive=True)]]
        for worker in workers:
            worker.kill()
        return families

    def stop(self) -> None:
        """Kill all processes of the cluster."""
        for process in reversed(self._processes):
            family = psutil.Process(process.pid).children(recursive=True)
            for one in [process, *family]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
            process.wait()

    def _start(self, what: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        folder = self._folder / f"{what}-{len(self._processes)}"
        folder.mkdir()
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", what, *arguments, "--no-dashboard"],
                cwd=folder,
                env={**os.environ, "DASK_TEMPORARY_DIRECTORY": str(folder), **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes.append(process)


@contextlib.contextmanager
def a_cluster(folder: Path, workers: int = 1) -> Iterator[Cluster]:
    """Yield a cluster with this number of workers, each with two threads, and stop it after the block."""
    folder.mkdir(parents=True)
    cluster = Cluster(folder)
    try:
        for _ in range(workers):
            cluster.start_worker()
        yield cluster
    finally:
        cluster.stop()
