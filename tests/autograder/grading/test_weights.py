"""Trained weights are judged only by the predictions of the reference's model."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.outcome import Outcome, Result
from autograder.release.build import release
from autograder.release.prove import prove
from gradbook import save_model
from gradbook.errors import GradbookError
from tests.support.courses import (
    CENTRES,
    RIGHT,
    answered,
    grade_assignment,
    make_course,
    source_notebook,
    submit,
    with_weights,
)

HALF = CENTRES.copy()
HALF[:, 2] = 2  # the third class is never predicted

#: The content of model.npz, its points out of 4, and the verdict.
WEIGHTS = {
    "right": ({"W": CENTRES}, 4.0, "right"),
    "float32": ({"W": CENTRES.astype("float32")}, 4.0, "right"),
    "half": ({"W": HALF}, 2.0, "1 of 2 answers right"),
    "zeros": ({"W": np.zeros((2, 3))}, 0.0, "wrong"),
    "nothing-but-nan": ({"W": np.full((2, 3), np.nan)}, 0.0, "wrong"),
    "other-shape": ({"W": CENTRES.T}, 0.0, "raised ValueError"),
    "other-axes": ({"W": CENTRES[None]}, 0.0, "model.npz: W has shape (1, 2, 3), float64; expected"),
    "whole-numbers": ({"W": CENTRES.astype(int)}, 0.0, "model.npz: W has shape (2, 3), int64; expected"),
    "other-names": (
        {"W1": CENTRES},
        0.0,
        "model.npz: the model's parameters are W; missing or unknown: W, W1",
    ),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = Course(make_course(tmp_path_factory.mktemp("weights"), with_weights(source_notebook())))
    release(course, "01_tiny")
    return course


@pytest.fixture(scope="module")
def graded(course: Course) -> dict[str, Result]:
    notebook = course.root / "assignments/01_tiny/tiny.ipynb"
    for student, (params, _, _) in WEIGHTS.items():
        folder = submit(course.root, student, answered(notebook, **RIGHT)).parent
        save_model(folder / "model.npz", params, "Blobs-3")
    other = submit(course.root, "other-data", answered(notebook, **RIGHT)).parent
    save_model(other / "model.npz", {"W": CENTRES}, "Shapes-10")
    submit(course.root, "none", answered(notebook, **RIGHT))
    # Neither a wrong model nor an unchanged notebook affects the points for the weights.
    wrong = submit(course.root, "wrong-model", answered(notebook, predict="def predict(x, W):\n    return x"))
    save_model(wrong.parent / "model.npz", {"W": CENTRES}, "Blobs-3")
    students = course.students("01_tiny")
    return {result.student: result for result in grade_assignment(course, "01_tiny", students)}


def trained(result: Result) -> Outcome:
    return next(outcome for outcome in result.outcomes if outcome.task == "trained")


@pytest.mark.parametrize("student", WEIGHTS)
def test_weights_earn_points_for_their_predictions(graded: dict[str, Result], student: str) -> None:
    outcome = trained(graded[student])
    assert outcome.points == WEIGHTS[student][1]
    assert outcome.verdict.startswith(WEIGHTS[student][2])
    assert sum(other.points for other in graded[student].outcomes) - outcome.points == 10


def test_the_feedback_contains_the_number_of_correct_predictions(
    course: Course, graded: dict[str, Result]
) -> None:
    assert "of 200 predictions are right; 90% are required" in trained(graded["half"]).details[0][1]
    assert "200 predictions" in (course.root / "feedback/half/01_tiny/tiny.html").read_text()


def test_weights_that_are_missing_or_of_other_data_are_reported(graded: dict[str, Result]) -> None:
    assert trained(graded["none"]).verdict == "model.npz was not submitted"
    assert trained(graded["other-data"]).verdict == ("model.npz: trained on Shapes-10; expected Blobs-3")


def test_the_points_for_weights_do_not_depend_on_the_students_model(graded: dict[str, Result]) -> None:
    assert {outcome.task: outcome.points for outcome in graded["wrong-model"].outcomes if outcome.points} == {
        "trained": 4
    }


@pytest.mark.slow
def test_nbgraders_own_command_gives_the_same_points(course: Course, graded: dict[str, Result]) -> None:
    run = subprocess.run(
        ["nbgrader", "autograde", "01_tiny", "--student", "half", "--force"],
        cwd=course.root,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        assert gradebook.find_grade("trained-test", "tiny", "01_tiny", "half").auto_score == 2


@pytest.mark.slow
def test_the_assignment_is_proved(course: Course) -> None:
    problems = {
        finding.claim: finding.problems for finding in prove(course, ["01_tiny"]) if not finding.holds
    }
    assert problems == {}


def test_missing_weights_of_the_reference_are_reported(tmp_path: Path) -> None:
    course = Course(make_course(tmp_path, with_weights(source_notebook())))
    release(course, "01_tiny")
    (course.root / "source_solutions/01_tiny/reference/model.npz").unlink()
    submit(course.root, "li", answered(course.root / "assignments/01_tiny/tiny.ipynb", **RIGHT))
    with pytest.raises(GradbookError, match=r"reference's weights model\.npz are missing"):
        list(grade_assignment(course, "01_tiny", ["li"]))
