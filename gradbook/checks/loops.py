"""Finding Python loops in source code, for tasks that ask for vectorised code.

A visible check in the notebook and the judge, on the submitted source, apply the same rule.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from gradbook.cells import parse_cell

#: Loops in disguise, in NumPy and Python: they call Python code once for each element or row.
_DISGUISED = {"map", "filter", "vectorize", "apply_along_axis", "apply_over_axes", "fromiter", "frompyfunc"}

#: Names that can call another function without naming it.
_HIDING = {
    "__builtins__",
    "__dict__",
    "__getattribute__",
    "__import__",
    "eval",
    "exec",
    "getattr",
    "globals",
    "locals",
    "import_module",
    "methodcaller",
    "run_cell",
    "vars",
}

_LOOPS: dict[type[ast.AST], str] = {
    ast.For: "a for loop",
    ast.AsyncFor: "a for loop",
    ast.While: "a while loop",
    ast.ListComp: "a list comprehension",
    ast.SetComp: "a set comprehension",
    ast.DictComp: "a dict comprehension",
    ast.GeneratorExp: "a generator expression",
}


@dataclass(frozen=True)
class Loop:
    """A loop: its kind, its line, and the function that contains it.

    A function in no cell of the notebook counts as one, because it cannot be read.
    """

    what: str
    function: str
    line: str
    is_read: bool = True

    def __str__(self) -> str:
        return f"{self.what} in {self.function}: {self.line}"


def find_loop(function: str, sources: Iterable[str]) -> Loop | None:
    """Return the first Python loop in `function` or in a function that it calls, or None.

    Calls are followed by name through all functions, methods and aliases that `sources` define. A recursive
    function counts as a loop, and so does code that hides which function it calls, or that is in no cell.

    Parameters
    ----------
    function
        The name of a function or method.
    sources
        The cells that may define it and its helpers; the last definition of a name counts. Cells that
        cannot be run as Python are skipped.
    """
    nested: dict[str, _Definition] = {}
    definitions: dict[str, _Definition] = {}
    for source in sources:
        for name, definition, is_nested in _defined(source):
            (nested if is_nested else definitions)[name] = definition
    if function not in definitions and function in nested:
        definitions[function] = nested[function]
    if function not in definitions:
        return Loop("code that is in no cell", function, "it cannot be read", is_read=False)
    return _search(function, definitions)


@dataclass(frozen=True)
class _Definition:
    """A function, or the expression of an alias, and the cell that contains it."""

    node: ast.AST
    lines: list[str]

    @property
    def is_variable(self) -> bool:
        """Whether it is a value that was computed, which has nothing to do with a method of its name."""
        return isinstance(self.node, ast.expr) and not isinstance(
            self.node, ast.Lambda | ast.Name | ast.Attribute
        )


def _defined(source: str) -> Iterator[tuple[str, _Definition, bool]]:
    """Yield the names that a cell defines, their definitions, and whether these are in another function."""
    try:
        text, tree = parse_cell(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = text.splitlines()
    pending: list[tuple[ast.AST, bool]] = [(tree, False)]
    while pending:
        node, is_nested = pending.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, _Definition(node, lines), is_nested
        elif isinstance(node, ast.Assign) and not is_nested:
            # f = lambda …, f = g, Class.f = g, f = partial(g): f then stands for another function.
            for target in node.targets:
                if isinstance(target, ast.Name | ast.Attribute):
                    yield _last_name(target), _Definition(node.value, lines), False
        elif isinstance(node, ast.ImportFrom) and not is_nested:
            for alias in node.names:
                if alias.asname is not None:
                    name = ast.copy_location(ast.Name(alias.name, ast.Load()), node)
                    yield alias.asname, _Definition(name, lines), False
        inside = is_nested or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        pending += [(child, inside) for child in ast.iter_child_nodes(node)]


def _search(function: str, definitions: Mapping[str, _Definition]) -> Loop | None:
    """Search a function and the functions that it calls, each once."""
    searched: set[str] = set()
    # The chain of calls being searched, with the names still to be searched in each; not recursive, because
    # helpers can call one another in a longer chain than Python's recursion limit.
    path: dict[str | None, Iterator[str]] = {None: iter([function])}
    while path:
        caller = next(reversed(path))
        name = next(path[caller], None)
        if name is None:
            del path[caller]
        elif name in definitions and name not in searched:
            searched.add(name)
            path[name] = iter(())
            found = _look(name, definitions, path)
            if isinstance(found, Loop):
                return found
            path[name] = iter(found)
    return None


def _look(
    function: str, definitions: Mapping[str, _Definition], path: Container[str | None]
) -> Loop | list[str]:
    """Return the first loop in a function itself, or the names of the functions that it calls."""
    definition = definitions[function]

    def found(what: str, at: ast.expr | ast.stmt) -> Loop:
        return Loop(what, function, definition.lines[at.lineno - 1].strip())

    called: list[str] = []
    own = _local_names(definition.node)
    for child in ast.walk(definition.node):
        if type(child) in _LOOPS and not definition.is_variable:
            return found(_LOOPS[type(child)], child if isinstance(child, ast.stmt) else _inside(child))
        if not isinstance(child, ast.Name | ast.Attribute) or _is_numpy(child):
            if isinstance(child, ast.Call) and _last_name(child.func) in path and not _is_numpy(child.func):
                return found("a recursive call", child)
            if isinstance(child, ast.Attribute) and child.attr in _DISGUISED:
                return found(f"{child.attr}, a Python loop in disguise,", child)
            continue
        name = _last_name(child)
        if name in _DISGUISED:
            return found(f"{name}, a Python loop in disguise,", child)
        if name in _HIDING and not definition.is_variable:
            return found(f"{name}, which hides the called function,", child)
        # Whatever it names may be called, under another name or by what it is passed to.
        if isinstance(child, ast.Attribute):
            called += [name] if not definitions.get(name, definition).is_variable else []
        elif name not in own:
            called.append(name)
    return called


def _local_names(node: ast.AST) -> set[str]:
    """Return the names of a function's arguments and variables."""
    return {
        child.arg if isinstance(child, ast.arg) else child.id
        for child in ast.walk(node)
        if isinstance(child, ast.arg) or (isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store))
    }


def _inside(comprehension: ast.AST) -> ast.expr:
    """Return an expression inside a comprehension, because a comprehension has no line number."""
    if isinstance(comprehension, ast.DictComp):
        return comprehension.key
    assert isinstance(comprehension, ast.ListComp | ast.SetComp | ast.GeneratorExp)
    return comprehension.elt


def _last_name(node: ast.expr) -> str:
    """Return ``c`` for the expression ``a.b.c``."""
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _is_numpy(node: ast.expr) -> bool:
    """Return whether `node` is ``np.something``, as opposed to a helper of the same name."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ("np", "numpy")
