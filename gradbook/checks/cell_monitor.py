"""What happens before and after each cell of a notebook.

A cell with a syntax error leaves the function of its last successful run behind. A check of this function
would pass for code that is no longer in the notebook, so it is noted which cells ran to their end.

The names that a test cell uses and binds are not the student's: before the cell they are set, and after it
they are what they were.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from typing import Any

from gradbook.classes import task_names
from gradbook.lending import bind, take_back
from gradbook.progress import note_change
from gradbook.session import session

#: A function at the margin, as in a solution cell; methods of classes in test cells may have the same name.
_DEFINITION = re.compile(r"^(?:@add_to_class\((\w+)\)[ \t]*\n)?def[ \t]+(\w+)[ \t]*\(", re.MULTILINE)


#: The decorators of a test cell's functions.
_DECORATORS = ("lend", "task", "answers")


def watch() -> None:
    """Have IPython report every cell before and after it runs; do nothing outside IPython."""
    shell = _shell()
    if shell is not None:
        shell.events.register("pre_run_cell", _before_cell)
        shell.events.register("post_run_cell", _after_cell)


def begin_grading(seed: int) -> None:
    """Switch to grading: answers are recorded, and failing checks do not stop the cell.

    The grader runs this in the kernel before the first cell. It decides nothing by itself: a student who
    calls it only sees displayed answers that nobody reads.

    Parameters
    ----------
    seed
        The assignment's seed, from which `hidden_rng` draws.
    """
    session.seed = seed
    watch()
    shell = _shell()
    if shell is not None:
        # IPython's own would end the kernel some cells later, at the expense of other tasks.
        shell.user_ns.update(exit=sys.exit, quit=sys.exit)


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def stopped_by(function: str) -> str | None:
    """Return what stopped the cell of a function when it was last run, or None if nothing did."""
    return session.stopped_by.get(function)


def _before_cell(info: Any) -> None:
    functions = list(_tests_in(str(info.raw_cell)))
    if functions:
        names = _shell().user_ns
        for name in (*_DECORATORS, *functions):
            bind(session.replaced, names, name, session.names.get(name))


def _tests_in(cell: str) -> Iterator[str]:
    """Yield the names of the functions in a cell that are tests."""
    if not any(f"@{decorator}(" in cell for decorator in _DECORATORS):
        return
    try:
        body = ast.parse(cell).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in body:
        match node:
            case ast.FunctionDef(decorator_list=[ast.Call(func=ast.Name(id=name))]) if name in _DECORATORS:
                yield node.name


def _after_cell(result: Any) -> None:
    take_back()
    session.replaced.close()
    cell = str(result.info.raw_cell)
    for match in _DEFINITION.finditer(cell):
        error = result.error_before_exec or result.error_in_exec
        line = _line(error) if error is not None else None
        defined_at = cell.count("\n", 0, match.start(2)) + 1
        # A cell that stops after defining the function has defined the new version.
        is_new = error is None or (
            result.error_before_exec is None and line is not None and line > defined_at
        )
        for name in task_names(match.group(2), match.group(1)):
            note_change(name)
            if is_new:
                session.stopped_by.pop(name, None)
            else:
                session.stopped_by[name] = type(error).__name__ + (
                    f" in line {line} of its cell" if line else ""
                )


def _line(error: BaseException) -> int | None:
    """Return the line at which the cell stopped."""
    if isinstance(error, SyntaxError):
        return error.lineno
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_name == "<module>":
            return traceback.tb_lineno
        traceback = traceback.tb_next
    return None
