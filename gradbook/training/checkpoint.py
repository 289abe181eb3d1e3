"""Checkpoints: files with everything needed to continue a training run as if it had never stopped.

The order of the batches is not stored, because the seed and the epoch determine it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradbook.messages import Unusable
from gradbook.training.models import require_kind
from gradbook.training.npz import Tree, read_arrays, write_arrays

_KIND = "gradbook checkpoint 1"


@dataclass
class Progress:
    """The progress of a training run.

    Attributes
    ----------
    params, best_params
        The parameters after the last step, and those with the best validation accuracy (empty before the
        first evaluation).
    best_val_acc
        The best validation accuracy, 0–1; -1 before the first evaluation.
    configs
        The state of the update rule, one dictionary per parameter.
    loss_history
        The loss of each step.
    train_acc_history, val_acc_history
        Accuracies, 0–1, before the first epoch and after each.
    """

    params: dict[str, np.ndarray]
    configs: dict[str, dict[str, Any]]
    best_params: dict[str, np.ndarray] = field(default_factory=dict)
    best_val_acc: float = -1.0
    loss_history: list[float] = field(default_factory=list)
    train_acc_history: list[float] = field(default_factory=list)
    val_acc_history: list[float] = field(default_factory=list)


def save_progress(path: str | os.PathLike[str], progress: Progress, settings: dict[str, int]) -> None:
    """Write a checkpoint.

    Parameters
    ----------
    path
        The file, which is written atomically.
    progress
        The progress of the training run.
    settings
        The settings that must be the same when training continues.

    Raises
    ------
    Unusable
        If a config contains anything except numbers, text and arrays, or if the file cannot be written.
    """
    tree: Tree = {
        "kind": _KIND,
        "settings": settings,
        "params": progress.params,
        "best_params": progress.best_params,
        "best_val_acc": progress.best_val_acc,
        "config": {name: _by_kind(config) for name, config in progress.configs.items()},
        "history": {
            "loss": np.array(progress.loss_history, np.float64),
            "train_acc": np.array(progress.train_acc_history, np.float64),
            "val_acc": np.array(progress.val_acc_history, np.float64),
        },
    }
    write_arrays(path, tree)


def load_progress(
    path: str | os.PathLike[str], settings: dict[str, int], params: dict[str, np.ndarray]
) -> Progress:
    """Return the progress in a checkpoint, after checking that it belongs to this training run.

    Parameters
    ----------
    path
        The file.
    settings
        The settings that must be the same as when it was written.
    params
        The model's parameters, whose names and shapes must be the same.

    Raises
    ------
    Unusable
        If the file is missing or damaged, or belongs to another model or training run.
    """
    tree = read_arrays(path)
    require_kind(path, tree, _KIND, "Solver.save")
    try:
        for name, mine in settings.items():
            if int(tree["settings"][name]) != mine:
                verdict = f"the checkpoint belongs to another training run: its {name} is different."
                got = f"{name} = {tree['settings'][name]} in the file, {mine} in this Solver"
                raise Unusable(str(path), verdict, got=got, next="create the Solver with the same settings")
        _require_same(path, params, tree["params"])
        if "best_params" in tree:
            _require_same(path, params, tree["best_params"])
        configs = tree.get("config", {})
        history = {name: tree["history"][name].tolist() for name in ("loss", "train_acc", "val_acc")}
        _require_whole(tree, history, settings["num_train"] // settings["batch_size"])
        return Progress(
            params={name: np.asarray(tree["params"][name]) for name in params},
            configs={name: _as_config(configs.get(name, {})) for name in params},
            best_params={name: np.asarray(tree["best_params"][name]) for name in params}
            if "best_params" in tree
            else {},
            best_val_acc=float(tree["best_val_acc"]),
            **{f"{name}_history": values for name, values in history.items()},
        )
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, Unusable):
            raise
        verdict = "the checkpoint is incomplete or damaged."
        raise Unusable(str(path), verdict, got=f"{type(error).__name__}: {error}") from error


def _by_kind(config: dict[str, Any]) -> Tree:
    """Group Python's and NumPy's numbers separately, because they act differently with float32 arrays."""
    kinds: Tree = {"python": {}, "numpy": {}}
    for key, value in config.items():
        kinds["python" if type(value) in (bool, int, float, str) else "numpy"][key] = value
    return kinds


def _as_config(kinds: Tree) -> dict[str, Any]:
    python = {key: value.item() for key, value in kinds.get("python", {}).items()}
    arrays: dict[str, Any] = kinds.get("numpy", {})
    return python | arrays


def _require_whole(tree: Tree, history: dict[str, list[float]], steps_per_epoch: int) -> None:
    evaluations = len(history["val_acc"])
    if len(history["train_acc"]) != evaluations or bool(evaluations) != ("best_params" in tree):
        raise KeyError("history")  # noqa: EM101
    if evaluations - len(history["loss"]) // steps_per_epoch not in (0, 1):
        raise KeyError("history")  # noqa: EM101
    for group in ("params", "best_params"):
        if any(np.asarray(value).dtype.kind != "f" for value in tree.get(group, {}).values()):
            raise KeyError(group)


def _require_same(path: object, mine: dict[str, np.ndarray], theirs: Tree) -> None:
    shapes = {name: value.shape for name, value in mine.items()}
    others = {name: np.shape(value) for name, value in theirs.items()}
    if shapes == others:
        return
    apart = [name for name in {**shapes, **others} if shapes.get(name) != others.get(name)]
    raise Unusable(
        str(path),
        "the checkpoint belongs to another model.",
        expected=_describe_shapes(shapes, apart),
        got=_describe_shapes(others, apart),
        next="create the model with the same settings, or train without the checkpoint",
    )


def _describe_shapes(shapes: dict[str, tuple[int, ...]], names: list[str]) -> str:
    return ", ".join(f"{name} {shapes.get(name, 'missing')}" for name in names[:6])
