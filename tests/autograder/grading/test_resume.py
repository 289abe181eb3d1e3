"""Regrading a class: unchanged results and manual grades are kept, and a kill loses no finished work."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.grading import engine
from autograder.grading.gradebook import history
from autograder.grading.gradebook.fingerprint import Fingerprint, hash_submission
from autograder.grading.notebook_spec import assignment_seed
from autograder.outcome import Result, ScoreChange
from autograder.release.build import release as build_release
from autograder.reports.terminal import changes, tally
from tests.support import courses
from tests.support.courses import RIGHT, answered, grade_assignment, submit

RELEASE = "assignments/01_tiny/tiny.ipynb"
COMMAND = [sys.executable, "-m", "autograder", "grade", "01_tiny"]
WRONG = {**RIGHT, "double": "def double(x): return x + 2"}


def grade(course: Course, **options: Any) -> dict[str, Result]:
    students = course.students("01_tiny")
    return {result.student: result for result in grade_assignment(course, "01_tiny", students, **options)}


def graded(course: Course, **options: Any) -> set[str]:
    """Grade, and return the students who were graded again."""
    return {student for student, result in grade(course, **options).items() if not result.is_unchanged}


def gradebook(course: Course) -> Gradebook:
    return Gradebook(f"sqlite:///{course.root}/gradebook.db", "")


def scores(course: Course) -> dict[str, dict[str, Any]]:
    with gradebook(course) as book:
        return {
            submission.student.id: {
                grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in book.assignment_submissions("01_tiny")
        }


def recorded(course: Course) -> dict[str, Any]:
    """Return all results of grading, without timestamps."""
    cells = {
        str(path.relative_to(course.root)): json.loads(path.read_text())["cells"]
        for path in course.root.glob("autograded/*/*/*.ipynb")
    }
    pages = {str(path.relative_to(course.root)) for path in course.root.glob("feedback/*/*/*.html")}
    return {"scores": scores(course), "cells": cells, "pages": pages}


def a_class(course: Course, number: int) -> None:
    for one in range(number):
        submit(
            course.root, f"li-{one}", answered(course.root / RELEASE, **(WRONG if one % 3 == 2 else RIGHT))
        )


@pytest.fixture(scope="module")
def class_of_two(shared_course: Course) -> Course:
    a_class(shared_course, 1)
    submit(shared_course.root, "nothing", "no notebook", "readme.txt")
    assert graded(shared_course) == {"li-0", "nothing"}
    return shared_course


def test_an_unchanged_submission_is_not_graded_again_and_has_the_same_result(class_of_two: Course) -> None:
    before = recorded(class_of_two)
    results = grade(class_of_two)
    assert all(result.is_unchanged for result in results.values())
    assert results["li-0"].points == 8
    assert [outcome.verdict for outcome in results["li-0"].outcomes] == ["right"] * 3
    assert results["nothing"].notes == ["tiny.ipynb was not submitted; the submission holds readme.txt"]
    assert recorded(class_of_two) == before


def _change_source(course: Course) -> None:
    path = course.root / "source_solutions/01_tiny/tiny.ipynb"
    path.write_text(path.read_text().replace("Numbers.", "Other numbers."))
    build_release(course, "01_tiny")


def _change_due_date(course: Course) -> None:
    with gradebook(course) as book:
        book.update_or_create_assignment("01_tiny", duedate="2031-01-02 10:00:00 UTC")


def _append(path: str, text: str) -> Callable[[Course], object]:
    def append(course: Course) -> None:
        with (course.root / path).open("a") as file:
            file.write(text)

    return append


def _remove(path: str) -> Callable[[Course], object]:
    return lambda course: shutil.rmtree(course.root / path)


BOTH = {"li-0", "nothing"}


@pytest.mark.parametrize(
    ("change", "whom"),
    [
        (_append("submitted/li-0/01_tiny/tiny.ipynb", "\n"), {"li-0"}),
        (_append("submitted/nothing/01_tiny/model.npz", "x"), {"nothing"}),
        (_append("submitted/li-0/01_tiny/timestamp.txt", "2026-01-01 10:00:00 UTC"), {"li-0"}),
        (_append("source_solutions/01_tiny/mistakes/tiny.py", "\n\nimport math\n"), set()),
        (_append("nbgrader_config.py", "\nc.GradingExecute.timeout = 55\n"), BOTH),
        (_change_source, BOTH),
        (_change_due_date, BOTH),
        (lambda course: assignment_seed(course, "01_tiny", new=True), BOTH),
        (_remove("feedback/li-0"), {"li-0"}),
        (_remove("autograded/li-0"), {"li-0"}),
        (_remove("autograded/nothing"), {"nothing"}),
    ],
    ids=["file", "more", "time", "import", "limit", "source", "due", "seed", "page", "graded", "folder"],
)
def test_a_change_of_anything_a_grade_depends_on_causes_a_regrade(
    class_of_two: Course,
    tmp_path: Path,
    change: Callable[[Course], object],
    whom: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    course = Course(tmp_path / "course")
    shutil.copytree(class_of_two.root, course.root)
    change(course)
    asked: list[str] = []

    def instead(_course: Course, _assignment: str, students: list[str], *_how: object) -> list[Result]:
        asked.extend(students)
        return []

    monkeypatch.setattr(engine, "grade_students", instead)
    grade(course)
    assert set(asked) == whom


@pytest.mark.slow
def test_a_regrade_reports_changed_scores_and_force_grades_all(course: Course) -> None:
    a_class(course, 2)
    first = subprocess.run(COMMAND, cwd=course.root, capture_output=True, text=True)
    assert "2 graded" in first.stdout, first.stderr
    assert "→" not in first.stdout
    submit(course.root, "li-0", answered(course.root / RELEASE, **WRONG))
    second = subprocess.run(COMMAND, cwd=course.root, capture_output=True, text=True)
    reason = "Graded again: 1 submission, because the submission has changed."
    assert f"li-0: double 2 → 0\n{reason}\n1 unchanged, 1 graded\n" in second.stdout, second.stderr
    third = subprocess.run([*COMMAND, "--force", "--json"], cwd=course.root, capture_output=True, text=True)
    printed = json.loads(third.stdout)
    assert [(one["unchanged"], one["changes"], one["points"]) for one in printed] == [
        (False, [], 6),
        (False, [], 8),
    ]
    assert [one["graded_again"] for one in printed] == ["--force", "--force"]
    assert [one["graded_again"] for one in first_time(course)] == [None]


def first_time(course: Course) -> list[dict[str, Any]]:
    """Return what `--force` prints for a submission that was never graded."""
    submit(course.root, "zhou", answered(course.root / RELEASE, **RIGHT))
    command = [*COMMAND, "--force", "--json", "--student", "zhou"]
    run = subprocess.run(command, cwd=course.root, capture_output=True, text=True)
    return json.loads(run.stdout)  # type: ignore[no-any-return]


@pytest.mark.parametrize("part", ["submission", "assignment", "settings", "grader"])
def test_the_reason_to_grade_again_is_the_part_that_changed(part: str) -> None:
    now = Fingerprint("a", "b", "c", "d")
    before = replace(now, **{part: "other"})
    assert before.digest != now.digest
    assert part in now.what_changed(asdict(before))


@pytest.mark.slow
def test_grading_by_nbgraders_own_command_is_detected(course: Course) -> None:
    a_class(course, 1)
    assert graded(course) == {"li-0"}
    run = subprocess.run(
        ["nbgrader", "autograde", "01_tiny", "--force"], cwd=course.root, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert graded(course) == {"li-0"}
    assert graded(course) == set()


@pytest.mark.slow
def test_manual_grades_survive_every_regrade(course: Course) -> None:
    submit(course.root, "li", answered(course.root / RELEASE, **RIGHT))
    grade(course)
    with gradebook(course) as book:
        book.find_grade("q-why", "tiny", "01_tiny", "li").manual_score = 0.5
        book.find_grade("square-test", "tiny", "01_tiny", "li").manual_score = 3
        book.find_grade("total-test", "tiny", "01_tiny", "li").extra_credit = 1
        book.find_comment("q-why", "tiny", "01_tiny", "li").manual_comment = "Half of it."
        book.db.commit()
    # Unchanged, forced, another text, another seed, no submission, and back.
    for number, step in enumerate((RIGHT, RIGHT, WRONG, RIGHT, None, RIGHT)):
        path = course.root / "submitted/li/01_tiny/tiny.ipynb"
        if step is None:
            path.rename(path.with_name("readme.txt"))
        else:
            submit(course.root, "li", answered(course.root / RELEASE, **step))
        if number == 3:
            assignment_seed(course, "01_tiny", new=True)
        grade(course, force=number == 1)
        with gradebook(course) as book:
            grades = {
                grade.name: grade for grade in book.find_submission_notebook("tiny", "01_tiny", "li").grades
            }
            assert grades["q-why"].manual_score == 0.5
            assert grades["square-test"].manual_score == 3
            assert grades["total-test"].extra_credit == 1
            assert book.find_comment("q-why", "tiny", "01_tiny", "li").manual_comment == "Half of it."


def test_grades_and_fingerprints_are_written_together_or_not_at_all(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_class(course, 1)
    grade(course)
    before = recorded(course)
    submit(course.root, "li-0", answered(course.root / RELEASE, **WRONG))
    with monkeypatch.context() as patch:
        patch.setattr(history, "add", lambda *_: 1 / 0)
        assert grade(course)["li-0"].failure == "ZeroDivisionError: division by zero"
    assert recorded(course) == before
    with monkeypatch.context() as patch:
        patch.setattr(courses, "write_feedback", lambda *_: 1 / 0)
        assert grade(course)["li-0"].failure == "ZeroDivisionError: division by zero"
    # The scores are stored, but the page is not, so the submission counts as not graded.
    assert scores(course)["li-0"]["double-test"][0] == 0
    assert graded(course) == {"li-0"}
    assert graded(course) == set()


@pytest.mark.slow
def test_a_kill_loses_at_most_the_submissions_in_progress(course: Course, tmp_path: Path) -> None:
    a_class(course, 6)
    # Draw the seed first, so that both courses have the same.
    assignment_seed(course, "01_tiny")
    twin = Course(tmp_path / "twin")
    shutil.copytree(course.root, twin.root)
    grade(twin, workers=2)
    undisturbed = recorded(twin)
    done: set[str] = set()
    for at_least in (1, 4):
        process = subprocess.Popen(
            [*COMMAND, "--workers", "2"],
            cwd=course.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        family = _wait_for(course, process, at_least)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        # Neither workers nor kernels outlive the process.
        _, alive = psutil.wait_procs(family, timeout=30)
        assert alive == []
        done = _complete(course)
        assert len(done) >= at_least
        assert len(done) < 6
    last = subprocess.run([*COMMAND, "--json"], cwd=course.root, capture_output=True, text=True)
    printed = {one["student"]: one for one in json.loads(last.stdout)}
    unchanged = {student for student, one in printed.items() if one["unchanged"]}
    assert unchanged <= done
    # The page is written in the second to last step, so the kill may have come before the last one.
    assert len(done - unchanged) <= 1
    assert len(printed) == 6
    assert recorded(course) == undisturbed
    assert not list(course.root.glob("autograded/*/.*"))


def _wait_for(course: Course, process: subprocess.Popen[bytes], number: int) -> list[psutil.Process]:
    """Wait until this number of submissions is finished; return the processes running at that time."""
    main = psutil.Process(process.pid)
    while len(_complete(course)) < number:
        assert process.poll() is None, process.communicate()
        with pytest.raises(psutil.TimeoutExpired):
            main.wait(timeout=0.05)
    return main.children(recursive=True)


def _complete(course: Course) -> set[str]:
    """Return the students with feedback pages, which are written after all other files."""
    return {path.parts[-3] for path in course.root.glob("feedback/*/*/*.html")}


def test_the_summary_of_a_regrade() -> None:
    results = [
        Result("li", {}, [], is_unchanged=True),
        Result("x\x1b[2J", {}, [], changes=[ScoreChange("a", 2, 0.5), ScoreChange("b", 0, 1)]),
        Result("no", {}, [], failure="disk full"),
    ]
    assert changes(results) == ["x\N{REPLACEMENT CHARACTER}[2J: a 2 → 0.5, b 0 → 1"]
    assert tally(results) == "1 unchanged, 1 graded, 1 not graded"
    assert tally(results[:1]) == "1 unchanged, 0 graded"


def test_an_unreadable_file_does_not_stop_hashing(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    a_class(course, 1)
    folder = course.root / "submitted/li-0/01_tiny"
    readable = hash_submission(folder)
    own = Path.open

    def refuse(path: Path, *args: Any, **options: Any) -> Any:
        if path.name == "tiny.ipynb":
            raise PermissionError(13, "Permission denied", str(path))
        return own(path, *args, **options)

    # Patched, because root can read every file.
    monkeypatch.setattr(Path, "open", refuse)
    assert hash_submission(folder) != readable


def test_copies_of_read_only_folders_are_writable(course: Course) -> None:
    a_class(course, 1)
    data = course.root / "submitted/li-0/01_tiny/data"
    (data / "deeper").mkdir(parents=True)
    for name in ("page.html", "deeper/page.html", "deeper/model.npz"):
        (data / name).write_text("x")
    for folder in (data / "deeper", data):
        folder.chmod(0o550)
    assert graded(course) == {"li-0"}
    kept = course.root / "autograded/li-0/01_tiny/data"
    assert [path.name for path in kept.rglob("*")] == ["deeper", "model.npz"]
    # Only the owner gets more permissions.
    assert {folder.stat().st_mode & 0o777 for folder in (kept, kept / "deeper")} == {0o750}
