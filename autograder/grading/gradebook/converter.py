"""Run one of nbgrader's converters on a course."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.course import Course
from gradbook.errors import GradbookError
from gradbook.files import CONFIG_FILE

if TYPE_CHECKING:
    from traitlets.config import Config


class _ExactFolder:
    """Mixin for a converter that takes a folder's name literally; nbgrader reads it as a glob pattern."""

    def init_notebooks(self) -> None:
        directory = self.coursedir  # type: ignore[attr-defined]
        folder = self._format_source(directory.assignment_id, directory.student_id)  # type: ignore[attr-defined]
        names = sorted(path.name for path in Path(folder).glob("*.ipynb"))
        # Joined as text, because nbgrader matches the paths against a pattern with "/./" in it.
        self.assignments = {folder: [f"{folder}{os.sep}{name}" for name in names]}
        self.notebooks: list[str] = []


class _LogLines(logging.Handler):
    """Collect the messages that a converter logs, to report them if it fails."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def convert(
    converter: type[BaseConverter],
    course: Course,
    assignment: str,
    student: str = ".",
    folders: dict[str, str] | None = None,
    config: Config | None = None,
    **traits: Any,
) -> None:
    """Run a converter on an assignment.

    Parameters
    ----------
    converter
        One of ``nbgrader.converters``.
    course
        The course.
    assignment, student
        Their names; the student is needed only by converters that work on submissions.
    folders
        Traits of nbgrader's CourseDirectory to set, for example another ``release_directory``.
    config
        The configuration; by default the course's.
    traits
        Traits of the converter.

    Raises
    ------
    GradbookError
        If the conversion fails; the message contains the errors that nbgrader logged.
    """
    config = config or course.config()
    log = _LogLines()
    logger = logging.Logger("nbgrader")  # noqa: LOG001  (not configured elsewhere)
    logger.addHandler(log)
    directory = CourseDirectory(config=config, log=logger, **(folders or {}))
    directory.assignment_id = assignment
    directory.student_id = student
    exact = type(converter.__name__, (_ExactFolder, converter), {})
    conversion = exact(coursedir=directory, config=config, log=logger, **traits)
    source = Path(conversion._format_source(assignment, student))
    try:
        conversion.start()
    except NbGraderException as error:
        tracebacks = [line for line in log.lines if line.startswith("Traceback")]
        details = (tracebacks or log.lines or [str(error)])[0].strip().splitlines()
        if any("Cannot add or remove cells" in line for line in log.lines):
            msg = f"Cells of {assignment} were added or removed after it was first graded."
            raise GradbookError(
                msg,
                expected="the same task ids as before, because the gradebook holds grades for them",
                done="Nothing was changed.",
                next="restore the old ids; or start over, which deletes all its grades, manual ones too: "
                f"nbgrader db assignment remove {assignment} --force",
            ) from error
        whose = "" if student == "." else f" for {student!r}"
        msg = f"nbgrader could not process {assignment}{whose}."
        raise GradbookError(
            msg,
            where=source,
            got=details[-1],
            next=f"fix the problem in the notebook or in {CONFIG_FILE}; then repeat the command",
        ) from error
