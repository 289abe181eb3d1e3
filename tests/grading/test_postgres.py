"""The gradebook in a real PostgreSQL server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from autograder.course import Course
from autograder.errors import AutograderError, RunStoppedError
from autograder.grading.engine import grade_assignment
from autograder.grading.gradebook import recorder
from autograder.grading.gradebook.record import open_gradebook, register
from autograder.results.outcome import Change, Result
from tests.courses import RIGHT, answered, hand_in
from tests.databases import Postgres, a_postgres, needs_postgres

pytestmark = needs_postgres

RELEASE = "assignments/01_tiny/tiny.ipynb"
WRONG = {**RIGHT, "double": "def double(x): return x + 2"}
WHERE = ("tiny", "01_tiny")


@pytest.fixture
def server() -> Iterator[Postgres]:
    with a_postgres() as started:
        yield started


@pytest.fixture
def course_there(course: Course, server: Postgres) -> Course:
    (course.root / "gradebook.db").unlink()  # of the release
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.CourseDirectory.db_url = {server.url!r}\n")
        config.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    return course


def grade(course: Course) -> dict[str, Result]:
    students = course.students("01_tiny")
    return {result.student: result for result in grade_assignment(course, "01_tiny", students)}


def test_all_that_a_file_does_a_server_does(course_there: Course, server: Postgres) -> None:
    course = course_there
    for student, day in {"early": 1, "late": 3}.items():
        folder = hand_in(course.root, student, answered(course.root / RELEASE, **RIGHT)).parent
        (folder / "timestamp.txt").write_text(f"2026-01-0{day} 10:00:00 UTC")
    with open_gradebook(course) as book:
        book.update_or_create_assignment("01_tiny", duedate="2026-01-02 10:00:00 UTC")
    first = grade(course)
    assert {student: result.points for student, result in first.items()} == {"early": 8, "late": 8}
    with open_gradebook(course) as book:
        entries = [book.find_submission_notebook(*WHERE, student) for student in ("early", "late")]
        assert [entry.late_submission_penalty for entry in entries] == [None, 8]
        book.find_grade("q-why", *WHERE, "early").manual_score = 0.5
        book.find_comment("q-why", *WHERE, "early").manual_comment = "Half of it."
        book.db.commit()
    assert all(result.is_unchanged for result in grade(course).values())
    hand_in(course.root, "early", answered(course.root / RELEASE, **WRONG))
    again = grade(course)
    assert again["early"].changes == [Change("double", 2, 0)]
    assert again["late"].is_unchanged
    with open_gradebook(course) as book:
        assert book.find_grade("q-why", *WHERE, "early").manual_score == 0.5
        assert book.find_comment("q-why", *WHERE, "early").manual_comment == "Half of it."
    assert not (course.root / "gradebook.db").exists()
    # nbgrader's own command writes to the same place, and is noticed.
    run = subprocess.run(
        ["nbgrader", "autograde", "01_tiny", "--student", "late", "--force"],
        cwd=course.root,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert [result.is_unchanged for result in grade(course).values()] == [True, False]


def test_a_server_that_is_away_is_told_without_its_password(course_there: Course, server: Postgres) -> None:
    hand_in(course_there.root, "li", answered(course_there.root / RELEASE, **RIGHT))
    server.stop()
    run = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "01_tiny"],
        cwd=course_there.root,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert "The gradebook's server is away." in run.stderr
    assert "Connection refused" in run.stderr
    assert "start the server, or mend db_url in nbgrader_config.py" in run.stderr
    assert "secret" not in run.stderr
    assert "Traceback" not in run.stderr


def test_a_user_whom_the_server_does_not_know_is_told_in_its_words(course: Course, server: Postgres) -> None:
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.CourseDirectory.db_url = {server.url.replace('grader', 'stranger')!r}\n")
    with pytest.raises(RunStoppedError) as caught:
        recorder.patiently(lambda: register(course, "01_tiny"), course, 0)
    assert 'role "stranger" does not exist' in caught.value.details["got"]


def test_a_server_that_goes_away_and_stays_away_ends_the_run(
    course_there: Course, server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = course_there
    hand_in(course.root, "li", answered(course.root / RELEASE, **RIGHT))
    monkeypatch.setattr(recorder, "PATIENCE", 1)
    write_feedback = recorder.write_feedback

    def goes_away(*where: object, **what: bool) -> None:
        server.stop()
        write_feedback(*where, **what)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(recorder, "write_feedback", goes_away)
        with pytest.raises(RunStoppedError, match=r"The gradebook's server is away\."):
            grade(course)
    server.start()
    # The scores were in, the page was not.
    assert not grade(course)["li"].is_unchanged
    assert grade(course)["li"].is_unchanged


def test_a_db_url_whose_driver_is_not_installed_is_told_with_the_way_out(course: Course) -> None:
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("c.CourseDirectory.db_url = 'postgresql+pg8000://grader:secret@localhost/gradebook'\n")
    with pytest.raises(AutograderError) as caught:
        open_gradebook(course)
    assert caught.value.details["where"] == "postgresql+pg8000://grader:***@localhost/gradebook"
    assert "pip install --editable '.[postgresql]'" in caught.value.details["next"]
