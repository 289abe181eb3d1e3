"""Matrices as heat maps: distances, confusions, the accuracies of a hyperparameter search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gradbook.errors import GradbookError
from gradbook.phrases import counted, number, percent, span
from gradbook.plots.figure import RED, ink, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def distance_matrix(dists: np.ndarray, title: str = "") -> None:
    """Show a matrix of distances as a heat map: dark is near, bright is far.

    Parameters
    ----------
    dists : ndarray of shape (num_test, num_train)
        Distances. NaN and infinity are left white.
    title
        What to look for.

    Raises
    ------
    GradbookError
        If dists is not a matrix, or is empty.
    """
    dists = np.asarray(dists, float)
    if dists.ndim != 2 or dists.size == 0:
        msg = "These distances are not a matrix."
        raise GradbookError(
            msg,
            expected="dists of shape (num_test, num_train)",
            got=f"shape {dists.shape}",
        )
    finite = np.isfinite(dists)
    with shown(size=(8.5, 3.2)) as figure:
        axes = figure.axes
        image = axes.imshow(
            np.ma.array(dists, mask=~finite), cmap="cividis", aspect="auto", interpolation="nearest"
        )
        axes.set(xlabel="training image", ylabel="test image", title=title)
        axes.locator_params(integer=True)
        figure.mpl_figure.colorbar(image, ax=axes, label="distance")
        rows, columns = dists.shape
        parts = [
            f"Distances of {counted(rows, 'test image')} (rows) to "
            f"{counted(columns, 'training image')} (columns), {span(dists)}"
        ]
        if finite.all() and dists.size > 1 and np.ptp(dists) > 0:
            by_row, by_column = dists.mean(axis=1), dists.mean(axis=0)
            parts.append(
                f"mean {number(dists.mean())}; brightest row {by_row.argmax()} "
                f"(mean {number(by_row.max())}), brightest column {by_column.argmax()} "
                f"(mean {number(by_column.max())})"
            )
        if not finite.all():
            parts.append(f"{int((~finite).sum()):,} of them NaN or infinite")
        figure.text = "; ".join(parts) + "."


def confusion_matrix(
    y: np.ndarray, predicted: np.ndarray, class_names: Sequence[str], shares: bool = False
) -> None:
    """Show which classes are mistaken for which: one row per true class, one column per predicted class.

    Parameters
    ----------
    y, predicted : ndarray of shape (N,)
        True and predicted labels, 0 to C - 1.
    class_names
        The names of the C classes.
    shares
        Whether to show percentages of each row instead of counts.

    Raises
    ------
    GradbookError
        If there are no labels, if y and predicted differ in length, or if a label has no name.
    """
    true, taken = _labels(y, predicted, len(class_names))
    size = len(class_names)
    counts = np.zeros((size, size), int)
    np.add.at(counts, (true, taken), 1)
    totals = counts.sum(axis=1, keepdims=True)
    numbers = 100 * counts / np.maximum(totals, 1) if shares else counts
    # A class without images has neither percentages nor counts.
    values = np.ma.array(numbers.astype(float), mask=np.broadcast_to(totals == 0, counts.shape))
    with shown(size=(0.62 * size + 2.6, 0.5 * size + 1.5)) as figure:
        axes = figure.axes
        image = axes.imshow(values, cmap="cividis", aspect="auto", vmin=0, vmax=max(values.max(), 1))
        _write(axes, image, values, "{:.0f}")
        for row in np.flatnonzero(totals == 0):
            axes.text((size - 1) / 2, row, "no images", ha="center", va="center")
        axes.set_xticks(range(size), class_names, rotation=45, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(size), class_names)
        _bare(axes)
        axes.set(xlabel="predicted class", ylabel="true class")
        label = "percent of the true class" if shares else "images"
        figure.mpl_figure.colorbar(image, ax=axes, label=label)
        figure.text = _confusions(counts, class_names)


def _labels(y: np.ndarray, predicted: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    true, taken = np.asarray(y), np.asarray(predicted)
    if true.ndim != 1 or true.shape != taken.shape:
        msg = "y and predicted do not go together."
        raise GradbookError(
            msg,
            expected="two arrays of labels, of the same length",
            got=f"shapes {true.shape} and {taken.shape}",
        )
    if true.size == 0:
        msg = "There is nothing to show: y and predicted are empty."
        raise GradbookError(msg)
    for name, labels in (("y", true), ("predicted", taken)):
        strange = labels[~np.isin(labels, np.arange(classes))]
        if strange.size:
            msg = f"A label in {name} has no name."
            raise GradbookError(
                msg,
                expected=f"integers from 0 to {classes - 1}, one for each of the class names",
                got=strange[0],
            )
    return true.astype(int), taken.astype(int)


def _confusions(counts: np.ndarray, names: Sequence[str]) -> str:
    """Return the accuracy, the best and the worst class, and the most frequent confusion in words."""
    totals, right = counts.sum(axis=1), np.diag(counts)
    parts = [
        f"Confusion matrix of {len(names)} classes over {counted(int(counts.sum()), 'image')}: "
        f"{percent(right.sum() / counts.sum())} right"
    ]
    there = np.flatnonzero(totals)
    recall = right[there] / totals[there]
    if len(there) > 1 and np.ptp(recall) > 0:
        best, worst = there[recall.argmax()], there[recall.argmin()]
        parts.append(f"best: {names[best]} ({percent(recall.max())})")
        parts.append(f"worst: {names[worst]} ({percent(recall.min())})")
    wrong = counts - np.diag(right)
    if wrong.any():
        true, taken = np.unravel_index(wrong.argmax(), wrong.shape)
        parts.append(f"most often confused: {names[true]} taken for {names[taken]} ({wrong.max():,})")
    missing = [str(name) for name, total in zip(names, totals, strict=True) if not total]
    if missing:
        parts.append(f"no images of: {', '.join(missing)}")
    return "; ".join(parts) + "."


def search_heat_map(
    accuracies: Mapping[tuple[float, float], float],
    down: str = "learning rate",
    across: str = "regularisation strength",
) -> None:
    """Show the accuracies of a search over two hyperparameters, with a frame around the best.

    Parameters
    ----------
    accuracies
        The accuracy, 0 to 1, by (learning rate, regularisation strength), in any order. Untried pairs may be
        absent; NaN stands for training that failed. Both are left white, the latter with "NaN".
    down, across
        The names of the first and the second hyperparameter of each pair.

    Raises
    ------
    GradbookError
        If nothing was tried.
    """
    if not accuracies:
        msg = "There is nothing to show: no accuracy was given."
        raise GradbookError(msg)
    first = sorted({pair[0] for pair in accuracies})
    second = sorted({pair[1] for pair in accuracies})
    table = np.array([[accuracies.get((row, column), np.nan) for column in second] for row in first], float)
    tried = np.array([[(row, column) in accuracies for column in second] for row in first])
    values = np.ma.masked_invalid(table)
    with shown(size=(0.85 * len(second) + 2.8, 0.55 * len(first) + 1.1)) as figure:
        axes = figure.axes
        image = axes.imshow(values, cmap="cividis", aspect="auto", vmin=_least(values), vmax=_most(values))
        _write(axes, image, values, "{:.3f}")
        for row, column in np.argwhere(tried & values.mask):
            axes.text(column, row, "NaN", ha="center", va="center")
        axes.set_xticks(range(len(second)), [f"{value:g}" for value in second])
        axes.set_yticks(range(len(first)), [f"{value:g}" for value in first])
        _bare(axes)
        axes.set(xlabel=across, ylabel=down)
        figure.mpl_figure.colorbar(image, ax=axes, label="accuracy")
        parts = [f"Accuracies of {counted(len(accuracies), 'pair')} of {down} and {across}"]
        if values.count():
            row, column = np.unravel_index(int(values.argmax()), values.shape)
            _frame(axes, column, row)
            parts[0] += f", {span(table)}"
            parts.append(f"the best, {table[row, column]:.3g}, at {first[row]:g} and {second[column]:g}")
        if failed := int((tried & values.mask).sum()):
            parts.append(f"not a number for {counted(failed, 'pair')}")
        figure.text = "; ".join(parts) + "."


def _least(values: Any) -> float:
    return float(values.min()) if values.count() else 0.0


def _most(values: Any) -> float:
    # Equal ends would give a scale of length 0.
    return max(float(values.max()), _least(values) + 0.01) if values.count() else 1.0


def _bare(axes: Axes) -> None:
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _frame(axes: Axes, column: Any, row: Any) -> None:
    from matplotlib.patches import Rectangle

    for colour, width in (("white", 5), (RED, 2.5)):
        axes.add_patch(
            Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=colour, linewidth=width)
        ).set_clip_on(False)


def _write(axes: Axes, image: Any, values: Any, style: str) -> None:
    """Write each number into its cell, in black or white, whichever is more legible there."""
    for place, value in np.ndenumerate(values.filled(np.nan)):
        if np.isfinite(value):
            colour = ink(image.cmap(image.norm(value)))
            axes.text(place[1], place[0], style.format(value), ha="center", va="center", color=colour)
