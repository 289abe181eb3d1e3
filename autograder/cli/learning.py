"""The verbs of those who learn: get the pictures, open the notebooks, check one's own work."""

# What a verb needs is imported inside it: `autograder --help` must not wait for nbgrader.
from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def download(
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="PATH",
            help="Take the archive, or a folder of its seven files, from the disk.",
        ),
    ] = None,
    mirror: Annotated[
        str | None, typer.Option(metavar="URL", help="Try this address of the archive first.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace CIFAR-10 even if it is there.")] = False,
) -> None:
    """Get CIFAR-10 (170 MB), verify it, and keep it where the notebooks look for it.

    For example:

    - `autograder download`
    - `autograder download --from cifar-10-python.tar.gz`
    - `autograder download --mirror https://my.university.example/cifar-10-python.tar.gz`
    """
    from autograder.data import cifar10

    if source is not None and mirror is not None:
        message = "--from takes the data from the disk, --mirror from the network: give one of them"
        raise typer.BadParameter(message)
    if source is not None:
        path = cifar10.install(source, force=force)
    else:
        path = cifar10.download(mirror, force=force)
    if path is None:
        typer.echo("CIFAR-10 is there already, and whole. To replace it: autograder download --force")
    else:
        typer.echo(f"CIFAR-10 is ready: {path}")


@app.command()
def data() -> None:
    """Show which data sets are there, and verify them.

    For example:

    - `autograder data`
    """
    from autograder.data import images

    found = images.status()
    for status in found:
        typer.echo(status)
    if any(status.state == "corrupt" for status in found):
        raise typer.Exit(1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open JupyterLab on your own copy of the assignments, in work/.

    What is missing there is copied from assignments/; a file that is there is never touched. The page that it
    opens on, work/START.md, says what is done and what is next. Further options go to JupyterLab.

    For example:

    - `autograder lab`
    - `autograder lab --no-browser --port 8899`
    """
    from autograder.course import Course
    from autograder.lab import copy_missing, open_lab
    from autograder.start_page import write_start_page

    course = Course.find()
    for path in copy_missing(course):
        typer.echo(f"copied {path.relative_to(course.root)}")
    open_lab(course, write_start_page(course), context.args)


@app.command()
def check(
    assignment: Annotated[str, typer.Argument(help="The assignment, for example 02_knn.")],
    before_submitting: Annotated[
        bool,
        typer.Option(
            "--before-submitting",
            help="Look at what you are about to hand in: files, cells, weights, and what the checks say. "
            "Needs no solutions, and so works where there are none.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Grade your own notebook in work/, as a class would be graded, and say what is wrong.

    For example:

    - `autograder check 02_knn`
    - `autograder check 02_knn --before-submitting`
    """
    from autograder.course import Course
    from autograder.results import readiness, report

    course = Course.find()
    assignment = course.assignment(assignment)
    if before_submitting:
        from autograder.grading.readiness import look

        found = look(course, assignment)
        readiness.show(found, assignment, as_json=as_json)
        raise typer.Exit(1 if found.problems else 0)
    from autograder.grading.engine import grade_own

    result = grade_own(course, assignment)
    report.show([result], assignment, as_json=as_json)
    if not as_json:
        report.explain(result)
    if result.points < result.max_points:
        raise typer.Exit(1)


@app.command()
def reset(
    assignment: Annotated[str, typer.Argument(help="The assignment, for example 02_knn.")],
    task: Annotated[str, typer.Argument(help="The task or question, for example predict_labels.")],
) -> None:
    """Start a task again: its cells in work/ become as they were handed out. Your notebook is kept as it was.

    For example:

    - `autograder reset 02_knn predict_labels`
    """
    from autograder.course import Course
    from autograder.reset import reset as put_back

    course = Course.find()
    notebook, kept = put_back(course, course.assignment(assignment), task)
    typer.echo(f"{task} is as it was handed out, in {notebook.relative_to(course.root)}.")
    typer.echo(f"Your notebook as it was: {kept.relative_to(course.root)}")
    typer.echo("If it is open in JupyterLab: File → Reload Notebook from Disk.")
