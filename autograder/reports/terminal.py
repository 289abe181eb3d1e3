"""The report of grading in the terminal: progress, the class as a table, a learner's own result."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rich import box
from rich.console import Console, Group
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.outcome import EDITED, FORCED, RESTORED, Outcome, Result, plain

#: The verdict on a submission with full points.
ALL_RIGHT = "all right"

#: The verdicts on a submission as a whole.
VERDICTS = (ALL_RIGHT, "partly right", "nothing right", "not graded")

#: On terminals with fewer columns, verdicts are printed below the table instead of in a narrow column.
NARROW = 110


def watch(results: Iterable[Result], total: int) -> list[Result]:
    """Collect results, show progress on stderr, and return the results sorted by student.

    On a terminal, the progress is a bar with the remaining time and the number of each verdict; otherwise,
    a line is printed after every tenth of the class. The graded notebooks, which are already stored, are
    dropped, because those of a large class would fill the memory.

    Parameters
    ----------
    results
        Graded submissions, in the order in which they are finished.
    total
        The total number of submissions.
    """
    console = Console(stderr=True)
    follow = _bar if console.is_terminal else _lines
    done = [replace(result, notebooks={}) for result in follow(results, total, console)]
    return sorted(done, key=lambda result: result.student)


def _bar(results: Iterable[Result], total: int, console: Console) -> Iterator[Result]:
    columns = (
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("left"),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[counts]}", markup=False),
    )
    # Unchanged results arrive at once, so they must not affect the estimate of the remaining time.
    with Progress(*columns, console=console, transient=True, speed_estimate_period=600) as progress:
        bar = progress.add_task("", total=total, counts="")
        counts: Counter[str] = Counter()
        for result in results:
            counts[verdict(result)] += 1
            if result.is_unchanged:
                total -= 1
                progress.update(bar, total=total, counts=_count_summary(counts))
            else:
                progress.update(bar, advance=1, counts=_count_summary(counts))
            yield result


def _lines(results: Iterable[Result], total: int, console: Console) -> Iterator[Result]:
    counts: Counter[str] = Counter()
    for result in results:
        before = 10 * counts.total() // total
        counts[verdict(result)] += 1
        if 10 * counts.total() // total > before:
            line = f"{counts.total()} of {total}: {_count_summary(counts)}"
            console.print(line, highlight=False, soft_wrap=True)
        yield result


def verdict(result: Result) -> str:
    """Return the overall verdict on a submission, in a word or two."""
    if result.failure is not None:
        return "not graded"
    if result.points >= result.max_points:
        return ALL_RIGHT
    return "partly right" if result.points > 0 else "nothing right"


def _count_summary(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[what]} {what}" for what in VERDICTS if counts[what])


def show(results: Sequence[Result], assignment: str, *, as_json: bool) -> None:
    """Print graded submissions as a table, or as JSON.

    Parameters
    ----------
    results
        Graded submissions of one assignment.
    assignment
        The name of the assignment.
    as_json
        Print a JSON list instead, with one object per submission.
    """
    if as_json:
        Console().print_json(json.dumps([result.as_dict() for result in results]))
    else:
        console = Console()
        console.print(class_table(results, assignment, console.width))


def changes(results: Sequence[Result]) -> list[str]:
    """Return a line for each student whose scores were changed by a regrade, with old and new scores."""
    return [
        f"{plain(result.student)}: "
        + ", ".join(f"{change.task} {change.before:g} → {change.after:g}" for change in result.changes)
        for result in results
        if result.changes
    ]


def reasons(results: Sequence[Result]) -> list[str]:
    """Return a line for each reason why submissions were graded again, with the number of submissions."""
    counts = Counter(result.graded_again for result in results if result.graded_again)
    return [
        f"Graded again: {count} submission{'s' * (count != 1)}, because {reason}."
        for reason, count in counts.items()
        if reason != FORCED
    ]


def tally(results: Sequence[Result]) -> str:
    """Return a line with the numbers of submissions that were graded, unchanged or not graded."""
    failed = sum(result.failure is not None for result in results)
    same = sum(result.is_unchanged for result in results)
    counts = {"unchanged": same, "graded": len(results) - same - failed, "not graded": failed}
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count or what == "graded")


def explain(result: Result) -> None:
    """Print an explanation for each task that lost points."""
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
    """Return a table of students and tasks, with points, totals and verdicts.

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
    """Return a line per failed task, a line about tasks replaced by the reference, and the notes."""
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
    replaced = {name for outcome in result.outcomes for name in outcome.with_reference}
    if replaced:
        places = ", ".join(str(number) for number, outcome in numbered if outcome.task in replaced)
        lines.append(f"* graded with the reference in place of {places}")
    return [*lines, *_joined(result.notes)]


def _joined(notes: Sequence[str]) -> list[str]:
    """Return notes, with all notes on edited graded cells combined into one, and those on missing cells."""
    for ending, joined in (
        (EDITED, "graded cells were changed; the originals were used."),
        (RESTORED, "cells were missing; they were restored."),
    ):
        alike = [note for note in notes if note.endswith(ending)]
        if len(alike) > 1:
            notes = [*(note for note in notes if note not in alike), f"{len(alike)} {joined}"]
    return list(notes)
