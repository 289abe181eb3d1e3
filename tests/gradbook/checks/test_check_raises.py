"""Checks of code that should raise, and of tasks that need other tasks."""

from __future__ import annotations

import pytest

from gradbook import check_close, check_no_loops, check_raises, task
from gradbook.messages import CheckFailed, State


def refuse() -> None:
    """Raise as the student's function should."""
    msg = "no"
    raise ValueError(msg)


def unfinished() -> None:
    """Stand for a task that is still a stub."""
    raise NotImplementedError


def depends() -> None:
    """Call a function that is still a stub."""
    unfinished()


def failure(call, **options) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught, task("predict"):
        check_raises("num_loops = 3", ValueError, call, **options)
    return caught.value


def test_a_refusal_passes():
    with task("predict"):
        check_raises("num_loops = 3", ValueError, refuse)


def test_a_returned_value_is_reported_with_its_cause():
    got = failure(lambda: None, mistakes=[("It is accepted.", 1), ("It is printed.", None)])
    assert "num_loops = 3 is not refused with ValueError." in got.verdict
    assert got.got == "no error; None was returned"
    assert got.cause == "It is printed."


def test_another_exception_is_reported():
    got = failure(lambda: {}["x"])
    assert got.got == "KeyError: 'x'"
    assert got.cause is None


def test_a_stub_is_not_started_rather_than_wrong():
    assert failure(unfinished).state is State.NOT_STARTED


def test_a_task_that_calls_a_stub_says_which():
    with pytest.raises(CheckFailed) as caught, task("depends"):
        depends()
    assert caught.value.state is State.NOT_STARTED
    assert caught.value.title == "depends: not started: it calls unfinished, which is not written yet"


def test_a_stub_of_its_own_is_one_short_line():
    with pytest.raises(CheckFailed) as caught, task("unfinished"):
        unfinished()
    assert str(caught.value) == "unfinished: not started"


def test_none_can_be_a_mistake():
    with pytest.raises(CheckFailed) as caught, task("predict"):
        check_close("dists", None, [1.0], mistakes=[("Nothing is returned.", None)])
    assert caught.value.cause == "Nothing is returned."


def test_the_notebook_can_say_why_a_loop_is_wrong(monkeypatch):
    source = "def slow(x):\n    for _ in x:\n        pass\n"
    monkeypatch.setattr("gradbook.checks.behaviour._cell_sources", lambda function: [source])
    namespace: dict = {}
    exec(source, namespace)
    with pytest.raises(CheckFailed) as caught, task("slow"):
        check_no_loops(namespace["slow"], cause="A Python loop does the work.")
    assert caught.value.cause == "A Python loop does the work."


def test_the_worst_element_reads_as_a_sentence():
    with pytest.raises(CheckFailed) as caught, task("predict"):
        check_close("labels with k = 2", [3, 3], [3, 0])
    assert caught.value.worst == "element [1]: expected 0, got 3"
