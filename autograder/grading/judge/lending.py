"""Code that lends reference solutions to a student's code while the tests of a task run."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Sequence

from autograder.grading.collect.cells import full_name
from autograder.grading.mistakes import only_function


def lending(task: str, solutions: Sequence[str]) -> str:
    r"""Return code that lends solutions, to be run at the start of a task's graded cell.

    Parameters
    ----------
    task
        The task's id.
    solutions
        The solution cells that define what is lent.

    Examples
    --------
    >>> print(lending("total", ["def double(x):\n    return 2 * x"]))
    @lend('total')
    def reference():
        def lent_0(x):
            return 2 * x
        return {'double': lent_0}
    """
    definitions, names = [], {}
    for number, solution in enumerate(solutions):
        function = only_function(solution)
        names[full_name(function)] = f"lent_{number}"
        # Several methods may have the same name.
        function.name, function.decorator_list = f"lent_{number}", []
        definitions.append(ast.unparse(function))
    listed = ", ".join(f"{name!r}: {lent}" for name, lent in names.items())
    body = textwrap.indent("\n".join([*definitions, f"return {{{listed}}}"]), "    ")
    return f"@lend({task!r})\ndef reference():\n{body}"


def with_lending(test: str, task: str, solutions: Sequence[str]) -> str:
    """Return a task's graded cell with code that lends solutions, after what the cell lends by itself.

    Parameters
    ----------
    test
        The graded cell.
    task, solutions
        As in `lending`.
    """
    lines = test.split("\n")
    at = next((index for index, line in enumerate(lines) if line.startswith("@task(")), 0)
    return "\n".join([*lines[:at], lending(task, solutions), *lines[at:]])
