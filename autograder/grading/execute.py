"""Running a grafted notebook: a kernel of its own, limits a cell, and on after a crash."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async, run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from traitlets import Enum, Float, Integer, Unicode

from autograder.course import GRADING_KERNEL, METADATA, SANDBOXES, SKIP_TAG
from autograder.data.dataset import data_folder
from autograder.files import short_tempdir
from autograder.grading import kernels
from autograder.grading.collect.folder import copy_files
from autograder.grading.kernels import bubblewrap, warm
from autograder.grading.kernels.bubblewrap import Sandbox
from autograder.grading.kernels.client import Channels, GradingClient
from autograder.grading.kernels.limits import Limits
from autograder.grading.material import material_of
from autograder.grading.tasks import all_needs, declared, is_test, read_tasks, task_of

#: A kernel that dies in this many cells is not started again.
MAX_KERNELS = 8

#: Seconds for an interrupted cell to end before its kernel is given up.
GRACE = 3


class _Stuck(Exception):  # noqa: N818
    """The kernel cannot go on: it died, or a cell outlived its interrupt."""

    def __init__(self, verdict: str) -> None:
        self.verdict = verdict


class GradingExecute(Execute):
    """Runs a notebook for grading; the ``nbgrader autograde`` step of that name, and the engine's."""

    kernel_name = Unicode(GRADING_KERNEL, help="The kernelspec that students' code runs under.").tag(
        config=True
    )

    notebook_timeout = Float(180.0, help="Seconds for a whole notebook; cells after that are not run.").tag(
        config=True
    )

    added_timeout = Float(20.0, help="Seconds that all cells added by the student share.").tag(config=True)

    sandbox = Enum(
        SANDBOXES,
        SANDBOXES[0],
        help="What students' code is shut in: bwrap; or none, and it can do whatever you can.",
    ).tag(config=True)

    memory_limit = Integer(Limits.memory, help="Bytes of memory that a kernel may use.").tag(config=True)

    process_limit = Integer(Limits.processes, help="Processes that a kernel may have.").tag(config=True)

    disk_limit = Integer(Limits.disk, help="Bytes that a kernel in a sandbox may write.").tag(config=True)

    output_limit = Integer(Limits.output, help="Bytes that a cell may put out.").tag(config=True)

    #: The most bytes of memory that a kernel was seen to have in use.
    memory = 0

    @property
    def limits(self) -> Limits:
        """What a kernel may take of the machine."""
        # The notebook's time is the kernel's too; what else it computes on is not worth waiting for.
        cpu = int(self.notebook_timeout) + 60
        return Limits(self.memory_limit, self.disk_limit, self.process_limit, cpu, self.output_limit)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], km: Any = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run the notebook in a copy of the folder that `resources` name."""
        folder = Path(resources["metadata"]["path"])
        if "unreadable" not in nb.metadata.get(METADATA, {}):
            self.run(nb, folder, material_of(resources).seed)
        return nb, resources

    def run(self, nb: NotebookNode, folder: Path, seed: int, wanted: Collection[str] | None = None) -> None:
        """Run `nb` in place: outputs, and ``metadata.autograder.run`` of each cell that did not end well.

        Parameters
        ----------
        nb
            A grafted notebook.
        folder
            The submission's files; the kernel works in a copy, which is thrown away.
        seed
            The seed of hidden inputs.
        wanted
            The tasks whose graded cells are run; None for all.

        Raises
        ------
        AutograderError
            When it is to run in a sandbox, and that does not work here.
        """
        if self.sandbox == "bwrap":
            bubblewrap.require()
        place = warm.folder() or short_tempdir()
        with tempfile.TemporaryDirectory(prefix="autograder-", dir=place) as scratch:
            copy = Path(scratch) / "work"
            # Half of what it may write: the rest is for what it computes.
            large = copy_files(folder, copy, self.disk_limit // 2)
            if large:
                notes = nb.metadata.setdefault(METADATA, NotebookNode()).setdefault("notes", [])
                notes.append(f"Too large to be used in grading: {', '.join(large)}.")
            run_sync(_Run(self, nb, copy, Path(scratch), seed, wanted).run)()


class _Run:
    """One run of one notebook, through as many kernels as it takes."""

    def __init__(
        self,
        execute: GradingExecute,
        nb: NotebookNode,
        folder: Path,
        scratch: Path,
        seed: int,
        wanted: Collection[str] | None,
    ) -> None:
        self.execute = execute
        self.nb = nb
        self.folder = folder
        self.scratch = scratch
        self.seed = seed
        self.wanted = wanted
        self.tasks = read_tasks(nb)
        self.added_left = execute.added_timeout
        self.deadline = time.monotonic() + execute.notebook_timeout
        self.fatal: set[int] = set()
        self.lost_tasks: set[str] = set()

    async def run(self) -> None:
        """Run all cells; a cell that takes its kernel with it is left out of the next one."""
        start = 0
        for number in range(MAX_KERNELS):
            stuck_at = await self._run_kernel(number, start)
            if stuck_at is None:
                return
            self.fatal.add(stuck_at)
            start = stuck_at + 1
        for cell in self.nb.cells[start:]:
            if cell.cell_type == "code":
                _note(cell, f"not run: {MAX_KERNELS} cells before it ended their kernel")

    async def _run_kernel(self, number: int, start: int) -> int | None:
        """Run the cells from `start` in a new kernel; return the index of the one that ended it, if any."""
        # Cells before `start` have their outputs; they run again, on copies, for what they define.
        replayed = [NotebookNode(cell) if index < start else cell for index, cell in enumerate(self.nb.cells)]
        client = GradingClient(
            NotebookNode(self.nb, cells=replayed),
            kernel_name=self.execute.kernel_name,
            allow_errors=True,
            error_on_timeout={"ename": "CellTimeoutError", "evalue": "", "traceback": []},
            interrupt_on_timeout=True,
            iopub_timeout=GRACE,
            raise_on_iopub_timeout=True,
            record_timing=False,
            # What a student's code would do at its end is of no interest.
            shutdown_kernel="immediate",
            log=self.execute.log,
        )
        manager = client.create_kernel_manager()
        # Ours is not on Jupyter's own path: students have no use for it in their launcher.
        manager.kernel_spec_manager.kernel_dirs.insert(0, str(Path(kernels.__file__).parent))
        sockets = self.scratch / f"io-{number}"
        sockets.mkdir()
        manager.transport = "ipc"
        manager.connection_file = str(sockets / "kernel.json")
        manager.client_factory = Channels
        client.reset_execution_trackers()
        # The kernel works far from the course; it is told where the course keeps its pictures.
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
                    f"from autograder.notebook.answers import begin_grading\nbegin_grading({self.seed})",
                    silent=True,
                    store_history=False,
                    timeout=60,
                )
            )
            try:
                return await self._run_cells(client, replayed)
            finally:
                self.execute.memory = max(self.execute.memory, client.provisioner.most_memory())

    async def _run_cells(self, client: GradingClient, cells: list[NotebookNode]) -> int | None:
        for index, cell in enumerate(cells):
            if self._is_left_out(index, cell):
                continue
            try:
                await self._run_cell(client, index, cell)
            except _Stuck as stuck:
                _note(cell, stuck.verdict)
                # Whether its number still arrived is chance.
                cell.execution_count = None
                self._lose(cell)
                return index
        return None

    def _sandbox(self, sockets: Path) -> Sandbox | None:
        if self.execute.sandbox == "none":
            return None
        unseen = (str(self.scratch / "work"), *bubblewrap.course_in_sight(self.execute.config))
        return Sandbox(sockets, self.folder, unseen, self.execute.limits)

    def _is_left_out(self, index: int, cell: NotebookNode) -> bool:
        if cell.cell_type != "code" or not cell.source.strip() or index in self.fatal:
            return True
        if SKIP_TAG in cell.metadata.get("tags", []):
            return True
        if not is_test(cell):
            return False
        task = task_of(cell)
        if self.wanted is not None and task not in self.wanted:
            return True
        # Tests that call a task which ran into a limit would run into it as well.
        return bool(self.lost_tasks & all_needs(task, self.tasks))

    async def _run_cell(self, client: GradingClient, index: int, cell: NotebookNode) -> None:
        limit, name = self._limit(cell)
        if limit <= 0:
            _note(cell, f"not run: {name} used up")
            return
        client.timed_out = False
        client.output_left = self.execute.output_limit
        client.timeout_func = lambda _: limit  # type: ignore[assignment]
        began = time.monotonic()
        try:
            await client.async_execute_cell(cell, index)
        except CellTimeoutError as error:
            # It ended in time, and its output never did: more was lost on the way than we would take.
            raise _Stuck(name if client.timed_out else self.execute.limits.too_much_output) from error
        except DeadKernelError as error:
            raise _Stuck(client.provisioner.verdict) from error
        except (LookupError, TypeError, ValueError, AttributeError, AssertionError, RecursionError) as error:
            # Jupyter's client trusts its kernel, and falls over what no kernel sends.
            raise _Stuck("the kernel sent what is no message of Jupyter's") from error
        finally:
            if _is_added(cell):
                self.added_left -= time.monotonic() - began
        if client.timed_out:
            _note(cell, name)
            self._lose(cell)

    def _limit(self, cell: NotebookNode) -> tuple[float, str]:
        """Return the seconds that a cell may take, and how that limit is called in a verdict."""
        task = self.tasks.get(task_of(cell)) if is_test(cell) else None
        own = task.timeout if task is not None and task.timeout is not None else float(self.execute.timeout)
        limits = {f"time limit {own:g} s": own}
        if _is_added(cell):
            limits[f"time limit {self.execute.added_timeout:g} s for added cells"] = self.added_left
        limits[f"time limit {self.execute.notebook_timeout:g} s a notebook"] = (
            self.deadline - time.monotonic()
        )
        name = min(limits, key=lambda name: limits[name])
        return limits[name], name

    def _lose(self, cell: NotebookNode) -> None:
        if is_test(cell) and "solution" not in declared(cell):
            self.lost_tasks.add(task_of(cell))


def _is_added(cell: NotebookNode) -> bool:
    return bool(declared(cell).get("added"))


def _note(cell: NotebookNode, verdict: str) -> None:
    """Write down why a cell did not run to its end."""
    cell.metadata[METADATA] = {**declared(cell), "run": verdict}
