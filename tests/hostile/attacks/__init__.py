"""Attacks: submissions that try to gain points, to harm others or to stop the grader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

#: The points of a notebook with correct answers, without saved weights.
FULL = {"double": 2.0, "total": 2.0, "square": 4.0, "predict": 2.0}

#: The points without the task that attacks target, which no other task needs.
OWN_LOST = {"double": 2.0, "total": 2.0, "square": 4.0}

#: A wrong solution, for attacks that try to have it accepted.
WRONG = "def predict(x, W):\n    return np.zeros(len(x))"


@dataclass(frozen=True)
class Attack:
    """A hostile submission.

    Attributes
    ----------
    earns
        The points that it must earn, by task.
    solutions
        The solution cells that differ from the correct ones.
    change
        A function that changes the notebook and returns the file to submit.
    beside
        A function that adds files to the submission.
    verdict
        The beginning of the verdict on the task `predict`.
    note
        A part of one of the notes on the submission.
    """

    earns: Mapping[str, float]
    solutions: Mapping[str, str] = field(default_factory=dict)
    change: Callable[[NotebookNode], NotebookNode | str | bytes] | None = None
    beside: Callable[[Path], object] | None = None
    verdict: str = ""
    note: str = ""


def forging(before: str, earns: Mapping[str, float] = OWN_LOST, wrong: str = WRONG, **more: str) -> Attack:
    """Return an attack that runs some code first, to have a wrong answer accepted later."""
    double = f"{before.strip()}\n\n\ndef double(x):\n    return 2 * x"
    return Attack(earns, {"double": double, "predict": wrong}, **more)


def answering(body: str, verdict: str = "", before: str = "") -> Attack:
    """Return an attack in the body of the solution's function."""
    text = f"{before}\ndef predict(x, W):\n    {body}"
    return Attack(OWN_LOST, {"predict": text}, verdict=verdict)
