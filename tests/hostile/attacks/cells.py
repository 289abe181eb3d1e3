"""Attacks through the notebook's cells: changed tests, tags and metadata."""

from __future__ import annotations

import json
from collections.abc import Callable

import nbformat
from nbformat import NotebookNode

from tests.hostile.attacks import FULL, OWN_LOST, WRONG, Attack


def without(notebook: NotebookNode, *grade_ids: str) -> NotebookNode:
    """Delete cells."""
    notebook.cells = [
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") not in grade_ids
    ]
    return notebook


def with_tests(notebook: NotebookNode, change: Callable[[NotebookNode], object]) -> NotebookNode:
    """Change every graded cell."""
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code":
            change(cell)
    return notebook


def copied_twice(notebook: NotebookNode) -> NotebookNode:
    """Copy every cell, with the same metadata and a new id, as by copy and paste."""
    copies = [nbformat.from_dict(json.loads(json.dumps(cell))) for cell in notebook.cells]
    for number, cell in enumerate(copies):
        cell.id = f"copy-{number}"
    notebook.cells = [cell for pair in zip(notebook.cells, copies, strict=True) for cell in pair]
    return notebook


def split_solution(notebook: NotebookNode) -> NotebookNode:
    """Split a solution cell in its middle, as Ctrl+Shift+- does."""
    index = next(i for i, c in enumerate(notebook.cells) if c.id == "double")
    head, tail = notebook.cells[index].source.split("\n", 1)
    second = nbformat.from_dict(json.loads(json.dumps(notebook.cells[index])))
    notebook.cells[index].source, second.source, second.id = head, tail, "double-tail"
    notebook.cells.insert(index + 1, second)
    return notebook


def stripped(notebook: NotebookNode) -> NotebookNode:
    """Remove all metadata and replace all ids, as some editors do."""
    for number, cell in enumerate(notebook.cells):
        cell.metadata = {}
        cell.id = f"other-{number}"
    return notebook


def retagged(notebook: NotebookNode) -> NotebookNode:
    """Tag every cell so that execution would skip it."""
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-grading", "skip-execution"]
    return notebook


def as_version_3(notebook: NotebookNode) -> str:
    return str(nbformat.writes(nbformat.convert(notebook, 3), version=3))


def reordered(notebook: NotebookNode) -> NotebookNode:
    """Reverse the order of the cells."""
    notebook.cells.reverse()
    return notebook


def merged(notebook: NotebookNode) -> NotebookNode:
    """Merge the last solution with its graded cell, as Shift+M does."""
    index = next(i for i, c in enumerate(notebook.cells) if c.id == "predict")
    notebook.cells[index].source += "\n\n" + notebook.cells.pop(index + 1).source
    return notebook


def claiming(notebook: NotebookNode) -> NotebookNode:
    """Claim full points in every place that a grader might read."""

    def claim(cell: NotebookNode) -> None:
        cell.source = "print('passed')\n4.0"
        outcome = {"task": "predict", "points": 2.0, "max_points": 2.0, "verdict": "right"}
        cell.metadata["autograder"] = {"outcome": outcome, "run": "right", "needs": [], "loops": True}
        result = {"text/plain": "2.0"}
        cell.outputs = [nbformat.v4.new_output("execute_result", data=result, execution_count=1)]

    return with_tests(notebook, claim)


def with_metadata(notebook: NotebookNode) -> NotebookNode:
    """Forge the notebook's metadata that the grader writes."""
    notebook.metadata["autograder"] = {"notes": ["All correct."], "unreadable": "by me"}
    notebook.metadata["kernelspec"] = {"name": "../../evil", "display_name": "x", "language": "python"}
    return notebook


def answering_twice(notebook: NotebookNode) -> NotebookNode:
    """Add a forged graded cell with an existing id."""
    test = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "predict-test")
    forged = nbformat.from_dict(json.loads(json.dumps(test)))
    forged.source, forged.id = "answer('labels', lambda: 1)\n2.0", "forged"
    forged.metadata["nbgrader"]["points"] = 100
    notebook.cells.append(forged)
    return notebook


def of_strange_types(notebook: NotebookNode) -> str:
    """Add cells with invalid types in all fields."""
    raw = json.loads(json.dumps(notebook))
    odd = [
        {"cell_type": ["code"], "source": {"a": 1}, "metadata": [], "id": {"a": 1}, "attachments": [1]},
        {"cell_type": "code", "source": [1, None, ["x"]], "metadata": {"nbgrader": [], "tags": 3}},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": ["double"], "points": "1e999"}}},
        "no cell",
        None,
        {},
        {"cell_type": "markdown", "source": "x", "attachments": {"a": {"image/png": [1]}, "b": 3}},
    ]
    raw["cells"] = [*odd, *raw["cells"]]
    raw["metadata"] = None
    raw["nbformat"] = "four"
    return json.dumps(raw)


def many_added(notebook: NotebookNode) -> NotebookNode:
    """Add two thousand cells that each take a moment."""
    notebook.cells[:0] = [
        nbformat.v4.new_code_cell("import time; time.sleep(0.05)", id=f"added-{n}") for n in range(2000)
    ]
    return notebook


_WRONG = {"predict": WRONG}

ATTACKS = {
    "edited-tests": Attack(OWN_LOST, _WRONG, claiming, note="was changed; the original was used"),
    "deleted-tests": Attack(
        OWN_LOST, _WRONG, lambda nb: without(nb, "predict-test", "double-test"), note="it was restored"
    ),
    "copied-cells": Attack(OWN_LOST, _WRONG, copied_twice),
    "reordered-cells": Attack(FULL, {}, reordered),
    "retyped-tests": Attack(
        OWN_LOST, _WRONG, lambda nb: with_tests(nb, lambda cell: cell.update(cell_type="markdown"))
    ),
    "merged-cells": Attack(FULL, {}, merged, note="was missing"),
    "split-cells": Attack(FULL, {}, split_solution, note="the texts were joined"),
    "solution-tests": Attack(
        OWN_LOST, _WRONG, lambda nb: with_tests(nb, lambda c: c.metadata["nbgrader"].update(solution=True))
    ),
    "more-points": Attack(
        OWN_LOST, _WRONG, lambda nb: with_tests(nb, lambda c: c.metadata["nbgrader"].update(points=1e9))
    ),
    "retagged": Attack(OWN_LOST, _WRONG, retagged),
    "stripped": Attack(FULL, {}, stripped),
    "notebook-metadata": Attack(OWN_LOST, _WRONG, with_metadata),
    "second-test": Attack(OWN_LOST, _WRONG, answering_twice),
    "strange-types": Attack(FULL, {}, of_strange_types),
    "many-added": Attack(FULL, {}, many_added),
    "version-3": Attack(FULL, {}, as_version_3),
}
