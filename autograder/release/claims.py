"""The claims of a proof, each checked by running the notebook."""

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
from autograder.grading.forks import run_solutions, says_passed
from autograder.grading.grader import GradingSpec, grade_folder
from autograder.grading.key import (
    Answers,
    Key,
    Raised,
    compute_key,
    parse_answers,
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
from autograder.survey import Accepted, Survey, finding_text, unneeded_text
from gradbook.protocol.relations import loop_in

if TYPE_CHECKING:
    from traitlets.config import Config


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
        parts: list[tuple[str, Callable[[], tuple[int, list[str]]]]] = [
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
            tried, problems = part()
            where = f"{self.spec.assignment}/{self.spec.name}"
            seconds = time.monotonic() - began
            details = tuple(self._scores) if part == self._mutants else ()
            yield ClaimResult(where, claim, tried, tuple(problems), seconds, self._execute.memory, details)

    @cached_property
    def _grading_specs(self) -> list[GradingSpec]:
        # The mistakes are run for the first seed only.
        seeded = [
            replace(self.spec, seed=seed, mistakes=() if number else self.spec.mistakes)
            for number, seed in enumerate(self.seeds)
        ]
        return [GradingSpec(spec, compute_key(spec, self._execute)) for spec in seeded]

    @cached_property
    def _execute(self) -> GradingExecute:
        return GradingExecute(config=self.config)

    @property
    def _key(self) -> Key:
        return self._grading_specs[0].key

    def _reference(self) -> tuple[int, list[str]]:
        problems = []
        for grading_spec in self._grading_specs:
            for task, share in self._shares(self.spec.source, grading_spec).items():
                if share < 1:
                    problems.append(
                        f"{task}: the reference earns {share:.0%} (seed {grading_spec.notebook.seed})"
                    )
        return len(self._grading_specs), problems

    def _blank(self) -> tuple[int, list[str]]:
        shares = self._shares(self.spec.release, self._grading_specs[0], ())
        return len(shares), [f"{task}: a stub earns {share:.0%}" for task, share in shares.items() if share]

    def _seeds(self) -> tuple[int, list[str]]:
        first, *others = (grading_spec.key for grading_spec in self._grading_specs)
        asked = [(task, name) for task in first.payloads for name in first.answers(task)]
        alike = [one for one in asked if _is_shared(*one, first, others)]
        if alike:
            # Two seeds may share a number by chance, but hardly with a third seed as well.
            seed = max(self.seeds) + 1
            another = compute_key(replace(self.spec, seed=seed, mistakes=()), self._execute)
            alike = [one for one in alike if _is_shared(*one, another, [first, *others])]
        return len(asked), [
            f"{task}: the answer {name!r} is the same under two seeds" for task, name in alike
        ]

    def _trivial(self) -> tuple[int, list[str]]:
        graded = [task.id for task in self.spec.tasks.values() if not task.weights]
        solutions = list(trivial_solutions(graded, reference_of(self.spec.source)))
        problems = []
        for solution, (got, _) in zip(solutions, self._run_all(solutions), strict=True):
            right = self._key.answers(solution.task)
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
        return tried, problems

    def _variants(self) -> tuple[int, list[str]]:
        problems = []
        for variant, (got, text) in zip(self.variants, self._run_all(self.variants), strict=True):
            wrong = wrong_answers(self._key.answers(variant.task), got)
            if wrong:
                problems.append(f"{variant.name}: loses {', '.join(map(repr, sorted(wrong)))}")
            elif not says_passed(text):
                problems.append(f"{variant.name}: a visible check fails it: {text.partition(chr(10))[0]}")
        return len(self.variants), problems

    @cached_property
    def _mistaken(self) -> list[tuple[Answers, str]]:
        return self._run_all(self.spec.mistakes)

    def _mistakes(self) -> tuple[int, list[str]]:
        problems = []
        for mistake, (got, text) in zip(self.spec.mistakes, self._mistaken, strict=True):
            task = self.spec.tasks[mistake.task]
            # If loops are forbidden, a mistake may answer correctly and still lose points for a loop.
            if task.loops and not wrong_answers(self._key.answers(task.id), got):
                problems.append(f"{mistake.name}: earns everything")
            if mistake.hidden_only is None and mistake.title not in text:
                problems.append(f"{mistake.name}: no visible check says {mistake.title!r}")
        return len(self.spec.mistakes), problems

    def _distinct(self) -> tuple[int, list[str]]:
        problems = []
        seen: dict[tuple[str, str], str] = {}
        for mistake, (got, _) in zip(self.spec.mistakes, self._mistaken, strict=True):
            wrong = sorted(wrong_answers(self._key.answers(mistake.task), got))
            answered = repr([(name, _rounded(got.get(name))) for name in wrong])
            other = seen.setdefault((mistake.task, answered), mistake.name)
            if other != mistake.name:
                problems.append(f"{mistake.name}: has the same answers as {other}")
        return len(self.spec.mistakes), problems

    def _distributed(self) -> tuple[int, list[str]]:
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
        return len(shares), problems

    def _needs(self) -> tuple[int, list[str]]:
        """Run each correct solution while all tasks that its task does not need raise an error."""
        reference = reference_of(self.spec.source)
        graded = [task.id for task in self.spec.tasks.values() if not task.weights]
        own = [Solution(f"reference-{task}", task, "", "", None, reference[task]) for task in graded]
        solutions = [*own, *(variant for variant in self.variants if variant.task in graded)]
        problems = []
        for solution, (got, text) in zip(solutions, self._run_all(solutions, alone=True), strict=True):
            right = self._key.answers(solution.task)
            wrong = wrong_answers(right, got)
            raised = {value.message for name in wrong if isinstance(value := _value(got, name), Raised)}
            if wrong or not says_passed(text):
                why = ", ".join(sorted(raised)) or text.partition("\n")[0]
                problems.append(f"{solution.task}: {solution.name} needs more than it declares: {why}")
        return len(solutions), problems

    def _mutants(self) -> tuple[int, list[str]]:
        problems = []
        for survey in self._surveys:
            problems += [finding_text(trial) for trial in survey.findings]
            problems += [unneeded_text(one) for one in survey.unneeded]
        return sum(len(survey.trials) for survey in self._surveys), problems

    @cached_property
    def _surveys(self) -> list[Survey]:
        return list(survey_notebook(self.spec, self.kept, self.accepted))

    @property
    def _scores(self) -> Iterator[str]:
        """Yield for each task how many of its mutants are noticed."""
        for survey in self._surveys:
            yield f"{survey.task}: {survey.noticed} of {len(survey.trials)} mutants noticed"

    def _run_all(self, solutions: Sequence[Solution], *, alone: bool = False) -> list[tuple[Answers, str]]:
        """Run solutions in place of the reference; return the answers and the check messages of each."""
        spec = self._grading_specs[0].notebook
        runs = run_solutions(spec, solutions, self._execute.timeout, alone=alone)
        found = [runs[solution.name] for solution in solutions]
        return [(parse_answers(run.payloads), run.text) for run in found]

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
