"""The class as a table in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from autograder.results.outcome import Outcome, Result


def class_table(results: Sequence[Result], title: str) -> Group:
    """Return students against tasks: points a task, the sum, and what to know of each.

    Parameters
    ----------
    results
        Graded submissions of one assignment.
    title
        The table's title.
    """
    tasks = max((result.outcomes for result in results), key=len, default=[])
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("student", overflow="fold")
    for number, _ in enumerate(tasks, start=1):
        table.add_column(str(number), justify="right")
    table.add_column("points", justify="right")
    table.add_column("verdict", overflow="fold", ratio=1)
    for result in results:
        cells = [_points(outcome) for outcome in result.outcomes] or [Text("")] * len(tasks)
        total = Text(f"{result.points:g}/{result.max_points:g}", style="bold")
        table.add_row(Text(result.student), *cells, total, Text("\n".join(_verdicts(result))))
    legend = "   ".join(f"{n} {task.task} ({task.max_points:g})" for n, task in enumerate(tasks, start=1))
    return Group(table, Text(f"Tasks: {legend}", style="dim"))


def _points(outcome: Outcome) -> Text:
    mark = "*" if outcome.with_reference else ""
    style = "green" if outcome.is_full else "red" if outcome.points == 0 else "yellow"
    return Text(f"{outcome.points:g}{mark}", style=style)


def _verdicts(result: Result) -> list[str]:
    """Return one line for each thing that went wrong, and one for what was lent."""
    if result.failure is not None:
        return [f"not graded, because the grader failed: {result.failure}"]
    wrong = [outcome for outcome in result.outcomes if not outcome.is_full]
    if not wrong:
        lines = ["all right"]
    elif len({outcome.verdict for outcome in wrong}) == 1 and len(wrong) == len(result.outcomes):
        lines = [wrong[0].verdict]
    else:
        lines = [f"{outcome.task}: {outcome.mistake or outcome.verdict}" for outcome in wrong]
    lent = [outcome for outcome in result.outcomes if outcome.with_reference]
    if lent:
        names = ", ".join(outcome.task for outcome in lent)
        lines.append(f"* {names}: graded with the reference in place of {', '.join(_lent(lent))}")
    return [*lines, *result.notes]


def _lent(outcomes: Sequence[Outcome]) -> list[str]:
    return list(dict.fromkeys(name for outcome in outcomes for name in outcome.with_reference))
