"""Collect submissions from the zip file that a learning management system exports.

Canvas names a file ``liwei_12345_67890_knn.ipynb`` (name, student number, file number, the student's file
name), with ``LATE`` after the name of a student whose submission is late. Moodle names a folder
``Li Wei_12345_assignsubmission_file_`` or, if set to export without folders, prefixes each file's name with
it.
"""

from __future__ import annotations

import contextlib
import csv
import filecmp
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.course import SUBMITTED, Course
from autograder.files import replace_folder
from autograder.grading.clean.folder import check_name
from autograder.grading.collect.archive import Member, RefusedError, ZipArchive, open_archive
from autograder.outcome import CollectedSubmission, plain
from gradbook.errors import GradbookError
from gradbook.files import RELEASE

#: The folder for submissions that newer ones replaced, in the course's private folder.
REPLACED = "replaced"

_MOODLE = re.compile(r"(?P<name>[^/]+?)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)_?/?(?P<file>.+)")
_CANVAS = re.compile(
    r"(?:.*/)?(?:(?P<name>(?!(?:LATE_)?anon_)[^/]+?)_)?(?P<late>LATE_)?"
    r"(?P<number>\d+|anon_[A-Za-z0-9]+)_(?P<upload>\d+)_(?P<file>[^/]+)"
)

#: The suffix that Canvas adds to the name of a file that is submitted again.
_AGAIN = re.compile(r"-\d+(?=\.\w+$)")

_STAMP = "timestamp.txt"

#: The columns of a roster, and how to save a table as a roster.
_COLUMNS = ("lms", "student")
_SAVE_AS = f"save the table as CSV, in UTF-8 and with commas, its first line {','.join(_COLUMNS)}"


@dataclass
class _Submission:
    name: str
    number: str
    files: dict[str, Member] = field(default_factory=dict)
    uploads: dict[str, int] = field(default_factory=dict)
    late: bool = False

    @property
    def time(self) -> datetime | None:
        return max((member.time for member in self.files.values() if member.time), default=None)


def collect(
    course: Course,
    assignment: str,
    archives: Sequence[Path],
    roster: Path | None = None,
    *,
    dry_run: bool = False,
) -> list[CollectedSubmission]:
    """Unpack archives into ``submitted/``; newer submissions replace existing ones.

    Replaced submissions are kept in the course's private folder. A submission without a timestamp counts as
    newer than the existing one.

    Parameters
    ----------
    course, assignment
        The course and the name of the assignment.
    archives
        Zip files, as downloaded from Canvas or Moodle; later ones count as submitted later.
    roster
        A CSV file with the columns ``lms`` (the name or number in the archive) and ``student`` (the id to
        grade under). By default, the student id comes from the archive: the name, on Canvas the name and the
        number.
    dry_run
        Only report what would be done.

    Raises
    ------
    GradbookError
        If the roster is not valid.
    """
    ids = _read_roster(roster) if roster is not None else {}
    return [line for path in archives for line in _collect_one(course, assignment, path, ids, dry_run)]


def _collect_one(
    course: Course, assignment: str, path: Path, ids: dict[str, str], dry_run: bool
) -> Iterator[CollectedSubmission]:
    try:
        with open_archive(path) as archive:
            yield from (CollectedSubmission("", "refused", f"{name}: {why}") for name, why in archive.refused)
            submissions: dict[str, _Submission] = {}
            for member in archive.members:
                try:
                    _assign_to_student(member, submissions, ids, _expected(course, assignment))
                except RefusedError as error:
                    yield CollectedSubmission("", "refused", f"{member.name}: {error}")
            for student, submission in sorted(submissions.items()):
                yield from _place(course, assignment, archive, student, submission, dry_run)
    except RefusedError as error:
        yield CollectedSubmission("", "refused", f"{plain(path.name)}: {error}")


def _expected(course: Course, assignment: str) -> set[str]:
    """Return the file names of the released notebooks."""
    return {f"{name}.ipynb" for name in course.notebooks(assignment, RELEASE)}


def _assign_to_student(
    member: Member, submissions: dict[str, _Submission], ids: dict[str, str], expected: set[str]
) -> None:
    """Add a file to the submission of the student in its name."""
    names = [found for found in (_MOODLE.search(member.name), _CANVAS.fullmatch(member.name)) if found]
    if not names:
        msg = "its name does not follow the patterns of Canvas or Moodle"
        raise RefusedError(msg)
    # The first match is the system's; the rest is a name that the student chose, which may imitate the other.
    found = min(names, key=lambda name: name.start("number"))
    moodle = found if found.re is _MOODLE else None
    if moodle and moodle["kind"] != "file":
        msg = "it is text that was typed into Moodle, not a submitted file"
        raise RefusedError(msg)
    name, number, file = found["name"] or "", found["number"], found["file"]
    # A student's number differs between assignments on Moodle, but never changes on Canvas.
    usual = name if moodle else f"{name}_{number}".removeprefix("_")
    student = ids.get(number) or ids.get(name) or usual
    _check_student(student, submissions)
    submission = submissions.setdefault(student, _Submission(name, number))
    if submission.number != number:
        msg = f"two students are called {name}; give {number} an id of its own in a roster"
        raise RefusedError(msg)
    upload = 0 if moodle else int(found["upload"])
    renamed = _AGAIN.sub("", file)
    if not moodle and renamed in expected:
        file = renamed
    if file == _STAMP:
        msg = f"{_STAMP} is reserved: students may not set their submission time"
        raise RefusedError(msg)
    submission.late |= not moodle and bool(found["late"])
    if file in submission.files and upload == submission.uploads[file]:
        msg = "the student submitted another file with the same name"
        raise RefusedError(msg)
    if upload >= submission.uploads.get(file, 0):
        submission.files[file], submission.uploads[file] = member, upload


