"""Explanations of exceptions in a student's code: where, what, and what to do."""

from __future__ import annotations

import difflib
import linecache
import re
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from gradbook.classes import task_names
from gradbook.lending import LENT, ForbiddenError
from gradbook.messages import CheckFailed, State
from gradbook.scope import is_test

_LIBRARIES = (
    sysconfig.get_path("stdlib"),
    sysconfig.get_path("purelib"),
    str(Path(__file__).parents[1]),
)


def explain(task: str, error: BaseException) -> CheckFailed:
    """Return the message for an exception raised in a task's checks.

    Parameters
    ----------
    task
        The task's id.
    error
        The exception. NotImplementedError becomes "not started", KeyboardInterrupt "stopped by hand"; for
        any other, the message shows the line of the student's code that raised it.
    """
    if isinstance(error, NotImplementedError):
        return _not_started(task, error)
    frames = _notebook_frames(error)
    own = [(frame, number) for frame, number in frames if not is_test(frame)]
    place = _place(*own[-1]) if own else None
    if isinstance(error, ForbiddenError):
        return CheckFailed(
            task,
            f"it calls {error.function}, which this task forbids.",
            check=place,
            next="compute the result without it, as the text of the task says",
        )
    if isinstance(error, NameError | AttributeError) and _is_missing(task, error, frames):
        return _undefined(task, error)
    if isinstance(error, KeyboardInterrupt):
        verdict, got, next_ = "stopped by hand.", None, "check whether each loop ends"
    elif frames and is_test(frames[-1][0]):
        verdict, got = "the check cannot use what your code returns.", _in_short(error)
        place = _place(*frames[-1], where="the check")
        next_ = "compare what your function returns with the section Returns of its docstring"
        return CheckFailed(task, verdict, check=place, got=got, next=next_)
    else:
        verdict = f"your code raised {type(error).__name__}."
        got = str(error).partition("\n")[0] or type(error).__name__
        next_ = _next(error)
    return CheckFailed(task, verdict, check=place, got=got, cause=_cause(error), next=next_)


def test_frames(error: BaseException) -> list[FrameType]:
    """Return the frames of a test in an exception's traceback, the outermost first."""
    return [frame for frame, _ in _notebook_frames(error) if is_test(frame)]


def _in_short(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def _place(frame: FrameType, number: int, where: str = "the cell") -> str:
    line = linecache.getline(frame.f_code.co_filename, number).strip()
    return f"{frame.f_code.co_name}, line {number} of {where}: {line}"


def _not_started(task: str, error: NotImplementedError) -> CheckFailed:
    """Return the message for a task that is still a stub, or calls a stub."""
    stub, names = task, task_names(task)
    for frame, _ in _notebook_frames(error):
        if frame.f_code.co_name.isidentifier() and not is_test(frame):
            stub, owner = frame.f_code.co_name, frame.f_locals.get("self")
            names = task_names(stub, None if owner is None else type(owner).__name__)
    waits = "" if task in names else f": it calls {stub}, which is not written yet"
    return CheckFailed(task, f"not started{waits}", state=State.NOT_STARTED)


def _is_missing(task: str, error: NameError | AttributeError, frames: list[tuple[FrameType, int]]) -> bool:
    """Return whether an error says that a function which the task asks for, or a test needs, is missing."""
    if error.name == task:
        return True
    if not (frames and is_test(frames[-1][0])):
        return False
    if isinstance(error, NameError):
        return True
    owner = error.obj if isinstance(error.obj, type) else type(error.obj)
    return task in task_names(str(error.name), owner.__name__)


def _undefined(task: str, error: NameError | AttributeError) -> CheckFailed:
    name = str(error.name)
    in_notebook = any(name in frame.f_globals for frame in _frames(error))
    if isinstance(error, AttributeError) and in_notebook:
        owner = error.obj if isinstance(error.obj, type) else type(error.obj)
        cause = f"the line @add_to_class({owner.__name__}) above def is missing"
        next_ = "put it back, and run the cell again"
    else:
        cause = "its cell has not been run, or stopped with an error"
        next_ = f"run the cell that defines {name}, then this one"
    return CheckFailed(task, f"{name} is not defined.", cause=cause, next=next_)


def _cause(error: BaseException) -> str | None:
    """Return the usual cause of such an exception, or None if it is unknown."""
    if isinstance(error, NameError | AttributeError):
        near = difflib.get_close_matches(str(error.name), _names(error), n=1, cutoff=0.6)
        return f"a typo? Did you mean {near[0]}?" if near else None
    if isinstance(error, TypeError) and re.search(
        r"takes \d+ positional arguments? but \d+ (was|were) given", str(error)
    ):
        return "self may be missing in the def line, or the call has too many arguments"
    return None


def _next(error: BaseException) -> str:
    if isinstance(error, NameError | AttributeError):
        return "check the spelling; if it is a task of its own, run its cell first"
    return "run the line by itself, and look at the shapes and types of its inputs"


def _names(error: NameError | AttributeError) -> list[str]:
    """Return the names that the student might have meant."""
    if isinstance(error, AttributeError):
        return [name for name in dir(error.obj) if not name.startswith("_")]
    frames = list(_frames(error))
    return [*frames[-1].f_locals, *frames[-1].f_globals] if frames else []


def _frames(error: BaseException) -> Iterator[FrameType]:
    traceback = error.__traceback__
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next


def _notebook_frames(error: BaseException) -> list[tuple[FrameType, int]]:
    """Return the frames of the notebook's functions in an exception's traceback, with their lines.

    Those of tests are among them.
    """
    found = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_name != "<module>" and not code.co_filename.startswith((*_LIBRARIES, LENT)):
            found.append((traceback.tb_frame, traceback.tb_lineno))
        traceback = traceback.tb_next
    return found
