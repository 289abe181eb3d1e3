"""Archives from a learning management system become submissions; harmful files are refused by name."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.grading.collect import archive as archives
from autograder.grading.collect.download import collect
from autograder.outcome import CollectedSubmission
from gradbook.errors import GradbookError
from tests.support.courses import RIGHT, answered, grade_assignment

MONDAY, TUESDAY = (2026, 1, 5, 10, 0, 0), (2026, 1, 6, 11, 30, 0)
FOLDER = "{}_assignsubmission_file_/"


def zipped(path: Path, files: Mapping[str, str | bytes], time: tuple[int, ...] = MONDAY) -> Path:
    """Write a zip file; `files` may name a file twice by a trailing space."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, time)
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, content)
    return path


def notebook(course: Course, **changed: str) -> str:
    return json.dumps(answered(course.root / "assignments/01_tiny/tiny.ipynb", **{**RIGHT, **changed}))


def submitted_files(course: Course) -> dict[str, set[str]]:
    """Return the files of each submission."""
    submitted = course.root / "submitted"
    return {
        student.name: {
            str(path.relative_to(student / "01_tiny"))
            for path in (student / "01_tiny").rglob("*")
            if path.is_file()
        }
        for student in submitted.glob("[!.]*")
    }


def refused(lines: list[CollectedSubmission]) -> str:
    return "\n".join(line.about for line in lines if line.what == "refused")


def test_a_class_from_canvas_is_collected_and_graded(course: Course, tmp_path: Path) -> None:
    right, wrong = notebook(course), notebook(course, square="def square(x):\n    return x")
    files = {
        "liwei_1001_55501_tiny.ipynb": right,
        "liwei_1001_55502_model.npz": b"weights",
        "o'neillzoe_LATE_1002_55503_tiny-2.ipynb": wrong,
        "李雷_1003_55504_my work (1).ipynb": right,
        "anon_x1Y2z_55505_tiny.ipynb": right,
        "__MACOSX/._liwei_1001_55501_tiny.ipynb": b"\0",
    }
    lines = collect(course, "01_tiny", [zipped(tmp_path / "submissions.zip", files)])
    assert {line.what for line in lines} == {"new"}
    assert submitted_files(course) == {
        "liwei_1001": {"tiny.ipynb", "model.npz"},
        "o'neillzoe_1002": {"tiny.ipynb"},
        "李雷_1003": {"my work (1).ipynb"},
        "anon_x1Y2z": {"tiny.ipynb"},
    }
    assert [line.student for line in lines if "late, according to Canvas" in line.about] == [
        "o'neillzoe_1002"
    ]
    results = grade_assignment(course, "01_tiny", course.students("01_tiny"))
    assert {result.student: result.points for result in results} == {
        "liwei_1001": 8,
        "o'neillzoe_1002": 4,
        "李雷_1003": 8,
        "anon_x1Y2z": 8,
    }


