"""The claims of a proof, each checked by running the notebook."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import nbformat
import numpy as np
from nbformat import NotebookNode

from autograder.grading.execute import GradingExecute
from autograder.grading.forks import Run, run_solutions
from autograder.grading.grader import GradingSpec, grade_folder
from autograder.grading.key import (
    Answers,
    Key,
    Raised,
    known_mistakes,
    parse_answers,
    reference_key,
    wrong_answers,
)
from autograder.grading.mistakes import Solution, distribute
from autograder.grading.notebook_spec import NotebookSpec, Weights
from autograder.grading.tasks import (
    reference_of,
    with_solutions,
)
from autograder.outcome import ClaimResult, Outcome
from autograder.release.mutation import survey_notebook
from autograder.release.trivial import trivial_solutions, trivial_weights
from autograder.survey import Accepted
from gradbook.protocol.relations import loop_in

if TYPE_CHECKING:
    from traitlets.config import Config


class _Finding(NamedTuple):
    """What checking a claim found: how many cases were tried, the problems, and what else is worth a line."""

    tried: int
    problems: Sequence[str]
    details: Sequence[str] = ()


@dataclass
class Proof:
    """The proof of one notebook.

    Attributes
    ----------
    spec
        The notebook's spec, with its mistakes.
    variants
        Correct solutions that differ from the reference.
    config
        The course's configuration.
    seeds
        The seeds of the hidden inputs.
    kept
        The folder in which results of unchanged tasks are kept.
    accepted
        The mutants that may survive, or of which checks and answers may say different things.
    """

    spec: NotebookSpec
    variants: Sequence[Solution]
    config: Config
    seeds: Sequence[int]
    kept: Path
    accepted: Sequence[Accepted] = ()

    def findings(self) -> Iterator[ClaimResult]:
        """Check each claim, and yield its result as soon as it is ready."""
        parts: list[tuple[str, Callable[[], _Finding]]] = [
            ("the reference earns everything", self._reference),
            ("the blank release earns nothing", self._blank),
            ("every answer changes with the seed", self._seeds),
            ("trivial code earns nothing", self._trivial),
            ("every variant earns everything, and passes the checks", self._variants),
            ("every mistake loses points, and a check says why", self._mistakes),
            ("mistakes can be distinguished from each other", self._distinct),
            ("every mistake costs its own task only, and is named", self._distributed),
            ("a task declares whatever it needs", self._needs),
            ("answers and checks notice every mutant that is not accepted", self._mutants),
        ]
        for claim, part in parts:
            began, self._execute.memory = time.monotonic(), 0
            tried, problems, details = part()
            where = f"{self.spec.assignment}/{self.spec.name}"
            seconds, memory = time.monotonic() - began, self._execute.memory
            yield ClaimResult(where, claim, tried, tuple(problems), seconds, memory, tuple(details))

    @cached_property
    def _grading_specs(self) -> list[GradingSpec]:
        specs = [replace(self.spec, seed=seed) for seed in self.seeds]
        keys = [reference_key(spec, self._execute) for spec in specs]
        keys[0] = replace(keys[0], mistakes=known_mistakes(self.spec, self._mistaken))
        return [GradingSpec(spec, key) for spec, key in zip(specs, keys, strict=True)]

    @cached_property
    def _execute(self) -> GradingExecute:
        return GradingExecute(config=self.config)

    @property
    def _key(self) -> Key:
        return self._grading_specs[0].key

    def _reference(self) -> _Finding:
        problems = []
        for grading_spec in self._grading_specs:
            for task, share in self._shares(self.spec.source, grading_spec).items():
                if share < 1:
                    problems.append(
                        f"{task}: the reference earns {share:.0%} (seed {grading_spec.notebook.seed})"
                    )
        return _Finding(len(self._grading_specs), problems)

    def _blank(self) -> _Finding:
        shares = self._shares(self.spec.release, self._grading_specs[0], ())
        problems = [f"{task}: a stub earns {share:.0%}" for task, share in shares.items() if share]
        return _Finding(len(shares), problems)

    def _seeds(self) -> _Finding:
        first, *others = (grading_spec.key for grading_spec in self._grading_specs)
        asked = [(task, name) for task in first.payloads for name in first.answers(task)]
        alike = [one for one in asked if _is_shared(*one, first, others)]
        if alike:
            # Two seeds may share a number by chance, but hardly with a third seed as well.
            seed = max(self.seeds) + 1
            another = reference_key(replace(self.spec, seed=seed), self._execute)
            alike = [one for one in alike if _is_shared(*one, another, [first, *others])]
        problems = [f"{task}: the answer {name!r} is the same under two seeds" for task, name in alike]
        return _Finding(len(asked), problems)

    def _trivial(self) -> _Finding:
        graded = [task.id for task in self.spec.tasks.values() if not task.weights]
        solutions = list(trivial_solutions(graded, reference_of(self.spec.source)))
        problems = []
        for solution, run in zip(solutions, self._run_all(solutions), strict=True):
            right, got = self._key.answers(solution.task), parse_answers(run.payloads)
            # Where loops are forbidden, a loop costs all points.
            loops = any(loop_in(right[name].relation, _value(got, name)) for name in right)
            earned = sorted(set(right) - wrong_answers(right, got))
            if earned and not loops:
                problems.append(f"{solution.name}: earns {', '.join(map(repr, earned))}")
        tried = len(solutions)
        for value in (0, 1) if self.spec.weights else ():
            weights = tuple((name, trivial_weights(saved, value)) for name, saved in self.spec.weights)
            shares = self._shares(self.spec.source, self._grading_specs[0], weights)
            for task in (task for task in self.spec.tasks.values() if task.weights):
                tried += 1
                if shares[task.id]:
                    problems.append(f"{task.id}: weights that are all {value} earn {shares[task.id]:.0%}")
        return _Finding(tried, problems)

    def _variants(self) -> _Finding:
        problems = []
        for variant, run in zip(self.variants, self._run_all(self.variants), strict=True):
            wrong = wrong_answers(self._key.answers(variant.task), parse_answers(run.payloads))
            if wrong:
                problems.append(f"{variant.name}: loses {', '.join(map(repr, sorted(wrong)))}")
            elif not run.passed:
                problems.append(f"{variant.name}: a visible check fails it: {run.text.partition(chr(10))[0]}")
        return _Finding(len(self.variants), problems)

    @cached_property
    def _mistaken(self) -> list[Run]:
        return self._run_all(self.spec.mistakes)

    def _mistakes(self) -> _Finding:
        problems = []
        for mistake, run in zip(self.spec.mistakes, self._mistaken, strict=True):
            task = self.spec.tasks[mistake.task]
            # If loops are forbidden, a mistake may answer correctly and still lose points for a loop.
            if task.loops and not wrong_answers(self._key.answers(task.id), parse_answers(run.payloads)):
                problems.append(f"{mistake.name}: earns everything")
            if mistake.hidden_only is None and mistake.title not in run.text:
                problems.append(f"{mistake.name}: no visible check says {mistake.title!r}")
        return _Finding(len(self.spec.mistakes), problems)

    def _distinct(self) -> _Finding:
        problems = []
        seen: dict[tuple[str, str], str] = {}
        for mistake, run in zip(self.spec.mistakes, self._mistaken, strict=True):
            got = parse_answers(run.payloads)
            wrong = sorted(wrong_answers(self._key.answers(mistake.task), got))
            answered = repr([(name, _rounded(got.get(name))) for name in wrong])
            other = seen.setdefault((mistake.task, answered), mistake.name)
            if other != mistake.name:
                problems.append(f"{mistake.name}: has the same answers as {other}")
        return _Finding(len(self.spec.mistakes), problems)

    def _distributed(self) -> _Finding:
        """Grade submissions that contain all mistakes, at most one per task in each submission."""
        problems = []
        reference = reference_of(self.spec.source)
        shares = distribute(self.spec.mistakes)
        for share in shares:
            own_mistakes = {mistake.task: mistake for mistake in share}
            wrong = {task: mistake.cell(reference[task]) for task, mistake in own_mistakes.items()}
            notebook = with_solutions(self.spec.release, reference | wrong)
            for outcome in self._graded(notebook, self._grading_specs[0]):
                own = own_mistakes.get(outcome.task)
                if own is None and not outcome.is_full:
                    problems.append(f"{outcome.task}: loses points for a mistake in another task")
                elif own is not None and outcome.is_full:
                    problems.append(f"{own.name}: earns full points")
                elif own is not None and outcome.mistake != own.title:
                    problems.append(f"{own.name}: is reported as {outcome.mistake or outcome.verdict!r}")
        return _Finding(len(shares), problems)

    def _needs(self) -> _Finding:
        """Run each correct solution while all tasks that its task does not need raise an error."""
        reference = reference_of(self.spec.source)
        graded = [task.id for task in self.spec.tasks.values() if not task.weights]
        own = [Solution(f"reference-{task}", task, "", "", None, reference[task]) for task in graded]
        solutions = [*own, *(variant for variant in self.variants if variant.task in graded)]
        problems = []
        for solution, run in zip(solutions, self._run_all(solutions, alone=True), strict=True):
            right, got = self._key.answers(solution.task), parse_answers(run.payloads)
            wrong = wrong_answers(right, got)
            raised = {value.message for name in wrong if isinstance(value := _value(got, name), Raised)}
            if wrong or not run.passed:
                why = ", ".join(sorted(raised)) or run.text.partition("\n")[0]
                problems.append(f"{solution.task}: {solution.name} needs more than it declares: {why}")
        return _Finding(len(solutions), problems)

    def _mutants(self) -> _Finding:
        tried, problems, scores = 0, [], []
        for survey in survey_notebook(self.spec, self.kept, self.accepted):
            tried += len(survey.trials)
            problems += survey.problems
            scores.append(f"{survey.task}: {survey.noticed} of {len(survey.trials)} mutants noticed")
        return _Finding(tried, problems, scores)

    def _run_all(self, solutions: Sequence[Solution], *, alone: bool = False) -> list[Run]:
        """Run solutions in place of the reference, with the first seed."""
        spec, execute = replace(self.spec, seed=self.seeds[0]), self._execute
        runs = run_solutions(spec, solutions, execute.timeout, execute.memory_limit, alone=alone)
        return [runs[solution.name] for solution in solutions]

    def _graded(
        self, notebook: NotebookNode, grading_spec: GradingSpec, weights: Weights | None = None
    ) -> list[Outcome]:
        """Grade a notebook like a submission, with the reference's weights or other ones."""
        spec = self.spec if weights is None else replace(self.spec, weights=weights)
        with TemporaryDirectory() as folder:
            spec.put_weights(Path(folder))
            nbformat.write(notebook, Path(folder) / f"{self.spec.name}.ipynb")
            result = grade_folder("proof", Path(folder), [grading_spec], self.config)
        self._execute.memory = max(self._execute.memory, result.memory)
        return result.outcomes

    def _shares(
        self, notebook: NotebookNode, grading_spec: GradingSpec, weights: Weights | None = None
    ) -> dict[str, float]:
        graded = self._graded(notebook, grading_spec, weights)
        return {outcome.task: outcome.points / outcome.max_points for outcome in graded}


def _value(answers: Answers, name: str) -> object:
    return answers[name].value if name in answers else None


def _is_shared(task: str, name: str, key: Key, others: Sequence[Key]) -> bool:
    """Return whether an answer is also correct for the seed of another key."""
    right = key.answers(task)[name]
    return any(name not in wrong_answers({name: right}, other.answers(task)) for other in others)


def _rounded(answer: object) -> object:
    """Return an answer's value, rounded so that noise makes no difference."""
    value = getattr(answer, "value", None)
    if isinstance(value, Raised):
        return value.type
    if isinstance(value, np.ndarray):
        return value.shape, np.round(value.astype(float), 6).tolist()
    return repr(value)
