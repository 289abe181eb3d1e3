"""Grade one submission, as a function of its files and of the grading specs that all submissions share."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode
from nbgrader.preprocessors import LimitOutput

from autograder.course import METADATA, Course
from autograder.grading.collect.notebooks import find_notebooks
from autograder.grading.execute import GradingExecute
from autograder.grading.graft import graft_file
from autograder.grading.judge.step import KEY_RESOURCE, OUTCOMES_RESOURCE, Judge
from autograder.grading.key import Key, answer_key
from autograder.grading.notebook_spec import RESOURCE, NotebookSpec, prepare
from autograder.outcome import Outcome, Result, plain

if TYPE_CHECKING:
    from traitlets.config import Config

#: A submission may take this many times the time limit of its notebooks: a failed need causes further runs.
_RUNS_FACTOR = 10


@dataclass(frozen=True)
class GradingSpec:
    """The notebook spec and the answer key that a notebook is graded by."""

    notebook: NotebookSpec
    key: Key


def grading_specs(course: Course, assignment: str, config: Config | None = None) -> list[GradingSpec]:
    """Return the grading specs of an assignment's notebooks, including their answer keys.

    Parameters
    ----------
    course, assignment
        The course and the name of the assignment.
    config
        The configuration to run the reference with; by default the course's.

    Raises
    ------
    GradbookError
        If the source is missing, the release does not match it, or the reference solution does not run.
    """
    execute = GradingExecute(config=config or course.config())
    return [GradingSpec(spec, answer_key(course, spec, execute)) for spec in prepare(course, assignment)]


def submission_timeout(grading_specs: Sequence[GradingSpec], config: Config) -> float:
    """Return the time limit for grading a submission, in seconds.

    Student code has limits of its own while it runs; this one is a safeguard for reading its outputs.
    """
    seconds: float = GradingExecute(config=config).notebook_timeout
    return _RUNS_FACTOR * seconds * len(grading_specs)


def grade_folder(student: str, folder: Path, grading_specs: list[GradingSpec], config: Config) -> Result:
    """Grade the notebooks in a folder, without storing anything.

    Parameters
    ----------
    student
        The student's id.
    folder
        The submitted files.
    grading_specs
        What it is graded by, as returned by the function `grading_specs`.
    config
        The course's configuration.
    """
    began = time.monotonic()
    result = Result(student, {}, [])
    releases = {grading_spec.notebook.name: grading_spec.notebook.release for grading_spec in grading_specs}
    found = find_notebooks(folder, releases)
    for grading_spec in grading_specs:
        spec = grading_spec.notebook
        if spec.name not in found:
            result.notes.append(f"{spec.name}.ipynb was not submitted{_what_else(folder)}")
            result.outcomes += [
                Outcome(task.id, 0, task.points, "not submitted") for task in spec.tasks.values()
            ]
            continue
        path, *others = found[spec.name]
        name = path.relative_to(folder)
        if str(name) != f"{spec.name}.ipynb":
            result.notes.append(f"{name} was graded as {spec.name}.ipynb")
        for other in others:
            result.notes.append(f"{other.relative_to(folder)} holds {spec.name}.ipynb too; it was not graded")
        judged, decided, memory = _grade_notebook(path, grading_spec, config)
        result.memory = max(result.memory, memory)
        own = judged.metadata[METADATA]
        if "unreadable" in own:
            result.notes.append(f"{path.name} could not be read: {own['unreadable']}")
        result.notes += own["notes"]
        result.notebooks[spec.name] = judged
        result.outcomes += decided
        result.graded.append(spec.name)
    result.notes = [plain(note) for note in result.notes]
    result.seconds = time.monotonic() - began
    return result


def _what_else(folder: Path) -> str:
    """Return the names of the files of a submission, as the end of a sentence."""
    names = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file()]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"; the submission holds {', '.join(names[:5])}{more}" if names else ""


def _grade_notebook(
    path: Path, grading_spec: GradingSpec, config: Config
) -> tuple[NotebookNode, list[Outcome], int]:
    """Return the judged notebook, the outcomes of its tasks, and the peak memory of its kernels."""
    resources: dict[str, Any] = {
        "metadata": {"path": str(path.parent), "name": path.stem},
        RESOURCE: grading_spec.notebook,
        KEY_RESOURCE: grading_spec.key,
    }
    notebook = graft_file(path, grading_spec.notebook.source, grading_spec.notebook.release)
    execute = GradingExecute(config=config)
    for step in (execute, Judge(config=config), LimitOutput(config=config)):
        notebook, resources = step.preprocess(notebook, resources)
    return notebook, resources[OUTCOMES_RESOURCE], execute.memory
