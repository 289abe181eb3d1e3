"""The `autograder` command: one thin function a verb, no logic.

What a verb finds goes to stdout, how it is getting on to stderr. Exit code 0: done; 1: it could not be
done, and the message says why; 2: the command was mistyped; 130: stopped with Ctrl-C.
"""

# What a verb needs is imported inside it: `autograder --help` must not wait for nbgrader.
from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder import __version__
from autograder.errors import AutograderError

app = typer.Typer(
    name="autograder",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command, and tell of what a person can act on without a traceback."""
    try:
        app()
    except AutograderError as error:
        typer.echo(f"autograder: {error}", err=True)
        sys.exit(1)
    except SystemExit as stop:
        # typer turns Ctrl-C into this exit code, and says nothing.
        if stop.code == 130:
            typer.echo("\nStopped. What was finished is kept; type the command again to go on.", err=True)
        raise


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"autograder {__version__}")
        raise typer.Exit


@app.callback()
def autograder(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Grade Gradbook's notebooks, and get the pictures that they learn from."""


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
