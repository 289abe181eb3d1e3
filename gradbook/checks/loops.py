"""Finding Python loops in source code, for tasks that ask for vectorised code.

A visible check in the notebook and the judge, on the submitted source, apply the same rule.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

#: Loops in disguise, in NumPy and Python: they call Python code once for each element or row.
_DISGUISED = {"map", "filter", "vectorize", "apply_along_axis", "apply_over_axes", "fromiter", "frompyfunc"}

#: Names that can call another function without naming it.
_HIDING = {
    "__dict__",
    "__getattribute__",
    "eval",
    "exec",
    "getattr",
    "globals",
    "locals",
    "methodcaller",
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
    """A loop: its kind, its line, and the function that contains it."""

    what: str
    function: str
    line: str

    def __str__(self) -> str:
        return f"{self.what} in {self.function}: {self.line}"


def find_loop(function: str, sources: Iterable[str]) -> Loop | None:
    """Return the first Python loop in `function` or in a function that it calls, or None.

    Calls are followed by name through all functions, methods and aliases that `sources` define. A recursive
    function counts as a loop, and so does a call that hides which function it calls.

    Parameters
    ----------
    function
        The name of a function or method.
    sources
        The cells that may define it and its helpers; the last definition of a name counts. Cells that
        are not Python are skipped.
    """
    definitions: dict[str, _Definition] = {}
    for source in sources:
        lines = source.splitlines()
        for name, node in _defined(source):
            definitions[name] = _Definition(node, lines)
    return _search(function, definitions)


@dataclass(frozen=True)
class _Definition:
    """A function, or the expression of an alias, and the cell that contains it."""

    node: ast.AST
    lines: list[str]


def _defined(source: str) -> list[tuple[str, ast.AST]]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found: list[tuple[str, ast.AST]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append((node.name, node))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda | ast.Name | ast.Attribute):
            # f = lambda …, f = g, Class.f = g: f is then an alias of a function.
            found += [(_last_name(target), node.value) for target in node.targets]
    return found


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
            found = _look(name, definitions[name], path)
            if isinstance(found, Loop):
                return found
            path[name] = iter(found)
    return None


def _look(function: str, definition: _Definition, path: Container[str | None]) -> Loop | list[str]:
    """Return the first loop in a function itself, or the names of the functions that it calls."""

    def found(what: str, at: ast.expr | ast.stmt) -> Loop:
        return Loop(what, function, definition.lines[at.lineno - 1].strip())

    called: list[str] = []
    if isinstance(definition.node, ast.Name | ast.Attribute) and not _is_numpy(definition.node):
        called.append(_last_name(definition.node))
    for child in ast.walk(definition.node):
        if type(child) in _LOOPS:
            return found(_LOOPS[type(child)], child if isinstance(child, ast.stmt) else _inside(child))
        if isinstance(child, ast.Name | ast.Attribute) and _last_name(child) in _DISGUISED:
            return found(f"{_last_name(child)}, a Python loop in disguise,", child)
        if isinstance(child, ast.Name | ast.Attribute) and _last_name(child) in _HIDING:
            return found(f"{_last_name(child)}, which hides the called function,", child)
        if isinstance(child, ast.Call) and not _is_numpy(child.func):
            name = _last_name(child.func)
            if name in path:
                return found("a recursive call", child)
            called.append(name)
    return called


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
