"""The report on mutants in the terminal: a table of the tasks, and the edits that nothing notices."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from rich import box
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from autograder.survey import Survey, finding_text, unneeded_text


def watch(surveys: Iterable[Survey]) -> list[Survey]:
    """Collect the surveys of tasks, and show the progress on stderr."""
    columns = (
        SpinnerColumn(),
        TextColumn("trying mutants"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[last]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        shown = progress.add_task("", total=None, last="")
        done = []
        for survey in surveys:
            done.append(survey)
            progress.update(shown, last=f"{survey.notebook}: {survey.task}")
    return done


def show(surveys: Sequence[Survey], *, as_json: bool) -> None:
    """Print a table of the tasks, and the edits that are neither noticed nor accepted.

    Parameters
    ----------
    surveys
        What checks and answers say of each task's mutants.
    as_json
        Print a JSON list instead.
    """
    console = Console()
    if as_json:
        console.print_json(json.dumps([asdict(survey) for survey in surveys]))
        return
    table = Table(box=box.SIMPLE_HEAD)
    for title in ("notebook", "task"):
        table.add_column(title, overflow="fold")
    for title in ("mutants", "noticed", "cannot show", "accepted", "open"):
        table.add_column(title, justify="right")
    for survey in surveys:
        counts = (
            len(survey.trials),
            survey.noticed,
            survey.by_rule,
            len(survey.accepted),
            len(survey.findings),
        )
        table.add_row(
            survey.notebook.rpartition("/")[2],
            survey.task,
            *(str(count) if count else "" for count in counts),
        )
    console.print(table)
    for survey in surveys:
        for text in (*map(finding_text, survey.findings), *map(unneeded_text, survey.unneeded)):
            console.print(Text(text), soft_wrap=True)
    tried, survived = sum(len(s.trials) for s in surveys), sum(len(s.survivors) for s in surveys)
    disagree = sum(len(s.disagreements) for s in surveys)
    agreement = 1 - disagree / max(tried, 1)
    console.print(f"{tried} mutants, {survived} survive; checks and answers agree on {agreement:.1%}.")
