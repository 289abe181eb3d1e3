"""Compare the answers of one run with the key, outside the student's process, and award points."""

from __future__ import annotations

import builtins
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nbformat import NotebookNode

from autograder.grading.kernels.limits import Limits
from autograder.grading.key import Answer, Answers, Key, Raised, parse_answers, recorded
from autograder.grading.notebook_spec import NotebookSpec
from autograder.grading.tasks import Task, declared, is_solution, is_test, task_of
from autograder.outcome import Outcome
from gradbook.checks.loops import find_loop
from gradbook.lending import ForbiddenError
from gradbook.protocol.relations import Difference, loop_in

#: The location in the message of a SyntaxError in the code of a cell.
_CELL_LOCATION = re.compile(r"\(\d+\.py, line (\d+)\)")

#: The exceptions that Python and NumPy raise when memory cannot be allocated.
_OUT_OF_MEMORY = {"MemoryError", "_ArrayMemoryError"}


#: Parts of verdicts that other programs on the machine may have caused.
_NEIGHBOURS = ("time limit", "out of memory", "the kernel died")

#: The beginning of the failure of a cell that exceeded a limit.
_DID_NOT_FINISH = "did not finish"

#: The verdict on a solution that nobody has written.
NOT_STARTED = "not started"

#: The type of the exception that `gradbook.lending` raises.
_FORBIDDEN = ForbiddenError.__name__


@dataclass(frozen=True)
class Comparison:
    """The comparison of a task's answers in one run with the key.

    Attributes
    ----------
    got
        The recorded answers.
    wrong
        What is wrong with each answer that differs from the key.
    stopped
        The verdict on a cell that did not finish; None for others.
    lent
        The tasks whose reference solution was lent to the task.
    """

    got: Answers
    wrong: Mapping[str, Difference]
    stopped: str | None = None
    lent: tuple[str, ...] = ()


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

    def compare(self, task: Task, cell: NotebookNode, lent: Sequence[str] = ()) -> Comparison:
        """Compare the answers that a graded cell recorded with the key.

        Parameters
        ----------
        task
            The task.
        cell
            Its graded cell, after a run.
        lent
            The tasks whose reference solution was lent to it in this run.
        """
        key, got = self._key.answers(task.id), parse_answers(recorded(cell))
        wrong = {name: found for name in key if (found := _difference(key[name], got.get(name))) is not None}
        return Comparison(got, wrong, declared(cell).get("run"), tuple(lent))

    def outcome(self, task: Task, comparisons: Sequence[Comparison]) -> Outcome:
        """Return the outcome of a task from its answers in one or more runs; the better one counts."""
        key = self._key.answers(task.id)
        wrong = [name for name in key if all(name in comparison.wrong for comparison in comparisons)]
        best = min(comparisons, key=lambda comparison: len(comparison.wrong))
        outcome = Outcome(task.id, 0, task.points, "right", with_reference=list(comparisons[-1].lent))
        if not task.weights:
            if len(wrong) == len(key) and self.is_untouched(task.id):
                return replace(outcome, verdict=NOT_STARTED, with_reference=[])
            loop = self._loop(task, comparisons, is_wrong=len(wrong) == len(key))
            if loop is not None:
                outcome.verdict = "uses a Python loop"
                outcome.message = f"The task must be solved without this loop: {loop}"
                outcome.mistake = self._rule_mistake(task)
                return outcome
        total = sum(answer.weight for answer in key.values())
        lost = sum(key[name].weight for name in wrong)
        outcome.points = task.points if not wrong else round(task.points * (1 - lost / total), 2)
        if wrong:
            outcome.verdict = self._verdict(task, best, len(wrong), len(key))
            outcome.is_limit = self._is_limit(task, best, outcome.verdict)
            # The student's code could read what was lent to it, so no text of that run is shown.
            outcome.details = [
                (
                    key[name].about or name,
                    "wrong" if best.lent else best.wrong[name].summary + _where(best.wrong[name]),
                )
                for name in wrong
            ]
            if not task.weights and _cell_failure(self._nb, task.id) is None:
                # The more was lent, the less is due to mistakes in other tasks.
                for comparison in reversed(comparisons):
                    if outcome.mistake is None:
                        self._name_mistake(outcome, comparison)
        return outcome

    def _verdict(self, task: Task, comparison: Comparison, wrong: int, of: int) -> str:
        if comparison.stopped:
            return comparison.stopped
        broken = None if task.weights else _cell_failure(self._nb, task.id)
        if broken:
            return f"the solution cell {broken}"
        got = comparison.got
        raised = {answer.value.type for answer in got.values() if isinstance(answer.value, Raised)}
        if raised & _OUT_OF_MEMORY:
            return self._limits.out_of_memory
        if _FORBIDDEN in raised:
            return "calls a function that the task forbids"
        # The name of an exception class that the student defined is untrusted text.
        raised = {name if hasattr(builtins, name) else "an exception" for name in raised}
        if raised == {"NotImplementedError"} and wrong == of:
            return NOT_STARTED
        if len(raised) == 1 and wrong == of:
            return f"raised {raised.pop()}"
        if not got:
            return "no answer recorded"
        return f"{of - wrong} of {of} answers right" if of > wrong else "wrong"

    def _is_limit(self, task: Task, comparison: Comparison, verdict: str) -> bool:
        """Return whether other programs may have caused a verdict; what a student wrote does not decide."""
        failure = _cell_failure(self._nb, task.id) or ""
        stopped = comparison.stopped or (failure if failure.startswith(_DID_NOT_FINISH) else "")
        return verdict == self._limits.out_of_memory or any(sign in stopped for sign in _NEIGHBOURS)

    def _loop(self, task: Task, comparisons: Sequence[Comparison], *, is_wrong: bool) -> str | None:
        """Return where there is a loop that the task forbids, or how the answers show one."""
        found = None if task.loops else find_loop(task.id, [*self._code, self._solutions[task.id]])
        # If all answers are wrong, the verdict says why there is no code that could be read.
        if found is not None and (found.is_read or not is_wrong):
            return str(found)
        for name, answer in self._key.answers(task.id).items():
            for comparison in comparisons:
                loop = (
                    loop_in(answer.relation, comparison.got[name].value) if name in comparison.got else None
                )
                if loop is not None:
                    return loop
        return None

    def _rule_mistake(self, task: Task) -> str | None:
        """Return the title of the known mistake that answers correctly but breaks the task's rule."""
        key = self._key.answers(task.id)
        for mistake in self._key.mistakes.get(task.id, []):
            theirs = mistake.answers
            if all(_differs_by_loop_only(key[name], theirs.get(name)) for name in key):
                return mistake.title
        return None

    def _name_mistake(self, outcome: Outcome, comparison: Comparison) -> None:
        """Set the outcome's message to that of the known mistake with the same answers, if there is one."""
        got, wrong = comparison.got, comparison.wrong
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


def _differs_by_loop_only(key: Answer, got: Answer | None) -> bool:
    """Return whether an answer is correct, or would be if no loop computed it."""
    return _difference(key, got) is None or (got is not None and loop_in(key.relation, got.value) is not None)


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
                return f"{_DID_NOT_FINISH}: {declared(cell)['run']}"
            for output in cell.outputs:
                if output.output_type == "error":
                    text = _CELL_LOCATION.sub(r"(line \1 of its cell)", output.evalue.partition("\n")[0])
                    return f"raised {output.ename}: {text[:200]}".removesuffix(": ")
    return None
