"""The `autograder` command: one thin function a verb, no logic.

What a verb finds goes to stdout, how it is getting on to stderr. Exit code 0: done; 1: it could not be
done, and the message says why; 2: the command was mistyped; 130: stopped with Ctrl-C.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from autograder import __version__
from autograder.cli import learning, results, teaching
from autograder.errors import AutograderError

app = typer.Typer(
    name="autograder",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(learning.app)
app.add_typer(teaching.app)
app.add_typer(results.app)


def main() -> None:
    """Run the command, and tell of what a person can act on without a traceback."""
    try:
        app()
    except AutograderError as error:
        typer.echo(f"autograder: {error}", err=True)
        sys.exit(1)
    except OSError as error:
        # What the machine refuses: no room, no permission, a folder where a file is.
        where = f"\n  where     {error.filename}" if error.filename else ""
        typer.echo(f"autograder: The machine refused: {error.strerror or error}.{where}", err=True)
        typer.echo(
            "  next      make room, or the right to write there; then the same command again", err=True
        )
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
