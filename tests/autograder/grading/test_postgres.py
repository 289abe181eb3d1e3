"""The gradebook on a real PostgreSQL server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from autograder.course import Course
from autograder.errors import RunStoppedError
from autograder.grading.gradebook import retry
from autograder.grading.gradebook.store import open_gradebook, register
from autograder.outcome import Result, ScoreChange
from gradbook.errors import GradbookError
from tests.support import courses
from tests.support.courses import RIGHT, answered, grade_assignment, submit
from tests.support.databases import Postgres, a_postgres, needs_postgres

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
    (course.root / "gradebook.db").unlink()  # created by the release
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.CourseDirectory.db_url = {server.url!r}\n")
        config.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    return course


def grade(course: Course) -> dict[str, Result]:
    students = course.students("01_tiny")
    return {result.student: result for result in grade_assignment(course, "01_tiny", students)}


def test_a_server_supports_everything_that_a_file_supports(course_there: Course, server: Postgres) -> None:
    course = course_there
    for student, day in {"early": 1, "late": 3}.items():
        folder = submit(course.root, student, answered(course.root / RELEASE, **RIGHT)).parent
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
    submit(course.root, "early", answered(course.root / RELEASE, **WRONG))
    again = grade(course)
    assert again["early"].changes == [ScoreChange("double", 2, 0)]
    assert again["late"].is_unchanged
    with open_gradebook(course) as book:
        assert book.find_grade("q-why", *WHERE, "early").manual_score == 0.5
        assert book.find_comment("q-why", *WHERE, "early").manual_comment == "Half of it."
    assert not (course.root / "gradebook.db").exists()
    # nbgrader's own command writes to the same gradebook, which is detected.
    run = subprocess.run(
        ["nbgrader", "autograde", "01_tiny", "--student", "late", "--force"],
        cwd=course.root,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert [result.is_unchanged for result in grade(course).values()] == [True, False]


@pytest.mark.slow
def test_an_unavailable_server_is_reported_without_its_password(
    course_there: Course, server: Postgres
) -> None:
    submit(course_there.root, "li", answered(course_there.root / RELEASE, **RIGHT))
    server.stop()
    run = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "01_tiny"],
        cwd=course_there.root,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert "The gradebook's server is unavailable." in run.stderr
    assert "Connection refused" in run.stderr
    assert "start the server, or fix db_url in nbgrader_config.py" in run.stderr
    assert "secret" not in run.stderr
    assert "Traceback" not in run.stderr


def test_an_unknown_user_is_reported_with_the_servers_message(course: Course, server: Postgres) -> None:
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.CourseDirectory.db_url = {server.url.replace('grader', 'stranger')!r}\n")
    with pytest.raises(RunStoppedError) as caught:
        retry.retrying(lambda: register(course, "01_tiny"), course, 0)
    assert 'role "stranger" does not exist' in caught.value.details["got"]


@pytest.mark.slow
def test_a_server_that_stays_unavailable_ends_the_run(
    course_there: Course, server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = course_there
    submit(course.root, "li", answered(course.root / RELEASE, **RIGHT))
    monkeypatch.setattr(retry, "SERVER_TIMEOUT_S", 1)
    write_feedback = courses.write_feedback

    def stop_server(course: Course, assignment: str, result: Result) -> None:
        server.stop()
        write_feedback(course, assignment, result)

    with monkeypatch.context() as patch:
        patch.setattr(courses, "write_feedback", stop_server)
        with pytest.raises(RunStoppedError, match=r"The gradebook's server is unavailable\."):
            grade(course)
    server.start()
    # The scores were stored, but the page was not.
    assert not grade(course)["li"].is_unchanged
    assert grade(course)["li"].is_unchanged


def test_a_missing_database_driver_is_reported_with_a_remedy(course: Course) -> None:
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("c.CourseDirectory.db_url = 'postgresql+pg8000://grader:secret@localhost/gradebook'\n")
    with pytest.raises(GradbookError) as caught:
        open_gradebook(course)
    assert caught.value.details["where"] == "postgresql+pg8000://grader:***@localhost/gradebook"
    assert "pip install --editable '.[postgresql]'" in caught.value.details["next"]
