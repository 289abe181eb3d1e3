"""The operators that make mutants: each yields what may stand in place of a node of a reference solution."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Mapping

#: Yields the nodes that may replace a node of the function; None leaves a statement out.
Edit = Callable[[ast.AST, ast.FunctionDef], Iterator[ast.AST | None]]


_ARITHMETIC: dict[type[ast.operator], list[ast.operator]] = {
    ast.Add: [ast.Sub()],
    ast.Sub: [ast.Add()],
    ast.Mult: [ast.Div()],
    ast.Div: [ast.Mult()],
    ast.FloorDiv: [ast.Div(), ast.Mod()],
    ast.Mod: [ast.FloorDiv()],
    ast.Pow: [ast.Mult()],
    ast.MatMult: [ast.Mult()],
}

#: For each comparison the opposite one, and the one with the boundary on the other side.
_COMPARISONS: dict[type[ast.cmpop], tuple[ast.cmpop, ast.cmpop | None]] = {
    ast.Lt: (ast.Gt(), ast.LtE()),
    ast.LtE: (ast.GtE(), ast.Lt()),
    ast.Gt: (ast.Lt(), ast.GtE()),
    ast.GtE: (ast.LtE(), ast.Gt()),
    ast.Eq: (ast.NotEq(), None),
    ast.NotEq: (ast.Eq(), None),
    ast.Is: (ast.IsNot(), None),
    ast.IsNot: (ast.Is(), None),
    ast.In: (ast.NotIn(), None),
    ast.NotIn: (ast.In(), None),
}


def _arithmetic(node: ast.AST, _: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield another arithmetic operation."""
    if isinstance(node, ast.BinOp):
        for operator in _ARITHMETIC.get(type(node.op), []):
            yield ast.BinOp(node.left, operator, node.right)


