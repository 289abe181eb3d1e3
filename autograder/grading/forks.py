"""Run many solutions of a notebook's tasks: the notebook runs once, and each solution in a fork of it.

All code is the course's own: solutions, mistakes, variants. So it runs without a sandbox, in a Python process
with the environment of a kernel. At the solution cell of a task this process forks, once per solution; the
fork runs the solution and the graded cell, and sends what these record.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any, BinaryIO

import nbformat
from nbformat import NotebookNode

from autograder.grading.kernels.limits import Limits
from autograder.grading.kernels.provisioner import kernel_environment
from autograder.grading.mistakes import Solution
from autograder.grading.notebook_spec import NotebookSpec
from autograder.grading.tasks import (
    SOLUTION,
    all_needs,
    hidden_source,
    is_skipped,
    is_solution,
    is_test,
    read_tasks,
    task_of,
)
from gradbook.data.dataset import data_folder
from gradbook.errors import GradbookError
from gradbook.messages import State
from gradbook.protocol.answers import ANSWER_MIME
from gradbook.session import session

#: A fork that sleeps uses no CPU time; after this many times its limit it is killed.
_IDLE_FACTOR = 20

#: How many forks run at the same time.
_AT_ONCE = os.cpu_count() or 1


@dataclass
class Run:
    """What a solution recorded.

    Attributes
    ----------
    payloads
        The recorded answers, as sent by the notebook.
    text
        What the visible checks displayed.
    passed
        Whether all visible checks passed.
    verdict
        Why the run did not finish; empty if it did.
    """

    payloads: list[dict[str, Any]] = field(default_factory=list)
    text: str = ""
    passed: bool = False
    verdict: str = ""


@dataclass(frozen=True)
class _Request:
    """What the process is to run: a notebook, and the solution cells of tasks, by name and task."""

    notebook: str
    solutions: tuple[tuple[str, str, str], ...]
    seed: int
    seeds: tuple[int, ...]
    timeout: float
    memory: int
    alone: bool


def run_solutions(
    spec: NotebookSpec,
    solutions: Sequence[Solution],
    timeout: float,
    memory: int = Limits.memory,
    *,
    alone: bool = False,
    seeds: Sequence[int] = (),
) -> dict[str, Run]:
    """Run each solution in place of its task's reference solution.

    Parameters
    ----------
    spec, solutions
        The notebook and the solutions.
    timeout
        CPU seconds for each solution; a task's own limit replaces it if it is longer.
    memory
        Bytes of memory that a solution may use.
    alone
        Whether the other tasks raise an error, except those that the solution's task needs.
    seeds
        Further seeds, for each of which the hidden tests run once more. The names of these answers begin
        with the seed.

    Returns
    -------
    dict of str to Run
        What each solution recorded, by its name.
    """
    cells = {task_of(cell): cell.source for cell in spec.source.cells if is_solution(cell)}
    chosen = tuple((one.name, one.task, one.cell(cells[one.task])) for one in solutions)
    request = _Request(spec.source_text, chosen, spec.seed, tuple(seeds), timeout, memory, alone)
    with tempfile.TemporaryDirectory(prefix="autograder-forks-") as folder:
        spec.put_weights(Path(folder))
        return dict(_results(request, Path(folder)))


def _results(request: _Request, folder: Path) -> Iterator[tuple[str, Run]]:
    """Start the process, and yield what it sends."""
    environment = kernel_environment(os.environ | {"AUTOGRADER_DATA": str(data_folder().resolve())}, folder)
    command = [sys.executable, "-P", "-c", f"import {__name__} as forks; forks.main()"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        # With the end of its input the process kills itself and all its forks.
        with process, process.stdout as results, process.stdin as input_:
            pickle.dump(request, input_)
            input_.flush()
            for _ in request.solutions:
                try:
                    yield pickle.load(results)  # noqa: S301  (of our own process)
                except EOFError:
                    errors.seek(0)
                    raise _stopped(errors.read().decode(errors="replace")) from None


def _stopped(errors: str) -> GradbookError:
    msg = "The process in which the source notebook and other solutions run has stopped."
    return GradbookError(
        msg,
        got=errors.strip().rpartition("\n")[2] or "no message",
        next="run the source notebook from the top, and look for a cell that ends its process",
    )


def main() -> None:
    """Run the notebook that is sent through the standard input; send the results to the standard output."""
    request: _Request = pickle.load(sys.stdin.buffer)  # noqa: S301  (from our own process)
    threading.Thread(target=_end_with_input, daemon=True).start()
    results = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    _Host(request, results).run()
    # The thread that waits for the end of the input would delay the usual end.
    os._exit(0)


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


class _Host:
    """The process that runs the notebook, and forks at each solution."""

    def __init__(self, request: _Request, results: BinaryIO) -> None:
        self.request = request
        self.results = results
        self.notebook = nbformat.reads(request.notebook, as_version=4)
        self.tasks = read_tasks(self.notebook)
        self.shell = _new_shell()
        self.forks: dict[Connection, _Fork] = {}

    def run(self) -> None:
        """Run the notebook with the reference solutions, and a fork at each solution of its tasks."""
        from gradbook.checks import cell_monitor

        cell_monitor.begin_grading(self.request.seed)
        for index, cell in enumerate(self.notebook.cells):
            for name, task, source in self.request.solutions:
                if is_solution(cell) and task == task_of(cell):
                    own = NotebookNode(cell, source=source)
                    self._fork(name, task, [own, *self._until_test(index, task)])
            self._collect(0)
            if _is_run(cell):
                self.shell.run_cell(cell.source)

    def _until_test(self, index: int, task: str) -> Iterator[NotebookNode]:
        """Yield the cells after the solution cell up to the graded cell of its task."""
        for cell in self.notebook.cells[index + 1 :]:
            if is_test(cell) and task_of(cell) == task:
                if self.request.alone:
                    yield from self._broken(task)
                yield cell
                return
            if _is_run(cell):
                yield cell

    def _broken(self, task: str) -> Iterator[NotebookNode]:
        """Yield cells in which each task that this one does not need raises an error."""
        kept = {task, *all_needs(task, self.tasks)}
        for cell in self.notebook.cells:
            if is_solution(cell) and cell.cell_type == "code" and task_of(cell) not in kept:
                broken = f"raise RuntimeError('calls {task_of(cell)}, which it does not need')"
                yield NotebookNode(cell, source=cell.source.replace(f"### {SOLUTION[0]}", broken))

    def _fork(self, name: str, task: str, cells: Sequence[NotebookNode]) -> None:
        self._collect(_AT_ONCE - 1)
        limit = max(self.request.timeout, self.tasks[task].timeout or 0.0)
        ours, theirs = Pipe(duplex=False)
        pid = os.fork()
        if pid == 0:
            ours.close()
            try:
                _limit(limit, self.request.memory)
                _record(self.shell, task, cells, self.request.seeds, theirs.send)
            finally:
                os._exit(0)
        theirs.close()
        self.forks[ours] = _Fork(name, pid, limit, time.monotonic() + _IDLE_FACTOR * limit)

    def _collect(self, most: int) -> None:
        """Receive from the forks until at most so many are running."""
        while len(self.forks) > most:
            ready = wait(list(self.forks), timeout=1.0)
            for connection in ready:
                assert isinstance(connection, Connection)
                fork = self.forks[connection]
                try:
                    fork.add(*connection.recv())
                except EOFError:
                    del self.forks[connection]
                    pickle.dump((fork.name, fork.ended()), self.results)
                    self.results.flush()
            for fork in self.forks.values():
                if time.monotonic() > fork.deadline:
                    os.kill(fork.pid, signal.SIGPROF)


@dataclass
class _Fork:
    """A running fork, and what it has sent."""

    name: str
    pid: int
    limit: float
    deadline: float
    run: Run = field(default_factory=Run)

    def add(self, kind: str, value: Any) -> None:
        """Add what the fork has sent."""
        match kind:
            case "answer":
                self.run.payloads.append(value)
            case "text":
                self.run.text += value
            case "passed":
                self.run.passed = value

    def ended(self) -> Run:
        """Return everything that it has sent, once it has ended."""
        _, status = os.waitpid(self.pid, 0)
        if os.WIFSIGNALED(status):
            is_late = os.WTERMSIG(status) == signal.SIGPROF
            self.run.verdict = f"time limit {self.limit:g} s" if is_late else "its process died"
        return self.run


def _is_run(cell: NotebookNode) -> bool:
    """Return whether a cell runs for every task: it is given, or a solution."""
    return cell.cell_type == "code" and not is_test(cell) and not is_skipped(cell)


def _limit(seconds: float, memory: int) -> None:
    # SIGPROF ends a process that does not handle it.
    signal.setitimer(signal.ITIMER_PROF, seconds)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _new_shell() -> Any:
    from traitlets.config import Config

    from autograder.grading.kernels import bootstrap

    bootstrap.import_all()
    from IPython.core.interactiveshell import InteractiveShell

    config = Config()
    config.HistoryManager.enabled = False
    shell: Any = InteractiveShell.instance(config=config)
    # A traceback takes longer than most solutions, and nobody reads it.
    shell.showtraceback = lambda *_, **__: None
    shell.showsyntaxerror = lambda *_, **__: None
    return shell


def _record(
    shell: Any,
    task: str,
    cells: Sequence[NotebookNode],
    seeds: Sequence[int],
    send: Callable[[tuple[str, Any]], None],
) -> None:
    """Run cells up to a task's graded cell, that one for further seeds as well, and send what they record."""
    prefix = ""

    def publish(data: dict[str, Any], *_: object, **__: object) -> None:
        if ANSWER_MIME in data:
            answer = data[ANSWER_MIME]
            send(("answer", {**answer, "name": f"{prefix}{answer['name']}"}))
        else:
            send(("text", f"{data.get('text/plain', '')}\n"))

    shell.display_pub.publish = publish
    with contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.redirect_stderr(io.StringIO()):
        for cell in cells:
            error = shell.run_cell(cell.source).error_in_exec
            if error is not None:
                send(("text", f"{type(error).__name__}: {error}\n"))
        send(("passed", session.states.get(task) is State.PASSED))
        for seed in seeds:
            prefix, session.seed = f"{seed} ", seed
            shell.run_cell(hidden_source(cells[-1]))
    send(("text", printed.getvalue()))
