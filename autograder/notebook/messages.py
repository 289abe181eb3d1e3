"""What a failing check says, as data, as plain text and as a table in a notebook."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np


class State(StrEnum):
    """Where a task stands in this notebook."""

    PASSED = "passed"
    FAILED = "not yet right"
    NOT_STARTED = "not started"
    NOT_RUN = "check not run yet"
    CHANGED = "changed since its check: run it again"


@dataclass(eq=False)
class CheckFailed(Exception):  # noqa: N818  (it is a verdict, and reads as one in a notebook)
    """A check that failed, with all that is known about why.

    Attributes
    ----------
    task
        The task's id.
    verdict
        One sentence: what is wrong.
    state
        FAILED, or NOT_STARTED where the code is still a stub.
    check
        What was checked, as the notebook calls it: "distances".
    expected, got
        Short descriptions of both.
    worst
        The element that is furthest off, with both its values.
    cause
        The likely cause.
    alternatives
        Other causes that fit, less likely ones.
    next
        What to do next.
    notes
        What else was seen, and costs nothing.
    warnings
        What NumPy warned of while the student's code ran.
    picture
        Draws where the error sits, as HTML; notebooks alone show it.
    shown
        Whether it has been displayed as a panel, so that a line will do for the error itself.
    """

    task: str
    verdict: str
    state: State = State.FAILED
    check: str | None = None
    expected: str | None = None
    got: str | None = None
    worst: str | None = None
    cause: str | None = None
    alternatives: list[str] = field(default_factory=list)
    next: str | None = None
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    picture: Callable[[], str] | None = None
    shown: bool = field(default=False, init=False)

    def rows(self) -> list[tuple[str, str]]:
        """Return what there is to say, as (label, text)."""
        rows = [
            ("checked", self.check),
            ("expected", self.expected),
            ("got", self.got),
            ("worst element", self.worst),
            ("likely cause", self.cause),
            *(("or", cause) for cause in self.alternatives),
            *(("note", note) for note in self.notes),
            *(("warning", warning) for warning in self.warnings),
            ("next step", self.next),
        ]
        return [(label, text) for label, text in rows if text]

    @property
    def title(self) -> str:
        """The task and the verdict on it, in a line."""
        return f"{self.task}: {self.verdict}"

    def __str__(self) -> str:
        if not self.rows():
            return self.title
        width = max(len(label) for label, _ in self.rows())
        lines = [self.title]
        for label, text in self.rows():
            first, *more = text.splitlines()
            lines.append(f"  {label:<{width}}  {first}")
            lines += [" " * (width + 4) + line for line in more]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        kind = "pending" if self.state is State.NOT_STARTED else "failed"
        return panel(self.title, self.rows(), kind, "" if self.picture is None else self.picture())

    def _render_traceback_(self) -> list[str]:
        # IPython shows this in place of a traceback. A panel above it has said the rest, but outside a
        # task's block, and where nbgrader validates, the error stands alone.
        return [self.title] if self.shown else str(self).splitlines()


class Unusable(CheckFailed, ValueError):  # noqa: N818
    """What was handed in cannot be used, and why: a model, an update rule, data, a file.

    It is told like a failing check, and can be caught as a ValueError.
    """


def is_validating() -> bool:
    """Return whether nbgrader's Validate runs this notebook."""
    return os.environ.get("NBGRADER_EXECUTION") == "validate"


#: JupyterLab's own colours follow its theme; elsewhere the ones after the comma hold.
COLOURS = {
    "passed": "var(--jp-success-color1, #2e7d32)",
    "failed": "var(--jp-error-color1, #c62828)",
    "pending": "var(--jp-warn-color1, #8d6e00)",
}
_MARKS = {"passed": "✓", "failed": "✗", "pending": "○"}


def panel(title: str, rows: list[tuple[str, str]], kind: str, below: str = "") -> str:
    """Return a bordered panel as HTML, legible in light and in dark themes.

    Parameters
    ----------
    title
        The line in bold.
    rows
        Pairs of (label, text); line breaks in the text are kept.
    kind
        "passed", "failed" or "pending", for colour and mark.
    below
        HTML to show below the rows.
    """
    colour = COLOURS[kind]
    head = "text-align:left;vertical-align:top;padding:2px 12px 2px 0;white-space:nowrap;opacity:.75"
    cells = "".join(
        f'<tr style="background:none"><th scope="row" style="{head}">{html.escape(label)}</th>'
        f'<td style="text-align:left;padding:2px 0;white-space:pre-wrap">{marked_up(text)}</td></tr>'
        for label, text in rows
    )
    table = f'<table style="margin:4px 0 0;border:none">{cells}</table>' if cells else ""
    mark = f'<span style="color:{colour}" aria-hidden="true">{_MARKS[kind]}</span>'
    return (
        f'<div role="status" style="border-left:4px solid {colour};padding:4px 12px;margin:2px 0">'
        f"<b>{mark} {html.escape(title)}</b>{table}{below}</div>"
    )


def marked_up(text: str) -> str:
    """Return text as HTML; what stands between backticks is code."""
    return re.sub("`([^`\n]+)`", r"<code>\1</code>", html.escape(text))


class Shown:
    """Something displayed as HTML where that is possible, and as text elsewhere."""

    def __init__(self, text: str, markup: Callable[[], str]) -> None:
        self._text = text
        self._markup = markup

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return self._markup()


def show(text: str, markup: str | Callable[[], str]) -> None:
    """Display `markup` in a notebook, made there if it is a callable; its plain `text` elsewhere."""
    from IPython.display import display

    display(Shown(text, markup if callable(markup) else lambda: markup))


def short(value: Any) -> str:
    """Return `value` in a few characters: small arrays whole, large ones by shape and dtype.

    Examples
    --------
    >>> short(np.array([1.0, 2.5]))
    '[1, 2.5]'
    >>> short(np.zeros((500, 3)))
    'shape (500, 3), float64'
    >>> short(np.int64(17))
    '17'
    """
    if isinstance(value, np.ndarray) and value.size > 16:
        return f"shape {value.shape}, {value.dtype}"
    if isinstance(value, np.ndarray | list | tuple):
        array = np.asarray(value)
        if array.dtype.kind in "biuf":
            return np.array2string(array, separator=", ", formatter={"float_kind": lambda x: f"{x:.6g}"})
    if isinstance(value, float | np.floating):
        return f"{float(value):.6g}"
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= 120 else text[:117] + "…"
