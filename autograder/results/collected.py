"""What was collected, in the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.results.outcome import plain


@dataclass(frozen=True)
class Line:
    """What became of a submission, or of a file that was refused.

    Attributes
    ----------
    student
        Whose; empty where a file is nobody's.
    what
        "new", "newer", "unchanged", "older" or "refused".
    about
        Which files there were, or which file was refused, and why.
    """

    student: str
    what: str
    about: str


def show(lines: Sequence[Line], *, dry_run: bool) -> None:
    """Print what became of each submission, and of each file that was refused, and how many of each.

    Parameters
    ----------
    lines
        What `collect` returns.
    dry_run
        Whether nothing was done.
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
    said = ", ".join(f"{count} {what}" for what, count in counts.items()) or "nothing was in there"
    console.print(f"{said}. Nothing was done." if dry_run else f"{said}.", soft_wrap=True)
