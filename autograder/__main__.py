"""The entry points of the command: ``gradbook``, its old name, and ``python -m autograder``."""

from __future__ import annotations

import sys

#: The extra that installs each module that a command may lack. All other modules come with ``lab``.
_EXTRAS = {
    "distributed": "cluster",
    "cloudpickle": "cluster",
    "psycopg": "postgresql",
    "jinja2": "grading",
    "markdown_it": "grading",
    "nbformat": "grading",
    "nbgrader": "grading",
    "nbconvert": "grading",
    "nbclient": "grading",
    "nh3": "grading",
    "psutil": "grading",
    "latex2mathml": "grading",
    "sqlalchemy": "grading",
}


def main() -> None:
    """Run the command; if a package is missing, name the extra of Gradbook that installs it."""
    try:
        from autograder.cli import main as run

        run()
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name in ("", "gradbook", "autograder"):
            raise
        extra = _EXTRAS.get(name, "lab")
        sys.stderr.write(
            f"gradbook: This command needs {name}, which is not installed here.\n"
            f"  next      pip install 'gradbook[{extra}]', then the same command again\n"
        )
        sys.exit(1)


def main_by_old_name() -> None:
    """Run the command under its name from before version 0.2, with a deprecation message."""
    sys.stderr.write(
        "autograder: This command is now called gradbook. The old name will be removed in version 0.3.\n"
    )
    main()


if __name__ == "__main__":
    main()
