"""The class report: a self-contained HTML page on the results of a class for an assignment."""

from __future__ import annotations

import statistics as numbers
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import resources

import jinja2
from markupsafe import Markup

from autograder.outcome import ClassResults, Result, plain
from autograder.reports import item_analysis
from gradbook.messages import marked_up


@dataclass(frozen=True)
class _Range:
    median: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> _Range:
        return cls(numbers.median(values), max(values)) if values else cls(0, 0)


def page(about: ClassResults, made: datetime) -> str:
    """Return the class report as HTML.

    Parameters
    ----------
    about
        The results of the class.
    made
        The time that the report shows.
    """
    results = [_plain(result) for result in about.results]
    distribution = item_analysis.distribution(results)
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
        tasks=item_analysis.of_tasks(results),
        separates=item_analysis.SEPARATES,
        poor=item_analysis.POOR,
        mistakes=item_analysis.mistakes(results),
        verdicts=item_analysis.verdicts(results),
        seconds=_Range.of([result.seconds for result in results]),
        memory=_Range.of([result.memory / 2**20 for result in results]),
        style=Markup(_template("class_report.css")),  # noqa: S704  (files of ours)
        script=Markup(_template("class_report.js")),  # noqa: S704
    )


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("autograder.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["marked_up"] = lambda text: Markup(marked_up(text))  # noqa: S704  (it escapes)
    return environment


def _template(name: str) -> str:
    return (resources.files("autograder.reports") / "templates" / name).read_text(encoding="utf-8")


def _plain(result: Result) -> Result:
    """Return a result with `plain` applied to the student's id and the notes."""
    return replace(result, student=plain(result.student), notes=[plain(note) for note in result.notes])
