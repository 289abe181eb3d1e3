"""Judging saved weights: by predictions of the reference's model, in a kernel that no student's code enters.

A task that declares ``weights``, the name of a file, is answered by that file. The file is read without
pickle and within bounds, its arrays are compared with the reference's own by name and number of axes, and the
source notebook, run beside it, answers for the student.
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
from autograder.grading.material import Material
from autograder.grading.tasks import Task, is_test, task_of
from autograder.notebook.messages import Unusable
from autograder.notebook.training.models import load_model, save_model
from autograder.results.outcome import plain


class UnfitError(Exception):
    """Weights that cannot be judged; the text is the verdict."""


def run_on_weights(
    material: Material, tasks: Iterable[Task], folder: Path, execute: GradingExecute
) -> tuple[Mapping[str, NotebookNode], Mapping[str, str]]:
    """Run the source notebook beside the weights that a student saved.

    Parameters
    ----------
    material
        The notebook.
    tasks
        Those that are answered by weights.
    folder
        The submission.
    execute
        What runs notebooks.

    Returns
    -------
    tuple of dict
        For each task, its graded cell as it ran; or, in the second, why its weights cannot be judged.
    """
    cells: dict[str, NotebookNode] = {}
    verdicts: dict[str, str] = {}
    with TemporaryDirectory(prefix="autograder-weights-") as scratch:
        ours, theirs = Path(scratch) / "reference", Path(scratch) / "weights"
        theirs.mkdir()
        material.put_weights(ours)
        wanted = []
        for task in tasks:
            try:
                params, dataset = _read(folder / task.weights, ours / task.weights)
            except UnfitError as error:
                verdicts[task.id] = str(error)
            else:
                # Written anew: what else the file may hold goes no further.
                save_model(theirs / task.weights, params, dataset)
                wanted.append(task.id)
        if wanted:
            notebook = nbformat.reads(material.source_text, as_version=4)
            execute.run(notebook, theirs, material.seed, wanted)
            cells = {task_of(cell): cell for cell in notebook.cells if is_test(cell)}
    return cells, verdicts


def _read(path: Path, reference: Path) -> tuple[dict[str, np.ndarray], str]:
    """Return a student's weights, if they can be those of the reference's model."""
    if not is_own_file(path):
        msg = f"{path.name} was not handed in"
        raise UnfitError(msg)
    try:
        params, dataset = load_model(path)
    except Unusable as error:
        msg = f"{path.name}: {plain(error.verdict)}" + (f" ({plain(error.got)[:200]})" if error.got else "")
        raise UnfitError(msg) from None
    right, graded = load_model(reference)
    if dataset != graded:
        msg = f"{path.name}: trained on {plain(dataset)[:40]}; {graded} is what is graded"
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
