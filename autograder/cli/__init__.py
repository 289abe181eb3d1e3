"""The `gradbook` command: one thin function per verb, no logic.

Results go to stdout, progress to stderr. Exit codes: 0, success; 1, failure, with a message that says why;
2, usage error; 130, stopped with Ctrl-C.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from autograder import __version__
from autograder.cli import learning, reporting, teaching
from gradbook.errors import GradbookError

app = typer.Typer(
    name="gradbook",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(learning.app)
app.add_typer(teaching.app)
app.add_typer(reporting.app)


def main() -> None:
    """Run the command; report errors that the user can act on without a traceback."""
    try:
        app()
    except GradbookError as error:
        typer.echo(f"gradbook: {error}", err=True)
        sys.exit(1)
    except OSError as error:
        # Disk full, permission denied, a folder where a file is expected, and the like.
        where = f"\n  where     {error.filename}" if error.filename else ""
        typer.echo(f"gradbook: Operating system error: {error.strerror or error}.{where}", err=True)
        typer.echo("  next      free disk space, or fix the permissions; then repeat the command", err=True)
        sys.exit(1)
    except SystemExit as stop:
        # typer turns Ctrl-C into this exit code without a message.
        if stop.code == 130:
            typer.echo("\nStopped. Finished work is kept; repeat the command to continue.", err=True)
        raise


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gradbook {__version__}")
        raise typer.Exit


@app.callback()
def gradbook(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Grade Gradbook's notebooks, and download the images that they train on."""
