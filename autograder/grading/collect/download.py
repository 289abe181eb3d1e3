"""Taking in what a learning management system hands out: a zip file of all that a class handed in.

Canvas names a file ``liwei_12345_67890_knn.ipynb`` (name, student, file, what the student called it), with
``LATE`` after the name of who was late. Moodle names a folder ``Li Wei_12345_assignsubmission_file_``, or,
where it is told to make no folders, puts the same before each file's name.
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

from autograder.course import RELEASE, SUBMITTED, Course
from autograder.errors import AutograderError
from autograder.files import replace_folder
from autograder.grading.clean.folder import check_name
from autograder.grading.collect.archive import Archive, Member, RefusedError, open_archive
from autograder.results.collected import Line
from autograder.results.outcome import plain

#: Where submissions go that newer ones replaced, in the course's private folder.
REPLACED = "replaced"

_MOODLE = re.compile(r"(?P<name>[^/]+?)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)_?/?(?P<file>.+)")
_CANVAS = re.compile(
    r"(?:.*/)?(?:(?P<name>(?!(?:LATE_)?anon_)[^/]+?)_)?(?P<late>LATE_)?"
    r"(?P<number>\d+|anon_[A-Za-z0-9]+)_(?P<upload>\d+)_(?P<file>[^/]+)"
)

#: What Canvas puts at the end of the name of a file that is handed in again.
_AGAIN = re.compile(r"-\d+(?=\.\w+$)")

_STAMP = "timestamp.txt"

#: What a roster's columns are called, and how a table becomes one.
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
) -> list[Line]:
    """Put what archives hold under ``submitted/``; a submission that is there gives way to a newer one.

    What was replaced is kept in the course's private folder. A submission without a time stamp counts as
    newer than what is there.

    Parameters
    ----------
    course, assignment
        What was handed in.
    archives
        Zip files, as Canvas and Moodle give them; later ones count as handed in later.
    roster
        A CSV file with the columns ``lms`` (the name or number that the archive has) and ``student`` (the id
        to grade under). By default a student is called by name, on Canvas by name and number.
    dry_run
        Only say what would be done.

    Raises
    ------
    AutograderError
        When the roster is none.
    """
    ids = _read_roster(roster) if roster is not None else {}
    return [line for path in archives for line in _collect_one(course, assignment, path, ids, dry_run)]


def _collect_one(
    course: Course, assignment: str, path: Path, ids: dict[str, str], dry_run: bool
) -> Iterator[Line]:
    try:
        with open_archive(path) as archive:
            yield from (Line("", "refused", f"{name}: {why}") for name, why in archive.refused)
            submissions: dict[str, _Submission] = {}
            for member in archive.members:
                try:
                    _sort_in(member, submissions, ids, _expected(course, assignment))
                except RefusedError as error:
                    yield Line("", "refused", f"{member.name}: {error}")
            for student, submission in sorted(submissions.items()):
                yield from _place(course, assignment, archive, student, submission, dry_run)
    except RefusedError as error:
        yield Line("", "refused", f"{plain(path.name)}: {error}")


def _expected(course: Course, assignment: str) -> set[str]:
    """Return the names of the files that students were given to hand in."""
    return {f"{name}.ipynb" for name in course.notebooks(assignment, RELEASE)}


def _sort_in(
    member: Member, submissions: dict[str, _Submission], ids: dict[str, str], expected: set[str]
) -> None:
    """Give a file to the student whom the archive names."""
    names = [found for found in (_MOODLE.search(member.name), _CANVAS.fullmatch(member.name)) if found]
    if not names:
        raise RefusedError("its name is none that Canvas or Moodle gives")
    # What comes first is the system's; a student who names a file can go on as the other system would.
    found = min(names, key=lambda name: name.start("number"))
    moodle = found if found.re is _MOODLE else None
    if moodle and moodle["kind"] != "file":
        raise RefusedError("it was typed into Moodle, and is no file that was handed in")
    name, number, file = found["name"] or "", found["number"], found["file"]
    # Moodle numbers a student anew in each assignment, Canvas never.
    usual = name if moodle else f"{name}_{number}".removeprefix("_")
    student = ids.get(number) or ids.get(name) or usual
    _check_student(student, submissions)
    submission = submissions.setdefault(student, _Submission(name, number))
    if submission.number != number:
        raise RefusedError(f"two students are called {name}; a roster can tell {number} from the other")
    upload = 0 if moodle else int(found["upload"])
    renamed = _AGAIN.sub("", file)
    if not moodle and renamed in expected:
        file = renamed
    if file == _STAMP:
        raise RefusedError(
            "that file says when a submission was handed in, which is not the student's to say"
        )
    submission.late |= not moodle and bool(found["late"])
    if file in submission.files and upload == submission.uploads[file]:
        raise RefusedError("the student handed in another of that name")
    if upload >= submission.uploads.get(file, 0):
        submission.files[file], submission.uploads[file] = member, upload


def _check_student(student: str, submissions: dict[str, _Submission]) -> None:
    try:
        check_name(student)
    except AutograderError as error:
        raise RefusedError(error.what) from None
    if student.strip(". ") != student or "/" in student:
        raise RefusedError(f"{student!r} cannot be a student's id")
    alike = [other for other in submissions if other != student and other.casefold() == student.casefold()]
    if alike:
        raise RefusedError(
            f"{student} and {alike[0]} are one folder on some systems; a roster can rename them"
        )


def _place(
    course: Course, assignment: str, archive: Archive, student: str, submission: _Submission, dry_run: bool
) -> Iterator[Line]:
    """Put a student's files where they belong, all at once."""
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
                why = error if isinstance(error, RefusedError) else "a file and a folder have one name"
                yield Line(student, "refused", f"{member.name}: {why}")
        files = sorted(str(path.relative_to(new)) for path in new.rglob("*") if path.is_file())
        if not files:
            return
        about = ", ".join(files) + (" (late, says Canvas)" if submission.late else "")
        if submission.time is not None:
            stamp = f"{submission.time:%Y-%m-%d %H:%M:%S} UTC"
            (new / _STAMP).write_text(stamp, encoding="utf-8")
            about += f", {stamp}"
        if not place.exists():
            what = "new"
        elif _same(new, place):
            yield Line(student, "unchanged", about)
            return
        elif submission.time is not None and (_time_of(place) or submission.time) > submission.time:
            yield Line(student, "older", f"{about}: what is there was handed in later, and stays")
            return
        else:
            what = "newer"
            about += (
                f"; the older one is kept in {_kept(course, assignment, student).relative_to(course.root)}"
            )
        if not dry_run:
            if what == "newer":
                shutil.copytree(place, _kept(course, assignment, student), symlinks=True)
            place.parent.mkdir(exist_ok=True)
            replace_folder(new, place)
        yield Line(student, what, about)


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
        return parse_utc((place / _STAMP).read_text(encoding="utf-8").strip()).replace(tzinfo=UTC)
    return None


def _kept(course: Course, assignment: str, student: str) -> Path:
    """Return a folder that is not there yet, for the submission that gives way."""
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
        raise _no_roster(path, error, "give the path of a file that is there and may be read") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise _no_roster(path, error, _SAVE_AS) from None
    for column in _COLUMNS:
        if column not in found:
            raise _no_roster(path, f"no column {column!r}", _SAVE_AS)
        short = [line for line, row in rows if row[column] is None]
        if short:
            raise _no_roster(path, f"nothing under {column} in line {short[0]}", "fill it in, or take it out")
    ids = {row["lms"].strip(): row["student"].strip() for _, row in rows}
    twice = sorted({student for student in ids.values() if list(ids.values()).count(student) > 1})
    if twice:
        msg = f"The roster gives {twice[0]!r} to several."
        raise AutograderError(
            msg, where=path, done="Nothing was collected.", next="give each an id of its own"
        )
    return ids


def _no_roster(path: Path, got: object, next_: str) -> AutograderError:
    return AutograderError(
        "The roster cannot be read.",
        where=path,
        expected="a CSV file with the columns lms and student",
        got=got,
        done="Nothing was collected.",
        next=f"{next_}; then the same command again",
    )
