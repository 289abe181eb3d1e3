"""Whether a learner's copy is ready to be handed in, in the terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

#: The states of tasks and questions in which nothing is left to do.
DONE = ("checks passed", "answered")


@dataclass(frozen=True)
class TaskState:
    """Where a task or a question stands.

    Attributes
    ----------
    notebook, task
        Their names.
    points
        What it is worth.
    state
        One of `DONE`; or what is left: "not started", "not answered", or what its check says first.
    """

    notebook: str
    task: str
    points: float
    state: str


@dataclass(frozen=True)
class Readiness:
    """What was found in a copy.

    Attributes
    ----------
    tasks
        Each task and question, in order.
    problems
        What would be lost if it were handed in as it is, and what to do about it.
    notes
        What is odd, and costs nothing.
    """

    tasks: Sequence[TaskState]
    problems: Sequence[str]
    notes: Sequence[str]


def show(found: Readiness, assignment: str, *, as_json: bool) -> None:
    """Print each task's state, and whether the copy can be handed in.

    Parameters
    ----------
    found
        What `look` found.
    assignment
        Its name.
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
        console.print(Text(f"mend: {problem}", style="bold red"), soft_wrap=True)
    done = sum(task.state in DONE for task in found.tasks)
    files = "Its files are not in order yet." if found.problems else "Its files are in order."
    console.print(f"{assignment}: {done} of {len(found.tasks)} tasks and questions done. {files}")
