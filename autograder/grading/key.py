"""The answer key: what the source notebook, and each known mistake, answers under the assignment's seed.

The source is trusted, and runs as a submission does, in a kernel of its own. The mistakes share a second one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import numpy as np
from nbformat import NotebookNode

from autograder.course import METADATA, NEVER_RELEASED, Course
from autograder.errors import AutograderError
from autograder.files import write_atomically
from autograder.grading.execute import GradingExecute
from autograder.grading.gradebook import fingerprint
from autograder.grading.material import Material
from autograder.grading.mistakes import Solution
from autograder.grading.tasks import declared, is_solution, is_test, task_of
from autograder.notebook.answers import ANSWER_MIME
from autograder.notebook.encoding import decode
from autograder.notebook.relations import Relation


class Raised:
    """In place of a value: computing the answer raised an exception."""

    def __init__(self, type_: str, message: str) -> None:
        self.type = type_
        self.message = message


@dataclass(frozen=True)
class Answer:
    """An answer as recorded by a run.

    Attributes
    ----------
    value
        What the code computed, or `Raised`.
    relation
        How it is compared; only the key's counts.
    weight
        Its share of the task's points, relative to the others; only the key's counts.
    about
        What is asked, for the student; only the key's counts.
    """

    value: Any
    relation: Relation
    weight: float
    about: str = ""


Answers = dict[str, Answer]


@dataclass(frozen=True)
class Mistake:
    """A known mistake with what it answers."""

    name: str
    title: str
    message: str
    payloads: tuple[dict[str, Any], ...]

    @property
    def explanation(self) -> str:
        """The message without its title."""
        return self.message.partition("\n")[2].strip() or self.title

    @property
    def answers(self) -> Answers:
        """What code with this mistake answers."""
        return parse_answers(self.payloads)


@dataclass(frozen=True)
class Key:
    """The answer key of a notebook. Pickles, and is kept as JSON.

    Attributes
    ----------
    payloads
        For each task, its answers as the run recorded them.
    mistakes
        For each task, the mistakes that are known for it.
    """

    payloads: dict[str, list[dict[str, Any]]]
    mistakes: dict[str, list[Mistake]]

    def answers(self, task: str) -> Answers:
        """Return the right answers of a task."""
        return parse_answers(self.payloads[task])


def parse_answers(payloads: Any) -> Answers:
    """Return the answers that `payloads` hold.

    What is no answer is passed over; of several with one name the last counts.
    """
    answers: Answers = {}
    for payload in payloads:
        try:
            relation = Relation(
                str(payload["relation"]["name"]),
                {str(name): float(value) for name, value in payload["relation"]["parameters"].items()},
            )
            if "error" in payload:
                error = payload["error"]
                value: Any = Raised(str(error["type"])[:100], str(error["message"])[:300])
            else:
                value = decode(payload["value"])
            weight, about = float(payload["weight"]), str(payload.get("about", ""))
            answers[str(payload["name"])] = Answer(value, relation, weight, about)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
            continue
    return answers


def recorded(cell: NotebookNode) -> list[dict[str, Any]]:
    """Return the answers that a cell's run recorded, as they left the kernel."""
    return [
        output["data"][ANSWER_MIME]
        for output in cell.get("outputs", [])
        if output.output_type == "display_data" and ANSWER_MIME in output.get("data", {})
    ]


def answer_key(course: Course, material: Material, execute: GradingExecute) -> Key:
    """Return the key to a notebook: the one kept in the course's private folder, or a new one.

    Raises
    ------
    AutograderError
        When the source notebook itself does not answer.
    """
    kept = course.private / "keys" / f"{material.assignment}-{material.name}-{_fingerprint(material)}.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):  # missing or damaged: made anew
        raw = json.loads(kept.read_text(encoding="utf-8"))
        return Key(
            raw["payloads"],
            {task: [Mistake(**one) for one in all_] for task, all_ in raw["mistakes"].items()},
        )
    key = compute_key(material, execute)
    write_atomically(kept, json.dumps(asdict(key)), mode=0o600)
    return key


