"""What was graded, and from what: a table of our own in the gradebook.

A row is written in the transaction that writes the grades, so neither can be there without the other. It
counts once all that comes after the grades (the folder, the pages) is in its place as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
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
from autograder.results.class_report import ClassResults
from autograder.results.outcome import Result

_TABLE = Table(
    "autograder_graded",
    MetaData(),
    Column("submission_id", String(32), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("result", Text, nullable=False),
    Column("is_complete", Boolean, nullable=False),
)


def note(connection: Connection, submission_id: str, fingerprint: str, result: Result) -> None:
    """Write down, in the transaction that is open, what a submission was graded from."""
    _TABLE.create(connection, checkfirst=True)
    connection.execute(delete(_TABLE).where(_TABLE.c.submission_id == submission_id))
    row = {
        "submission_id": submission_id,
        "fingerprint": fingerprint,
        "result": json.dumps(result.as_dict()),
        "is_complete": False,
    }
    connection.execute(insert(_TABLE).values(row))


def complete(gradebook: Gradebook, assignment: str, student: str) -> None:
    """Note that all of a graded submission is in its place."""
    own = _TABLE.c.submission_id == gradebook.find_submission(assignment, student).id
    with gradebook.engine.begin() as connection:
        connection.execute(update(_TABLE).where(own).values(is_complete=True))


def forget(gradebook: Gradebook, assignment: str, student: str) -> None:
    """Take a submission for one that was never graded: somebody else is about to grade it."""
    try:
        own = _TABLE.c.submission_id == gradebook.find_submission(assignment, student).id
    except MissingEntry:
        return
    with gradebook.engine.begin() as connection:
        _TABLE.create(connection, checkfirst=True)
        connection.execute(delete(_TABLE).where(own))


def unchanged(
    course: Course, gradebook: Gradebook, assignment: str, fingerprints: Mapping[str, str]
) -> dict[str, Result]:
    """Return the results of those submissions that grading again would not change, by student.

    Parameters
    ----------
    course, gradebook, assignment
        Where they were recorded.
    fingerprints
        What each student's submission would be graded from now.
    """
    graded = _complete(gradebook)
    found = {}
    for submission in gradebook.assignment_submissions(assignment):
        student, row = submission.student.id, graded.get(submission.id)
        if row is None or row.fingerprint != fingerprints.get(student):
            continue
        result = Result.read(json.loads(row.result))
        if _is_in_place(course, assignment, result):
            found[student] = result
    return found


def class_results(course: Course, gradebook: Gradebook, assignment: str) -> ClassResults:
    """Return what is known of a class and an assignment, as it was last graded."""
    graded = _complete(gradebook)
    results, by_hand = [], 0
    for submission in gradebook.assignment_submissions(assignment):
        if submission.id in graded:
            results.append(Result.read(json.loads(graded[submission.id].result)))
            by_hand += bool(submission.needs_manual_grade)
    handed_in = {*course.students(assignment), *(result.student for result in results)}
    return ClassResults(
        assignment,
        sorted(results, key=lambda result: result.student),
        missing=sorted({student.id for student in gradebook.students} - handed_in),
        failed=sorted(handed_in - {result.student for result in results}),
        by_hand=by_hand,
    )


def _complete(gradebook: Gradebook) -> dict[str, Row[Any]]:
    """Return what was written down of the submissions that are wholly in their place, by their id."""
    with gradebook.engine.begin() as connection:
        _TABLE.create(connection, checkfirst=True)
        rows = connection.execute(select(_TABLE).where(_TABLE.c.is_complete)).all()
    return {row.submission_id: row for row in rows}


def _is_in_place(course: Course, assignment: str, result: Result) -> bool:
    """Return whether what was made of a submission is still there to be opened."""
    folder, pages = (course.folder(part) / result.student / assignment for part in (AUTOGRADED, FEEDBACK))
    return folder.is_dir() and all(
        (folder / f"{name}.ipynb").is_file() and (pages / f"{name}.html").is_file() for name in result.graded
    )
