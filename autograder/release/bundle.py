"""The zip file that a class gets: the assignments, the package without solutions, how to begin."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from importlib import resources
from pathlib import Path

import autograder
from autograder.course import CONFIG_FILE, RELEASE, SOURCE, Course
from autograder.errors import AutograderError
from autograder.files import write_atomically
from autograder.grading.execute import GradingExecute

#: Every file in the zip has this time, so that the same release gives the same bytes.
_TIME = (2020, 1, 1, 0, 0, 0)


def bundle(course: Course, assignments: list[str], place: Path) -> Path:
    """Write the zip file that a class gets; return it.

    Parameters
    ----------
    course, assignments
        What is in it, as it was released.
    place
        The file.

    Raises
    ------
    AutograderError
        When there is no assignment, one was not released, or the package cannot be built here.
    """
    if not assignments:
        raise AutograderError(
            "There is no assignment to give to a class.",
            expected=f"folders with notebooks in {course.folder(SOURCE)}",
            next="make one, as README.md says",
        )
    files: dict[str, bytes] = {}
    for assignment in assignments:
        folder = course.folder(RELEASE) / assignment
        if not any(folder.glob("*.ipynb")):
            msg = f"{assignment} was never released."
            raise AutograderError(msg, expected=folder, next=f"autograder release {assignment}")
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
    """Return the clone that the package runs from."""
    clone = Path(autograder.__file__).parents[1]
    if not (clone / "pyproject.toml").is_file():
        raise AutograderError(
            "The package's wheel cannot be built here.",
            where=clone,
            expected="a clone of Gradbook, whose package is installed from it",
            next="in a clone: pip install --editable '.[dev]', then the same command",
        )
    return clone


def _wheel(clone: Path) -> tuple[str, bytes]:
    """Build the package's wheel; return its name and content."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", scratch]
        done = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AutograderError(
                "The package's wheel could not be built.",
                got=(done.stderr or done.stdout).strip().rpartition("\n")[2],
                next="pip install hatchling, then the same command",
            )
        (path,) = Path(scratch).glob("*.whl")
        return path.name, path.read_bytes()