def _comparison(node: ast.AST, _: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield the opposite comparison."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield ast.Compare(node.left, [_COMPARISONS[type(node.ops[0])][0]], node.comparators)


def _boundary(node: ast.AST, _: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield a comparison with the boundary on the other side."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        shifted = _COMPARISONS[type(node.ops[0])][1]
        if shifted is not None:
            yield ast.Compare(node.left, [shifted], node.comparators)


def _axis(node: ast.AST, _: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield another axis."""
    if not (isinstance(node, ast.keyword) and node.arg in ("axis", "axes")):
        return
    try:
        axis = ast.literal_eval(node.value)
    except ValueError:
        return
    if isinstance(axis, int):
        for other in {0: (1, None), 1: (0, None), -1: (0,)}.get(axis, (axis - 1, None)):
            yield ast.keyword(node.arg, ast.Constant(other))
    elif isinstance(axis, tuple):
        for index in range(len(axis)):
            rest = axis[:index] + axis[index + 1 :]
            yield ast.keyword(node.arg, _constant(rest))
            yield ast.keyword(node.arg, _constant((*axis[:index], axis[index] ^ 1, *axis[index + 1 :])))


def _argument(node: ast.AST, _: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield a call without a keyword argument, such as keepdims or ddof, or with the opposite one."""
    if not isinstance(node, ast.Call):
        return
    for index, keyword in enumerate(node.keywords):
        before, after = node.keywords[:index], node.keywords[index + 1 :]
        yield ast.Call(node.func, node.args, [*before, *after])
        if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool):
            changed = ast.keyword(keyword.arg, ast.Constant(not keyword.value.value))
            yield ast.Call(node.func, node.args, [*before, changed, *after])


def _epsilon(node: ast.AST, _: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield a sum with an eps that is ten times as large."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and "eps" in ast.unparse(node.right):
        yield ast.BinOp(node.left, ast.Add(), ast.BinOp(ast.Constant(10), ast.Mult(), node.right))


def _number(node: ast.AST, _: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield another number."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield from (ast.Constant(node.value + 1), _constant(node.value - 1))
    elif isinstance(node, ast.Constant) and type(node.value) is float:
        yield from (ast.Constant(node.value * 2), ast.Constant(node.value / 2))
        if node.value:
            yield ast.Constant(0.0)
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield ast.Constant(not node.value)


def _off_by_one(node: ast.AST, _: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield a range or a slice that begins or ends one off, or the index before."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "range" and len(node.args) == 1:
        yield ast.Call(node.func, [ast.Constant(1), node.args[0]], [])
        yield ast.Call(node.func, [_sum(node.args[0], -1)], [])
    elif isinstance(node, ast.Slice):
        for field in ("lower", "upper"):
            bound = getattr(node, field)
            if bound is not None and not isinstance(bound, ast.Constant):
                for step in (-1, 1):
                    changed = copy.copy(node)
                    setattr(changed, field, _sum(bound, step))
                    yield changed
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name):
        yield ast.Subscript(node.value, _sum(node.slice, -1), node.ctx)


def _sign(node: ast.AST, _: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield the opposite sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        operator = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield ast.AugAssign(node.target, operator, node.value)
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        for index, value in enumerate(node.value.elts):
            negated = list(node.value.elts)
            negated[index] = ast.UnaryOp(ast.USub(), value)
            yield ast.Return(ast.Tuple(negated, ast.Load()))
    elif isinstance(node, ast.Return) and node.value is not None:
        yield ast.Return(ast.UnaryOp(ast.USub(), node.value))


def _swapped(node: ast.AST, _: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield operands, arguments or results in another order."""
    symmetric = {"maximum", "minimum", "hypot", "logaddexp", "array_equal", "allclose", "add", "multiply"}
    ordered = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ordered):
        yield ast.BinOp(node.right, node.op, node.left)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] not in symmetric:
        for args in _neighbours_swapped(node.args):
            yield ast.Call(node.func, args, node.keywords)
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("dot", "matmul") and node.args:
            swapped = ast.Attribute(node.args[0], node.func.attr, ast.Load())
            yield ast.Call(swapped, [node.func.value], node.keywords)
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
        for elements in _neighbours_swapped(node.elts):
            yield ast.Tuple(elements, ast.Load())
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)


def _operand_missing(node: ast.AST, _: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield a sum or product without one of its operands."""
    if isinstance(node, ast.BinOp):
        yield from (node.left, node.right)


#: Built-in functions that a student may forget to call.
_OF_ONE_ARGUMENT = {"abs", "float", "int", "max", "min", "sorted", "sum"}


def _call_missing(node: ast.AST, _: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield the argument of a call in place of its result, an array in place of an item or a copy."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "math" | "random")), args=args):
            yield from (argument for argument in args if not isinstance(argument, ast.Constant | ast.Starred))
        case ast.Call(func=ast.Attribute(value=value)) if ast.unparse(value) != "self":
            yield value
        case ast.Call(func=ast.Name(id=name), args=[one]) if name in _OF_ONE_ARGUMENT:
            yield one
        case ast.Attribute(value=value, attr="T", ctx=ast.Load()):
            yield value
        case ast.Subscript(value=value, ctx=ast.Load()):
            yield value
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
            yield operand


#: Functions that students take for each other, in either direction.
_PAIRS = {
    "maximum": "minimum",
    "var": "std",
    "zeros": "ones",
    "zeros_like": "ones_like",
    "any": "all",
    "sqrt": "square",
    "rand": "randn",
    "standard_normal": "random",
    "hstack": "vstack",
    "repeat": "tile",
}

#: For each function those that students take for it.
_EXCHANGED: dict[str, tuple[str, ...]] = {
    "sum": ("mean", "max"),
    "mean": ("sum", "max"),
    "max": ("min", "argmax"),
    "min": ("max",),
    "argmax": ("argmin", "max"),
    "argmin": ("argmax",),
    "amax": ("amin",),
    "exp": ("log", "sqrt"),
    "log": ("exp",),
    "abs": ("square",),
    "normal": ("uniform",),
    "argsort": ("sort",),
    "append": ("remove",),
    "flatnonzero": ("nonzero",),
    "cumsum": ("cumprod",),
    "floor": ("ceil",),
    "transpose": ("reshape",),
    "dot": ("multiply",),
    **{one: (other,) for pair in _PAIRS.items() for one, other in (pair, pair[::-1])},
}


def _exchanged(node: ast.AST, _: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield a call of another function: min for max, mean for sum."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        for other in _EXCHANGED.get(node.func.attr, ()):
            yield ast.Call(ast.Attribute(node.func.value, other, ast.Load()), node.args, node.keywords)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        for other in _EXCHANGED.get(node.func.id, ()):
            if other in ("max", "min", "any", "all", "sum"):
                yield ast.Call(ast.Name(other, ast.Load()), node.args, node.keywords)


def _step_missing(node: ast.AST, function: ast.FunctionDef) -> Iterator[ast.AST | None]:
    """Yield nothing in place of a statement; the last term in place of a sum."""
    if isinstance(node, ast.stmt) and len(function.body) > 1:
        yield None
    if isinstance(node, ast.If):
        yield ast.If(ast.Constant(value=True), node.body, node.orelse)
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value, lineno=node.lineno)


def _condition(node: ast.AST, _: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield the opposite of a condition, or half of it."""
    if isinstance(node, ast.If | ast.While):
        changed = copy.copy(node)
        changed.test = ast.UnaryOp(ast.Not(), node.test)
        yield changed
    elif isinstance(node, ast.BoolOp):
        yield from node.values
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _in_place(node: ast.AST, function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield statements that change an argument in place of a copy."""
    parameters = {argument.arg for argument in function.args.args}
    match node:
        case ast.Assign([ast.Name() as target], ast.BinOp(ast.Name(name) as left, operator, right)):
            changed = ast.AugAssign(ast.Name(name, ast.Store()), operator, right)
            if target.id == name:
                yield changed
            elif name in parameters:
                alias = ast.Assign([target], left, lineno=0)
                yield ast.If(ast.Constant(value=True), [changed, alias], [])


def _variable(node: ast.AST, function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield the next parameter in place of a parameter, the next local variable in place of one."""
    if not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)):
        return
    for names in _variables(function):
        if node.id in names and len(names) > 1:
            yield ast.Name(names[(names.index(node.id) + 1) % len(names)], ast.Load())


def _entry(node: ast.AST, function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield another entry of the same dictionary."""
    match node:
        case ast.Subscript(value=ast.Name() | ast.Attribute(), slice=ast.Constant(value=str(key))):
            for other in ast.walk(function):
                match other:
                    case ast.Subscript(value=value, slice=ast.Constant(value=str(found))) if found != key:
                        if ast.unparse(value) == ast.unparse(node.value):
                            yield ast.Subscript(node.value, ast.Constant(found), node.ctx)
                            break


def _default(node: ast.AST, function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield a default in place of what the caller asked for."""
    match node:
        case ast.Call(func=ast.Attribute(attr="get" | "pop" | "setdefault"), args=[_, default]):
            yield default
        case ast.Name(id=name, ctx=ast.Load()):
            parameters = [argument.arg for argument in function.args.args]
            defaults = function.args.defaults
            of_last = parameters[len(parameters) - len(defaults) :]
            if name in of_last:
                yield defaults[of_last.index(name)]


def _variables(function: ast.FunctionDef) -> tuple[list[str], list[str]]:
    """Return the parameters of a function, and its other variables, in the order of the text."""
    parameters = [argument.arg for argument in function.args.args if argument.arg != "self"]
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    bound = dict.fromkeys(node.id for node in names if isinstance(node.ctx, ast.Store))
    return parameters, [name for name in bound if name not in parameters and name != "_"]


def _neighbours_swapped(nodes: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for index in range(len(nodes) - 1):
        if not isinstance(nodes[index], ast.Starred) and not isinstance(nodes[index + 1], ast.Starred):
            yield [*nodes[:index], nodes[index + 1], nodes[index], *nodes[index + 2 :]]


def _sum(node: ast.expr, step: int) -> ast.expr:
    return ast.BinOp(node, ast.Add() if step > 0 else ast.Sub(), ast.Constant(abs(step)))


def _constant(value: object) -> ast.expr:
    return ast.parse(repr(value), mode="eval").body


#: The operators by name.
OPERATORS: Mapping[str, Edit] = {
    "arithmetic operator": _arithmetic,
    "comparison": _comparison,
    "boundary": _boundary,
    "axis": _axis,
    "keyword argument": _argument,
    "eps": _epsilon,
    "number": _number,
    "off by one": _off_by_one,
    "sign": _sign,
    "order": _swapped,
    "operand missing": _operand_missing,
    "call missing": _call_missing,
    "another function": _exchanged,
    "step missing": _step_missing,
    "condition": _condition,
    "in place": _in_place,
    "another variable": _variable,
    "another entry": _entry,
    "default": _default,
}
