"""Mutants: a reference solution with one edit each, made by rule.

A mutant is wrong in a way that no author has listed, or computes the same as the reference. What checks and
answers say of it shows what they would not notice.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterable, Iterator
from typing import Any

from autograder.grading.mistakes import only_function
from autograder.grading.tasks import SOLUTION
from autograder.release.operators import OPERATORS, Edit
from autograder.survey import Mutant


def mutants_of(task: str, cell: str) -> Iterator[Mutant]:
    """Yield the mutants of a reference solution, without those that have the same text.

    Parameters
    ----------
    task
        The task's id.
    cell
        The solution cell, with the marks around the solution: what is given around it is not edited.
    """
    lines = cell.split("\n")
    begin, end = (next(n for n, line in enumerate(lines, 1) if mark in line) for mark in SOLUTION)
    function = only_function(cell)
    function.decorator_list = []
    unseen = _unseen(function)
    if ast.get_docstring(function):
        del function.body[0]
    seen, number = {ast.unparse(function)}, 0
    for operator, edit in OPERATORS.items():
        for path, replacement in _sites(function, edit, range(begin, end)):
            mutant = _replaced(function, path, replacement)
            text = ast.unparse(mutant)
            if text not in seen:
                seen.add(text)
                old, new = _statement(function, path), _statement(mutant, path)
                yield Mutant(task, number, operator, old, new, text, unseen.get(_node(function, path), ""))
                number += 1


#: Where a node is: the fields and indices that lead to it from the function.
_Path = tuple[tuple[str, int | None], ...]


def _sites(function: ast.FunctionDef, edit: Edit, lines: range) -> Iterator[tuple[_Path, ast.AST | None]]:
    """Yield what an operator puts in place of the nodes in these lines."""
    for path, node in _walk(function, ()):
        if getattr(node, "lineno", 0) in lines:
            for replacement in edit(node, function):
                yield path, replacement


def _walk(node: ast.AST, path: _Path) -> Iterator[tuple[_Path, ast.AST]]:
    """Yield all nodes below a node, with their paths."""
    for field, value in ast.iter_fields(node):
        if field == "decorator_list":
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST):
                here = (*path, (field, index))
                yield here, child
                yield from _walk(child, here)


def _node(function: ast.FunctionDef, path: _Path) -> ast.AST:
    node: Any = function
    for field, index in path:
        node = getattr(node, field) if index is None else getattr(node, field)[index]
    return node  # type: ignore[no-any-return]


def _unseen(function: ast.FunctionDef) -> dict[ast.AST, str]:
    """Return the nodes of which no test of the task can see anything, with the reason."""
    found: dict[ast.AST, str] = {}
    for node in ast.walk(function):
        body = node.body if isinstance(node, ast.If) else [node]
        if all(ast.unparse(one).startswith("print(") for one in body):
            found |= dict.fromkeys(ast.walk(node), "only what is printed")
    if re.search(r"^ *cache\b", ast.get_docstring(function) or "", re.MULTILINE):
        returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
        caches = [value.elts[-1] for value in returned if isinstance(value, ast.Tuple)]
        found |= dict.fromkeys(_feeding(function, caches), "only the cache")
    return found


def _feeding(function: ast.FunctionDef, values: Iterable[ast.AST]) -> set[ast.AST]:
    """Return the nodes that have an effect on these values alone: theirs, and those of variables in them."""
    nodes = {node for value in values for node in ast.walk(value)}
    before = 0
    while len(nodes) > before:
        before = len(nodes)
        loads = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        used = {node.id for node in loads if isinstance(node.ctx, ast.Load) and node not in nodes}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                target = node.targets[0]
                if isinstance(target, ast.Name) and target.id not in used:
                    nodes |= set(ast.walk(node))
    return nodes


def _replaced(function: ast.FunctionDef, path: _Path, replacement: ast.AST | None) -> ast.FunctionDef:
    mutant = copy.deepcopy(function)
    parent: ast.AST = mutant
    for field, index in path[:-1]:
        value = getattr(parent, field)
        parent = value if index is None else value[index]
    field, index = path[-1]
    if index is None:
        setattr(parent, field, replacement)
    elif replacement is None and len(getattr(parent, field)) > 1:
        del getattr(parent, field)[index]
    else:
        getattr(parent, field)[index] = replacement or ast.Pass()
    return mutant


def _statement(function: ast.FunctionDef, path: _Path) -> str:
    """Return the innermost statement at a path, up to where its body begins; empty if it is left out."""
    node: Any = function
    found: ast.stmt = function
    for field, index in path:
        value = getattr(node, field)
        if index is not None and index >= len(value):
            return ""
        node = value if index is None else value[index]
        found = node if isinstance(node, ast.stmt) else found
    text = ast.unparse(found)
    return text.partition("\n")[0] if getattr(found, "body", None) else text
