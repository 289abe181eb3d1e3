"""The class table, and the progress during grading."""

from __future__ import annotations

import nbformat
import pytest

from autograder.outcome import EDITED, RESTORED, Outcome, Result
from autograder.reports.terminal import _verdicts, watch


def test_mistakes_are_listed_even_if_every_task_is_wrong() -> None:
    outcomes = [Outcome("a", 0, 1, "wrong", "M."), Outcome("b", 0, 1, "wrong", "N.")]
    assert _verdicts(Result("li", {}, outcomes)) == ["1 M.", "2 N."]


def test_a_verdict_on_all_tasks_is_shown_once() -> None:
    outcomes = [Outcome("a", 0, 1, "not started"), Outcome("b", 0, 1, "not started")]
    assert _verdicts(Result("li", {}, outcomes)) == ["not started"]


def test_tasks_of_two_notebooks_may_share_a_name() -> None:
    outcomes = [Outcome("train", 1, 1, "right"), Outcome("train", 0, 1, "wrong", "M.")]
    assert _verdicts(Result("li", {}, outcomes)) == ["2 M."]


def test_notes_on_many_cells_are_joined() -> None:
    missing = [f"The cell `{name}` {RESTORED}" for name in "abc"]
    edited = [f"The graded cell `{name}` {EDITED}" for name in "de"]
    outcomes = [Outcome("train", 1, 1, "right")]
    assert _verdicts(Result("li", {}, outcomes, notes=[missing[0], "A note.", edited[0]]))[1:] == [
        missing[0],
        "A note.",
        edited[0],
    ]
    assert _verdicts(Result("li", {}, outcomes, notes=[*missing, "A note.", *edited]))[1:] == [
        "A note.",
        "2 graded cells were changed; the originals were used.",
        "3 cells were missing; they were restored.",
    ]


def a_class(number: int) -> list[Result]:
    """Return results: every second one is correct, the last failed, the first is unchanged."""
    notebooks = {"tiny": nbformat.v4.new_notebook()}
    found = [Result(f"li-{one:02}", dict(notebooks), [Outcome("a", one % 2, 1, "")]) for one in range(number)]
    found[0].is_unchanged = True
    found[-1].failure = "disk full"
    return found


def test_progress_is_a_few_lines_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    done = watch(reversed(a_class(30)), 30)
    assert [result.student for result in done] == sorted(result.student for result in done)
    # Keeping the notebooks of a large class would fill the memory.
    assert not any(result.notebooks for result in done)
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert len(lines) == 10
    assert lines[0] == "3 of 30: 1 all right, 1 nothing right, 1 not graded"
    assert lines[-1] == "30 of 30: 14 all right, 15 nothing right, 1 not graded"


def test_progress_is_a_bar_on_a_terminal_with_the_time_left_and_the_verdicts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "140")
    watch(a_class(4), 4)
    printed = capsys.readouterr().err
    # The unchanged result does not count as work.
    assert "3/3" in printed.replace("\x1b[32m", "").replace("\x1b[0m", "")
    assert "left" in printed
    assert "1 all right, 2 nothing right, 1 not graded" in printed
