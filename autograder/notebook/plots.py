"""The course's pictures, one call each.

Matplotlib is imported when the first picture is asked for, not before. Every figure has a white ground of
its own, so that it reads the same in light and dark themes; colours are Okabe and Ito's palette, which
colour-blind people can tell apart (Color Universal Design, 2008).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, GREEN, RED = "#0072b2", "#e69f00", "#009e73", "#d55e00"

_STYLE: Any = {
    "figure.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": "medium",
    "axes.titlelocation": "left",
    "axes.prop_cycle": "cycler('color', ['#0072b2', '#e69f00', '#009e73', '#d55e00', '#cc79a7', '#56b4e9'])",
    "figure.constrained_layout.use": True,
}


def _figure(rows: int = 1, columns: int = 1, size: tuple[float, float] = (6.4, 3.6), **options: Any) -> Any:
    """Return Matplotlib's (figure, axes) in the course's style."""
    import matplotlib.pyplot as plt

    with plt.rc_context(_STYLE):
        return plt.subplots(rows, columns, figsize=size, **options)


def _done() -> None:
    import matplotlib.pyplot as plt

    plt.show()


def _picture(axes: Axes, image: np.ndarray) -> None:
    axes.imshow(np.asarray(image).reshape(32, 32, 3).astype(np.uint8), interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])


def image_grid(X: np.ndarray, y: np.ndarray, class_names: Sequence[str], per_class: int = 7) -> None:
    """Show some pictures of each class, a class a column.

    Parameters
    ----------
    X : ndarray of shape (N, 32, 32, 3) or (N, 3072)
        Pixels, 0 to 255.
    y : ndarray of shape (N,)
        Labels.
    class_names
        The name of each label.
    per_class
        Pictures a class.
    """
    _, axes = _figure(per_class, len(class_names), (len(class_names) * 0.95, per_class * 0.95), squeeze=False)
    for label, name in enumerate(class_names):
        chosen = np.flatnonzero(y == label)[:per_class]
        for row in range(per_class):
            axes[row, label].axis("off")
            if row < len(chosen):
                _picture(axes[row, label], X[chosen[row]])
        axes[0, label].set_title(name, fontsize="small", loc="center")
    _done()


def distance_matrix(dists: np.ndarray, title: str = "") -> None:
    """Show a matrix of distances as a picture: dark is near, bright is far.

    Parameters
    ----------
    dists : ndarray of shape (num_test, num_train)
        Distances.
    title
        What to look for.
    """
    figure, axes = _figure(size=(8.5, 3.2))
    image = axes.imshow(dists, cmap="cividis", aspect="auto", interpolation="nearest")
    axes.set(xlabel="training picture", ylabel="test picture", title=title)
    figure.colorbar(image, ax=axes, label="distance")
    _done()


def neighbours(
    image: np.ndarray,
    label: int,
    nearest: np.ndarray,
    nearest_labels: np.ndarray,
    distances: np.ndarray,
    class_names: Sequence[str],
) -> None:
    """Show a test picture beside its nearest training pictures; a frame tells whose label agrees.

    Parameters
    ----------
    image : ndarray of shape (3072,) or (32, 32, 3)
        The test picture.
    label
        Its true label.
    nearest : ndarray of shape (k, 3072) or (k, 32, 32, 3)
        Training pictures, nearest first.
    nearest_labels, distances : ndarray of shape (k,)
        Their labels, and how far off they are.
    class_names
        The name of each label.
    """
    k = len(nearest)
    _, axes = _figure(1, k + 1, (1.35 * (k + 1), 1.9), squeeze=False)
    _picture(axes[0, 0], image)
    axes[0, 0].set_title(f"test:\n{class_names[label]}", fontsize="small", loc="center", fontweight="bold")
    for place in range(k):
        ax = axes[0, place + 1]
        _picture(ax, nearest[place])
        agrees = nearest_labels[place] == label
        ax.set_title(
            f"{class_names[nearest_labels[place]]}\n{distances[place]:.0f}", fontsize="small", loc="center"
        )
        ax.set_xlabel("same class" if agrees else "another class", fontsize="x-small")
        for spine in ax.spines.values():
            spine.set(visible=True, color=BLUE if agrees else RED, linewidth=3)
    _done()


def timings(seconds: Mapping[str, float]) -> None:
    """Show how long each version of a function takes, on a logarithmic scale.

    Parameters
    ----------
    seconds
        Seconds by name; the first one is what the others are compared with.
    """
    names, values = list(seconds), np.array(list(seconds.values()))
    _, axes = _figure(size=(6.4, 0.55 * len(names) + 0.9))
    # Dots, not bars: on a logarithmic axis the length of a bar means nothing.
    axes.plot(values, names, "o", color=BLUE, markersize=9)
    for row, value in enumerate(values):
        ratio = values[0] / value
        axes.annotate(
            f"   {value:.3g} s" + (f"  ({ratio:.3g}× as fast)" if row else ""), (value, row), va="center"
        )
    axes.set(xscale="log", xlabel="seconds (logarithmic)")
    axes.set_xlim(values.min() / 4, values.max() * 30)
    axes.set_ylim(len(names) - 0.5, -0.5)
    _done()


def accuracy_over_k(accuracies: Mapping[int, Sequence[float]], chance: float = 0.1) -> None:
    """Show cross-validated accuracy for each k: a point a fold, mean and standard deviation as bars.

    Parameters
    ----------
    accuracies
        For each k, one accuracy (0 to 1) a fold.
    chance
        What guessing reaches, drawn as a line.
    """
    ks = sorted(accuracies)
    _, axes = _figure()
    for k in ks:
        axes.plot([k] * len(accuracies[k]), accuracies[k], "o", color=ORANGE, alpha=0.5, markersize=4)
    means = [np.mean(accuracies[k]) for k in ks]
    spreads = [np.std(accuracies[k]) for k in ks]
    axes.errorbar(
        ks, means, yerr=spreads, color=BLUE, marker="s", capsize=4, label="mean ± one standard deviation"
    )
    best = ks[int(np.argmax(means))]
    axes.axvline(best, color=GREEN, linestyle=":", label=f"best k = {best}")
    axes.axhline(chance, color="grey", linestyle="--", linewidth=1, label="guessing")
    axes.set(xscale="log", xlabel="k (logarithmic)", ylabel="accuracy")
    axes.set_xticks(ks, [str(k) for k in ks])
    axes.minorticks_off()
    axes.legend(frameon=False, fontsize="small", loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    _done()


def image_row(images: np.ndarray, captions: Sequence[str]) -> None:
    """Show pictures side by side, each with a caption.

    Parameters
    ----------
    images : ndarray of shape (n, 32, 32, 3) or (n, 3072)
        Pixels, 0 to 255.
    captions
        A caption each; line breaks are kept.
    """
    _, axes = _figure(1, len(images), (1.45 * len(images), 1.95), squeeze=False)
    for ax, image, caption in zip(axes[0], images, captions, strict=True):
        _picture(ax, image)
        ax.set_title(caption, fontsize="small", loc="center")
    _done()


def curves(panels: Mapping[str, tuple[Sequence[float], Sequence[float]]], ylabel: str) -> None:
    """Show one curve a panel, side by side, with a common vertical axis from 0 to 1.

    Parameters
    ----------
    panels
        For each panel its horizontal axis' name, with the points' x and y.
    ylabel
        What all panels show.
    """
    _, axes = _figure(1, len(panels), (3.8 * len(panels), 3), squeeze=False, sharey=True)
    for ax, (xlabel, (x, y)), colour in zip(axes[0], panels.items(), (BLUE, RED, GREEN), strict=False):
        ax.plot(x, y, "o-", color=colour)
        ax.set(xlabel=xlabel, ylim=(-0.03, 1.05))
        ax.grid(alpha=0.3)
    axes[0, 0].set_ylabel(ylabel)
    _done()
