"""Keep the hidden lines of graded cells out of the feedback.

The lines are in the kernel once their cell runs, so student code can read and print them. They contain no
answers, but a student who prints them must not see them on the feedback page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.grading.tasks import is_test, visible_source
from autograder.outcome import Outcome

#: The replacement for outputs that show hidden lines.
LEFT_OUT = "(omitted: the output contained lines of hidden tests)\n"

#: Shorter lines are too common to be recognised as hidden.
_SHORTEST = 12

_COLOURS = re.compile(r"\x1b\[[\d;]*m|<[^<>]*>")


class Hidden:
    """The hidden lines of a notebook.

    Parameters
    ----------
    source
        The instructor's notebook.
    """

    def __init__(self, source: NotebookNode) -> None:
        everything = {_bare(line) for cell in source.cells for line in cell.source.splitlines()}
        shown = {
            _bare(line)
            for cell in source.cells
            for line in (visible_source(cell) if is_test(cell) else cell.source).splitlines()
        }
        self._lines = {line for line in everything - shown if len(line) >= _SHORTEST}

    def is_in(self, text: str) -> bool:
        """Return whether a text contains one of the lines, even if coloured, marked up or escaped."""
        bare = _bare(text)
        return any(line in bare for line in self._lines)

    def redact_outputs(self, nb: NotebookNode) -> None:
        """Replace the outputs of each cell that, taken together, show hidden lines."""
        for cell in nb.cells:
            if cell.cell_type != "code" or not self.is_in("".join(_texts(cell.outputs))):
                continue
            remark = nbformat.v4.new_output("stream", name="stdout", text=LEFT_OUT)
            cell.outputs = [remark]

    def redact_outcome(self, outcome: Outcome) -> None:
        """Replace text of the student's code that shows hidden lines in an outcome."""
        outcome.details = [(name, "wrong" if self.is_in(what) else what) for name, what in outcome.details]
        if self.is_in(outcome.verdict):
            outcome.verdict = "raised an exception"


def _bare(text: str) -> str:
    """Return a text without characters that can be inserted while it stays readable."""
    # Character references may have leading zeros, or be invalid; Python limits the digits that it parses.
    readable = re.sub(r"&#\d{8,};?", "", re.sub(r"&#0+(?=\d)", "&#", _COLOURS.sub("", text)))
    return re.sub(r"[\s\\'\"]", "", html.unescape(readable))


def _texts(thing: Any) -> Iterator[str]:
    """Yield every text in outputs."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from _texts(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from _texts(value)
