"""A learner's own copy of the assignments, and JupyterLab to work in it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from autograder.course import HOW_TO_RESTORE, RELEASE, WORK, Course
from autograder.errors import AutograderError
from autograder.files import write_atomically


def copy_missing(course: Course) -> list[Path]:
    """Copy what is missing in ``work/`` from ``assignments/``, and return the new files.

    A file that is there is never touched, whatever it holds.

    Raises
    ------
    AutograderError
        When there are no notebooks in ``assignments/``.
    """
    released, work = course.folder(RELEASE), course.folder(WORK)
    if not released.is_dir() or not any(released.rglob("*.ipynb")):
        msg = "There are no assignments to work on."
        raise AutograderError(msg, expected=f"notebooks in {released}", next=HOW_TO_RESTORE)
    copied = []
    for path in sorted(released.rglob("*")):
        target = work / path.relative_to(released)
        if path.is_file() and ".ipynb_checkpoints" not in path.parts and not target.exists():
            # Half a copy would be taken for the learner's own, and stay.
            write_atomically(target, path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
            copied.append(target)
    return copied


def open_lab(course: Course, page: Path | None, options: Sequence[str] = ()) -> NoReturn:
    """Open JupyterLab on ``work/``, in this process: what ends the one ends the other.

    It starts in the course folder, because nbgrader's buttons read the configuration from where the
    server was started.

    Parameters
    ----------
    page
        The page to open on, rendered; None for the folder.
    options
        Passed on to ``jupyter lab``, for example ``--no-browser``.
    """
    start = f"/{page.name}" if page is not None else ""
    settings = {
        "default_url": f"/lab/tree/{WORK}{start}",
        # Pages are shown as they read, and nothing is asked of Jupyter's news server.
        "app_settings_dir": str(Path(__file__).parent / "lab_settings"),
    }
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        *(f"--LabApp.{k}={v}" for k, v in settings.items()),
        *options,
    ]
    # In its terminals the commands of this environment are found without activating it.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    os.chdir(course.root)
    sys.stdout.flush()
    os.execv(sys.executable, command)
