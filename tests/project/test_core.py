"""The core of Gradbook needs NumPy, Matplotlib, tqdm and platformdirs, and nothing of Jupyter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import Course
from gradbook.files import SOURCE
from tests.project.core_only import core_distributions

ROOT = Path(__file__).parents[2]
COURSE = Course.find(ROOT)
NOTEBOOKS = [
    COURSE.folder(SOURCE) / a / f"{name}.ipynb" for a in COURSE.assignments() for name in COURSE.notebooks(a)
]


def test_the_core_is_small() -> None:
    assert {"numpy", "matplotlib", "tqdm", "platformdirs"} < core_distributions()
    assert not {"ipython", "jupyterlab", "nbgrader", "nbformat", "typer", "pooch"} & core_distributions()


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_first_check_of_a_notebook_runs_on_the_core(notebook: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.project.core_only", str(notebook)],
        cwd=ROOT,
        env={**os.environ, "AUTOGRADER_DATASET": "shapes10"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "passed" in done.stdout
    assert "has run" in done.stdout


def test_every_module_can_be_imported_first() -> None:
    """A process imports NumPy, and forks for each module: the order of imports must not matter."""
    code = (
        "import os, sys, pathlib, numpy\n"
        "for path in sorted(pathlib.Path('gradbook').rglob('*.py')):\n"
        "    name = '.'.join(path.with_suffix('').parts).removesuffix('.__init__')\n"
        "    if os.fork() == 0:\n"
        "        __import__(name)\n"
        "        os._exit(0)\n"
        "    if os.wait()[1]:\n"
        "        sys.exit(f'{name} cannot be imported first')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_command_without_its_packages_names_the_extra() -> None:
    code = (
        "import sys\n"
        "from tests.project.core_only import Refuse\n"
        "import autograder.__main__ as command\n"
        "refuse = Refuse()\n"
        "refuse._others.discard('autograder')\n"
        "sys.meta_path.insert(0, refuse)\n"
        "command.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "This command needs typer, which is not installed here." in done.stderr
    assert "pip install 'gradbook[lab]'" in done.stderr
    assert "Traceback" not in done.stderr
