"""The report of a proof in the terminal: progress, and a table of the claims."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from rich import box
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from autograder.outcome import ClaimResult


def watch(findings: Iterable[ClaimResult]) -> list[ClaimResult]:
    """Collect the results of a proof, and show its progress on stderr.

    Returns
    -------
    list of ClaimResult
        The results, grouped by notebook in alphabetical order.
    """
    columns = SpinnerColumn(), TextColumn("proving"), TimeElapsedColumn(), TextColumn("{task.fields[last]}")
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None, last="")
        done = []
        for finding in findings:
            done.append(finding)
            progress.update(task, last=f"{finding.notebook}: {finding.claim}")
    return sorted(done, key=lambda finding: finding.notebook)


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
