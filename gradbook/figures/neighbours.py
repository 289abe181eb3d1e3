"""Nearest neighbours in the plane: distances, votes, decision regions, and cross-validation folds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gradbook.phrases import counted, listed, percent
from gradbook.plots.figure import BLUE, GREEN, GREY, ORANGE, RED, DescribedFigure, ink, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: A colour and a marker per class; either is enough to recognise it.
_CLASSES = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"))


def distances(X_test: np.ndarray, X_train: np.ndarray) -> None:
    """Draw test and training points in the plane, and the matrix of their distances.

    Parameters
    ----------
    X_test : ndarray of shape (num_test, 2)
        Test points.
    X_train : ndarray of shape (num_train, 2)
        Training points.
    """
    lengths = np.array([[np.hypot(*(test - train)) for train in X_train] for test in X_test])
    with shown(1, 2, (9.5, 3.4), width_ratios=[1.35, 1]) as figure:
        plane, table = figure.axes
        for test, style in zip(X_test, itertools.cycle(("-", "--")), strict=False):
            for train in X_train:
                plane.plot(*zip(test, train, strict=True), style, color=GREY, linewidth=1, zorder=1)
        plane.scatter(*X_test.T, color=RED, marker="D", s=70, label="test points", zorder=3)
        plane.scatter(*X_train.T, color=BLUE, s=70, alpha=0.85, label="training points", zorder=2)
        _name_points(plane, X_test, "test", (-40, -3), RED)
        _name_points(plane, X_train, "train", (8, 6), BLUE)
        plane.set(xlabel="first pixel", ylabel="second pixel", aspect="equal")
        plane.margins(0.18, 0.25)
        plane.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
        image = table.imshow(lengths, cmap="cividis", aspect="auto", vmin=-2)
        for (i, j), length in np.ndenumerate(lengths):
            colour = ink(image.cmap(image.norm(length)))
            table.text(j, i, f"{length:.3g}", ha="center", va="center", color=colour, fontsize="x-large")
        table.set_xticks(range(len(X_train)), [f"train {j}" for j in range(len(X_train))])
        table.set_yticks(range(len(X_test)), [f"test {i}" for i in range(len(X_test))])
        table.set_title("dists[i, j]: one row per test point")
        rows = [f"test {i}: {', '.join(f'{length:.3g}' for length in row)}" for i, row in enumerate(lengths)]
        figure.text = (
            f"{counted(len(X_test), 'test point')} and {counted(len(X_train), 'training point')} in the "
            "plane, the lines between them, and the matrix of their lengths, one row per test point: "
            f"{'; '.join(rows)}."
        )


def _name_points(axes: Axes, points: np.ndarray, name: str, offset: tuple[int, int], colour: str) -> None:
    for index, point in enumerate(points):
        axes.annotate(
            f"{name} {index}",
            tuple(point),
            xytext=offset,
            textcoords="offset points",
            color=colour,
            fontsize="small",
        )


def vote(x: np.ndarray, X_train: np.ndarray, y_train: np.ndarray, ks: Sequence[int]) -> None:
    """Draw a test point, and for each k the circle that holds its k nearest neighbours with their votes.

    Parameters
    ----------
    x : ndarray of shape (2,)
        The test point.
    X_train : ndarray of shape (num_train, 2)
        Training points.
    y_train : ndarray of shape (num_train,)
        Their labels: 0, 1 or 2.
    ks
        The values of k, one panel for each.
    """
    from matplotlib.patches import Circle

    lengths = np.hypot(*(X_train - x).T)
    descriptions = []
    with shown(1, len(ks), (3.1 * len(ks), 3.3), squeeze=False) as figure:
        for ax, k in zip(figure.axes[0], ks, strict=True):
            _scatter_classes(ax, X_train, y_train)
            ax.scatter(*x, color="black", marker="*", s=170, zorder=3)
            # Halfway between the k-th point and the next, or just beyond the last one.
            radius = np.append(np.sort(lengths), lengths.max() * 1.1)[k - 1 : k + 1].mean()
            ax.add_patch(Circle(tuple(x), radius, fill=False, linestyle="--"))
            votes = np.bincount(y_train[np.argsort(lengths)[:k]], minlength=len(_CLASSES))
            counts = ", ".join(f"{count} for class {label}" for label, count in enumerate(votes) if count)
            descriptions.append(f"k = {k}: {counts}")
            ax.set_title(descriptions[-1])
            ax.set(aspect="equal", xticks=[], yticks=[])
        _legend_below(figure)
        figure.text = (
            f"A test point among {counted(len(X_train), 'training point')}, and for each k a circle around "
            f"the k nearest ones with their votes. {'; '.join(descriptions)}."
        )


def _scatter_classes(axes: Axes, X: np.ndarray, y: np.ndarray) -> None:
    for label, (colour, marker) in enumerate(_CLASSES):
        if np.any(y == label):
            axes.scatter(
                *X[y == label].T, color=colour, marker=marker, edgecolor="black", label=f"class {label}"
            )


def _legend_below(figure: DescribedFigure) -> None:
    # Inside a panel, the legend would hide points.
    handles, labels = figure.axes[0, 0].get_legend_handles_labels()
    figure.mpl_figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))


def folds(num_folds: int) -> None:
    """Draw which fold is held out in which round of cross-validation.

    Parameters
    ----------
    num_folds
        Number of folds, and of rounds.
    """
    with shown(size=(7.5, 0.42 * num_folds + 0.9)) as figure:
        axes = figure.axes
        for turn in range(num_folds):
            for fold in range(num_folds):
                held_out = fold == turn
                axes.barh(
                    turn,
                    0.96,
                    left=fold,
                    height=0.75,
                    color=ORANGE if held_out else BLUE,
                    hatch="//" if held_out else None,
                    edgecolor="white",
                )
                axes.text(
                    fold + 0.48,
                    turn,
                    "validate" if held_out else "train",
                    ha="center",
                    va="center",
                    color="black" if held_out else "white",
                    bbox={"facecolor": ORANGE, "edgecolor": "none", "pad": 1.5} if held_out else None,
                )
        axes.set_xticks(np.arange(num_folds) + 0.48, [f"fold {fold}" for fold in range(num_folds)])
        axes.set_yticks(range(num_folds), [f"round {turn}" for turn in range(num_folds)])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.invert_yaxis()
        axes.xaxis.tick_top()
        turns = listed(f"fold {turn} in round {turn}" for turn in range(num_folds))
        figure.text = (
            f"Table of {counted(num_folds, 'round')} of cross-validation over {counted(num_folds, 'fold')}. "
            f"Held out for validation: {turns}; the other folds are for training."
        )


def regions(
    classify: Callable[[np.ndarray, int], np.ndarray], X: np.ndarray, y: np.ndarray, ks: Sequence[int]
) -> None:
    """Colour the plane by the class that a classifier predicts at each point, for several k.

    Parameters
    ----------
    classify
        Takes points of shape (n, 2) and k, returns labels of shape (n,).
    X : ndarray of shape (num_train, 2)
        Training points.
    y : ndarray of shape (num_train,)
        Their labels: 0, 1 or 2.
    ks
        The values of k, one panel for each.
    """
    from matplotlib.colors import ListedColormap

    low, high = X.min(axis=0) - 0.4, X.max(axis=0) + 0.4
    across, up = np.meshgrid(np.linspace(low[0], high[0], 70), np.linspace(low[1], high[1], 70))
    grid = np.column_stack([across.ravel(), up.ravel()])
    colours = ListedColormap([colour for colour, _ in _CLASSES])
    descriptions = []
    with shown(1, len(ks), (3.3 * len(ks), 3.2), squeeze=False) as figure:
        for ax, k in zip(figure.axes[0], ks, strict=True):
            labels = np.asarray(classify(grid, k)).reshape(across.shape)
            ax.pcolormesh(across, up, labels, cmap=colours, vmin=0, vmax=2, alpha=0.35, linewidth=0)
            _scatter_classes(ax, X, y)
            ax.set_title(f"k = {k}")
            ax.set(xticks=[], yticks=[])
            shares = [f"class {label} {percent(float(np.mean(labels == label)))}" for label in np.unique(y)]
            descriptions.append(f"k = {k}: {listed(shares)}")
        _legend_below(figure)
        figure.text = (
            f"{counted(len(X), 'training point')} in the plane, which is coloured by the class that a "
            f"classifier predicts at each point. Shares of the plane: {'; '.join(descriptions)}."
        )
