"""The spec of a notebook: everything that grading needs besides the submission."""

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

from autograder.course import NEVER_RELEASED, Course
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
from gradbook.errors import GradbookError
from gradbook.files import RELEASE, SOURCE, write_atomically

#: Saved weights: pairs of a file name and the file's content.
Weights = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class NotebookSpec:
    """A notebook of an assignment, as the grader needs it. It can be pickled, and contains text, not paths.

    Attributes
    ----------
    assignment, name
        ``02_knn`` and ``knn``.
    source_text, release_text
        The instructor's notebook and the released notebook, as JSON.
    mistakes
        Its known mistakes.
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
        return nbformat.reads(self.source_text, as_version=4)  # type: ignore[no-any-return]

    @cached_property
    def release(self) -> NotebookNode:
        """The released notebook."""
        return nbformat.reads(self.release_text, as_version=4)  # type: ignore[no-any-return]

    @cached_property
    def tasks(self) -> dict[str, Task]:
        """Its automatically graded tasks by id, in order."""
        return read_tasks(self.source)

    def put_weights(self, folder: Path) -> None:
        """Write the reference's weights into a folder."""
        folder.mkdir(exist_ok=True)
        for name, content in self.weights:
            (folder / name).write_bytes(content)


def prepare(course: Course, assignment: str, released: Path | None = None) -> list[NotebookSpec]:
    """Return the spec of each notebook of an assignment, in order.

    Parameters
    ----------
    course, assignment
        The course and the name of the assignment.
    released
        The folder of the release; by default the course's own.

    Raises
    ------
    GradbookError
        If the source is missing, or the release does not match it.
    """
    names = course.notebooks(assignment)
    if not names:
        msg = f"The solutions of {assignment} are missing here, so it cannot be graded."
        raise GradbookError(
            msg,
            expected=f"notebooks with solutions in {course.folder(SOURCE) / assignment}",
            next=f"students: gradbook check {assignment} --before-submitting; "
            f"instructors: this command in the course folder that has {SOURCE}/",
        )
    seed = assignment_seed(course, assignment)
    folder = released or course.folder(RELEASE) / assignment
    return [_prepare(course, assignment, folder / f"{name}.ipynb", seed) for name in names]


def _prepare(course: Course, assignment: str, released: Path, seed: int) -> NotebookSpec:
    folder, name = course.folder(SOURCE) / assignment, released.stem
    if not released.is_file():
        msg = f"The notebook {name} has not been released."
        again = f"gradbook release {assignment}, or, in a clone, git checkout assignments"
        raise GradbookError(msg, expected=released, next=again)
    source = read_notebook(folder / f"{name}.ipynb")
    spec = NotebookSpec(
        assignment=assignment,
        name=name,
        source_text=json.dumps(source),
        release_text=json.dumps(read_notebook(released)),
        mistakes=tuple(read_solutions(folder / NEVER_RELEASED[0] / f"{name}.py")),
        seed=seed,
        weights=_read_weights(folder / NEVER_RELEASED[2], read_tasks(source).values()),
    )
    differing = _first_difference(spec.source, spec.release)
    if differing is not None:
        msg = f"The release of {name} does not match its source."
        got = f"a difference in the cell {differing}"
        raise GradbookError(msg, where=released, got=got, next=f"gradbook release {assignment}")
    return spec


def _read_weights(folder: Path, tasks: Iterable[Task]) -> Weights:
    names = sorted({task.weights for task in tasks if task.weights})
    for name in names:
        if Path(name).name != name or not (folder / name).is_file():
            msg = f"The reference's weights {name} are missing."
            raise GradbookError(
                msg,
                expected=folder / name,
                next="run the source notebook, including its training cells, and move the file there",
            )
    return tuple((name, (folder / name).read_bytes()) for name in names)


def _first_difference(source: NotebookNode, release: NotebookNode) -> str | None:
    """Return the id of the first cell in which a release differs from its source, or None."""
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
    """Return the seed of an assignment's hidden inputs.

    It is drawn on first use and stored in the course's private folder, so that a rerun uses the same inputs.

    Parameters
    ----------
    new
        Draw a new seed.

    Raises
    ------
    GradbookError
        If the file of the seeds is damaged.
    """
    path = course.private / "seeds.json"
    try:
        seeds: dict[str, int] = dict(json.loads(path.read_text())) if path.is_file() else {}
    except (ValueError, TypeError):
        msg = "The seeds of this course cannot be read."
        next_ = (
            f"restore the file, or delete it: then new hidden inputs are drawn for every assignment ({path})"
        )
        raise GradbookError(msg, where=path, next=next_) from None
    if new or assignment not in seeds:
        seeds[assignment] = secrets.randbelow(2**31)
        write_atomically(path, json.dumps(seeds, indent=1) + "\n", mode=0o600)
    return seeds[assignment]


#: The entry of nbconvert's resources for the notebook's spec.
RESOURCE = "autograder_notebook_spec"


def spec_of(resources: dict[str, Any]) -> NotebookSpec:
    """Return the spec of the notebook that nbconvert's `resources` describe."""
    if RESOURCE not in resources:
        ids = resources["nbgrader"]
        # nbgrader's converters work in the course folder.
        course = Course.find(Path.cwd())
        resources[RESOURCE] = next(
            spec for spec in prepare(course, ids["assignment"]) if spec.name == ids["notebook"]
        )
    spec: NotebookSpec = resources[RESOURCE]
    return spec
