"""The judging step of the pipeline: judge an executed notebook, and store the outcomes for nbgrader."""

from __future__ import annotations

import html
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import METADATA, Course
from autograder.grading.clean.notebook import ABOUT, clean_notebook
from autograder.grading.execute import GradingExecute
from autograder.grading.hidden import Hidden
from autograder.grading.judge.trial import Trial
from autograder.grading.key import answer_key
from autograder.grading.notebook_spec import spec_of
from autograder.grading.tasks import declared, is_test, nbgrader_of, task_of
from autograder.outcome import Outcome
from gradbook.messages import panel
from gradbook.protocol.answers import ANSWER_MIME

#: The entry of nbconvert's resources in which the engine passes the answer key.
KEY_RESOURCE = "autograder_key"

#: The entry of nbconvert's resources for the outcomes of the notebook's tasks, in the order of the tasks.
OUTCOMES_RESOURCE = "autograder_outcomes"


class Judge(NbGraderPreprocessor):  # type: ignore[misc]
    """The step after execution: compare answers with the key, and write an outcome into each graded cell."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Judge an executed notebook; if a needed task failed, run it again with the reference solution."""
        spec = spec_of(resources)
        execute = GradingExecute(parent=self)
        key = resources.get(KEY_RESOURCE) or answer_key(Course.find(Path.cwd()), spec, execute)
        decided = Trial(spec, key, nb, execute, Path(resources["metadata"]["path"])).decide()
        hidden = Hidden(spec.source)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = _kept_outputs(cell)
        hidden.redact_outputs(nb)
        for outcome in decided.values():
            hidden.redact_outcome(outcome)
            outcome.make_plain()
        for cell in nb.cells:
            if is_test(cell):
                _write_outcome(cell, decided[task_of(cell)])
        _write_notes(nb)
        resources[OUTCOMES_RESOURCE] = [decided[name] for name in spec.tasks]
        return clean_notebook(_writable(nb)), resources


def _writable(nb: NotebookNode) -> NotebookNode:
    """Return the notebook without lone surrogates, which cannot be encoded in a file."""
    text = json.dumps(nb, ensure_ascii=False).encode("utf-8", "replace").decode()
    return nbformat.from_dict(json.loads(text))  # type: ignore[no-any-return]


def _is_answer(output: NotebookNode) -> bool:
    return ANSWER_MIME in output.get("data", {})


def _kept_outputs(cell: NotebookNode) -> list[NotebookNode]:
    """Return a cell's outputs without answers and, in graded cells, only stdout and displayed data.

    nbgrader awards no points for an error or stderr, full points for no output, and the value of a number
    for that number. Therefore errors and results of the student's process are removed.
    """
    outputs = [output for output in cell.outputs if not _is_answer(output)]
    if not is_test(cell):
        return outputs
    return [
        output
        for output in outputs
        if (output.output_type == "stream" and output.name == "stdout")
        or output.output_type == "display_data"
    ]


def _write_outcome(cell: NotebookNode, outcome: Outcome) -> None:
    """Write a single result into a graded cell, in the form that nbgrader reads correctly."""
    points = min(max(float(outcome.points), 0.0), float(nbgrader_of(cell)["points"]))
    result = nbformat.v4.new_output(
        "execute_result",
        data={"text/plain": repr(points), "text/html": _markup(outcome)},
        execution_count=cell.execution_count or 1,
    )
    cell.outputs = [*cell.outputs, result]
    cell.execution_count = cell.execution_count or 1
    cell.metadata[METADATA] = {**declared(cell), "outcome": asdict(outcome)}


def _markup(outcome: Outcome) -> str:
    rows = [("verdict", outcome.mistake or outcome.verdict)]
    rows += [("why", outcome.message)] if outcome.message else outcome.details
    if outcome.with_reference:
        names = ", ".join(outcome.with_reference)
        rows.append(("graded with the reference", f"of {names}, so that a mistake there costs nothing here"))
    title = f"{outcome.task}: {outcome.points:g} of {outcome.max_points:g} points"
    return panel(title, rows, "passed" if outcome.is_full else "failed")


def _write_notes(nb: NotebookNode) -> None:
    """Insert remarks about the submission at the top of the notebook."""
    own = nb.metadata.get(METADATA, {})
    notes = list(own.get("notes", []))
    if "unreadable" in own:
        notes = [f"The submitted file could not be read: {own['unreadable']}. It could not be graded."]
    if notes:
        text = "\n".join(["**About this submission**", "", *(f"- {html.escape(note)}" for note in notes)])
        nb.cells.insert(0, nbformat.v4.new_markdown_cell(text, id=ABOUT))
