"""Try the mutants of a notebook: which of them hidden answers notice, and which visible checks."""

from __future__ import annotations

import ast
import contextlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from autograder.course import MUTANTS, Course
from autograder.grading.forks import Run, run_solutions
from autograder.grading.key import Answers, parse_answers, wrong_answers
from autograder.grading.mistakes import Solution, only_function
from autograder.grading.notebook_spec import NotebookSpec, prepare
from autograder.grading.tasks import is_solution, is_test, task_of
from autograder.hashing import hash_code, hash_parts
from autograder.release.mutants import mutants_of
from autograder.survey import Accepted, Mutant, Survey, Trial
from gradbook.errors import GradbookError, known
from gradbook.files import SOURCE, write_atomically

#: The seed of the hidden inputs. It is always the same, so that the results of unchanged tasks can be kept.
SEED = 1

#: CPU seconds for a mutant; an endless loop is noticed by both checks and answers.
_TIMEOUT_S = 5.0

_REFERENCE = "reference"


def survey(course: Course, assignments: Sequence[str], task: str | None = None) -> Iterator[Survey]:
    """Try the mutants of assignments, and compare what is found with what the author accepts.

    Parameters
    ----------
    course, assignments
        The course and the names of the assignments.
    task
        Only the task with this id; None for all.

    Raises
    ------
    GradbookError
        If there is no such task, or a file with accepted mutants is not valid.
    """
    specs = [spec for assignment in assignments for spec in prepare(course, assignment)]
    if task is not None:
        known(task, [name for spec in specs for name in spec.tasks], "task called")
        specs = [spec for spec in specs if task in spec.tasks]
    for spec in specs:
        accepted = read_accepted(accepted_file(course, spec))
        yield from survey_notebook(spec, course.private / MUTANTS, accepted, None if task is None else [task])


def survey_notebook(
    spec: NotebookSpec, kept: Path, accepted: Sequence[Accepted], tasks: Sequence[str] | None = None
) -> Iterator[Survey]:
    """Try the mutants of a notebook.

    Parameters
    ----------
    spec, kept, tasks
        As in `try_mutants`.
    accepted
        The mutants that the author accepts.
    """
    for task, trials in try_mutants(spec, kept, tasks).items():
        own = tuple(one for one in accepted if one.task == task)
        yield Survey(f"{spec.assignment}/{spec.name}", task, tuple(trials), own)


def accepted_file(course: Course, spec: NotebookSpec) -> Path:
    """Return the file with the accepted mutants of a notebook."""
    return course.folder(SOURCE) / spec.assignment / MUTANTS / f"{spec.name}.toml"


def read_accepted(path: Path) -> list[Accepted]:
    """Return what a TOML file of accepted mutants lists; a missing file lists nothing.

    Raises
    ------
    GradbookError
        If the file is not valid.
    """
    if not path.is_file():
        return []
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["accepted"]
        return [Accepted(**{name: str(value) for name, value in entry.items()}) for entry in entries]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        msg = f"{path.name} is not a list of accepted mutants."
        expected = "entries [[accepted]] with task, old, new and reason"
        raise GradbookError(msg, where=path, expected=expected, got=str(error)) from None


def mutants_by_task(spec: NotebookSpec, tasks: Sequence[str] | None = None) -> dict[str, list[Mutant]]:
    """Return the mutants of each task that is answered by code.

    Parameters
    ----------
    spec
        The notebook's spec.
    tasks
        Only these tasks; None for all.
    """
    cells = {task_of(cell): cell.source for cell in spec.source.cells if is_solution(cell)}
    coded = [task.id for task in spec.tasks.values() if not task.weights]
    return {task: list(mutants_of(task, cells[task])) for task in coded if tasks is None or task in tasks}


def try_mutants(spec: NotebookSpec, kept: Path, tasks: Sequence[str] | None = None) -> dict[str, list[Trial]]:
    """Run the mutants of tasks, or return the kept results of a run of the same.

    Parameters
    ----------
    spec
        The notebook's spec.
    kept
        The folder in which results are kept.
    tasks
        Only these tasks; None for all.

    Returns
    -------
    dict of str to list of Trial
        The trials of each task.
    """
    mutants = mutants_by_task(spec, tasks)
    due = {task: of_task for task, of_task in mutants.items() if _read(spec, task, kept, of_task) is None}
    for task, trials in (_run(spec, due) if due else {}).items():
        _write(spec, task, kept, trials)
    return {task: _read(spec, task, kept, of_task) or [] for task, of_task in mutants.items()}


