"""The bundle for students, and the changes between two releases."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import Course
from autograder.release.bundle import bundle
from autograder.release.differences import of_release
from gradbook.errors import GradbookError
from tests.support.courses import RIGHT, answered, submit


def test_the_bundle_contains_everything_needed_and_no_solutions(course: Course, tmp_path: Path) -> None:
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("c.GradingExecute.added_timeout = 7\n")
    place = bundle(course, ["01_tiny"], tmp_path / "class.zip")
    with zipfile.ZipFile(place) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "student")
    folder = tmp_path / "student/class"
    (wheel,) = folder.glob("*.whl")
    assert "class/assignments/01_tiny/tiny.ipynb" in names
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert wheel.name in page and "{" not in page  # noqa: PT018
    # The wheel alone would bring neither JupyterLab nor what `gradbook check` runs.
    assert f"pip install './{wheel.name}[grading]'" in page
    assert len(page.splitlines()) <= 40  # one screen
    assert "7 seconds, so" in page
    assert "TROUBLESHOOTING.md" in page
    assert (folder / "TROUBLESHOOTING.md").is_file()
    inside = "\n".join(
        path.read_text("utf-8") for path in folder.rglob("*") if path.suffix in (".ipynb", ".py")
    )
    assert "twice_as_much" not in inside and "hidden_x" not in inside  # noqa: PT018
    with zipfile.ZipFile(wheel) as package:
        assert not [name for name in package.namelist() if "source_solutions" in name or "/mistakes/" in name]
    # The unpacked folder is a course without solutions.
    there = Course.find(folder)
    assert there.assignments() == ["01_tiny"]
    # The same release results in the same bytes.
    assert bundle(course, ["01_tiny"], tmp_path / "again/class.zip").read_bytes() == place.read_bytes()


def test_an_unreleased_assignment_is_reported(course: Course, tmp_path: Path) -> None:
    with pytest.raises(GradbookError, match="02_more has not been released"):
        bundle(course, ["02_more"], tmp_path / "class.zip")
    with pytest.raises(GradbookError, match="There is no assignment to bundle"):
        bundle(course, [], tmp_path / "class.zip")
    assert not (tmp_path / "class.zip").exists()


def change(course: Course, old: str, new: str) -> None:
    path = course.root / "source_solutions/01_tiny/tiny.ipynb"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.slow
def test_changes_of_a_submitted_assignment_must_be_confirmed(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course.root)
    released = course.root / "assignments/01_tiny/tiny.ipynb"
    before = released.read_bytes()
    submit(course.root, "li", answered(released, **RIGHT))
    change(course, '"points": 4', '"points": 5')
    change(course, "Return twice x.", "Return x twice.")
    run = CliRunner().invoke
    asked = run(app, ["release"], input="n\n")
    assert "01_tiny has been submitted by 1 (li). Changes:" in asked.output
    assert "tiny.ipynb: the check of square: 4 → 5 points" in asked.output
    assert "tiny.ipynb: double, the cell to fill in: text changed" in asked.output
    assert asked.exit_code == 1
    assert released.read_bytes() == before
    assert run(app, ["release", "--yes", "--bundle"]).exit_code == 0
    assert released.read_bytes() != before
    assert re.search(r'"points": 5', released.read_text(encoding="utf-8"))
    assert (course.root / f"{course.root.name}.zip").is_file()


def test_added_and_removed_tasks_are_reported(course: Course, tmp_path: Path) -> None:
    old, new = course.root / "assignments/01_tiny", tmp_path / "new"
    shutil.copytree(old, new)
    path = new / "tiny.ipynb"
    text = path.read_text(encoding="utf-8")
    for grade_id in ("square", "square-test"):
        text = text.replace(
            f'"grade_id": "{grade_id}"', f'"grade_id": "{grade_id.replace("square", "cube")}"'
        )
    path.write_text(text, encoding="utf-8")
    assert of_release(old, new) == [
        "tiny.ipynb: square, the cell to fill in: removed",
        "tiny.ipynb: the check of square: removed",
        "tiny.ipynb: cube, the cell to fill in: new",
        "tiny.ipynb: the check of cube: new, 4 points",
    ]
    (new / "tiny.ipynb").rename(new / "other.ipynb")
    assert of_release(old, new) == ["other.ipynb: new", "tiny.ipynb: removed"]
