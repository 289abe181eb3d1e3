"""The commands of the command line."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import Course
from tests.support.courses import RIGHT, answered, submit


def autograder(course: Course, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a course folder."""
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=course.root,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "140", **environment},
    )


def release_of(course: Course) -> Path:
    return course.root / "assignments/01_tiny/tiny.ipynb"


def test_grade_prints_the_class_and_the_path_of_the_pages(course: Course) -> None:
    submit(course.root, "li", answered(release_of(course), **RIGHT))
    submit(course.root, "wang", answered(release_of(course)))
    run = autograder(course, "grade", "01_tiny/")
    assert run.returncode == 0, run.stderr
    assert "8/8" in run.stdout
    assert "not started" in run.stdout
    assert "1 double (2)   2 total (2)   3 square (4)" in run.stdout
    assert "feedback/STUDENT/01_tiny" in run.stdout
    assert (course.root / "feedback/li/01_tiny/tiny.html").is_file()


def test_grade_as_json_prints_only_json(course: Course) -> None:
    submit(course.root, "li", answered(release_of(course), **RIGHT))
    submit(course.root, "wang", "{")
    run = autograder(course, "grade", "01_tiny", "--json", "--student", "li")
    (result,) = json.loads(run.stdout)
    assert result["student"] == "li"
    assert result["points"] == result["max_points"] == 8
    assert [task["verdict"] for task in result["tasks"]] == ["right"] * 3


@pytest.mark.slow
def test_a_rerun_uses_the_same_seed_unless_a_new_one_is_requested(course: Course) -> None:
    submit(course.root, "li", answered(release_of(course), **RIGHT))
    seeds = course.root / ".autograder/seeds.json"
    assert autograder(course, "grade", "01_tiny").returncode == 0
    first = seeds.read_text()
    assert autograder(course, "grade", "01_tiny").returncode == 0
    assert seeds.read_text() == first
    run = autograder(course, "grade", "01_tiny", "--new-seed")
    assert "8/8" in run.stdout
    assert seeds.read_text() != first
    assert seeds.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("grade", "01_tinny"), ["There is no assignment '01_tinny'. Did you mean '01_tiny'?"]),
        (("grade", "../01_tiny"), ["There is no assignment '../01_tiny'"]),
        (("grade", "01_tiny", "--student", "lee"), ["There is no submission of 'lee'. Did you mean 'li'?"]),
        (("grade", "01_tiny", "--student", ".."), ["There is no submission of '..'"]),
        (("release", "nope"), ["There is no assignment 'nope'"]),
        (("check", "01_tiny"), ["You have no copy of 01_tiny yet.", "gradbook lab"]),
    ],
)
def test_errors_are_reported_in_a_sentence(
    course: Course, arguments: tuple[str, ...], words: list[str]
) -> None:
    submit(course.root, "li", answered(release_of(course), **RIGHT))
    run = autograder(course, *arguments)
    assert run.returncode == 1
    assert run.stdout == ""
    for word in words:
        assert word in run.stderr
    assert "Traceback" not in run.stderr


def test_without_submissions_grading_fails(course: Course) -> None:
    run = autograder(course, "grade", "01_tiny")
    assert run.returncode == 1
    assert "There are no submissions of 01_tiny." in run.stderr
    assert "gradbook collect 01_tiny FILE.zip" in run.stderr


@pytest.mark.slow
def test_outside_a_course_every_verb_fails(tmp_path: Path) -> None:
    for arguments in (("grade", "x"), ("release",), ("check", "x"), ("lab",), ("demo",)):
        run = autograder(Course(tmp_path), *arguments)
        assert run.returncode == 1, arguments
        assert "This is not a course folder." in run.stderr
        assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_an_outdated_release_is_detected(course: Course) -> None:
    submit(course.root, "li", answered(release_of(course), **RIGHT))
    text = release_of(course).read_text()
    release_of(course).write_text(text.replace('"id": "imports"', '"id": "other"'))
    run = autograder(course, "grade", "01_tiny")
    assert run.returncode == 1
    assert "gradbook release 01_tiny" in run.stderr


@pytest.mark.slow
def test_a_reference_without_answers_is_reported(course: Course) -> None:
    source = course.root / "source_solutions/01_tiny/tiny.ipynb"
    source.write_text(source.read_text().replace("twice_as_much = 2 * x", "twice_as_much = 2 * y"))
    submit(course.root, "li", answered(release_of(course), **RIGHT))
    run = autograder(course, "grade", "01_tiny")
    assert run.returncode == 1
    assert "The reference solution records no valid answers for the task 'double'." in run.stderr
    assert "name 'y' is not defined" in run.stderr
    assert not (course.root / "autograded").exists()


