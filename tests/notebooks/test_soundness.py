"""Every assignment is sound: right answers earn everything, wrong ones their own loss, and checks say why."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import numpy as np
import pytest
from nbformat import NotebookNode

from autograder.course import Course
from autograder.grading.bubblewrap import why_not
from autograder.grading.engine import Standard, grade_folder
from autograder.grading.execute import GradingExecute
from autograder.grading.key import Answers, Key, Raised, compute_key, parse_answers, recorded, run_solutions
from autograder.grading.material import Material
from autograder.grading.mistakes import Solution, read_solutions
from autograder.grading.tasks import all_needs, is_solution, is_test, task_of

COURSE = Course.find(Path(__file__))
CONFIG = COURSE.config()
if why_not() is not None:
    CONFIG.GradingExecute.sandbox = "none"
NOTEBOOKS = [
    (assignment, name) for assignment in COURSE.assignments() for name in COURSE.notebooks(assignment)
]
SEEDS = (1, 20, 300)


def material(assignment: str, name: str, seed: int = SEEDS[0], kind: str = "mistakes") -> Material:
    folder = COURSE.folder("source_solutions") / assignment
    return Material(
        assignment,
        name,
        (folder / f"{name}.ipynb").read_text(encoding="utf-8"),
        (COURSE.folder("assignments") / assignment / f"{name}.ipynb").read_text(encoding="utf-8"),
        tuple(read_solutions(folder / kind / f"{name}.py")),
        seed,
    )


@functools.cache
def key_of(assignment: str, name: str, seed: int) -> Key:
    return compute_key(material(assignment, name, seed), GradingExecute(config=CONFIG))


@dataclass
class Tried:
    """A wrong or right solution, run in place of the reference."""

    solution: Solution
    answers: Answers
    said: str


@functools.cache
def tried(assignment: str, name: str, kind: str) -> list[Tried]:
    """Run every mistake, or every variant, of a notebook."""
    own = material(assignment, name, kind=kind)
    cells = run_solutions(own, own.mistakes, GradingExecute(config=CONFIG))
    return [
        Tried(solution, parse_answers(recorded(cells[solution.name])), _said(cells[solution.name]))
        for solution in own.mistakes
    ]


def _said(cell: NotebookNode) -> str:
    return "\n".join(
        str(output.get("text") or output.get("data", {}).get("text/plain", "")) for output in cell.outputs
    )


def wrong_answers(key: Answers, got: Answers) -> set[str]:
    return {
        name
        for name, right in key.items()
        if name not in got
        or isinstance(got[name].value, Raised)
        or right.relation.difference(right.value, got[name].value) is not None
    }


def graded(assignment: str, name: str, notebook: NotebookNode) -> dict[str, float]:
    """Grade a notebook as a submission; return the share of each task's points."""
    standard = Standard(material(assignment, name), key_of(assignment, name, SEEDS[0]))
    with TemporaryDirectory() as folder:
        nbformat.write(notebook, Path(folder) / f"{name}.ipynb")
        result = grade_folder("student", Path(folder), [standard], CONFIG)
    return {outcome.task: outcome.points / outcome.max_points for outcome in result.outcomes}


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_the_reference_earns_everything(assignment: str, name: str) -> None:
    shares = graded(assignment, name, material(assignment, name).source)
    assert set(shares.values()) == {1}


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_the_blank_release_earns_nothing(assignment: str, name: str) -> None:
    shares = graded(assignment, name, material(assignment, name).release)
    assert set(shares.values()) == {0}


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_every_answer_changes_with_the_seed(assignment: str, name: str) -> None:
    keys = [key_of(assignment, name, seed) for seed in SEEDS]
    for task in keys[0].payloads:
        first, *others = [key.answers(task) for key in keys]
        for answer, right in first.items():
            for other in others:
                assert right.relation.difference(right.value, other[answer].value) is not None, (task, answer)


TRIVIAL = {
    "nothing": "return None",
    "zero": "return 0.0",
    "argument": "return args[-1]",
    "zeros": "import numpy as np\n    return np.zeros_like(args[-1], dtype=float)",
    "ones": "import numpy as np\n    return np.ones_like(args[-1], dtype=float)",
}


@pytest.mark.parametrize("trivial", TRIVIAL)
@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_trivial_code_earns_nothing(assignment: str, name: str, trivial: str) -> None:
    source = f"def trivial(*args, **kwargs):\n    {TRIVIAL[trivial]}"
    own = material(assignment, name)
    solutions = [Solution(task, task, "", "", None, source) for task in own.tasks]
    cells = run_solutions(own, solutions, GradingExecute(config=CONFIG))
    key = key_of(assignment, name, SEEDS[0])
    for task, cell in cells.items():
        right = key.answers(task)
        assert wrong_answers(right, parse_answers(recorded(cell))) == set(right), (task, trivial)


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_every_variant_earns_everything(assignment: str, name: str) -> None:
    key = key_of(assignment, name, SEEDS[0])
    for one in tried(assignment, name, "variants"):
        assert wrong_answers(key.answers(one.solution.task), one.answers) == set(), one.solution.name
        assert "passed" in one.said, f"{one.solution.name}: {one.said}"


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_every_mistake_is_lost_and_caught_by_a_visible_check_with_its_title(
    assignment: str, name: str
) -> None:
    own = material(assignment, name)
    key = key_of(assignment, name, SEEDS[0])
    for one in tried(assignment, name, "mistakes"):
        task = own.tasks[one.solution.task]
        wrong = wrong_answers(key.answers(task.id), one.answers)
        assert wrong or not task.loops, f"{one.solution.name} earns everything"
        if one.solution.hidden_only is None:
            assert one.solution.title in one.said, f"{one.solution.name}: {one.said}"


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_mistakes_can_be_told_from_one_another(assignment: str, name: str) -> None:
    key = key_of(assignment, name, SEEDS[0])
    for task, mistakes in key.mistakes.items():
        right = key.answers(task)
        seen: dict[str, str] = {}
        for mistake in mistakes:
            wrong = sorted(wrong_answers(right, mistake.answers))
            print_ = repr([(answer, _rounded(mistake.answers.get(answer))) for answer in wrong])
            assert seen.setdefault(print_, mistake.name) == mistake.name, task


def _rounded(answer: object) -> object:
    value = getattr(answer, "value", None)
    if isinstance(value, Raised):
        return value.type
    if isinstance(value, np.ndarray):
        return value.shape, np.round(value.astype(float), 6).tolist()
    return repr(value)


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_a_task_declares_whatever_it_needs(assignment: str, name: str) -> None:
    """A task goes down with another, and was right by itself: then it must say that it needs it."""
    own = material(assignment, name)
    key = key_of(assignment, name, SEEDS[0])
    for broken in own.tasks:
        notebook = nbformat.reads(own.source_text, as_version=4)
        for cell in notebook.cells:
            if is_solution(cell) and task_of(cell) == broken:
                cell.source = cell.source.replace("### BEGIN SOLUTION", "raise RuntimeError")
        with TemporaryDirectory() as folder:
            GradingExecute(config=CONFIG).run(notebook, Path(folder), own.seed)
        for cell in notebook.cells:
            if is_test(cell) and task_of(cell) != broken:
                right = key.answers(task_of(cell))
                if wrong_answers(right, parse_answers(recorded(cell))):
                    assert broken in all_needs(task_of(cell), own.tasks), (task_of(cell), broken)
