"""The data types that layers exchange: outcomes, results, class results, readiness, claim results."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from nbformat import NotebookNode

#: The end of the note about an edited graded cell.
EDITED = "was changed; the original was used."

#: The end of the note about a missing cell.
RESTORED = "was missing; it was restored."

#: The reason for a regrade that the user forced.
FORCED = "--force"

#: Characters that change the direction of the text after them.
_BIDIRECTIONAL = set("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str) -> str:
    r"""Return untrusted text without characters that control a terminal or change the direction of text.

    Examples
    --------
    >>> plain("li\x1b[2J")
    'li�[2J'
    """
    return "".join("\N{REPLACEMENT CHARACTER}" if _is_control(character) else character for character in text)


def _is_control(character: str) -> bool:
    if character in "\n\t":
        return False
    return unicodedata.category(character) in ("Cc", "Cs") or character in _BIDIRECTIONAL


@dataclass
class Outcome:
    """The grade of a task, with its explanation.

    Attributes
    ----------
    task, points, max_points
        The task's id, the points given and the points that it is worth.
    verdict
        A few words: "right", "not started", "2 of 3 answers right", "time limit 10 s".
    mistake
        Title of the known mistake, or None if no known mistake matches.
    message
        The explanation of the mistake for the student.
    details
        The name of each wrong answer and what is wrong with it.
    with_reference
        Tasks whose reference solution was lent to the student's code when this task was judged.
    is_limit
        Whether it lost points because its code exceeded a limit, which depends on the machine, too.
    """

    task: str
    points: float
    max_points: float
    verdict: str
    mistake: str | None = None
    message: str | None = None
    details: list[tuple[str, str]] = field(default_factory=list)
    with_reference: list[str] = field(default_factory=list)
    is_limit: bool = False

    @property
    def is_full(self) -> bool:
        """Whether the task earned all its points."""
        return self.points >= self.max_points

    def make_plain(self) -> None:
        """Remove characters that control a terminal, because a student's code may have inserted them."""
        self.verdict = plain(self.verdict)
        self.message = None if self.message is None else plain(self.message)
        self.details = [(plain(name), plain(what)) for name, what in self.details]

    @classmethod
    def read(cls, data: dict[str, Any]) -> Outcome:
        """Return an outcome from its stored form, plain data."""
        return cls(**{**data, "details": [(name, what) for name, what in data["details"]]})


@dataclass(frozen=True)
class ScoreChange:
    """A score that a regrade changed.

    Attributes
    ----------
    task
        The task's id.
    before, after
        The points before and after the regrade.
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
        The judged notebooks by name; notebooks that were not submitted are missing.
    outcomes
        The outcome of each task of the assignment, in order, including the tasks of missing notebooks.
    notes
        Remarks about anything unusual in the submission.
    seconds
        How long grading took.
    memory
        The peak memory of its kernels, in bytes.
    failure
        Why grading failed, through no fault of the student's; None if it succeeded.
    graded
        The names of the notebooks that were submitted and graded.
    is_unchanged
        Whether this is the result of an earlier run, which a regrade would not change.
    changes
        Scores that differ from the last time it was graded.
    graded_again
        Why it was graded again; None if it was graded for the first time.
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
    changes: list[ScoreChange] = field(default_factory=list)
    graded_again: str | None = None

    @property
    def is_limited(self) -> bool:
        """Whether a task lost points because its code exceeded a limit."""
        return any(outcome.is_limit for outcome in self.outcomes)

    @property
    def points(self) -> float:
        """The sum of the automatic points."""
        return sum(outcome.points for outcome in self.outcomes)

    @property
    def max_points(self) -> float:
        """The highest possible sum of automatic points."""
        return sum(outcome.max_points for outcome in self.outcomes)

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain data, for storage and for other programs."""
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
            "graded_again": self.graded_again,
            "changes": [vars(change) for change in self.changes],
        }

    @classmethod
    def read(cls, data: dict[str, Any]) -> Result:
        """Return the result of an earlier run from the plain data that `as_dict` returned."""
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


@dataclass(frozen=True)
class ClassResults:
    """The results of a class for an assignment.

    Attributes
    ----------
    assignment
        Its name.
    results
        Graded submissions, by student.
    missing
        Students who have not submitted.
    failed
        Students who have submitted, but have no result.
    by_hand
        How many submissions still need manual grading.
    """

    assignment: str
    results: Sequence[Result]
    missing: Sequence[str] = ()
    failed: Sequence[str] = ()
    by_hand: int = 0

    def without_names(self) -> ClassResults:
        """Return the same with numbers instead of names, and without notes, which may contain file names."""
        students = sorted([*(result.student for result in self.results), *self.missing, *self.failed])
        names = {student: f"student {number:03}" for number, student in enumerate(students, start=1)}
        return replace(
            self,
            results=[replace(result, student=names[result.student], notes=[]) for result in self.results],
            missing=[names[student] for student in self.missing],
            failed=[names[student] for student in self.failed],
        )


@dataclass(frozen=True)
class CollectedSubmission:
    """What happened to a submission, or to a file that was refused.

    Attributes
    ----------
    student
        The student's id; empty if the file belongs to no student.
    what
        "new", "newer", "unchanged", "older" or "refused".
    about
        The names of the files, or the name of the refused file and the reason.
    """

    student: str
    what: str
    about: str


#: The states of tasks and questions that need no further work.
DONE = ("checks passed", "answered")


@dataclass(frozen=True)
class TaskState:
    """The state of a task or a question.

    Attributes
    ----------
    notebook, task
        The names of the notebook and of the task.
    points
        The points that it is worth.
    state
        One of `DONE`; otherwise "not started", "not answered", or the first line of its check's message.
    """

    notebook: str
    task: str
    points: float
    state: str


@dataclass(frozen=True)
class Readiness:
    """Whether a copy is ready to be submitted.

    Attributes
    ----------
    tasks
        The state of each task and question, in order.
    problems
        What would lose points if the copy were submitted now, and how to fix it.
    notes
        What is unusual but costs no points.
    """

    tasks: Sequence[TaskState]
    problems: Sequence[str]
    notes: Sequence[str]


@dataclass(frozen=True)
class ClaimResult:
    """The result of checking one claim of a proof.

    Attributes
    ----------
    notebook
        "02_knn/knn".
    claim
        What must hold, for example "every variant earns everything".
    tried
        How many solutions, answers or runs were checked.
    problems
        One sentence for each case in which the claim does not hold.
    seconds
        How long the check took.
    memory
        The peak memory of a kernel, in bytes.
    details
        What else was found, one sentence each.
    """

    notebook: str
    claim: str
    tried: int
    problems: tuple[str, ...]
    seconds: float
    memory: int
    details: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the claim holds."""
        return not self.problems
