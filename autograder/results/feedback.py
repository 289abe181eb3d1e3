"""The page that a student reads: nbgrader's feedback."""

from __future__ import annotations

import shutil
from pathlib import Path

from nbgrader.converters import GenerateFeedback

from autograder.converter import convert
from autograder.course import FEEDBACK, Course


def write_feedback(course: Course, assignment: str, student: str, *, has_notebooks: bool) -> Path:
    """Write a student's feedback pages in place of those that are there; return their folder.

    Parameters
    ----------
    course, assignment, student
        Whose they are.
    has_notebooks
        Whether anything was graded. Nothing handed in leaves no page, and none of an earlier time.
    """
    folder = course.folder(FEEDBACK) / student / assignment
    if has_notebooks:
        convert(GenerateFeedback, course, assignment, student, force=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return folder
