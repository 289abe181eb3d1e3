"""Finding Python loops in source code, for tasks that ask for vectorised code.

The same rule is shown by a visible check in the notebook and decided by the judge on the submitted source.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

#: NumPy's and Python's loops in disguise: they call Python code once an element or a row.
_DISGUISED = {"map", "filter", "vectorize", "apply_along_axis", "apply_over_axes", "fromiter", "frompyfunc"}

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
    """A loop: what it is, the line that holds it, and the function that it stands in."""

    what: str
    function: str
    line: str

    def __str__(self) -> str:
        return f"{self.what} in {self.function}: {self.line}"


def find_loop(function: str, sources: Iterable[str]) -> Loop | None:
    """Return the first Python loop that `function` runs, itself or through what it calls, or None.

    Calls are followed by name through all functions and methods that `sources` define; a function that
    calls itself counts as a loop.

    Parameters
    ----------
    function
        The name of a function or method.
    sources
        The cells that may define it and its helpers; the last definition of a name counts. Cells that
        are not Python are passed over.
    """
    definitions: dict[str, tuple[ast.FunctionDef | ast.AsyncFunctionDef, list[str]]] = {}
    for source in sources:
        for name, node in _functions(source):
            definitions[name] = (node, source.splitlines())
    return _search(function, definitions, ())


def _functions(source: str) -> list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [
        (node.name, node)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _search(
    function: str,
    definitions: dict[str, tuple[ast.FunctionDef | ast.AsyncFunctionDef, list[str]]],
    callers: tuple[str, ...],
) -> Loop | None:
    if function not in definitions:
        return None
    node, lines = definitions[function]

    def found(what: str, at: ast.expr | ast.stmt) -> Loop:
        return Loop(what, function, lines[at.lineno - 1].strip())

    called: list[str] = []
    for child in ast.walk(node):
        if type(child) in _LOOPS:
            return found(_LOOPS[type(child)], child if isinstance(child, ast.stmt) else _inside(child))
        if isinstance(child, ast.Name | ast.Attribute) and _last_name(child) in _DISGUISED:
            return found(f"{_last_name(child)}, a Python loop in disguise,", child)
        if isinstance(child, ast.Call) and not _is_numpy(child.func):
            name = _last_name(child.func)
            if name in (*callers, function):
                return found("a recursive call", child)
            called.append(name)
    for name in dict.fromkeys(called):
        loop = _search(name, definitions, (*callers, function))
        if loop is not None:
            return loop
    return None


def _inside(comprehension: ast.AST) -> ast.expr:
    """Return an expression of a comprehension, which tells its line."""
    if isinstance(comprehension, ast.DictComp):
        return comprehension.key
    assert isinstance(comprehension, ast.ListComp | ast.SetComp | ast.GeneratorExp)
    return comprehension.elt


def _last_name(node: ast.expr) -> str:
    """Return ``c`` for the expression ``a.b.c``."""
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _is_numpy(node: ast.expr) -> bool:
    """Return whether `node` reads ``np.something``: not to be confused with a helper of that name."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ("np", "numpy")
