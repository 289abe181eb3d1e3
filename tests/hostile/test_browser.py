"""Hostile submissions run no scripts and change no grades in the browsers of instructors and students."""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from autograder.course import Course
from tests.hostile.attacks.markup import MARKDOWN, MARKUP, filled
from tests.support.browsers import needs_chromium, open_page
from tests.support.courses import RIGHT, answered, grade_assignment, submit
from tests.support.servers import served

pytestmark = [needs_chromium, pytest.mark.slow]

#: Gives its author a point through the formgrader's API, and marks the title of the page.
GRADES_ITSELF = """
const id = location.pathname.split('/').filter(part => part).pop();
const xsrf = (document.cookie.match(/_xsrf=([^;]+)/) || [])[1];
const headers = {'Content-Type': 'application/json', 'X-XSRFToken': xsrf};
fetch('/formgrader/api/grades?submission_id=' + id)
  .then(answer => answer.json())
  .then(grades => Promise.all(grades.map(grade => fetch('/formgrader/api/grade/' + grade.id,
    {method: 'PUT', headers, body: JSON.stringify({manual_score: 1})}))))
  .then(() => { document.title += 'hit1000;'; });
"""
_CODED = base64.b64encode(GRADES_ITSELF.encode()).decode()
_RUN = f"eval(atob('{_CODED}'))"
SCRIPT = f"""<img src="x" onerror="{_RUN}"><svg onload="{_RUN}"></svg><script>{_RUN}</script>"""
DISPLAYED = f"from IPython.display import HTML, display\ndisplay(HTML({SCRIPT!r}))\nprint({SCRIPT!r})"

STUDENTS = ["李雷 🙂", "{{7*7}}", "O'Neill", 'say "hi" & go']


def hostile(release: Path) -> NotebookNode:
    notebook = answered(
        release, **{**RIGHT, "q-why": f"Because.\n\n{SCRIPT}", "double": f"{DISPLAYED}\n{RIGHT['double']}"}
    )
    notebook.cells += [
        nbformat.v4.new_markdown_cell(filled(text, number))
        for number, text in enumerate([*MARKUP, *MARKDOWN])
    ]
    return notebook


@pytest.fixture(scope="module")
def graded(shared_course: Course) -> Course:
    release = shared_course.root / "assignments/01_tiny/tiny.ipynb"
    for student in STUDENTS:
        submit(shared_course.root, student, hostile(release))
    results = list(grade_assignment(shared_course, "01_tiny", STUDENTS))
    assert [(result.points, result.failure) for result in results] == [(8, None)] * 4
    return shared_course


@pytest.fixture(scope="module")
def formgrader(graded: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of nbgrader's formgrader on the course."""
    extension = "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}"
    command = [sys.executable, "-m", "jupyter_server", extension]
    with served(command, graded.root, tmp_path_factory.mktemp("home")) as address:
        yield address


def ids_and_scores(course: Course) -> dict[str, tuple[str, list[float | None]]]:
    """Return the id of each student's page, and the manual grades."""
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        return {
            submission.student.id: (
                submission.notebooks[0].id,
                [grade.manual_score for grade in submission.notebooks[0].grades],
            )
            for submission in gradebook.assignment_submissions("01_tiny")
        }


def title(page: str) -> str:
    found = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    assert found is not None, page[:1000]
    return found[1]


def test_in_the_formgrader_no_script_runs_and_no_grade_changes(
    graded: Course, formgrader: str, tmp_path: Path
) -> None:
    before = ids_and_scores(graded)
    page = open_page(f"{formgrader}/formgrader/submissions/{before[STUDENTS[0]][0]}/", tmp_path)
    assert "Why is the sum twice as large?" in page
    assert "hit" not in title(page)
    assert ids_and_scores(graded) == before


@pytest.mark.parametrize("place", ["gradebook/01_tiny/tiny", "manage_submissions/01_tiny", "manage_students"])
def test_the_formgraders_lists_run_no_script_in_a_name(formgrader: str, tmp_path: Path, place: str) -> None:
    page = open_page(f"{formgrader}/formgrader/{place}/", tmp_path)
    assert "hit" not in title(page)
    assert "onerror" not in page


def test_feedback_pages_run_no_script(graded: Course, tmp_path: Path) -> None:
    for student in STUDENTS:
        page = open_page((graded.root / "feedback" / student / "01_tiny/tiny.html").as_uri(), tmp_path)
        assert "Because." in page
        assert "hit" not in title(page)


def test_a_script_that_runs_would_be_detected(graded: Course, formgrader: str, tmp_path: Path) -> None:
    """If it is not sanitised, the same answer gives its author a point when the page is opened."""
    release = graded.root / "assignments/01_tiny/tiny.ipynb"
    student = STUDENTS[2]
    shown = graded.root / "autograded" / student / "01_tiny/tiny.ipynb"
    before = ids_and_scores(graded)
    cleaned = shown.read_bytes()
    shown.unlink()
    nbformat.write(answered(release, **{**RIGHT, "q-why": f"Because.\n\n{SCRIPT}"}), shown)
    try:
        page = open_page(f"{formgrader}/formgrader/submissions/{before[student][0]}/", tmp_path)
    finally:
        shown.unlink()
        shown.write_bytes(cleaned)
    assert "hit" in title(page)
    assert ids_and_scores(graded)[student] != before[student]
