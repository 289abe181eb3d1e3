"""Hostile submissions among honest ones gain no points, affect nobody else and reveal nothing."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.grading.kernels.sandbox import bubblewrap_problem
from autograder.outcome import Outcome, Result
from autograder.release.build import release
from tests.hostile.attacks import FULL, Attack, cells, files, kernel, resources, weights
from tests.support.courses import (
    RIGHT,
    answered,
    grade_assignment,
    make_course,
    source_notebook,
    submit,
    with_weights,
)

pytestmark = [
    pytest.mark.skipif(bubblewrap_problem() is not None, reason=f"no sandbox here: {bubblewrap_problem()}"),
    pytest.mark.slow,
]

ATTACKS: dict[str, Attack] = {
    **cells.ATTACKS,
    **kernel.ATTACKS,
    **kernel.LEAKS,
    **resources.ATTACKS,
    **files.ATTACKS,
    **weights.ATTACKS,
}

#: Honest submissions, with the points that they must earn.
HONEST = {
    "honest": (RIGHT, FULL),
    "half": ({**RIGHT, "double": "def double(x):\n    return (2 * x).ravel()"}, {**FULL, "double": 1.0}),
    "beginner": ({"square": RIGHT["square"]}, {"square": 4.0}),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = Course(make_course(tmp_path_factory.mktemp("hostile"), with_weights(source_notebook())))
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(resources.LIMITS)
    release(course, "01_tiny")
    notebook = course.root / "assignments/01_tiny/tiny.ipynb"
    for student, (solutions, _) in HONEST.items():
        submit(course.root, student, answered(notebook, **solutions))
    return course


@pytest.fixture(scope="module")
def calm(course: Course) -> dict[str, Result]:
    """The results of the honest submissions, graded without the others."""
    return {result.student: result for result in grade_assignment(course, "01_tiny", list(HONEST), 2)}


@pytest.fixture(scope="module")
def graded(course: Course, calm: dict[str, Result]) -> Iterator[dict[str, Result]]:
    """The results of all submissions, graded in one run with several workers."""
    notebook = course.root / "assignments/01_tiny/tiny.ipynb"
    for name, attack in ATTACKS.items():
        submitted = answered(notebook, **{**RIGHT, **attack.solutions})
        changed = attack.change(submitted) if attack.change else submitted
        folder = submit(course.root, name, changed).parent
        if attack.beside:
            attack.beside(folder)
    # The honest submissions are at the beginning, in the middle and at the end.
    names = [*ATTACKS]
    students = ["honest", *names[: len(names) // 2], "half", *names[len(names) // 2 :], "beginner"]
    yield {r.student: r for r in grade_assignment(course, "01_tiny", students, 3, force=True)}
    shutil.rmtree(course.root / "submitted")


def points(result: Result) -> dict[str, float]:
    return {outcome.task: outcome.points for outcome in result.outcomes if outcome.points}


def outcome_of(result: Result, task: str) -> Outcome:
    return next(outcome for outcome in result.outcomes if outcome.task == task)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_earns_only_the_points_of_its_correct_answers(graded: dict[str, Result], name: str) -> None:
    attack, result = ATTACKS[name], graded[name]
    assert result.failure is None
    assert points(result) == attack.earns
    assert outcome_of(result, "predict").verdict.startswith(attack.verdict)
    assert not attack.note or any(attack.note in note for note in result.notes), result.notes


@pytest.mark.parametrize("name", HONEST)
def test_the_honest_lose_nothing(calm: dict[str, Result], graded: dict[str, Result], name: str) -> None:
    assert points(calm[name]) == HONEST[name][1]
    assert graded[name].outcomes == calm[name].outcomes


def test_the_gradebook_contains_the_outcomes(course: Course, graded: dict[str, Result]) -> None:
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        recorded = {
            submission.student.id: {
                grade.name.removesuffix("-test"): grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
                if grade.auto_score
            }
            for submission in gradebook.assignment_submissions("01_tiny")
        }
        assert gradebook.find_assignment("01_tiny").max_score == 15
    assert recorded == {name: points(result) for name, result in graded.items()}


def plain_text(page: str) -> str:
    """Return the text of a page without markup, escapes and colours."""
    text = html.unescape(re.sub(r"<[^>]*>", "", page))
    return text.replace("\\n", "\n").replace("\\", "")


def test_no_hidden_line_is_in_any_page_or_result(course: Course, graded: dict[str, Result]) -> None:
    source = source_notebook()
    lines = {
        line.strip()
        for cell in with_weights(source).cells
        if "HIDDEN TESTS" in cell.source
        for line in cell.source.partition("### BEGIN HIDDEN TESTS\n")[2].splitlines()
        if len(line.strip()) > 10 and not line.startswith("###")
    }
    assert len(lines) > 10
    pages = {path.parts[-3]: path.read_text() for path in course.root.glob("feedback/*/01_tiny/*.html")}
    assert len(pages) > len(ATTACKS) - 5
    results = {name: json.dumps(result.as_dict()) for name, result in graded.items()}
    found = {
        (name, line)
        for texts in (pages, results)
        for name, text in texts.items()
        for line in lines
        if line in plain_text(text)
    }
    assert found == set()
    assert not [name for name, page in pages.items() if "twice_as_much" in page]


def test_large_outputs_are_not_stored(course: Course, graded: dict[str, Result]) -> None:
    large = {
        str(path.relative_to(course.root)): path.stat().st_size
        for path in course.root.glob("*/*/01_tiny/*")
        if path.suffix in (".ipynb", ".html") and path.parts[-4] in ("autograded", "feedback")
        if path.stat().st_size > 2 * 2**20
    }
    assert large == {}


def test_no_process_is_left_behind(graded: dict[str, Result]) -> None:
    left = [
        process
        for process in psutil.process_iter(["cmdline"])
        if resources.MARK in " ".join(process.info["cmdline"] or [])
    ]
    assert left == []


def test_no_file_ran_when_it_was_read(graded: dict[str, Result]) -> None:
    assert not Path("/tmp", weights.TRACE).exists()
    assert not Path("written").exists()
