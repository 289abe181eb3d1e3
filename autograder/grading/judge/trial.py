"""Judge a notebook task by task; if a needed task failed, run it again with the reference solution."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import METADATA
from autograder.grading.execute import GradingExecute
from autograder.grading.judge.decision import Decision
from autograder.grading.key import Key
from autograder.grading.notebook_spec import NotebookSpec
from autograder.grading.tasks import Task, all_needs, is_solution, is_test, read_tasks, task_of
from autograder.grading.weights import run_on_weights
from autograder.outcome import Outcome


class Trial:
    """The judging of a notebook: tasks are decided one by one, starting with those that others need."""

    def __init__(
        self, spec: NotebookSpec, key: Key, nb: NotebookNode, execute: GradingExecute, folder: Path
    ) -> None:
        self.spec = spec
        self.nb = nb
        self.execute = execute
        self.folder = folder
        self.tasks = read_tasks(spec.source)
        self.decision = Decision(spec, key, nb, execute.limits)
        self.decided: dict[str, Outcome] = {}

    @cached_property
    def _by_weights(self) -> tuple[Mapping[str, NotebookNode], Mapping[str, str]]:
        weight_tasks = [task for task in self.tasks.values() if task.weights]
        return run_on_weights(self.spec, weight_tasks, self.folder, self.execute)

    def decide(self) -> dict[str, Outcome]:
        """Return the outcome of every task."""
        if "unreadable" in self.nb.metadata.get(METADATA, {}):
            verdict = "the file could not be read"
            return {task.id: Outcome(task.id, 0, task.points, verdict) for task in self.tasks.values()}
        run, replaced = self.nb, frozenset[str]()
        while True:
            self._decide_from(run, replaced)
            undecided = [name for name in self.tasks if name not in self.decided]
            if not undecided:
                return self.decided
            # A mistake costs points only once: failed tasks that others need are replaced by the reference.
            replaced |= {need for name in undecided for need in self._failed_needs(name)}
            run = self._rerun(replaced, undecided)

    def _decide_from(self, run: NotebookNode, replaced: Collection[str]) -> None:
        """Decide the tasks that are correct or untouched, and those whose needs are correct or replaced."""
        tests = {task_of(cell): cell for cell in run.cells if is_test(cell)}
        for name in self._needed_first():
            if name in self.decided:
                continue
            if self.tasks[name].weights:
                self.decided[name] = self._outcome_of_weights(self.tasks[name])
                continue
            outcome = self.decision.outcome(self.tasks[name], tests[name])
            needs = all_needs(name, self.tasks)
            if not outcome.is_full and not self.decision.is_untouched(name):
                if any(need not in self.decided for need in needs):
                    continue
                if set(self._failed_needs(name)) - set(replaced):
                    continue
            outcome.with_reference = sorted(needs & set(replaced), key=list(self.tasks).index)
            if replaced:
                # The student's code could read the reference solution, so no text of this run is shown.
                outcome.details = [(name, "wrong") for name, _ in outcome.details]
            self.decided[name] = outcome

    def _needed_first(self) -> list[str]:
        return sorted(
            self.tasks, key=lambda name: (len(all_needs(name, self.tasks)), list(self.tasks).index(name))
        )

    def _failed_needs(self, name: str) -> list[str]:
        needs = all_needs(name, self.tasks)
        return [need for need in needs if need in self.decided and not self.decided[need].is_full]

    def _rerun(self, replaced: Collection[str], wanted: Collection[str]) -> NotebookNode:
        reference = {task_of(cell): cell.source for cell in self.spec.source.cells if is_solution(cell)}
        again = copy.deepcopy(self.nb)
        for cell in again.cells:
            if is_solution(cell) and task_of(cell) in replaced:
                cell.source = reference[task_of(cell)]
            if cell.cell_type == "code":
                cell.outputs = []
                cell.metadata.get(METADATA, {}).pop("run", None)
        self.execute.run(again, self.folder, self.spec.seed, wanted)
        return again

    def _outcome_of_weights(self, task: Task) -> Outcome:
        """Return the outcome of running the reference's model with the submitted weights."""
        cells, verdicts = self._by_weights
        if task.id in verdicts:
            return Outcome(task.id, 0, task.points, verdicts[task.id])
        return self.decision.compared(task, cells[task.id])
