"""Mutants are made by rule, run in forks, and reported unless they are noticed or accepted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import Course
from autograder.grading.forks import run_solutions
from autograder.grading.key import parse_answers
from autograder.grading.mistakes import Solution
from autograder.grading.notebook_spec import NotebookSpec, prepare
from autograder.grading.tasks import task_of
from autograder.release import mutation
from autograder.release.build import release
from autograder.release.mutants import mutants_of
from autograder.release.operators import OPERATORS
from autograder.survey import Survey
from gradbook.errors import GradbookError
from tests.support.courses import make_course, question

#: A solution cell in which every operator finds something to edit.
CELL = '''
def layer(x, w, config, scale=2.0):
    """Compute something.

    Returns
    -------
    out
    cache
        For the backward pass.
    """
    given = x * 2
    ### BEGIN SOLUTION
    eps = config.get("eps", 1e-5) + config["shift"] * config["scale"]
    x = x - np.mean(x, axis=0, keepdims=True)
    out = np.maximum(x @ w, 0) / (np.sqrt(np.var(w)) + eps) * scale
    unused = out - 1
    for i in range(len(x)):
        if x[i, 0] < 3 and w[i] > 1:
            out[i] += -given[i]
    return out, (x, unused)
    ### END SOLUTION
'''


def edits() -> set[tuple[str, str, str]]:
    return {(mutant.operator, mutant.old, mutant.new) for mutant in mutants_of("layer", CELL)}


def test_every_operator_edits_something() -> None:
    assert {operator for operator, _, _ in edits()} == set(OPERATORS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x = x - np.mean(x, axis=0, keepdims=True)", "x = x - np.mean(x, axis=1, keepdims=True)"),
        ("x = x - np.mean(x, axis=0, keepdims=True)", "x = x - np.mean(x, axis=0)"),
        ("x = x - np.mean(x, axis=0, keepdims=True)", "x -= np.mean(x, axis=0, keepdims=True)"),
        ("x = x - np.mean(x, axis=0, keepdims=True)", "x = x - np.sum(x, axis=0, keepdims=True)"),
        ("x = x - np.mean(x, axis=0, keepdims=True)", "x = x + np.mean(x, axis=0, keepdims=True)"),
        ("for i in range(len(x)):", "for i in range(1, len(x)):"),
        ("if x[i, 0] < 3 and w[i] > 1:", "if x[i, 0] <= 3 and w[i] > 1:"),
        ("if x[i, 0] < 3 and w[i] > 1:", "if x[i, 0] < 3 or w[i] > 1:"),
        ("if x[i, 0] < 3 and w[i] > 1:", "if x[i, 0] < 3:"),
        ("out[i] += -given[i]", "out[i] += given[i]"),
        ("out[i] += -given[i]", "out[i] = -given[i]"),
        ("out[i] += -given[i]", "out[i] += -given[i - 1]"),
        ("return (out, (x, unused))", "return ((x, unused), out)"),
        (
            "eps = config.get('eps', 1e-05) + config['shift'] * config['scale']",
            "eps = 1e-05 + config['shift'] * config['scale']",
        ),
    ],
)
def test_an_edit_of_each_kind_is_made(old: str, new: str) -> None:
    assert (old, new) in {(before, after) for _, before, after in edits()}


def test_mutants_differ_and_can_be_compiled() -> None:
    mutants = list(mutants_of("layer", CELL))
    assert len({mutant.source for mutant in mutants}) == len(mutants) > 60
    for mutant in mutants:
        compile(mutant.source, mutant.name, "exec")


def test_only_the_solution_is_edited() -> None:
    for mutant in mutants_of("layer", CELL):
        assert "def layer(x, w, config, scale=2.0):\n    given = x * 2\n" in mutant.source


def test_what_only_the_cache_shows_is_known_by_rule() -> None:
    ruled = {mutant.old for mutant in mutants_of("layer", CELL) if mutant.rule}
    assert ruled == {"unused = out - 1", "return (out, (x, unused))"}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = Course(make_course(tmp_path_factory.mktemp("mutants")))
    release(course, "01_tiny")
    return course


@pytest.fixture
def spec(course: Course) -> NotebookSpec:
    return prepare(course, "01_tiny")[0]


def weak(spec: NotebookSpec) -> NotebookSpec:
    """Return the notebook with hidden answers that ask for zeros alone."""
    text = spec.source_text.replace("rng.standard_normal(5)", "np.zeros(5)")
    assert text != spec.source_text
    return replace(spec, source_text=text)


def surveyed(spec: NotebookSpec, kept: Path) -> dict[str, Survey]:
    return {one.task: one for one in mutation.survey_notebook(spec, kept, ())}


def test_good_answers_notice_every_mutant(spec: NotebookSpec, tmp_path: Path) -> None:
    found = surveyed(spec, tmp_path)
    assert sum(len(one.trials) for one in found.values()) >= 15
    assert [one.problems for one in found.values() if one.problems] == []


def test_weak_answers_let_mutants_survive(spec: NotebookSpec, tmp_path: Path) -> None:
    found = surveyed(weak(spec), tmp_path)
    assert any(one.survivors for one in found.values())
    assert all(trial in one.disagreements for one in found.values() for trial in one.survivors)


def test_results_are_kept_until_the_task_changes(
    spec: NotebookSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = surveyed(spec, tmp_path)
    ran = []
    monkeypatch.setattr(mutation, "run_solutions", lambda _, solutions, *__: ran.append(solutions) or {})
    assert surveyed(spec, tmp_path) == first
    assert ran == []
    with pytest.raises(KeyError):  # because our run does not return anything
        surveyed(weak(spec), tmp_path)
    assert len(ran) == 1


def test_many_seeds_are_the_evidence(spec: NotebookSpec) -> None:
    mutants = [one for group in mutation.mutants_by_task(spec, ["double"]).values() for one in group]
    noticed = mutation.distinguishing_seeds(spec, mutants, range(20))
    assert set(noticed.values()) == {20}
    same = replace(mutants[0], source="def double(x):\n    return x + x")
    assert mutation.distinguishing_seeds(spec, [same], range(20)) == {same.name: 0}


def test_a_solution_that_does_not_end_or_dies_costs_no_other(spec: NotebookSpec) -> None:
    bodies = {
        "endless": "while True: pass",
        "dies": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "exits": "raise SystemExit",
        "right": "return 2 * x",
    }
    solutions = [
        Solution(name, "double", "", "", None, f"def double(x):\n    {body}") for name, body in bodies.items()
    ]
    runs = run_solutions(spec, solutions, 1.0)
    # The task's own limit is longer.
    assert runs["endless"].verdict == "time limit 3 s"
    assert runs["dies"].verdict == "its process died"
    assert runs["right"].verdict == ""
    assert [name for name, run in runs.items() if run.passed] == ["right"]
    assert parse_answers(runs["right"].payloads).keys() == parse_answers(runs["exits"].payloads).keys()


def test_a_notebook_that_ends_its_process_is_reported(spec: NotebookSpec) -> None:
    text = spec.source_text.replace("import numpy as np", "import os; os._exit(3)", 1)
    right = Solution("right", "double", "", "", None, "def double(x):\n    return 2 * x")
    with pytest.raises(GradbookError, match="has stopped") as caught:
        run_solutions(replace(spec, source_text=text), [right], 1.0)
    assert "run the source notebook" in str(caught.value.details["next"])


def test_a_question_before_the_graded_cell_is_not_run(spec: NotebookSpec) -> None:
    notebook = nbformat.reads(spec.source_text, as_version=4)
    at = next(n for n, cell in enumerate(notebook.cells) if task_of(cell) == "double") + 1
    notebook.cells.insert(at, question("q-between", "del double"))
    right = Solution("right", "double", "", "", None, "def double(x):\n    return 2 * x")
    runs = run_solutions(replace(spec, source_text=nbformat.writes(notebook)), [right], 5.0)
    assert runs["right"].passed


def test_the_command_shows_edits_and_takes_accepted_ones(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course.root)
    source = course.root / "source_solutions/01_tiny"
    before = (source / "tiny.ipynb").read_text()
    try:
        (source / "tiny.ipynb").write_text(before.replace("rng.standard_normal(7)", "np.zeros(7)"))
        refused = CliRunner().invoke(app, ["prove", "--mutants", "--task", "square"])
        assert refused.exit_code == 1
        assert "only a visible check notices it" in refused.output
        assert "  - return x * x\n  + return x\n" in refused.output
    finally:
        (source / "tiny.ipynb").write_text(before)
    sound = CliRunner().invoke(app, ["prove", "--mutants"])
    assert sound.exit_code == 0, sound.output
    assert "0 survive; checks and answers agree on 100.0%." in sound.output
    accepted = source / "mutants/tiny.toml"
    accepted.parent.mkdir()
    accepted.write_text("[[accepted]]\ntask = 'square'\nold = 'a'\nnew = 'b'\nreason = 'none'\n")
    unneeded = CliRunner().invoke(app, ["prove", "--mutants"])
    assert unneeded.exit_code == 1
    assert "accepted, but noticed, or not a mutant: 'a' → 'b'" in unneeded.output
    accepted.write_text("[[accepted]]\ntask = 'square'\n")
    with pytest.raises(GradbookError, match="not a list of accepted mutants"):
        CliRunner().invoke(app, ["prove", "--mutants"], catch_exceptions=False)
    accepted.unlink()
    alone = CliRunner().invoke(app, ["prove", "--task", "square"])
    assert alone.exit_code == 2
    assert "only with --mutants" in alone.output
    with pytest.raises(GradbookError, match="no task called 'squares'"):
        CliRunner().invoke(app, ["prove", "--mutants", "--task", "squares"], catch_exceptions=False)
