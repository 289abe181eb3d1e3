"""Exports contain the scores of the gradebook, even if students have unusual names."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.cli.reporting import Format
from autograder.course import Course
from autograder.grading.gradebook.store import open_gradebook
from autograder.reports.exports import FORMATS
from tests.support.courses import RIGHT, answered, submit

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def graded(shared_course: Course) -> Course:
    """A class of three: one did not submit, and one has manual points and a late penalty."""
    course, patch = shared_course, pytest.MonkeyPatch()
    release = course.root / "assignments/01_tiny/tiny.ipynb"
    submit(course.root, "li", answered(release, **RIGHT))
    wrong = {**RIGHT, "square": "def square(x):\n    return x"}
    submit(course.root, "=cmd()", answered(release, **wrong))
    with patch.context() as at:
        at.chdir(course.root)
        assert CliRunner().invoke(app, ["grade", "01_tiny"]).exit_code == 0
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student("absent", first_name='Ab "the', last_name="Sent, Jr.")
        gradebook.update_or_create_student("li", first_name="Lì", last_name="王", lms_user_id="4711")
        gradebook.find_grade("q-why", "tiny", "01_tiny", "li").manual_score = 0.5
        gradebook.find_submission_notebook("tiny", "01_tiny", "li").late_submission_penalty = 1.0
        gradebook.db.commit()
    return course


def exported(course: Course, monkeypatch: pytest.MonkeyPatch, *options: str) -> str:
    monkeypatch.chdir(course.root)
    done = CliRunner().invoke(app, ["export", *options, "--to", "out"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return Path("out").read_text(encoding="utf-8")


def test_the_command_offers_all_formats() -> None:
    assert {format_.value for format_ in Format} == set(FORMATS)


def test_canvas_has_a_column_per_assignment_and_the_points_possible(
    graded: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, possible, *rows = csv.reader(exported(graded, monkeypatch, "--format", "canvas").splitlines())
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01_tiny"]
    assert possible == ["Points Possible", "", "", "", "", "9"]
    by_login = {row[3]: row for row in rows}
    assert by_login["li"] == [
        "王, Lì",
        "4711",
        "",
        "li",
        "",
        "7.5",
    ]  # 8 automatic points, 0.5 manual points, 1 deducted for late submission
    assert by_login["absent"] == ['Sent, Jr., Ab "the', "", "", "absent", "", ""]
    # A spreadsheet must not interpret a name as a formula.
    assert by_login["'=cmd()"][0] == "'=cmd()"


def test_moodle_has_id_name_and_mail_with_the_scores(graded: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    head, *rows = csv.reader(exported(graded, monkeypatch, "--format", "moodle").splitlines())
    assert head == ["ID number", "First name", "Surname", "Email address", "01_tiny"]
    assert ["li", "Lì", "王", "", "7.5"] in rows


def test_each_task_has_a_row_with_quoted_cells(graded: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    text = exported(graded, monkeypatch, "--format", "tasks", "--student", "li")
    head, *rows = (dict(enumerate(row)) for row in csv.reader(text.splitlines()))
    names = list(head.values())
    tasks = {row[names.index("task")]: row[names.index("points")] for row in rows}
    assert tasks == {"double": "2", "total": "2", "square": "4", "q-why": "0.5"}
    assert all(line.startswith('"') and line.endswith('"') for line in text.splitlines())


def test_json_contains_everything(graded: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {one["student"]: one for one in json.loads(exported(graded, monkeypatch, "--format", "json"))}
    assert found["absent"] == {
        "assignment": "01_tiny",
        "student": "absent",
        "submitted": False,
        "timestamp": None,
        "score": None,
        "max_score": 9.0,
        "late_penalty": None,
        "tasks": [],
    }
    assert found["li"]["score"] == 7.5
    assert {task["task"]: task["points"] for task in found["=cmd()"]["tasks"]}["square"] == 0


def test_nbgraders_own_command_writes_the_same(graded: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = exported(graded, monkeypatch, "--format", "canvas", "--assignment", "01_tiny")
    subprocess.run(
        ["nbgrader", "export", "--exporter=autograder.reports.exports.Canvas", "--to", "theirs.csv"],
        cwd=graded.root,
        check=True,
        capture_output=True,
    )
    assert (graded.root / "theirs.csv").read_text(encoding="utf-8") == ours


def test_an_unknown_assignment_is_reported_with_the_nearest_name(
    graded: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(graded.root)
    done = CliRunner().invoke(app, ["export", "--format", "json", "--assignment", "01_tinny"])
    assert "There is no graded assignment '01_tinny'. Did you mean '01_tiny'?" in str(done.exception)
