"""Running one of nbgrader's own converters on a course."""

from __future__ import annotations

import glob
import logging
from typing import Any

from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.course import Course
from autograder.errors import AutograderError


class _Lines(logging.Handler):
    """Keeps what a converter logs, to tell it when the converter fails."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def convert(
    converter: type[BaseConverter],
    course: Course,
    assignment: str,
    student: str = "*",
    folders: dict[str, str] | None = None,
    **traits: Any,
) -> None:
    """Run a converter on an assignment, with the course's configuration.

    Parameters
    ----------
    converter
        One of ``nbgrader.converters``.
    course
        The course.
    assignment, student
        Names; ``*`` for all students. Special characters in them are just characters.
    folders
        Traits of nbgrader's CourseDirectory to set, for example another ``release_directory``.
    traits
        Traits of the converter.

    Raises
    ------
    AutograderError
        With what nbgrader logged, when it fails.
    """
    config = course.config()
    heard = _Lines()
    logger = logging.Logger("nbgrader")
    logger.addHandler(heard)
    directory = CourseDirectory(config=config, log=logger, **(folders or {}))
    directory.assignment_id = assignment
    directory.student_id = student if student == "*" else glob.escape(student)
    run = converter(coursedir=directory, config=config, log=logger, **traits)
    try:
        run.start()
    except NbGraderException as error:
        tracebacks = [line for line in heard.lines if line.startswith("Traceback")]
        told = (tracebacks or heard.lines or [str(error)])[0].strip().splitlines()
        msg = (
            f"nbgrader could not go through {assignment}"
            + ("" if student == "*" else f" for {student!r}")
            + "."
        )
        raise AutograderError(msg, got=told[-1]) from error
