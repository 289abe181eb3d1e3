"""Exports of grades for other programs: tables and JSON, as exporter plugins of nbgrader.

``nbgrader export --exporter=autograder.reports.exports.Canvas`` and ``gradbook export --format canvas``
do the same. Files are written atomically, and a cell that a spreadsheet would interpret as a formula is
escaped.
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

from gradbook.classes import TEST_SUFFIX
from gradbook.errors import known
from gradbook.files import write_atomically

#: Characters that start a formula in a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Export(ExportPlugin):  # type: ignore[misc]
    """Base class of exporters to a file: ``to``, or a default file for each format."""

    #: The default name of the file.
    default_name = ""

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades of all assignments and students, or of the selected ones.

        Raises
        ------
        GradbookError
            If a selected assignment or student is not in the gradebook.
        """
        write_atomically(self.destination, self.text(gradebook))

    @property
    def destination(self) -> Path:
        """The path of the file."""
        return Path(self.to or self.default_name)

    @abstractmethod
    def text(self, gradebook: Gradebook) -> str:
        """Return the content of the file."""

    def _assignments(self, gradebook: Gradebook) -> list[Assignment]:
        everything = {assignment.name: assignment for assignment in gradebook.assignments}
        return [everything[name] for name in _wanted(self.assignment, everything, "graded assignment")]

    def _students(self, gradebook: Gradebook) -> list[Student]:
        everything = {student.id: student for student in gradebook.students}
        return [everything[name] for name in _wanted(self.student, everything, "student")]


class Tasks(_Export):
    """A CSV table with one row per student and task, every cell quoted."""

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

    Canvas identifies a student by the number in `ID`, if nbgrader knows it (``lms_user_id``), or by the login
    in `SIS Login ID`, which is the student's id here. An assignment that was not submitted has an empty cell,
    which leaves the score in Canvas unchanged.
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
    """The file that Moodle's gradebook imports, by `ID number` or `Email address`, as chosen on import."""

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
    """All data of the tables as a JSON list, with one object per student and assignment."""

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
    """Return the final score of a submission, with manual points and late penalties."""
    if submission is None:
        return None
    return max(0.0, submission.score - submission.late_submission_penalty)  # type: ignore[no-any-return]


def _table(rows: Sequence[Sequence[object]]) -> str:
    """Return a table as quoted CSV according to RFC 4180."""
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([[_text(cell) for cell in row] for row in rows])
    return file.getvalue()


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    return f"{cell:g}" if isinstance(cell, float) else str(cell)
