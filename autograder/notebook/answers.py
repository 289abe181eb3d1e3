"""Recording what the student's code computes, for a judge that compares it elsewhere.

In a notebook of a student's own these functions do nothing: the lines that call them are cut at release,
and without a grader `answer` returns at once.
"""

from __future__ import annotations

import contextlib
import io
import sys
import warnings
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.notebook.encoding import encode
from autograder.notebook.relations import Relation, close

#: The MIME type under which an answer leaves the kernel.
ANSWER_MIME = "application/vnd.gradbook.answer+json"

_seed: int | None = None


def begin_grading(seed: int) -> None:
    """Switch to grading: answers are recorded, checks explain and go on.

    The grader runs this in the kernel before the first cell. Nothing is decided by it: a student who
    calls it sees answers displayed that nobody reads.

    Parameters
    ----------
    seed
        The assignment's seed, from which `hidden_rng` draws.
    """
    global _seed
    _seed = seed
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        # IPython's own end the kernel some cells later, at the cost of whoever comes then.
        shell.user_ns.update(exit=sys.exit, quit=sys.exit)


def is_grading() -> bool:
    """Return whether a grader runs this notebook."""
    return _seed is not None


def hidden_rng(task: str) -> np.random.Generator:
    """Return a generator for a task's hidden inputs.

    It depends on the assignment's seed and the task alone, so every call for a task draws the same
    numbers, whatever ran before.

    Parameters
    ----------
    task
        The task's id.
    """
    return np.random.default_rng([_seed or 0, zlib.crc32(task.encode())])


def answer(
    name: str,
    compute: Callable[[], Any],
    relation: Relation | None = None,
    weight: float = 1.0,
    about: str = "",
) -> None:
    """Record what `compute` returns.

    An exception is recorded in place of a value, so one answer that raises does not lose the others.
    What the student's code prints meanwhile is dropped.

    Parameters
    ----------
    name
        The answer's name, unique in its cell.
    compute
        Calls the student's code on inputs drawn from `hidden_rng`.
    relation
        How it is compared with the key; by default `close()`.
    weight
        The answer's share of the task's points, relative to the others.
    about
        What is asked, in a sentence that the student may read when the answer is wrong, where the name
        alone does not say it.
    """
    if not is_grading():
        return
    relation = relation or close()
    payload: dict[str, Any] = {
        "name": name,
        "weight": weight,
        "about": about,
        "relation": {"name": relation.name, "parameters": relation.parameters},
    }
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            payload["value"] = encode(compute())
    except (Exception, SystemExit) as error:
        payload["error"] = {"type": type(error).__name__, "message": _first_line(error)}
    _display(payload)


def _first_line(error: BaseException) -> str:
    try:
        return str(error).partition("\n")[0][:300]
    except Exception:  # a __str__ of the student's own
        return ""


def _display(payload: dict[str, Any]) -> None:
    from IPython.display import display

    display({ANSWER_MIME: payload}, raw=True)
