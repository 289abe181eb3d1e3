"""Generate the released assignment from the instructor's source with nbgrader's own generator."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import NEVER_RELEASED, Course
from autograder.files import replace_folder
from autograder.grading.gradebook.store import generate
from autograder.grading.mistakes import read_solutions
from autograder.grading.tasks import read_notebook, read_tasks
from autograder.release.lint import LintProblem, lint_release, lint_source
from gradbook.errors import GradbookError
from gradbook.files import RELEASE, SOURCE


@dataclass
class Release:
    """The release of an assignment.

    Attributes
    ----------
    assignment
        The name of the assignment.
    folder
        The folder of the release.
    changed
        The files that were added, changed or removed by this release, relative to `folder`.
    """

    assignment: str
    folder: Path
    changed: list[str] = field(default_factory=list)


def release(course: Course, assignment: str) -> Release:
    """Release an assignment; see `release_all`.

    Raises
    ------
    GradbookError
        As in `release_all`.
    """
    (made,) = release_all(course, [assignment])
    return made


def release_all(
    course: Course,
    assignments: Sequence[str],
    approve: Callable[[Course, Path, Sequence[str]], None] | None = None,
) -> list[Release]:
    """Generate assignments from their sources, and replace the old releases if all pass the lint.

    The same source always results in the same bytes.

    Parameters
    ----------
    course, assignments
        The course and the names of the assignments.
    approve
        A function that is called with the course, the folder of the new releases and the assignments, before
        the old releases are replaced; any exception that it raises stops the release.

    Raises
    ------
    GradbookError
        If a source or a release breaks a rule of `autograder.release.lint`; the old releases are kept.
    """
    with tempfile.TemporaryDirectory(dir=course.root, prefix=".release-") as scratch:
        for assignment in assignments:
            _generate(course, assignment, Path(scratch))
        if approve is not None:
            approve(course, Path(scratch), assignments)
        for assignment in assignments:
            # Update the gradebook. `register` would not do, because it compares names and points, not texts.
            generate(course, assignment, Path(scratch) / "registered")
        return [_install(course, assignment, Path(scratch) / assignment) for assignment in assignments]


def _generate(course: Course, assignment: str, into: Path) -> None:
    source = course.folder(SOURCE) / assignment
    notebooks = _read(source)
    if not notebooks:
        msg = f"There is no source of {assignment} to release."
        raise GradbookError(msg, expected=f"notebooks in {source}", next="git checkout source_solutions")
    _refuse(assignment, [finding for name, nb in notebooks.items() for finding in lint_source(nb, name)])
    for name, notebook in notebooks.items():
        _check_solutions(source, name, notebook)
    # On trial, so that an assignment that fails the lint leaves no trace in the gradebook.
    generated = generate(course, assignment, into, on_trial=True)
    _refuse(assignment, lint_release(generated, notebooks, _read(generated)))


def _install(course: Course, assignment: str, generated: Path) -> Release:
    target = course.folder(RELEASE) / assignment
    changed = _differences(generated, target)
    if changed:
        target.parent.mkdir(exist_ok=True)
        replace_folder(generated, target)
    return Release(assignment, target, changed)


def _read(folder: Path) -> dict[str, NotebookNode]:
    return {path.stem: read_notebook(path) for path in sorted(folder.glob("*.ipynb"))}


def _check_solutions(source: Path, name: str, notebook: NotebookNode) -> None:
    """Check that every mistake and variant refers to an existing task."""
    tasks = read_tasks(notebook)
    for folder in NEVER_RELEASED[:2]:
        path = source / folder / f"{name}.py"
        for solution in read_solutions(path):
            if solution.task not in tasks:
                msg = f"{solution.name} solves {solution.task!r}, which is not a task of {name}."
                raise GradbookError(msg, where=path, expected="one of " + ", ".join(tasks))


def _refuse(assignment: str, findings: Sequence[LintProblem]) -> None:
    if findings:
        shown = "\n            ".join(str(finding) for finding in findings[:20])
        more = f"\n            and {len(findings) - 20} more" if len(findings) > 20 else ""
        msg = f"{assignment} cannot be released: {len(findings)} finding{'s' * (len(findings) > 1)}."
        raise GradbookError(
            msg,
            got=shown + more,
            done="The existing release is unchanged.",
            next=f"fix the source, then gradbook release {assignment}",
        )


def _differences(new: Path, old: Path) -> list[str]:
    """Return the files that differ between two folders, or are only in one of them."""
    files = {path.relative_to(root) for root in (new, old) for path in root.rglob("*") if path.is_file()}
    return sorted(
        str(file)
        for file in files
        if not (new / file).is_file()
        or not (old / file).is_file()
        or (new / file).read_bytes() != (old / file).read_bytes()
    )
