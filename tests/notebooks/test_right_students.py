"""Whole students of right solutions earn everything, however these are written."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from autograder.course import NEVER_RELEASED
from autograder.grading.mistakes import distribute, only_function, read_solutions
from autograder.grading.tasks import all_needs, is_solution, reference_of, task_of, with_solutions
from tests.notebooks.test_namespaces import COURSE, NOTEBOOKS, graded, lost, spec_of

#: A solution whose dictionaries, returned or kept in the object, have their entries in the reverse order.
REVERSED = """
def {name}(*args, **kwargs):
{original}

    def turned(value):
        if isinstance(value, dict):
            return {{name: turned(one) for name, one in reversed(value.items())}}
        return type(value)(map(turned, value)) if type(value) in (tuple, list) else value

    result = {name}(*args, **kwargs)
    if args and hasattr(args[0], "params"):
        args[0].params = turned(args[0].params)
    return turned(result)
"""


def turned(solution: str) -> str:
    """Return a solution cell whose dictionaries are in the reverse order."""
    function = only_function(solution)
    decorators = function.decorator_list
    function.decorator_list = []
    original = textwrap.indent(ast.unparse(function), "    ")
    made = only_function(REVERSED.format(name=function.name, original=original))
    made.decorator_list = decorators
    return ast.unparse(made)


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_a_student_of_variants_earns_everything(assignment: str, name: str, tmp_path: Path) -> None:
    spec = spec_of(assignment, name)
    path = COURSE.folder("source_solutions") / assignment / NEVER_RELEASED[1] / f"{name}.py"
    reference = reference_of(spec.source)
    # A backward pass may rely on the cache of its own forward pass, so no student has variants of both.
    halves = [
        [variant for variant in share if bool(all_needs(variant.task, spec.tasks)) == needs]
        for share in distribute(read_solutions(path))
        for needs in (False, True)
    ]
    for number, share in enumerate(half for half in halves if half):
        solutions = {variant.task: variant.cell(reference[variant.task]) for variant in share}
        folder = tmp_path / str(number)
        folder.mkdir()
        submitted = with_solutions(spec.release, reference | solutions)
        assert (number, lost(graded(spec, submitted, folder))) == (number, [])


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_the_order_of_dictionaries_decides_nothing(assignment: str, name: str, tmp_path: Path) -> None:
    spec = spec_of(assignment, name)
    reference: Mapping[str, str] = reference_of(spec.source)
    code = {task_of(cell) for cell in spec.source.cells if is_solution(cell) and cell.cell_type == "code"}
    solutions = {
        task: turned(text) if task in code and spec.tasks[task].loops else text
        for task, text in reference.items()
    }
    assert lost(graded(spec, with_solutions(spec.release, solutions), tmp_path)) == []
