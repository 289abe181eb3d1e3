"""What was graded, and from what: a table of our own in the gradebook.

A row is written in the transaction that writes the grades, so neither can be there without the other. It
counts once all that comes after the grades (the folder, the pages) is in its place as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    MetaData,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from autograder.course import AUTOGRADED, FEEDBACK, Course
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
    with gradebook.engine.begin() as connection:
        _TABLE.create(connection, checkfirst=True)
        rows = connection.execute(select(_TABLE).where(_TABLE.c.is_complete)).all()
    graded = {row.submission_id: row for row in rows}
    found = {}
    for submission in gradebook.assignment_submissions(assignment):
        student, row = submission.student.id, graded.get(submission.id)
        if row is None or row.fingerprint != fingerprints.get(student):
            continue
        result = Result.read(json.loads(row.result))
        if _is_in_place(course, assignment, result):
            found[student] = result
    return found


def _is_in_place(course: Course, assignment: str, result: Result) -> bool:
    """Return whether what was made of a submission is still there to be opened."""
    folder, pages = (course.folder(part) / result.student / assignment for part in (AUTOGRADED, FEEDBACK))
    return folder.is_dir() and all(
        (folder / f"{name}.ipynb").is_file() and (pages / f"{name}.html").is_file() for name in result.graded
    )
