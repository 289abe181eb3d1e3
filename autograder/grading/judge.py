"""Deciding what a submission's answers are worth, outside the process that gave them."""

from __future__ import annotations

import builtins
import copy
import html
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import METADATA, Course
from autograder.grading.clean.notebook import ABOUT, clean_notebook
from autograder.grading.execute import GradingExecute
from autograder.grading.hidden import Hidden
from autograder.grading.key import Answer, Answers, Key, Raised, answer_key, parse_answers, recorded
from autograder.grading.material import Material, material_of
from autograder.grading.tasks import (
    Task,
    all_needs,
    declared,
    is_solution,
    is_test,
    nbgrader_of,
    read_tasks,
    task_of,
)
from autograder.grading.weights import run_on_weights
from autograder.notebook.answers import ANSWER_MIME
from autograder.notebook.loops import find_loop
from autograder.notebook.messages import panel
from autograder.notebook.relations import Difference
from autograder.results.outcome import Outcome

#: Where a pipeline step finds the key in nbconvert's resources, when the engine has it at hand.
KEY_RESOURCE = "autograder_key"

#: What a SyntaxError says of its place, where the code came from a cell.
_CELLS_FILE = re.compile(r"\(\d+\.py, line (\d+)\)")

#: What is raised where memory is refused, by Python and by NumPy.
_OUT_OF_MEMORY = {"MemoryError", "_ArrayMemoryError"}


class Judge(NbGraderPreprocessor):
    """The step after execution: compares answers with the key, leaves one outcome in each graded cell."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Judge an executed notebook; where a needed task failed, run it again with the reference."""
        material = material_of(resources)
        execute = GradingExecute(parent=self)
        key = resources.get(KEY_RESOURCE) or answer_key(Course.find(Path.cwd()), material, execute)
        bench = _Bench(material, key, nb, execute, Path(resources["metadata"]["path"]))
        decided = bench.decide()
        hidden = Hidden(material.source)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = _kept(cell)
        hidden.leave_out_of_outputs(nb)
        for outcome in decided.values():
            hidden.leave_out_of_outcome(outcome)
        for cell in nb.cells:
            if is_test(cell):
                _write_outcome(cell, decided[task_of(cell)])
        _write_notes(nb)
        return clean_notebook(_writable(nb)), resources


