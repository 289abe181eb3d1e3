"""A class of unusual submissions, graded by our command and by nbgrader's: points, verdicts and notes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.outcome import Result, plain
from autograder.release.build import release as build_release
from gradbook.errors import GradbookError
from tests.hostile.attacks.cells import (
    as_version_3,
    copied_twice,
    retagged,
    split_solution,
    stripped,
    with_tests,
    without,
)
from tests.support.courses import RIGHT, answered, grade_assignment, submit

FULL = {"double": 2, "total": 2, "square": 4}

ENDLESS = "def double(x):\n    while True:\n        pass"
DEAF = """
def double(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""


def with_import(notebook: NotebookNode) -> NotebookNode:
    """Add an import to the first given cell, and use it."""
    next(c for c in notebook.cells if c.id == "imports").source += "\nimport operator"
    next(
        c for c in notebook.cells if c.id == "double"
    ).source = "def double(x):\n    return operator.mul(2, x)"
    return notebook


def submissions(release: Path) -> dict[str, tuple[object, dict[str, float]]]:
    """Return each student's notebook, and the points that it must earn."""

    def right(**changed: str) -> NotebookNode:
        return answered(release, **{**RIGHT, **changed})

    kernel = right()
    kernel.metadata["kernelspec"] = {"name": "python2", "display_name": "Python 2", "language": "python"}
    prints = "import sys\ndef double(x):\n    print('x', file=sys.stderr)\n    return 2 * x"
    forged = """
from IPython.display import display
def double(x):
    answer = {"name": "vector", "weight": 10**400, "relation": {"name": "close", "parameters": {}}}
    display({"application/vnd.gradbook.answer+json": answer}, raw=True)
    return x + 2
"""
    # In the rerun with the reference solution of double, this tries to reveal its source.
    spy = """
def total(x):
    raise ValueError(repr([cell for cell in In if "def double" in cell]))
"""
    return {
        "quits": (right(double="def double(x):\n    return 2 * x\nquit()"), FULL),
        "exits": (right(double="def double(x):\n    exit()"), {"total": 2, "square": 4}),
        "half-character": (
            right(double="def double(x):\n    return 2 * x  # \udc80\nprint('\\udc80')"),
            FULL,
        ),
        "forges": (right(double=forged), {"total": 2, "square": 4}),
        "spies": (right(double="def double(x):\n    return x + 2", total=spy), {"square": 4}),
        "wrong-name": (right(total="def total(x):\n    return dubble(x).sum()"), {"double": 2, "square": 4}),
        "perfect": (right(), FULL),
        "blank": (answered(release), {}),
        "adds-two": (right(double="def double(x):\n    return x + 2"), {"total": 2, "square": 4}),
        "half": (right(double="def double(x):\n    return (2 * x).ravel()"), {**FULL, "double": 1}),
        "loops": (
            # The message quotes the line, and must not let it clear a terminal.
            right(square="def square(x):\n    return np.array([v * v for v in x])  # \x1b[2J\u202e"),
            {"double": 2, "total": 2},
        ),
        "syntax": (right(square="def square(x)\n    return x"), {"double": 2, "total": 2}),
        "dies-early": (right(square="import os\nos._exit(1)"), {"double": 2, "total": 2}),
        "endless": (right(double=ENDLESS), {"total": 2, "square": 4}),
        "deaf": (right(double=DEAF), {"total": 2, "square": 4}),
        "dies": (right(double="import os\ndef double(x):\n    os._exit(1)"), {"total": 2, "square": 4}),
        "warns": (right(double=prints), FULL),
        "big": (right(double="def double(x):\n    return 1e9"), {"total": 2, "square": 4}),
        "edited-tests": (
            with_tests(answered(release), lambda cell: cell.update(source="print('passed')\n2.0")),
            {},
        ),
        "deleted-tests": (without(right(), "double-test", "total-test", "square-test"), FULL),
        "retyped-tests": (with_tests(right(), lambda cell: cell.update(cell_type="markdown")), FULL),
        "solution-tests": (
            with_tests(answered(release), lambda cell: cell.metadata["nbgrader"].update(solution=True)),
            {},
        ),
        "more-points": (with_tests(right(), lambda cell: cell.metadata["nbgrader"].update(points=100)), FULL),
        "copied": (copied_twice(right()), FULL),
        "split": (split_solution(right()), FULL),
        "stripped": (stripped(right()), FULL),
        "retagged": (retagged(right()), FULL),
        "import": (with_import(right()), FULL),
        "kernel": (kernel, FULL),
        "version-3": (as_version_3(right()), FULL),
        "broken": ('{"cells": [', {}),
        "not-utf8": (b'{"cells": ["\xff\xfe"]}', {}),
        "list": ("[1, 2]", {}),
        "quote'\"": (right(), FULL),
        "with space": (right(), FULL),
        "李雷 🙂": (right(), FULL),
        "[glob]*": (right(), FULL),
    }


@pytest.fixture(scope="module")
def graded(shared_course: Course) -> dict[str, Result]:
    """The results of the class, graded by our command."""
    release = shared_course.root / "assignments/01_tiny/tiny.ipynb"
    for student, (notebook, _) in submissions(release).items():
        submit(shared_course.root, student, notebook)  # type: ignore[arg-type]
    submit(shared_course.root, "renamed", answered(release, **RIGHT), "tiny (1).ipynb")
    submit(shared_course.root, "nothing", "no notebook", "readme.txt")
    late = submit(shared_course.root, "strange-files", answered(release, **RIGHT)).parent
    (late / "timestamp.txt").write_text("yesterday evening")
    os.mkfifo(late / "pipe")
    os.mkfifo(submit(shared_course.root, "pipe", answered(release, **RIGHT)).parent / "timestamp.txt")
    students = shared_course.students("01_tiny")
    return {result.student: result for result in grade_assignment(shared_course, "01_tiny", students)}


def deserved(course: Course) -> dict[str, dict[str, float]]:
    release = course.root / "assignments/01_tiny/tiny.ipynb"
    points = {student: points for student, (_, points) in submissions(release).items()}
    return {**points, "renamed": FULL, "nothing": {}, "strange-files": FULL, "pipe": FULL}


def scores(course: Course) -> dict[str, dict[str, object]]:
    """Return the scores in nbgrader's gradebook."""
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        return {
            submission.student.id: {
                grade.name: (grade.auto_score, grade.needs_manual_grade)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions("01_tiny")
        }


def test_every_submission_earns_the_expected_points(shared_course: Course, graded: dict[str, Result]) -> None:
    got = {
        student: {outcome.task: outcome.points for outcome in result.outcomes if outcome.points}
        for student, result in graded.items()
    }
    assert got == deserved(shared_course)


def test_the_gradebook_contains_the_same_points(shared_course: Course, graded: dict[str, Result]) -> None:
    recorded = scores(shared_course)
    for student, result in graded.items():
        for outcome in result.outcomes:
            assert recorded[student][f"{outcome.task}-test"] == (outcome.points, False), student


def test_an_answered_question_needs_manual_grading_and_an_unanswered_one_scores_0(
    shared_course: Course, graded: dict[str, Result]
) -> None:
    recorded = scores(shared_course)
    assert recorded["perfect"]["q-why"] == (None, True)
    assert recorded["blank"]["q-why"] == (0, False)


@pytest.mark.parametrize(
    ("student", "task", "verdict"),
    [
        ("perfect", "double", "right"),
        ("blank", "double", "not started"),
        ("half", "double", "1 of 2 answers right"),
        ("endless", "double", "time limit 3 s"),
        ("deaf", "double", "time limit 3 s"),
        ("dies", "double", "the kernel died"),
        ("loops", "square", "uses a Python loop"),
        ("syntax", "square", "the solution cell raised SyntaxError: expected ':' (line 1 of its cell)"),
        ("dies-early", "square", "the solution cell did not finish: the kernel died"),
        ("broken", "double", "the file could not be read"),
        ("nothing", "double", "not submitted"),
    ],
)
def test_the_verdict_describes_the_cause(
    graded: dict[str, Result], student: str, task: str, verdict: str
) -> None:
    outcome = next(outcome for outcome in graded[student].outcomes if outcome.task == task)
    assert outcome.verdict.startswith(verdict)


def test_a_known_mistake_is_identified_and_costs_only_its_own_task(graded: dict[str, Result]) -> None:
    double, total, square = graded["adds-two"].outcomes
    assert double.mistake == "Two is added, not multiplied by."
    assert double.message == "Doubling is a product."
    assert total.is_full
    assert total.with_reference == ["double"]
    assert square.with_reference == []


def test_a_syntax_error_is_not_taken_for_a_known_mistake(graded: dict[str, Result]) -> None:
    assert graded["syntax"].outcomes[2].mistake is None


def _know_mistakes(course: Course, *names: str, body: str) -> None:
    """Replace the known mistakes of the course by functions for `double` with this body."""
    functions = [
        f'@mistake("double")\ndef {name}(x):\n    """Known as {name}."""\n    {body}' for name in names
    ]
    text = "\n\n\n".join(["from autograder.grading.mistakes import mistake", *functions])
    (course.root / "source_solutions/01_tiny/mistakes/tiny.py").write_text(text)


def test_a_submission_without_answers_matches_no_mistake_without_answers(course: Course) -> None:
    _know_mistakes(course, "stops", body="raise KeyboardInterrupt")
    double = "def double(x):\n    raise KeyboardInterrupt"
    submit(course.root, "li", answered(course.root / "assignments/01_tiny/tiny.ipynb", double=double))
    (result,) = grade_assignment(course, "01_tiny", ["li"])
    assert (result.outcomes[0].verdict, result.outcomes[0].mistake) == ("no answer recorded", None)


def test_mistakes_that_end_their_process_cost_nothing(course: Course) -> None:
    _know_mistakes(course, *(f"dies_{n}" for n in range(10)), body="import os; os._exit(1)")
    submit(course.root, "li", answered(course.root / "assignments/01_tiny/tiny.ipynb", **RIGHT))
    (result,) = grade_assignment(course, "01_tiny", ["li"])
    assert all(outcome.is_full for outcome in result.outcomes)


def test_a_broken_rule_is_identified(graded: dict[str, Result]) -> None:
    square = graded["loops"].outcomes[2]
    assert square.mistake == "There is a loop."
    assert "list comprehension in square" in str(square.message)
    assert "[2J" in str(square.message)
    assert square.message == plain(str(square.message))


@pytest.mark.parametrize(
    ("student", "note"),
    [
        ("broken", "not JSON"),
        ("not-utf8", "not UTF-8"),
        ("list", "contains no cells"),
        ("edited-tests", "was changed; the original was used"),
        ("deleted-tests", "was missing; it was restored"),
        ("split", "the texts were joined"),
        ("renamed", "tiny (1).ipynb was graded as tiny.ipynb"),
        ("nothing", "was not submitted"),
    ],
)
def test_unusual_submissions_have_notes(graded: dict[str, Result], student: str, note: str) -> None:
    assert any(note in line for line in graded[student].notes), graded[student].notes


def test_feedback_shows_verdicts_but_no_hidden_lines(
    shared_course: Course, graded: dict[str, Result]
) -> None:
    pages = {
        path.parts[-3]: path.read_text() for path in shared_course.root.glob("feedback/*/01_tiny/tiny.html")
    }
    assert set(pages) == set(graded) - {"nothing"}
    for student, page in pages.items():
        assert "hidden_x" not in page, student
        assert "hidden_rng" not in page, student
        assert "twice_as_much" not in page, student
    assert "Two is added, not multiplied by." in pages["adds-two"]
    assert "Graded with the reference solution of double" in pages["adds-two"]
    assert "About this submission" in pages["broken"]


@pytest.mark.slow
def test_nbgraders_own_commands_give_the_same_scores_and_pages(
    shared_course: Course, graded: dict[str, Result], tmp_path: Path
) -> None:
    # nbgrader itself reads student ids as patterns, and ignores a folder without notebooks.
    # It would also block on a pipe, and stop at an invalid timestamp.
    beyond_nbgrader = {"[glob]*", "nothing", "strange-files", "pipe"}
    ours = {
        student: grades for student, grades in scores(shared_course).items() if student not in beyond_nbgrader
    }
    twin = Course(tmp_path / "twin")
    left_out = beyond_nbgrader | {"gradebook.db", "autograded", "feedback"}
    shutil.copytree(shared_course.root, twin.root, ignore=lambda _, names: left_out & set(names))
    for command in ("autograde", "generate_feedback"):
        run = subprocess.run(["nbgrader", command, "01_tiny"], cwd=twin.root, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr[-2000:]
    assert scores(twin) == ours
    for student in ours:
        page = f"feedback/{student}/01_tiny/tiny.html"
        assert _text(shared_course.root / page) == _text(twin.root / page), student


def _text(page: Path) -> str:
    """Return a page without the numbers of IPython's temporary files."""
    return re.sub(r"(ipykernel_)?\d+(/\d+)?\.py", "cell.py", page.read_text())


def test_a_regrade_keeps_manual_grades_and_deletes_outdated_pages(course: Course) -> None:
    release = course.root / "assignments/01_tiny/tiny.ipynb"
    submitted = submit(course.root, "li", answered(release, **RIGHT))
    list(grade_assignment(course, "01_tiny", ["li"]))
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        gradebook.find_grade("q-why", "tiny", "01_tiny", "li").manual_score = 1
        gradebook.find_comment("q-why", "tiny", "01_tiny", "li").manual_comment = "Well said."
        gradebook.db.commit()
    submit(course.root, "li", answered(release, **{**RIGHT, "double": "def double(x): return x + 2"}))
    list(grade_assignment(course, "01_tiny", ["li"]))
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        notebook = gradebook.find_submission_notebook("tiny", "01_tiny", "li")
        assert notebook.score == 7
        assert [comment.manual_comment for comment in notebook.comments if comment.name == "q-why"] == [
            "Well said."
        ]
    page = course.root / "feedback/li/01_tiny/tiny.html"
    assert "Well said." in page.read_text()
    submitted.unlink()
    (result,) = grade_assignment(course, "01_tiny", ["li"])
    assert result.points == 0
    assert not page.exists()


def test_a_late_submission_gets_the_penalty_of_the_plugin(course: Course) -> None:
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    release = course.root / "assignments/01_tiny/tiny.ipynb"
    for student, day in {"early": 1, "late": 3}.items():
        folder = submit(course.root, student, answered(release, **RIGHT)).parent
        (folder / "timestamp.txt").write_text(f"2026-01-0{day} 10:00:00 UTC")
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        gradebook.update_or_create_assignment("01_tiny", duedate="2026-01-02 10:00:00 UTC")
    list(grade_assignment(course, "01_tiny", ["early", "late"]))
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        penalties = {
            submission.student.id: submission.notebooks[0].late_submission_penalty
            for submission in gradebook.assignment_submissions("01_tiny")
        }
    assert penalties == {"early": None, "late": 8}


def change_source(course: Course, old: str, new: str) -> None:
    source = course.root / "source_solutions/01_tiny/tiny.ipynb"
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "cell"),
    [
        ('"points": 4', '"points": 5', "square-test"),
        ("Numbers.", "Other numbers.", "title"),
        ("[2, 6]", "[2, 7]", "double-test"),
        ("Return twice x", "Return x twice", "double"),
    ],
)
def test_a_release_that_does_not_match_its_source_is_detected(
    course: Course, old: str, new: str, cell: str
) -> None:
    submit(course.root, "li", answered(course.root / "assignments/01_tiny/tiny.ipynb", **RIGHT))
    change_source(course, old, new)
    with pytest.raises(GradbookError, match="does not match its source") as caught:
        list(grade_assignment(course, "01_tiny", ["li"]))
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        assert gradebook.find_assignment("01_tiny").max_score == 9
    assert caught.value.details["got"] == f"a difference in the cell {cell}"
    assert caught.value.details["next"] == "gradbook release 01_tiny"


def test_changed_points_are_updated_in_the_gradebook(course: Course) -> None:
    submit(course.root, "li", answered(course.root / "assignments/01_tiny/tiny.ipynb", **RIGHT))
    list(grade_assignment(course, "01_tiny", ["li"]))
    change_source(course, '"points": 4', '"points": 10')
    build_release(course, "01_tiny")
    list(grade_assignment(course, "01_tiny", ["li"]))
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        notebook = gradebook.find_submission_notebook("tiny", "01_tiny", "li")
        assert (notebook.score, notebook.max_score) == (14, 15)


def test_changed_task_ids_after_grading_are_refused(course: Course) -> None:
    submit(course.root, "li", answered(course.root / "assignments/01_tiny/tiny.ipynb", **RIGHT))
    list(grade_assignment(course, "01_tiny", ["li"]))
    before = (course.root / "assignments/01_tiny/tiny.ipynb").read_bytes()
    change_source(course, '"grade_id": "q-why"', '"grade_id": "q-because"')
    with pytest.raises(GradbookError, match="were added or removed after it was first graded") as caught:
        build_release(course, "01_tiny")
    assert (course.root / "assignments/01_tiny/tiny.ipynb").read_bytes() == before
    # The message suggests a command that works, after a description of its consequences.
    cost, _, command = caught.value.details["next"].partition(": ")
    assert "deletes all its grades, manual ones too" in cost
    subprocess.run(command, shell=True, cwd=course.root, check=True, capture_output=True)
    assert build_release(course, "01_tiny").changed == ["tiny.ipynb"]


def test_a_failure_of_nbgrader_is_reported_with_its_place_and_the_next_step(course: Course) -> None:
    config = course.root / "nbgrader_config.py"
    before = config.read_text()
    config.write_text(f"{before}c.ClearSolutions.code_stub = {{'r': 'stop()'}}\n")
    with pytest.raises(GradbookError, match="nbgrader could not process 01_tiny") as caught:
        build_release(course, "01_tiny")
    assert caught.value.details == {
        "where": str(course.root / "source_solutions/01_tiny"),
        "got": "ValueError: language 'python' has not been specified in ClearSolutions.code_stub",
        "next": "fix the problem in the notebook or in nbgrader_config.py; then repeat the command",
    }
    config.write_text(before)
    assert build_release(course, "01_tiny").changed == []
