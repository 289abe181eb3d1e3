"""A catalogue of submissions that try to gain points, to harm others or to stop the grader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

#: What a notebook with right answers earns, apart from saved weights.
FULL = {"double": 2.0, "total": 2.0, "square": 4.0, "predict": 2.0}

#: What is left when the task goes that the attacks strike at: nobody needs it.
OWN_LOST = {"double": 2.0, "total": 2.0, "square": 4.0}

#: A solution that is wrong, for those who try to have it taken for right.
WRONG = "def predict(x, W):\n    return np.zeros(len(x))"


@dataclass(frozen=True)
class Attack:
    """A hostile submission.

    Attributes
    ----------
    earns
        What its right answers earn, by task: no less, no more.
    solutions
        Texts of solution cells, where they are not right.
    change
        What else is done to the notebook; what it returns is handed in.
    beside
        Puts further files into the submission.
    verdict
        How the verdict on the task `predict` begins.
    note
        What one of the notes on the submission says.
    """

    earns: Mapping[str, float]
    solutions: Mapping[str, str] = field(default_factory=dict)
    change: Callable[[NotebookNode], NotebookNode | str | bytes] | None = None
    beside: Callable[[Path], object] | None = None
    verdict: str = ""
    note: str = ""


def forging(before: str, earns: Mapping[str, float] = OWN_LOST, wrong: str = WRONG, **more: str) -> Attack:
    """Return an attack that runs some code first, to have a wrong answer at the end taken for right."""
    double = f"{before.strip()}\n\n\ndef double(x):\n    return 2 * x"
    return Attack(earns, {"double": double, "predict": wrong}, **more)


def answering(body: str, verdict: str = "", before: str = "") -> Attack:
    """Return an attack by what the function of a solution does, or returns."""
    text = f"{before}\ndef predict(x, W):\n    {body}"
    return Attack(OWN_LOST, {"predict": text}, verdict=verdict)
