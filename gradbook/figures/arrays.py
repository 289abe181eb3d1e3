"""Arrays as tables of numbers: what an axis is, and what broadcasting does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gradbook.phrases import listed
from gradbook.plots.figure import BLUE, GREEN, GREY, ORANGE, bare, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The distance between a table and what belongs to it.
_GAP = 0.5


def axes(matrix: np.ndarray) -> None:
    """Draw a matrix with its sums along both axes.

    Parameters
    ----------
    matrix : ndarray of shape (N, D)
        A few numbers.
    """
    rows, columns = matrix.shape
    down, along = matrix.sum(axis=0), matrix.sum(axis=1)
    with shown(size=(0.75 * columns + 3.6, 0.6 * rows + 1.7)) as figure:
        axes = figure.axes
        _cells(axes, matrix, (0, 0), GREY)
        _cells(axes, down[None], (rows + _GAP, 0), BLUE)
        _cells(axes, along[:, None], (0, columns + _GAP), ORANGE)
        _say(axes, (columns + _GAP + 0.1, rows + _GAP + 0.5), "sum(axis=0)")
        _say(axes, (columns + 1.1 + _GAP, rows / 2), "sum(axis=1)")
        arrow = {"arrowstyle": "->", "linewidth": 1.5}
        axes.annotate("", (-0.35, rows), (-0.35, 0), arrowprops=arrow)
        axes.text(-0.5, rows / 2, "axis 0", rotation=90, ha="right", va="center")
        axes.annotate("", (columns, -0.35), (0, -0.35), arrowprops=arrow)
        axes.text(columns / 2, -0.5, "axis 1", ha="center", va="bottom")
        bare(axes, (-1, columns + 3.2), (rows + _GAP + 1.1, -1.1), aspect="equal")
        figure.text = (
            f"A matrix of shape {matrix.shape}. Down the columns, sum(axis=0) is {listed(_words(down))}; "
            f"along the rows, sum(axis=1) is {listed(_words(along))}."
        )


def broadcasting(a: np.ndarray, b: np.ndarray) -> None:
    """Draw how a column and a row are broadcast to the table of their sums.

    Parameters
    ----------
    a : ndarray of shape (M,)
        The column.
    b : ndarray of shape (N,)
        The row.
    """
    table = a[:, None] + b
    rows, columns = table.shape
    with shown(size=(0.75 * columns + 2.6, 0.6 * rows + 1.5)) as figure:
        axes = figure.axes
        _cells(axes, table, (0, 0), GREEN)
        _cells(axes, a[:, None], (0, -1 - _GAP), BLUE)
        _cells(axes, b[None], (-1 - _GAP, 0), ORANGE)
        _say(axes, (-1 - _GAP, -0.25), "a[:, None]")
        _say(axes, (columns + 0.15, -0.5 - _GAP), "b")
        _say(axes, (columns + 0.15, rows / 2), "a[:, None] + b")
        bare(axes, (-1.7, columns + 2.2), (rows + 0.1, -1.7), aspect="equal")
        lines = "; ".join(listed(_words(row)) for row in table)
        figure.text = (
            f"A column of {listed(_words(a))} and a row of {listed(_words(b))} are stretched to a table of "
            f"shape {table.shape}, and added. Its rows: {lines}."
        )


def _cells(axes: Axes, values: np.ndarray, corner: tuple[float, float], colour: str) -> None:
    """Draw a table of numbers that begins at the row and column of `corner`."""
    from matplotlib.patches import Rectangle

    for (i, j), value in np.ndenumerate(values):
        x, y = corner[1] + j, corner[0] + i
        axes.add_patch(Rectangle((x, y), 0.94, 0.9, facecolor=colour, alpha=0.25, edgecolor=colour))
        axes.text(x + 0.47, y + 0.45, f"{value:g}", ha="center", va="center", fontsize="medium")


def _say(axes: Axes, place: tuple[float, float], text: str) -> None:
    axes.text(*place, text, va="center", family="monospace", fontweight="bold")


def _words(values: np.ndarray) -> list[str]:
    return [f"{value:g}" for value in values]
