"""Whole students of right solutions earn everything, however these are written."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat import NotebookNode

from autograder.course import NEVER_RELEASED
from autograder.grading.execute import GradingExecute
from autograder.grading.grader import GradingSpec, grade_folder
from autograder.grading.key import compute_key
from autograder.grading.mistakes import distribute, only_function, read_solutions
from autograder.grading.tasks import all_needs, is_solution, is_test, reference_of, with_solutions
from tests.notebooks.test_namespaces import CONFIG, COURSE, NOTEBOOKS, code, graded, lost, spec_of

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


#: A forward pass whose cache has a form of its own.
PACKING = """
def {name}(*args, **kwargs):
{original}

    out, cache = {name}(*args, **kwargs)
    return out, {{"kept": [None, cache]}}
"""

#: The backward pass that belongs to it.
UNPACKING = """
def {name}(*args):
{original}

    return {name}(*(arg["kept"][1] if isinstance(arg, dict) else arg for arg in args))
"""


def around(solution: str, text: str) -> str:
    """Return a solution cell with its function inside another one."""
    function = only_function(solution)
    decorators = function.decorator_list
    function.decorator_list = []
    original = textwrap.indent(ast.unparse(function), "    ")
    made = only_function(text.format(name=function.name, original=original))
    made.decorator_list = decorators
    return ast.unparse(made)


def forward_of(task: str, tasks: Collection[str]) -> str:
    """Return the task of the forward pass that belongs to a backward pass, and any other task itself."""
    names = task.replace("_backward", "_forward"), re.sub("_backward.*", "_forward", task), task
    return next(name for name in names if name in tasks)


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


def backward_passes(tasks: Collection[str]) -> dict[str, str]:
    """Return the tasks that are backward passes, each with its forward pass."""
    return {task: forward_of(task, tasks) for task in tasks if forward_of(task, tasks) != task}


def with_star_imports_and_magics(submitted: NotebookNode) -> NotebookNode:
    """Return a submission with NumPy's names in place of Python's around tests, and magics in its cells."""
    first = next(index for index, cell in enumerate(submitted.cells) if "import numpy" in cell.source)
    # Their own code may use the built-in names that NumPy's replace.
    own = "from numpy import *\nfrom builtins import sum, max, min, any, all, round, abs, pow"
    cells = [*submitted.cells[: first + 1], code(own, 0)]
    for number, cell in enumerate(submitted.cells[first + 1 :], 1):
        if is_solution(cell) and cell.cell_type == "code":
            cell.source = f"%pwd\n!true\n{cell.source}\n%timeit -n1 -r1 pass"
        around_it = [code("from numpy import *", 2 * number), cell, code(own, 2 * number + 1)]
        cells += around_it if is_test(cell) else [cell]
    submitted.cells = cells
    return submitted


@pytest.mark.trial
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_a_student_of_any_variants_earns_everything(
    assignment: str, name: str, seed: int, tmp_path: Path
) -> None:
    spec = replace(spec_of(assignment, name), seed=seed)
    path = COURSE.folder("source_solutions") / assignment / NEVER_RELEASED[1] / f"{name}.py"
    reference, rng = reference_of(spec.source), np.random.default_rng(seed)
    chosen: dict[str, str] = {}
    for variant in rng.permutation(np.array(read_solutions(path), dtype=object)):
        # As above, a backward pass must fit its own forward pass.
        near = {forward_of(variant.task, spec.tasks), variant.task}
        if not any(near & {forward_of(task, spec.tasks), task} for task in chosen):
            chosen[variant.task] = variant.cell(reference[variant.task])
    key = compute_key(replace(spec, mistakes=()), GradingExecute(config=CONFIG))
    submitted = with_solutions(spec.release, reference | chosen)
    spec.put_weights(tmp_path)
    nbformat.write(submitted, tmp_path / f"{name}.ipynb")
    outcomes = grade_folder("li", tmp_path, [GradingSpec(spec, key)], CONFIG).outcomes
    assert (sorted(chosen), lost(outcomes)) == (sorted(chosen), [])


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_caches_dictionaries_star_imports_and_magics_may_have_any_form(
    assignment: str, name: str, tmp_path: Path
) -> None:
    spec = spec_of(assignment, name)
    solutions = reference_of(spec.source)
    for task in spec.tasks:
        if spec.tasks[task].loops:
            solutions[task] = around(solutions[task], REVERSED)
    pairs = backward_passes(spec.tasks)
    for backward in pairs:
        solutions[backward] = around(solutions[backward], UNPACKING)
    for forward in set(pairs.values()):
        solutions[forward] = around(solutions[forward], PACKING)
    submitted = with_star_imports_and_magics(with_solutions(spec.release, solutions))
    assert lost(graded(spec, submitted, tmp_path)) == []