class _Bench:
    """A notebook on trial: its tasks are decided one after the other, needed ones first."""

    def __init__(
        self, material: Material, key: Key, nb: NotebookNode, execute: GradingExecute, folder: Path
    ) -> None:
        self.material = material
        self.key = key
        self.nb = nb
        self.execute = execute
        self.folder = folder
        self.tasks = read_tasks(material.source)
        self.solutions = {task_of(cell): cell.source for cell in nb.cells if is_solution(cell)}
        self.stubs = {task_of(cell): cell.source for cell in material.release.cells if is_solution(cell)}
        self.code = [cell.source for cell in nb.cells if cell.cell_type == "code" and not is_test(cell)]
        self.decided: dict[str, Outcome] = {}

    @cached_property
    def _by_weights(self) -> tuple[Mapping[str, NotebookNode], Mapping[str, str]]:
        weighed = [task for task in self.tasks.values() if task.weights]
        return run_on_weights(self.material, weighed, self.folder, self.execute)

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
            # A mistake costs once: what these need and the student has wrong is lent to them.
            replaced |= {need for name in undecided for need in self._failed_needs(name)}
            run = self._rerun(replaced, undecided)

    def _decide_from(self, run: NotebookNode, replaced: Collection[str]) -> None:
        """Decide the tasks that this run can: right ones, and those that stood on right ground."""
        tests = {task_of(cell): cell for cell in run.cells if is_test(cell)}
        for name in self._needed_first():
            if name in self.decided:
                continue
            if self.tasks[name].weights:
                self.decided[name] = self._outcome_of_weights(self.tasks[name])
                continue
            outcome = self._outcome(self.tasks[name], tests[name])
            needs = all_needs(name, self.tasks)
            if not outcome.is_full and not self._is_untouched(name):
                if any(need not in self.decided for need in needs):
                    continue
                if set(self._failed_needs(name)) - set(replaced):
                    continue
            outcome.with_reference = sorted(needs & set(replaced), key=list(self.tasks).index)
            if replaced:
                # The reference's source was in reach of the student's code: no text of that run comes out.
                outcome.details = [(name, "wrong") for name, _ in outcome.details]
            self.decided[name] = outcome

    def _needed_first(self) -> list[str]:
        return sorted(
            self.tasks, key=lambda name: (len(all_needs(name, self.tasks)), list(self.tasks).index(name))
        )

    def _failed_needs(self, name: str) -> list[str]:
        needs = all_needs(name, self.tasks)
        return [need for need in needs if need in self.decided and not self.decided[need].is_full]

    def _is_untouched(self, name: str) -> bool:
        return self.solutions.get(name, "").strip() == self.stubs.get(name, "").strip()

    def _rerun(self, replaced: Collection[str], wanted: Collection[str]) -> NotebookNode:
        reference = {task_of(cell): cell.source for cell in self.material.source.cells if is_solution(cell)}
        again = copy.deepcopy(self.nb)
        for cell in again.cells:
            if is_solution(cell) and task_of(cell) in replaced:
                cell.source = reference[task_of(cell)]
            if cell.cell_type == "code":
                cell.outputs = []
                cell.metadata.get(METADATA, {}).pop("run", None)
        self.execute.run(again, self.folder, self.material.seed, wanted)
        return again

    def _outcome(self, task: Task, cell: NotebookNode) -> Outcome:
        """Return what a task's answers in one run are worth."""
        none = Outcome(task.id, 0, task.points, "")
        if self._is_untouched(task.id):
            none.verdict = "not started"
            return none
        loop = None if task.loops else find_loop(task.id, [*self.code, self.solutions[task.id]])
        if loop is not None:
            none.verdict = "uses a Python loop"
            none.message = f"The task asks for array operations only, and there is {loop}"
            none.mistake = self._rule_mistake(task)
            return none
        outcome, got, wrong = self._compared(task, cell)
        if wrong and _trouble_in_cell(self.nb, task.id) is None:
            self._name_mistake(outcome, got, wrong)
        return outcome

    def _outcome_of_weights(self, task: Task) -> Outcome:
        """Return what the reference's model makes of the weights that were handed in."""
        cells, verdicts = self._by_weights
        if task.id in verdicts:
            return Outcome(task.id, 0, task.points, verdicts[task.id])
        return self._compared(task, cells[task.id])[0]

    def _compared(self, task: Task, cell: NotebookNode) -> tuple[Outcome, Answers, Mapping[str, Difference]]:
        """Compare the answers that a cell recorded with the key."""
        key, got = self.key.answers(task.id), parse_answers(recorded(cell))
        wrong = {name: found for name in key if (found := _difference(key[name], got.get(name))) is not None}
        total = sum(answer.weight for answer in key.values())
        share = sum(answer.weight for name, answer in key.items() if name not in wrong) / total
        points = task.points if not wrong else min(round(task.points * share, 2), task.points)
        outcome = Outcome(task.id, points, task.points, "right")
        if wrong:
            outcome.verdict = self._verdict(task, cell, got, len(wrong), len(key))
            outcome.details = [
                (key[name].about or name, found.summary + _where(found)) for name, found in wrong.items()
            ]
        return outcome, got, wrong

    def _verdict(self, task: Task, cell: NotebookNode, got: Answers, wrong: int, of: int) -> str:
        stopped = declared(cell).get("run")
        if stopped:
            return str(stopped)
        broken = None if task.weights else _trouble_in_cell(self.nb, task.id)
        if broken:
            return f"the solution cell {broken}"
        raised = {answer.value.type for answer in got.values() if isinstance(answer.value, Raised)}
        if raised & _OUT_OF_MEMORY:
            return self.execute.limits.out_of_memory
        # The name of an exception of the student's own making could say anything.
        raised = {name if hasattr(builtins, name) else "an exception" for name in raised}
        if raised == {"NotImplementedError"} and wrong == of:
            return "not started"
        if len(raised) == 1 and wrong == of:
            return f"raised {raised.pop()}"
        if not got:
            return "no answer recorded"
        return f"{of - wrong} of {of} answers right" if of > wrong else "wrong"

    def _rule_mistake(self, task: Task) -> str | None:
        """Return the title of the known mistake that answers rightly and breaks the task's rule."""
        key = self.key.answers(task.id)
        for mistake in self.key.mistakes.get(task.id, []):
            theirs = mistake.answers
            if all(_difference(key[name], theirs.get(name)) is None for name in key):
                return mistake.title
        return None

    def _name_mistake(self, outcome: Outcome, got: Answers, wrong: Mapping[str, Difference]) -> None:
        """Give the outcome the message of the known mistake that answers the same, if there is one."""
        if not got:
            return
        key = self.key.answers(outcome.task)
        for mistake in self.key.mistakes.get(outcome.task, []):
            theirs = mistake.answers
            fails = {name for name in key if _difference(key[name], theirs.get(name)) is not None}
            if fails == set(wrong) and all(
                _same(theirs.get(name), got.get(name), key[name]) for name in wrong
            ):
                outcome.mistake, outcome.message = mistake.title, mistake.explanation
                return


