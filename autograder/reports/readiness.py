"""The report in the terminal on whether a learner's copy is ready to be submitted."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.outcome import DONE, Readiness


def show(found: Readiness, assignment: str, *, as_json: bool) -> None:
    """Print each task's state, and whether the copy can be submitted.

    Parameters
    ----------
    found
        The result of `check_readiness`.
    assignment
        The name of the assignment.
    as_json
        Print a JSON object instead.
    """
    console = Console()
    if as_json:
        console.print_json(json.dumps(asdict(found)))
        return
    table = Table(box=box.SIMPLE_HEAD)
    for title in ("notebook", "task"):
        table.add_column(title, overflow="fold")
    table.add_column("points", justify="right")
    table.add_column("", overflow="fold", ratio=1)
    for task in found.tasks:
        style = "green" if task.state in DONE else "yellow"
        table.add_row(task.notebook, task.task, f"{task.points:g}", Text(task.state, style))
    console.print(table)
    for note in found.notes:
        console.print(Text(f"note: {note}"), soft_wrap=True)
    for problem in found.problems:
        console.print(Text(f"fix: {problem}", style="bold red"), soft_wrap=True)
    done = sum(task.state in DONE for task in found.tasks)
    files = "Its files still have problems." if found.problems else "Its files are complete."
    console.print(f"{assignment}: {done} of {len(found.tasks)} tasks and questions done. {files}")
