"""Grades for other programs: tables and JSON, as exporter plugins of nbgrader's.

``nbgrader export --exporter=autograder.results.exports.Canvas`` and ``autograder export --format canvas``
do the same. Files are whole or not there, and a cell that a spreadsheet would take for a formula is made
text.
"""

from __future__ import annotations

import csv
import io
import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Grade, Gradebook, MissingEntry, Student, SubmittedAssignment
from nbgrader.plugins import ExportPlugin

from autograder.course import TEST_SUFFIX, known
from autograder.files import write_atomically

#: With one of these a spreadsheet begins a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Export(ExportPlugin):
    """Writes what is asked of the gradebook to a file: ``to``, or one named after the format."""

    #: The file's name where nobody says another.
    default_name = ""

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades of all assignments and students, or of those that were asked for.

        Raises
        ------
        AutograderError
            When an assignment or a student that was asked for is not in the gradebook.
        """
        write_atomically(self.destination, self.text(gradebook))

    @property
    def destination(self) -> Path:
        """Where the file is written."""
        return Path(self.to or self.default_name)

    @abstractmethod
    def text(self, gradebook: Gradebook) -> str:
        """Return what the file holds."""

    def _assignments(self, gradebook: Gradebook) -> list[Assignment]:
        everything = {assignment.name: assignment for assignment in gradebook.assignments}
        return [everything[name] for name in _wanted(self.assignment, everything, "graded assignment")]

    def _students(self, gradebook: Gradebook) -> list[Student]:
        everything = {student.id: student for student in gradebook.students}
        return [everything[name] for name in _wanted(self.student, everything, "student")]


class Tasks(_Export):
    """A row for each task of each student, every cell quoted."""

    default_name = "tasks.csv"

    def text(self, gradebook: Gradebook) -> str:
        """Return the table."""
        columns = (
            "assignment",
            "notebook",
            "task",
            "student",
            "last_name",
            "first_name",
            "submitted",
            "points",
            "max_points",
            "automatic",
            "by_hand",
            "extra",
            "needs_grading_by_hand",
        )
        rows = []
        for assignment in self._assignments(gradebook):
            for student in self._students(gradebook):
                for grade in _grades(_submission(gradebook, assignment, student)):
                    row = [assignment.name, grade.notebook.name, _task(grade), student.id]
                    row += [student.last_name, student.first_name, grade.notebook.assignment.timestamp]
                    row += [grade.score, grade.max_score, grade.auto_score, grade.manual_score]
                    rows.append([*row, grade.extra_credit, grade.needs_manual_grade])
        return _table([columns, *rows])


class Canvas(_Export):
    """The file that Canvas's gradebook imports.

    Canvas knows a student by the number in `ID`, where nbgrader knows that (``lms_user_id``), or by the login
    in `SIS Login ID`, which is the student's id here. An empty cell changes nothing there: it stands where
    nothing was handed in.
    """

    default_name = "canvas.csv"

    def text(self, gradebook: Gradebook) -> str:
        """Return the table."""
        assignments = self._assignments(gradebook)
        names = [assignment.name for assignment in assignments]
        head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names]
        possible = ["Points Possible", *4 * [""], *(assignment.max_score for assignment in assignments)]
        rows = []
        for student in self._students(gradebook):
            name = ", ".join(part for part in (student.last_name, student.first_name) if part) or student.id
            scores = [_score(_submission(gradebook, assignment, student)) for assignment in assignments]
            rows.append([name, student.lms_user_id, "", student.id, "", *scores])
        return _table([head, possible, *rows])


class Moodle(_Export):
    """A file that Moodle's gradebook imports, by `ID number` or `Email address`: it asks which."""

    default_name = "moodle.csv"

    def text(self, gradebook: Gradebook) -> str:
        """Return the table."""
        assignments = self._assignments(gradebook)
        head = ["ID number", "First name", "Surname", "Email address", *(one.name for one in assignments)]
        rows = []
        for student in self._students(gradebook):
            scores = [_score(_submission(gradebook, assignment, student)) for assignment in assignments]
            rows.append([student.id, student.first_name, student.last_name, student.email, *scores])
        return _table([head, *rows])


class Json(_Export):
    """Everything that the tables say, as one JSON list: an object for each submission."""

    default_name = "grades.json"

    def text(self, gradebook: Gradebook) -> str:
        """Return the list."""
        found = []
        for assignment in self._assignments(gradebook):
            for student in self._students(gradebook):
                submission = _submission(gradebook, assignment, student)
                found.append(
                    {
                        "assignment": assignment.name,
                        "student": student.id,
                        "submitted": submission is not None,
                        "timestamp": _text(submission.timestamp) if submission else None,
                        "score": _score(submission),
                        "max_score": assignment.max_score,
                        "late_penalty": submission.late_submission_penalty if submission else None,
                        "tasks": [
                            {
                                "notebook": grade.notebook.name,
                                "task": _task(grade),
                                "points": grade.score,
                                "max_points": grade.max_score,
                                "automatic": grade.auto_score,
                                "by_hand": grade.manual_score,
                                "extra": grade.extra_credit,
                                "needs_grading_by_hand": bool(grade.needs_manual_grade),
                            }
                            for grade in _grades(submission)
                        ],
                    }
                )
        return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


#: The formats by name.
FORMATS: Mapping[str, type[_Export]] = {"tasks": Tasks, "canvas": Canvas, "moodle": Moodle, "json": Json}


def _wanted(wanted: Sequence[Any], names: Mapping[str, object], kind: str) -> list[str]:
    return [known(name, names, kind) for name in dict.fromkeys(map(str, wanted))] or sorted(names)


def _submission(gradebook: Gradebook, assignment: Assignment, student: Student) -> SubmittedAssignment | None:
    try:
        return gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return None


def _grades(submission: SubmittedAssignment | None) -> Iterator[Grade]:
    for notebook in sorted(submission.notebooks, key=lambda one: one.name) if submission else ():
        yield from sorted(notebook.grades, key=lambda grade: grade.cell.name)


def _task(grade: Grade) -> str:
    return str(grade.name).removesuffix(TEST_SUFFIX)


def _score(submission: SubmittedAssignment | None) -> float | None:
    """Return what a submission earned in the end: what people gave and took away is in it."""
    if submission is None:
        return None
    return max(0.0, submission.score - submission.late_submission_penalty)


def _table(rows: Sequence[Sequence[object]]) -> str:
    """Return a table as quoted CSV, as RFC 4180 has it."""
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([[_text(cell) for cell in row] for row in rows])
    return file.getvalue()


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    return f"{cell:g}" if isinstance(cell, float) else str(cell)
