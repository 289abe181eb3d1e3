"""What the class table says of a student."""

from __future__ import annotations

from autograder.results.outcome import Outcome, Result
from autograder.results.report import _verdicts


def test_mistakes_are_named_even_when_every_task_is_wrong() -> None:
    outcomes = [Outcome("a", 0, 1, "wrong", "M."), Outcome("b", 0, 1, "wrong", "N.")]
    assert _verdicts(Result("li", {}, outcomes)) == ["1 M.", "2 N."]


def test_one_verdict_on_everything_is_said_once() -> None:
    outcomes = [Outcome("a", 0, 1, "not started"), Outcome("b", 0, 1, "not started")]
    assert _verdicts(Result("li", {}, outcomes)) == ["not started"]


def test_tasks_of_two_notebooks_may_share_a_name() -> None:
    outcomes = [Outcome("train", 1, 1, "right"), Outcome("train", 0, 1, "wrong", "M.")]
    assert _verdicts(Result("li", {}, outcomes)) == ["2 M."]
