"""What is claimed of a sound notebook, each claim shown by running it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import nbformat
import numpy as np
from nbformat import NotebookNode

from autograder.grading.execute import GradingExecute
from autograder.grading.grader import Standard, grade_folder
from autograder.grading.key import (
    Answer,
    Answers,
    Key,
    Raised,
    compute_key,
    parse_answers,
    recorded,
    run_solutions,
)
from autograder.grading.material import Material, Weights
from autograder.grading.mistakes import Solution, deal
from autograder.grading.tasks import (
    SOLUTION,
    all_needs,
    is_solution,
    is_test,
    reference_of,
    task_of,
    with_solutions,
)
from autograder.release.trivial import trivial_solutions, trivial_weights
from autograder.results.outcome import Outcome
from autograder.results.proof import Finding

if TYPE_CHECKING:
    from traitlets.config import Config


@dataclass
class Proof:
    """The proof of one notebook.

    Attributes
    ----------
    material
        The notebook with its mistakes.
    variants
        Right solutions written differently.
    config
        The course's configuration.
    seeds
        What the hidden inputs are drawn with.
    """

    material: Material
    variants: Sequence[Solution]
    config: Config
    seeds: Sequence[int]

    def findings(self) -> Iterator[Finding]:
        """Yield what comes of each part, as it comes."""
        parts: list[tuple[str, Callable[[], tuple[int, list[str]]]]] = [
            ("the reference earns everything", self._reference),
            ("the blank release earns nothing", self._blank),
            ("every answer changes with the seed", self._seeds),
            ("trivial code earns nothing", self._trivial),
            ("every variant earns everything, and passes the checks", self._variants),
            ("every mistake loses points, and a check says why", self._mistakes),
            ("mistakes can be told from one another", self._apart),
            ("every mistake costs its own task only, and is named", self._dealt),
            ("a task declares whatever it needs", self._needs),
        ]
        for claim, part in parts:
            began, self._execute.memory = time.monotonic(), 0
            tried, problems = part()
            where = f"{self.material.assignment}/{self.material.name}"
            seconds = time.monotonic() - began
            yield Finding(where, claim, tried, tuple(problems), seconds, self._execute.memory)

    @cached_property
    def _standards(self) -> list[Standard]:
        seeded = [replace(self.material, seed=seed) for seed in self.seeds]
        return [Standard(material, compute_key(material, self._execute)) for material in seeded]

    @cached_property
    def _execute(self) -> GradingExecute:
        return GradingExecute(config=self.config)

    @property
    def _key(self) -> Key:
        return self._standards[0].key

    def _reference(self) -> tuple[int, list[str]]:
        problems = []
        for standard in self._standards:
            for task, share in self._shares(self.material.source, standard).items():
                if share < 1:
                    problems.append(
                        f"{task}: the reference earns {share:.0%} (seed {standard.material.seed})"
                    )
        return len(self._standards), problems

    def _blank(self) -> tuple[int, list[str]]:
        shares = self._shares(self.material.release, self._standards[0], ())
        return len(shares), [f"{task}: a stub earns {share:.0%}" for task, share in shares.items() if share]

    def _seeds(self) -> tuple[int, list[str]]:
        first, *others = (standard.key for standard in self._standards)
        asked = [(task, name) for task in first.payloads for name in first.answers(task)]
        alike = [one for one in asked if _is_shared(*one, first, others)]
        if alike:
            # Two seeds share a number by luck, now and then. A further one does not share it with them.
            seed = max(self.seeds) + 1
            another = compute_key(replace(self.material, seed=seed), self._execute)
            alike = [one for one in alike if _is_shared(*one, another, [first, *others])]
        return len(asked), [
            f"{task}: the answer {name!r} is the same under two seeds" for task, name in alike
        ]

    def _trivial(self) -> tuple[int, list[str]]:
        graded = [task.id for task in self.material.tasks.values() if not task.weights]
        solutions = list(trivial_solutions(graded, reference_of(self.material.source)))
        problems = []
        for solution, (got, _) in zip(solutions, self._tried(solutions), strict=True):
            right = self._key.answers(solution.task)
            earned = sorted(set(right) - wrong_answers(right, got))
            if earned:
                problems.append(f"{solution.name}: earns {', '.join(map(repr, earned))}")
        tried = len(solutions)
        for value in (0, 1) if self.material.weights else ():
            weights = tuple((name, trivial_weights(saved, value)) for name, saved in self.material.weights)
            shares = self._shares(self.material.source, self._standards[0], weights)
            for task in (task for task in self.material.tasks.values() if task.weights):
                tried += 1
                if shares[task.id]:
                    problems.append(f"{task.id}: weights that are all {value} earn {shares[task.id]:.0%}")
        return tried, problems

    def _variants(self) -> tuple[int, list[str]]:
        problems = []
        for variant, (got, said) in zip(self.variants, self._tried(self.variants), strict=True):
            wrong = wrong_answers(self._key.answers(variant.task), got)
            if wrong:
                problems.append(f"{variant.name}: loses {', '.join(map(repr, sorted(wrong)))}")
            elif "passed" not in said:
                problems.append(f"{variant.name}: a visible check fails it: {said.partition(chr(10))[0]}")
        return len(self.variants), problems

    @cached_property
    def _mistaken(self) -> list[tuple[Answers, str]]:
        return self._tried(self.material.mistakes)

    def _mistakes(self) -> tuple[int, list[str]]:
        problems = []
        for mistake, (got, said) in zip(self.material.mistakes, self._mistaken, strict=True):
            task = self.material.tasks[mistake.task]
            # Code without loops is asked for by another rule than the answers.
            if task.loops and not wrong_answers(self._key.answers(task.id), got):
                problems.append(f"{mistake.name}: earns everything")
            if mistake.hidden_only is None and mistake.title not in said:
                problems.append(f"{mistake.name}: no visible check says {mistake.title!r}")
        return len(self.material.mistakes), problems

    def _apart(self) -> tuple[int, list[str]]:
        problems = []
        seen: dict[tuple[str, str], str] = {}
        for mistake, (got, _) in zip(self.material.mistakes, self._mistaken, strict=True):
            wrong = sorted(wrong_answers(self._key.answers(mistake.task), got))
            told = repr([(name, _rounded(got.get(name))) for name in wrong])
            other = seen.setdefault((mistake.task, told), mistake.name)
            if other != mistake.name:
                problems.append(f"{mistake.name}: answers just as {other} does")
        return len(self.material.mistakes), problems

    def _dealt(self) -> tuple[int, list[str]]:
        """Hand the mistakes in, one a task in each submission."""
        problems = []
        reference = reference_of(self.material.source)
        hands = deal(self.material.mistakes)
        for dealt in hands:
            hand = {mistake.task: mistake for mistake in dealt}
            wrong = {task: mistake.cell(reference[task]) for task, mistake in hand.items()}
            notebook = with_solutions(self.material.release, reference | wrong)
            for outcome in self._graded(notebook, self._standards[0]):
                own = hand.get(outcome.task)
                if own is None and not outcome.is_full:
                    problems.append(f"{outcome.task}: loses points by a mistake in another task")
                elif own is not None and outcome.is_full:
                    problems.append(f"{own.name}: earns full points")
                elif own is not None and outcome.mistake != own.title:
                    problems.append(f"{own.name}: is told {outcome.mistake or outcome.verdict!r}")
        return len(hands), problems

    def _needs(self) -> tuple[int, list[str]]:
        """Break each task; what goes down with it, and was right by itself, must say that it needs it."""
        problems = []
        for broken in self.material.tasks:
            notebook = nbformat.reads(self.material.source_text, as_version=4)
            for cell in notebook.cells:
                if is_solution(cell) and task_of(cell) == broken:
                    cell.source = cell.source.replace(f"### {SOLUTION[0]}", "raise RuntimeError")
            with TemporaryDirectory() as folder:
                self.material.put_weights(Path(folder))
                self._execute.run(notebook, Path(folder), self._standards[0].material.seed)
            for cell in notebook.cells:
                if not is_test(cell) or task_of(cell) == broken:
                    continue
                if self.material.tasks[task_of(cell)].weights:
                    continue  # answered by the reference's model, whatever the student's is
                right = self._key.answers(task_of(cell))
                down = wrong_answers(right, parse_answers(recorded(cell)))
                if down and broken not in all_needs(task_of(cell), self.material.tasks):
                    problems.append(f"{task_of(cell)}: needs {broken}, and does not say so")
        return len(self.material.tasks), problems

    def _tried(self, solutions: Sequence[Solution]) -> list[tuple[Answers, str]]:
        """Run solutions in place of the reference; return what each answers, and what the checks say."""
        cells = run_solutions(self._standards[0].material, solutions, self._execute)
        return [
            (parse_answers(recorded(cells[solution.name])), _said(cells[solution.name]))
            for solution in solutions
        ]

    def _graded(
        self, notebook: NotebookNode, standard: Standard, weights: Weights | None = None
    ) -> list[Outcome]:
        """Grade a notebook as a submission, with the reference's weights beside it or others."""
        material = self.material if weights is None else replace(self.material, weights=weights)
        with TemporaryDirectory() as folder:
            material.put_weights(Path(folder))
            nbformat.write(notebook, Path(folder) / f"{self.material.name}.ipynb")
            result = grade_folder("proof", Path(folder), [standard], self.config)
        self._execute.memory = max(self._execute.memory, result.memory)
        return result.outcomes

    def _shares(
        self, notebook: NotebookNode, standard: Standard, weights: Weights | None = None
    ) -> dict[str, float]:
        graded = self._graded(notebook, standard, weights)
        return {outcome.task: outcome.points / outcome.max_points for outcome in graded}


def wrong_answers(key: Answers, got: Answers) -> set[str]:
    """Return the names of the answers that do not agree with the key."""
    return {name for name, right in key.items() if name not in got or _differs(right, got[name].value)}


def _is_shared(task: str, name: str, key: Key, others: Sequence[Key]) -> bool:
    """Whether an answer is right under the seed of another key too."""
    right = key.answers(task)[name]
    return any(not _differs(right, other.answers(task)[name].value) for other in others)


def _differs(right: Answer, value: object) -> bool:
    return isinstance(value, Raised) or right.relation.difference(right.value, value) is not None


def _said(cell: NotebookNode) -> str:
    return "\n".join(
        str(output.get("text") or output.get("data", {}).get("text/plain", "")) for output in cell.outputs
    )


def _rounded(answer: object) -> object:
    """Return an answer's value such that noise makes no difference."""
    value = getattr(answer, "value", None)
    if isinstance(value, Raised):
        return value.type
    if isinstance(value, np.ndarray):
        return value.shape, np.round(value.astype(float), 6).tolist()
    return repr(value)
