"""From the instructor's source to the assignment that students get, by nbgrader's own generator."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import NEVER_RELEASED, RELEASE, SOURCE, Course
from autograder.errors import AutograderError
from autograder.files import replace_folder
from autograder.grading.gradebook.record import generate
from autograder.grading.mistakes import read_solutions
from autograder.grading.tasks import read_notebook, read_tasks
from autograder.release.lint import Finding, lint_release, lint_source


@dataclass
class Release:
    """An assignment's release.

    Attributes
    ----------
    assignment
        Its name.
    folder
        Where it lies.
    changed
        The files that were added, changed or removed by this release, relative to `folder`.
    """

    assignment: str
    folder: Path
    changed: list[str] = field(default_factory=list)


def release(course: Course, assignment: str) -> Release:
    """Generate an assignment from its source, and put it in place once the lint finds it in order.

    Raises
    ------
    AutograderError
        As `release_all` does.
    """
    (made,) = release_all(course, [assignment])
    return made


def release_all(
    course: Course,
    assignments: Sequence[str],
    approve: Callable[[Course, Path, Sequence[str]], None] | None = None,
) -> list[Release]:
    """Generate assignments from their sources, and put them in place once all are found in order.

    The same source gives the same bytes.

    Parameters
    ----------
    course, assignments
        What is released.
    approve
        Called with the course, the folder in which the new releases lie and the assignments, before these
        are put in place; what it raises stops it.

    Raises
    ------
    AutograderError
        When a source or a release breaks a rule of `autograder.release.lint`; the releases that were there
        stay.
    """
    with tempfile.TemporaryDirectory(dir=course.root, prefix=".release-") as scratch:
        for assignment in assignments:
            _generate(course, assignment, Path(scratch))
        if approve is not None:
            approve(course, Path(scratch), assignments)
        for assignment in assignments:
            # Now the gradebook gets it: not by `register`, which looks at names and points, not at texts.
            generate(course, assignment, Path(scratch) / "registered")
        return [_put_in_place(course, assignment, Path(scratch) / assignment) for assignment in assignments]


def _generate(course: Course, assignment: str, into: Path) -> None:
    source = course.folder(SOURCE) / assignment
    notebooks = _read(source)
    if not notebooks:
        msg = f"There is no source of {assignment} to release."
        raise AutograderError(msg, expected=f"notebooks in {source}", next="git checkout source_solutions")
    _refuse(assignment, [finding for name, nb in notebooks.items() for finding in lint_source(nb, name)])
    for name, notebook in notebooks.items():
        _check_solutions(source, name, notebook)
    # What is found not to be in order has left no trace in the gradebook.
    generated = generate(course, assignment, into, on_trial=True)
    _refuse(assignment, lint_release(generated, notebooks, _read(generated)))


def _put_in_place(course: Course, assignment: str, generated: Path) -> Release:
    target = course.folder(RELEASE) / assignment
    changed = _differences(generated, target)
    if changed:
        target.parent.mkdir(exist_ok=True)
        replace_folder(generated, target)
    return Release(assignment, target, changed)


def _read(folder: Path) -> dict[str, NotebookNode]:
    return {path.stem: read_notebook(path) for path in sorted(folder.glob("*.ipynb"))}


def _check_solutions(source: Path, name: str, notebook: NotebookNode) -> None:
    """See that every mistake and variant solves a task that there is."""
    tasks = read_tasks(notebook)
    for folder in NEVER_RELEASED[:2]:
        path = source / folder / f"{name}.py"
        for solution in read_solutions(path):
            if solution.task not in tasks:
                msg = f"{solution.name} solves {solution.task!r}, which is not a task of {name}."
                raise AutograderError(msg, where=path, expected="one of " + ", ".join(tasks))


def _refuse(assignment: str, findings: Sequence[Finding]) -> None:
    if findings:
        shown = "\n            ".join(str(finding) for finding in findings[:20])
        more = f"\n            and {len(findings) - 20} more" if len(findings) > 20 else ""
        msg = f"{assignment} cannot be released: {len(findings)} finding{'s' * (len(findings) > 1)}."
        raise AutograderError(
            msg,
            got=shown + more,
            done="The release that was there is unchanged.",
            next=f"mend the source, then autograder release {assignment}",
        )


def _differences(new: Path, old: Path) -> list[str]:
    """Return the files that are not the same, byte for byte, in two folders."""
    files = {path.relative_to(root) for root in (new, old) for path in root.rglob("*") if path.is_file()}
    return sorted(
        str(file)
        for file in files
        if not (new / file).is_file()
        or not (old / file).is_file()
        or (new / file).read_bytes() != (old / file).read_bytes()
    )
