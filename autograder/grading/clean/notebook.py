"""Sanitise a judged notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from autograder.course import METADATA
from autograder.grading.clean.markdown import MAX_RENDERED, as_typed, clean_markdown, length_without_images
from autograder.grading.clean.outputs import amount_of_markup, clean_outputs
from autograder.grading.tasks import declared, is_solution, is_test, nbgrader_of
from autograder.outcome import plain

#: The id of the cell in which the judge lists remarks about a submission, which may contain file names.
ABOUT = "about-this-submission"

#: Total characters of markup in a notebook, without graded cells and images. Sanitising takes time, and
#: students can add any number of cells.
MAX_MARKUP = 20 * MAX_RENDERED


def clean_notebook(nb: NotebookNode) -> NotebookNode:
    """Remove active content from a judged notebook, in place, and return the notebook.

    The instructor's cells are unchanged, but their outputs are sanitised, because student code produced them.
    """
    budget = MAX_MARKUP
    for cell in nb.cells:
        if cell.cell_type == "code" and is_test(cell):
            cell.outputs = clean_outputs(cell.outputs, MAX_RENDERED)
        elif cell.cell_type == "code":
            amount = amount_of_markup(cell.outputs)
            cell.outputs = clean_outputs(cell.outputs, min(budget, MAX_RENDERED))
            budget -= amount
        elif _is_students(cell):
            budget -= length_without_images(cell.source)
            if budget >= 0:
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
        # An unchanged answer cell is the instructor's text, recognised by its checksum.
        return nbgrader_of(cell).get("checksum") != compute_checksum(cell)  # type: ignore[no-any-return]
    return bool(declared(cell).get("added")) or cell.get("id") == ABOUT


def _plain_all(value: Any) -> Any:
    """Return the grader's metadata with `plain` applied to every text in it."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Mapping):
        return NotebookNode({key: _plain_all(one) for key, one in value.items()})
    return [_plain_all(one) for one in value] if isinstance(value, list | tuple) else value
