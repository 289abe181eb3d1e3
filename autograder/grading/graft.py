"""Insert a student's answers into the instructor's notebook.

The submitted notebook is not repaired. Instead, the student's solution cells and added cells are inserted
into the source notebook, so that any other damage to the submission has no effect.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import METADATA, SKIP_TAG, Course
from autograder.grading.clean.folder import check_name
from autograder.grading.collect.cells import Cell, UnreadableError, defined_names, read_cells
from autograder.grading.collect.folder import MAX_BYTES
from autograder.grading.collect.notebooks import find_notebooks, read_releases
from autograder.grading.notebook_spec import spec_of
from autograder.grading.tasks import is_solution, is_test, nbgrader_of
from autograder.outcome import EDITED, RESTORED


@dataclass
class _Slot:
    """A cell of the source notebook, with the submitted cells that belong to it."""

    source: NotebookNode
    released: str
    found: list[Cell] = field(default_factory=list)
    after: list[tuple[Cell, bool]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(nbgrader_of(self.source).get("grade_id") or self.source.get("id", ""))

    @property
    def changed(self) -> list[str]:
        texts = [cell.source for cell in self.found]
        return [text for text in texts if text.strip() != self.released.strip()]

    @property
    def attachments(self) -> dict[str, Any]:
        """The images pasted into the answer."""
        return {name: bundle for cell in self.found for name, bundle in cell.attachments.items()}


def graft(cells: list[Cell], source: NotebookNode, release: NotebookNode) -> NotebookNode:
    """Return the source notebook with the answers of a submission.

    Parameters
    ----------
    cells
        The submitted cells, in order.
    source
        The instructor's notebook, hidden tests included.
    release
        The released notebook: the same cells with stubs and checksums.

    Returns
    -------
    NotebookNode
        A new notebook. ``metadata.autograder.notes`` lists the corrections as sentences.
    """
    released = {cell.id: cell for cell in release.cells}
    slots = [
        _Slot(cell, released[cell.id].source if cell.id in released else cell.source) for cell in source.cells
    ]
    _place(cells, slots)
    notes: list[str] = []
    grafted: list[NotebookNode] = []
    for slot in slots:
        grafted.append(_grafted_cell(slot, released.get(slot.source.id), notes))
        grafted += [_added_cell(cell, skip, len(grafted) + n) for n, (cell, skip) in enumerate(slot.after)]
    notebook = nbformat.v4.new_notebook(metadata=json.loads(json.dumps(source.metadata)), cells=grafted)
    notebook.metadata[METADATA] = {"notes": notes}
    return notebook  # type: ignore[no-any-return]


def _place(cells: list[Cell], slots: list[_Slot]) -> None:
    """Assign every submitted cell to the slot that it answers, or to the slot that it follows."""
    by_grade_id = {nbgrader_of(slot.source).get("grade_id"): slot for slot in slots}
    by_grade_id.pop(None, None)
    by_id = {slot.source.get("id"): slot for slot in slots}
    by_text = {slot.released.strip(): slot for slot in reversed(slots)}
    placed: list[tuple[Cell, _Slot | None]] = [
        (
            cell,
            by_grade_id.get(cell.grade_id) or by_id.get(cell.id) or by_text.get(cell.source.strip()),
        )
        for cell in cells
    ]
    answered = {id(slot) for cell, slot in placed if slot is not None and _is_changed(cell, slot)}
    by_definition = {
        name: slot
        for slot in slots
        if is_solution(slot.source) and id(slot) not in answered
        for name in defined_names(slot.released)
    }
    previous = slots[0]
    for cell, slot in placed:
        if slot is not None:
            slot.found.append(cell)
            previous = slot
            continue
        # The metadata of a solution cell can get lost, or the solution can be in a cell of its own: then
        # the name of its function tells where it belongs.
        meant = [by_definition[name] for name in defined_names(cell.source) if name in by_definition]
        for slot in meant:
            slot.found.append(cell)
        if meant:
            previous = meant[-1]
        elif cell.source.strip():
            previous.after.append((cell, False))


def _is_changed(cell: Cell, slot: _Slot) -> bool:
    return cell.source.strip() != slot.released.strip()


def _grafted_cell(slot: _Slot, released: NotebookNode | None, notes: list[str]) -> NotebookNode:
    cell = NotebookNode(json.loads(json.dumps(slot.source)))
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    if not slot.found:
        notes.append(f"The cell `{slot.name}` {RESTORED}")
    if is_solution(cell):
        if cell.cell_type == "markdown" and not slot.changed:
            _take_answer_below(slot, notes)
        cell.source = "\n\n".join(slot.changed) or slot.released
        if cell.cell_type == "markdown" and slot.changed and slot.attachments:
            cell["attachments"] = slot.attachments
        if released is not None:
            # nbgrader recognises an unchanged answer by the checksum of the release.
            cell.metadata["nbgrader"]["checksum"] = nbgrader_of(released).get("checksum")
        if len(slot.changed) > 1 and cell.cell_type == "code":
            notes.append(f"The cell `{slot.name}` occurred {len(slot.changed)} times; the texts were joined.")
    elif is_test(cell):
        if slot.changed:
            notes.append(f"The graded cell `{slot.name}` {EDITED}")
    elif slot.changed:
        # The changed version of a given cell (an import, a plot) still runs, after the original.
        skip = SKIP_TAG in cell.metadata.get("tags", [])
        slot.after[:0] = [(other, skip) for other in slot.found if other.source in slot.changed]
    return cell


def _take_answer_below(slot: _Slot, notes: list[str]) -> None:
    """Take the text cells below an unanswered question as its answer, so that a person reads them."""
    below = [cell for cell, _ in slot.after if cell.kind == "markdown"]
    if below:
        slot.found += below
        slot.after = [(cell, skip) for cell, skip in slot.after if cell.kind != "markdown"]
        notes.append(f"The answer to `{slot.name}` was written below its cell; it was taken from there.")


def _added_cell(cell: Cell, skip: bool, number: int) -> NotebookNode:
    make = nbformat.v4.new_code_cell if cell.kind == "code" else nbformat.v4.new_markdown_cell
    added = make(cell.source, metadata={METADATA: {"added": True}})  # type: ignore[no-untyped-call]
    added.id = f"added-{number}"
    if cell.kind == "markdown" and cell.attachments:
        added["attachments"] = cell.attachments
    if skip:
        added.metadata["tags"] = [SKIP_TAG]
    return added  # type: ignore[no-any-return]


def graft_file(path: Path, source: NotebookNode, release: NotebookNode) -> NotebookNode:
    """Return the source notebook with the answers of the submission at `path`.

    An unreadable file counts as one without answers; the reason is in ``metadata.autograder.unreadable``.
    """
    try:
        cells, reason = read_cells(path), None
    except UnreadableError as error:
        cells, reason = [_as_released(cell) for cell in release.cells], str(error)
    notebook = graft(cells, source, release)
    if reason is not None:
        notebook.metadata[METADATA]["unreadable"] = reason
    return notebook


def _as_released(cell: NotebookNode) -> Cell:
    return Cell(cell.cell_type, cell.source, cell.id)


class TolerantExporter(NotebookExporter):
    """nbgrader's exporter, but a missing or invalid file is read as an empty notebook.

    The graft step that follows looks for the file itself.
    """

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Export the notebook in a file, or an empty one if it cannot be read."""
        path = Path(filename)
        resources = {} if resources is None else resources
        resources["metadata"] = {"path": str(path.parent), "name": path.stem}
        return self.from_notebook_node(_read_if_possible(path), resources=resources, **options)  # type: ignore[no-any-return, no-untyped-call]


def _read_if_possible(path: Path) -> NotebookNode:
    try:
        if path.stat().st_size <= MAX_BYTES:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # malformed submissions are expected here
                return nbformat.read(path, as_version=4)  # type: ignore[no-any-return]
    except Exception:  # noqa: BLE001, S110  (a hostile file can make the reader raise anything)
        pass
    return nbformat.v4.new_notebook()  # type: ignore[no-any-return]


class Graft(NbGraderPreprocessor):  # type: ignore[misc]
    """The only sanitizing step of ``nbgrader autograde``: the submission becomes the grafted notebook."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the grafted notebook, made from the file of `nb` and not from `nb` itself."""
        check_name(str(resources.get("nbgrader", {}).get("student", "")))
        spec = spec_of(resources)
        folder, name = Path(resources["metadata"]["path"]), resources["metadata"]["name"]
        found = find_notebooks(folder, read_releases(Course.find(Path.cwd()), spec.assignment))
        path = found[name][0] if name in found else folder / f"{name}.ipynb"
        return graft_file(path, spec.source, spec.release), resources
