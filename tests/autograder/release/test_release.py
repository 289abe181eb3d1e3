"""A release contains only what students may see, is reproducible, and refuses invalid sources."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.release.build import release
from autograder.release.lint import lint_release
from gradbook.errors import GradbookError
from tests.support.courses import first, make_course, source_notebook


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_release_has_the_same_bytes(course: Course) -> None:
    before = contents(course.root / "assignments")
    (course.root / "gradebook.db").unlink()
    assert release(course, "01_tiny").changed == []
    assert contents(course.root / "assignments") == before


def test_a_release_in_another_folder_has_the_same_bytes(course: Course, tmp_path: Path) -> None:
    other = Course(make_course(tmp_path / "elsewhere"))
    release(other, "01_tiny")
    assert contents(other.root / "assignments") == contents(course.root / "assignments")


def test_a_release_needs_no_activated_environment(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    (course.root / "gradebook.db").unlink()
    monkeypatch.setenv("PATH", os.defpath)
    assert release(course, "01_tiny").changed == []


def test_students_get_only_stubs_and_visible_checks(course: Course) -> None:
    text = (course.root / "assignments/01_tiny/tiny.ipynb").read_text()
    assert "raise NotImplementedError" in text
    assert "check_close" in text
    assert "write your answer." in text
    for secret in ("twice_as_much", "hidden_rng", "BEGIN", "answer(", "each of its terms"):
        assert secret not in text
    assert contents(course.root / "assignments").keys() == {"01_tiny/tiny.ipynb"}


def test_a_release_deletes_files_that_are_not_in_the_source(course: Course) -> None:
    stale = course.root / "assignments/01_tiny/stale.txt"
    stale.write_text("old")
    assert release(course, "01_tiny").changed == ["stale.txt"]
    assert not stale.exists()


def without_answer(notebook: NotebookNode) -> None:
    cell = first(notebook, "double-test")
    cell.source = "\n".join(line for line in cell.source.splitlines() if "answer(" not in line)


def trailing(notebook: NotebookNode) -> None:
    first(notebook, "double-test").source += "\n1.0"


def duplicate_task(notebook: NotebookNode) -> None:
    first(notebook, "total").metadata["nbgrader"]["grade_id"] = "double"


def without_id(notebook: NotebookNode) -> None:
    notebook.cells[1].pop("id")


def stale_output(notebook: NotebookNode) -> None:
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="hello")]


def unmarked_solution(notebook: NotebookNode) -> None:
    cell = first(notebook, "double")
    cell.source = cell.source.replace("### BEGIN SOLUTION", "").replace("### END SOLUTION", "")


def solution_elsewhere(notebook: NotebookNode) -> None:
    notebook.cells[1].source += "\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION"


def answer_commented_out(notebook: NotebookNode) -> None:
    cell = first(notebook, "double-test")
    cell.source = cell.source.replace("answer(", "# answer(")


def same_answer_twice(notebook: NotebookNode) -> None:
    cell = first(notebook, "double-test")
    cell.source = cell.source.replace('"matrix"', '"vector"')


def another_tasks_answers(notebook: NotebookNode) -> None:
    cell = first(notebook, "double-test")
    cell.source = cell.source.replace('@answers("double")', '@answers("total")')


def statement_outside_a_test(notebook: NotebookNode) -> None:
    cell = first(notebook, "double-test")
    cell.source = cell.source.replace("@task", "x = 3\n@task")


def variable_in_a_test(notebook: NotebookNode) -> None:
    first(notebook, "imports").source += "\nscale = 2"
    cell = first(notebook, "double-test")
    cell.source = cell.source.replace("hidden_x.reshape", "scale * hidden_x.reshape")


def variable_behind_a_given_function(notebook: NotebookNode) -> None:
    first(notebook, "imports").source += "\nscale = 2\n@given\ndef scaled(x):\n    return scale * x"
    cell = first(notebook, "double-test")
    cell.source = cell.source.replace("double(hidden_x)", "double(scaled(hidden_x))")


def solution_called_like_a_check(notebook: NotebookNode) -> None:
    first(notebook, "double").source = first(notebook, "double").source.replace("double", "close")


def syntax_error(notebook: NotebookNode) -> None:
    first(notebook, "double-test").source += "\nx = = 1"


def two_functions(notebook: NotebookNode) -> None:
    first(notebook, "double").source += "\ndef helper(): pass"


def no_end(notebook: NotebookNode) -> None:
    cell = first(notebook, "double-test")
    cell.source = cell.source.replace("### END HIDDEN TESTS", "")


def visible_expression(notebook: NotebookNode) -> None:
    cell = first(notebook, "double-test")
    cell.source = cell.source.replace("### BEGIN HIDDEN TESTS", "double(3)\n### BEGIN HIDDEN TESTS")


def declares(name: str, value: object) -> Callable[[NotebookNode], None]:
    def spoil(notebook: NotebookNode) -> None:
        first(notebook, "double-test").metadata["autograder"] = {name: value}

    return spoil


def worth(points: object) -> Callable[[NotebookNode], None]:
    def spoil(notebook: NotebookNode) -> None:
        first(notebook, "double-test").metadata["nbgrader"]["points"] = points

    return spoil


def test_a_refusal_says_that_nothing_was_changed(course: Course) -> None:
    notebook = source_notebook()
    stale_output(notebook)
    nbformat.write(notebook, course.root / "source_solutions/01_tiny/tiny.ipynb")
    first(notebook, "double-test").metadata["nbgrader"]["points"] = 5
    nbformat.write(notebook, course.root / "source_solutions/01_tiny/tiny.ipynb")
    with pytest.raises(GradbookError, match="The existing release is unchanged"):
        release(course, "01_tiny")
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        assert gradebook.find_assignment("01_tiny").max_score == 9
    assert set(course.root.glob(".release-*")) == set()


@pytest.mark.parametrize(
    ("spoil", "finding"),
    [
        (without_answer, "double-test: records no answer()"),
        (trailing, "double-test: ends in an expression"),
        (duplicate_task, "the task id 'double' occurs 2 times"),
        (without_id, "has no id"),
        (stale_output, "imports: has a stale output"),
        (unmarked_solution, "double: is a solution cell without ### BEGIN SOLUTION"),
        (solution_elsewhere, "imports: contains a solution"),
        (answer_commented_out, "double-test: records no answer()"),
        (same_answer_twice, "double-test: records 2 answers named 'vector'"),
        (another_tasks_answers, "has a test of 'total'; its task is 'double'"),
        (statement_outside_a_test, "runs 'x = 3' among the student's names"),
        (variable_in_a_test, "uses 'scale': a student's variable could replace it"),
        (variable_behind_a_given_function, "uses 'scaled', which uses 'scale': a student's variable"),
        (solution_called_like_a_check, "defines 'close', which in tests means something else"),
        (syntax_error, "double-test: is not valid Python"),
        (two_functions, "double: contains 2 functions"),
        (no_end, "double-test: has BEGIN HIDDEN TESTS without END HIDDEN TESTS"),
        (visible_expression, "double-test: ends in an expression"),
        (declares("loop", False), "called 'loop'. Did you mean 'loops'?"),
        (declares("timeout", "3"), "a number of seconds"),
        (declares("timeout", True), "a number of seconds"),
        (declares("needs", "total"), "a list of task ids"),
        (worth(0), "are invalid"),
        (worth("2"), "are invalid"),
    ],
)
def test_an_unsound_source_is_refused(
    course: Course, spoil: Callable[[NotebookNode], None], finding: str
) -> None:
    before = contents(course.root / "assignments")
    notebook = source_notebook()
    spoil(notebook)
    (course.root / "source_solutions/01_tiny/tiny.ipynb").write_text(json.dumps(notebook))
    with pytest.raises(GradbookError) as caught:
        release(course, "01_tiny")
    assert finding in str(caught.value)
    assert contents(course.root / "assignments") == before


def test_solutions_that_survive_into_a_release_are_found(course: Course) -> None:
    source = source_notebook()
    leaked = nbformat.read(course.root / "assignments/01_tiny/tiny.ipynb", as_version=4)
    leaked.cells[0].source += "\nThe first line is\n    twice_as_much = 2 * x"
    leaked.cells[1].source += "\nanswer('dx', lambda: 1)\n### BEGIN HIDDEN TESTS"
    folder = course.root / "assignments/01_tiny"
    (folder / "reference").mkdir()
    (folder / "reference/model.npz").write_bytes(b"")
    found = {str(f) for f in lint_release(folder, {"tiny": source}, {"tiny": leaked})}
    assert "tiny, cell title: a solution line survived: twice_as_much = 2 * x" in found
    assert "tiny, cell imports: a hidden answer survived" in found
    assert "tiny, cell imports: a solution or hidden-test mark survived" in found
    assert "reference: must never be released" in found


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("def f(x): return x", "does not name the task that it solves"),
        ("@mistake('dubble')\ndef f(x):\n    'Wrong.'\n    return x", "not a task"),
        ("@mistake('double')\ndef f(x): return x", "has no message for the student"),
        ("@mistake('double')\ndef f(x):\n    'Wrong.'\n" * 2, "Two functions are called f"),
        ("class F: pass", "is not a solution, and would never be used"),
        ("def f(x) return", "is not valid Python"),
    ],
)
def test_mistakes_that_solve_no_task_are_refused(course: Course, text: str, what: str) -> None:
    (course.root / "source_solutions/01_tiny/mistakes/tiny.py").write_text(text)
    with pytest.raises(GradbookError, match=what):
        release(course, "01_tiny")


def test_cyclic_needs_are_refused(course: Course) -> None:
    notebook = source_notebook()
    first(notebook, "double-test").metadata["autograder"]["needs"] = ["total"]
    nbformat.write(notebook, course.root / "source_solutions/01_tiny/tiny.ipynb")
    with pytest.raises(GradbookError, match="needs itself"):
        release(course, "01_tiny")


def test_a_need_that_is_not_a_task_is_reported(course: Course) -> None:
    notebook = source_notebook()
    first(notebook, "double-test").metadata["autograder"]["needs"] = ["total"]
    first(notebook, "total-test").metadata["autograder"]["needs"] = ["treble"]
    nbformat.write(notebook, course.root / "source_solutions/01_tiny/tiny.ipynb")
    with pytest.raises(GradbookError, match="'total' needs 'treble', which is not a task"):
        release(course, "01_tiny")


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"cells": [{}]}', '{"cells": 3}', '{"cells": [{"source": ""}]}']
)
def test_a_source_that_is_not_a_notebook_is_reported(course: Course, text: str) -> None:
    (course.root / "source_solutions/01_tiny/tiny.ipynb").write_text(text)
    with pytest.raises(GradbookError, match=r"tiny\.ipynb is not a notebook"):
        release(course, "01_tiny")
