"""What ``nbgrader autograde`` calls before and after each submission, to grade as the engine does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.course import AUTOGRADED, Course
from autograder.grading.clean.folder import clean_folder
from autograder.grading.collect.folder import find_notebook
from autograder.grading.gradebook.ledger import forget
from autograder.grading.gradebook.record import open_gradebook, register


def before_autograde(assignment: str, notebooks: list[str], **_: Any) -> None:
    """Make a submission ready for ``nbgrader autograde``, which calls this before each one.

    nbgrader itself would refuse an assignment that a fresh clone's gradebook does not know yet, and pass
    over renamed notebooks.
    """
    course = Course.find()
    register(course, assignment)
    # Each is listed under its right name, whatever the file is called; the graft finds it.
    folders = {Path(notebook).parent for notebook in notebooks}
    with open_gradebook(course) as gradebook:
        for folder in folders:
            forget(gradebook, assignment, folder.parent.name)
    expected = course.notebooks(assignment)
    notebooks[:] = sorted(
        str(folder / f"{name}.ipynb")
        for folder in folders
        for name in expected
        if find_notebook(folder, name, expected) is not None
    )


def after_autograde(assignment: str, notebooks: list[str], **_: Any) -> None:
    """Clean what ``nbgrader autograde`` copied beside the notebooks; it calls this after each submission."""
    course = Course.find()
    # The student is told as a pattern, "*"; only the paths of the notebooks say who it is.
    students = {Path(notebook).parent.parent.name for notebook in notebooks} or course.students(assignment)
    for student in students:
        clean_folder(course.folder(AUTOGRADED) / student / assignment, course.notebooks(assignment))
