"""How a task of a submission was graded, in detail, for an instructor who answers an appeal."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import SUBMITTED, Course
from autograder.grading.collect.notebooks import find_notebooks
from autograder.grading.execute import GradingExecute
from autograder.grading.grader import GradingSpec, grading_specs
from autograder.grading.graft import graft_file
from autograder.grading.judge.lending import lending
from autograder.grading.judge.trial import Trial
from autograder.grading.key import Answer, Raised
from autograder.grading.tasks import is_skipped, is_test, reference_of, task_of
from autograder.outcome import Outcome
from gradbook.cells import parse_cell
from gradbook.errors import GradbookError, known
from gradbook.messages import short


@dataclass(frozen=True)
class AppealedAnswer:
    """An answer, as expected and as it was given.

    Attributes
    ----------
    name
        The answer's name, or what it asks for.
    expected
        The value of the key, in a few characters.
    got
        For each run, the value that was given, in a few characters, and what is wrong with it.
    """

    name: str
    expected: str
    got: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Appeal:
    """How a task was graded.

    Attributes
    ----------
    outcome
        Its outcome.
    lent
        For each run, the tasks whose reference solution was lent to the student's code.
    answers
        Its answers.
    script
        A Python script that computes the answers again, and prints their inputs.
    """

    outcome: Outcome
    lent: tuple[tuple[str, ...], ...]
    answers: tuple[AppealedAnswer, ...]
    script: str


def explain(course: Course, assignment: str, student: str, task: str, sandbox: str | None = None) -> Appeal:
    """Grade a submission again, store nothing, and return how one of its tasks was graded.

    Parameters
    ----------
    course, assignment, student, task
        The course, the assignment, the student's id and the task's id.
    sandbox
        How the student's code is isolated; by default as the course's configuration says.

    Raises
    ------
    GradbookError
        If there is no such task or submission, or the assignment cannot be graded.
    """
    config = course.config()
    if sandbox is not None:
        config.GradingExecute.sandbox = sandbox
    specs = grading_specs(course, assignment, config)
    by_task = {name: one for one in specs for name in one.notebook.tasks}
    known(task, by_task, f"task in {assignment} called")
    folder = course.folder(SUBMITTED) / student / assignment
    name = by_task[task].notebook.name
    found = find_notebooks(folder, {one.notebook.name: one.notebook.release for one in specs})
    if name not in found:
        msg = f"{student} has not submitted {name}.ipynb."
        raise GradbookError(msg, expected=folder)
    return _explain(by_task[task], found[name][0], task, GradingExecute(config=config))


def _explain(spec: GradingSpec, path: Path, task: str, execute: GradingExecute) -> Appeal:
    notebook = graft_file(path, spec.notebook.source, spec.notebook.release)
    cells = [NotebookNode(cell) for cell in notebook.cells]
    execute.run(notebook, path.parent, spec.notebook.seed)
    trial = Trial(spec.notebook, spec.key, notebook, execute, path.parent)
    outcome = trial.decide()[task]
    comparisons = trial.comparisons.get(task, [])
    answers = tuple(
        AppealedAnswer(
            answer.about or name,
            _described(answer),
            tuple(
                (
                    _described(comparison.got.get(name)),
                    comparison.wrong[name].summary if name in comparison.wrong else None,
                )
                for comparison in comparisons
            ),
        )
        for name, answer in spec.key.answers(task).items()
    )
    lent = tuple(comparison.lent for comparison in comparisons)
    script = _script(cells, spec, task, lent[-1] if lent else ())
    return Appeal(outcome, lent, answers, script)


def _described(answer: Answer | None) -> str:
    if answer is None:
        return "nothing"
    if isinstance(answer.value, Raised):
        return f"raised {answer.value.type}: {answer.value.message}".removesuffix(": ")
    return short(answer.value)


_HEAD = '''"""Compute the answers to {task} again, with the inputs that were drawn for them.

This runs the student's code. Read it first, or run it where it can do no harm.
"""

import inspect

from gradbook import api
from gradbook.session import session

session.seed = {seed}


def answer(name, compute, *_, **__):
    """Print the inputs of an answer, and what the student's code computes."""
    drawn = inspect.getclosurevars(compute).nonlocals | {{
        parameter.name: parameter.default
        for parameter in inspect.signature(compute).parameters.values()
        if parameter.default is not parameter.empty
    }}
    print("----", name)
    for variable, value in drawn.items():
        if not callable(value):
            print(variable, "=", value)
    try:
        print("got", compute())
    except Exception as error:
        print("raised", type(error).__name__, error)


session.names["answer"] = answer
'''


def _script(cells: Sequence[NotebookNode], spec: GradingSpec, task: str, lent: Sequence[str]) -> str:
    parts = [_HEAD.format(task=task, seed=spec.notebook.seed)]
    for cell in cells:
        if cell.cell_type != "code" or is_skipped(cell):
            continue
        if is_test(cell):
            if task_of(cell) != task:
                continue
            reference = reference_of(spec.notebook.source)
            parts.append("from gradbook import answers, lend, task")
            if lent:
                parts.append(lending(task, [reference[name] for name in lent]))
            parts.append(cell.source)
            break
        parts += _plain(cell.source)
    return "\n\n".join(parts) + "\n"


def _plain(source: str) -> Iterator[str]:
    """Yield a cell without its magics; what is not Python is left out."""
    try:
        text, tree = parse_cell(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    if "get_ipython()" in text:
        kept = [node for node in tree.body if "get_ipython()" not in ast.unparse(node)]
        text = ast.unparse(ast.Module(kept, []))
    yield text
