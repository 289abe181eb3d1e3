"""All ways to grade a class give the same scores."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.grading.notebook_spec import assignment_seed
from tests.autograder.grading.test_resume import scores
from tests.support.clusters import a_cluster
from tests.support.courses import RIGHT, answered, grade_assignment, submit

pytestmark = pytest.mark.slow

CLASS = {
    "right": {},
    "mistaken": {"double": "def double(x):\n    return x + 2"},
    "partly": {"double": "def double(x):\n    return 2 * x.reshape(-1)"},
    "dying": {"total": "import os\ndef total(x):\n    os._exit(1)"},
}

EXPECTED = {
    "right": {"double-test": 2, "total-test": 2, "square-test": 4},
    "mistaken": {"double-test": 0, "total-test": 2, "square-test": 4},
    "partly": {"double-test": 1, "total-test": 2, "square-test": 4},
    "dying": {"double-test": 2, "total-test": 0, "square-test": 4},
}


def by_one_worker(course: Course, _: Path) -> None:
    list(grade_assignment(course, "01_tiny", list(CLASS), workers=1))


def by_many_workers(course: Course, _: Path) -> None:
    list(grade_assignment(course, "01_tiny", list(CLASS), workers=3))


def by_a_cluster(course: Course, folder: Path) -> None:
    with a_cluster(folder / "cluster") as cluster:
        list(grade_assignment(course, "01_tiny", list(CLASS), scheduler=cluster.address))


def by_nbgraders_command(course: Course, _: Path) -> None:
    subprocess.run(["nbgrader", "autograde", "01_tiny"], cwd=course.root, check=True, capture_output=True)


def by_the_formgraders_button(course: Course, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = {"port": port, "port_retries": 0, "open_browser": False, "allow_root": True}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyter_server", "--IdentityProvider.token=secret"),
                *(f"--ServerApp.{name}={value}" for name, value in options.items()),
            ],
            cwd=course.root,
            stdout=log,
            stderr=log,
        )
    try:
        until = time.monotonic() + 120
        while not _answers(port):
            assert time.monotonic() < until, (folder / "server.log").read_text()
            assert server.poll() is None, (folder / "server.log").read_text()
            time.sleep(0.2)
        for student in CLASS:
            answer = _ask(port, f"formgrader/api/submission/01_tiny/{student}/autograde", "POST")
            assert json.loads(answer)["success"], answer
    finally:
        server.terminate()
        server.wait()


def _ask(port: int, what: str, how: str = "GET") -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{what}", method=how)
    request.add_header("Authorization", "token secret")
    with urllib.request.urlopen(request, timeout=300) as answer:
        return str(answer.read().decode())


def _answers(port: int) -> bool:
    try:
        return bool(_ask(port, "api/status"))
    except urllib.error.URLError:
        return False


@pytest.fixture(scope="module")
def submitted(shared_course: Course) -> Course:
    for student, solutions in CLASS.items():
        notebook = answered(shared_course.root / "assignments/01_tiny/tiny.ipynb", **{**RIGHT, **solutions})
        submit(shared_course.root, student, notebook)
    assignment_seed(shared_course, "01_tiny")
    return shared_course


@pytest.mark.parametrize(
    "grade",
    [by_one_worker, by_many_workers, by_a_cluster, by_nbgraders_command, by_the_formgraders_button],
)
def test_the_scores_are_the_same(submitted: Course, tmp_path: Path, grade: object) -> None:
    course = Course(tmp_path / "course")
    shutil.copytree(submitted.root, course.root)
    grade(course, tmp_path)  # type: ignore[operator]
    automatic = {
        student: {task: points for task, (points, _, _) in grades.items() if task != "q-why"}
        for student, grades in scores(course).items()
    }
    assert automatic == EXPECTED
