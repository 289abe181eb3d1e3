"""The reports of proofs and of mutants in the terminal: progress, and a table of the claims or tasks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import TypeVar

from rich import box
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from autograder.outcome import ClaimResult
from autograder.survey import Survey

_Thing = TypeVar("_Thing")


def _watch(things: Iterable[_Thing], doing: str, name: Callable[[_Thing], str]) -> list[_Thing]:
    """Collect results as they come, and show the last one and the time on stderr.

    Parameters
    ----------
    things
        The results of a proof, or the surveys of tasks.
    doing
        What is being done, for example "proving".
    name
        Returns a few words about a result.
    """
    columns = SpinnerColumn(), TextColumn(doing), TimeElapsedColumn(), TextColumn("{task.fields[last]}")
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None, last="")
        done = []
        for thing in things:
            done.append(thing)
            progress.update(task, last=name(thing))
    return done


def watch_proof(findings: Iterable[ClaimResult]) -> list[ClaimResult]:
    """Collect the results of a proof, and show its progress; return them grouped by notebook."""
    done = _watch(findings, "proving", lambda finding: f"{finding.notebook}: {finding.claim}")
    return sorted(done, key=lambda finding: finding.notebook)


def watch_surveys(surveys: Iterable[Survey]) -> list[Survey]:
    """Collect the surveys of tasks, and show the progress."""
    return _watch(surveys, "trying mutants", lambda survey: f"{survey.notebook}: {survey.task}")


def show(findings: Sequence[ClaimResult], *, as_json: bool) -> None:
    """Print the results of a proof as a table, followed by the claims that do not hold.

    Parameters
    ----------
    findings
        The result of each claim.
    as_json
        Print a JSON list instead.
    """
    console = Console()
    if as_json:
        console.print_json(json.dumps([asdict(finding) for finding in findings]))
        return
    table = Table("notebook", "claim", box=box.SIMPLE_HEAD)
    for title in ("tried", "seconds", "MiB"):
        table.add_column(title, justify="right")
    table.add_column("")
    for finding in findings:
        verdict = Text("holds", "green") if not finding.problems else Text("does not hold", "red bold")
        tried = str(finding.tried) if finding.tried else ""
        memory = f"{finding.memory / 2**20:.0f}" if finding.memory else ""
        table.add_row(finding.notebook, finding.claim, tried, f"{finding.seconds:.1f}", memory, verdict)
    console.print(table)
    for finding in findings:
        if finding.details:
            console.print(Text(f"{finding.notebook}: {'; '.join(finding.details)}."))
    for finding in findings:
        for problem in finding.problems:
            console.print(Text(f"{finding.notebook}: {problem}"), soft_wrap=True)
    unsound = sorted({finding.notebook for finding in findings if finding.problems})
    console.print(f"Not sound: {', '.join(unsound)}." if unsound else "Sound.")


def show_surveys(surveys: Sequence[Survey], *, as_json: bool) -> None:
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
        counts = survey.noticed, survey.by_rule, len(survey.accepted), len(survey.problems)
        shown = [str(count) if count else "" for count in (len(survey.trials), *counts)]
        table.add_row(survey.notebook.rpartition("/")[2], survey.task, *shown)
    console.print(table)
    for survey in surveys:
        for problem in survey.problems:
            console.print(Text(problem), soft_wrap=True)
    tried, survived = sum(len(s.trials) for s in surveys), sum(len(s.survivors) for s in surveys)
    disagree = sum(len(s.disagreements) for s in surveys)
    agreement = 1 - disagree / max(tried, 1)
    console.print(f"{tried} mutants, {survived} survive; checks and answers agree on {agreement:.1%}.")
