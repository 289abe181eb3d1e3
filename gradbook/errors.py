"""The error that is shown to a person when something cannot be done."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class GradbookError(Exception):
    """A problem that a person can solve, with the parts of its message.

    It is raised if a user's input, file or machine is at fault; the command line prints it without a
    traceback. Programming errors of Gradbook itself are never wrapped in it.

    Parameters
    ----------
    what
        What is wrong, in one sentence.
    where
        The file, cell or option concerned.
    expected, got
        What was expected there, and what was found.
    done
        What the program did about it ("Nothing was changed.").
    next
        What to type or to do next.

    Examples
    --------
    >>> error = GradbookError("There is no assignment 'knnn'.", next="gradbook grade 02_knn")
    >>> print(error)
    There is no assignment 'knnn'.
      next      gradbook grade 02_knn
    """

    def __init__(
        self,
        what: str,
        *,
        where: object = None,
        expected: object = None,
        got: object = None,
        done: str | None = None,
        next: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.details = {
            name: str(value)
            for name, value in {
                "where": where,
                "expected": expected,
                "got": got,
                "done": done,
                "next": next,
            }.items()
            if value is not None
        }

    def __str__(self) -> str:
        return "\n".join([self.what, *(f"  {name:<9} {text}" for name, text in self.details.items())])

    def _render_traceback_(self) -> list[str]:
        # IPython shows this instead of a traceback, so that a notebook shows the same message as the command
        # line.
        return str(self).splitlines()

    def __reduce__(self) -> tuple[object, ...]:
        # Errors are passed between processes, and pickle does not handle keyword-only arguments by itself.
        return _rebuild, (type(self), self.what, self.details)


def known(name: str, names: Iterable[str], kind: str) -> str:
    """Return `name` if it is one of `names`.

    Raises
    ------
    GradbookError
        If it is not; the message suggests the closest of `names`.
    """
    names = list(names)
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    raise GradbookError(
        f"There is no {kind} {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""),
        expected="one of " + ", ".join(names) if names else None,
        next=f"the same command with {near[0]}" if near else None,
    )


def summary(error: BaseException) -> str:
    """Return one sentence that says what went wrong."""
    return error.what if isinstance(error, GradbookError) else f"{type(error).__name__}: {error}"


def _rebuild(kind: type[GradbookError], what: str, details: dict[str, str]) -> GradbookError:
    return kind(what, **details)
