"""No name of a student's notebook decides a grade, and no name of a test helps a student's function.

The names are not listed here: they are read from the tests of each notebook.
"""

from __future__ import annotations

import ast
import functools
import symtable
from dataclasses import replace
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


@functools.cache
def key_of(assignment: str, name: str) -> Key:
    """Return the answers of the source notebook."""
    key = compute_key(replace(spec_of(assignment, name), mistakes=()), GradingExecute(config=CONFIG))
    return Key(key.payloads, {})


def graded(spec: NotebookSpec, notebook: NotebookNode, folder: Path) -> list[Outcome]:
    spec.put_weights(folder)
    nbformat.write(notebook, folder / f"{spec.name}.ipynb")
    return grade_folder(
        "li", folder, [GradingSpec(spec, key_of(spec.assignment, spec.name))], CONFIG
    ).outcomes


def lost(outcomes: list[Outcome]) -> list[tuple[str, str, object]]:
    return [(outcome.task, outcome.verdict, outcome.details) for outcome in outcomes if not outcome.is_full]


def code(text: str, number: int) -> NotebookNode:
    return nbformat.v4.new_code_cell(text, id=f"own-{number}")


def used_by_tests(spec: NotebookSpec) -> list[str]:
    """Return the names that tests use, and that no solution uses."""
    tests = [cell.source for cell in spec.source.cells if is_test(cell)]
    given = given_names(spec.source)
    used = set().union(given, *given.values(), *map(global_names, tests))
    solutions = [cell for cell in spec.source.cells if is_solution(cell) and cell.cell_type == "code"]
    own = set().union(*(global_names(cell.source) | set(defined(cell)) for cell in solutions))
    return sorted((used | {"answer", "answers", "task", "lend", "check", "ask"}) - own)


def bound_by_tests(spec: NotebookSpec) -> list[str]:
    """Return the names of the tests' variables, without those that mean something to the notebook."""
    tests = [cell.source for cell in spec.source.cells if is_test(cell)]
    # Lent functions take the place of those that are carried over, which grading does not have.
    carried = set().union(*map(carried_names, spec.source.cells))
    return sorted(set().union(*map(local_names, tests)) - set(spec.tasks) - OURS - carried)


def looking_for(names: list[str], solution: str) -> str:
    """Return a solution that raises an error if it sees one of these names."""
    module = ast.parse(solution)
    (function,) = (node for node in module.body if isinstance(node, ast.FunctionDef))
    look = (
        "import builtins, __main__\n"
        f"found = builtins.set({names}) & builtins.set(builtins.dir(__main__)) - _before\n"
        "if found:\n    raise AssertionError(found)"
    )
    function.body[1:1] = ast.parse(look).body  # after the docstring
    return ast.unparse(module)


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_no_name_of_one_world_matters_in_the_other(assignment: str, name: str, tmp_path: Path) -> None:
    spec = spec_of(assignment, name)
    names, bound = used_by_tests(spec), bound_by_tests(spec)
    assert min(len(names), len(bound)) > 5
    solutions = reference_of(spec.source)
    solutions |= {task: looking_for(bound, solutions[task]) for task in spec.tasks}
    submitted = with_solutions(spec.release, solutions)
    shadow = (
        f"_kept, _before = dict(globals()), set(globals()) | set({names})\n"
        f"globals().update(dict.fromkeys({names}, 'mine'))"
    )
    back = f"for name in {names}:\n    assert globals().pop(name) == 'mine'\nglobals().update(_kept)"
    cells = []
    for number, cell in enumerate(submitted.cells):
        around = [code(shadow, 2 * number), cell, code(back, 2 * number + 1)]
        cells += around if is_test(cell) else [cell]
    submitted.cells = cells
    assert lost(graded(spec, submitted, tmp_path)) == []
