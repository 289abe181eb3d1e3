"""Compare the answers of one run with the key, outside the student's process, and award points."""

from __future__ import annotations

import builtins
import re
from collections.abc import Mapping

from nbformat import NotebookNode

from autograder.grading.kernels.limits import Limits
from autograder.grading.key import Answer, Answers, Key, Raised, parse_answers, recorded
from autograder.grading.notebook_spec import NotebookSpec
from autograder.grading.tasks import Task, declared, is_solution, is_test, task_of
from autograder.outcome import Outcome
from gradbook.checks.loops import find_loop
from gradbook.protocol.relations import Difference

#: The location in the message of a SyntaxError in the code of a cell.
_CELL_LOCATION = re.compile(r"\(\d+\.py, line (\d+)\)")

#: The exceptions that Python and NumPy raise when memory cannot be allocated.
_OUT_OF_MEMORY = {"MemoryError", "_ArrayMemoryError"}


class Decision:
    """The comparison of a notebook's answers with the key.

    Parameters
    ----------
    spec, key
        The notebook spec and the answer key.
    nb
        The grafted notebook after its first run.
    limits
        The limits of its kernels, which verdicts mention.
    """

    def __init__(self, spec: NotebookSpec, key: Key, nb: NotebookNode, limits: Limits) -> None:
        self._key = key
        self._nb = nb
        self._limits = limits
        self._solutions = {task_of(cell): cell.source for cell in nb.cells if is_solution(cell)}
        self._stubs = {task_of(cell): cell.source for cell in spec.release.cells if is_solution(cell)}
        self._code = [cell.source for cell in nb.cells if cell.cell_type == "code" and not is_test(cell)]

    def is_untouched(self, name: str) -> bool:
        """Return whether a task's solution cell is unchanged since the release."""
        return self._solutions.get(name, "").strip() == self._stubs.get(name, "").strip()  # type: ignore[no-any-return]

    def outcome(self, task: Task, cell: NotebookNode) -> Outcome:
        """Return the outcome of a task from its answers in one run."""
        none = Outcome(task.id, 0, task.points, "")
        if self.is_untouched(task.id):
            none.verdict = "not started"
            return none
        loop = None if task.loops else find_loop(task.id, [*self._code, self._solutions[task.id]])
        if loop is not None:
            none.verdict = "uses a Python loop"
            none.message = f"The task must be solved with array operations only, but there is {loop}"
            none.mistake = self._rule_mistake(task)
            return none
        outcome, got, wrong = self._compared(task, cell)
        if wrong and _cell_failure(self._nb, task.id) is None:
            self._name_mistake(outcome, got, wrong)
        return outcome

    def compared(self, task: Task, cell: NotebookNode) -> Outcome:
        """Return the outcome of a task from its answers only, ignoring its solution cell."""
        return self._compared(task, cell)[0]

    def _compared(self, task: Task, cell: NotebookNode) -> tuple[Outcome, Answers, Mapping[str, Difference]]:
        """Compare the answers that a cell recorded with the key."""
        key, got = self._key.answers(task.id), parse_answers(recorded(cell))
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
        broken = None if task.weights else _cell_failure(self._nb, task.id)
        if broken:
            return f"the solution cell {broken}"
        raised = {answer.value.type for answer in got.values() if isinstance(answer.value, Raised)}
        if raised & _OUT_OF_MEMORY:
            return self._limits.out_of_memory
        # The name of an exception class that the student defined is untrusted text.
        raised = {name if hasattr(builtins, name) else "an exception" for name in raised}
        if raised == {"NotImplementedError"} and wrong == of:
            return "not started"
        if len(raised) == 1 and wrong == of:
            return f"raised {raised.pop()}"
        if not got:
            return "no answer recorded"
        return f"{of - wrong} of {of} answers right" if of > wrong else "wrong"

    def _rule_mistake(self, task: Task) -> str | None:
        """Return the title of the known mistake that answers correctly but breaks the task's rule."""
        key = self._key.answers(task.id)
        for mistake in self._key.mistakes.get(task.id, []):
            theirs = mistake.answers
            if all(_difference(key[name], theirs.get(name)) is None for name in key):
                return mistake.title
        return None

    def _name_mistake(self, outcome: Outcome, got: Answers, wrong: Mapping[str, Difference]) -> None:
        """Set the outcome's message to that of the known mistake with the same answers, if there is one."""
        if not got:
            return
        key = self._key.answers(outcome.task)
        for mistake in self._key.mistakes.get(outcome.task, []):
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


def _cell_failure(nb: NotebookNode, task: str) -> str | None:
    """Return the exception that a task's solution cell raised, or the limit that it exceeded, or None."""
    for cell in nb.cells:
        if is_solution(cell) and task_of(cell) == task and cell.cell_type == "code":
            if "run" in declared(cell):
                return f"did not finish: {declared(cell)['run']}"
            for output in cell.outputs:
                if output.output_type == "error":
                    text = _CELL_LOCATION.sub(r"(line \1 of its cell)", output.evalue.partition("\n")[0])
                    return f"raised {output.ename}: {text[:200]}".removesuffix(": ")
    return None
