"""What several test modules share."""

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
from tests.courses import make_course

#: The module whose tests take minutes each, and share nothing.
SPREAD = "test_run.py"

#: Modules that take minutes as a whole.
LONG = ("test_attacks.py", "test_cli.py", "test_detection.py")

# The commands of this environment (autograder, nbgrader) are found without activating it.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

# What a shell starts in the background ignores Ctrl-C, and so would every command that is tried here.
signal.signal(signal.SIGINT, signal.default_int_handler)


class _ByModule(LoadScopeScheduling):
    """Keep a module's tests together, for what they share; notebooks that are run go to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if f"{SPREAD}::" in nodeid else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Give tests to workers in the order in which they were collected, module by module."""
    config.option.loadscopereorder = False
    return _ByModule(config, log)


def pytest_xdist_auto_num_workers() -> int:
    """Take a worker more than there are cores: tests often wait for kernels, browsers and limits."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes the longest, so that nobody waits for it in the end."""
    items.sort(key=lambda item: item.path.name not in (SPREAD, *LONG))


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
