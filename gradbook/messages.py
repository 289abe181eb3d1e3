"""The messages of failing checks, as data, as plain text and as a panel in a notebook."""

from __future__ import annotations

import html
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np


class State(StrEnum):
    """The state of a task in this notebook."""

    PASSED = "passed"
    FAILED = "not yet right"
    NOT_STARTED = "not started"
    NOT_RUN = "check not run yet"
    CHANGED = "changed since its check: run it again"


@dataclass(eq=False)
class CheckFailed(Exception):  # noqa: N818  (a student reads it as a verdict)
    """A check that failed, with everything that is known about the cause.

    Attributes
    ----------
    task
        The task's id.
    verdict
        One sentence: what is wrong.
    state
        FAILED, or NOT_STARTED if the code is still a stub.
    check
        What was checked, as the notebook calls it: "distances".
    expected, got
        Short descriptions of both.
    worst
        The element with the largest error, with both its values.
    cause
        The likely cause.
    alternatives
        Other causes that fit, but are less likely.
    next
        What to do next.
    notes
        Further observations, which cost no points.
    warnings
        NumPy's warnings while the student's code ran.
    figure
        Returns a figure of the errors as HTML; only notebooks show it.
    shown
        Whether it has been displayed as a panel, so that one line is enough for the error itself.
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
    figure: Callable[[], str] | None = None
    shown: bool = field(default=False, init=False)

    def rows(self) -> list[tuple[str, str]]:
        """Return the parts of the message as (label, text)."""
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
        """The task and its verdict, in one line."""
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
        return panel(self.title, self.rows(), kind, "" if self.figure is None else self.figure())

    def _render_traceback_(self) -> list[str]:
        # IPython shows this instead of a traceback. Usually a panel above it shows the details; outside a
        # task's block, and when nbgrader validates, there is no panel.
        return [self.title] if self.shown else str(self).splitlines()


class Unusable(CheckFailed, ValueError):  # noqa: N818
    """A model, an update rule, data or a file that cannot be used, with the reason.

    It is shown like a failing check, and can be caught as a ValueError.
    """


def is_validating() -> bool:
    """Return whether nbgrader's Validate is running this notebook."""
    return os.environ.get("NBGRADER_EXECUTION") == "validate"


#: JupyterLab's own colours, which follow its theme; elsewhere the fallbacks after the comma apply.
COLOURS = {
    "passed": "var(--jp-success-color1, #2e7d32)",
    "failed": "var(--jp-error-color1, #c62828)",
    "pending": "var(--jp-warn-color1, #8d6e00)",
}
_MARKS = {"passed": "✓", "failed": "✗", "pending": "○"}


def panel(title: str, rows: list[tuple[str, str]], kind: str, below: str = "") -> str:
    """Return a panel with a coloured border as HTML, legible in light and dark themes.

    Parameters
    ----------
    title
        The first line, in bold.
    rows
        Pairs of (label, text); line breaks in the text are kept.
    kind
        "passed", "failed" or "pending"; it determines the colour and the mark.
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
    """Return text as HTML, with text between backticks as code."""
    return re.sub("`([^`\n]+)`", r"<code>\1</code>", html.escape(text))


class Shown:
    """An object displayed as HTML if possible, and as text otherwise."""

    def __init__(self, text: str, markup: Callable[[], str]) -> None:
        self._text = text
        self._markup = markup

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return self._markup()


def display(value: object) -> None:
    """Display a value as IPython does; where there is no IPython, write its text."""
    try:
        from IPython.display import display as display_in_notebook
    except ModuleNotFoundError:
        sys.stdout.write(f"{value!r}\n")
    else:
        display_in_notebook(value)


def show(text: str, markup: str | Callable[[], str]) -> None:
    """Display `markup` in a notebook and `text` elsewhere; a callable `markup` is called only if needed."""
    display(Shown(text, markup if callable(markup) else lambda: markup))


def short(value: Any) -> str:
    """Return `value` in a few characters: the numbers of small arrays, the shape and dtype of large ones.

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
