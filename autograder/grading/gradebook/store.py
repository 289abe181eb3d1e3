"""Store the results of one submission at a time in the gradebook and the ``autograded`` folder."""

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

from autograder.course import AUTOGRADED, SUBMITTED, Course
from autograder.files import replace_folder
from autograder.grading.clean.folder import check_name, clean_folder
from autograder.grading.collect.folder import copy_files, is_own_file
from autograder.grading.gradebook import history
from autograder.grading.gradebook.converter import convert
from autograder.grading.gradebook.fingerprint import Fingerprint
from autograder.grading.tasks import nbgrader_of, read_notebook
from autograder.outcome import Result, ScoreChange
from gradbook.classes import TEST_SUFFIX
from gradbook.errors import GradbookError
from gradbook.files import CONFIG_FILE, SOURCE


def register(course: Course, assignment: str) -> None:
    """Register an assignment in the gradebook, unless its cells and points are already there.

    A fresh clone contains the release but no gradebook, and nbgrader would refuse to grade.

    Raises
    ------
    GradbookError
        If cells were added or removed after submissions were first graded, which nbgrader does not support.
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
        # In the course's own folder, so that the next run finds and deletes the remains of a killed one.
        for stale in course.private.glob("register-*"):
            shutil.rmtree(stale, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix="register-", dir=course.private) as scratch:
            generate(course, assignment, Path(scratch))


def _source_cells(course: Course, assignment: str) -> set[tuple[str, str, float | None]]:
    """Return the cells of an assignment's notebooks that the gradebook must contain."""
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
    """Generate an assignment's release in the folder `into` with nbgrader, and register it in the gradebook.

    Parameters
    ----------
    course, assignment
        The course and the name of the assignment.
    into
        The target folder.
    on_trial
        Leave the gradebook unchanged.

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
    """Open nbgrader's gradebook of the course, creating it if it is missing."""
    directory = CourseDirectory(config=course.config())
    # nbgrader creates a gradebook with the command of alembic, which is beside our Python but not on the path
    # if the virtual environment is not activated.
    path = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), path])
    try:
        gradebook = _gradebook(directory.db_url, directory.course_id)
        if not inspect(gradebook.engine).has_table("course"):
            _gradebook.cache_clear()
            gradebook = _gradebook(directory.db_url, directory.course_id)
        return gradebook
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        msg = "The gradebook cannot be opened."
        raise GradbookError(
            msg,
            where=gradebook_address(course),
            got=str(getattr(error, "orig", error)).strip(),
            done="Nothing was changed.",
            next=_remedy(directory.db_url, error),
        ) from None
    finally:
        os.environ["PATH"] = path


@functools.lru_cache(maxsize=1)
def _gradebook(url: str, course: str) -> Gradebook:
    """Return a cached gradebook, which can be used again after closing; its statements are compiled once."""
    gradebook = Gradebook(url, course)
    _add_course(gradebook, course)
    return gradebook


def _add_course(gradebook: Gradebook, name: str) -> None:
    """Add the course itself, which servers require; nbgrader omits it if the course has no name."""
    if gradebook.engine.dialect.name != "sqlite" and gradebook.db.get(nbgrader_api.Course, name) is None:
        gradebook.db.add(nbgrader_api.Course(id=name))
        gradebook.db.commit()


def gradebook_address(course: Course) -> str:
    """Return the address of the gradebook for messages, without its password."""
    url = str(CourseDirectory(config=course.config()).db_url)
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return f"db_url in {CONFIG_FILE}"


def _remedy(url: str, error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        return (
            "in the clone: pip install --editable '.[postgresql]', "
            "and in db_url postgresql+psycopg://USER@HOST/DATABASE"
        )
    if url.startswith("sqlite:"):
        return "restore it from a backup; or move it away, and a new one is created"
    return f"start the server, or fix db_url in {CONFIG_FILE}"


@contextlib.contextmanager
def _transaction(course: Course) -> Iterator[tuple[Gradebook, Connection]]:
    """Open the gradebook so that the changes in the block are written all together or not at all.

    nbgrader's functions commit on their own; within an outer transaction, their commits are deferred.
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


def store(course: Course, assignment: str, result: Result, graded_from: Fingerprint) -> list[ScoreChange]:
    """Store a graded submission, keeping existing manual grades and comments.

    Parameters
    ----------
    course, assignment
        The course and the name of the assignment.
    result
        The result to store. A notebook that was not submitted is missing from it, and scores 0.
    graded_from
        The fingerprint that it was graded from.

    Returns
    -------
    list of ScoreChange
        The automatic scores that changed.

    Raises
    ------
    GradbookError
        If the student's id would be markup in the formgrader.
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
        history.add(connection, submission.id, graded_from, result)
        after = _scores(submission)
    return [
        ScoreChange(task.removesuffix(TEST_SUFFIX), before[notebook, task], points)
        for (notebook, task), points in after.items()
        if (notebook, task) in before and before[notebook, task] != points
    ]


def _scores(submission: object) -> dict[tuple[str, str], float]:
    """Return the automatic scores of a submission, by notebook and cell."""
    return {
        (notebook.name, grade.name): grade.auto_score
        for notebook in submission.notebooks  # type: ignore[attr-defined]
        for grade in notebook.grades
        if grade.auto_score is not None
    }


def _timestamp(submission: Path) -> datetime | None:
    """Return the submission time, or None if the timestamp is missing or invalid."""
    path = submission / "timestamp.txt"
    try:
        text = path.read_text(encoding="utf-8").strip() if is_own_file(path) else ""
        return parse_utc(text) if text else None
    except (OSError, ValueError, OverflowError):
        return None


def _save_grades(
    gradebook: Gradebook, notebook: NotebookNode, name: str, assignment: str, student: str
) -> None:
    """Save the grades of a notebook with nbgrader's own step, in the open transaction."""
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
    """Set the late penalty from the configured plugin, as nbgrader's own step does."""
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
    """Yield a folder to fill, and move it to `place` if the block succeeds; otherwise change nothing."""
    place.parent.mkdir(parents=True, exist_ok=True)
    # Delete the remains of killed runs; they are not in use, because there is only one writer.
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