def test_a_class_from_moodle_is_collected_with_its_times(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "moodle.zip"
    zipped(path, {FOLDER.format("Li Wei_77") + "tiny.ipynb": notebook(course)})
    with zipfile.ZipFile(path, "a") as file:
        flat = zipfile.ZipInfo("Zoë O'Neill_78_assignsubmission_file_tiny.ipynb", TUESDAY)
        file.writestr(flat, notebook(course))
        file.writestr(zipfile.ZipInfo(FOLDER.format("Li Wei_77") + "data/model.npz", MONDAY), b"weights")
        file.writestr("Li Wei_77_assignsubmission_onlinetext_/onlinetext.html", "<p>hello</p>")
    lines = collect(course, "01_tiny", [path])
    assert submitted_files(course) == {
        "Li Wei": {"tiny.ipynb", "data/model.npz", "timestamp.txt"},
        "Zoë O'Neill": {"tiny.ipynb", "timestamp.txt"},
    }
    assert "typed into Moodle" in refused(lines)
    stamps = [
        (course.root / f"submitted/{name}/01_tiny/timestamp.txt").read_text()
        for name in submitted_files(course)
    ]
    assert sorted(stamps)[0].startswith("2026-01-05")
    assert sorted(stamps)[1].startswith("2026-01-06")
    results = {result.student: result for result in grade_assignment(course, "01_tiny", ["Li Wei"])}
    assert results["Li Wei"].points == 8


def test_timestamps_within_minutes_are_ignored(course: Course, tmp_path: Path) -> None:
    collect(course, "01_tiny", [zipped(tmp_path / "a.zip", {"li_1_2_tiny.ipynb": notebook(course)})])
    assert submitted_files(course) == {"li_1": {"tiny.ipynb"}}


def test_a_newer_submission_replaces_an_older_one_which_is_backed_up(course: Course, tmp_path: Path) -> None:
    files = {"li_1_2_tiny.ipynb": "first", "wang_2_3_tiny.ipynb": "same"}
    collect(course, "01_tiny", [zipped(tmp_path / "a.zip", files)])
    (course.root / "submitted/li_1/01_tiny/notes.txt").write_text("mine")
    again = {"li_1_9_tiny-1.ipynb": "second", "wang_2_3_tiny.ipynb": "same"}
    lines = collect(course, "01_tiny", [zipped(tmp_path / "b.zip", again)])
    assert {line.student: line.what for line in lines} == {"li_1": "newer", "wang_2": "unchanged"}
    assert (course.root / "submitted/li_1/01_tiny/tiny.ipynb").read_text() == "second"
    kept = course.root / ".autograder/replaced/01_tiny/li_1/1"
    assert (kept / "tiny.ipynb").read_text() == "first"
    assert (kept / "notes.txt").read_text() == "mine"
    assert str(kept.relative_to(course.root)) in lines[0].about


def test_an_older_submission_does_not_replace_a_newer_one(course: Course, tmp_path: Path) -> None:
    def moodle(name: str, content: str, time: tuple[int, ...]) -> Path:
        path = zipped(tmp_path / name, {FOLDER.format("Li_7") + "tiny.ipynb": content}, time)
        with zipfile.ZipFile(path, "a") as file:
            file.writestr(zipfile.ZipInfo(FOLDER.format("Wu_8") + "tiny.ipynb", (2025, 1, 1, 0, 0, 0)), "x")
        return path

    collect(course, "01_tiny", [moodle("a.zip", "second", TUESDAY)])
    lines = collect(course, "01_tiny", [moodle("b.zip", "first", MONDAY)])
    assert [line.what for line in lines] == ["older", "unchanged"]
    assert (course.root / "submitted/Li/01_tiny/tiny.ipynb").read_text() == "second"
    collect(course, "01_tiny", [moodle("b.zip", "third", (2026, 1, 7, 0, 0, 0))])
    assert (course.root / "submitted/Li/01_tiny/tiny.ipynb").read_text() == "third"


def test_a_dry_run_reports_everything_and_changes_nothing(course: Course, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"li_1_2_tiny.ipynb": "x", "li_1_3_more.zip": "x"})
    before = {path for path in course.root.rglob("*") if ".autograder" not in path.parts}
    lines = collect(course, "01_tiny", [path], dry_run=True)
    assert [line.what for line in lines] == ["refused", "new"]
    assert {path for path in course.root.rglob("*") if ".autograder" not in path.parts} == before


def member(name: str, content: bytes = b"x", mode: int = 0, flags: int = 0) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name, MONDAY)
    info.external_attr = mode << 16
    info.flag_bits |= flags
    info.compress_type = zipfile.ZIP_DEFLATED
    return info, content


BAD = {
    "its path leads out of the archive": member("eve_1_2_tiny/../../../evil.ipynb"),
    "its path is absolute": member("/tmp/eve_1_2_tiny.ipynb"),
    "not allowed in file names": member("C_eve_1_2_..\\..\\evil.ipynb"),
    "it is a link": member("eve_1_3_link.ipynb", b"/etc/passwd", stat.S_IFLNK | 0o777),
    "it is a device": member("eve_1_4_disk.npz", b"", stat.S_IFBLK | 0o666),
    "it is a device or a pipe": member("eve_1_5_pipe.npz", b"", stat.S_IFIFO | 0o666),
    "an archive in the archive": member("eve_1_6_work.zip"),
    "times its size": member("eve_1_7_bomb.npz", bytes(32 * 2**20)),
    "the limit is 100 MB": member("eve_1_8_large.npz", bytes(101 * 2**20)),
    "the patterns of Canvas or Moodle": member("readme.ipynb"),
    "hidden, empty or too long": member("Eve_1_assignsubmission_file_/.ipython/startup.py"),
    "students may not set their submission time": member("eve_1_9_timestamp.txt", b"2020-01-01"),
    "be read as markup": member("eve' b='_1_10_tiny.ipynb"),
}


