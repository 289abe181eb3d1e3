"""The main job on built-in data: release an assignment, hand in for a class of twelve, grade it."""

from __future__ import annotations

import ast
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.course import CONFIG_FILE, NEVER_RELEASED, RELEASE, SOURCE, SUBMITTED, Course
from autograder.errors import AutograderError
from autograder.grading.engine import grade_assignment
from autograder.grading.kernels import bubblewrap
from autograder.grading.mistakes import Solution, deal, read_solutions
from autograder.grading.tasks import is_test, reference_of, with_solutions
from autograder.release.build import release
from autograder.results.outcome import Outcome, Result

ASSIGNMENT = "02_knn"
NOTEBOOK = "knn"

#: Students among whom the known mistakes are dealt out; the last of them edits the graded cells as well.
HANDS = 8


@dataclass
class Student:
    """A student of the class, and what grading them must come to.

    Attributes
    ----------
    name
        The id.
    content
        The notebook that they hand in, as text.
    lost
        The tasks that they must lose, each with the mistake to be named (None: no name is known).
    loses_all
        Whether nothing of theirs can earn anything.
    """

    name: str
    content: str
    lost: dict[str, str | None] = field(default_factory=dict)
    loses_all: bool = False


def build_course(course: Course) -> Course:
    """Return a new course in a temporary folder, with the demo's assignment released in it.

    Raises
    ------
    AutograderError
        When the source of the demo's assignment is not in `course`, or cannot be released.
    """
    source = course.folder(SOURCE) / ASSIGNMENT
    if not (source / f"{NOTEBOOK}.ipynb").is_file():
        raise AutograderError(
            f"The demo shows {ASSIGNMENT}, whose source is not here.",
            expected=source / f"{NOTEBOOK}.ipynb",
            done="Nothing was made.",
            next=f"in a clone of Gradbook: git checkout {SOURCE}, then autograder demo",
        )
    root = Path(tempfile.mkdtemp(prefix="gradbook-demo-"))
    shutil.copytree(source, root / SOURCE / ASSIGNMENT)
    shutil.copy(course.root / CONFIG_FILE, root / CONFIG_FILE)
    demo = Course(root)
    release(demo, ASSIGNMENT)
    return demo


def hand_in(course: Course) -> list[Student]:
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


def sandbox() -> tuple[str, str | None]:
    """Return the sandbox that the class is graded in, and, where that is none, why not in one.

    The class is ours, so it may do without.
    """
    reason = bubblewrap.why_not()
    return ("none" if reason else "bwrap"), reason


def grade(course: Course, sandbox: str | None = None) -> Iterator[Result]:
    """Grade the class; yield each result as it comes."""
    return grade_assignment(course, ASSIGNMENT, course.students(ASSIGNMENT), sandbox=sandbox)


def surprises(students: list[Student], results: list[Result]) -> list[str]:
    """Return, as sentences, where grading did not come to what it must."""
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
        return None if outcome.points == 0 else f"{outcome.points:g} points for nothing"
    if outcome.task not in student.lost:
        return None if outcome.is_full else f"lost points, and should not: {outcome.verdict}"
    if outcome.is_full:
        return "full points for a mistake"
    name = student.lost[outcome.task]
    if name is not None and outcome.mistake != name:
        return f"should be told {name!r}, was told {outcome.mistake or outcome.verdict!r}"
    return None


def _class(source: NotebookNode, released: NotebookNode, known: list[Solution]) -> Iterator[Student]:
    reference = reference_of(source)
    yield Student("perfect", _notebook(released, reference))
    yield Student("blank", _notebook(released, {}), loses_all=True)
    *hands, cheating_hand = deal(known, HANDS)
    for number, hand in enumerate(hands, start=1):
        yield _mistaken(f"mistaken-{number}", released, reference, hand)
    edited = _mistaken("edited-test", released, reference, cheating_hand)
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
    """Return a notebook whose graded cells claim that all is well."""
    notebook = nbformat.reads(content, as_version=4)
    for cell in notebook.cells:
        if is_test(cell):
            cell.source = "print('all checks passed')"
    return str(nbformat.writes(notebook))


def _notebook(released: NotebookNode, solutions: dict[str, str]) -> str:
    return str(nbformat.writes(with_solutions(released, solutions)))


def _with_first_line(source: str, line: str) -> str:
    """Return a function with `line` before its first statement."""
    tree = ast.parse(source)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    function.body[:0] = ast.parse(line).body
    return ast.unparse(tree)
