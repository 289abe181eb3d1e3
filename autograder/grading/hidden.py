"""Keeping the hidden lines of graded cells out of what students get back.

The lines are in the kernel from the moment in which their cell runs: a student's code can read them there,
and print them. Nothing in them tells an answer; but who prints them would have them on their feedback page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.grading.tasks import is_test, visible_source
from autograder.results.outcome import Outcome

#: What stands in place of outputs that show hidden lines.
LEFT_OUT = "(left out: it showed lines of hidden tests)\n"

#: A shorter line could be anybody's.
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
        """Return whether a text shows one of the lines, however it is coloured, marked up or escaped."""
        bare = _bare(text)
        return any(line in bare for line in self._lines)

    def leave_out_of_outputs(self, nb: NotebookNode) -> None:
        """Put a remark in place of a cell's outputs that show hidden lines, one by one or together."""
        for cell in nb.cells:
            if cell.cell_type != "code" or not self.is_in("".join(_texts(cell.outputs))):
                continue
            remark = nbformat.v4.new_output("stream", name="stdout", text=LEFT_OUT)
            cell.outputs = [remark]

    def leave_out_of_outcome(self, outcome: Outcome) -> None:
        """Take out of what is told about a task the words of the student's code that show hidden lines."""
        outcome.details = [(name, "wrong" if self.is_in(what) else what) for name, what in outcome.details]
        if self.is_in(outcome.verdict):
            outcome.verdict = "raised an exception"


def _bare(text: str) -> str:
    """Return a text without what can be put between its characters and still be read."""
    # A number of a character can begin with zeros, and can be that of none; Python reads so many digits only.
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
