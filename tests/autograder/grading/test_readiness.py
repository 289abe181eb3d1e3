"""The check before submitting reports what would lose points, and works without the solutions."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess

import nbformat
import pytest
from nbformat import NotebookNode
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import HOW_TO_RESTORE, Course
from autograder.grading.engine import grade_own
from autograder.grading.readiness import check_readiness
from autograder.learning.lab import copy_missing
from autograder.learning.reset import reset
from autograder.release.build import release
from gradbook import save_model
from gradbook.errors import GradbookError
from tests.support.courses import CENTRES, RIGHT, answered, make_course, source_notebook, with_weights

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(course: Course) -> Course:
    """A student's course: no sources, and a copy in work/."""
    copy_missing(course)
    shutil.rmtree(course.root / "source_solutions")
    return course


def write(course: Course, notebook: NotebookNode, name: str = "tiny.ipynb") -> None:
    nbformat.write(notebook, course.root / "work/01_tiny" / name)


def states(course: Course) -> dict[str, str]:
    return {task.task: task.state for task in check_readiness(course, "01_tiny").tasks}


def test_each_task_has_a_state(copy: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    released = copy.root / "assignments/01_tiny/tiny.ipynb"
    wrong = {"double": RIGHT["double"], "total": "def total(x):\n    return 0", "q-why": "Because."}
    write(copy, answered(released, **wrong))
    found = states(copy)
    assert found["double"] == "checks passed"
    assert "total" in found["total"] and "passed" not in found["total"]  # noqa: PT018
    assert found["square"] == "not started"
    assert found["q-why"] == "answered"
    monkeypatch.chdir(copy.root)
    done = CliRunner().invoke(app, ["check", "01_tiny", "--before-submitting"])
    assert done.exit_code == 0, done.output
    assert "2 of 4 tasks and questions done. Its files are complete." in done.output


def test_problems_that_would_lose_points_are_reported(copy: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = answered(copy.root / "assignments/01_tiny/tiny.ipynb", **RIGHT)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "total"]
    checks = next(cell for cell in notebook.cells if cell.id == "double-test")
    checks.source = "pass"
    (copy.root / "work/01_tiny/tiny.ipynb").unlink()
    write(copy, notebook, "tiny (1).ipynb")
    found = check_readiness(copy, "01_tiny")
    assert list(found.problems) == [
        "tiny.ipynb: the cell of total was deleted; gradbook reset restores it, without your answer",
    ]
    assert list(found.notes) == [
        "tiny (1).ipynb would be graded as tiny.ipynb",
        "tiny.ipynb: The graded cell `double-test` was changed; the original was used.",
    ]
    # The original check was run.
    assert {task.task: task.state for task in found.tasks}["double"] == "checks passed"
    monkeypatch.chdir(copy.root)
    assert CliRunner().invoke(app, ["check", "01_tiny", "--before-submitting", "--json"]).exit_code == 1


def test_added_cells_count_as_in_grading(copy: Course) -> None:
    released = copy.root / "assignments/01_tiny/tiny.ipynb"
    notebook = answered(released, double="def double(x):\n    return helped(x)", total=RIGHT["total"])
    notebook.cells.insert(2, nbformat.v4.new_code_cell("def helped(x):\n    return 2 * x"))
    again = next(cell for cell in notebook.cells if cell.id == "total")
    stub = next(cell for cell in nbformat.read(released, as_version=4).cells if cell.id == "total")
    stub.id = "copied"
    notebook.cells.append(stub)
    again.metadata = {}  # the name of its function still identifies it
    write(copy, notebook)
    found = check_readiness(copy, "01_tiny")
    assert list(found.problems) == []
    assert {task.task: task.state for task in found.tasks}["double"] == "checks passed"
    assert {task.task: task.state for task in found.tasks}["total"] == "checks passed"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', "\ud800".encode("utf-8", "replace")])
def test_an_invalid_notebook_is_reported(copy: Course, content: str | bytes) -> None:
    path = copy.root / "work/01_tiny/tiny.ipynb"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = check_readiness(copy, "01_tiny")
    assert found.problems[0].startswith("tiny.ipynb cannot be read")
    assert {task.state for task in found.tasks} == {"cannot be read"}


def test_weights_are_checked(tmp_path: object, course: Course) -> None:
    root = make_course(course.root / "weighty", with_weights(source_notebook()))
    there = Course(root)
    release(there, "01_tiny")
    copy_missing(there)
    missing = "model.npz: is missing; run the cell that trains trained and saves the weights"
    assert missing in check_readiness(there, "01_tiny").problems
    (root / "work/01_tiny/model.npz").write_bytes(b"PK, but no archive")
    assert any(problem.startswith("model.npz: ") for problem in check_readiness(there, "01_tiny").problems)
    save_model(root / "work/01_tiny/model.npz", {"W": CENTRES}, "Blobs-3")
    assert check_readiness(there, "01_tiny").problems == []


def test_a_task_can_be_reset_and_a_backup_is_kept(copy: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    released = copy.root / "assignments/01_tiny/tiny.ipynb"
    write(copy, answered(released, **RIGHT))
    path = copy.root / "work/01_tiny/tiny.ipynb"
    before = path.read_bytes()
    monkeypatch.chdir(copy.root)
    done = CliRunner().invoke(app, ["reset", "01_tiny", "double"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    (kept,) = (copy.root / "work/01_tiny/.before-reset").iterdir()
    assert kept.read_bytes() == before
    now = {cell["id"]: cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]}
    original = {cell.id: cell for cell in nbformat.read(released, as_version=4).cells}
    assert now["double"]["source"] in (
        original["double"].source,
        original["double"].source.splitlines(True),
    )
    assert "".join(now["total"]["source"]) == RIGHT["total"]
    wrong = CliRunner().invoke(app, ["reset", "01_tiny", "dubble"])
    assert "There is no task of 01_tiny 'dubble'. Did you mean 'double'?" in str(wrong.exception)


def test_copies_of_the_cell_are_removed_and_two_resets_keep_two_backups(copy: Course) -> None:
    notebook = answered(copy.root / "assignments/01_tiny/tiny.ipynb", **RIGHT)
    (double,) = (cell for cell in notebook.cells if cell.id == "double")
    notebook.cells.append(nbformat.from_dict({**double, "id": "copied"}))
    write(copy, notebook)
    kept = {reset(copy, "01_tiny", task)[1] for task in ("double", "total")}
    assert len(kept) == 2
    now = nbformat.read(copy.root / "work/01_tiny/tiny.ipynb", as_version=4)
    texts = [
        cell.source for cell in now.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "double"
    ]
    assert len(texts) == 1
    assert RIGHT["double"] not in texts[0]


def test_a_deleted_cell_is_restored_in_its_place(copy: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = answered(copy.root / "assignments/01_tiny/tiny.ipynb", **RIGHT)
    notebook.cells = [cell for cell in notebook.cells if cell.id not in ("total", "total-test")]
    write(copy, notebook)
    monkeypatch.chdir(copy.root)
    assert CliRunner().invoke(app, ["reset", "01_tiny", "total"]).exit_code == 0
    ids = [cell.id for cell in nbformat.read(copy.root / "work/01_tiny/tiny.ipynb", as_version=4).cells]
    assert ids == [cell.id for cell in nbformat.read(copy.root / "assignments/01_tiny/tiny.ipynb", 4).cells]


def test_a_lone_surrogate_is_kept(copy: Course) -> None:
    path = copy.root / "work/01_tiny/tiny.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"].append({"cell_type": "markdown", "id": "half", "metadata": {}, "source": "\ud83d café"})
    path.write_text(json.dumps(notebook))
    reset(copy, "01_tiny", "double")
    now = json.loads(path.read_text(encoding="utf-8"))
    assert now["cells"][-1]["source"] == "\ud83d café"


def test_suggested_commands_work_in_a_folder_whose_name_contains_a_blank(course: Course) -> None:
    there = Course(make_course(course.root / "my course"))
    release(there, "01_tiny")
    copy_missing(there)
    path = there.root / "work/01_tiny/tiny.ipynb"
    path.write_text("{")
    for fails in (lambda: reset(there, "01_tiny", "double"), lambda: grade_own(there, "01_tiny")):
        with pytest.raises(GradbookError) as caught:
            fails()
        command = caught.value.details["next"].partition(", then gradbook lab")[0]
        subprocess.run(shlex.split(command), check=True)
        assert not path.exists()
        path.with_name("tiny.ipynb.broken").rename(path)
    shutil.rmtree(there.root / "assignments")
    with pytest.raises(GradbookError, match="The notebooks of 01_tiny are missing here") as caught:
        reset(there, "01_tiny", "double")
    assert caught.value.details["next"] == HOW_TO_RESTORE