def _fingerprint(material: Material) -> str:
    """Return a hash of all that the key depends on."""
    parts = [
        # A contributor changes the code that answers are made with, and no version.
        fingerprint.of_package("data", "notebook"),
        np.__version__,
        material.source_text,
        str(material.seed),
        *(str(mistake) for mistake in material.mistakes),
        *(f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in material.weights),
    ]
    return fingerprint.of_parts(parts)[:20]


def compute_key(material: Material, execute: GradingExecute) -> Key:
    """Run the source notebook, and each of its known mistakes, and return the key.

    Raises
    ------
    AutograderError
        When a task's reference leaves no answers, or raises; or a mistake is not run.
    """
    reference = _copy(material.source)
    _run(reference, material, execute)
    key = Key({}, {task: [] for task in material.tasks})
    for cell in reference.cells:
        if is_test(cell):
            key.payloads[task_of(cell)] = _checked(cell, material)
    tests = run_solutions(material, material.mistakes, execute)
    for mistake in material.mistakes:
        payloads = tuple(recorded(_run_at_all(tests[mistake.name], mistake, material)))
        known = Mistake(mistake.name, mistake.title, mistake.message, payloads)
        key.mistakes[mistake.task].append(known)
    return key


def run_solutions(
    material: Material, solutions: Sequence[Solution], execute: GradingExecute
) -> dict[str, NotebookNode]:
    """Run each solution in place of its task's reference.

    All run in one kernel, one after the other, and each on fresh ground: the cells before its task's
    graded cell run again, so that no class or variable that another has spoilt is left.

    Returns
    -------
    dict of str to NotebookNode
        For each solution's name, the graded cell with the outputs that the solution gave it.
    """
    tests: dict[str, NotebookNode] = {}
    cells: list[NotebookNode] = []
    for solution in solutions:
        for cell in material.source.cells:
            is_own = task_of(cell) == solution.task
            if is_test(cell) and not is_own:
                continue
            if cell.cell_type != "code":
                continue
            cell = _copy(cell)
            cell.id = f"{solution.name}-{len(cells)}"[-64:]
            cells.append(cell)
            if is_own and is_solution(cell):
                cell.source = solution.cell(cell.source)
            if is_own and is_test(cell):
                cell.metadata[METADATA] = {**declared(cell), "solution": solution.name}
                tests[solution.name] = cell
                break
    _run(nbformat.v4.new_notebook(metadata=material.source.metadata, cells=cells), material, execute)
    return tests


def _run(notebook: NotebookNode, material: Material, execute: GradingExecute) -> None:
    with TemporaryDirectory(prefix="autograder-key-") as folder:
        material.put_weights(Path(folder))
        execute.run(notebook, Path(folder), material.seed)


def _copy(node: NotebookNode) -> NotebookNode:
    return nbformat.from_dict(json.loads(json.dumps(node)))


def _run_at_all(cell: NotebookNode, mistake: Solution, material: Material) -> NotebookNode:
    """Return a mistake's graded cell; what it did not answer for want of time is nothing to know it by."""
    run = declared(cell).get("run", "")
    if not run.startswith("not run"):
        return cell
    msg = f"The mistake {mistake.name} was not run, nor were those after it."
    raise AutograderError(
        msg,
        where=f"source_solutions/{material.assignment}/{NEVER_RELEASED[0]}/{material.name}.py",
        got=run,
        next="make it and those before it take less time, or end no kernel",
    )


def _checked(cell: NotebookNode, material: Material) -> list[dict[str, Any]]:
    payloads = recorded(cell)
    answers = parse_answers(payloads)
    raised = [
        f"{name} raised {a.value.type}: {a.value.message}" for name, a in answers.items() if _is_error(a)
    ]
    errors = [f"{out.ename}: {out.evalue}" for out in cell.outputs if out.output_type == "error"]
    if answers and not raised and not errors:
        return payloads
    msg = f"The reference does not answer the task {task_of(cell)!r}."
    raise AutograderError(
        msg,
        where=f"source_solutions/{material.assignment}/{material.name}.ipynb",
        got="; ".join([*raised, *errors]) or declared(cell).get("run") or "no answer recorded",
        next="open the notebook, run it from the top, and mend what fails",
    )


def _is_error(answer: Answer) -> bool:
    return isinstance(answer.value, Raised)
