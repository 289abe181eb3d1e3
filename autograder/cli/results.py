"""The verbs for what came of grading: a page on the class, grades for other programs."""

# What a verb needs is imported inside it: `autograder --help` must not wait for nbgrader.
from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def report(
    assignment: Annotated[str, typer.Argument(help="The assignment, for example 02_knn.")],
    hide_names: Annotated[
        bool, typer.Option("--hide-names", help="Call students by numbers, to show the page to others.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the page goes. Default: reports/ASSIGNMENT.html."),
    ] = None,
) -> None:
    """Make a page of how the class did: points, tasks, the most common mistakes, verdicts, time and memory.

    It is one HTML file, which asks nothing of any server, and shows what `autograder grade` last decided.

    For example:

    - `autograder report 02_knn`
    - `autograder report 02_knn --hide-names --output for-the-lecture.html`
    """
    from datetime import datetime

    from autograder.course import REPORTS, Course
    from autograder.errors import AutograderError
    from autograder.files import write_atomically
    from autograder.grading.gradebook import ledger
    from autograder.grading.gradebook.record import open_gradebook
    from autograder.results.class_report import page

    course = Course.find()
    assignment = course.assignment(assignment)
    with open_gradebook(course) as gradebook:
        about = ledger.class_results(course, gradebook, assignment)
    if not about.results:
        raise AutograderError(
            f"Nothing of {assignment} was graded yet.", next=f"autograder grade {assignment}"
        )
    if hide_names:
        about = about.without_names()
    place = output or course.folder(REPORTS) / f"{assignment}.html"
    write_atomically(place, page(about, datetime.now()))
    typer.echo(f"The report is ready: {place}")


class Format(StrEnum):
    """What grades can be written as."""

    TASKS = "tasks"
    CANVAS = "canvas"
    MOODLE = "moodle"
    JSON = "json"


@app.command()
def export(
    format_: Annotated[
        Format,
        typer.Option(
            "--format",
            help="**tasks**: a CSV row for each task of each student. **canvas**, **moodle**: the CSV file "
            "that their gradebooks import. **json**: everything.",
        ),
    ],
    assignment: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this assignment; repeatable.")
    ] = None,
    student: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this student; repeatable.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Default: a file named after the format.")
    ] = None,
) -> None:
    """Write grades for another program: what people gave by hand and late penalties included.

    `nbgrader export --exporter=autograder.results.exports.Canvas` (`Tasks`, `Moodle`, `Json`) does the same.

    For example:

    - `autograder export --format canvas`
    - `autograder export --format tasks --assignment 02_knn --to knn.csv`
    """
    from autograder.course import Course
    from autograder.grading.gradebook.record import open_gradebook
    from autograder.results.exports import FORMATS

    course = Course.find()
    exporter = FORMATS[format_.value](
        to=str(to or ""), assignment=assignment or [], student=student or [], config=course.config()
    )
    with open_gradebook(course) as gradebook:
        exporter.export(gradebook)
    typer.echo(f"Written: {exporter.destination}")
