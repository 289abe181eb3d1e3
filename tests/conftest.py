"""Fixtures and scheduling for all tests."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from autograder.course import Course
from autograder.release.build import release
from tests.support.courses import make_course

#: The module whose tests take minutes each and share no fixtures.
SPREAD = "test_run.py"

#: Modules whose tests take minutes in total.
LONG = ("test_attacks.py", "test_cli.py", "test_detection.py")

# Make the commands of this environment (gradbook, nbgrader) available without activating it.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

# A process that a shell starts in the background ignores Ctrl-C, and so would every command tested here.
signal.signal(signal.SIGINT, signal.default_int_handler)


class _ByModule(LoadScopeScheduling):
    """Keep a module's tests together because they share fixtures; spread the tests that run notebooks."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if f"{SPREAD}::" in nodeid else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Distribute tests to workers in the order of their collection, module by module."""
    config.option.loadscopereorder = False
    return _ByModule(config, log)


def pytest_xdist_auto_num_workers() -> int:
    """Use one worker more than there are cores, because tests often wait for kernels, browsers and limits."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest tests first, so that the others can run in parallel with them."""
    items.sort(key=lambda item: item.path.name not in (SPREAD, *LONG))


@pytest.fixture(scope="session")
def _released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_course(tmp_path_factory.mktemp("released"))
    release(Course(root), "01_tiny")
    return root


@pytest.fixture
def course(_released: Path, tmp_path: Path) -> Course:
    """A course for a single test, with 01_tiny released."""
    root = tmp_path / "course"
    shutil.copytree(_released, root)
    return Course(root)


@pytest.fixture(scope="module")
def shared_course(_released: Path, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course shared by the tests of a module, with 01_tiny released."""
    root = tmp_path_factory.mktemp("shared") / "course"
    shutil.copytree(_released, root)
    return Course(root)
