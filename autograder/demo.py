"""The demo: release an assignment, submit it for a class of twelve, and grade the class."""

from __future__ import annotations

import ast
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.course import NEVER_RELEASED, SUBMITTED, Course
from autograder.grading.engine import grade_assignment
from autograder.grading.kernels.sandbox import bubblewrap_problem
from autograder.grading.mistakes import Solution, distribute, read_solutions
from autograder.grading.tasks import is_test, reference_of, with_solutions
from autograder.outcome import Outcome, Result
from autograder.release.build import release
from autograder.reports.feedback import write_feedback
from gradbook.errors import GradbookError
from gradbook.files import CONFIG_FILE, RELEASE, SOURCE

ASSIGNMENT = "02_knn"
NOTEBOOK = "knn"

#: Number of students among whom the known mistakes are distributed; the last also edits the graded cells.
MISTAKEN = 8


@dataclass
class Student:
    """A student of the class, with the expected results of grading.

    Attributes
    ----------
    name
        The id.
    content
        The submitted notebook, as text.
    lost
        The tasks that must lose points, each with the title of the mistake to be identified (None if the
        mistake is unknown).
    loses_all
        Whether no task can earn any points.
    """

    name: str
    content: str
    lost: dict[str, str | None] = field(default_factory=dict)
    loses_all: bool = False


def build_course(course: Course) -> Course:
    """Create a course in a temporary folder, release the demo's assignment in it, and return it.

    Raises
    ------
    GradbookError
        If the source of the demo's assignment is not in `course`, or cannot be released.
    """
    source = course.folder(SOURCE) / ASSIGNMENT
    if not (source / f"{NOTEBOOK}.ipynb").is_file():
        msg = f"The demo needs the source of {ASSIGNMENT}, which is missing here."
        raise GradbookError(
            msg,
            expected=source / f"{NOTEBOOK}.ipynb",
            done="Nothing was created.",
            next=f"in a clone of Gradbook: git checkout {SOURCE}, then gradbook demo",
        )
    root = Path(tempfile.mkdtemp(prefix="gradbook-demo-"))
    shutil.copytree(source, root / SOURCE / ASSIGNMENT)
    shutil.copy(course.root / CONFIG_FILE, root / CONFIG_FILE)
    demo = Course(root)
    release(demo, ASSIGNMENT)
    return demo


def submit(course: Course) -> list[Student]:
    """Write the submissions of a class of twelve, and return the students."""
    source = nbformat.read(course.folder(SOURCE) / ASSIGNMENT / f"{NOTEBOOK}.ipynb", as_version=4)
    released = nbformat.read(course.folder(RELEASE) / ASSIGNMENT / f"{NOTEBOOK}.ipynb", as_version=4)
    known = read_solutions(course.folder(SOURCE) / ASSIGNMENT / NEVER_RELEASED[0] / f"{NOTEBOOK}.py")
    students = list(_class(source, released, known))
    for student in students:
        folder = course.folder(SUBMITTED) / student.name / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / f"{NOTEBOOK}.ipynb").write_text(student.content, encoding="utf-8")
    return students


def choose_sandbox() -> tuple[str, str | None]:
    """Return the sandbox kind for the demo and, if it is "none", the reason.

    The demo's submissions are trusted, so they may run without a sandbox.
    """
    reason = bubblewrap_problem()
    return ("none" if reason else "bwrap"), reason


def grade(course: Course, sandbox: str | None = None) -> Iterator[Result]:
    """Grade the class; yield each result as soon as it is ready."""
    return grade_assignment(course, ASSIGNMENT, course.students(ASSIGNMENT), write_feedback, sandbox=sandbox)


def surprises(students: list[Student], results: list[Result]) -> list[str]:
    """Return a sentence for each result that is not as expected."""
    by_name = {result.student: result for result in results}
    found = []
    for student in students:
        result = by_name.get(student.name)
        if result is None or result.failure:
            found.append(f"{student.name} was not graded")
            continue
        for outcome in result.outcomes:
            problem = _problem(student, outcome)
            if problem:
                found.append(f"{student.name}, {outcome.task}: {problem}")
    return found


def _problem(student: Student, outcome: Outcome) -> str | None:
    if student.loses_all:
        return None if outcome.points == 0 else f"expected 0 points, got {outcome.points:g}"
    if outcome.task not in student.lost:
        return None if outcome.is_full else f"expected full points, got: {outcome.verdict}"
    if outcome.is_full:
        return "expected lost points for a mistake, got full points"
    name = student.lost[outcome.task]
    if name is not None and outcome.mistake != name:
        return f"expected the mistake {name!r}, got {outcome.mistake or outcome.verdict!r}"
    return None


def _class(source: NotebookNode, released: NotebookNode, known: list[Solution]) -> Iterator[Student]:
    reference = reference_of(source)
    yield Student("perfect", _notebook(released, reference))
    yield Student("blank", _notebook(released, {}), loses_all=True)
    *shares, cheating = distribute(known, MISTAKEN)
    for number, share in enumerate(shares, start=1):
        yield _mistaken(f"mistaken-{number}", released, reference, share)
    edited = _mistaken("edited-test", released, reference, cheating)
    edited.content = _with_passing_tests(edited.content)
    yield edited
    loop = known[0].task
    endless = reference | {loop: _with_first_line(reference[loop], "while True: pass")}
    yield Student("endless-loop", _notebook(released, endless), {loop: None})
    whole = _notebook(released, reference)
    yield Student("broken-json", whole[: len(whole) // 2], loses_all=True)


def _mistaken(
    name: str, released: NotebookNode, reference: dict[str, str], mistakes: list[Solution]
) -> Student:
    wrong = {mistake.task: mistake.cell(reference[mistake.task]) for mistake in mistakes}
    lost: dict[str, str | None] = {mistake.task: mistake.title for mistake in mistakes}
    return Student(name, _notebook(released, reference | wrong), lost)


def _with_passing_tests(content: str) -> str:
    """Return a notebook whose graded cells claim to have passed."""
    notebook = nbformat.reads(content, as_version=4)
    for cell in notebook.cells:
        if is_test(cell):
            cell.source = "print('all checks passed')"
    return str(nbformat.writes(notebook))


def _notebook(released: NotebookNode, solutions: dict[str, str]) -> str:
    return str(nbformat.writes(with_solutions(released, solutions)))


def _with_first_line(source: str, line: str) -> str:
    """Return the source of a function with `line` inserted before its first statement."""
    tree = ast.parse(source)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    function.body[:0] = ast.parse(line).body
    return ast.unparse(tree)
