"""Judge a notebook task by task; if a needed task failed, run the tests again and lend its solution.

An answer counts if it is right in one of the runs.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import METADATA
from autograder.grading.execute import GradingExecute
from autograder.grading.judge.decision import NOT_STARTED, Comparison, Decision
from autograder.grading.judge.lending import with_lending
from autograder.grading.key import Key
from autograder.grading.notebook_spec import NotebookSpec
from autograder.grading.tasks import Task, all_needs, is_solution, is_test, read_tasks, reference_of, task_of
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
        self.comparisons: dict[str, list[Comparison]] = {}

    @cached_property
    def _by_weights(self) -> tuple[Mapping[str, NotebookNode], Mapping[str, str]]:
        weight_tasks = [task for task in self.tasks.values() if task.weights]
        return run_on_weights(self.spec, weight_tasks, self.folder, self.execute)

    def decide(self) -> dict[str, Outcome]:
        """Return the outcome of every task."""
        if "unreadable" in self.nb.metadata.get(METADATA, {}):
            verdict = "the file could not be read"
            return {task.id: Outcome(task.id, 0, task.points, verdict) for task in self.tasks.values()}
        self._compare(self.nb, {name: () for name, task in self.tasks.items() if not task.weights})
        while True:
            self._decide_what_is_clear()
            undecided = [name for name in self.tasks if name not in self.decided]
            if not undecided:
                return self.decided
            # A mistake costs points only once: each task is lent the needs that failed, and nothing else.
            lent = {name: self._failed_needs(name) for name in undecided}
            self._compare(self._rerun(lent), lent)

    def _compare(self, run: NotebookNode, lent: Mapping[str, Sequence[str]]) -> None:
        """Compare the answers of a run with the key, for each task in `lent`, with what it was lent."""
        tests = {task_of(cell): cell for cell in run.cells if is_test(cell)}
        for name, needs in lent.items():
            comparison = self.decision.compare(self.tasks[name], tests[name], needs)
            self.comparisons.setdefault(name, []).append(comparison)

    def _decide_what_is_clear(self) -> None:
        """Decide the tasks that are correct or untouched, and those whose needs are correct or were lent."""
        for name in sorted(self.tasks, key=lambda name: len(all_needs(name, self.tasks))):
            if name in self.decided:
                continue
            if self.tasks[name].weights:
                self.decided[name] = self._outcome_of_weights(self.tasks[name])
                continue
            comparisons = self.comparisons[name]
            outcome = self.decision.outcome(self.tasks[name], comparisons)
            if outcome.is_full or outcome.verdict == NOT_STARTED or self._has_what_it_needs(name):
                self.decided[name] = outcome

    def _has_what_it_needs(self, name: str) -> bool:
        """Return whether all needs of a task are decided, and the failed ones were lent to it."""
        decided = all(need in self.decided for need in all_needs(name, self.tasks))
        return decided and set(self._failed_needs(name)) <= set(self.comparisons[name][-1].lent)

    def _failed_needs(self, name: str) -> list[str]:
        needs = all_needs(name, self.tasks)
        return [need for need in self.tasks if need in needs and self._has_failed(need)]

    def _has_failed(self, name: str) -> bool:
        return name in self.decided and not self.decided[name].is_full

    def _rerun(self, lent: Mapping[str, Sequence[str]]) -> NotebookNode:
        """Run the tests of some tasks again, and lend each the reference solutions of other tasks."""
        reference = reference_of(self.spec.source)
        needs = {need for lent_needs in lent.values() for need in lent_needs}
        # A cell after which no answer arrived may keep others from arriving, too.
        silent = {need for need in needs if not any(one.got for one in self.comparisons.get(need, []))}
        again = copy.deepcopy(self.nb)
        for cell in again.cells:
            if is_solution(cell) and task_of(cell) in silent:
                cell.source = ""
            if is_test(cell) and lent.get(task_of(cell)):
                solutions = [reference[need] for need in lent[task_of(cell)]]
                cell.source = with_lending(cell.source, task_of(cell), solutions)
            if cell.cell_type == "code":
                cell.outputs = []
                cell.metadata.get(METADATA, {}).pop("run", None)
        self.execute.run(again, self.folder, self.spec.seed, lent.keys())
        return again

    def _outcome_of_weights(self, task: Task) -> Outcome:
        """Return the outcome of running the reference's model with the submitted weights."""
        cells, verdicts = self._by_weights
        if task.id in verdicts:
            return Outcome(task.id, 0, task.points, verdicts[task.id])
        return self.decision.outcome(task, [self.decision.compare(task, cells[task.id])])
