"""Grading one submission: a function of its files and of what is the same for all."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode
from nbgrader.preprocessors import LimitOutput

from autograder.course import METADATA, Course
from autograder.grading.collect.folder import find_notebook
from autograder.grading.execute import GradingExecute
from autograder.grading.graft import graft_file
from autograder.grading.judge import KEY_RESOURCE, Judge
from autograder.grading.key import Key, answer_key
from autograder.grading.material import RESOURCE, Material, prepare
from autograder.results.outcome import Outcome, Result, outcomes, plain

if TYPE_CHECKING:
    from traitlets.config import Config

#: How many times a notebook's own time its grading may take: what stood on another's mistake is run again.
_PATIENCE = 10


@dataclass(frozen=True)
class Standard:
    """What a notebook of the assignment is graded by."""

    material: Material
    key: Key


def standards(course: Course, assignment: str, config: Config | None = None) -> list[Standard]:
    """Return what an assignment's notebooks are graded by, answer keys included.

    Parameters
    ----------
    course, assignment
        What is graded.
    config
        The configuration to run the reference with; by default the course's.

    Raises
    ------
    AutograderError
        When there is no source, no fitting release, or a reference that does not answer.
    """
    execute = GradingExecute(config=config or course.config())
    return [
        Standard(material, answer_key(course, material, execute)) for material in prepare(course, assignment)
    ]


def patience(standards: Sequence[Standard], config: Config) -> float:
    """Return the seconds in which a submission is graded, or is given up.

    What a student's code takes is limited as it runs; this is for what it may leave behind for us to read.
    """
    seconds: float = GradingExecute(config=config).notebook_timeout
    return _PATIENCE * seconds * len(standards)


def grade_folder(student: str, folder: Path, standards: list[Standard], config: Config) -> Result:
    """Grade the notebooks in a folder; nothing is written.

    Parameters
    ----------
    student
        The student's id.
    folder
        What was handed in.
    standards
        What it is graded by, as `standards` returns it.
    config
        The course's configuration.
    """
    began = time.monotonic()
    result = Result(student, {}, [])
    expected = [standard.material.name for standard in standards]
    for standard in standards:
        material = standard.material
        path = find_notebook(folder, material.name, expected)
        if path is None:
            result.notes.append(f"{material.name}.ipynb was not handed in")
            result.outcomes += [
                Outcome(task.id, 0, task.points, "not handed in") for task in material.tasks.values()
            ]
            continue
        if path.name != f"{material.name}.ipynb":
            result.notes.append(f"{path.name} was taken as {material.name}.ipynb")
        judged, memory = _grade_notebook(path, standard, config)
        result.memory = max(result.memory, memory)
        own = judged.metadata[METADATA]
        if "unreadable" in own:
            result.notes.append(f"{path.name} could not be read: {own['unreadable']}")
        result.notes += own["notes"]
        result.notebooks[material.name] = judged
        result.outcomes += outcomes(judged)
        result.graded.append(material.name)
    result.notes = [plain(note) for note in result.notes]
    result.seconds = time.monotonic() - began
    return result


def _grade_notebook(path: Path, standard: Standard, config: Config) -> tuple[NotebookNode, int]:
    """Return the judged notebook, and the memory that running it took."""
    resources: dict[str, Any] = {
        "metadata": {"path": str(path.parent), "name": path.stem},
        RESOURCE: standard.material,
        KEY_RESOURCE: standard.key,
    }
    notebook = graft_file(path, standard.material.source, standard.material.release)
    execute = GradingExecute(config=config)
    for step in (execute, Judge(config=config), LimitOutput(config=config)):
        notebook, resources = step.preprocess(notebook, resources)
    return notebook, execute.memory