def test_harmful_files_are_refused_by_name_and_the_others_are_collected(
    course: Course, tmp_path: Path
) -> None:
    path = zipped(tmp_path / "a.zip", {"eve_1_20_tiny.ipynb": "mine", "li_2_21_tiny.ipynb": "good"})
    with zipfile.ZipFile(path, "a") as file:
        for info, content in BAD.values():
            file.writestr(info, content)
        file.writestr(*member("LI_2_22_tiny.ipynb"))
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr(*member("li_2_21_tiny.ipynb", b"forged"))
        file.writestr(*member("eve_1_23_secret.npz"))
        file.writestr(*member("eve_1_24_cut.npz", b"y" * 100))
    _encrypt(path, "eve_1_23_secret.npz")
    _damage(path, b"eve_1_24_cut.npz")
    outside = set(course.root.parent.iterdir())
    lines = collect(course, "01_tiny", [path])
    messages = refused(lines)
    for why, (info, _) in BAD.items():
        assert any(why in line and info.filename in line for line in messages.splitlines()), (why, messages)
    for name, why in {
        "LI_2_22_tiny.ipynb": "the same folder on some systems",
        "li_2_21_tiny.ipynb": "an earlier file in the archive has the same name",
        "eve_1_23_secret.npz": "encrypted",
        "eve_1_24_cut.npz": "damaged",
    }.items():
        assert any(name in line and why in line for line in messages.splitlines()), (name, messages)
    assert submitted_files(course) == {"eve_1": {"tiny.ipynb"}, "li_2": {"tiny.ipynb"}}
    assert (course.root / "submitted/li_2/01_tiny/tiny.ipynb").read_text() == "good"
    assert set(course.root.parent.iterdir()) == outside


def _encrypt(path: Path, name: str) -> None:
    """Set the flag of an encrypted file."""
    raw = bytearray(path.read_bytes())
    for signature, offset, length in ((b"PK\3\4", 6, 30), (b"PK\1\2", 8, 46)):
        place = raw.find(signature)
        while raw[place + length : place + length + len(name)] != name.encode():
            place = raw.find(signature, place + 1)
        raw[place + offset] |= 1
    path.write_bytes(bytes(raw))


def _damage(path: Path, name: bytes) -> None:
    raw = bytearray(path.read_bytes())
    raw[raw.find(name) + len(name)] ^= 0xFF
    path.write_bytes(bytes(raw))


def test_an_archive_of_too_many_or_too_large_files_is_refused(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "a.zip", {f"li_1_{n}_{n}.txt": "1234567890" for n in range(10)})
    monkeypatch.setattr(archives, "MAX_TOTAL", 50)
    assert refused(collect(course, "01_tiny", [path], dry_run=True)).count("unpacks to more than") == 5
    monkeypatch.setattr(archives, "MAX_MEMBERS", 9)
    assert "a.zip: it contains 10 files; the limit is 9" in refused(collect(course, "01_tiny", [path]))
    assert submitted_files(course) == {}