def _check_student(student: str, submissions: dict[str, _Submission]) -> None:
    try:
        check_name(student)
    except GradbookError as error:
        raise RefusedError(error.what) from None
    if student.strip(". ") != student or "/" in student:
        msg = f"{student!r} cannot be a student's id"
        raise RefusedError(msg)
    alike = [other for other in submissions if other != student and other.casefold() == student.casefold()]
    if alike:
        msg = f"{student} and {alike[0]} are the same folder on some systems; rename them in a roster"
        raise RefusedError(msg)


def _place(
    course: Course, assignment: str, archive: ZipArchive, student: str, submission: _Submission, dry_run: bool
) -> Iterator[CollectedSubmission]:
    """Extract a student's files and put them into place atomically."""
    place = course.folder(SUBMITTED) / student / assignment
    parent = None if dry_run else course.folder(SUBMITTED)
    if parent is not None:
        parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=".collect-") as scratch:
        new = Path(scratch) / "new"
        new.mkdir()
        for name, member in submission.files.items():
            try:
                archive.extract(member, new / name)
            except (RefusedError, FileExistsError, NotADirectoryError) as error:
                why = error if isinstance(error, RefusedError) else "a file and a folder have the same name"
                yield CollectedSubmission(student, "refused", f"{member.name}: {why}")
        files = sorted(str(path.relative_to(new)) for path in new.rglob("*") if path.is_file())
        if not files:
            return
        about = ", ".join(files) + (" (late, according to Canvas)" if submission.late else "")
        if submission.time is not None:
            stamp = f"{submission.time:%Y-%m-%d %H:%M:%S} UTC"
            (new / _STAMP).write_text(stamp, encoding="utf-8")
            about += f", {stamp}"
        if not place.exists():
            what = "new"
        elif _same(new, place):
            yield CollectedSubmission(student, "unchanged", about)
            return
        elif submission.time is not None and (_time_of(place) or submission.time) > submission.time:
            yield CollectedSubmission(
                student, "older", f"{about}: the existing submission is newer and is kept"
            )
            return
        else:
            what = "newer"
            backup = _backup_folder(course, assignment, student)
            about += f"; the older one is kept in {backup.relative_to(course.root)}"
        if not dry_run:
            if what == "newer":
                shutil.copytree(place, _backup_folder(course, assignment, student), symlinks=True)
            place.parent.mkdir(exist_ok=True)
            replace_folder(new, place)
        yield CollectedSubmission(student, what, about)


def _same(new: Path, place: Path) -> bool:
    """Return whether two submissions hold the same files."""
    names = [
        {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {_STAMP}
        for folder in (new, place)
    ]
    return names[0] == names[1] and all(
        filecmp.cmp(new / name, place / name, shallow=False) for name in names[0]
    )


def _time_of(place: Path) -> datetime | None:
    with contextlib.suppress(OSError, ValueError, OverflowError):
        return parse_utc((place / _STAMP).read_text(encoding="utf-8").strip()).replace(tzinfo=UTC)  # type: ignore[no-any-return]
    return None


def _backup_folder(course: Course, assignment: str, student: str) -> Path:
    """Return a new path for the submission that is about to be replaced."""
    folder = course.private / REPLACED / assignment / student
    number = 1
    while (folder / str(number)).exists():
        number += 1
    return folder / str(number)


def _read_roster(path: Path) -> dict[str, str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            found = table.fieldnames or ()
            rows = [(table.line_num, row) for row in table]
    except OSError as error:
        raise _roster_error(path, error, "give the path of a readable file") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise _roster_error(path, error, _SAVE_AS) from None
    for column in _COLUMNS:
        if column not in found:
            raise _roster_error(path, f"no column {column!r}", _SAVE_AS)
        short = [line for line, row in rows if row[column] is None]
        if short:
            raise _roster_error(
                path, f"nothing under {column} in line {short[0]}", "fill it in, or delete the line"
            )
    ids = {row["lms"].strip(): row["student"].strip() for _, row in rows}
    twice = sorted({student for student in ids.values() if list(ids.values()).count(student) > 1})
    if twice:
        msg = f"The roster assigns the id {twice[0]!r} to several students."
        raise GradbookError(
            msg, where=path, done="Nothing was collected.", next="give each student an id of their own"
        )
    return ids


def _roster_error(path: Path, got: object, next_: str) -> GradbookError:
    return GradbookError(
        "The roster cannot be read.",
        where=path,
        expected="a CSV file with the columns lms and student",
        got=got,
        done="Nothing was collected.",
        next=f"{next_}; then repeat the command",
    )
