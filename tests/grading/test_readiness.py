"""Before handing in: what would be lost is told, and the solutions need not be there."""

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
from autograder.errors import AutograderError
from autograder.grading.engine import grade_own
from autograder.grading.readiness import look
from autograder.lab import copy_missing
from autograder.notebook import save_model
from autograder.release.build import release
from autograder.reset import reset
from tests.courses import CENTRES, RIGHT, answered, make_course, source_notebook, with_weights

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(course: Course) -> Course:
    """A course as a student has it: no sources, and a copy in work/."""
    copy_missing(course)
    shutil.rmtree(course.root / "source_solutions")
    return course


def write(course: Course, notebook: NotebookNode, name: str = "tiny.ipynb") -> None:
    nbformat.write(notebook, course.root / "work/01_tiny" / name)


def states(course: Course) -> dict[str, str]:
    return {task.task: task.state for task in look(course, "01_tiny").tasks}


def test_each_task_says_where_it_stands(copy: Course, monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert "2 of 4 tasks and questions done. Its files are in order." in done.output


def test_what_would_be_lost_is_told(copy: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = answered(copy.root / "assignments/01_tiny/tiny.ipynb", **RIGHT)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "total"]
    checks = next(cell for cell in notebook.cells if cell.id == "double-test")
    checks.source = "pass"
    (copy.root / "work/01_tiny/tiny.ipynb").unlink()
    write(copy, notebook, "tiny (1).ipynb")
    found = look(copy, "01_tiny")
    assert list(found.problems) == [
        "tiny (1).ipynb is to be called tiny.ipynb",
        "tiny.ipynb: the cell of total is gone; autograder reset brings it back, empty",
    ]
    assert list(found.notes) == [
        "tiny.ipynb: The graded cell `double-test` was changed; the original was used."
    ]
    # The original check is what runs.
    assert {task.task: task.state for task in found.tasks}["double"] == "checks passed"
    monkeypatch.chdir(copy.root)
    assert CliRunner().invoke(app, ["check", "01_tiny", "--before-submitting", "--json"]).exit_code == 1


def test_what_students_put_into_cells_of_their_own_counts_as_in_grading(copy: Course) -> None:
    released = copy.root / "assignments/01_tiny/tiny.ipynb"
    notebook = answered(released, double="def double(x):\n    return helped(x)", total=RIGHT["total"])
    notebook.cells.insert(2, nbformat.v4.new_code_cell("def helped(x):\n    return 2 * x"))
    again = next(cell for cell in notebook.cells if cell.id == "total")
    stub = next(cell for cell in nbformat.read(released, as_version=4).cells if cell.id == "total")
    stub.id = "copied"
    notebook.cells.append(stub)
    again.metadata = {}  # its function's name still says which it is
    write(copy, notebook)
    found = look(copy, "01_tiny")
    assert list(found.problems) == []
    assert {task.task: task.state for task in found.tasks}["double"] == "checks passed"
    assert {task.task: task.state for task in found.tasks}["total"] == "checks passed"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', "\ud800".encode("utf-8", "replace")])
def test_a_file_that_is_no_notebook_is_told(copy: Course, content: str | bytes) -> None:
    path = copy.root / "work/01_tiny/tiny.ipynb"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = look(copy, "01_tiny")
    assert found.problems[0].startswith("tiny.ipynb cannot be read")
    assert {task.state for task in found.tasks} == {"cannot be read"}


def test_weights_are_looked_at(tmp_path: object, course: Course) -> None:
    root = make_course(course.root / "weighty", with_weights(source_notebook()))
    there = Course(root)
    release(there, "01_tiny")
    copy_missing(there)
    missing = "model.npz: is not there yet; run the cell that trains trained, then save_model writes it"
    assert missing in look(there, "01_tiny").problems
    (root / "work/01_tiny/model.npz").write_bytes(b"PK, but no archive")
    assert any(problem.startswith("model.npz: ") for problem in look(there, "01_tiny").problems)
    save_model(root / "work/01_tiny/model.npz", {"W": CENTRES}, "Blobs-3")
    assert look(there, "01_tiny").problems == []


def test_a_task_can_be_started_again_and_nothing_is_lost(
    copy: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    handed_out = {cell.id: cell for cell in nbformat.read(released, as_version=4).cells}
    assert now["double"]["source"] in (
        handed_out["double"].source,
        handed_out["double"].source.splitlines(True),
    )
    assert "".join(now["total"]["source"]) == RIGHT["total"]
    wrong = CliRunner().invoke(app, ["reset", "01_tiny", "dubble"])
    assert "There is no task of 01_tiny 'dubble'. Did you mean 'double'?" in str(wrong.exception)


def test_a_copy_of_the_cell_goes_too_and_two_resets_keep_two_notebooks(copy: Course) -> None:
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


def test_a_cell_that_is_gone_comes_back_in_its_place(copy: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = answered(copy.root / "assignments/01_tiny/tiny.ipynb", **RIGHT)
    notebook.cells = [cell for cell in notebook.cells if cell.id not in ("total", "total-test")]
    write(copy, notebook)
    monkeypatch.chdir(copy.root)
    assert CliRunner().invoke(app, ["reset", "01_tiny", "total"]).exit_code == 0
    ids = [cell.id for cell in nbformat.read(copy.root / "work/01_tiny/tiny.ipynb", as_version=4).cells]
    assert ids == [cell.id for cell in nbformat.read(copy.root / "assignments/01_tiny/tiny.ipynb", 4).cells]


def test_half_a_character_that_was_pasted_in_stands_in_no_ones_way(copy: Course) -> None:
    path = copy.root / "work/01_tiny/tiny.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"].append({"cell_type": "markdown", "id": "half", "metadata": {}, "source": "\ud83d café"})
    path.write_text(json.dumps(notebook))
    reset(copy, "01_tiny", "double")
    now = json.loads(path.read_text(encoding="utf-8"))
    assert now["cells"][-1]["source"] == "\ud83d café"


def test_what_is_said_to_type_works_in_a_folder_whose_name_has_a_blank(course: Course) -> None:
    there = Course(make_course(course.root / "my course"))
    release(there, "01_tiny")
    copy_missing(there)
    path = there.root / "work/01_tiny/tiny.ipynb"
    path.write_text("{")
    for fails in (lambda: reset(there, "01_tiny", "double"), lambda: grade_own(there, "01_tiny")):
        with pytest.raises(AutograderError) as caught:
            fails()
        command = caught.value.details["next"].partition(", then autograder lab")[0]
        subprocess.run(shlex.split(command), check=True)
        assert not path.exists()
        path.with_name("tiny.ipynb.broken").rename(path)
    shutil.rmtree(there.root / "assignments")
    with pytest.raises(AutograderError, match="The notebooks of 01_tiny are not here") as caught:
        reset(there, "01_tiny", "double")
    assert caught.value.details["next"] == HOW_TO_RESTORE
