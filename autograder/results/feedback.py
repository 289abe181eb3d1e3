"""The page that a student reads: nbgrader's feedback, for many students at once."""

from __future__ import annotations

from pathlib import Path

from nbgrader.converters import GenerateFeedback

from autograder.converter import convert
from autograder.course import FEEDBACK, Course


def write_feedback(course: Course, assignment: str, student: str) -> Path:
    """Write a student's feedback pages, and return their folder."""
    convert(GenerateFeedback, course, assignment, student, force=True)
    return course.folder(FEEDBACK) / student / assignment
