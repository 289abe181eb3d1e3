"""The verbs for learners: download the images, open the notebooks, check one's own work."""

# Each verb imports what it needs in its body, so that `gradbook --help` does not wait for nbgrader.
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
            help="Install from a local copy: the archive, or a folder with its seven files.",
        ),
    ] = None,
    mirror: Annotated[
        str | None, typer.Option(metavar="URL", help="Try to download the archive from this address first.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace CIFAR-10 even if it is installed.")] = False,
) -> None:
    """Download CIFAR-10 (170 MB), verify it, and store it where the notebooks look for it.

    For example:

    - `gradbook download`
    - `gradbook download --from cifar-10-python.tar.gz`
    - `gradbook download --mirror https://my.university.example/cifar-10-python.tar.gz`
    """
    from gradbook.data import cifar10

    if source is not None and mirror is not None:
        message = "--from reads the data from the disk, --mirror from the network: use only one of them"
        raise typer.BadParameter(message)
    if source is not None:
        path = cifar10.install(source, force=force)
    else:
        path = cifar10.download(mirror, force=force)
    if path is None:
        typer.echo("CIFAR-10 is already installed and intact. To replace it: gradbook download --force")
    else:
        typer.echo(f"CIFAR-10 is ready: {path}")


@app.command()
def data() -> None:
    """List the data sets that are installed, and verify them.

    For example:

    - `gradbook data`
    """
    from gradbook.data import images

    found = images.status()
    for status in found:
        typer.echo(status)
    if any(status.state == "corrupt" for status in found):
        raise typer.Exit(1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open JupyterLab on your own copy of the assignments, in work/.

    Missing files are copied from assignments/; existing files are never changed. JupyterLab opens on
    work/START.md, a page that lists what is done and what comes next. Further options are passed to
    JupyterLab.

    For example:

    - `gradbook lab`
    - `gradbook lab --no-browser --port 8899`
    """
    from autograder.course import Course
    from autograder.learning.lab import copy_missing, open_lab
    from autograder.learning.start_page import write_start_page

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
            help="Inspect your copy before you submit it: files, cells, weights, and the results of the "
            "checks. Works without the solutions.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Grade your own notebooks in work/ as submissions are graded, and explain what is wrong.

    For example:

    - `gradbook check 02_knn`
    - `gradbook check 02_knn --before-submitting`
    """
    from autograder.course import Course
    from autograder.reports import readiness, terminal

    course = Course.find()
    assignment = course.assignment(assignment)
    if before_submitting:
        from autograder.grading.readiness import check_readiness

        found = check_readiness(course, assignment)
        readiness.show(found, assignment, as_json=as_json)
        raise typer.Exit(1 if found.problems else 0)
    from autograder.grading.engine import grade_own

    result = grade_own(course, assignment)
    terminal.show([result], assignment, as_json=as_json)
    if not as_json:
        terminal.explain(result)
    if result.points < result.max_points:
        raise typer.Exit(1)


@app.command()
def reset(
    assignment: Annotated[str, typer.Argument(help="The assignment, for example 02_knn.")],
    task: Annotated[str, typer.Argument(help="The task or question, for example predict_labels.")],
) -> None:
    """Restore the cells of a task in work/ to their released state. A backup of your notebook is kept.

    For example:

    - `gradbook reset 02_knn predict_labels`
    """
    from autograder.course import Course
    from autograder.learning.reset import reset as reset_task

    course = Course.find()
    notebook, kept = reset_task(course, course.assignment(assignment), task)
    typer.echo(f"{task} is restored to its released state in {notebook.relative_to(course.root)}.")
    typer.echo(f"Backup of your notebook: {kept.relative_to(course.root)}")
    typer.echo("If the notebook is open in JupyterLab: File → Reload Notebook from Disk.")