def distinguishing_seeds(
    spec: NotebookSpec, mutants: Sequence[Mutant], seeds: Sequence[int]
) -> dict[str, int]:
    """Return the number of seeds whose hidden answers notice each mutant, by its name.

    It is the evidence for an accepted mutant: many random inputs do not tell it from the reference.
    """
    tasks = list(dict.fromkeys(mutant.task for mutant in mutants))
    solutions = [*_references(spec, tasks), *map(_solution, mutants)]
    runs = run_solutions(replace(spec, seed=SEED), solutions, _TIMEOUT_S * len(seeds), seeds=seeds)
    noticed, prefixes = {}, {str(seed) for seed in seeds}
    for mutant in mutants:
        right = parse_answers(runs[f"{_REFERENCE}-{mutant.task}"].payloads)
        wrong = wrong_answers(right, parse_answers(runs[mutant.name].payloads))
        noticed[mutant.name] = len({name.partition(" ")[0] for name in wrong} & prefixes)
    return noticed


def _run(spec: NotebookSpec, mutants: Mapping[str, Sequence[Mutant]]) -> dict[str, list[Trial]]:
    solutions = [
        *_references(spec, mutants),
        *(_solution(one) for group in mutants.values() for one in group),
    ]
    runs = run_solutions(replace(spec, seed=SEED), solutions, _TIMEOUT_S)
    found = {}
    for task, group in mutants.items():
        right = parse_answers(runs[f"{_REFERENCE}-{task}"].payloads)
        found[task] = [_trial(mutant, right, runs[mutant.name]) for mutant in group]
    return found


def _trial(mutant: Mutant, right: Answers, run: Run) -> Trial:
    wrong = tuple(sorted(wrong_answers(right, parse_answers(run.payloads))))
    return Trial(mutant, wrong, fails_check=bool(run.verdict) or not run.passed)


def _references(spec: NotebookSpec, tasks: Iterable[str]) -> list[Solution]:
    cells = {task_of(cell): cell.source for cell in spec.source.cells if is_solution(cell)}
    texts = {task: ast.unparse(only_function(cells[task])) for task in tasks}
    return [Solution(f"{_REFERENCE}-{task}", task, "", "", None, text) for task, text in texts.items()]


def _solution(mutant: Mutant) -> Solution:
    return Solution(mutant.name, mutant.task, "", "", None, mutant.source)


def _write(spec: NotebookSpec, task: str, kept: Path, trials: Sequence[Trial]) -> None:
    """Keep the results of a task, and delete those of its earlier texts."""
    path = _path(spec, task, kept)
    for old in kept.glob(f"{spec.assignment}-{spec.name}-{task}-*.json"):
        old.unlink(missing_ok=True)
    lines = [[trial.mutant.number, list(trial.answers), trial.fails_check] for trial in trials]
    write_atomically(path, json.dumps(lines))


def _read(spec: NotebookSpec, task: str, kept: Path, mutants: Sequence[Mutant]) -> list[Trial] | None:
    """Return the kept results of a task, or None."""
    with contextlib.suppress(OSError, ValueError, IndexError, TypeError):
        lines = json.loads(_path(spec, task, kept).read_text(encoding="utf-8"))
        return [Trial(mutants[number], tuple(answers), fails) for number, answers, fails in lines]
    return None


def _path(spec: NotebookSpec, task: str, kept: Path) -> Path:
    """Return the file with a task's results, whose name says what they depend on."""
    cells = []
    for cell in spec.source.cells:
        if cell.cell_type == "code":
            cells.append(cell.source)
        if is_test(cell) and task_of(cell) == task:
            break
    code = hash_code("gradbook", "autograder/grading", "autograder/release")
    digest = hash_parts([code, np.__version__, str(SEED), *cells])
    return kept / f"{spec.assignment}-{spec.name}-{task}-{digest[:20]}.json"
