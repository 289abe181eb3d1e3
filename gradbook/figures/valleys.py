"""A loss of two parameters as a contour plot, with the paths of optimisers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from gradbook.errors import GradbookError
from gradbook.phrases import number
from gradbook.plots.figure import GREEN, GREY, series, shown

_LOOK_AT = 200


def valley(
    height: Callable[[np.ndarray, np.ndarray], np.ndarray],
    paths: Mapping[str, np.ndarray],
    size: tuple[float, float] = (7.6, 4.2),
) -> None:
    """Draw the contour lines of a function of two numbers, and paths on it with one dot per step.

    Parameters
    ----------
    height
        Returns the heights for arrays of both coordinates.
    paths
        The points of each path by its name, ndarray of shape (steps + 1, 2).
    size
        Width and height in inches.

    Raises
    ------
    GradbookError
        If there is no path, or if one has another shape.
    """
    if not paths:
        msg = "There is nothing to show: no path was given."
        raise GradbookError(msg)
    points = {name: np.asarray(path, float) for name, path in paths.items()}
    for name, path in points.items():
        if path.ndim != 2 or path.shape[1] != 2 or not len(path):
            msg = f"The path {name} cannot be drawn."
            raise GradbookError(
                msg,
                expected="shape (steps + 1, 2): one row per point",
                got=f"shape {path.shape}",
            )
    together = np.concatenate([*points.values(), np.zeros((1, 2))])
    together = together[np.isfinite(together).all(axis=1)]
    low, high = together.min(axis=0), together.max(axis=0)
    margin = 0.12 * np.maximum(high - low, 1e-9)
    across, up = (np.linspace(a, b, _LOOK_AT) for a, b in zip(low - margin, high + margin, strict=True))
    heights = height(*np.meshgrid(across, up))
    with shown(size=size) as figure:
        axes = figure.axes
        # Levels in equal steps of the square root: the contour lines of a parabola are then equidistant.
        levels = np.linspace(0, np.sqrt(heights.max() - heights.min()), 16)[1:] ** 2 + heights.min()
        axes.contour(across, up, heights, levels=levels, colors=GREY, linewidths=0.6, alpha=0.7)
        for index, (name, path) in enumerate(points.items()):
            axes.plot(path[:, 0], path[:, 1], **series(index), markersize=4, linewidth=1.3, label=name)
        axes.plot(0, 0, "*", color=GREEN, markersize=14, markeredgecolor="black", label="lowest point")
        axes.set(xlabel="first number", ylabel="second number")
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
        figure.text = "Paths over a valley whose lowest point is (0, 0). " + " ".join(
            f"{name}: from {_place(path[0])} in {len(path) - 1} steps to {_place(path[-1])}, "
            f"height {number(float(height(*path[0])))} to {number(float(height(*path[-1])))}."
            for name, path in points.items()
        )


def _place(point: np.ndarray) -> str:
    return f"({number(point[0])}, {number(point[1])})"
