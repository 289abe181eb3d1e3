"""The history of grading: a table of our own in the gradebook, with results and their fingerprints.

A row is written in the same transaction as the grades, so that neither exists without the other. It is valid
once everything that follows the grades (the folder, the pages) is written as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    MetaData,
    Row,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from autograder.course import AUTOGRADED, FEEDBACK, Course
from autograder.grading.gradebook.fingerprint import Fingerprint
from autograder.outcome import ClassResults, Result

_TABLE = Table(
    "autograder_graded",
    MetaData(),
    Column("submission_id", String(32), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("result", Text, nullable=False),
    Column("is_complete", Boolean, nullable=False),
)


def add(connection: Connection, submission_id: str, graded_from: Fingerprint, result: Result) -> None:
    """Store a result and its fingerprint in the open transaction."""
    _TABLE.create(connection, checkfirst=True)
    connection.execute(delete(_TABLE).where(_TABLE.c.submission_id == submission_id))
    row = {
        "submission_id": submission_id,
        "fingerprint": graded_from.digest,
        "result": json.dumps({**result.as_dict(), "graded_from": asdict(graded_from)}),
        "is_complete": False,
    }
    connection.execute(insert(_TABLE).values(row))


def mark_complete(gradebook: Gradebook, assignment: str, student: str) -> None:
    """Record that all files of a graded submission are written."""
    own = _TABLE.c.submission_id == gradebook.find_submission(assignment, student).id
    with gradebook.engine.begin() as connection:
        connection.execute(update(_TABLE).where(own).values(is_complete=True))


def forget(gradebook: Gradebook, assignment: str, student: str) -> None:
    """Delete the row of a submission, because nbgrader is about to grade it."""
    try:
        own = _TABLE.c.submission_id == gradebook.find_submission(assignment, student).id
    except MissingEntry:
        return
    with gradebook.engine.begin() as connection:
        _TABLE.create(connection, checkfirst=True)
        connection.execute(delete(_TABLE).where(own))


def compare(
    course: Course, gradebook: Gradebook, assignment: str, fingerprints: Mapping[str, Fingerprint]
) -> tuple[dict[str, Result], dict[str, str]]:
    """Compare the stored fingerprints of submissions with the current ones.

    Parameters
    ----------
    course, gradebook, assignment
        The course, its gradebook and the name of the assignment.
    fingerprints
        The current fingerprint of each student's submission.

    Returns
    -------
    unchanged : dict of str to Result
        The results that a regrade would not change, by student.
    reasons : dict of str to str
        The reason to grade each other submission again, by student, for those that were graded before.
    """
    graded = _complete_rows(gradebook)
    kept, reasons = {}, {}
    for submission in gradebook.assignment_submissions(assignment):
        student, row = submission.student.id, graded.get(submission.id)
        if row is None or student not in fingerprints:
            continue
        data = json.loads(row.result)
        result = Result.read(data)
        if row.fingerprint != fingerprints[student].digest:
            reasons[student] = fingerprints[student].what_changed(data.get("graded_from", {}))
        elif not _is_in_place(course, assignment, result):
            reasons[student] = f"some of its files are missing from {AUTOGRADED}/ or {FEEDBACK}/"
        else:
            kept[student] = result
    return kept, reasons


def class_results(course: Course, gradebook: Gradebook, assignment: str) -> ClassResults:
    """Return the latest results of a class for an assignment."""
    graded = _complete_rows(gradebook)
    results, by_hand = [], 0
    for submission in gradebook.assignment_submissions(assignment):
        if submission.id in graded:
            results.append(Result.read(json.loads(graded[submission.id].result)))
            by_hand += bool(submission.needs_manual_grade)
    submitted = {*course.students(assignment), *(result.student for result in results)}
    return ClassResults(
        assignment,
        sorted(results, key=lambda result: result.student),
        missing=sorted({student.id for student in gradebook.students} - submitted),
        failed=sorted(submitted - {result.student for result in results}),
        by_hand=by_hand,
    )


def _complete_rows(gradebook: Gradebook) -> dict[str, Row[Any]]:
    """Return the rows of completely stored submissions, by submission id."""
    with gradebook.engine.begin() as connection:
        _TABLE.create(connection, checkfirst=True)
        rows = connection.execute(select(_TABLE).where(_TABLE.c.is_complete)).all()
    return {row.submission_id: row for row in rows}


def _is_in_place(course: Course, assignment: str, result: Result) -> bool:
    """Return whether the graded notebooks and feedback pages of a submission still exist."""
    folder, pages = (course.folder(part) / result.student / assignment for part in (AUTOGRADED, FEEDBACK))
    return folder.is_dir() and all(
        (folder / f"{name}.ipynb").is_file() and (pages / f"{name}.html").is_file() for name in result.graded
    )
