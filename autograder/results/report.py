"""What a grading run says in the terminal: its progress, the class as a table, a learner's own result."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console, Group
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from autograder.results.outcome import EDITED, Outcome, Result, plain

#: The verdict on a submission that earned everything.
ALL_RIGHT = "all right"

#: Below this many columns, verdicts stand under the table: beside it they would break at every word.
NARROW = 110


def watch(results: Iterable[Result], total: int) -> list[Result]:
    """Collect results as they come, with a progress bar on stderr; return them by student.

    Parameters
    ----------
    results
        Graded submissions, in the order in which they are done.
    total
        How many there will be.
    """
    columns = (
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[last]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=total, last="")
        done = []
        for result in results:
            # They are written down; those of a large class would fill the memory.
            result.notebooks.clear()
            done.append(result)
            progress.update(bar, advance=1, last=plain(result.student))
    return sorted(done, key=lambda result: result.student)


def show(results: Sequence[Result], assignment: str, *, as_json: bool) -> None:
    """Print graded submissions as a table, or as JSON.

    Parameters
    ----------
    results
        Graded submissions of one assignment.
    assignment
        Its name.
    as_json
        Print a JSON list instead, an object a submission.
    """
    if as_json:
        Console().print_json(json.dumps([result.as_dict() for result in results]))
    else:
        console = Console()
        console.print(class_table(results, assignment, console.width))


def changes(results: Sequence[Result]) -> list[str]:
    """Return a line for each student whose scores a regrade changed: from what to what, task by task."""
    return [
        f"{plain(result.student)}: "
        + ", ".join(f"{change.task} {change.before:g} → {change.after:g}" for change in result.changes)
        for result in results
        if result.changes
    ]


def tally(results: Sequence[Result]) -> str:
    """Return in a line how many were graded, how many had not changed, and how many could not be graded."""
    failed = sum(result.failure is not None for result in results)
    same = sum(result.is_unchanged for result in results)
    counts = {"unchanged": same, "graded": len(results) - same - failed, "not graded": failed}
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count or what == "graded")


def explain(result: Result) -> None:
    """Print what is known about each task that did not earn all its points."""
    console = Console()
    for outcome in result.outcomes:
        if outcome.is_full or outcome.verdict == "not started":
            continue
        points = f"{outcome.points:g} of {outcome.max_points:g} points"
        console.print(Text(f"{outcome.task}: {points}. {outcome.mistake or outcome.verdict}", style="bold"))
        for line in (
            [outcome.message] if outcome.message else [f"{name}: {what}" for name, what in outcome.details]
        ):
            console.print(Text(line or ""), soft_wrap=False)
        console.print()


def class_table(results: Sequence[Result], title: str, width: int = 120) -> Group:
    """Return students against tasks: points a task, the sum, and what to know of each.

    Parameters
    ----------
    results
        Graded submissions of one assignment.
    title
        The table's title.
    width
        The terminal's width, in characters.
    """
    tasks = max((result.outcomes for result in results), key=len, default=[])
    legend = "   ".join(f"{n} {task.task} ({task.max_points:g})" for n, task in enumerate(tasks, start=1))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("student", overflow="fold")
    for number, _ in enumerate(tasks, start=1):
        table.add_column(str(number), justify="right")
    table.add_column("points", justify="right", no_wrap=True)
    beside = width >= NARROW
    if beside:
        table.add_column("verdict", overflow="fold", ratio=1)
    below = []
    for result in results:
        cells = [_points(outcome) for outcome in result.outcomes] or [Text("")] * len(tasks)
        total = Text(f"{result.points:g}/{result.max_points:g}", style="bold")
        verdicts = _verdicts(result)
        row = [Text(plain(result.student)), *cells, total]
        table.add_row(*row, *([Text("\n".join(verdicts))] if beside else []))
        if verdicts != [ALL_RIGHT]:
            below += [
                Text(plain(result.student), style="bold"),
                *(Text(f"  {verdict}") for verdict in verdicts),
            ]
    head = [Text(title, style="bold"), Text(f"Tasks: {legend}", style="dim")]
    return Group(*head, table, *([] if beside else below))


def _points(outcome: Outcome) -> Text:
    mark = "*" if outcome.with_reference else ""
    style = "green" if outcome.is_full else "red" if outcome.points == 0 else "yellow"
    return Text(f"{outcome.points:g}{mark}", style=style)


def _verdicts(result: Result) -> list[str]:
    """Return one line for each thing that went wrong, by the task's number, and one for what was lent."""
    if result.failure is not None:
        return [f"not graded, because the grader failed: {result.failure}"]
    numbered = list(enumerate(result.outcomes, start=1))
    wrong = [(number, o.mistake or o.verdict) for number, o in numbered if not o.is_full]
    if not wrong:
        lines = [ALL_RIGHT]
    elif len({what for _, what in wrong}) == 1 and len(wrong) == len(numbered):
        lines = [wrong[0][1]]
    else:
        lines = [f"{number} {what}" for number, what in wrong]
    lent = {name for outcome in result.outcomes for name in outcome.with_reference}
    if lent:
        places = ", ".join(str(number) for number, outcome in numbered if outcome.task in lent)
        lines.append(f"* graded with the reference in place of {places}")
    return [*lines, *_joined(result.notes)]


def _joined(notes: Sequence[str]) -> list[str]:
    """Return notes, but of many that say the same of different cells one that counts them."""
    edited = [note for note in notes if note.endswith(EDITED)]
    if len(edited) < 2:
        return list(notes)
    others = [note for note in notes if note not in edited]
    return [*others, f"{len(edited)} graded cells were changed; the originals were used."]
