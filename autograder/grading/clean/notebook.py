"""A judged notebook, reduced to what only shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from autograder.course import METADATA
from autograder.grading.clean.markdown import (
    MAX_RENDERED,
    as_typed,
    clean_markdown,
    length_without_pictures,
)
from autograder.grading.clean.outputs import amount_of_markup, clean_outputs
from autograder.grading.tasks import declared, is_solution, is_test, nbgrader_of
from autograder.results.outcome import plain

#: The cell in which the judge tells what was odd about a submission: names of files stand in it.
ABOUT = "about-this-submission"

#: Characters of markup that the rest of a notebook may have, graded cells and pictures aside: what is reduced
#: takes time, and a student can add any number of cells.
MAX_MARKUP = 20 * MAX_RENDERED


def clean_notebook(nb: NotebookNode) -> NotebookNode:
    """Reduce a judged notebook to what only shows, in place; return it.

    Cells that the instructor wrote stay as they are. Their outputs do not: the student's code made them.
    """
    room = MAX_MARKUP
    for cell in nb.cells:
        if cell.cell_type == "code" and is_test(cell):
            cell.outputs = clean_outputs(cell.outputs, MAX_RENDERED)
        elif cell.cell_type == "code":
            amount = amount_of_markup(cell.outputs)
            cell.outputs = clean_outputs(cell.outputs, min(room, MAX_RENDERED))
            room -= amount
        elif _is_students(cell):
            room -= length_without_pictures(cell.source)
            if room >= 0:
                source, attachments = clean_markdown(cell.source, cell.get("attachments", {}))
            else:
                source, attachments = as_typed(cell.source), {}
            cell.source = source
            cell.pop("attachments", None)
            if attachments:
                cell.attachments = attachments
        if METADATA in cell.metadata:
            cell.metadata[METADATA] = _plain_all(cell.metadata[METADATA])
    nb.metadata.pop("widgets", None)
    nb.metadata[METADATA] = _plain_all(nb.metadata.get(METADATA, {}))
    return nb


def _is_students(cell: NotebookNode) -> bool:
    if is_solution(cell):
        # What nobody has written in is the instructor's, and known by its checksum.
        return nbgrader_of(cell).get("checksum") != compute_checksum(cell)
    return bool(declared(cell).get("added")) or cell.get("id") == ABOUT


def _plain_all(value: Any) -> Any:
    """Return what the grader noted, without characters in it that steer a terminal or turn text round."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Mapping):
        return NotebookNode({key: _plain_all(one) for key, one in value.items()})
    return [_plain_all(one) for one in value] if isinstance(value, list | tuple) else value
