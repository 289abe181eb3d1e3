"""A trained model as a file: its parameters, and the data set that it was trained on."""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np

from autograder.notebook.messages import Unusable
from autograder.notebook.training.archive import Tree, read_arrays, write_arrays

_KIND = "gradbook model 1"


def save_model(path: str | os.PathLike[str], params: Mapping[str, np.ndarray], dataset: str) -> None:
    """Save a model's parameters in a plain .npz file, which any NumPy can read.

    Parameters
    ----------
    path
        The file, say ``"two_layer_net.npz"``: afterwards it is whole, or as it was before.
    params
        The parameters by name, as in ``model.params``: arrays of numbers, of any shape.
    dataset
        The name of the data set that the model was trained on, as in ``load_images().name``.

    Raises
    ------
    Unusable
        When a parameter is not an array of numbers, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "model.npz")
    >>> save_model(path, {"W": np.ones((2, 3))}, "Shapes-10")
    >>> params, dataset = load_model(path)
    >>> params["W"].shape, dataset
    ((2, 3), 'Shapes-10')
    """
    if not isinstance(dataset, str) or not dataset:
        got = f"a {type(dataset).__name__}" if not isinstance(dataset, str) else "an empty text"
        verdict = "the data set is not named."
        raise Unusable("save_model", verdict, expected="its name: load_images().name", got=got)
    for name, value in params.items():
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "biufc":
            verdict = f"params[{name!r}] is not an array of numbers."
            raise Unusable("save_model", verdict, got=f"a {type(value).__name__}")
    write_arrays(path, {"kind": _KIND, "dataset": dataset, "params": dict(params)})


def load_model(path: str | os.PathLike[str]) -> tuple[dict[str, np.ndarray], str]:
    """Return the parameters that `save_model` saved, and the name of their data set.

    Nothing in the file is run, whoever wrote it. Names and shapes are for the caller to compare with the
    model's.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    params : dict of str to ndarray
        The parameters by name.
    dataset : str
        The data set that they were trained on.

    Raises
    ------
    Unusable
        When the file is missing, damaged, or not a model.
    """
    tree = read_arrays(path)
    require_kind(path, tree, _KIND, "save_model")
    params, dataset = tree.get("params", {}), tree.get("dataset")
    if not isinstance(params, dict) or not isinstance(dataset, str):
        raise Unusable(str(path), "the file names no parameters, or no data set.", next="save it again")
    arrays = {name: np.asarray(value) for name, value in params.items()}
    if any(array.dtype.kind not in "biufc" for array in arrays.values()):
        raise Unusable(str(path), "the file holds parameters that are not numbers.", next="save it again")
    return arrays, str(dataset)


def require_kind(path: object, tree: Tree, kind: str, writer: str) -> None:
    """Refuse a file that some other program, or another function of ours, wrote.

    Raises
    ------
    Unusable
        When the file's kind is not `kind`.
    """
    got = tree.get("kind")
    if not isinstance(got, str) or got != kind:
        raise Unusable(
            str(path),
            "the file is of another kind.",
            expected=f"a file written by {writer}",
            got=str(got)
            if isinstance(got, str)
            else f"an .npz file with {', '.join(tree) or 'nothing in it'}",
        )
