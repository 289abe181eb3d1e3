"""Small drawings that explain an idea, on points in the plane rather than on the course's pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from autograder.notebook.plots import BLUE, GREEN, ORANGE, RED, _done, _figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: A colour and a marker a class, so that neither is needed alone.
_CLASSES = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"))


def distances(X_test: np.ndarray, X_train: np.ndarray) -> None:
    """Draw test and training points in the plane, the lines between them, and the matrix they fill.

    Parameters
    ----------
    X_test : ndarray of shape (num_test, 2)
        Test points.
    X_train : ndarray of shape (num_train, 2)
        Training points.
    """
    _, (plane, table) = _figure(1, 2, (9.5, 3.4), width_ratios=[1.35, 1])
    lengths = np.zeros((len(X_test), len(X_train)))
    for i, (test, style) in enumerate(zip(X_test, ("-", "--"), strict=False)):
        for j, train in enumerate(X_train):
            lengths[i, j] = np.hypot(*(test - train))
            plane.plot(*zip(test, train, strict=True), style, color="grey", linewidth=1, zorder=1)
    plane.scatter(*X_test.T, color=RED, marker="D", s=70, label="test points", zorder=3)
    plane.scatter(*X_train.T, color=BLUE, s=70, alpha=0.85, label="training points", zorder=2)
    _name_points(plane, X_test, "test", (-40, -3), RED)
    _name_points(plane, X_train, "train", (8, 6), BLUE)
    plane.set(xlabel="first pixel", ylabel="second pixel", aspect="equal")
    plane.margins(0.18, 0.25)
    plane.legend(frameon=False, fontsize="small", loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    table.imshow(lengths, cmap="cividis", aspect="auto", vmin=-2)
    for (i, j), length in np.ndenumerate(lengths):
        colour = "white" if length < lengths.max() * 0.55 else "black"
        table.text(j, i, f"{length:.3g}", ha="center", va="center", color=colour, fontsize="x-large")
    table.set_xticks(range(len(X_train)), [f"train {j}" for j in range(len(X_train))])
    table.set_yticks(range(len(X_test)), [f"test {i}" for i in range(len(X_test))])
    table.set_title("dists[i, j]: a row a test point", fontsize="medium", loc="left")
    _done()


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
        A panel each.
    """
    from matplotlib.patches import Circle

    _, axes = _figure(1, len(ks), (3.1 * len(ks), 3.3), squeeze=False)
    lengths = np.hypot(*(X_train - x).T)
    for ax, k in zip(axes[0], ks, strict=True):
        _scatter_classes(ax, X_train, y_train)
        ax.scatter(*x, color="black", marker="*", s=170, zorder=3)
        # Halfway to the next point, or just beyond the last one.
        radius = np.append(np.sort(lengths), lengths.max() * 1.1)[k - 1 : k + 1].mean()
        ax.add_patch(Circle(tuple(x), radius, fill=False, linestyle="--"))
        votes = np.bincount(y_train[np.argsort(lengths)[:k]], minlength=len(_CLASSES))
        told = ", ".join(f"{count} for class {label}" for label, count in enumerate(votes) if count)
        ax.set_title(f"k = {k}: {told}", fontsize="medium", loc="left")
        ax.set(aspect="equal", xticks=[], yticks=[])
    axes[0, 0].legend(frameon=False, fontsize="small", loc="lower left")
    _done()


def _scatter_classes(axes: Axes, X: np.ndarray, y: np.ndarray) -> None:
    for label, (colour, marker) in enumerate(_CLASSES):
        if np.any(y == label):
            axes.scatter(
                *X[y == label].T, color=colour, marker=marker, edgecolor="black", label=f"class {label}"
            )


def folds(num_folds: int) -> None:
    """Draw which fold is held out in which round of cross-validation.

    Parameters
    ----------
    num_folds
        Number of folds, and of rounds.
    """
    _, axes = _figure(size=(7.5, 0.42 * num_folds + 0.9))
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
            text = "validate" if held_out else "train"
            axes.text(
                fold + 0.48,
                turn,
                text,
                ha="center",
                va="center",
                color="black" if held_out else "white",
                bbox={"facecolor": ORANGE, "edgecolor": "none", "pad": 1.5} if held_out else None,
            )
    axes.set_xticks([fold + 0.48 for fold in range(num_folds)], [f"fold {fold}" for fold in range(num_folds)])
    axes.set_yticks(range(num_folds), [f"round {turn}" for turn in range(num_folds)])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.invert_yaxis()
    axes.xaxis.tick_top()
    _done()


def regions(
    classify: Callable[[np.ndarray, int], np.ndarray], X: np.ndarray, y: np.ndarray, ks: Sequence[int]
) -> None:
    """Colour the plane by the class that a classifier gives each point of it, for several k.

    Parameters
    ----------
    classify
        Takes points of shape (n, 2) and k, returns labels of shape (n,).
    X : ndarray of shape (num_train, 2)
        Training points.
    y : ndarray of shape (num_train,)
        Their labels: 0, 1 or 2.
    ks
        A panel each.
    """
    from matplotlib.colors import ListedColormap

    low, high = X.min(axis=0) - 0.4, X.max(axis=0) + 0.4
    across, up = np.meshgrid(np.linspace(low[0], high[0], 70), np.linspace(low[1], high[1], 70))
    grid = np.column_stack([across.ravel(), up.ravel()])
    _, axes = _figure(1, len(ks), (3.3 * len(ks), 3.2), squeeze=False)
    colours = ListedColormap([colour for colour, _ in _CLASSES])
    for ax, k in zip(axes[0], ks, strict=True):
        labels = np.asarray(classify(grid, k)).reshape(across.shape)
        ax.pcolormesh(across, up, labels, cmap=colours, vmin=0, vmax=2, alpha=0.35, linewidth=0)
        _scatter_classes(ax, X, y)
        ax.set_title(f"k = {k}", fontsize="medium", loc="left")
        ax.set(xticks=[], yticks=[])
    axes[0, 0].legend(frameon=True, fontsize="small", loc="upper left")
    _done()