def test_invalid_archives_are_refused_and_the_others_are_collected(course: Course, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_text("no zip file")
    good = zipped(tmp_path / "good.zip", {"li_1_2_tiny.ipynb": "x"})
    paths = [tmp_path / "no.zip", tmp_path / "missing.zip", tmp_path, good]
    lines = collect(course, "01_tiny", paths)
    assert [line.what for line in lines] == ["refused", "refused", "refused", "new"]


def test_a_file_name_in_the_pattern_of_the_other_system_does_not_change_the_student(
    course: Course, tmp_path: Path
) -> None:
    canvas = {"eve_1_20_x_12346_assignsubmission_file_tiny.ipynb": "hers", "li_2_21_tiny.ipynb": "his"}
    moodle = {FOLDER.format("Li Wei_77") + "eve_1_22_tiny.ipynb": "Wei's"}
    lines = collect(
        course, "01_tiny", [zipped(tmp_path / "a.zip", canvas), zipped(tmp_path / "b.zip", moodle)]
    )
    assert refused(lines) == ""
    assert submitted_files(course) == {
        "eve_1": {"x_12346_assignsubmission_file_tiny.ipynb"},
        "li_2": {"tiny.ipynb"},
        "Li Wei": {"eve_1_22_tiny.ipynb"},
    }


def test_a_file_with_the_name_of_a_folder_is_refused(course: Course, tmp_path: Path) -> None:
    folder, other = FOLDER.format("Li Wei_77"), FOLDER.format("Zoë_78")
    files = {f"{folder}data/a.csv": "1", f"{folder}data": "2", f"{other}tiny.ipynb": "3"}
    message = refused(collect(course, "01_tiny", [zipped(tmp_path / "a.zip", files)]))
    assert message == f"{folder}data: a file and a folder have the same name"
    assert submitted_files(course) == {"Li Wei": {"data/a.csv"}, "Zoë": {"tiny.ipynb"}}


def test_unpacking_does_not_overwrite_an_existing_file(tmp_path: Path) -> None:
    (tmp_path / "tiny.ipynb").write_text("there before")
    path = zipped(tmp_path / "a.zip", {"li_1_2_tiny.ipynb": "new"})
    with archives.open_archive(path) as archive, pytest.raises(FileExistsError):
        archive.extract(archive.members[0], tmp_path / "tiny.ipynb")
    assert (tmp_path / "tiny.ipynb").read_text() == "there before"


def test_a_roster_distinguishes_two_students_with_the_same_name(course: Course, tmp_path: Path) -> None:
    files = {FOLDER.format("Li Wei_77") + "tiny.ipynb": "a", FOLDER.format("Li Wei_78") + "tiny.ipynb": "b"}
    path = zipped(tmp_path / "a.zip", files)
    lines = collect(course, "01_tiny", [path], dry_run=True)
    assert "two students are called Li Wei; give 78 an id of its own in a roster" in refused(lines)
    roster = tmp_path / "class.csv"
    roster.write_text("lms,student\n78,lwei2\nLi Wei,lwei\n", encoding="utf-8-sig")
    collect(course, "01_tiny", [path], roster)
    assert submitted_files(course) == {"lwei": {"tiny.ipynb"}, "lwei2": {"tiny.ipynb"}}


@pytest.mark.parametrize(
    ("content", "got", "next_"),
    [
        (b"id,name\n1,li\n", "no column 'lms'", "its first line lms,student"),
        (b"lms;student\n1;li\n", "no column 'lms'", "with commas"),
        (b"", "no column 'lms'", "its first line lms,student"),
        (b"PK\x03\x04\xff", "can't decode", "save the table as CSV"),
        (b"lms,student\n\n1,li\n2\n", "nothing under student in line 4", "fill it in"),
        (b"lms,student\n1,li\n2,li\n", "to several", "an id of their own"),
        (None, "No such file", "the path of a readable file"),
    ],
)
def test_an_invalid_roster_is_refused(
    course: Course, tmp_path: Path, content: bytes | None, got: str, next_: str
) -> None:
    roster = tmp_path / "class.csv"
    if content is not None:
        roster.write_bytes(content)
    path = zipped(tmp_path / "a.zip", {"li_1_2_tiny.ipynb": "x"})
    with pytest.raises(GradbookError) as caught:
        collect(course, "01_tiny", [path], roster)
    assert got in str(caught.value)
    assert next_ in caught.value.details["next"]
    assert submitted_files(course) == {}


def test_the_command_prints_a_table_and_fails_if_a_file_was_refused(course: Course, tmp_path: Path) -> None:
    zipped(tmp_path / "a.zip", {"li_1_2_tiny.ipynb": "x", "li_1_3_more.zip": "x"})
    run = subprocess.run(
        [sys.executable, "-m", "autograder", "collect", "01_tiny", str(tmp_path / "a.zip"), "--dry-run"],
        cwd=course.root,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "140"},
    )
    assert run.returncode == 1
    assert "li_1_3_more.zip: it is an archive in the archive" in run.stdout
    assert "1 refused, 1 new. Nothing was changed." in run.stdout
    assert not (course.root / "submitted").exists()
