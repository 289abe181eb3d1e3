"""The instructor's page: how a class did on an assignment, in one file that asks nothing of any server."""

from __future__ import annotations

import statistics as numbers
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import resources

import jinja2
from markupsafe import Markup

from autograder.notebook.messages import marked_up
from autograder.results import statistics
from autograder.results.outcome import Result, plain


@dataclass(frozen=True)
class ClassResults:
    """What is known of a class and an assignment.

    Attributes
    ----------
    assignment
        Its name.
    results
        Graded submissions, by student.
    missing
        Students who have not handed in.
    failed
        Students who have handed in, and of whom nothing is graded.
    by_hand
        How many submissions wait for points given by hand.
    """

    assignment: str
    results: Sequence[Result]
    missing: Sequence[str] = ()
    failed: Sequence[str] = ()
    by_hand: int = 0

    def without_names(self) -> ClassResults:
        """Return the same with numbers for names, and without notes, which may name files of theirs."""
        students = sorted([*(result.student for result in self.results), *self.missing, *self.failed])
        names = {student: f"student {number:03}" for number, student in enumerate(students, start=1)}
        return replace(
            self,
            results=[replace(result, student=names[result.student], notes=[]) for result in self.results],
            missing=[names[student] for student in self.missing],
            failed=[names[student] for student in self.failed],
        )


@dataclass(frozen=True)
class _Range:
    median: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> _Range:
        return cls(numbers.median(values), max(values)) if values else cls(0, 0)


def page(about: ClassResults, made: datetime) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    about
        What is known.
    made
        When the page is made.
    """
    results = [_plain(result) for result in about.results]
    distribution = statistics.distribution(results)
    template = _environment().get_template("class_report.html.j2")
    return template.render(
        assignment=about.assignment,
        results=results,
        missing=[plain(student) for student in about.missing],
        failed=[plain(student) for student in about.failed],
        by_hand=about.by_hand,
        made=f"{made:%Y-%m-%d %H:%M}",
        graded=len(results),
        worth=max((result.max_points for result in results), default=0),
        median=numbers.median(result.points for result in results) if results else 0,
        full=sum(result.points >= result.max_points for result in results),
        distribution=distribution,
        tallest=max((count for _, _, count in distribution), default=0) or 1,
        tasks=statistics.of_tasks(results),
        separates=statistics.SEPARATES,
        poor=statistics.POOR,
        mistakes=statistics.mistakes(results),
        verdicts=statistics.verdicts(results),
        seconds=_Range.of([result.seconds for result in results]),
        memory=_Range.of([result.memory / 2**20 for result in results]),
        style=Markup(_template("class_report.css")),
        script=Markup(_template("class_report.js")),
    )


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("autograder.results"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["marked_up"] = lambda text: Markup(marked_up(text))
    return environment


def _template(name: str) -> str:
    return (resources.files("autograder.results") / "templates" / name).read_text(encoding="utf-8")


def _plain(result: Result) -> Result:
    """Return a result without characters that turn text round or steer what shows it."""
    return replace(result, student=plain(result.student), notes=[plain(note) for note in result.notes])
