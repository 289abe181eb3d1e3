"""Manual points and comments from the formgrader are kept when the class is graded again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import Page, expect

from autograder.course import Course
from tests.support.browsers import needs_chromium
from tests.support.courses import RIGHT, answered, submit
from tests.support.servers import served

pytestmark = [needs_chromium, pytest.mark.slow]

COMMENT = "Say why: which of its terms?"


def grade(course: Course) -> None:
    # In another process, because this one runs the browser's event loop.
    command = [sys.executable, "-m", "autograder", "grade", "01_tiny", "--force"]
    run = subprocess.run(command, cwd=course.root, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture(scope="module")
def formgrader(shared_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the formgrader in a course with one graded submission."""
    release = shared_course.root / "assignments/01_tiny/tiny.ipynb"
    submit(
        shared_course.root, "li", answered(release, **{**RIGHT, "double": "def double(x):\n    return x + 2"})
    )
    grade(shared_course)
    with served(
        [sys.executable, "-m", "autograder", "lab"], shared_course.root, tmp_path_factory.mktemp("home")
    ) as at:
        yield f"{at}/formgrader"


def open_submission(page: Page, formgrader: str) -> None:
    """Open the submission by clicks, from the list of assignments to the student's page."""
    page.goto(formgrader)
    page.get_by_role("link", name="Manual Grading").click()
    page.get_by_role("link", name="01_tiny", exact=True).click()
    page.get_by_role("link", name="tiny", exact=True).click()
    page.get_by_role("link", name="Submission #1").click()
    expect(page.locator("#double-test")).to_have_attribute("placeholder", "0")


def test_manual_points_and_comments_are_kept_by_a_regrade(
    page: Page, formgrader: str, shared_course: Course
) -> None:
    open_submission(page, formgrader)
    for place, text in (("#double-test", "1.5"), ("#q-why", "0.5"), ("#q-why-comment", COMMENT)):
        with page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
            page.locator(place).fill(text)
            page.locator(place).blur()
        assert saved.value.ok

    grade(shared_course)

    open_submission(page, formgrader)
    expect(page.locator("#double-test")).to_have_value("1.5")
    expect(page.locator("#q-why")).to_have_value("0.5")
    expect(page.locator("#q-why-comment")).to_have_value(COMMENT)
    with Gradebook(f"sqlite:///{shared_course.root}/gradebook.db", "") as gradebook:
        (submission,) = gradebook.assignment_submissions("01_tiny")
        assert submission.score == 1.5 + 2 + 4 + 0.5
    feedback = (shared_course.root / "feedback/li/01_tiny/tiny.html").read_text(encoding="utf-8")
    assert COMMENT in feedback
    assert "points were changed by hand" in feedback
