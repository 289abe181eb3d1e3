"""The state of the running notebook, in one object."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from gradbook.messages import CheckFailed, State


@dataclass
class TaskContext:
    """The task whose checks are running.

    Attributes
    ----------
    task
        The task's id.
    passed
        How many of its checks have passed.
    notes
        The notes of the passed checks.
    failed
        The checks that have failed.
    """

    task: str
    passed: int = 0
    notes: list[str] = field(default_factory=list)
    failed: list[CheckFailed] = field(default_factory=list)


@dataclass
class Session:
    """The state of one notebook session.

    Attributes
    ----------
    seed
        The seed of hidden inputs while a grader runs the notebook; None in a student's own session.
    context
        The task whose checks are running.
    stopped_by
        For each function whose cell stopped before defining it, what stopped the cell.
    states
        The states of the tasks whose checks have run.
    names
        The names of `gradbook` that tests use.
    given
        The functions and classes that the notebook gives, by name.
    methods
        The methods that ``@add_to_class`` has added, by the name of the class and of the method.
    forbidden
        For each task, the functions that its solution must not call.
    lent
        Calls that take back what was lent to the student's code, the last one first.
    replaced
        Calls that give the names that the running test cell uses or binds back to the student.
    example
        The variables of the last check that failed.
    tape
        The tape on which the gradient doctor records a forward pass. Between runs it is None, and watched
        arrays that a model may have kept behave like ordinary ones.
    """

    seed: int | None = None
    context: TaskContext = field(default_factory=lambda: TaskContext("this cell"))
    stopped_by: dict[str, str] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    methods: dict[str, dict[str, Callable[..., Any]]] = field(default_factory=dict)
    forbidden: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lent: ExitStack = field(default_factory=ExitStack)
    replaced: ExitStack = field(default_factory=ExitStack)
    example: dict[str, Any] = field(default_factory=dict)
    tape: Any = None


#: The session of this process; each kernel runs one notebook.
session = Session()
