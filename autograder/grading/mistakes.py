"""The wrong and the right solutions that lie beside an assignment's source notebooks.

``mistakes/<notebook>.py`` holds what people really write, ``variants/<notebook>.py`` right solutions written
differently: a function each, decorated with the task that it solves. The files are read as text; nothing in
them is executed here.
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

from autograder.errors import AutograderError

_Function = TypeVar("_Function", bound=Callable[..., object])


@dataclass(frozen=True)
class Solution:
    """A wrong or right way to solve a task.

    Attributes
    ----------
    name
        The function's name in its file: ``square_root_missing``.
    task
        The id of the task that it solves.
    title
        A mistake in one sentence: the first line of its docstring.
    message
        The whole docstring, for the student.
    hidden_only
        Why the visible checks cannot catch it, None where they do.
    source
        The function, as text, without decorator and docstring.
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
            The cell that it takes the place of, for its decorators and the function's name.
        """
        target = only_function(solution)
        function = only_function(self.source)
        function.name = target.name
        function.decorator_list = target.decorator_list
        return ast.unparse(function)


def mistake(task: str, hidden_only: str | None = None) -> Callable[[_Function], _Function]:
    """Mark a function of a ``mistakes/`` file as a wrong solution of `task`.

    Its docstring is the message for the student: the first line names the mistake, the rest explains it.

    Parameters
    ----------
    task
        The task's id.
    hidden_only
        Why no visible check can catch it; None where they must.
    """
    return lambda function: function


def variant(task: str) -> Callable[[_Function], _Function]:
    """Mark a function of a ``variants/`` file as a right solution of `task`, written differently."""
    return lambda function: function


def read_solutions(path: Path) -> list[Solution]:
    """Return the solutions that a ``mistakes/`` or ``variants/`` file holds, in order.

    A file that is not there holds none.

    Raises
    ------
    AutograderError
        When the file is not Python, or a function in it is not marked with its task.
    """
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        msg = f"{path.name} is not valid Python: {error.msg}."
        raise AutograderError(msg, where=f"{path}, line {error.lineno}") from None
    solutions = [_solution(node, path) for node in tree.body if not isinstance(node, _NO_SOLUTION)]
    for name, count in Counter(solution.name for solution in solutions).items():
        if count > 1:
            msg = f"Two functions are called {name}."
            raise AutograderError(msg, where=path, expected="a name of its own for each")
    return solutions


def deal(mistakes: Sequence[Solution], hands: int = 1) -> list[list[Solution]]:
    """Deal mistakes out to students, no two of one task to the same.

    Parameters
    ----------
    mistakes
        All are dealt.
    hands
        The number of students; more where a task has more mistakes.
    """
    most = max(Counter(mistake.task for mistake in mistakes).values(), default=0)
    dealt: list[list[Solution]] = [[] for _ in range(max(hands, most))]
    for mistake in mistakes:
        free = [hand for hand in dealt if mistake.task not in {other.task for other in hand}]
        min(free, key=len).append(mistake)
    return dealt


#: What may stand in such a file beside solutions: imports, and a docstring.
_NO_SOLUTION = (ast.Import, ast.ImportFrom, ast.Expr)


def _solution(node: ast.stmt, path: Path) -> Solution:
    if not isinstance(node, ast.FunctionDef):
        msg = "Something in this file is no solution, and would never be used."
        where = f"{path}, line {node.lineno}"
        raise AutograderError(
            msg, where=where, expected="functions and imports only", got=ast.unparse(node)[:60]
        )
    match node.decorator_list:
        case [
            ast.Call(func=ast.Name(id="mistake" | "variant"), args=[ast.Constant(value=str(task))]) as call
        ]:
            pass
        case _:
            msg = f"{node.name} does not say which task it solves."
            raise AutograderError(
                msg,
                where=f"{path}, line {node.lineno}",
                expected='@mistake("task_id") or @variant("task_id") above it, and no other decorator',
            )
    if isinstance(call.func, ast.Name) and call.func.id == "mistake" and not ast.get_docstring(node):
        msg = f"The mistake {node.name} has no message for the student."
        raise AutograderError(msg, where=f"{path}, line {node.lineno}", expected="a docstring")
    hidden_only = None
    for keyword in call.keywords:
        if keyword.arg == "hidden_only" and isinstance(keyword.value, ast.Constant):
            hidden_only = str(keyword.value.value)
    message = _reflowed(ast.get_docstring(node) or "")
    bare = copy.deepcopy(node)
    bare.decorator_list = []
    if message and len(node.body) > 1:
        del bare.body[0]
    title = message.partition("\n")[0]
    source = ast.unparse(bare)
    return Solution(node.name, task, title, message, hidden_only, source)


def _reflowed(docstring: str) -> str:
    """Return a docstring with its paragraphs on one line each: a page breaks lines where it needs to."""
    paragraphs = inspect.cleandoc(docstring).split("\n\n")
    return "\n\n".join(" ".join(paragraph.splitlines()) for paragraph in paragraphs)


def only_function(source: str) -> ast.FunctionDef:
    """Return the one function that a solution cell defines.

    Raises
    ------
    AutograderError
        When there is not one.
    """
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    if len(functions) != 1:
        msg = "A solution cell holds exactly one function."
        raise AutograderError(msg, got=f"{len(functions)} functions in: {source[:60]!r}")
    return functions[0]
