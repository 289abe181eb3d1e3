"""The report of collected submissions in the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.outcome import CollectedSubmission, plain


def show(lines: Sequence[CollectedSubmission], *, dry_run: bool) -> None:
    """Print what happened to each submission and to each refused file, with totals.

    Parameters
    ----------
    lines
        The result of `collect`.
    dry_run
        Whether it was a dry run.
    """
    table = Table(box=box.SIMPLE_HEAD)
    for title in ("student", "", "files"):
        table.add_column(title, overflow="fold")
    for line in lines:
        style = "red" if line.what == "refused" else ""
        table.add_row(Text(plain(line.student)), Text(line.what, style=style), Text(plain(line.about)))
    console = Console()
    console.print(table)
    counts = Counter(line.what for line in lines)
    summary = ", ".join(f"{count} {what}" for what, count in counts.items()) or "no submissions found"
    console.print(f"{summary}. Nothing was changed." if dry_run else f"{summary}.", soft_wrap=True)
