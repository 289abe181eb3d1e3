"""Running one of nbgrader's own converters on a course."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.course import CONFIG_FILE, Course
from autograder.errors import AutograderError

if TYPE_CHECKING:
    from traitlets.config import Config


class _Exact:
    """Has a converter take one folder by its very name: nbgrader reads names as patterns, ``[x]`` too."""

    def init_notebooks(self) -> None:
        directory = self.coursedir  # type: ignore[attr-defined]
        folder = self._format_source(directory.assignment_id, directory.student_id)  # type: ignore[attr-defined]
        names = sorted(path.name for path in Path(folder).glob("*.ipynb"))
        # Joined as text: nbgrader matches the paths against one with "/./" in it.
        self.assignments = {folder: [os.path.join(folder, name) for name in names]}
        self.notebooks: list[str] = []


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
        Their names, the student's where the converter works on submissions.
    folders
        Traits of nbgrader's CourseDirectory to set, for example another ``release_directory``.
    config
        The configuration; by default the course's.
    traits
        Traits of the converter.

    Raises
    ------
    AutograderError
        With what nbgrader logged, when it fails.
    """
    config = config or course.config()
    heard = _Lines()
    logger = logging.Logger("nbgrader")
    logger.addHandler(heard)
    directory = CourseDirectory(config=config, log=logger, **(folders or {}))
    directory.assignment_id = assignment
    directory.student_id = student
    exact = type(converter.__name__, (_Exact, converter), {})
    conversion = exact(coursedir=directory, config=config, log=logger, **traits)
    source = Path(conversion._format_source(assignment, student))
    try:
        conversion.start()
    except NbGraderException as error:
        tracebacks = [line for line in heard.lines if line.startswith("Traceback")]
        told = (tracebacks or heard.lines or [str(error)])[0].strip().splitlines()
        if any("Cannot add or remove cells" in line for line in heard.lines):
            msg = f"Cells of {assignment} have come or gone since it was first graded."
            raise AutograderError(
                msg,
                expected="the same task ids as then: the gradebook holds grades for them",
                done="Nothing was changed.",
                next="keep their old ids; or start anew, which deletes its grades, those given by hand too: "
                f"nbgrader db assignment remove {assignment} --force",
            ) from error
        whose = "" if student == "." else f" for {student!r}"
        msg = f"nbgrader could not go through {assignment}{whose}."
        raise AutograderError(
            msg,
            where=source,
            got=told[-1],
            next=f"mend what it names, there or in {CONFIG_FILE}; then the same command again",
        ) from error
