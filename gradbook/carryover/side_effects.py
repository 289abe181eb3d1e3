"""Find definitions that run code when they are executed, by analysing their syntax alone.

A function's body runs when it is called. But its decorators and default values run when it is defined, and so
do the base classes and the body of a class.
"""

from __future__ import annotations

import ast
from abc import ABCMeta
from typing import Any

#: Python's own decorators, which only wrap a function. They get names that are not valid in source code, so
#: that a notebook cannot replace them.
WRAPPERS: dict[str, Any] = {
    f"<{wrapper.__name__}>": wrapper for wrapper in (property, staticmethod, classmethod)
}


class WouldRun(Exception):  # noqa: N818
    """A definition would run other code of the notebook."""


def require_definition(node: ast.stmt) -> None:
    """Refuse a statement that runs code of the notebook.

    In classes, the names of Python's own decorators are replaced by those in `WRAPPERS`.

    Raises
    ------
    WouldRun
        If it does; the message gives the reason.
    """
    match node:
        case ast.Import() | ast.ImportFrom():
            return
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            if node.decorator_list:
                msg = f"its decorator would run: @{_short(node.decorator_list[0])}"
                raise WouldRun(msg)
            _require_inert_defaults(node.args)
        case ast.ClassDef():
            _require_inert_class(node)
        case ast.Assign(targets=targets, value=value) if all(_is_name(target) for target in targets):
            _require_inert(value, "its value would have to be computed")
        case ast.AnnAssign(target=ast.Name(), value=ast.expr() as value):
            _require_inert(value, "its value would have to be computed")
        case _:
            msg = "it is a statement that runs, not a definition"
            raise WouldRun(msg)


def _is_name(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return all(_is_name(part) for part in target.elts)
    return isinstance(target, ast.Name)


def _require_inert_class(node: ast.ClassDef) -> None:
    if node.decorator_list:
        msg = f"its decorator would run: @{_short(node.decorator_list[0])}"
        raise WouldRun(msg)
    if node.keywords:
        msg = f"its metaclass or keyword would run: {_short(node.keywords[0].value)}"
        raise WouldRun(msg)
    for base in node.bases:
        _require_inert(base, "its base class would have to be computed")
    for part in node.body:
        try:
            _require_inert_part(part)
        except WouldRun as error:
            msg = f"in its line {part.lineno - node.lineno + 1}, {error}"
            raise WouldRun(msg) from None


def _require_inert_part(part: ast.stmt) -> None:
    match part:
        case ast.Pass() | ast.Expr(value=ast.Constant()) | ast.AnnAssign(value=None):
            return
        case ast.FunctionDef(decorator_list=[ast.Name(name) as decorator]) if f"<{name}>" in WRAPPERS:
            decorator.id = f"<{name}>"
            _require_inert_defaults(part.args)
        case ast.ClassDef():
            msg = f"the class {part.name} would run"
            raise WouldRun(msg)
        case _:
            require_definition(part)


def _require_inert_defaults(arguments: ast.arguments) -> None:
    for default in [*arguments.defaults, *arguments.kw_defaults]:
        if default is not None:
            _require_inert(default, "a default value would have to be computed")


def _require_inert(node: ast.expr, why: str) -> None:
    """Refuse an expression other than names, literals, and arithmetic with them."""
    match node:
        case ast.Constant() | ast.Name():
            return
        case ast.Lambda():
            _require_inert_defaults(node.args)
            return
        case ast.Attribute() | ast.UnaryOp() | ast.BinOp() | ast.Tuple() | ast.List() | ast.Set():
            parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        case ast.Dict(keys=keys, values=values) if None not in keys:
            parts = [part for part in [*keys, *values] if part is not None]
        case _:
            msg = f"{why}: {_short(node)}"
            raise WouldRun(msg)
    for part in parts:
        _require_inert(part, why)


def require_quiet(base: object) -> None:
    """Refuse a base class that runs code when a subclass is defined.

    Raises
    ------
    WouldRun
        If it does; the message gives the reason.
    """
    if not isinstance(base, type) or type(base) not in (type, ABCMeta):
        msg = f"its base class would run code: {getattr(base, '__name__', base)}"
        raise WouldRun(msg)
    if any("__init_subclass__" in vars(parent) for parent in base.__mro__ if parent is not object):
        msg = f"its base class would run code: {base.__name__}.__init_subclass__"
        raise WouldRun(msg)


def _short(node: ast.AST) -> str:
    text = ast.unparse(node).partition("\n")[0]
    return text if len(text) <= 60 else text[:59] + "…"
