"""A small course for tests: one assignment, three tasks and a question, quick to grade."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbformat import NotebookNode

from autograder.course import Course
from autograder.grading import engine
from autograder.grading.kernels.sandbox import bubblewrap_problem
from autograder.outcome import Result
from autograder.reports.feedback import write_feedback
from gradbook import save_model

CONFIG = "from autograder.configuration import configure\n\nc = get_config()\nconfigure(c)\n"
if bubblewrap_problem() is not None:
    # Without bubblewrap, tests that are not about the sandbox run without one.
    CONFIG += "c.GradingExecute.sandbox = 'none'\n"

MISTAKES = '''
from autograder.grading.mistakes import mistake


@mistake("double")
def adds_two(x):
    """Two is added, not multiplied by.

    Doubling is a product.
    """
    return x + 2


@mistake("double")
def squares(x):
    """The square is taken."""
    return x**2


@mistake("total")
def forgets_first(x):
    """The first number is left out."""
    return double(x[1:]).sum()


@mistake("square", hidden_only="The rule is checked on the source.")
def loops(x):
    """There is a loop."""
    return np.array([value * value for value in x])
'''

VARIANTS = """
from autograder.grading.mistakes import variant


@variant("double")
def adds_itself(x):
    return x + x
"""


def code(id_: str, source: str, **metadata: Any) -> NotebookNode:
    """Return a given code cell."""
    return nbformat.v4.new_code_cell(source.strip("\n"), id=id_, metadata=metadata)


def solution(task: str, source: str) -> NotebookNode:
    """Return a solution cell."""
    meta = {
        "grade": False,
        "grade_id": task,
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    return code(task, source, nbgrader=meta)


def graded(task: str, source: str, points: float = 2, **declared: Any) -> NotebookNode:
    """Return the graded cell of a task."""
    meta = {
        "grade": True,
        "grade_id": f"{task}-test",
        "locked": True,
        "points": points,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    return code(f"{task}-test", source, nbgrader=meta, **({"autograder": declared} if declared else {}))


def question(id_: str, answer: str, points: float = 1) -> NotebookNode:
    """Return a manually graded question, with its model answer."""
    meta = {
        "grade": True,
        "grade_id": id_,
        "locked": False,
        "points": points,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    return nbformat.v4.new_markdown_cell(answer, id=id_, metadata={"nbgrader": meta})


def source_notebook() -> NotebookNode:
    """Return the source of the assignment ``01_tiny``."""
    cells = [
        nbformat.v4.new_markdown_cell("# Tiny\n\nNumbers.", id="title"),
        code(
            "imports",
            "import numpy as np\nfrom gradbook import *",
        ),
        solution(
            "double",
            '''
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    twice_as_much = 2 * x
    return twice_as_much
    ### END SOLUTION
''',
        ),
        graded(
            "double",
            '''
"""Twice each number."""
@task("double")
def check():
    check_close("double", lambda: double(np.array([1.0, 3.0])), [2, 6], mistakes=[
        ("Two is added, not multiplied by.", [3, 5]),
        ("The square is taken.", [1, 9]),
    ])
### BEGIN HIDDEN TESTS
@answers("double")
def ask(rng):
    hidden_x = rng.standard_normal(5) + 4
    answer("vector", lambda: double(hidden_x))
    answer("matrix", lambda: double(hidden_x.reshape(5, 1)))
### END HIDDEN TESTS
''',
            timeout=3,
        ),
        code(
            "plot",
            "seen = double(np.arange(3))\nraise RuntimeError('not while grading')",
            tags=["skip-grading"],
        ),
        solution(
            "total",
            '''
def total(x):
    """Return the sum of twice x."""
    ### BEGIN SOLUTION
    return double(x).sum()
    ### END SOLUTION
''',
        ),
        graded(
            "total",
            '''
"""The sum."""
@task("total")
def check():
    check_close("total", lambda: total(np.array([1.0, 3.0])), 8, mistakes=[
        ("The first number is left out.", 6),
    ])
### BEGIN HIDDEN TESTS
@answers("total")
def ask(rng):
    answer("sum", lambda: total(rng.standard_normal(5)))
### END HIDDEN TESTS
''',
            needs=["double"],
            timeout=3,
        ),
        solution(
            "square",
            '''
def square(x):
    """Return the square of each number."""
    ### BEGIN SOLUTION
    return x * x
    ### END SOLUTION
''',
        ),
        graded(
            "square",
            '''
"""Squares, without a loop."""
@task("square")
def check():
    check_close("square", lambda: square(np.array([1.0, 3.0])), [1, 9])
    check_no_loops(square)
### BEGIN HIDDEN TESTS
@answers("square")
def ask(rng):
    x = rng.standard_normal(7)
    answer("square", lambda: square(x))
### END HIDDEN TESTS
''',
            points=4,
            loops=False,
            timeout=3,
        ),
        nbformat.v4.new_markdown_cell("Why is the sum twice as large?", id="q-why-text"),
        question("q-why", "Because each of its terms is twice as large."),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return notebook


#: Correct weights: the centres of the three classes.
CENTRES = np.array([[3.0, 0.0, -3.0], [0.0, 3.0, -3.0]])


def with_weights(notebook: NotebookNode) -> NotebookNode:
    """Add two tasks to a source: to predict labels, and to submit trained weights."""
    notebook.cells += [
        code("centres", f"@given\ndef centres():\n    return np.array({CENTRES.tolist()}).T"),
        solution(
            "predict",
            '''
def predict(x, W):
    """Return the label with the largest score for each row of x."""
    ### BEGIN SOLUTION
    return (x @ W).argmax(axis=1)
    ### END SOLUTION
''',
        ),
        graded(
            "predict",
            '''
"""The label of the largest score."""
@task("predict")
def check():
    x, W = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.array([[1.0, 2.0, 0.0], [3.0, 1.0, 0.0]])
    check_equal("labels", lambda: predict(x, W), [1, 0, 0])
### BEGIN HIDDEN TESTS
@answers("predict")
def ask(rng):
    x, W = rng.standard_normal((200, 2)), rng.standard_normal((2, 3))
    answer("labels", lambda: predict(x, W), equal())
### END HIDDEN TESTS
''',
            timeout=6,
        ),
        solution(
            "trained",
            '''
def trained():
    """Train a model and save its weights."""
    ### BEGIN SOLUTION
    save_model("model.npz", {"W": centres().T}, "Blobs-3")
    ### END SOLUTION
''',
        ),
        code("training", "trained()", tags=["skip-grading"]),
        graded(
            "trained",
            '''
"""A trained model."""
@task("trained")
def check():
    check_that("model.npz names its data set", lambda: load_model("model.npz")[1] == "Blobs-3")
### BEGIN HIDDEN TESTS
@answers("trained")
def ask(rng):
    labels = rng.integers(0, 3, 200)
    points = centres()[labels] + rng.standard_normal((200, 2))
    found = lambda: (predict(points, load_model("model.npz")[0]["W"]), labels)
    answer("some", found, accuracy(0.5))
    answer("most", found, accuracy(0.9))
### END HIDDEN TESTS
''',
            points=4,
            weights="model.npz",
            timeout=3,
        ),
    ]
    return notebook


def make_course(root: Path, notebook: NotebookNode | None = None, assignment: str = "01_tiny") -> Path:
    """Create a course folder with one assignment, and return it."""
    folder = root / "source_solutions" / assignment
    (folder / "mistakes").mkdir(parents=True)
    (folder / "variants").mkdir()
    (root / "nbgrader_config.py").write_text(CONFIG)
    nbformat.write(notebook or source_notebook(), folder / "tiny.ipynb")
    (folder / "mistakes" / "tiny.py").write_text(MISTAKES)
    (folder / "variants" / "tiny.py").write_text(VARIANTS)
    (folder / "reference").mkdir()
    save_model(folder / "reference" / "model.npz", {"W": CENTRES}, "Blobs-3")
    return root


def first(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """Return the first cell with a grade_id, or with an id."""
    return next(
        cell
        for cell in notebook.cells
        if grade_id in (cell.metadata.get("nbgrader", {}).get("grade_id"), cell.get("id"))
    )


def answered(release: Path, **solutions: str) -> NotebookNode:
    """Return a released notebook with the solution cells named in `solutions` filled in."""
    notebook = nbformat.read(release, as_version=4)
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("solution") and meta["grade_id"] in solutions:
            cell.source = solutions[meta["grade_id"]]
    return notebook


RIGHT = {
    "double": "def double(x):\n    return 2 * x",
    "total": "def total(x):\n    return double(x).sum()",
    "square": "def square(x):\n    return x * x",
    "predict": "def predict(x, W):\n    return (x @ W).argmax(axis=1)",
    "trained": "def trained():\n    save_model('model.npz', {'W': centres().T}, 'Blobs-3')",
    "q-why": "Each term is doubled.",
}


def grade_assignment(
    course: Course, assignment: str, students: Sequence[str], *args: Any, **kwargs: Any
) -> Iterator[Result]:
    """Grade submissions with their feedback pages, like the command."""
    return engine.grade_assignment(course, assignment, students, write_feedback, *args, **kwargs)


def submit(
    course: Path, student: str, notebook: NotebookNode | str | bytes, name: str = "tiny.ipynb"
) -> Path:
    """Write a notebook to the path where nbgrader expects a submission, and return the path."""
    path = course / "submitted" / student / "01_tiny" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(notebook, bytes):
        path.write_bytes(notebook)
    else:
        path.write_text(notebook if isinstance(notebook, str) else json.dumps(notebook), encoding="utf-8")
    return path
