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

    What is missing there is copied from assignments/; a file that is there is never touched. Further
    options go to JupyterLab.

    For example:

    - `autograder lab`
    - `autograder lab --no-browser --port 8899`
    """
    from autograder.course import Course
    from autograder.lab import copy_missing, open_lab

    course = Course.find()
    for path in copy_missing(course):
        typer.echo(f"copied {path.relative_to(course.root)}")
    open_lab(course, context.args)


@app.command()
def check(
    assignment: Annotated[str, typer.Argument(help="The assignment, for example 02_knn.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Grade your own notebook in work/, as a class would be graded, and say what is wrong.

    For example:

    - `autograder check 02_knn`
    """
    from autograder.course import Course
    from autograder.grading.engine import grade_own
    from autograder.results import report

    course = Course.find()
    assignment = course.assignment(assignment)
    result = grade_own(course, assignment)
    report.show([result], assignment, as_json=as_json)
    if not as_json:
        report.explain(result)
    if result.points < result.max_points:
        raise typer.Exit(1)
