"""Item analysis: the difficulty and the discrimination of each task, from the results of a class."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autograder.outcome import Outcome, Result

#: Ebel's bounds of the discrimination (Essentials of Educational Measurement, 1972): a task with 0.4 or more
#: discriminates well between students, a task below 0.2 poorly.
SEPARATES, POOR = 0.4, 0.2

#: The minimum number of submissions for a correlation.
_ENOUGH = 8


@dataclass(frozen=True)
class TaskStatistics:
    """The results of a class for a task.

    Attributes
    ----------
    task, max_points
        Its id, and the points that it is worth.
    mean
        The mean share of its points that was earned, 0 to 1.
    full, partial, none, not_started
        How many students earned full points, some points, or none although they had started; and how many
        had not started.
    discrimination
        The correlation, -1 to 1, between the points for this task and for all other tasks; None if there are
        too few submissions, or all students earned the same.
    """

    task: str
    max_points: float
    mean: float
    full: int
    partial: int
    none: int
    not_started: int
    discrimination: float | None

    @property
    def judgement(self) -> str:
        """The assessment of the discrimination: "separates", "confuses" or empty."""
        if self.discrimination is None:
            return ""
        if self.discrimination >= SEPARATES:
            return "separates"
        # Strong students fail as often as weak ones, so the task may be unclear.
        return "confuses" if self.discrimination < POOR and self.mean < 0.5 else ""


@dataclass(frozen=True)
class MistakeCount:
    """A known mistake with the students who made it.

    Attributes
    ----------
    task, title, message
        The task, the title of the mistake, and the message that the students received.
    students
        The ids of the students.
    """

    task: str
    title: str
    message: str
    students: tuple[str, ...]


def of_tasks(results: Sequence[Result]) -> list[TaskStatistics]:
    """Return the statistics of each task, in order.

    Examples
    --------
    >>> li = Result("li", {}, [Outcome("relu", 2, 2, "right"), Outcome("adam", 1, 4, "wrong")])
    >>> [(task.task, task.mean, task.full, task.partial) for task in of_tasks([li])]
    [('relu', 1.0, 1, 0), ('adam', 0.25, 0, 1)]
    """
    totals = np.array([[result.points, result.max_points] for result in results]).reshape(-1, 2)
    by_task: dict[str, list[Outcome]] = defaultdict(list)
    for result in results:
        for outcome in result.outcomes:
            by_task[outcome.task].append(outcome)
    return [_of_task(task, outcomes, totals) for task, outcomes in by_task.items()]


def _of_task(task: str, outcomes: Sequence[Outcome], totals: np.ndarray) -> TaskStatistics:
    worth = outcomes[0].max_points
    points = np.array([outcome.points for outcome in outcomes], dtype=float)
    shares = points / worth if worth else np.zeros(len(points))
    not_started = sum(outcome.verdict == "not started" for outcome in outcomes)
    full = int(np.sum(shares >= 1))
    partial = int(np.sum((shares > 0) & (shares < 1)))
    return TaskStatistics(
        task,
        worth,
        float(shares.mean()),
        full,
        partial,
        len(outcomes) - full - partial - not_started,
        not_started,
        _correlation(points, totals[:, 0] - points) if len(totals) == len(points) else None,
    )


def _correlation(own: np.ndarray, others: np.ndarray) -> float | None:
    if len(own) < _ENOUGH or own.std() < 1e-9 or others.std() < 1e-9:
        return None
    return float(np.corrcoef(own, others)[0, 1])


def mistakes(results: Sequence[Result]) -> list[MistakeCount]:
    """Return the known mistakes in a class, the most common first."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    messages: dict[tuple[str, str], str] = {}
    for result in results:
        for outcome in result.outcomes:
            if outcome.mistake is not None:
                what = outcome.task, outcome.mistake
                found[what].append(result.student)
                messages[what] = outcome.message or ""
    counted = [MistakeCount(*what, messages[what], tuple(students)) for what, students in found.items()]
    return sorted(counted, key=lambda mistake: (-len(mistake.students), mistake.task, mistake.title))


def verdicts(results: Sequence[Result]) -> list[tuple[str, int]]:
    """Return each verdict with its number of tasks, the most common first; known mistakes are one verdict."""
    counts: Counter[str] = Counter()
    for result in results:
        for outcome in result.outcomes:
            counts["known mistake" if outcome.mistake is not None else _kind(outcome.verdict)] += 1
    return counts.most_common()


def _kind(verdict: str) -> str:
    return "some answers wrong" if verdict.endswith("answers right") else verdict


def distribution(results: Sequence[Result]) -> list[tuple[float, float, int]]:
    """Return a histogram of the points: the bounds of about ten bins of a round width, and their counts.

    The last bin includes its upper bound.
    """
    from matplotlib.ticker import MaxNLocator

    worth = max((result.max_points for result in results), default=0.0)
    if not worth:
        return []
    edges = MaxNLocator(nbins=12, steps=[1, 2, 5, 10]).tick_values(0, worth)
    counts, _ = np.histogram([result.points for result in results], bins=edges)
    return [
        (float(low), float(high), int(count))
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