def test_a_learners_copy_is_never_overwritten_and_can_be_checked(course: Course) -> None:
    environment = {"PATH": os.environ["PATH"]}
    run = autograder(course, "lab", "--version", **environment)
    assert run.returncode == 0, run.stderr
    assert "copied work/01_tiny/tiny.ipynb" in run.stdout
    own = course.root / "work/01_tiny/tiny.ipynb"
    own.write_text(
        json.dumps(answered(release_of(course), **{**RIGHT, "double": "def double(x): return x + 2"}))
    )
    mine = own.read_text()
    run = autograder(course, "lab", "--version", **environment)
    assert "copied" not in run.stdout
    assert own.read_text() == mine
    run = autograder(course, "check", "01_tiny")
    assert run.returncode == 1
    assert "6/8" in run.stdout
    assert "double: 0 of 2 points. Two is added, not multiplied by." in run.stdout
    assert "Doubling is a product." in run.stdout
    assert own.read_text() == mine
    assert not (course.root / "autograded").exists()


def test_a_file_that_does_not_fit_on_the_disk_is_copied_the_next_time(course: Course) -> None:
    large = course.root / "assignments/01_tiny/table.csv"
    large.write_bytes(b"1,2\n" * 500_000)
    large.chmod(0o600)
    # A file of more than 500 kB is refused, as on a full disk.
    limited = ["sh", "-c", 'ulimit -f 1000 && exec "$@"', "sh"]
    command = [*limited, sys.executable, "-m", "autograder", "lab", "--version"]
    run = subprocess.run(command, cwd=course.root, capture_output=True, text=True)
    assert run.returncode == 1
    assert "Operating system error: File too large" in run.stderr
    work = course.root / "work/01_tiny"
    assert [path.name for path in work.iterdir() if "table.csv" in path.name] == []
    assert "copied work/01_tiny/table.csv" in autograder(course, "lab", "--version").stdout
    assert (work / "table.csv").read_bytes() == large.read_bytes()
    assert (work / "table.csv").stat().st_mode & 0o777 == 0o600


def test_help_shows_examples_for_every_verb(course: Course) -> None:
    run = autograder(course, "--help")
    verbs = ("check", "data", "demo", "download", "grade", "lab", "release")
    for verb in verbs:
        assert verb in run.stdout
        help_ = autograder(course, verb, "--help")
        assert help_.returncode == 0
        assert f"autograder {verb}" in help_.stdout.replace("Usage: autograder", "")


def test_misuse_exits_with_2(course: Course) -> None:
    assert autograder(course, "grade").returncode == 2
    run = autograder(course, "graed")
    assert run.returncode == 2
    assert "grade" in run.stderr


@pytest.mark.slow
def test_damaged_files_of_the_course_are_reported_in_a_sentence(course: Course) -> None:
    submit(course.root, "li", answered(release_of(course), **RIGHT))
    assert autograder(course, "grade", "01_tiny").returncode == 0
    for key in (course.root / ".autograder/keys").iterdir():
        key.write_text("{")
    assert "8/8" in autograder(course, "grade", "01_tiny").stdout
    seeds = course.root / ".autograder/seeds.json"
    whole = seeds.read_text()
    for path, damage, words in (
        (seeds, "{", "The seeds of this course cannot be read."),
        (
            course.root / "gradebook.db",
            "garbage, and long enough to be read as a header",
            "The gradebook cannot be opened.",
        ),
    ):
        path.write_text(damage)
        run = autograder(course, "grade", "01_tiny")
        assert run.returncode == 1
        assert words in run.stderr
        assert "Traceback" not in run.stderr
        assert path.read_text() == damage
        seeds.write_text(whole)


@pytest.mark.slow
def test_operating_system_errors_are_reported_in_a_sentence(course: Course) -> None:
    submit(course.root, "li", answered(release_of(course), **RIGHT))
    (course.root / "autograded").write_text("in the way")
    run = autograder(course, "grade", "01_tiny")
    assert run.returncode == 1
    assert "not graded, because the grader failed" in run.stdout
    assert "Traceback" not in run.stderr + run.stdout
    (course.root / "assignments").rename(course.root / "elsewhere")
    (course.root / "assignments").write_text("in the way")
    run = autograder(course, "release")
    assert run.returncode == 1
    assert "gradbook: " in run.stderr
    assert "  next      " in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.slow
