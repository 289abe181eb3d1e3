"""What a proof says in the terminal: how far it is, and a table of what holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from rich import box
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True)
class Finding:
    """What came of one part of a proof.

    Attributes
    ----------
    notebook
        "02_knn/knn".
    claim
        What must hold: "every variant earns everything".
    tried
        How many solutions, answers or runs were looked at.
    problems
        Where it does not hold, a sentence each.
    seconds
        How long it took.
    memory
        The most bytes of memory that a kernel was seen to have in use.
    """

    notebook: str
    claim: str
    tried: int
    problems: tuple[str, ...]
    seconds: float
    memory: int

    @property
    def holds(self) -> bool:
        """Whether the claim holds."""
        return not self.problems


def watch(findings: Iterable[Finding]) -> list[Finding]:
    """Collect findings as they come, and say on stderr how far the proof is.

    Returns
    -------
    list of Finding
        A notebook's together, in the order of the notebooks.
    """
    columns = SpinnerColumn(), TextColumn("proving"), TimeElapsedColumn(), TextColumn("{task.fields[last]}")
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None, last="")
        done = []
        for finding in findings:
            done.append(finding)
            progress.update(task, last=f"{finding.notebook}: {finding.claim}")
    return sorted(done, key=lambda finding: finding.notebook)


def show(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Print findings as a table, and below it where something does not hold.

    Parameters
    ----------
    findings
        What came of each part.
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
        for problem in finding.problems:
            console.print(Text(f"{finding.notebook}: {problem}"), soft_wrap=True)
    unsound = sorted({finding.notebook for finding in findings if finding.problems})
    console.print(f"Not sound: {', '.join(unsound)}." if unsound else "Sound.")
