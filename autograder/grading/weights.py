"""Judge saved weights by the predictions of the reference's model, in a kernel without student code.

A task that declares ``weights``, the name of a file, is answered by that file. The file is read without
pickle and with limits on its size, its arrays must match the reference's by name and number of axes, and the
source notebook, run with the file, records the answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import numpy as np
from nbformat import NotebookNode

from autograder.grading.collect.folder import is_own_file
from autograder.grading.execute import GradingExecute
from autograder.grading.notebook_spec import NotebookSpec
from autograder.grading.tasks import Task, is_test, task_of
from autograder.outcome import plain
from gradbook.messages import Unusable
from gradbook.training.models import load_model, save_model

#: The time limit for predictions with a student's weights is this many times the task's.
_SLACK = 10.0


class UnfitError(Exception):
    """Raised for weights that cannot be judged; the text is the verdict."""


def run_on_weights(
    spec: NotebookSpec, tasks: Iterable[Task], folder: Path, execute: GradingExecute
) -> tuple[Mapping[str, NotebookNode], Mapping[str, str]]:
    """Run the source notebook with the weights that a student saved.

    Parameters
    ----------
    spec
        The notebook's spec.
    tasks
        The tasks that are answered by weights.
    folder
        The submission.
    execute
        The step that runs notebooks.

    Returns
    -------
    cells : dict of str to NotebookNode
        The executed graded cells, by task.
    verdicts : dict of str to str
        Why weights cannot be judged, by task.
    """
    cells: dict[str, NotebookNode] = {}
    verdicts: dict[str, str] = {}
    with TemporaryDirectory(prefix="autograder-weights-") as scratch:
        ours, theirs = Path(scratch) / "reference", Path(scratch) / "weights"
        theirs.mkdir()
        spec.put_weights(ours)
        wanted = []
        for task in tasks:
            try:
                params, dataset = _read(folder / task.weights, ours / task.weights)
            except UnfitError as error:
                verdicts[task.id] = str(error)
            else:
                # Save the weights again, so that nothing else in the file is passed on.
                save_model(theirs / task.weights, params, dataset)
                wanted.append(task.id)
        if wanted:
            notebook = nbformat.reads(spec.source_text, as_version=4)
            # Here only the course's own code runs, so only much larger weights can take so long.
            execute.run(notebook, theirs, spec.seed, wanted, slack=_SLACK)
            cells = {task_of(cell): cell for cell in notebook.cells if is_test(cell)}
    return cells, verdicts


def _read(path: Path, reference: Path) -> tuple[dict[str, np.ndarray], str]:
    """Return a student's weights and their data set, or raise an error if they do not fit the model."""
    if not is_own_file(path):
        msg = f"{path.name} was not submitted"
        raise UnfitError(msg)
    try:
        params, dataset = load_model(path)
    except Unusable as error:
        msg = f"{path.name}: {plain(error.verdict)}" + (f" ({plain(error.got)[:200]})" if error.got else "")
        raise UnfitError(msg) from None
    right, graded = load_model(reference)
    if dataset != graded:
        msg = f"{path.name}: trained on {plain(dataset)[:40]}; expected {graded}"
        raise UnfitError(msg)
    if set(params) != set(right):
        odd = ", ".join(plain(name)[:40] for name in sorted(set(params) ^ set(right))[:5])
        msg = f"{path.name}: the model's parameters are {', '.join(sorted(right))}; missing or unknown: {odd}"
        raise UnfitError(msg)
    for name, array in params.items():
        if array.dtype.kind != "f" or array.ndim != right[name].ndim or not array.size:
            expected = f"floating-point numbers, {right[name].ndim} axes"
            msg = f"{path.name}: {name} has shape {array.shape}, {array.dtype}; expected {expected}"
            raise UnfitError(msg)
    return params, dataset
