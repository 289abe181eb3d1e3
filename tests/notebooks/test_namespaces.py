"""No name of a student's notebook decides a grade, and no name of a test helps a student's function.

The names are not listed here: they are read from the tests of each notebook.
"""

from __future__ import annotations

import ast
import symtable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.course import Course
from autograder.grading.execute import GradingExecute
from autograder.grading.grader import GradingSpec, grade_folder
from autograder.grading.key import Key, compute_key
from autograder.grading.notebook_spec import NotebookSpec, prepare
from autograder.grading.tasks import is_solution, is_test, reference_of, with_solutions
from autograder.outcome import Outcome
from autograder.release.names import OURS, carried_names, defined, given_names, global_names
from autograder.release.prove import proving_config

COURSE = Course.find(Path(__file__))
CONFIG = proving_config(COURSE)

#: The notebooks that `make test` tries.
FAST = ("knn", "dropout")


NOTEBOOKS = [
    pytest.param(assignment, name, id=name, marks=[] if name in FAST else [pytest.mark.slow])
    for assignment in COURSE.assignments()
    for name in COURSE.notebooks(assignment)
]


def spec_of(assignment: str, name: str) -> NotebookSpec:
    return next(spec for spec in prepare(COURSE, assignment) if spec.name == name)


def local_names(source: str) -> set[str]:
    """Return all names that functions in some code bind."""
    found: set[str] = set()
    pending = list(symtable.symtable(source, "<cell>", "exec").get_children())
    while pending:
        table = pending.pop()
        found |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_local()}
        pending += table.get_children()
    return {name for name in found if name.isidentifier() and not name.startswith("_")}


def graded(spec: NotebookSpec, notebook: NotebookNode, folder: Path) -> list[Outcome]:
    key = compute_key(spec, GradingExecute(config=CONFIG))
    spec.put_weights(folder)
    nbformat.write(notebook, folder / f"{spec.name}.ipynb")
    return grade_folder("li", folder, [GradingSpec(spec, Key(key.payloads, {}))], CONFIG).outcomes


def lost(outcomes: list[Outcome]) -> list[tuple[str, str, object]]:
    return [(outcome.task, outcome.verdict, outcome.details) for outcome in outcomes if not outcome.is_full]


def code(text: str, number: int) -> NotebookNode:
    return nbformat.v4.new_code_cell(text, id=f"own-{number}")


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_whatever_a_student_calls_variables_the_reference_earns_everything(
    assignment: str, name: str, tmp_path: Path
) -> None:
    spec = spec_of(assignment, name)
    tests = [cell.source for cell in spec.source.cells if is_test(cell)]
    given = given_names(spec.source)
    used = set().union(given, *given.values(), *map(global_names, tests))
    solutions = [cell for cell in spec.source.cells if is_solution(cell) and cell.cell_type == "code"]
    own = set().union(*(global_names(cell.source) | set(defined(cell)) for cell in solutions))
    names = sorted((used | {"answer", "answers", "task", "lend", "check", "ask"}) - own)
    assert len(names) > 5
    submitted = with_solutions(spec.release, reference_of(spec.source))
    cells = []
    for number, cell in enumerate(submitted.cells):
        if is_test(cell):
            shadow = f"kept = dict(globals())\nglobals().update(dict.fromkeys({names}, 'mine'))"
            back = f"for name in {names}:\n    assert globals().pop(name) == 'mine'\nglobals().update(kept)"
            cells += [code(shadow, 2 * number), cell, code(back, 2 * number + 1)]
        else:
            cells.append(cell)
    submitted.cells = cells
    assert lost(graded(spec, submitted, tmp_path)) == []


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_a_star_import_from_numpy_costs_nothing(assignment: str, name: str, tmp_path: Path) -> None:
    spec = spec_of(assignment, name)
    submitted = with_solutions(spec.release, reference_of(spec.source))
    first = next(index for index, cell in enumerate(submitted.cells) if "import numpy" in cell.source)
    # Their own code may use the built-in names that NumPy's replace.
    own = "from numpy import *\nfrom builtins import sum, max, min, any, all, round, abs, pow"
    shadowing = "from numpy import *"
    cells = [*submitted.cells[: first + 1], code(own, 0)]
    for number, cell in enumerate(submitted.cells[first + 1 :], 1):
        cells += [code(shadowing, 2 * number), cell, code(own, 2 * number + 1)] if is_test(cell) else [cell]
    submitted.cells = cells
    assert lost(graded(spec, submitted, tmp_path)) == []


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_nothing_that_a_test_binds_is_visible_to_a_students_function(
    assignment: str, name: str, tmp_path: Path
) -> None:
    spec = spec_of(assignment, name)
    tests = [cell.source for cell in spec.source.cells if is_test(cell)]
    # Lent functions take the place of those that are carried over, which grading does not have.
    carried = set().union(*map(carried_names, spec.source.cells))
    names = sorted(set().union(*map(local_names, tests)) - set(spec.tasks) - OURS - carried)
    assert len(names) > 5
    look = (
        "import __main__\n"
        f"found = set({names}) & set(dir(__main__)) - before\n"
        f"if found:\n    raise AssertionError(found)"
    )
    watching = reference_of(spec.source)
    for task in spec.tasks:
        module = ast.parse(watching[task])
        (function,) = (node for node in module.body if isinstance(node, ast.FunctionDef))
        function.body[1:1] = ast.parse(look).body  # after the docstring
        watching[task] = ast.unparse(module)
    submitted = with_solutions(spec.release, watching)
    cells = []
    for number, cell in enumerate(submitted.cells):
        # What the notebook itself binds is there, of course.
        cells += [code("before = set(globals())", number), cell] if is_test(cell) else [cell]
    submitted.cells = cells
    assert lost(graded(spec, submitted, tmp_path)) == []
