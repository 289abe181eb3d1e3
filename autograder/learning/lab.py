"""Create a learner's own copy of the assignments, and open JupyterLab on it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from autograder.course import HOW_TO_RESTORE, WORK, Course
from gradbook.errors import GradbookError
from gradbook.files import RELEASE, write_atomically


def copy_missing(course: Course) -> list[Path]:
    """Copy files that are missing in ``work/`` from ``assignments/``, and return the new files.

    Existing files are never changed.

    Raises
    ------
    GradbookError
        If there are no notebooks in ``assignments/``.
    """
    released, work = course.folder(RELEASE), course.folder(WORK)
    if not released.is_dir() or not any(released.rglob("*.ipynb")):
        msg = "There are no assignments to work on."
        raise GradbookError(msg, expected=f"notebooks in {released}", next=HOW_TO_RESTORE)
    copied = []
    for path in sorted(released.rglob("*")):
        target = work / path.relative_to(released)
        if path.is_file() and ".ipynb_checkpoints" not in path.parts and not target.exists():
            # A partial copy would later be mistaken for the learner's own file.
            write_atomically(target, path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
            copied.append(target)
    return copied


def open_lab(course: Course, page: Path | None, options: Sequence[str] = ()) -> NoReturn:
    """Replace this process with JupyterLab, opened on ``work/``.

    It starts in the course folder, because nbgrader's buttons read the configuration from the folder in
    which the server was started.

    Parameters
    ----------
    page
        The page to show first, rendered; None for the folder.
    options
        Options for ``jupyter lab``, for example ``--no-browser``.
    """
    start = f"/{page.name}" if page is not None else ""
    settings = {
        "default_url": f"/lab/tree/{WORK}{start}",
        # Markdown files are shown rendered, and Jupyter's news server is not contacted.
        "app_settings_dir": str(Path(__file__).parent / "lab_settings"),
    }
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        *(f"--LabApp.{k}={v}" for k, v in settings.items()),
        *options,
    ]
    # Make the commands of this environment available in JupyterLab's terminals without activating it.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    os.chdir(course.root)
    sys.stdout.flush()
    os.execv(sys.executable, command)
