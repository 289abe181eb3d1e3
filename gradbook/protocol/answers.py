"""Record the results of the student's code, for the judge that compares them outside this process.

In a student's own session these functions do nothing: the lines that call them are removed at release, and
without a grader `answer` returns at once.
"""

from __future__ import annotations

import contextlib
import io
import warnings
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gradbook.lending import forbidding, take_back
from gradbook.protocol.encoding import encode
from gradbook.protocol.relations import Relation, close
from gradbook.scope import isolated
from gradbook.session import session

#: The MIME type under which an answer leaves the kernel.
ANSWER_MIME = "application/vnd.gradbook.answer+json"


def is_grading() -> bool:
    """Return whether a grader is running this notebook."""
    return session.seed is not None


def answers(task: str) -> Callable[[Callable[[np.random.Generator], None]], None]:
    """Run the decorated function, which records a task's answers.

    It runs at once, with global names of its own, as the checks of `task` do.

    Parameters
    ----------
    task
        The task's id.

    Returns
    -------
    decorator
        It calls the decorated function with the generator of `hidden_rng`, and takes back what was lent.

    Examples
    --------
    ::

        @answers("relu_forward")
        def ask(rng):
            x = rng.normal(size=(4, 5))
            answer("out", lambda: relu_forward(x)[0])
    """

    def run(ask: Callable[[np.random.Generator], None]) -> None:
        names: dict[str, Any] = ask.__globals__
        try:
            with forbidding(names, task) as allowed, isolated(ask, allowed) as asked:
                asked(hidden_rng(task))
        except (Exception, SystemExit) as error:
            # The student's code raised where it was called to prepare an answer.
            if not is_grading():
                raise
            _display(_payload("", close(), error=_error(error)))
        finally:
            take_back()

    return run


def random_params(
    rng: np.random.Generator, params: Mapping[str, np.ndarray], scale: float = 1.0
) -> dict[str, np.ndarray]:
    """Return random numbers in the shapes of a model's parameters, whatever the order of the dictionary.

    Parameters
    ----------
    rng
        The generator. What it draws next does not depend on `params`.
    params : dict of str to ndarray
        The parameters by name.
    scale
        The standard deviation of the numbers.

    Returns
    -------
    dict of str to ndarray
        Normally distributed numbers by name. Those of a parameter do not depend on the other parameters.
    """
    seed = int(rng.integers(2**63))
    return {
        name: scale * np.random.default_rng([seed, zlib.crc32(name.encode())]).normal(size=np.shape(value))
        for name, value in params.items()
    }


def hidden_rng(task: str) -> np.random.Generator:
    """Return a generator for a task's hidden inputs.

    It depends only on the assignment's seed and the task, so every call for a task draws the same numbers,
    whatever ran before.

    Parameters
    ----------
    task
        The task's id.
    """
    return np.random.default_rng([session.seed or 0, zlib.crc32(task.encode())])


def answer(
    name: str,
    compute: Callable[[], Any],
    relation: Relation | None = None,
    weight: float = 1.0,
    about: str = "",
) -> None:
    """Record the result of `compute`.

    An exception is recorded instead of a value, so that an answer that raises does not affect the others.
    Output that the student's code prints is discarded.

    Parameters
    ----------
    name
        The answer's name, unique in its cell.
    compute
        Calls the student's code on inputs drawn from `hidden_rng`.
    relation
        How the answer is compared with the key; by default `close()`.
    weight
        The answer's share of the task's points, relative to the other answers.
    about
        The question in one sentence, which the student may read if the answer is wrong. Needed only if the
        name does not say enough.
    """
    if not is_grading():
        return
    payload = _payload(name, relation or close(), weight=weight, about=about)
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            payload["value"] = encode(compute())
    except (Exception, SystemExit) as error:  # noqa: BLE001  (a student's code may raise anything)
        payload["error"] = _error(error)
    _display(payload)


def _payload(
    name: str, relation: Relation, weight: float = 1.0, about: str = "", **result: Any
) -> dict[str, Any]:
    compared = {"name": relation.name, "parameters": relation.parameters}
    return {"name": name, "weight": weight, "about": about, "relation": compared, **result}


def _error(error: BaseException) -> dict[str, str]:
    return {"type": type(error).__name__, "message": _first_line(error)}


def _first_line(error: BaseException) -> str:
    try:
        return str(error).partition("\n")[0][:300]
    except Exception:  # noqa: BLE001  (the student's own __str__ raises)
        return ""


def _display(payload: dict[str, Any]) -> None:
    from IPython.display import display

    display({ANSWER_MIME: payload}, raw=True)
