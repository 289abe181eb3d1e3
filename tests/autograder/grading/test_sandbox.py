"""The sandbox: whether it works, the messages if it does not, and the proof of confinement."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from autograder.course import Course
from autograder.grading.execute import GradingExecute
from autograder.grading.kernels import limits, prefork, sandbox
from autograder.grading.kernels.sandbox import Sandbox, bubblewrap_problem
from gradbook.errors import GradbookError
from tests.support.courses import RIGHT, answered, grade_assignment, submit

needs_bubblewrap = pytest.mark.skipif(
    bubblewrap_problem() is not None, reason=f"no sandbox here: {bubblewrap_problem()}"
)


@pytest.fixture
def fresh_probe() -> Iterator[None]:
    """Clear the cached result of the probe, before and after the test."""
    sandbox.bubblewrap_problem.cache_clear()
    yield
    sandbox.bubblewrap_problem.cache_clear()


def fake_bwrap(folder: Path, script: str) -> None:
    program = folder / "bwrap"
    program.write_text(f"#!{sys.executable}\nimport os, sys\n{script}")
    program.chmod(0o755)


#: Fake bwrap programs, with the expected error and remedy of each.
FAKES = {
    "forbidden": (
        "sys.exit('bwrap: No permissions to create new namespace')",
        "No permissions to create new namespace",
        "unprivileged_userns",
    ),
    "old": ("sys.exit('bwrap: Unknown option --disable-userns')", "Unknown option", "newer version"),
    "silent": ("sys.exit(3)", "exit code 3", "user namespaces"),
    # The worst case: it runs the program without any sandbox.
    "open": (
        "at = sys.argv.index('--')\nplan = sys.argv.index('autograder.grading.kernels.bootstrap') + 1\n"
        "import json\nread = json.loads(sys.argv[plan])\nread['copies'] = []\n"
        "sys.argv[plan] = json.dumps(read)\n"
        "os.execv(sys.argv[at + 1], sys.argv[at + 1:])",
        "visible paths: ['",
        "",
    ),
}


@pytest.mark.usefixtures("fresh_probe")
@pytest.mark.parametrize("fake", FAKES)
def test_a_bubblewrap_that_does_not_work_stops_grading_before_anything_runs(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake: str
) -> None:
    script, got, remedy = FAKES[fake]
    fake_bwrap(tmp_path, script)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(sandbox.__file__).parents[2]))
    submit(course.root, "li", answered(course.root / "assignments/01_tiny/tiny.ipynb", **RIGHT))
    with pytest.raises(GradbookError) as caught:
        list(grade_assignment(course, "01_tiny", ["li"], sandbox="bwrap"))
    assert got in caught.value.details["got"]
    assert remedy in caught.value.details["next"]
    assert "--sandbox none" in caught.value.details["next"]
    assert "the answer key" in caught.value.details["next"]
    assert not (course.root / "autograded").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("fresh_probe")
def test_the_command_says_how_to_install_bubblewrap_or_grade_without_it(
    course: Course, tmp_path: Path
) -> None:
    submit(course.root, "li", answered(course.root / "assignments/01_tiny/tiny.ipynb", **RIGHT))
    command = [sys.executable, "-m", "autograder", "grade", "01_tiny"]
    bare = {**os.environ, "PATH": str(tmp_path)}
    stopped = subprocess.run(
        [*command, "--sandbox", "bwrap"], cwd=course.root, env=bare, capture_output=True, text=True
    )
    assert stopped.returncode == 1
    assert "the program bwrap is not installed" in stopped.stderr
    assert "apt install bubblewrap" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    done = subprocess.run(
        [*command, "--sandbox", "none"], cwd=course.root, env=bare, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "8/8" in done.stdout


@needs_bubblewrap
def test_a_kernel_that_is_not_confined_is_stopped_before_it_runs_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The sandbox has a hole: another folder of the machine is bound into it.
    binds = Sandbox._binds
    monkeypatch.setattr(sandbox, "course_in_sight", lambda config: (str(tmp_path),))
    ran = tmp_path / "ran"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"open({str(ran)!r}, 'w')")])
    monkeypatch.setattr(Sandbox, "_binds", lambda self: _with_hole(binds(self), tmp_path))
    with pytest.raises(GradbookError, match="not confined to its sandbox") as caught:
        GradingExecute(sandbox="bwrap").run(notebook, tmp_path, seed=1)
    assert str(tmp_path) in caught.value.details["got"]
    assert not ran.exists()


def _with_hole(arguments: list[str], folder: Path) -> list[str]:
    """Return the arguments with one more folder bound, before the root is made read-only."""
    at = arguments.index("--remount-ro")
    return [*arguments[:at], *sandbox._bound(folder, str(folder)), *arguments[at:]]


@needs_bubblewrap
def test_a_flood_of_output_does_not_fill_the_graders_memory(tmp_path: Path) -> None:
    flood = "while True:\n    print('x' * 10**5, flush=True)"
    cells = [nbformat.v4.new_code_cell(source) for source in ("n = 20", flood, "print(n + 1)")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    limit = 8 * 2**20
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    GradingExecute(sandbox="bwrap", output_limit=limit).run(notebook, tmp_path, seed=1)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < 2**28
    assert notebook.cells[1].metadata.autograder["run"] == "too much output (limit 8 MiB)"
    assert notebook.cells[1].outputs == []
    assert notebook.cells[2].outputs[0].text == "21\n"


@needs_bubblewrap
@pytest.mark.parametrize("way", ["started", "forked"])
def test_processes_are_limited_between_two_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    # Linux limits them, even if root grades: the watch does not check for a minute.
    monkeypatch.setattr(limits, "INTERVAL", 60)
    forks = (
        "import os, time\ntry:\n    for _ in range(400):\n        if os.fork() == 0:\n"
        "            time.sleep(9)\n            os._exit(0)\nexcept BlockingIOError:\n    print('refused')"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(forks)])
    with prefork.kernels() if way == "forked" else contextlib.nullcontext():
        GradingExecute(sandbox="bwrap", process_limit=20).run(notebook, tmp_path, seed=1)
        assert (prefork._PreforkState.server is not None) == (way == "forked")
    assert [output.get("text") for output in notebook.cells[0].outputs] == ["refused\n"]


@needs_bubblewrap
def test_submitted_files_can_be_changed_without_affecting_the_grader(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("value = 3\n")
    source = "import helper\nopen('helper.py', 'a').write('more')\nopen('new', 'w')\nprint(helper.value)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    GradingExecute(sandbox="bwrap").run(notebook, tmp_path, seed=1)
    assert notebook.cells[0].outputs[0].text == "3\n"
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"helper.py": "value = 3\n"}


@needs_bubblewrap
def test_images_figures_and_fonts_work_in_the_sandbox(tmp_path: Path) -> None:
    source = (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('α')\nplt.show()\n"
        "from gradbook.data.images import load_images\nprint(load_images('shapes10').X_train.shape)"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    GradingExecute(sandbox="bwrap", timeout=60).run(notebook, tmp_path, seed=1)
    kinds = [output.output_type for output in notebook.cells[0].outputs]
    assert sorted(kinds) == ["display_data", "stream"], notebook.cells[0].outputs
    assert "image/png" in next(o for o in notebook.cells[0].outputs if o.output_type == "display_data").data
