"""Run a grafted notebook in its own kernel, with per-cell limits, continuing after a crash."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async, run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from traitlets import Enum, Float, Integer, Unicode

from autograder.course import GRADING_KERNEL, METADATA, SANDBOXES
from autograder.files import short_tempdir
from autograder.grading import kernels
from autograder.grading.collect.folder import copy_files
from autograder.grading.kernels import prefork, sandbox
from autograder.grading.kernels.client import Channels, GradingClient
from autograder.grading.kernels.limits import Limits
from autograder.grading.kernels.sandbox import Sandbox
from autograder.grading.notebook_spec import spec_of
from autograder.grading.tasks import all_needs, declared, is_skipped, is_test, read_tasks, task_of
from gradbook.data.dataset import data_folder

#: Seconds for what our own code does in a kernel, generous because other processes may need the machine.
OWN_TIMEOUT_S = 600

#: After this many kernels have died, the rest of the notebook is not run.
MAX_KERNELS = 8


class _Stuck(Exception):  # noqa: N818
    """Raised when the kernel cannot continue: it died, or a cell did not react to its interrupt."""

    def __init__(self, verdict: str) -> None:
        self.verdict = verdict


class GradingExecute(Execute):  # type: ignore[misc]
    """Run a notebook for grading; a step of ``nbgrader autograde`` and of the engine."""

    kernel_name = Unicode(GRADING_KERNEL, help="The kernelspec that students' code runs under.").tag(
        config=True
    )

    notebook_timeout = Float(
        180.0, help="CPU seconds for a whole notebook; cells after that are not run."
    ).tag(config=True)

    added_timeout = Float(20.0, help="CPU seconds that all cells added by the student share.").tag(
        config=True
    )

    sandbox = Enum(
        SANDBOXES,
        SANDBOXES[0],
        help="How students' code is isolated: bwrap (bubblewrap), or none, with all your permissions.",
    ).tag(config=True)

    memory_limit = Integer(Limits.memory, help="Bytes of memory that a kernel may use.").tag(config=True)

    process_limit = Integer(Limits.processes, help="Processes that a kernel may have.").tag(config=True)

    disk_limit = Integer(Limits.disk, help="Bytes that a kernel in a sandbox may write.").tag(config=True)

    output_limit = Integer(Limits.output, help="Bytes that a cell may output.").tag(config=True)

    #: The peak memory of a kernel, in bytes.
    memory = 0

    @property
    def limits(self) -> Limits:
        """The resource limits of a kernel."""
        # A kernel lives as long as its notebook runs, with a margin.
        cpu = int(self.notebook_timeout) + 60
        return Limits(self.memory_limit, self.disk_limit, self.process_limit, cpu, self.output_limit)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], km: Any = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run the notebook in a copy of the folder in `resources`."""
        folder = Path(resources["metadata"]["path"])
        if "unreadable" not in nb.metadata.get(METADATA, {}):
            self.run(nb, folder, spec_of(resources).seed)
        return nb, resources

    def run(
        self,
        nb: NotebookNode,
        folder: Path,
        seed: int,
        wanted: Collection[str] | None = None,
        slack: float = 1.0,
    ) -> None:
        """Run `nb` in place; set outputs, and ``metadata.autograder.run`` of each cell that did not finish.

        Parameters
        ----------
        nb
            A grafted notebook.
        folder
            The submission's files; the kernel works in a copy, which is deleted afterwards.
        seed
            The seed of hidden inputs.
        wanted
            The tasks whose graded cells are run; None for all.
        slack
            A factor for the time limits.

        Raises
        ------
        GradbookError
            If it is to run in a sandbox, and the sandbox does not work here.
        """
        if self.sandbox == "bwrap":
            sandbox.require_bubblewrap()
        place = prefork.folder() or short_tempdir()
        with tempfile.TemporaryDirectory(prefix="autograder-", dir=place) as scratch:
            copy = Path(scratch) / "work"
            # The copy may take half of the disk limit; the rest is for files that the notebook writes.
            large = copy_files(folder, copy, self.disk_limit // 2)
            if large:
                notes = nb.metadata.setdefault(METADATA, NotebookNode()).setdefault("notes", [])
                notes.append(f"Too large to be used for grading: {', '.join(large)}.")
            run_sync(_Run(self, nb, copy, Path(scratch), seed, wanted, slack).run)()


class _Run:
    """One run of a notebook, with as many kernels as needed."""

    def __init__(
        self,
        execute: GradingExecute,
        nb: NotebookNode,
        folder: Path,
        scratch: Path,
        seed: int,
        wanted: Collection[str] | None,
        slack: float,
    ) -> None:
        self.execute = execute
        self.nb = nb
        self.folder = folder
        self.scratch = scratch
        self.seed = seed
        self.wanted = wanted
        self.slack = slack
        self.tasks = read_tasks(nb)
        self.added_left = execute.added_timeout
        self.left = slack * execute.notebook_timeout
        self.fatal: set[int] = set()
        self.lost_tasks: set[str] = set()

    async def run(self) -> None:
        """Run all cells; after a cell kills its kernel, start a new kernel and skip that cell."""
        start = 0
        for number in range(MAX_KERNELS):
            stuck_at = await self._run_kernel(number, start)
            if stuck_at is None:
                return
            self.fatal.add(stuck_at)
            start = stuck_at + 1
        for cell in self.nb.cells[start:]:
            if cell.cell_type == "code":
                _note(cell, f"not run: {MAX_KERNELS} earlier cells killed their kernel")

    async def _run_kernel(self, number: int, start: int) -> int | None:
        """Run the cells from `start` in a new kernel; return the index of the cell that killed it, if any."""
        # Cells before `start` already have outputs; copies of them run again for their definitions.
        replayed = [NotebookNode(cell) if index < start else cell for index, cell in enumerate(self.nb.cells)]
        client = GradingClient(
            NotebookNode(self.nb, cells=replayed),
            kernel_name=self.execute.kernel_name,
            allow_errors=True,
            timeout=None,
            startup_timeout=OWN_TIMEOUT_S,
            iopub_timeout=OWN_TIMEOUT_S,
            raise_on_iopub_timeout=True,
            record_timing=False,
            # Exit handlers of the student's code need not run.
            shutdown_kernel="immediate",
            log=self.execute.log,
        )
        manager = client.create_kernel_manager()
        # Our kernelspec is not on Jupyter's path, because students do not need it in their launcher.
        manager.kernel_spec_manager.kernel_dirs.insert(0, str(Path(kernels.__file__).parent))
        sockets = self.scratch / f"io-{number}"
        sockets.mkdir()
        manager.transport = "ipc"
        manager.connection_file = str(sockets / "kernel.json")
        manager.client_factory = Channels
        client.reset_execution_trackers()
        # The kernel does not run in the course folder, so it needs the path of the course's images.
        environment = os.environ | {"AUTOGRADER_DATA": str(data_folder().resolve())}
        sandbox = self._sandbox(sockets)
        async with client.async_setup_kernel(
            cwd=str(self.folder), env=environment, sandbox=sandbox, limits=self.execute.limits
        ):
            if sandbox is not None:
                sandbox.check_proof()
            client.watch_connection()
            await ensure_async(
                client.kc.execute_interactive(  # type: ignore[union-attr]
                    f"__import__('gradbook.api').api.cell_monitor.begin_grading({self.seed})",
                    silent=True,
                    store_history=False,
                    timeout=OWN_TIMEOUT_S,
                )
            )
            try:
                return await self._run_cells(client, replayed)
            finally:
                self.execute.memory = max(self.execute.memory, client.provisioner.peak_memory())

    async def _run_cells(self, client: GradingClient, cells: list[NotebookNode]) -> int | None:
        for index, cell in enumerate(cells):
            if self._is_left_out(index, cell):
                continue
            try:
                await self._run_cell(client, index, cell)
            except _Stuck as stuck:
                _note(cell, stuck.verdict)
                # Clear the execution count, because whether it arrived before the crash is random.
                cell.execution_count = None
                self._lose(cell)
                return index
        return None

    def _sandbox(self, sockets: Path) -> Sandbox | None:
        if self.execute.sandbox == "none":
            return None
        unseen = (str(self.scratch / "work"), *sandbox.course_in_sight(self.execute.config))
        return Sandbox(sockets, self.folder, unseen, self.execute.limits)

    def _is_left_out(self, index: int, cell: NotebookNode) -> bool:
        if cell.cell_type != "code" or not cell.source.strip() or index in self.fatal:
            return True
        if is_skipped(cell):
            return True
        if not is_test(cell):
            return False
        task = task_of(cell)
        if self.wanted is not None and task not in self.wanted:
            return True
        # Tests that call a task that exceeded a limit would exceed it as well.
        return bool(self.lost_tasks & all_needs(task, self.tasks))

    async def _run_cell(self, client: GradingClient, index: int, cell: NotebookNode) -> None:
        limit, name = self._limit(cell)
        if limit <= 0:
            _note(cell, f"not run: {name} exceeded")
            return
        client.output_left = self.execute.output_limit
        before = client.provisioner.usage().cpu
        try:
            await client.run_within(limit, cell, index)
        except CellTimeoutError as error:
            # If the cell itself ended in time, its output did not: it exceeded the output limit.
            raise _Stuck(name if client.timed_out else self.execute.limits.too_much_output) from error
        except DeadKernelError as error:
            raise _Stuck(name if client.timed_out else client.provisioner.verdict) from error
        except (LookupError, TypeError, ValueError, AttributeError, AssertionError, RecursionError) as error:
            # Jupyter's client trusts its kernel, and fails on malformed messages.
            msg = "the kernel sent an invalid message"
            raise _Stuck(msg) from error
        finally:
            used = client.provisioner.usage().cpu - before
            self.left -= used
            if _is_added(cell):
                self.added_left -= used
        if client.timed_out:
            _note(cell, name)
            self._lose(cell)

    def _limit(self, cell: NotebookNode) -> tuple[float, str]:
        """Return the CPU seconds that a cell may use, and the name of this limit in a verdict."""
        task = self.tasks.get(task_of(cell)) if is_test(cell) else None
        own = task.timeout if task is not None and task.timeout is not None else float(self.execute.timeout)
        own *= self.slack
        limits = {f"time limit {own:g} s": own}
        if _is_added(cell):
            limits[f"time limit {self.execute.added_timeout:g} s for added cells"] = self.added_left
        limits[f"time limit {self.execute.notebook_timeout:g} s per notebook"] = self.left
        name = min(limits, key=lambda name: limits[name])
        return limits[name], name

    def _lose(self, cell: NotebookNode) -> None:
        if is_test(cell):
            self.lost_tasks.add(task_of(cell))


def _is_added(cell: NotebookNode) -> bool:
    return bool(declared(cell).get("added"))


def _note(cell: NotebookNode, verdict: str) -> None:
    """Record in a cell's metadata why it did not finish."""
    cell.metadata[METADATA] = {**declared(cell), "run": verdict}
