"""Hooks that ``nbgrader autograde`` calls before and after each submission, to grade as the engine does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.course import AUTOGRADED, Course
from autograder.grading.clean.folder import clean_folder
from autograder.grading.collect.notebooks import find_notebooks, read_releases
from autograder.grading.gradebook.history import forget
from autograder.grading.gradebook.store import open_gradebook, register


def before_autograde(assignment: str, notebooks: list[str], **_: Any) -> None:
    """Prepare a submission; ``nbgrader autograde`` calls this before each one.

    On its own, nbgrader would refuse an assignment that is not in the gradebook of a fresh clone yet, and
    would ignore renamed notebooks.
    """
    course = Course.find()
    register(course, assignment)
    # Each notebook is listed under its expected name; the graft step finds the actual file.
    folders = {Path(notebook).parent for notebook in notebooks}
    with open_gradebook(course) as gradebook:
        for folder in folders:
            forget(gradebook, assignment, folder.parent.name)
    releases = read_releases(course, assignment)
    notebooks[:] = sorted(
        str(folder / f"{name}.ipynb") for folder in folders for name in find_notebooks(folder, releases)
    )


def after_autograde(assignment: str, notebooks: list[str], **_: Any) -> None:
    """Clean the graded folder of a submission; ``nbgrader autograde`` calls this after each one."""
    course = Course.find()
    # nbgrader gives the student as the pattern "*"; only the paths of the notebooks contain the id.
    students = {Path(notebook).parent.parent.name for notebook in notebooks} or course.students(assignment)
    for student in students:
        clean_folder(course.folder(AUTOGRADED) / student / assignment, course.notebooks(assignment))
