"""Writing down what was decided: the gradebook and the ``autograded`` folder, a submission at a time."""

from __future__ import annotations

import contextlib
import functools
import glob
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader import api as nbgrader_api
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from nbgrader.utils import parse_utc
from sqlalchemy import Connection, inspect, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from autograder.converter import convert
from autograder.course import AUTOGRADED, CONFIG_FILE, SOURCE, SUBMITTED, TEST_SUFFIX, Course
from autograder.errors import AutograderError
from autograder.files import replace_folder
from autograder.grading.clean.folder import check_name, clean_folder
from autograder.grading.collect.folder import copy_files, is_own_file
from autograder.grading.gradebook import ledger
from autograder.grading.tasks import nbgrader_of, read_notebook
from autograder.results.outcome import Change, Result


def register(course: Course, assignment: str) -> None:
    """Make an assignment known to the gradebook, unless it is, cell by cell and point by point.

    A fresh clone brings the release but no gradebook; nbgrader would refuse to grade.

    Raises
    ------
    AutograderError
        When cells have come or gone since submissions were first graded: nbgrader cannot follow that.
    """
    with open_gradebook(course) as gradebook:
        try:
            notebooks = gradebook.find_assignment(assignment).notebooks
        except MissingEntry:
            notebooks = []
        known = {
            (notebook.name, cell.name, getattr(cell, "max_score", None))
            for notebook in notebooks
            for cell in [*notebook.grade_cells, *notebook.solution_cells]
        }
    if known != _source_cells(course, assignment):
        # In the course's own folder, where what a killed run left is found again.
        for stale in course.private.glob("register-*"):
            shutil.rmtree(stale, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix="register-", dir=course.private) as scratch:
            generate(course, assignment, Path(scratch))


def _source_cells(course: Course, assignment: str) -> set[tuple[str, str, float | None]]:
    """Return what the gradebook must know of an assignment's notebooks."""
    cells: set[tuple[str, str, float | None]] = set()
    for name in course.notebooks(assignment):
        for cell in read_notebook(course.folder(SOURCE) / assignment / f"{name}.ipynb").cells:
            meta = nbgrader_of(cell)
            if meta.get("grade"):
                cells.add((name, meta["grade_id"], float(meta["points"])))
            if meta.get("solution"):
                cells.add((name, meta["grade_id"], None))
    return cells


def generate(course: Course, assignment: str, into: Path, *, on_trial: bool = False) -> Path:
    """Have nbgrader generate an assignment's release in the folder `into`, and note it in the gradebook.

    Parameters
    ----------
    course, assignment
        What is generated.
    into
        Where.
    on_trial
        Note nothing.

    Returns
    -------
    Path
        The folder of the generated assignment.
    """
    config = course.config()
    if on_trial:
        config.SaveCells.enabled = False
    else:
        open_gradebook(course).close()
    convert(
        GenerateAssignment,
        course,
        assignment,
        folders={"release_directory": str(into)},
        config=config,
        force=True,
        no_database=on_trial,
    )
    return into / assignment


def open_gradebook(course: Course) -> Gradebook:
    """Return nbgrader's gradebook of the course, made where it is missing."""
    directory = CourseDirectory(config=course.config())
    # nbgrader makes a new gradebook by calling alembic's command, which lies beside our Python but, in a
    # virtual environment that is not activated, not on the path.
    path = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), path])
    try:
        gradebook = _gradebook(directory.db_url, directory.course_id)
        if not inspect(gradebook.engine).has_table("course"):
            _gradebook.cache_clear()
            gradebook = _gradebook(directory.db_url, directory.course_id)
        return gradebook
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        raise AutograderError(
            "The gradebook cannot be opened.",
            where=gradebook_address(course),
            got=str(getattr(error, "orig", error)).strip(),
            done="Nothing was changed.",
            next=_remedy(directory.db_url, error),
        ) from None
    finally:
        os.environ["PATH"] = path


@functools.lru_cache(maxsize=1)
def _gradebook(url: str, course: str) -> Gradebook:
    """Return a gradebook that may be closed and used again, so that its statements are compiled once."""
    gradebook = Gradebook(url, course)
    _add_course(gradebook, course)
    return gradebook


def _add_course(gradebook: Gradebook, name: str) -> None:
    """Note the course itself: nbgrader does not where it has no name, and servers want to know it."""
    if gradebook.engine.dialect.name != "sqlite" and gradebook.db.get(nbgrader_api.Course, name) is None:
        gradebook.db.add(nbgrader_api.Course(id=name))
        gradebook.db.commit()


def gradebook_address(course: Course) -> str:
    """Return where the gradebook is, to be told: without its password."""
    url = str(CourseDirectory(config=course.config()).db_url)
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return f"db_url in {CONFIG_FILE}"


