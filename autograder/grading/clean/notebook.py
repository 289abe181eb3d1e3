"""A judged notebook, reduced to what only shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from autograder.course import METADATA
from autograder.grading.clean.markdown import clean_markdown
from autograder.grading.clean.outputs import clean_output
from autograder.grading.tasks import declared, is_solution, nbgrader_of
from autograder.results.outcome import plain

#: The cell in which the judge tells what was odd about a submission: names of files stand in it.
ABOUT = "about-this-submission"


def clean_notebook(nb: NotebookNode) -> NotebookNode:
    """Reduce a judged notebook to what only shows, in place; return it.

    Cells that the instructor wrote stay as they are. Their outputs do not: the student's code made them.
    """
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs = [kept for output in cell.outputs if (kept := clean_output(output)) is not None]
        elif _is_students(cell):
            source, attachments = clean_markdown(cell.source, cell.get("attachments", {}))
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
