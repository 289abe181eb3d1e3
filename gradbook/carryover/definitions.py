"""Find the definitions of a notebook without running it.

Definitions are imports, functions, classes, methods added by ``@add_to_class``, constants (names of
literals), and names carried over from an earlier notebook. Everything else in a cell is skipped, and so are
definitions that would run code when they are executed: by a decorator, a default value, a base class or a
class body. Skipped definitions are remembered with the reason.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import linecache
import re
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType

from gradbook.carryover.side_effects import WRAPPERS, WouldRun, require_definition, require_quiet
from gradbook.cells import parse_cell

#: Stands for all the names of a star import.
STAR = "*"

_NAMED = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Definition:
    """A statement that defines names.

    Attributes
    ----------
    node
        The statement; None for a whole cell that is not Python.
    binds
        The names that it defines. A method is ``Class.method``.
    uses
        The names that it needs, when it is executed or called.
    source
        The name of its cell, under which `linecache` has its lines.
    place
        Its location, for messages.
    refusal
        Why it cannot be executed without running other code, or None.
    owner
        The class to which ``@add_to_class`` adds it as a method.
    stubs
        The names among `binds` that are not written yet.
    carried
        If it carries names over from another notebook: this notebook, and the names there.
    """

    node: ast.stmt | None
    binds: frozenset[str]
    uses: frozenset[str]
    source: str
    place: str
    refusal: str | None = None
    owner: str | None = None
    stubs: tuple[str, ...] = ()
    carried: tuple[str, tuple[str, ...]] | None = None

    @property
    def what(self) -> str:
        """The names that it defines, in a few words."""
        if isinstance(self.node, ast.Import | ast.ImportFrom):
            return ast.unparse(self.node)
        return ", ".join(sorted(name for name in self.binds if "." not in name))

    def take(self, module: ModuleType, found: tuple[object, ...]) -> None:
        """Bind its names in `module` to the objects carried over for them."""
        assert isinstance(self.node, ast.Assign)
        vars(module)["<found>"] = found
        assign = ast.Assign(self.node.targets, ast.Name("<found>", ast.Load()))
        ast.fix_missing_locations(ast.copy_location(assign, self.node))
        exec(compile(ast.Module([assign], []), self.source, "exec", dont_inherit=True), vars(module))  # noqa: S102  (definitions alone, after a look at them)

    def make(self, module: ModuleType) -> None:
        """Execute the definition in `module`, which `new_module` returned.

        Raises
        ------
        WouldRun
            If that would run other code of the notebook.
        Exception
            Any exception that an import raises.
        """
        assert self.node is not None
        namespace = vars(module)
        # A notebook may have redefined this name, and Python would call its version.
        namespace["__builtins__"] = builtins
        for base in self.node.bases if isinstance(self.node, ast.ClassDef) else []:
            require_quiet(eval(compile(ast.Expression(base), self.source, "eval"), namespace))  # noqa: S307  (definitions alone, after a look at them)
        if self.owner is not None and getattr(namespace.get(self.owner), "__module__", "") != module.__name__:
            msg = f"{self.owner} is not a class of this notebook"
            raise WouldRun(msg)
        # Annotations are not evaluated.
        flags = __future__.annotations.compiler_flag
        exec(compile(ast.Module([self.node], []), self.source, "exec", flags, dont_inherit=True), namespace)  # noqa: S102  (definitions alone, after a look at them)
        if self.owner is not None and isinstance(self.node, ast.FunctionDef):
            setattr(namespace[self.owner], self.node.name, namespace[self.node.name])


def new_module(name: str) -> ModuleType:
    """Return a namespace in which definitions can be executed."""
    module = ModuleType(name)
    vars(module).update(WRAPPERS)
    return module


def read_definitions(notebook: str, cells: Iterable[tuple[str, bool]]) -> list[Definition]:
    """Return the definitions in the code cells of a notebook, in their order.

    Parameters
    ----------
    notebook
        The notebook's name, for tracebacks.
    cells
        The source of each code cell, and whether it is a task's solution cell.
    """
    found: list[Definition] = []
    for number, (text, solution) in enumerate(cells, 1):
        place, source = f"code cell {number}", f"<{notebook}.ipynb, code cell {number}>"
        try:
            text, tree = parse_cell(text)
            linecache.cache[source] = (len(text), None, text.splitlines(keepends=True), source)
            nodes = [part for node in tree.body for part in _apart(node)]
            found += [_definition(node, source, place, solution) for node in nodes]
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            names = {name for match in _NAMED.finditer(text) for name in match.groups() if name}
            line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
            why = f"the cell is not valid Python ({type(error).__name__}{line})"
            found.append(Definition(None, frozenset(names), frozenset(), source, place, why))
    return [definition for definition in found if definition.binds]


def _apart(node: ast.stmt) -> list[ast.stmt]:
    """Split an import of several names into several imports, because one may fail and the others not."""
    if isinstance(node, ast.Import):
        return [ast.copy_location(ast.Import([alias]), node) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [
            ast.copy_location(ast.ImportFrom(node.module, [alias], node.level), node) for alias in node.names
        ]
    return [node]


def _definition(node: ast.stmt, source: str, cell: str, solution: bool) -> Definition:
    _drop_given(node)
    owner = _take_owner(node)
    binds, uses = _names(node)
    stubs: list[str] = []
    if isinstance(node, ast.FunctionDef):
        if owner is not None:
            binds, uses = binds | {f"{owner}.{node.name}"}, uses | {owner}
        stubs = [f"{owner}.{node.name}" if owner else node.name] if _is_stub(node.body) else []
    if isinstance(node, ast.ClassDef):
        methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
        binds |= {f"{node.name}.{method.name}" for method in methods}
        # An abstract method is in a class that is given to students, not in a task's cell.
        stubs = [f"{node.name}.{method.name}" for method in methods if solution and _is_stub(method.body)]
    refusal = None
    carried = _carried(node)
    try:
        if carried is None:
            require_definition(node)
    except WouldRun as error:
        refusal = str(error)
    place = f"{cell}, line {node.lineno}"
    return Definition(
        node, frozenset(binds), frozenset(uses), source, place, refusal, owner, tuple(stubs), carried
    )


def _carried(node: ast.stmt) -> tuple[str, tuple[str, ...]] | None:
    """Return the notebook and the names of ``a, b = carry_over("…", "a", "b")``, or None."""
    match node:
        case ast.Assign(
            targets=[ast.Tuple() as names],
            value=ast.Call(func=ast.Name("carry_over") | ast.Attribute(attr="carry_over"), args=[*args]),
        ) if all(isinstance(part, ast.Name) for part in names.elts):
            texts = [
                arg.value for arg in args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            ]
            if len(texts) == len(args) == len(names.elts) + 1:
                return texts[0], tuple(texts[1:])
    return None


def _drop_given(node: ast.stmt) -> None:
    """Remove ``@given``, which matters in the notebook itself only."""
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            node.decorator_list = [
                decorator for decorator in node.decorator_list if ast.unparse(decorator) != "given"
            ]


def _take_owner(node: ast.stmt) -> str | None:
    """Remove ``@add_to_class(Class)`` from a function, and return the class's name."""
    match node:
        case ast.FunctionDef(
            decorator_list=[
                ast.Call(
                    func=ast.Name("add_to_class") | ast.Attribute(attr="add_to_class"),
                    args=[ast.Name(owner)],
                    keywords=[],
                )
            ]
        ):
            node.decorator_list = []
            return owner
    return None


