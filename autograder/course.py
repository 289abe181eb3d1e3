"""The course folder: its layout, its assignments in order, its configuration.

All other modules get their paths from here, so that the layout is defined only once.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.moved import find_moved
from gradbook.errors import GradbookError, known
from gradbook.files import CONFIG_FILE, RELEASE, SOURCE, find_course_folder

if TYPE_CHECKING:
    from traitlets.config import Config

SUBMITTED = "submitted"
AUTOGRADED = "autograded"
FEEDBACK = "feedback"
REPORTS = "reports"
WORK = "work"
PRIVATE = ".autograder"

#: The folder with the accepted mutants, in an assignment's source folder.
MUTANTS = "mutants"

#: Folders in an assignment's source folder that must never reach a student.
NEVER_RELEASED = ("mistakes", "variants", "reference", MUTANTS)

#: Cells with this tag (long training, plots) are run by people but not by the grader.
SKIP_TAG = "skip-grading"

#: The metadata key for the autograder's own data in cells and notebooks, beside nbgrader's key.
METADATA = "autograder"

#: What to do when released notebooks are missing.
HOW_TO_RESTORE = "in a clone: git checkout assignments; otherwise unpack the course's zip file again"

#: The kernelspec whose provisioner starts the kernels for grading.
GRADING_KERNEL = "autograder"


def how_to_start_again(notebook: Path) -> str:
    """Return the commands that replace an unreadable copy of a notebook."""
    fresh = f"{shlex.join(['mv', str(notebook), f'{notebook}.broken'])}, then gradbook lab for a new copy"
    saved = notebook.parent / ".ipynb_checkpoints" / f"{notebook.stem}-checkpoint.ipynb"
    if not saved.is_file():
        return fresh
    return f"{shlex.join(['cp', str(saved), str(notebook)])}, the last checkpoint of JupyterLab; or {fresh}"


class SandboxKind(StrEnum):
    """How students' code is isolated while it is graded; the first is the default."""

    BWRAP = "bwrap"
    NONE = "none"


#: The names of the sandbox kinds, as the configuration spells them.
SANDBOXES = tuple(sandbox.value for sandbox in SandboxKind)


@dataclass(frozen=True)
class Course:
    """A course folder.

    Parameters
    ----------
    root
        The folder that holds ``nbgrader_config.py``.
    """

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Course:
        """Return the course that contains `start` (default: the working folder).

        Raises
        ------
        GradbookError
            If neither `start` nor a folder above it is a course.
        """
        course = cls.locate(start)
        if course is None:
            here = (start or Path.cwd()).resolve()
            msg = "This is not a course folder."
            raise GradbookError(
                msg,
                where=here,
                expected=f"{CONFIG_FILE} beside {SOURCE}/ or {RELEASE}/, here or in a folder above",
                next="cd into the folder that you cloned, then repeat the command",
            )
        return course

    @classmethod
    def locate(cls, start: Path | None = None) -> Course | None:
        """Return the course that contains `start`, or None."""
        folder = find_course_folder(start)
        return None if folder is None else cls(folder)

    def folder(self, name: str) -> Path:
        """Return one of the course's folders, for example ``course.folder(RELEASE)``."""
        return self.root / name

    @property
    def private(self) -> Path:
        """The folder of seeds and answer keys: readable only by the instructor, never released."""
        folder = self.root / PRIVATE
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def assignments(self) -> list[str]:
        """Return the names of the course's assignments, in order."""
        names = {
            path.name
            for part in (SOURCE, RELEASE)
            if (self.root / part).is_dir()
            for path in (self.root / part).iterdir()
            if path.is_dir() and not path.name.startswith((".", "_"))
        }
        return sorted(names)

    def assignment(self, name: str) -> str:
        """Return the assignment that `name` refers to.

        Raises
        ------
        GradbookError
            If there is no such assignment; the message suggests the nearest name.
        """
        # Shells complete the name of a folder with a slash, and people may prefix it with ./.
        return known(name.strip().removeprefix("./").rstrip("/"), self.assignments(), "assignment")

    def chosen(self, names: Iterable[str] | None = None) -> list[str]:
        """Return the assignments that `names` refer to, without repetition, or all if there are no names.

        Raises
        ------
        GradbookError
            If a name refers to no assignment; the message suggests the nearest name.
        """
        return list(dict.fromkeys(self.assignment(name) for name in names or self.assignments()))

    def notebooks(self, assignment: str, part: str = SOURCE) -> list[str]:
        """Return the names (without ``.ipynb``) of an assignment's notebooks, in order."""
        return sorted(path.stem for path in (self.root / part / assignment).glob("*.ipynb"))

    def students(self, assignment: str) -> list[str]:
        """Return the ids of the students who submitted `assignment`, in order."""
        submitted = self.root / SUBMITTED
        if not submitted.is_dir():
            return []
        return sorted(
            path.name
            for path in submitted.iterdir()
            if (path / assignment).is_dir() and not path.name.startswith(".")
        )

    def submitted(self, assignment: str, wanted: Iterable[str] | None = None) -> list[str]:
        """Return the students to grade: those in `wanted`, without repetition, or all who submitted.

        Raises
        ------
        GradbookError
            If nobody has submitted, or a student in `wanted` has not.
        """
        students = self.students(assignment)
        if not students:
            msg = f"There are no submissions of {assignment}."
            raise GradbookError(
                msg,
                expected=f"notebooks in {self.root / SUBMITTED / 'STUDENT' / assignment}",
                next=f"put them there, or: gradbook collect {assignment} FILE.zip (Canvas, Moodle), "
                f"nbgrader collect {assignment} (exchange)",
            )
        if not wanted:
            return students
        return [known(student, students, "submission of") for student in dict.fromkeys(wanted)]

    def config(self) -> Config:
        """Return the course's configuration, as nbgrader reads it."""
        from traitlets.config.loader import PyFileConfigLoader

        config = PyFileConfigLoader(CONFIG_FILE, path=str(self.root)).load_config()
        config.CourseDirectory.root = str(self.root)
        return config


def __getattr__(name: str) -> Any:
    return find_moved(__name__, name)
