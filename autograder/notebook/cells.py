"""What became of the cells that define functions, when they were last run.

A cell that does not parse leaves the function of its last good run behind. A check that then passes would
tell a student that code is right which is no longer there.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from autograder.notebook import progress
from autograder.notebook.classes import task_names

#: For each function whose cell last stopped before it was defined, what stopped it.
_stopped: dict[str, str] = {}

#: A solution cell's function stands at the margin; a method of a class of the checks' own may share its name.
_DEFINITION = re.compile(r"^(?:@add_to_class\((\w+)\)[ \t]*\n)?def[ \t]+(\w+)[ \t]*\(", re.MULTILINE)


def watch() -> None:
    """Have IPython tell of every cell that has run; elsewhere do nothing."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        shell.events.register("post_run_cell", _after_cell)


def stopped_by(function: str) -> str | None:
    """Return what stopped the cell of a function when it was last run, None where it ran well."""
    return _stopped.get(function)


def _after_cell(result: Any) -> None:
    cell = str(result.info.raw_cell)
    for match in _DEFINITION.finditer(cell):
        error = result.error_before_exec or result.error_in_exec
        line = _line(error) if error is not None else None
        defined_at = cell.count("\n", 0, match.start(2)) + 1
        # What stops a cell after the function was defined leaves it the new one.
        is_new = error is None or (
            result.error_before_exec is None and line is not None and line > defined_at
        )
        for name in task_names(match.group(2), match.group(1)):
            progress.note_change(name)
            if is_new:
                _stopped.pop(name, None)
            else:
                _stopped[name] = type(error).__name__ + (f" in line {line} of its cell" if line else "")


def _line(error: BaseException) -> int | None:
    """Return the line of the cell at which it stopped."""
    if isinstance(error, SyntaxError):
        return error.lineno
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_name == "<module>":
            return traceback.tb_lineno
        traceback = traceback.tb_next
    return None
