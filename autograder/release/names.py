"""The global names that tests use, which no student's variable may replace.

Tests run in a namespace of their own (`gradbook.scope`). It has Python's built-in names, those of `gradbook`,
``np``, and what the notebook marks with ``@given``. The functions that the tasks ask for are the student's.
Any other name would be a variable of the notebook, which students can change.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterator, Mapping

from nbformat import NotebookNode

from autograder.grading.tasks import is_solution, is_test
from gradbook import api

#: The names that every test has.
OURS = {"np", *api.__all__, *(name for name in dir(builtins) if not name.startswith("_"))}


def global_names(source: str) -> set[str]:
    r"""Return the global names that code reads.

    Examples
    --------
    >>> sorted(global_names("def f(x):\n    y = g(x)\n    return y + z"))
    ['g', 'z']
    """
    top = symtable.symtable(source, "<cell>", "exec")
    bound = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}
    return {name for table in _tables(top) for name in _globals_of(table)} - bound


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _globals_of(table: symtable.SymbolTable) -> Iterator[str]:
    at_top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (at_top or symbol.is_global()):
            yield symbol.get_name()


def defined(cell: NotebookNode) -> dict[str, ast.FunctionDef | ast.ClassDef]:
    """Return the functions and classes that a cell defines at its top level, by name."""
    nodes = ast.parse(cell.source).body
    return {node.name: node for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def given_names(notebook: NotebookNode) -> dict[str, set[str]]:
    """Return what a notebook marks with ``@given``, with the global names that it uses."""
    found: dict[str, set[str]] = {}
    for cell in _given_cells(notebook):
        for name, node in defined(cell).items():
            if any(ast.unparse(decorator) == "given" for decorator in node.decorator_list):
                found[name] = global_names(ast.unparse(node)) - {"given"}
    for cell in _given_cells(notebook):
        for node in ast.parse(cell.source).body:
            match node:
                # Methods that are defined later: Node.__add__ = lambda a, b: Add(a, b)
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name))]) if name in found:
                    found[name] |= global_names(ast.unparse(node.value))
    return found


def carried_names(cell: NotebookNode) -> set[str]:
    """Return the names that a cell carries over from an earlier notebook."""
    try:
        body = ast.parse(cell.source).body if cell.cell_type == "code" else []
    except SyntaxError:  # magics
        return set()
    return {
        target.id
        for node in body
        if isinstance(node, ast.Assign) and _calls_carry_over(node.value)
        for target in ast.walk(node.targets[0])
        if isinstance(target, ast.Name)
    }


def _calls_carry_over(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func) == "carry_over"


def _given_cells(notebook: NotebookNode) -> Iterator[NotebookNode]:
    for cell in notebook.cells:
        if cell.cell_type == "code" and not is_solution(cell) and not is_test(cell):
            try:
                ast.parse(cell.source)
            except SyntaxError:  # magics
                continue
            yield cell


def unprotected(source: str, given: Mapping[str, set[str]], students: set[str]) -> dict[str, str]:
    """Return the names that a test uses and a student could replace, with what uses them.

    Parameters
    ----------
    source
        The test.
    given
        What the notebook gives, as `given_names` returns it.
    students
        The names of the functions that the tasks ask for.
    """
    found: dict[str, str] = {}
    pending = [(name, "the test") for name in sorted(global_names(source))]
    seen: set[str] = set()
    while pending:
        name, user = pending.pop()
        if name in seen or name in students:
            continue
        seen.add(name)
        if name in given:
            pending += [(other, name) for other in sorted(given[name])]
        elif name not in OURS:
            found[name] = user
    return found
