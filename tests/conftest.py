"""What several test modules share."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.release.build import release
from tests.courses import make_course

#: The module whose tests take minutes each, and share nothing.
SPREAD = "test_run.py"

# The commands of this environment (autograder, nbgrader) are found without activating it.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a module's tests together, for what they share; notebooks go to whoever is free, last of all.

    First among its kind: pytest-xdist reads the marks in its own.
    """
    for item in items:
        if item.path.name != SPREAD:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))
    items.sort(key=lambda item: item.path.name == SPREAD)


@pytest.fixture(scope="session")
def _released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_course(tmp_path_factory.mktemp("released"))
    release(Course(root), "01_tiny")
    return root


@pytest.fixture
def course(_released: Path, tmp_path: Path) -> Course:
    """A course of the test's own, with 01_tiny released."""
    root = tmp_path / "course"
    shutil.copytree(_released, root)
    return Course(root)


@pytest.fixture(scope="module")
def shared_course(_released: Path, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course that the tests of a module share, with 01_tiny released."""
    root = tmp_path_factory.mktemp("shared") / "course"
    shutil.copytree(_released, root)
    return Course(root)
