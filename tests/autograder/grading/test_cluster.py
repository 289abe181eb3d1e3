"""Grading on a real Dask cluster: requirements for workers, and recovery when a worker dies."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import autograder
from autograder.course import Course
from autograder.grading.kernels import sandbox
from autograder.grading.workers import cluster, payload
from autograder.grading.workers.payload import SubmissionPayload
from autograder.outcome import Result
from gradbook.errors import GradbookError
from tests.support.clusters import Cluster, a_cluster
from tests.support.courses import RIGHT, answered, grade_assignment, submit


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with a_cluster(tmp_path_factory.mktemp("cluster") / "c") as started:
        yield started


def submit_all(course: Course, **doubles: str) -> None:
    for student, double in doubles.items():
        notebook = answered(course.root / "assignments/01_tiny/tiny.ipynb", **{**RIGHT, "double": double})
        submit(course.root, student, notebook)


def grade(course: Course, address: str, sandbox: str | None = None) -> dict[str, Result]:
    students = course.students("01_tiny")
    graded = grade_assignment(course, "01_tiny", students, sandbox=sandbox, scheduler=address)
    return {result.student: result for result in graded}


def test_a_submission_that_kills_its_worker_affects_no_other(course: Course, dask: Cluster) -> None:
    kills = "import os, signal\ndef double(x):\n    os.kill(os.getppid(), signal.SIGKILL)"
    submit_all(course, killer=kills, li=RIGHT["double"], wang=RIGHT["double"])
    (course.root / "submitted/li/01_tiny/model.npz").write_bytes(b"weights")
    results = grade(course, dask.address, "none")
    assert results["killer"].failure == "the process that was grading it died, twice"
    assert (results["li"].points, results["wang"].points) == (8, 8)
    assert (course.root / "autograded/li/01_tiny/model.npz").read_bytes() == b"weights"
    assert {path.name for path in (course.root / "autograded").iterdir()} == {"li", "wang"}


def kernels(worker: psutil.Process) -> list[psutil.Process]:
    """Return the descendants of a worker that are kernels or fork servers."""
    found = []
    for process in worker.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if any(
                part in process.cmdline()
                for part in ("autograder.grading.kernels.forkserver", "ipykernel_launcher")
            ):
                found.append(process)
    return found


@pytest.mark.slow
def test_ctrl_c_ends_grading_on_the_cluster(course: Course, dask: Cluster) -> None:
    submit_all(course, loop="def double(x):\n    while True:\n        pass")
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", "01_tiny", "--scheduler", dask.address],
        cwd=course.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    started = [kernel for one in dask.processes for kernel in kernels(one)]
    until = time.monotonic() + 120
    while not started:
        assert time.monotonic() < until, "no kernel was started"
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
        started = [kernel for one in dask.processes for kernel in kernels(one)]
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in out + err
    _, alive = psutil.wait_procs(started, timeout=30)
    assert alive == []


def _refusal(course: Course, address: str) -> GradbookError:
    with pytest.raises(GradbookError) as caught:
        grade(course, address)
    return caught.value


@pytest.mark.slow
def test_a_cluster_that_cannot_grade_correctly_is_refused_with_the_reason(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit_all(course, li=RIGHT["double"])
    monkeypatch.setattr(cluster, "CLUSTER_TIMEOUT_S", 1)
    refused = _refusal(course, "tcp://127.0.0.1:1")
    assert refused.what == "The cluster's scheduler does not answer."
    other = tmp_path / "other"
    shutil.copytree(Path(autograder.__file__).parent, other / "autograder")
    with (other / "autograder/__init__.py").open("a") as file:
        file.write('\n__version__ = "0.0.1"\n')
    with a_cluster(tmp_path / "c", workers=0) as started:
        refused = _refusal(course, started.address)
        assert refused.what == "The cluster has no workers."
        assert f"dask worker {started.address}" in refused.details["next"]
        monkeypatch.setattr(cluster, "CLUSTER_TIMEOUT_S", 60)
        started.start_worker({"PYTHONPATH": str(other)})
        refused = _refusal(course, started.address)
        assert refused.what.startswith("The worker tcp://127.0.0.1:")
        assert refused.what.endswith(" is refused: its versions differ from the grader's.")
        assert refused.details["got"].startswith("gradbook 0.0.1 (")
    assert not (course.root / "autograded").exists()


@pytest.mark.parametrize("address", ["somewhere://else", "tcp://127.0.0.1", "tcp://127.0.0.1:port"])
def test_no_client_is_created_for_an_invalid_address(
    course: Course, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    submit_all(course, li=RIGHT["double"])
    monkeypatch.setattr(cluster, "Client", lambda *_args, **_options: pytest.fail("a client was created"))
    refused = _refusal(course, address)
    assert refused.what == "The cluster's scheduler does not answer."


@pytest.mark.slow
@pytest.mark.skipif(sandbox.bubblewrap_problem() is not None, reason="bubblewrap does not work here")
def test_a_worker_without_a_sandbox_is_refused(course: Course, tmp_path: Path) -> None:
    submit_all(course, li=RIGHT["double"])
    with a_cluster(tmp_path / "c", workers=0) as started:
        started.start_worker({"PATH": str(tmp_path)})
        refused = _refusal(course, started.address)
    assert "is refused: Students' code cannot be sandboxed here." in refused.what
    assert refused.details["got"] == "the program bwrap is not installed"


def test_without_dask_the_message_says_how_to_install_it(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit_all(course, li=RIGHT["double"])
    monkeypatch.delitem(sys.modules, "autograder.grading.workers.cluster")
    monkeypatch.setitem(sys.modules, "distributed", None)
    refused = _refusal(course, "tcp://127.0.0.1:1")
    assert refused.what == "Grading on a cluster requires Dask, which is not installed."
    assert "pip install --editable '.[cluster]'" in refused.details["next"]


def test_a_payload_contains_only_what_grading_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, elsewhere = tmp_path / "in", tmp_path / "out"
    (folder / "data").mkdir(parents=True)
    elsewhere.mkdir()
    (folder / "tiny (1).ipynb").write_text("{}")
    (folder / "other.txt.bak").write_text("x")
    (folder / "other.ipynb").write_text("x" * 10)
    (folder / "data/model.npz").write_bytes(b"12345")
    (folder / ".hidden").write_text("x")
    (folder / "link").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    sent = SubmissionPayload.pack(folder)
    # Any file may be the notebook, whatever its name is: the worker decides by its content.
    assert sent.files == {
        "tiny (1).ipynb": b"{}",
        "other.ipynb": b"x" * 10,
        "other.txt.bak": b"x",
        "data/model.npz": b"12345",
    }
    sent.unpack(elsewhere)
    assert (elsewhere / "data/model.npz").read_bytes() == b"12345"
    # A notebook that is too large is represented by its size.
    with (folder / "tiny.ipynb").open("wb") as file:
        file.truncate(payload.MAX_BYTES + 1)
    sent = SubmissionPayload.pack(folder)
    assert sent.files["tiny.ipynb"] == payload.MAX_BYTES + 1
    sent.unpack(elsewhere)
    assert (elsewhere / "tiny.ipynb").stat().st_size == payload.MAX_BYTES + 1
    monkeypatch.setattr(payload, "LIMIT", 4)
    with pytest.raises(GradbookError, match="the limit for a cluster"):
        SubmissionPayload.pack(folder)
