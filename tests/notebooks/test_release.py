"""The committed assignments are what the source gives, byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.release.build import release
from gradbook.files import CONFIG_FILE, RELEASE, SOURCE

COURSE = Course.find(Path(__file__))


@pytest.mark.parametrize("assignment", COURSE.assignments())
def test_the_release_is_what_the_source_gives(assignment: str, tmp_path: Path) -> None:
    shutil.copy(COURSE.root / CONFIG_FILE, tmp_path)
    shutil.copytree(COURSE.folder(SOURCE) / assignment, tmp_path / SOURCE / assignment)
    release(Course(tmp_path), assignment)
    made, committed = (
        {
            path.relative_to(folder): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and ".ipynb_checkpoints" not in path.parts
        }
        for folder in (tmp_path / RELEASE / assignment, COURSE.folder(RELEASE) / assignment)
    )
    assert made.keys() == committed.keys()
    different = [str(path) for path in made if made[path] != committed[path]]
    assert different == [], f"type gradbook release {assignment}, and commit the release"
