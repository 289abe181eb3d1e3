"""Whether the cells that define functions ran to their end when they were last run.

A cell with a syntax error leaves the function of its last successful run behind. Without this module, a
check could pass for code that is no longer in the notebook.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from gradbook.classes import task_names
from gradbook.progress import note_change
from gradbook.session import session

#: A function at the margin, as in a solution cell; methods of classes in test cells may have the same name.
_DEFINITION = re.compile(r"^(?:@add_to_class\((\w+)\)[ \t]*\n)?def[ \t]+(\w+)[ \t]*\(", re.MULTILINE)


def watch() -> None:
    """Have IPython report every cell that has run; do nothing outside IPython."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        shell.events.register("post_run_cell", _after_cell)


def stopped_by(function: str) -> str | None:
    """Return what stopped the cell of a function when it was last run, or None if nothing did."""
    return session.stopped_by.get(function)


def _after_cell(result: Any) -> None:
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
