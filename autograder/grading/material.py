"""What grading a notebook takes, besides the submission: the same for every student."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.course import NEVER_RELEASED, RELEASE, SOURCE, Course
from autograder.errors import AutograderError
from autograder.files import write_atomically
from autograder.grading.mistakes import Solution, read_solutions
from autograder.grading.tasks import (
    Task,
    declared,
    given_source,
    is_solution,
    nbgrader_of,
    read_notebook,
    read_tasks,
    visible_source,
)

#: Saved weights: the name of a file, and its content, each.
Weights = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Material:
    """A notebook of an assignment, as the grader knows it. Pickles; holds text rather than paths.

    Attributes
    ----------
    assignment, name
        ``02_knn`` and ``knn``.
    source_text, release_text
        The instructor's notebook and what students were given, as JSON.
    mistakes
        The wrong solutions that are known for it.
    seed
        The assignment's seed.
    weights
        The reference's saved weights, for the tasks that are answered by such files.
    """

    assignment: str
    name: str
    source_text: str
    release_text: str
    mistakes: tuple[Solution, ...]
    seed: int
    weights: Weights = ()

    @cached_property
    def source(self) -> NotebookNode:
        """The instructor's notebook."""
        return nbformat.reads(self.source_text, as_version=4)

    @cached_property
    def release(self) -> NotebookNode:
        """The notebook that students were given."""
        return nbformat.reads(self.release_text, as_version=4)

    @cached_property
    def tasks(self) -> dict[str, Task]:
        """Its automatically graded tasks by id, in order."""
        return read_tasks(self.source)

    def put_weights(self, folder: Path) -> None:
        """Write the reference's weights into a folder."""
        folder.mkdir(exist_ok=True)
        for name, content in self.weights:
            (folder / name).write_bytes(content)


def prepare(course: Course, assignment: str, released: Path | None = None) -> list[Material]:
    """Return what is needed to grade each notebook of an assignment, in order.

    Parameters
    ----------
    course, assignment
        What is graded.
    released
        The folder of the release; by default the one that students have.

    Raises
    ------
    AutograderError
        When there is no source to grade by, or the release does not fit it.
    """
    names = course.notebooks(assignment)
    if not names:
        msg = f"The answers to {assignment} are not here, so it cannot be graded."
        raise AutograderError(
            msg,
            expected=f"notebooks with solutions in {course.folder(SOURCE) / assignment}",
            next=f"students: autograder check {assignment} --before-submitting; "
            f"instructors: this command in the course folder that has {SOURCE}/",
        )
    seed = assignment_seed(course, assignment)
    folder = released or course.folder(RELEASE) / assignment
    return [_prepare(course, assignment, folder / f"{name}.ipynb", seed) for name in names]


def _prepare(course: Course, assignment: str, released: Path, seed: int) -> Material:
    folder, name = course.folder(SOURCE) / assignment, released.stem
    if not released.is_file():
        msg = f"The notebook {name} was never released."
        again = f"autograder release {assignment}, or, in a clone, git checkout assignments"
        raise AutograderError(msg, expected=released, next=again)
    source = read_notebook(folder / f"{name}.ipynb")
    material = Material(
        assignment=assignment,
        name=name,
        source_text=json.dumps(source),
        release_text=json.dumps(read_notebook(released)),
        mistakes=tuple(read_solutions(folder / NEVER_RELEASED[0] / f"{name}.py")),
        seed=seed,
        weights=_read_weights(folder / NEVER_RELEASED[2], read_tasks(source).values()),
    )
    differing = _first_difference(material.source, material.release)
    if differing is not None:
        msg = f"The release of {name} is not the one of its source."
        got = f"a difference in the cell {differing}"
        raise AutograderError(msg, where=released, got=got, next=f"autograder release {assignment}")
    return material


def _read_weights(folder: Path, tasks: Iterable[Task]) -> Weights:
    names = sorted({task.weights for task in tasks if task.weights})
    for name in names:
        if Path(name).name != name or not (folder / name).is_file():
            msg = f"The reference's weights {name} are not here."
            raise AutograderError(
                msg,
                expected=folder / name,
                next="open the source notebook, run it, training cells too, and move the file there",
            )
    return tuple((name, (folder / name).read_bytes()) for name in names)


def _first_difference(source: NotebookNode, release: NotebookNode) -> str | None:
    """Return the first cell in which a release is not what its source gives, None where it is."""
    released = {cell.get("id"): cell for cell in release.cells}
    for cell in source.cells:
        name = str(cell.get("id"))
        other = released.pop(cell.get("id"), None)
        if other is None or nbgrader_of(other).get("points") != nbgrader_of(cell).get("points"):
            return name
        if is_solution(cell):
            same = other.source.startswith(given_source(cell))
        else:
            same = visible_source(cell) == other.source
        if not same or declared(cell) != declared(other):
            return name
    return next(iter(released), None)


def assignment_seed(course: Course, assignment: str, *, new: bool = False) -> int:
    """Return the seed that an assignment's hidden inputs are drawn with.

    It is drawn when first asked for and kept in the course's private folder, so that a rerun judges alike.

    Parameters
    ----------
    new
        Draw another.

    Raises
    ------
    AutograderError
        When the file with the seeds is damaged.
    """
    path = course.private / "seeds.json"
    try:
        seeds: dict[str, int] = dict(json.loads(path.read_text())) if path.is_file() else {}
    except (ValueError, TypeError):
        msg = "The seeds of this course cannot be read."
        next_ = (
            f"put the file back, or delete it: then new hidden inputs are drawn for every assignment ({path})"
        )
        raise AutograderError(msg, where=path, next=next_) from None
    if new or assignment not in seeds:
        seeds[assignment] = secrets.randbelow(2**31)
        write_atomically(path, json.dumps(seeds, indent=1) + "\n", mode=0o600)
    return seeds[assignment]


#: Where a pipeline step finds its material in nbconvert's resources.
RESOURCE = "autograder_material"


def material_of(resources: dict[str, Any]) -> Material:
    """Return the material of the notebook that nbconvert's `resources` speak of."""
    if RESOURCE not in resources:
        ids = resources["nbgrader"]
        # nbgrader's converters work in the course folder.
        course = Course.find(Path.cwd())
        resources[RESOURCE] = next(
            material for material in prepare(course, ids["assignment"]) if material.name == ids["notebook"]
        )
    material: Material = resources[RESOURCE]
    return material
