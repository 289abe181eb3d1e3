"""The known mistakes and the variants beside an assignment's source notebooks.

``mistakes/<notebook>.py`` contains wrong solutions that students actually write, ``variants/<notebook>.py``
correct solutions that differ from the reference: one function each, decorated with the task that it solves.
The files are parsed, never executed.
"""

from __future__ import annotations

import ast
import copy
import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from gradbook.errors import GradbookError

_Function = TypeVar("_Function", bound=Callable[..., object])


@dataclass(frozen=True)
class Solution:
    """A wrong or correct solution of a task.

    Attributes
    ----------
    name
        The function's name in its file: ``square_root_missing``.
    task
        The id of the task that it solves.
    title
        The mistake in one sentence: the first line of its docstring.
    message
        The whole docstring, for the student.
    hidden_only
        Why the visible checks cannot detect it, or None if they can.
    source
        The source of the function, without decorator and docstring.
    """

    name: str
    task: str
    title: str
    message: str
    hidden_only: str | None
    source: str

    def cell(self, solution: str) -> str:
        """Return this solution as the text of a solution cell.

        Parameters
        ----------
        solution
            The cell that it replaces, which provides the decorators and the function's name.
        """
        target = only_function(solution)
        function = only_function(self.source)
        function.name = target.name
        function.decorator_list = target.decorator_list
        return ast.unparse(function)


def mistake(
    task: str,  # noqa: ARG001  (the file is parsed, never run)
    hidden_only: str | None = None,  # noqa: ARG001
) -> Callable[[_Function], _Function]:
    """Mark a function of a ``mistakes/`` file as a wrong solution of `task`.

    Its docstring is the message for the student: the first line names the mistake, the rest explains it.

    Parameters
    ----------
    task
        The task's id.
    hidden_only
        Why no visible check can detect it, or None if one must.
    """
    return lambda function: function


def variant(task: str) -> Callable[[_Function], _Function]:  # noqa: ARG001
    """Mark a function of a ``variants/`` file as a correct solution of `task`, unlike the reference."""
    return lambda function: function


def read_solutions(path: Path) -> list[Solution]:
    """Return the solutions in a ``mistakes/`` or ``variants/`` file, in order.

    A missing file contains no solutions.

    Raises
    ------
    GradbookError
        If the file is not valid Python, or a function in it is not marked with its task.
    """
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        msg = f"{path.name} is not valid Python: {error.msg}."
        raise GradbookError(msg, where=f"{path}, line {error.lineno}") from None
    solutions = [_solution(node, path) for node in tree.body if not isinstance(node, _NOT_SOLUTIONS)]
    for name, count in Counter(solution.name for solution in solutions).items():
        if count > 1:
            msg = f"Two functions are called {name}."
            raise GradbookError(msg, where=path, expected="a unique name for each function")
    return solutions


def distribute(mistakes: Sequence[Solution], students: int = 1) -> list[list[Solution]]:
    """Distribute mistakes among students, such that no student gets two mistakes of the same task.

    Parameters
    ----------
    mistakes
        The mistakes to distribute.
    students
        The minimum number of students; there are more if a task has more mistakes.
    """
    most = max(Counter(mistake.task for mistake in mistakes).values(), default=0)
    shares: list[list[Solution]] = [[] for _ in range(max(students, most))]
    for mistake in mistakes:
        free = [share for share in shares if mistake.task not in {other.task for other in share}]
        min(free, key=len).append(mistake)
    return shares


#: Statements that are allowed beside solutions: imports, and a docstring.
_NOT_SOLUTIONS = (ast.Import, ast.ImportFrom, ast.Expr)


def _solution(node: ast.stmt, path: Path) -> Solution:
    if not isinstance(node, ast.FunctionDef):
        msg = "A statement in this file is not a solution, and would never be used."
        where = f"{path}, line {node.lineno}"
        raise GradbookError(
            msg, where=where, expected="functions and imports only", got=ast.unparse(node)[:60]
        )
    match node.decorator_list:
        case [
            ast.Call(func=ast.Name(id="mistake" | "variant"), args=[ast.Constant(value=str(task))]) as call
        ]:
            pass
        case _:
            msg = f"{node.name} does not name the task that it solves."
            raise GradbookError(
                msg,
                where=f"{path}, line {node.lineno}",
                expected='@mistake("task_id") or @variant("task_id") above it, and no other decorator',
            )
    if isinstance(call.func, ast.Name) and call.func.id == "mistake" and not ast.get_docstring(node):
        msg = f"The mistake {node.name} has no message for the student."
        raise GradbookError(msg, where=f"{path}, line {node.lineno}", expected="a docstring")
    hidden_only = None
    for keyword in call.keywords:
        if keyword.arg == "hidden_only" and isinstance(keyword.value, ast.Constant):
            hidden_only = str(keyword.value.value)
    message = _unwrapped(ast.get_docstring(node) or "")
    bare = copy.deepcopy(node)
    bare.decorator_list = []
    if message and len(node.body) > 1:
        del bare.body[0]
    title = message.partition("\n")[0]
    source = ast.unparse(bare)
    return Solution(node.name, task, title, message, hidden_only, source)


def _unwrapped(docstring: str) -> str:
    """Return a docstring with one line per paragraph, because pages wrap lines themselves."""
    paragraphs = inspect.cleandoc(docstring).split("\n\n")
    return "\n\n".join(" ".join(paragraph.splitlines()) for paragraph in paragraphs)


def only_function(source: str) -> ast.FunctionDef:
    """Return the only function that a solution cell defines.

    Raises
    ------
    GradbookError
        If it does not define exactly one function.
    """
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    if len(functions) != 1:
        msg = "A solution cell must define exactly one function."
        raise GradbookError(msg, got=f"{len(functions)} functions in: {source[:60]!r}")
    return functions[0]