def test_all_names_are_checked_before_anything_is_released(course: Course) -> None:
    before = (course.root / "assignments/01_tiny/tiny.ipynb").stat().st_mtime_ns
    source = course.root / "source_solutions/01_tiny/tiny.ipynb"
    source.write_text(source.read_text().replace("Numbers.", "Other numbers."))
    run = autograder(course, "release", "./01_tiny", "nope")
    assert run.returncode == 1
    assert (course.root / "assignments/01_tiny/tiny.ipynb").stat().st_mtime_ns == before
    assert "01_tiny: tiny.ipynb" in autograder(course, "release", "./01_tiny").stdout


@pytest.mark.slow
def test_a_repeated_name_counts_once(course: Course) -> None:
    assert course.chosen(["01_tiny", "./01_tiny", "01_tiny/"]) == ["01_tiny"]
    submit(course.root, "li", answered(release_of(course), **RIGHT))
    run = autograder(course, "grade", "01_tiny", "--student", "li", "--student", "li")
    assert run.returncode == 0, run.stderr
    assert "1 of 1: 1 all right" in run.stderr
    run = autograder(course, "export", "--format", "canvas", *2 * ("--assignment", "01_tiny"), "--to", "out")
    assert run.returncode == 0, run.stderr
    head, _, *rows = (course.root / "out").read_text(encoding="utf-8").splitlines()
    assert head.count("01_tiny") == 1
    run = autograder(course, "export", "--format", "canvas", *2 * ("--student", "li"), "--to", "out")
    assert (course.root / "out").read_text(encoding="utf-8").splitlines()[2:] == rows
    assert len(rows) == 1


def test_a_new_seed_for_one_student_is_refused(course: Course) -> None:
    submit(course.root, "li", answered(release_of(course), **RIGHT))
    run = autograder(course, "grade", "01_tiny", "--new-seed", "--student", "li")
    assert run.returncode == 2
    assert not (course.root / ".autograder/seeds.json").exists()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_message_about_a_damaged_notebook_contains_a_command_that_restores_it(course: Course) -> None:
    submit(course.root, "li", answered(release_of(course), **RIGHT))
    assert autograder(course, "lab", "--version").returncode == 0
    git = ["git", "-C", str(course.root), "-c", "user.name=li", "-c", "user.email=li@localhost"]
    for arguments in (["init"], ["add", "assignments", "source_solutions"], ["commit", "-m", "The course"]):
        subprocess.run([*git, *arguments], check=True, capture_output=True)
    source = course.root / "source_solutions/01_tiny/tiny.ipynb"
    for path, arguments in (
        (source, ["release"]),
        (source, ["grade", "01_tiny"]),
        (release_of(course), ["check", "01_tiny", "--before-submitting"]),
        (release_of(course), ["reset", "01_tiny", "double"]),
    ):
        whole = path.read_bytes()
        path.write_text("{")
        run = autograder(course, *arguments)
        assert run.returncode == 1
        assert f"where     {path}" in run.stderr
        (command,) = re.findall(r"in a clone: (git checkout [^;\n]+)", run.stderr)
        subprocess.run(command, shell=True, cwd=course.root, check=True, capture_output=True)
        assert path.read_bytes() == whole
    assert autograder(course, "reset", "01_tiny", "double").returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [("check", "01_tiny"), ("check", "01_tiny", "--before-submitting"), ("reset", "01_tiny", "double")],
)
def test_a_learners_unreadable_notebook_is_reported_with_a_remedy(
    course: Course, arguments: tuple[str, ...]
) -> None:
    work = course.root / "work/01_tiny"
    saved = work / ".ipynb_checkpoints/tiny-checkpoint.ipynb"
    saved.parent.mkdir(parents=True)
    shutil.copy(release_of(course), saved)
    (work / "tiny.ipynb").write_text("<<<<<<< HEAD")
    run = autograder(course, *arguments)
    assert run.returncode == 1
    printed = run.stderr + run.stdout
    assert "tiny.ipynb cannot be read" in printed
    (command,) = re.findall(r"cp \S+ \S+(?=, the last checkpoint of JupyterLab)", printed)
    subprocess.run(shlex.split(command), check=True)
    assert (work / "tiny.ipynb").read_bytes() == saved.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(("columns", "beside"), [("80", False), ("160", True)])
def test_the_table_fits_the_terminal(course: Course, columns: str, beside: bool) -> None:
    wrong = {**RIGHT, "double": "def double(x):\n    return x + 2"}
    submit(course.root, "li", answered(release_of(course), **wrong))
    run = autograder(course, "grade", "01_tiny", COLUMNS=columns)
    (line,) = [line for line in run.stdout.splitlines() if "1 Two is added, not multiplied by." in line]
    assert ("6/8" in line) is beside
