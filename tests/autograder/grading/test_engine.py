"""Failures of the engine: interruption by the user, killed workers, timeouts and errors of its own."""

from __future__ import annotations

import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook
from traitlets.config import Config

from autograder.course import Course
from autograder.grading.workers import pool
from autograder.grading.workers.pool import LocalPool
from autograder.grading.workers.processes import WorkerProcesses
from autograder.outcome import Result
from gradbook.errors import GradbookError
from tests.support.courses import RIGHT, answered, grade_assignment, submit


def kernels(scratch: Path) -> list[str]:
    """Return the sockets of the running kernels."""
    return glob.glob(f"{scratch}/**/kernel-ipc-*", recursive=True)


@pytest.mark.slow
def test_ctrl_c_ends_all_processes_and_the_next_run_continues(course: Course) -> None:
    release = course.root / "assignments/01_tiny/tiny.ipynb"
    for number in range(3):
        submit(course.root, f"li-{number}", answered(release, **RIGHT))
    # Compute the answer key first, so that the only kernel below is a student's.
    command = [sys.executable, "-m", "autograder", "grade", "01_tiny", "--workers", "1"]
    subprocess.run([*command, "--student", "li-0"], cwd=course.root, check=True, capture_output=True)
    endless = "def double(x):\n    while True:\n        pass"
    submit(course.root, "loop", answered(release, **{**RIGHT, "double": endless}))
    # A longer path would make the engine use /tmp instead.
    scratch = Path(tempfile.mkdtemp(prefix="s-", dir="/tmp"))
    process = subprocess.Popen(
        [*command, "--student", "loop", "--student", "li-1"],
        cwd=course.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    )
    main = psutil.Process(process.pid)
    until = time.monotonic() + 60
    while not kernels(scratch):
        assert time.monotonic() < until, "no kernel was started"
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    family = main.children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Stopped." in err
    assert "Traceback" not in err + out
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
    assert [path.name for path in scratch.iterdir() if not path.name.startswith("pymp-")] == []
    shutil.rmtree(scratch)
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        assert [s.student.id for s in gradebook.assignment_submissions("01_tiny")] == ["li-0"]
    assert {path.name for path in Path(course.root / "autograded").iterdir()} == {"li-0"}
    run = subprocess.run([*command, "--student", "li-1"], cwd=course.root, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "8/8" in run.stdout


def test_a_submission_that_kills_its_worker_affects_no_other(course: Course) -> None:
    release = course.root / "assignments/01_tiny/tiny.ipynb"
    kills = "import os, signal\ndef double(x):\n    os.kill(os.getppid(), signal.SIGKILL)"
    submit(course.root, "killer", answered(release, **{**RIGHT, "double": kills}))
    others = [f"li-{number}" for number in range(4)]
    for student in others:
        submit(course.root, student, answered(release, **RIGHT))
    graded = grade_assignment(course, "01_tiny", ["killer", *others], workers=2, sandbox="none")
    results = {r.student: r for r in graded}
    assert results["killer"].failure == "the process that was grading it died, twice"
    assert {results[student].points for student in others} == {8}
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        assert sorted(s.student.id for s in gradebook.assignment_submissions("01_tiny")) == others


def test_a_worker_that_takes_too_long_is_killed_and_replaced() -> None:
    with WorkerProcesses() as workers:
        pid = workers.run(os.getpid)
        with pytest.raises(GradbookError, match=r"grading took more than 0\.5 s"):
            workers.run_within(0.5, time.sleep, 600)
        assert not psutil.pid_exists(pid)
        assert workers.run_within(60, os.getpid) != pid


def test_a_submission_that_takes_too_long_fails(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(course.root, "li", answered(course.root / "assignments/01_tiny/tiny.ipynb", **RIGHT))
    monkeypatch.setattr(pool, "submission_timeout", lambda *_: 0.001)
    (result,) = grade_assignment(course, "01_tiny", ["li"])
    assert result.failure == "grading took more than 0.001 s"
    assert not (course.root / "autograded/li").exists()


def test_a_failure_of_our_own_is_reported_and_not_scored() -> None:
    class Full(LocalPool):
        def submit(self, student: str, folder: Path) -> Future[Result]:
            future: Future[Result] = Future()
            future.set_exception(OSError("disk full"))
            return future

    with Full(WorkerProcesses(), [], Config(), 1) as full:
        (result,) = full.grade({"li": Path("li")})
    assert result.failure == "OSError: disk full"
    assert result.outcomes == []
