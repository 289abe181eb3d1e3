"""What is told to a person when something cannot be done."""

from __future__ import annotations


class AutograderError(Exception):
    """A problem that a person can act on, in the parts in which it is told.

    Raised wherever a user's input, file or machine is at fault; the command line prints it without a
    traceback. A programming error of ours is never wrapped in it.

    Parameters
    ----------
    what
        What is wrong, one sentence.
    where
        The file, cell or option concerned.
    expected, got
        What was expected there, and what was found.
    done
        What the program did about it ("Nothing was changed.").
    next
        What to type, or to do, next.

    Examples
    --------
    >>> error = AutograderError("There is no assignment 'knnn'.", next="autograder grade 02_knn")
    >>> print(error)
    There is no assignment 'knnn'.
      next      autograder grade 02_knn
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
        # IPython shows this in place of a traceback: a person in a notebook reads what one at the command
        # line does.
        return str(self).splitlines()

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders: keyword-only arguments need telling pickle how.
        return _rebuild, (type(self), self.what, self.details)


class RunStoppedError(AutograderError):
    """Nothing more can be graded, or written down: not one submission's trouble, but the end of the run."""


def said(error: BaseException) -> str:
    """Return in a sentence what went wrong."""
    return error.what if isinstance(error, AutograderError) else f"{type(error).__name__}: {error}"


def _rebuild(kind: type[AutograderError], what: str, details: dict[str, str]) -> AutograderError:
    return kind(what, **details)
