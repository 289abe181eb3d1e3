"""The verbs for the results of grading: a report on the class, grades for other programs."""

# Each verb imports what it needs in its body, so that `gradbook --help` does not wait for nbgrader.
from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from autograder.course import SandboxKind

app = typer.Typer()


@app.command()
def report(
    assignment: Annotated[str, typer.Argument(help="The assignment, for example 02_knn.")],
    hide_names: Annotated[
        bool,
        typer.Option(
            "--hide-names",
            help="Replace students' names with numbers, so that the page can be shown to others.",
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Path of the page. Default: reports/ASSIGNMENT.html."),
    ] = None,
) -> None:
    """Write a report on the class: points, tasks, the most common mistakes, verdicts, time and memory.

    The report is a single HTML file that loads nothing from the network. It shows the latest results of
    `gradbook grade`.

    For example:

    - `gradbook report 02_knn`
    - `gradbook report 02_knn --hide-names --output for-the-lecture.html`
    """
    from datetime import datetime

    from autograder.course import REPORTS, Course
    from autograder.grading.gradebook import history
    from autograder.grading.gradebook.store import open_gradebook
    from autograder.reports.class_report import page
    from gradbook.errors import GradbookError
    from gradbook.files import write_atomically

    course = Course.find()
    assignment = course.assignment(assignment)
    with open_gradebook(course) as gradebook:
        about = history.class_results(course, gradebook, assignment)
    if not about.results:
        msg = f"{assignment} has not been graded yet."
        raise GradbookError(msg, next=f"gradbook grade {assignment}")
    if hide_names:
        about = about.without_names()
    place = output or course.folder(REPORTS) / f"{assignment}.html"
    write_atomically(place, page(about, datetime.now()))
    typer.echo(f"The report is ready: {place}")


@app.command()
def explain(
    assignment: Annotated[str, typer.Argument(help="The assignment, for example 02_knn.")],
    student: Annotated[str, typer.Argument(help="The student's id.")],
    task: Annotated[str, typer.Argument(help="The task, for example predict_labels.")],
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Path of the script. Default: reports/STUDENT-TASK.py."),
    ] = None,
    sandbox: Annotated[
        SandboxKind | None, typer.Option(help="How the student's code is isolated, as for `gradbook grade`.")
    ] = None,
) -> None:
    """Explain how a task of a submission was graded, for example after a student has appealed.

    The submission is graded again, and nothing is stored. For each answer, the command shows what was
    expected and what the student's code gave, alone and with the reference solutions that were lent to it.
    It writes a script that computes the answers again and prints their inputs. The script contains hidden
    tests.

    For example:

    - `gradbook explain 02_knn li predict_labels`
    - `gradbook explain 02_knn li predict_labels --output /tmp/appeal.py`
    """
    from autograder.course import REPORTS, Course
    from autograder.grading.appeal import explain as explain_task
    from autograder.reports.appeal import appeal_text
    from gradbook.files import write_atomically

    course = Course.find()
    assignment = course.assignment(assignment)
    appeal = explain_task(course, assignment, student, task, sandbox)
    place = output or course.folder(REPORTS) / f"{student}-{task}.py"
    write_atomically(place, appeal.script, mode=0o600)
    typer.echo(appeal_text(appeal, str(place)))


class Format(StrEnum):
    """The formats that grades can be exported in."""

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
            help="**tasks**: CSV with one row per student and task. **canvas**, **moodle**: the CSV file "
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
    """Export grades for another program, including manual points and late penalties.

    `nbgrader export --exporter=autograder.reports.exports.Canvas` (`Tasks`, `Moodle`, `Json`) does the same.

    For example:

    - `gradbook export --format canvas`
    - `gradbook export --format tasks --assignment 02_knn --to knn.csv`
    """
    from autograder.course import Course
    from autograder.grading.gradebook.store import open_gradebook
    from autograder.reports.exports import FORMATS

    course = Course.find()
    exporter = FORMATS[format_.value](
        to=str(to or ""), assignment=assignment or [], student=student or [], config=course.config()
    )
    with open_gradebook(course) as gradebook:
        exporter.export(gradebook)
    typer.echo(f"Written: {exporter.destination}")
