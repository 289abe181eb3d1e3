"""What a notebook defines, found without running it.

Imports, functions, classes, methods given by ``@add_to_class``, names of literals, and names that are
carried over from a notebook before are definitions. All else that a cell holds is left out, and so is a
definition that would run code while it is made: by a decorator, a default value, a base, a class body. What
is left out is remembered with the reason.
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

from autograder.notebook.classes import add_to_class
from autograder.notebook.earlier.inert import WRAPPERS, WouldRun, require_definition, require_quiet

#: Stands for all the names that a star import brings.
STAR = "*"

#: Magics that run the rest of their cell as Python, in the notebook's own namespace.
_PYTHON_MAGIC = re.compile(r"\s*%%(time|capture|prun)\b.*")

_NAMED = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Definition:
    """A statement that gives names a meaning.

    Attributes
    ----------
    node
        The statement; None for a whole cell that is not Python.
    binds
        The names that it defines. A method is ``Class.method``.
    uses
        The names that it needs, now or when it is called.
    source
        The name of its cell, under which `linecache` has its lines.
    place
        Where it stands, for people.
    refusal
        Why it cannot be made without running code, else None.
    owner
        The class that ``@add_to_class`` makes it a method of.
    stubs
        Those of its names that are still to be written.
    carried
        Where it takes its names from, when that is another notebook: the notebook, and what they are called
        there.
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
        """What it defines, in a few words."""
        if isinstance(self.node, ast.Import | ast.ImportFrom):
            return ast.unparse(self.node)
        return ", ".join(sorted(name for name in self.binds if "." not in name))

    def take(self, module: ModuleType, found: tuple[object, ...]) -> None:
        """Give its names in `module` to what was carried over for them."""
        assert isinstance(self.node, ast.Assign)
        vars(module)["<found>"] = found
        assign = ast.Assign(self.node.targets, ast.Name("<found>", ast.Load()))
        ast.fix_missing_locations(ast.copy_location(assign, self.node))
        exec(compile(ast.Module([assign], []), self.source, "exec", dont_inherit=True), vars(module))

    def make(self, module: ModuleType) -> None:
        """Make the definition in `module`, which `new_module` returned.

        Raises
        ------
        WouldRun
            When that would run code of the notebook after all.
        Exception
            Whatever an import raises.
        """
        assert self.node is not None
        namespace = vars(module)
        # A notebook may have defined this name too; Python would call what it finds there.
        namespace["__builtins__"] = builtins
        for base in self.node.bases if isinstance(self.node, ast.ClassDef) else []:
            require_quiet(eval(compile(ast.Expression(base), self.source, "eval"), namespace))
        if self.owner is not None and getattr(namespace.get(self.owner), "__module__", "") != module.__name__:
            raise WouldRun(f"{self.owner} is not a class of this notebook")
        # Annotations stay text, whatever they are.
        flags = __future__.annotations.compiler_flag
        exec(compile(ast.Module([self.node], []), self.source, "exec", flags, dont_inherit=True), namespace)
        if self.owner is not None and isinstance(self.node, ast.FunctionDef):
            add_to_class(namespace[self.owner])(namespace[self.node.name])


def new_module(name: str) -> ModuleType:
    """Return a namespace for definitions to be made in."""
    module = ModuleType(name)
    vars(module).update(WRAPPERS)
    return module


def read_definitions(notebook: str, cells: Iterable[tuple[str, bool]]) -> list[Definition]:
    """Return what the code cells of a notebook define, in their order.

    Parameters
    ----------
    notebook
        Its name, for tracebacks.
    cells
        The text of each code cell, and whether it is a task's solution cell.
    """
    found: list[Definition] = []
    for number, (text, solution) in enumerate(cells, 1):
        place, source = f"code cell {number}", f"<{notebook}.ipynb, code cell {number}>"
        try:
            text, tree = _parse(text)
            linecache.cache[source] = (len(text), None, text.splitlines(keepends=True), source)
            nodes = [part for node in tree.body for part in _apart(node)]
            found += [_definition(node, source, place, solution) for node in nodes]
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            names = {name for match in _NAMED.finditer(text) for name in match.groups() if name}
            line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
            why = f"the cell is not valid Python ({type(error).__name__}{line})"
            found.append(Definition(None, frozenset(names), frozenset(), source, place, why))
    return [definition for definition in found if definition.binds]


def _parse(text: str) -> tuple[str, ast.Module]:
    """Return a cell as Python, lines of IPython's own turned into calls (which are never made)."""
    text = _PYTHON_MAGIC.sub("", text, count=1) if _PYTHON_MAGIC.match(text) else text
    try:
        return text, ast.parse(text)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        text = TransformerManager().transform_cell(text)
        return text, ast.parse(text)


def _apart(node: ast.stmt) -> list[ast.stmt]:
    """Return an import of several names as several imports: one may fail and the others not."""
    if isinstance(node, ast.Import):
        return [ast.copy_location(ast.Import([alias]), node) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [
            ast.copy_location(ast.ImportFrom(node.module, [alias], node.level), node) for alias in node.names
        ]
    return [node]


def _definition(node: ast.stmt, source: str, cell: str, solution: bool) -> Definition:
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
        # A method that subclasses are to write stands in a class that is given, not in a task's cell.
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
    """Return the notebook and the names of ``a, b = carry_over("…", "a", "b")``, else None."""
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


def _take_owner(node: ast.stmt) -> str | None:
    """Take ``@add_to_class(Class)`` off a function, and return the class's name."""
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
    """Return the names of the notebook that a statement binds, and those that it uses."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        alias = node.names[0]
        return {STAR if alias.name == "*" else alias.asname or alias.name.partition(".")[0]}, set()
    # With annotations as text, the names in them are not used.
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
    """Return whether a function's body still raises the NotImplementedError that the release put there."""
    for node in body:
        match node:
            case ast.Return():
                return False  # what comes after it is a leftover
            case ast.Raise(exc=ast.Name("NotImplementedError")):
                return True
            case ast.Raise(exc=ast.Call(func=ast.Name("NotImplementedError"), args=told)):
                # In a branch and with a message, it is how a function refuses what it does not offer.
                return not (nested and told)
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
