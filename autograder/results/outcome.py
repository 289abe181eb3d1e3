"""What was decided on a task, and on a submission."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from autograder.course import METADATA

#: How a note on an edited graded cell ends.
EDITED = "was changed; the original was used."

#: Characters that turn the direction of the text after them.
_TURNING = set("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str) -> str:
    r"""Return a text of a student's making without characters that steer a terminal, or turn text round.

    Examples
    --------
    >>> plain("li\x1b[2J")
    'li�[2J'
    """
    return "".join("\N{REPLACEMENT CHARACTER}" if _steers(character) else character for character in text)


def _steers(character: str) -> bool:
    if character in "\n\t":
        return False
    return unicodedata.category(character) in ("Cc", "Cs") or character in _TURNING


@dataclass
class Outcome:
    """What was decided on a task.

    Attributes
    ----------
    task, points, max_points
        The task's id, the points given and the points it is worth.
    verdict
        A few words: "right", "not started", "2 of 3 answers right", "time limit 10 s".
    mistake
        Title of the known mistake that it is, None where none is known.
    message
        What to tell the student about it.
    details
        For each answer that is wrong, its name and what is wrong with it.
    with_reference
        Tasks whose reference stood in for the student's code when this one was judged.
    """

    task: str
    points: float
    max_points: float
    verdict: str
    mistake: str | None = None
    message: str | None = None
    details: list[tuple[str, str]] = field(default_factory=list)
    with_reference: list[str] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether the task earned all its points."""
        return self.points >= self.max_points

    @classmethod
    def read(cls, data: dict[str, Any]) -> Outcome:
        """Return an outcome from the plain data that it was written down as."""
        return cls(**{**data, "details": [(name, what) for name, what in data["details"]]})


@dataclass(frozen=True)
class Change:
    """A score that a regrade changed.

    Attributes
    ----------
    task
        The task's id.
    before, after
        The points given last time and this time.
    """

    task: str
    before: float
    after: float


@dataclass
class Result:
    """A graded submission.

    Attributes
    ----------
    student
        The student's id.
    notebooks
        The judged notebooks by name; those not handed in are missing.
    outcomes
        What was decided on each task of the assignment, in order; a missing notebook's tasks too.
    notes
        What was odd about the submission.
    seconds
        How long grading took.
    memory
        The most bytes of memory that its kernels were seen to have in use.
    failure
        Why it could not be graded at all, through no fault of the student's; None where it was.
    graded
        The names of the notebooks that were handed in and graded.
    is_unchanged
        Whether it is the result of an earlier run, which grading again would not change.
    changes
        Scores that were others when it was last graded.
    """

    student: str
    notebooks: dict[str, NotebookNode]
    outcomes: list[Outcome]
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    memory: int = 0
    failure: str | None = None
    graded: list[str] = field(default_factory=list)
    is_unchanged: bool = False
    changes: list[Change] = field(default_factory=list)

    @property
    def points(self) -> float:
        """Automatic points given."""
        return sum(outcome.points for outcome in self.outcomes)

    @property
    def max_points(self) -> float:
        """Automatic points that there are."""
        return sum(outcome.max_points for outcome in self.outcomes)

    def as_dict(self) -> dict[str, Any]:
        """Return what a program may want to know, as plain data."""
        return {
            "student": self.student,
            "points": self.points,
            "max_points": self.max_points,
            "tasks": [vars(outcome) for outcome in self.outcomes],
            "notes": self.notes,
            "failure": self.failure,
            "seconds": round(self.seconds, 2),
            "memory": self.memory,
            "graded": self.graded,
            "unchanged": self.is_unchanged,
            "changes": [vars(change) for change in self.changes],
        }

    @classmethod
    def read(cls, data: dict[str, Any]) -> Result:
        """Return the result of an earlier run from the plain data that `as_dict` made of it."""
        outcomes = [Outcome.read(outcome) for outcome in data["tasks"]]
        return cls(
            data["student"],
            {},
            outcomes,
            data["notes"],
            data["seconds"],
            data["memory"],
            graded=data["graded"],
            is_unchanged=True,
        )


def outcomes(notebook: NotebookNode) -> list[Outcome]:
    """Return what was decided on the tasks of a judged notebook, in order."""
    found = (cell.metadata.get(METADATA, {}).get("outcome") for cell in notebook.cells)
    return [Outcome.read(outcome) for outcome in found if outcome is not None]