def _names(node: ast.stmt) -> tuple[set[str], set[str]]:
    """Return the global names that a statement binds, and those that it uses."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        alias = node.names[0]
        return {STAR if alias.name == "*" else alias.asname or alias.name.partition(".")[0]}, set()
    # With annotations not evaluated, the names in them do not count as used.
    text = f"from __future__ import annotations\n{ast.unparse(node)}"
    top = symtable.symtable(text, "<names>", "exec")
    binds = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}
    uses = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    for table in _tables_below(top):
        uses |= {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
    return binds, uses - binds


def _tables_below(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _tables_below(child)


def _is_stub(body: list[ast.stmt], nested: bool = False) -> bool:
    """Return whether a function's body still raises the NotImplementedError of the released assignment."""
    for node in body:
        match node:
            case ast.Return():
                return False  # a raise after it is a leftover
            case ast.Raise(exc=ast.Name("NotImplementedError")):
                return True
            case ast.Raise(exc=ast.Call(func=ast.Name("NotImplementedError"), args=message)):
                # In a branch and with a message, it refuses an argument that the function does not support.
                return not (nested and message)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                continue
        if any(_is_stub(block, nested=True) for block in _blocks(node)):
            return True
    return False


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        yield getattr(node, name, [])
    for part in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
        yield part.body
