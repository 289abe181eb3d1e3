"""Trained models as files: their parameters, and the name of their data set."""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np

from gradbook.messages import Unusable
from gradbook.training.npz import Tree, read_arrays, write_arrays

_KIND = "gradbook model 1"


def save_model(path: str | os.PathLike[str], params: Mapping[str, np.ndarray], dataset: str) -> None:
    """Save a model's parameters in a plain .npz file, which any version of NumPy can read.

    Parameters
    ----------
    path
        The file, for example ``"two_layer_net.npz"``; it is written atomically.
    params
        The parameters by name, as in ``model.params``: arrays of numbers, of any shape.
    dataset
        The name of the data set that the model was trained on, as in ``load_images().name``.

    Raises
    ------
    Unusable
        If a parameter is not an array of numbers, or if the file cannot be written.

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
        verdict = "the name of the data set is missing."
        raise Unusable("save_model", verdict, expected="its name: load_images().name", got=got)  # noqa: EM101
    for name, value in params.items():
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "biufc":
            verdict = f"params[{name!r}] is not an array of numbers."
            raise Unusable("save_model", verdict, got=f"a {type(value).__name__}")  # noqa: EM101
    write_arrays(path, {"kind": _KIND, "dataset": dataset, "params": dict(params)})


def load_model(path: str | os.PathLike[str]) -> tuple[dict[str, np.ndarray], str]:
    """Return the parameters that `save_model` saved, and the name of their data set.

    No code in the file is run, so files from other people are safe. The caller must compare names and shapes
    with those of the model.

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
        If the file is missing, damaged, or not a model.
    """
    tree = read_arrays(path)
    require_kind(path, tree, _KIND, "save_model")
    params, dataset = tree.get("params", {}), tree.get("dataset")
    if not isinstance(params, dict) or not isinstance(dataset, str):
        raise Unusable(str(path), "the file lacks parameters or a data set.", next="save it again")
    arrays = {name: np.asarray(value) for name, value in params.items()}
    if any(array.dtype.kind not in "biufc" for array in arrays.values()):
        raise Unusable(str(path), "the file has parameters that are not numbers.", next="save it again")
    return arrays, str(dataset)


def require_kind(path: object, tree: Tree, kind: str, writer: str) -> None:
    """Refuse a file that another function or program wrote.

    Raises
    ------
    Unusable
        If the file's kind is not `kind`.
    """
    got = tree.get("kind")
    if not isinstance(got, str) or got != kind:
        raise Unusable(
            str(path),
            "the file has the wrong kind.",
            expected=f"a file written by {writer}",
            got=str(got) if isinstance(got, str) else f"an .npz file with {', '.join(tree) or 'no arrays'}",
        )