def _remedy(url: str, error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        return "in the clone: pip install --editable '.[postgresql]', and in db_url postgresql+psycopg://USER@HOST/DATABASE"
    if url.startswith("sqlite:"):
        return "put a backup in its place; or move it away, and a new one is made"
    return f"start the server, or mend db_url in {CONFIG_FILE}"


@contextlib.contextmanager
def _transaction(course: Course) -> Iterator[tuple[Gradebook, Connection]]:
    """Open the gradebook so that all that is done in the block is written, or nothing.

    nbgrader's own functions commit as they go; joined to an outer transaction, their commits wait for it.
    """
    with open_gradebook(course) as gradebook:
        gradebook.db.remove()
        with gradebook.engine.connect() as connection, connection.begin():
            gradebook.db.configure(bind=connection, join_transaction_mode="rollback_only")
            try:
                yield gradebook, connection
                gradebook.db.flush()
            finally:
                gradebook.db.remove()
                gradebook.db.configure(bind=gradebook.engine, join_transaction_mode="conditional_savepoint")


def record(course: Course, assignment: str, result: Result, fingerprint: str) -> list[Change]:
    """Write a graded submission down.

    Manual grades and comments that are there stay.

    Parameters
    ----------
    course, assignment
        What was graded.
    result
        What came of it. A notebook that was not handed in is missing, and scores 0.
    fingerprint
        The hash of what it was graded from.

    Returns
    -------
    list of Change
        The automatic scores that were others before.

    Raises
    ------
    AutograderError
        When the student's id would be markup in the formgrader.
    """
    student, notebooks = result.student, result.notebooks
    check_name(student)
    source = course.folder(SUBMITTED) / student / assignment
    place = course.folder(AUTOGRADED) / student / assignment
    with _new_folder(place) as new, _transaction(course) as (gradebook, connection):
        if source.is_dir():
            copy_files(source, new)
        for name, notebook in notebooks.items():
            nbformat.write(notebook, new / f"{name}.ipynb")
        clean_folder(new, list(notebooks))
        gradebook.update_or_create_student(student)
        timestamp = _timestamp(source)
        extra = {"timestamp": timestamp} if timestamp else {}
        with gradebook.db.no_autoflush:
            submission = gradebook.update_or_create_submission(assignment, student, **extra)
        before = _scores(submission)
        for notebook_entry in submission.notebooks:
            judged = notebooks.get(notebook_entry.name)
            if judged is None:
                _score_nothing(notebook_entry)
            else:
                _save_grades(gradebook, judged, notebook_entry.name, assignment, student)
            _assign_penalty(gradebook, course, notebook_entry, submission, student)
        ledger.note(connection, submission.id, fingerprint, result)
        after = _scores(submission)
    return [
        Change(task.removesuffix(TEST_SUFFIX), before[notebook, task], points)
        for (notebook, task), points in after.items()
        if (notebook, task) in before and before[notebook, task] != points
    ]


def _scores(submission: object) -> dict[tuple[str, str], float]:
    """Return the automatic scores that a submission has, by notebook and cell."""
    return {
        (notebook.name, grade.name): grade.auto_score
        for notebook in submission.notebooks  # type: ignore[attr-defined]
        for grade in notebook.grades
        if grade.auto_score is not None
    }


def _timestamp(submission: Path) -> datetime | None:
    """Return when a submission was handed in, None where its time stamp is missing or is none."""
    path = submission / "timestamp.txt"
    try:
        text = path.read_text(encoding="utf-8").strip() if is_own_file(path) else ""
        return parse_utc(text) if text else None
    except (OSError, ValueError, OverflowError):
        return None


def _save_grades(
    gradebook: Gradebook, notebook: NotebookNode, name: str, assignment: str, student: str
) -> None:
    """Do what nbgrader's own step does, in the transaction that is open."""
    step = SaveAutoGrades()
    step.gradebook, step.notebook_id, step.assignment_id, step.student_id = (
        gradebook,
        name,
        assignment,
        student,
    )
    for index, cell in enumerate(notebook.cells):
        step.preprocess_cell(cell, {}, index)


def _score_nothing(entry: object) -> None:
    for grade in entry.grades:  # type: ignore[attr-defined]
        grade.auto_score = 0
        grade.needs_manual_grade = False


def _assign_penalty(
    gradebook: Gradebook, course: Course, entry: object, submission: object, student: str
) -> None:
    """Ask the configured plugin for the late penalty, as nbgrader's own step does."""
    gradebook.db.flush()
    gradebook.db.expire(entry)
    entry.late_submission_penalty = None  # type: ignore[attr-defined]
    late = submission.total_seconds_late  # type: ignore[attr-defined]
    if late <= 0:
        return
    step = AssignLatePenalties(config=course.config())
    step.init_plugin()
    penalty = step.plugin_inst.late_submission_penalty(student, entry.score, late)  # type: ignore[attr-defined]
    if penalty is not None:
        entry.late_submission_penalty = step._check_late_penalty(entry, penalty)  # type: ignore[attr-defined]


@contextlib.contextmanager
def _new_folder(place: Path) -> Iterator[Path]:
    """Give a folder to fill, and put it at `place` when the block ends well; else leave all as it was."""
    place.parent.mkdir(parents=True, exist_ok=True)
    # What a killed run left: there is one writer only, so nobody is at work in there.
    for stale in place.parent.glob(f".{glob.escape(place.name)}-*"):
        shutil.rmtree(stale, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}-"))
    try:
        new = scratch / "new"
        new.mkdir()
        yield new
        for path in new.rglob("*"):
            if path.is_file():
                path.chmod(0o444)
        replace_folder(new, place)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