def _difference(key: Answer, got: Answer | None) -> Difference | None:
    if got is None:
        return Difference("no answer was recorded")
    if isinstance(got.value, Raised):
        text = f"raised {got.value.type}" + (f": {got.value.message}" if got.value.message else "")
        return Difference(text)
    return key.relation.difference(key.value, got.value)


def _same(mine: Answer | None, theirs: Answer | None, key: Answer) -> bool:
    """Return whether two wrong answers are wrong in the same way."""
    if mine is None or theirs is None:
        return mine is theirs
    if isinstance(mine.value, Raised) or isinstance(theirs.value, Raised):
        kinds = [value.type if isinstance(value, Raised) else None for value in (mine.value, theirs.value)]
        return kinds[0] == kinds[1]
    return key.relation.difference(mine.value, theirs.value) is None


def _where(difference: Difference) -> str:
    return f", worst at index {list(difference.worst)}" if difference.worst is not None else ""


def _trouble_in_cell(nb: NotebookNode, task: str) -> str | None:
    """Return how the solution cell of a task ended by itself: what it raised, or the limit it ran into."""
    for cell in nb.cells:
        if is_solution(cell) and task_of(cell) == task and cell.cell_type == "code":
            if "run" in declared(cell):
                return f"did not end well: {declared(cell)['run']}"
            for output in cell.outputs:
                if output.output_type == "error":
                    text = _CELLS_FILE.sub(r"(line \1 of its cell)", output.evalue.partition("\n")[0])
                    return f"raised {output.ename}: {text[:200]}".removesuffix(": ")
    return None


def _writable(nb: NotebookNode) -> NotebookNode:
    """Return the notebook without what no file can hold: halves of characters, in outputs."""
    text = json.dumps(nb, ensure_ascii=False).encode("utf-8", "replace").decode()
    return nbformat.from_dict(json.loads(text))


def _is_answer(output: NotebookNode) -> bool:
    return ANSWER_MIME in output.get("data", {})


def _kept(cell: NotebookNode) -> list[NotebookNode]:
    """Return what may stay of a cell's outputs: no answers, and of graded cells only what they show.

    nbgrader gives nothing for any error or stderr, everything for no output, and what a bare number says
    for that number: so errors and results of the student's process go.
    """
    outputs = [output for output in cell.outputs if not _is_answer(output)]
    if not is_test(cell):
        return outputs
    return [
        output
        for output in outputs
        if (output.output_type == "stream" and output.name == "stdout")
        or output.output_type == "display_data"
    ]


def _write_outcome(cell: NotebookNode, outcome: Outcome) -> None:
    """Leave exactly one result in a graded cell, in the one form that nbgrader reads rightly."""
    points = min(max(float(outcome.points), 0.0), float(nbgrader_of(cell)["points"]))
    result = nbformat.v4.new_output(
        "execute_result",
        data={"text/plain": repr(points), "text/html": _markup(outcome)},
        execution_count=cell.execution_count or 1,
    )
    cell.outputs = [*cell.outputs, result]
    cell.execution_count = cell.execution_count or 1
    cell.metadata[METADATA] = {**declared(cell), "outcome": asdict(outcome)}


def _markup(outcome: Outcome) -> str:
    rows = [("verdict", outcome.mistake or outcome.verdict)]
    rows += [("why", outcome.message)] if outcome.message else outcome.details
    if outcome.with_reference:
        names = ", ".join(outcome.with_reference)
        rows.append(("graded with the reference", f"in place of {names}: a mistake there costs nothing here"))
    title = f"{outcome.task}: {outcome.points:g} of {outcome.max_points:g} points"
    return panel(title, rows, "passed" if outcome.is_full else "failed")


def _write_notes(nb: NotebookNode) -> None:
    """Tell at the top of the notebook what was odd about the submission."""
    own = nb.metadata.get(METADATA, {})
    notes = list(own.get("notes", []))
    if "unreadable" in own:
        notes = [f"The submitted file could not be read: {own['unreadable']}. Nothing in it could be graded."]
    if notes:
        text = "\n".join(["**About this submission**", "", *(f"- {html.escape(note)}" for note in notes)])
        nb.cells.insert(0, nbformat.v4.new_markdown_cell(text, id=ABOUT))
