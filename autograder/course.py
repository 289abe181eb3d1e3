"""Where everything is: the course folder, its assignments in order, its configuration.

Everything else asks this module for a path, so the layout is written down once.
"""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import AutograderError

if TYPE_CHECKING:
    from traitlets.config import Config

CONFIG_FILE = "nbgrader_config.py"
SOURCE = "source_solutions"
RELEASE = "assignments"
SUBMITTED = "submitted"
AUTOGRADED = "autograded"
FEEDBACK = "feedback"
REPORTS = "reports"
WORK = "work"
DATASETS = "datasets"
PRIVATE = ".autograder"

#: Folders inside an assignment's source folder that no student may ever get.
NEVER_RELEASED = ("mistakes", "variants", "reference")

#: Cells with this tag (long training, plots for the eye) are run by people, not by the grader.
SKIP_TAG = "skip-grading"

#: The metadata key under which cells and notebooks tell things to the autograder, beside nbgrader's own.
METADATA = "autograder"

#: What to do where released notebooks are missing.
HOW_TO_RESTORE = "in a clone: git checkout assignments; else unpack the course's zip file again"

#: How the id of a task's graded cell ends.
TEST_SUFFIX = "-test"

#: The kernelspec whose provisioner starts the grader's kernels.
GRADING_KERNEL = "autograder"


def how_to_start_again(notebook: Path) -> str:
    """Return what to type to have a copy again in place of one that cannot be read."""
    anew = f"{shlex.join(['mv', str(notebook), f'{notebook}.broken'])}, then autograder lab for a new copy"
    saved = notebook.parent / ".ipynb_checkpoints" / f"{notebook.stem}-checkpoint.ipynb"
    if not saved.is_file():
        return anew
    return f"{shlex.join(['cp', str(saved), str(notebook)])}, what JupyterLab saved last; or {anew}"


class Sandbox(StrEnum):
    """What students' code can be shut in while it is graded; the first is the default."""

    BWRAP = "bwrap"
    NONE = "none"


#: The same, by name, as the configuration has it.
SANDBOXES = tuple(sandbox.value for sandbox in Sandbox)


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
        """Return the course that `start` (default: the working folder) lies in.

        Raises
        ------
        AutograderError
            When neither `start` nor a folder above it is a course.
        """
        course = cls.locate(start)
        if course is None:
            here = (start or Path.cwd()).resolve()
            raise AutograderError(
                "This is not a course folder.",
                where=here,
                expected=f"{CONFIG_FILE} beside {SOURCE}/ or {RELEASE}/, here or in a folder above",
                next="cd into the folder that you cloned, then type the command again",
            )
        return course

    @classmethod
    def locate(cls, start: Path | None = None) -> Course | None:
        """Return the course that `start` lies in, or None."""
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / CONFIG_FILE).is_file() and (
                (folder / SOURCE).is_dir() or (folder / RELEASE).is_dir()
            ):
                return cls(folder)
        return None

    def folder(self, name: str) -> Path:
        """Return one of the course's folders, say ``course.folder(RELEASE)``."""
        return self.root / name

    @property
    def private(self) -> Path:
        """Seeds and answer keys: readable by the instructor alone, never handed out."""
        folder = self.root / PRIVATE
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def assignments(self) -> list[str]:
        """Return the names of the course's assignments, in the order in which they are taken."""
        names = {
            path.name
            for part in (SOURCE, RELEASE)
            if (self.root / part).is_dir()
            for path in (self.root / part).iterdir()
            if path.is_dir() and not path.name.startswith((".", "_"))
        }
        return sorted(names)

    def assignment(self, name: str) -> str:
        """Return the assignment that `name` means.

        Raises
        ------
        AutograderError
            When there is none, with the nearest name.
        """
        # Shells complete a folder's name with a slash, and people write ./ before it.
        return known(name.strip().removeprefix("./").rstrip("/"), self.assignments(), "assignment")

    def chosen(self, names: Iterable[str] | None = None) -> list[str]:
        """Return the assignments that `names` mean, each once; all, where there are no names.

        Raises
        ------
        AutograderError
            When a name means none, with the nearest name.
        """
        return list(dict.fromkeys(self.assignment(name) for name in names or self.assignments()))

    def notebooks(self, assignment: str, part: str = SOURCE) -> list[str]:
        """Return the names (without ``.ipynb``) of an assignment's notebooks, in order."""
        return sorted(path.stem for path in (self.root / part / assignment).glob("*.ipynb"))

    def students(self, assignment: str) -> list[str]:
        """Return the ids of the students who handed in `assignment`, in order."""
        submitted = self.root / SUBMITTED
        if not submitted.is_dir():
            return []
        return sorted(
            path.name
            for path in submitted.iterdir()
            if (path / assignment).is_dir() and not path.name.startswith(".")
        )

    def submitted(self, assignment: str, wanted: Iterable[str] | None = None) -> list[str]:
        """Return the students to grade: those `wanted`, each once, or all who handed in.

        Raises
        ------
        AutograderError
            When nobody handed in, or one of those wanted did not.
        """
        students = self.students(assignment)
        if not students:
            msg = f"Nobody has handed in {assignment}."
            raise AutograderError(
                msg,
                expected=f"notebooks in {self.root / SUBMITTED / 'STUDENT' / assignment}",
                next=f"put them there, or: autograder collect {assignment} FILE.zip (Canvas, Moodle), "
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


def known(name: str, names: Iterable[str], kind: str) -> str:
    """Return `name` if it is one of `names`.

    Raises
    ------
    AutograderError
        Naming the nearest of `names`, when it is not.
    """
    names = list(names)
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    raise AutograderError(
        f"There is no {kind} {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""),
        expected="one of " + ", ".join(names) if names else None,
        next=f"the same command with {near[0]}" if near else None,
    )


def configure(c: Any) -> None:
    """Set nbgrader up for a Gradbook course; called first thing in ``nbgrader_config.py``.

    What an instructor sets below that call overrides what is set here.

    Parameters
    ----------
    c
        The configuration object, as ``get_config()`` returns it.
    """
    c.CourseDirectory.source_directory = SOURCE
    c.CourseDirectory.release_directory = RELEASE
    # Without this, nbgrader hands the wrong and right solutions out with the release, and copies a
    # reference model over the student's own.
    c.CourseDirectory.ignore = [
        ".ipynb_checkpoints",
        "*.pyc",
        "__pycache__",
        ".pytest_cache",
        *NEVER_RELEASED,
    ]
    c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
    c.ClearSolutions.text_stub = "*Double-click here and write your answer.*"

    # Stock execution (nbgrader's Validate button) must not run an hour of training either.
    c.Execute.skip_cells_with_tag = SKIP_TAG

    c.Autograde.pre_convert_hook = "autograder.grading.gradebook.hooks.before_autograde"
    c.Autograde.post_convert_hook = "autograder.grading.gradebook.hooks.after_autograde"
    c.Autograde.exporter_class = "autograder.grading.graft.TolerantExporter"
    c.Autograde.sanitize_preprocessors = ["autograder.grading.graft.Graft"]
    c.Autograde.autograde_preprocessors = [
        "autograder.grading.execute.GradingExecute",
        "autograder.grading.judge.Judge",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.GradingExecute.kernel_name = GRADING_KERNEL
    c.GenerateFeedback.exporter_class = "autograder.results.feedback.PageExporter"
    c.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.GetGrades",
        "nbgrader.preprocessors.ClearHiddenTests",
        "nbgrader.preprocessors.ClearMarkScheme",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    # Saved weights are part of a submission.
    c.FileNameCollectorPlugin.valid_ext = [".ipynb", ".npz"]
