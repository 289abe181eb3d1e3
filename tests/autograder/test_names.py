"""Unusual names are handled or refused, and nothing outside the course folder is changed."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest

from autograder.course import Course
from autograder.grading.collect.folder import find_by_name
from autograder.grading.gradebook.store import open_gradebook
from autograder.release.build import release
from gradbook.errors import GradbookError
from tests.support.courses import RIGHT, answered, grade_assignment, make_course, submit


@pytest.mark.parametrize(
    ("assignment", "notebook", "student"),
    [
        ("week 1", "my notebook", "Zoë O'Neill"),
        ("第一课", "作业", "李雷"),
        ('the "first"', 'a "quoted" name', 'say "hi"'),
        ("a..b", "x..y", "..z"),
    ],
)
def test_unusual_names_work_from_release_to_feedback(
    tmp_path: Path, assignment: str, notebook: str, student: str
) -> None:
    course = Course(make_course(tmp_path, assignment=assignment))
    source = course.root / "source_solutions" / assignment
    (source / "tiny.ipynb").rename(source / f"{notebook}.ipynb")
    (source / "mistakes/tiny.py").rename(source / f"mistakes/{notebook}.py")
    release(course, assignment)
    released = course.root / "assignments" / assignment / f"{notebook}.ipynb"
    submitted = course.root / "submitted" / student / assignment / f"{notebook}.ipynb"
    submitted.parent.mkdir(parents=True)

    nbformat.write(answered(released, **RIGHT), submitted)
    before = set(tmp_path.parent.iterdir())
    if student.startswith("."):
        # nbgrader itself ignores hidden folders.
        assert course.students(assignment) == []
        return
    (result,) = grade_assignment(course, assignment, course.submitted(assignment))
    assert result.points == result.max_points == 8
    assert (course.root / "feedback" / student / assignment / f"{notebook}.html").is_file()
    assert set(tmp_path.parent.iterdir()) == before


@pytest.mark.parametrize(
    "name",
    [
        "knn.ipynb",
        "knn (1).ipynb",
        "knn-Copy1.ipynb",
        "KNN.ipynb",
        "li_knn_final.ipynb",
        "knn2.ipynb",
        '作业 "final"...ipynb',
        "solution.ipynb",
    ],
)
def test_a_renamed_notebook_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")
    assert find_by_name(tmp_path, "knn", ["knn"]) == tmp_path / name


def test_the_exact_name_takes_precedence_over_the_newest(tmp_path: Path) -> None:

    for age, name in enumerate(["knn (2).ipynb", "knn (1).ipynb"]):
        (tmp_path / name).write_text("{}")
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    assert find_by_name(tmp_path, "knn", ["knn"]) == tmp_path / "knn (2).ipynb"
    (tmp_path / "knn.ipynb").write_text("{}")
    assert find_by_name(tmp_path, "knn", ["knn"]) == tmp_path / "knn.ipynb"


def test_a_notebook_is_never_mistaken_for_another(tmp_path: Path) -> None:
    (tmp_path / "svm.ipynb").write_text("{}")
    (tmp_path / "notes.ipynb").write_text("{}")
    assert find_by_name(tmp_path, "softmax", ["svm", "softmax"]) is None


def test_a_name_with_markup_in_its_second_line_is_refused_and_not_stored(course: Course) -> None:
    released = course.root / "assignments/01_tiny/tiny.ipynb"
    submit(course.root, "li", answered(released, **RIGHT))
    submit(course.root, 'wang"\nonmouseover="alert(1)', answered(released, **RIGHT))
    results = list(grade_assignment(course, "01_tiny", course.submitted("01_tiny")))
    failures = {result.student[:4]: result.failure for result in results}
    markup = "A student's id contains characters that would be read as markup."
    assert failures == {"li": None, "wang": markup}
    for part in ("autograded", "feedback"):
        assert [path.name for path in (course.root / part).iterdir()] == ["li"]
    with open_gradebook(course) as gradebook:
        assert [student.id for student in gradebook.students] == ["li"]


@pytest.mark.parametrize("name", ["..", "../x", "/etc", "01_tiny/../..", ""])
def test_no_name_leads_out_of_the_course(course: Course, name: str) -> None:
    with pytest.raises(GradbookError, match="There is no assignment"):
        course.assignment(name)


def test_a_link_out_of_the_course_is_not_followed(course: Course, tmp_path: Path) -> None:

    secret = tmp_path / "secret.txt"
    secret.write_text("private")
    folder = course.root / "submitted/li/01_tiny"
    folder.mkdir(parents=True)
    nbformat.write(answered(course.root / "assignments/01_tiny/tiny.ipynb", **RIGHT), folder / "tiny.ipynb")
    (folder / "link.txt").symlink_to(secret)
    copied = course.root / "submitted/wang/01_tiny/tiny.ipynb"
    copied.parent.mkdir(parents=True)
    copied.symlink_to(folder / "tiny.ipynb")
    points = {result.student: result.points for result in grade_assignment(course, "01_tiny", ["li", "wang"])}
    assert points == {"li": 8, "wang": 0}
    recorded = course.root / "autograded/li/01_tiny"
    assert [path.name for path in recorded.iterdir() if path.is_symlink()] == []
    assert not any(b"private" in path.read_bytes() for path in recorded.rglob("*") if path.is_file())
