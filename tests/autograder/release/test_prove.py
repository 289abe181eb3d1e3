"""A proof detects unsound assignments, and says what is wrong with them."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat import NotebookNode
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import Course
from autograder.grading.mistakes import read_solutions
from autograder.grading.notebook_spec import prepare
from autograder.outcome import ClaimResult
from autograder.release.build import release
from autograder.release.claims import Proof
from autograder.release.prove import prove
from gradbook.errors import GradbookError


def graded_cell(notebook: NotebookNode, task: str) -> NotebookNode:
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == f"{task}-test")


def proof_of(course: Course, change: Callable[[Path], None] | None = None) -> dict[str, ClaimResult]:
    if change is not None:
        change(course.root / "source_solutions/01_tiny")
        release(course, "01_tiny")
    return {finding.claim: finding for finding in prove(course, ["01_tiny"])}


def problems(found: dict[str, ClaimResult]) -> str:
    return "\n".join(problem for finding in found.values() for problem in finding.problems)


FIRST = "the reference earns everything"


def test_a_sound_assignment_is_proved_again_only_after_a_change(course: Course) -> None:
    found = proof_of(course)
    assert problems(found) == ""
    assert len(found) == 10
    variants = course.root / "source_solutions/01_tiny/variants/tiny.py"
    variants.write_text(variants.read_text() + "\n\n")
    assert [finding.claim for finding in prove(course, ["01_tiny"])] == ["proved before, unchanged"]
    # Results are yielded as soon as they are ready: the first one shows that a proof has begun.
    assert next(prove(course, ["01_tiny"], again=True)).claim == FIRST
    variants.write_text(variants.read_text().replace("x + x", "np.add(x, x)"))
    assert next(prove(course, ["01_tiny"])).claim == FIRST


def test_a_killed_proof_leaves_no_process_behind(course: Course) -> None:
    command = [sys.executable, "-m", "autograder", "prove", "--again"]
    process = subprocess.Popen(command, cwd=course.root, stdout=subprocess.DEVNULL)
    main, family = psutil.Process(process.pid), list[psutil.Process]()
    until = time.monotonic() + 60
    while not any("kernel" in word for one in family for word in arguments(one)):
        assert time.monotonic() < until, "no kernel was started"
        assert process.poll() is None
        time.sleep(0.02)
        family = main.children(recursive=True)
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []


def arguments(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


@pytest.mark.slow
def test_a_reference_without_answers_is_reported_at_once(course: Course) -> None:
    source = course.root / "source_solutions"
    shutil.copytree(source / "01_tiny", source / "02_broken")
    release(course, "02_broken")
    with_text("tiny.ipynb", "twice_as_much = 2 * x", "raise ValueError")(source / "02_broken")
    found: list[ClaimResult] = []
    with pytest.raises(GradbookError, match="no valid answers for the task 'double'"):
        found.extend(prove(course, ["02_broken", "01_tiny"]))
    assert len(found) < 9


def with_answer(text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        notebook = nbformat.read(folder / "tiny.ipynb", as_version=4)
        cell = graded_cell(notebook, "double")
        cell.source = cell.source.replace("### END HIDDEN TESTS", f"    {text}\n### END HIDDEN TESTS")
        nbformat.write(notebook, folder / "tiny.ipynb")

    return change


def with_text(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


@pytest.mark.slow
def test_unsound_claims_are_reported(course: Course) -> None:
    def change(folder: Path) -> None:
        with_answer('answer("of two", lambda: double(np.array([2.0])))')(folder)
        with_answer('answer("nothing", lambda: None)')(folder)
        with_answer('answer("shape", lambda: double(rng.standard_normal(3)).shape)')(folder)
        with_text("variants/tiny.py", "x + x", "x + 1")(folder)
        with_text("mistakes/tiny.py", "return x + 2", "return x * 2.0")(folder)
        with_text("mistakes/tiny.py", "The square is taken", "Something else is done")(folder)

    found = proof_of(course, change)
    for problem in (
        "double: the answer 'of two' is the same under two seeds",
        "double: the answer 'nothing' is the same under two seeds",
        "double-zeros: earns 'nothing', 'shape'",
        "adds_itself: loses",
        "adds_two: earns everything",
        "adds_two: earns full points",
        "squares: no visible check says 'Something else is done.'",
    ):
        assert problem in problems(found)
    # An unsound assignment is not marked as proved.
    assert next(prove(course, ["01_tiny"])).claim == FIRST


@pytest.mark.slow
def test_an_unsound_assignment_is_not_released(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    released = course.root / "assignments/01_tiny/tiny.ipynb"
    before = released.read_bytes()
    source = course.root / "source_solutions/01_tiny"
    with_text("tiny.ipynb", "Numbers.", "Other numbers.")(source)
    with_text("variants/tiny.py", "x + x", "x + 1")(source)
    monkeypatch.chdir(course.root)
    with pytest.raises(GradbookError) as refused:
        CliRunner().invoke(app, ["release"], catch_exceptions=False)
    assert "Not sound: 01_tiny." in str(refused.value)
    assert "adds_itself: loses" in str(refused.value)
    assert released.read_bytes() == before
    with_text("variants/tiny.py", "x + 1", "x + x")(source)
    assert CliRunner().invoke(app, ["release"]).exit_code == 0
    assert "Other numbers." in released.read_text()
    assert [finding.claim for finding in prove(course, ["01_tiny"])] == ["proved before, unchanged"]


@pytest.mark.slow
def test_an_answer_that_two_seeds_share_by_chance_is_checked_with_another_seed(course: Course) -> None:
    with_answer('answer("luck", lambda: int(rng.random() * 8))')(course.root / "source_solutions/01_tiny")
    release(course, "01_tiny")
    (spec,) = prepare(course, "01_tiny")
    tried = Proof(spec, (), course.config(), range(12), course.private)._grading_specs
    luck = [grading_spec.key.answers("double")["luck"].value for grading_spec in tried]
    first, second = next(
        (first, second)
        for second in range(1, 11)
        for first in range(second)
        if luck[first] == luck[second] != luck[second + 1]
    )
    assert Proof(spec, (), course.config(), (first, second), course.private)._seeds().problems == []


@pytest.mark.slow
def test_a_constant_of_the_right_shape_is_tried(course: Course) -> None:
    found = proof_of(course, with_answer('answer("size", lambda: double(rng.standard_normal(3)) * 0 + 1)'))
    assert "double-all-0: earns 'size'" in problems(found)


@pytest.mark.slow
def test_an_undeclared_need_is_reported(course: Course) -> None:
    (spec,) = prepare(course, "01_tiny")
    assert all(task.needs for name, task in spec.tasks.items() if name == "total")
    text = spec.source_text.replace('"needs": ["double"]', '"needs": []')
    assert text != spec.source_text
    variants = read_solutions(course.root / "source_solutions/01_tiny/variants/tiny.py")
    proof = Proof(replace(spec, source_text=text), variants, course.config(), (1, 2, 3), course.private)
    found = proof._needs()
    assert found.tried == len(spec.tasks) + len(variants)
    assert found.problems == [
        "total: reference-total needs more than it declares: calls double, which it does not need"
    ]


@pytest.mark.slow
def test_mistakes_with_the_same_answers_are_reported(course: Course) -> None:
    with_text("mistakes/tiny.py", "return x**2", "return x + 2")(course.root / "source_solutions/01_tiny")
    (spec,) = prepare(course, "01_tiny")
    proof = Proof(spec, (), course.config(), (1, 2, 3), course.private)
    assert proof._distinct().problems == ["squares: has the same answers as adds_two"]


@pytest.mark.slow
def test_the_command_prints_a_table_and_its_exit_code_is_the_result(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course.root)
    sound = CliRunner().invoke(app, ["prove", "01_tiny"])
    assert sound.exit_code == 0, sound.output
    assert "every variant" in sound.output
    assert "Sound." in sound.output
    proved_before = CliRunner().invoke(app, ["prove", "--json"])
    assert "proved before, unchanged" in proved_before.output
    unsound = ClaimResult("01_tiny/tiny", "variants", 1, ("adds_itself: loses 'double'",), 1.0, 2**27)
    monkeypatch.setattr("autograder.release.prove.prove", lambda *_, **__: iter([unsound]))
    refused = CliRunner().invoke(app, ["prove"])
    assert refused.exit_code == 1
    assert "01_tiny/tiny: adds_itself: loses 'double'" in refused.output
    assert "Not sound: 01_tiny/tiny." in refused.output
