"""The answer key: the answers of the source notebook and of each known mistake, for the assignment's seed.

The source notebook runs like a submission, in its own kernel; the mistakes run in forks of one process.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import numpy as np
from nbformat import NotebookNode

from autograder.course import Course
from autograder.grading.execute import GradingExecute
from autograder.grading.forks import Run, run_solutions
from autograder.grading.notebook_spec import NotebookSpec
from autograder.grading.tasks import declared, is_test, task_of
from autograder.hashing import hash_code, hash_parts
from gradbook.errors import GradbookError
from gradbook.files import write_atomically
from gradbook.protocol.answers import ANSWER_MIME
from gradbook.protocol.encoding import decode
from gradbook.protocol.relations import Relation


class Raised:
    """The exception that was raised instead of computing a value."""

    def __init__(self, type_: str, message: str) -> None:
        self.type = type_
        self.message = message


@dataclass(frozen=True)
class Answer:
    """An answer as recorded by a run.

    Attributes
    ----------
    value
        The value that the code computed, or `Raised`.
    relation
        How it is compared; only that of the key is used.
    weight
        Its share of the task's points, relative to the others; only that of the key is used.
    about
        A description of the question for the student; only that of the key is used.
    """

    value: Any
    relation: Relation
    weight: float
    about: str = ""


Answers = dict[str, Answer]


@dataclass(frozen=True)
class Mistake:
    """A known mistake with its answers."""

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
        """The answers of code with this mistake."""
        return parse_answers(self.payloads)


@dataclass(frozen=True)
class Key:
    """The answer key of a notebook. It can be pickled, and is cached as JSON.

    Attributes
    ----------
    payloads
        The recorded answers of each task.
    mistakes
        The known mistakes of each task.
    """

    payloads: dict[str, list[dict[str, Any]]]
    mistakes: dict[str, list[Mistake]]

    def answers(self, task: str) -> Answers:
        """Return the correct answers of a task."""
        return parse_answers(self.payloads[task])


def parse_answers(payloads: Any) -> Answers:
    """Return the answers in `payloads`.

    Invalid payloads are ignored; if several answers have the same name, the last one is used.
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


def wrong_answers(key: Answers, got: Answers) -> set[str]:
    """Return the names of the answers that do not match the key."""
    return {name for name, right in key.items() if name not in got or _differs(right, got[name].value)}


def _differs(right: Answer, value: object) -> bool:
    return isinstance(value, Raised) or right.relation.difference(right.value, value) is not None


def recorded(cell: NotebookNode) -> list[dict[str, Any]]:
    """Return the answers that a cell recorded, as sent by the kernel."""
    return [
        output["data"][ANSWER_MIME]
        for output in cell.get("outputs", [])
        if output.output_type == "display_data" and ANSWER_MIME in output.get("data", {})
    ]


def answer_key(course: Course, spec: NotebookSpec, execute: GradingExecute) -> Key:
    """Return the answer key of a notebook, from the cache in the course's private folder or computed.

    Raises
    ------
    GradbookError
        If the source notebook does not record its answers.
    """
    cached = course.private / "keys" / f"{spec.assignment}-{spec.name}-{_fingerprint(spec)}.json"
    with contextlib.suppress(
        OSError, ValueError, KeyError, TypeError
    ):  # missing or damaged: compute it again
        raw = json.loads(cached.read_text(encoding="utf-8"))
        return Key(
            raw["payloads"],
            {task: [Mistake(**one) for one in all_] for task, all_ in raw["mistakes"].items()},
        )
    key = compute_key(spec, execute)
    write_atomically(cached, json.dumps(asdict(key)), mode=0o600)
    return key


def _fingerprint(spec: NotebookSpec) -> str:
    """Return a hash of everything that the key depends on."""
    parts = [
        # Contributors change the code that computes answers without changing the version.
        hash_code("gradbook"),
        np.__version__,
        spec.source_text,
        str(spec.seed),
        *(str(mistake) for mistake in spec.mistakes),
        *(f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in spec.weights),
    ]
    return hash_parts(parts)[:20]


def compute_key(spec: NotebookSpec, execute: GradingExecute) -> Key:
    """Compute the answer key by running the source notebook and each of its known mistakes.

    Raises
    ------
    GradbookError
        If the reference solution of a task records no answers or raises.
    """
    runs = run_solutions(spec, spec.mistakes, execute.timeout, execute.memory_limit)
    mistakes = known_mistakes(spec, [runs[mistake.name] for mistake in spec.mistakes])
    return replace(reference_key(spec, execute), mistakes=mistakes)


def reference_key(spec: NotebookSpec, execute: GradingExecute) -> Key:
    """Compute the answer key without known mistakes; see `compute_key`."""
    reference = _copy(spec.source)
    _run(reference, spec, execute)
    payloads = {task_of(cell): _checked(cell, spec) for cell in reference.cells if is_test(cell)}
    return Key(payloads, {task: [] for task in spec.tasks})


def known_mistakes(spec: NotebookSpec, runs: Sequence[Run]) -> dict[str, list[Mistake]]:
    """Return the known mistakes of each task, from the run of each mistake of the notebook."""
    known: dict[str, list[Mistake]] = {task: [] for task in spec.tasks}
    for one, run in zip(spec.mistakes, runs, strict=True):
        known[one.task].append(Mistake(one.name, one.title, one.message, tuple(run.payloads)))
    return known


def _run(notebook: NotebookNode, spec: NotebookSpec, execute: GradingExecute) -> None:
    with TemporaryDirectory(prefix="autograder-key-") as folder:
        spec.put_weights(Path(folder))
        execute.run(notebook, Path(folder), spec.seed)


def _copy(node: NotebookNode) -> NotebookNode:
    return nbformat.from_dict(json.loads(json.dumps(node)))  # type: ignore[no-any-return]


def _checked(cell: NotebookNode, spec: NotebookSpec) -> list[dict[str, Any]]:
    payloads = recorded(cell)
    answers = parse_answers(payloads)
    raised = [
        f"{name} raised {a.value.type}: {a.value.message}" for name, a in answers.items() if _is_error(a)
    ]
    errors = [f"{out.ename}: {out.evalue}" for out in cell.outputs if out.output_type == "error"]
    if answers and not raised and not errors:
        return payloads
    msg = f"The reference solution records no valid answers for the task {task_of(cell)!r}."
    raise GradbookError(
        msg,
        where=f"source_solutions/{spec.assignment}/{spec.name}.ipynb",
        got="; ".join([*raised, *errors]) or declared(cell).get("run") or "no answer recorded",
        next="open the notebook, run it from the top, and fix what fails",
    )


def _is_error(answer: Answer) -> bool:
    return isinstance(answer.value, Raised)
