"""The zip file for students: the assignments, the package without solutions, and instructions."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from importlib import resources
from pathlib import Path

import autograder
from autograder.course import Course
from autograder.grading.execute import GradingExecute
from gradbook.errors import GradbookError
from gradbook.files import CONFIG_FILE, RELEASE, SOURCE, write_atomically

#: The timestamp of every file in the zip file, so that the same release results in the same bytes.
_TIME = (2020, 1, 1, 0, 0, 0)


def bundle(course: Course, assignments: list[str], place: Path) -> Path:
    """Write the zip file for students, and return its path.

    Parameters
    ----------
    course, assignments
        The course and the names of the released assignments.
    place
        The path of the file.

    Raises
    ------
    GradbookError
        If there is no assignment, one has not been released, or the package cannot be built here.
    """
    if not assignments:
        msg = "There is no assignment to bundle."
        raise GradbookError(
            msg,
            expected=f"folders with notebooks in {course.folder(SOURCE)}",
            next="create one, as described in README.md",
        )
    files: dict[str, bytes] = {}
    for assignment in assignments:
        folder = course.folder(RELEASE) / assignment
        if not any(folder.glob("*.ipynb")):
            msg = f"{assignment} has not been released."
            raise GradbookError(msg, expected=folder, next=f"gradbook release {assignment}")
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            files[f"{RELEASE}/{assignment}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    clone = _clone()
    name, wheel = _wheel(clone)
    files[name] = wheel
    files["TROUBLESHOOTING.md"] = (clone / "docs/troubleshooting.md").read_bytes()
    files[CONFIG_FILE] = (resources.files("autograder.starter") / "nbgrader_config.py.txt").read_bytes()
    page = (resources.files(__package__) / "bundle.md").read_text(encoding="utf-8")
    added_timeout = GradingExecute(config=course.config()).added_timeout
    files["README.md"] = page.format(
        course=course.root.name, wheel=name, first=assignments[0], added_timeout=added_timeout
    ).encode()
    with tempfile.TemporaryFile() as scratch:
        with zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as archive:
            for inside, content in files.items():
                archive.writestr(
                    zipfile.ZipInfo(f"{place.stem}/{inside}", _TIME), content, zipfile.ZIP_DEFLATED
                )
        scratch.seek(0)
        write_atomically(place, scratch.read())
    return place


def _clone() -> Path:
    """Return the clone of Gradbook that this package is installed from."""
    clone = Path(autograder.__file__).parents[1]
    if not (clone / "pyproject.toml").is_file():
        msg = "The package's wheel cannot be built here."
        raise GradbookError(
            msg,
            where=clone,
            expected="a clone of Gradbook, with the package installed from it",
            next="in a clone: pip install --editable '.[dev]', then repeat the command",
        )
    return clone


def _wheel(clone: Path) -> tuple[str, bytes]:
    """Build the package's wheel; return its name and content."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", scratch]
        done = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)
        if done.returncode:
            msg = "The package's wheel could not be built."
            raise GradbookError(
                msg,
                got=(done.stderr or done.stdout).strip().rpartition("\n")[2],
                next="pip install hatchling, then repeat the command",
            )
        (path,) = Path(scratch).glob("*.whl")
        return path.name, path.read_bytes()
