"""The states of a notebook's tasks, and the table that shows them."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from pathlib import Path

from gradbook.classes import TEST_SUFFIX
from gradbook.messages import COLOURS, State, show
from gradbook.session import session

_MARKS = {
    State.PASSED: "✓",
    State.FAILED: "✗",
    State.CHANGED: "·",
    State.NOT_STARTED: "○",
    State.NOT_RUN: "·",
}
_COLOURS = {
    State.PASSED: COLOURS["passed"],
    State.FAILED: COLOURS["failed"],
    State.CHANGED: COLOURS["pending"],
}

#: The state in the table of a question that a person grades.
BY_HAND = "graded by hand"


@dataclass(frozen=True)
class Row:
    """A row of the progress table."""

    task: str
    points: float
    state: str
    mark: str = "·"
    colour: str = "inherit"


def set_state(task: str, state: State) -> None:
    """Set the state of a task, once its checks have run."""
    session.states[task] = state


def note_change(task: str) -> None:
    """Note that a task's cell ran again, so that the result of its checks is out of date."""
    if session.states.get(task) in (State.PASSED, State.FAILED):
        session.states[task] = State.CHANGED


def show_progress(notebook: str) -> None:
    """Show the notebook's tasks with their points and their state in this session.

    Parameters
    ----------
    notebook
        The notebook's name, for example "knn": the tasks are read from ``knn.ipynb`` in the working folder.
        If this file is missing (renamed, or run from elsewhere), the tasks checked so far are shown.
    """
    rows = _rows(Path(f"{notebook}.ipynb"))
    automatic = [row for row in rows if row.state != BY_HAND]
    done = sum(row.points for row in automatic if row.state == State.PASSED)
    total = sum(row.points for row in automatic)
    summary = f"{_points(done)} of {_points(total)} automatic points pass their checks"
    by_hand = sum(row.points for row in rows if row.state == BY_HAND)
    if by_hand:
        summary += f"; {_points(by_hand)} more are graded by hand"
    show(_text(rows, summary), _markup(rows, summary))


def _rows(path: Path) -> list[Row]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return [_row(task, 0) for task in session.states]
    rows = []
    for cell in cells:
        meta = cell.get("metadata", {}).get("nbgrader", {})
        if not meta.get("grade"):
            continue
        task = str(meta.get("grade_id", "")).removesuffix(TEST_SUFFIX)
        points = float(meta.get("points", 0))
        rows.append(Row(task, points, BY_HAND) if meta.get("solution") else _row(task, points))
    return rows


def _row(task: str, points: float) -> Row:
    state = session.states.get(task, State.NOT_RUN)
    return Row(task, points, state, _MARKS[state], _COLOURS.get(state, "inherit"))


def _points(number: float) -> str:
    return f"{number:g}"


def _text(rows: list[Row], summary: str) -> str:
    width = max((len(row.task) for row in rows), default=0)
    lines = [f"{row.mark} {row.task:<{width}}  {_points(row.points):>4}  {row.state}" for row in rows]
    return "\n".join([*lines, summary + "."])


def _markup(rows: list[Row], summary: str) -> str:
    cell = 'style="text-align:left;padding:2px 14px 2px 0"'
    body = "".join(
        f'<tr><td style="color:{row.colour};padding:2px 8px 2px 0">{row.mark}</td>'
        f"<td {cell}><code>{html.escape(row.task)}</code></td>"
        f'<td style="text-align:right;padding:2px 14px 2px 0">{_points(row.points)}</td>'
        f"<td {cell}>{html.escape(row.state)}</td></tr>"
        for row in rows
    )
    head = "".join(f'<th scope="col" {cell}>{label}</th>' for label in ("", "task", "points", "state"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{html.escape(summary)}.</p>"
