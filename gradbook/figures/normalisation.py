"""Normalisation: which numbers share a mean, and the computational graph of batch normalisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gradbook.phrases import listed
from gradbook.plots.figure import BLUE, GREEN, GREY, ORANGE, RED, bare, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Half the width and half the height of a node.
_WIDTH, _HEIGHT = 0.66, 0.36


def batch(a: np.ndarray) -> None:
    """Draw a batch as a table, with the mean and the standard deviation of each column below it.

    Parameters
    ----------
    a : ndarray of shape (N, D)
        One row per image, one column per feature.
    """
    count, features = a.shape
    below = [("mean", a.mean(axis=0)), ("std", a.std(axis=0))]
    with shown(size=(0.95 * features + 3.2, 0.5 * count + 2.0)) as figure:
        axes = figure.axes
        lines = [(f"image {i}", row, i + 0.0) for i, row in enumerate(a)]
        lines += [(name, row, count + 0.4 + i) for i, (name, row) in enumerate(below)]
        for name, row, y in lines:
            axes.text(-0.2, y + 0.45, name, ha="right", va="center")
            for j, value in enumerate(row):
                _cell(axes, (j, y), value, j, 0.2 if name.startswith("image") else 0.6)
        for j in range(features):
            axes.text(j + 0.47, -0.2, f"feature {j}", ha="center", va="bottom", fontsize="small")
        bare(axes, (-2.1, features + 0.3), (count + 2.6, -0.9))
        description = "; ".join(
            f"feature {j} has the mean {mean:.3g} and the standard deviation {std:.3g}"
            for j, (mean, std) in enumerate(zip(below[0][1], below[1][1], strict=True))
        )
        figure.text = (
            f"A batch of {count} images with {features} features each. Down the columns, {description}."
        )


def two_norms(a: np.ndarray) -> None:
    """Draw a batch twice: batch norm takes means over its columns, layer norm over its rows.

    Parameters
    ----------
    a : ndarray of shape (N, D)
        One row per image, one column per feature.
    """
    count, features = a.shape
    with shown(1, 2, (1.0 * features + 7.0, 0.5 * count + 2.1), width_ratios=(1, 1.3)) as figure:
        for axes, axis, title in zip(figure.axes, (0, 1), ("batch norm", "layer norm"), strict=True):
            for i, j in np.ndindex(a.shape):
                _cell(axes, (j, i), a[i, j], (j, i)[axis], 0.2)
            for place, (name, values) in enumerate((("mean", a.mean(axis=axis)), ("std", a.std(axis=axis)))):
                for index, value in enumerate(values):
                    beside = (features if axis else count) + 0.3 + place
                    corner = (beside, index) if axis else (index, beside)
                    _cell(axes, corner, value, index, 0.6)
                if axis:
                    axes.text(features + 0.77 + place, -0.2, name, ha="center", va="bottom", fontsize="small")
                else:
                    axes.text(-0.2, count + 0.75 + place, name, ha="right", va="center")
            for i in range(count):
                axes.text(-0.2, i + 0.45, f"image {i}", ha="right", va="center")
            for j in range(features):
                axes.text(j + 0.47, -0.2, f"feature {j}", ha="center", va="bottom", fontsize="small")
            bare(axes, (-2.1, features + (2.5 if axis else 0.3)), (count + 2.5, -0.9))
            axes.set_title(title)
        descriptions = [
            f"{whose} {index} has the mean {mean:.3g} and the standard deviation {std:.3g}"
            for axis, whose in ((0, "feature"), (1, "image"))
            for index, (mean, std) in enumerate(zip(a.mean(axis=axis), a.std(axis=axis), strict=True))
        ]
        figure.text = (
            f"A batch of {count} images with {features} features each, twice. For batch norm, down the "
            f"columns, {'; '.join(descriptions[:features])}. For layer norm, along the rows, "
            f"{'; '.join(descriptions[features:])}."
        )


def four_norms(N: int, C: int, G: int) -> None:
    """Draw which numbers of a batch of images share a mean, in batch, layer, instance and group norm.

    Parameters
    ----------
    N, C
        The numbers of images, and of channels per image.
    G
        The number of channel groups for group norm; it divides C.
    """
    from matplotlib.patches import Rectangle

    size = C // G
    # For each norm: the images and channels of its first mean, and how many means there are.
    norms: dict[str, tuple[range, range, int]] = {
        "batch norm": (range(N), range(1), C),
        "layer norm": (range(1), range(C), N),
        "instance norm": (range(1), range(1), N * C),
        "group norm": (range(1), range(size), N * G),
    }
    with shown(1, 4, (2.6 * 4, 0.6 * N + 1.5)) as figure:
        for axes, (name, (images, channels, means)) in zip(figure.axes, norms.items(), strict=True):
            for n, c in np.ndindex(N, C):
                inside = n in images and c in channels
                for row, column in np.ndindex(2, 3):
                    corner = (c + 0.28 * column, n + 0.4 * row)
                    face, edge = (BLUE, BLUE) if inside else ("white", GREY)
                    axes.add_patch(
                        Rectangle(corner, 0.24, 0.34, linewidth=0.8, facecolor=face, edgecolor=edge)
                    )
            if name == "group norm":
                for border in range(size, C, size):
                    axes.plot([border - 0.09] * 2, [-0.15, N - 0.1], ":", color=RED, linewidth=1.5)
            if axes is figure.axes[0]:
                axes.text(-0.15, -0.2, "channel", ha="right", va="bottom", fontsize="small")
            for n in range(N) if axes is figure.axes[0] else []:
                axes.text(-0.15, n + 0.37, f"image {n}", ha="right", va="center", fontsize="small")
            for c in range(C):
                axes.text(c + 0.4, -0.2, c, ha="center", va="bottom", fontsize="small")
            bare(axes, (-0.2, C), (N, -0.5))
            axes.set_title(name)
            axes.set_xlabel(f"{means} means")
        figure.text = (
            f"A batch of {N} images, one per row, with {C} channels, one per column, of 2 by 3 pixels; "
            f"the numbers of one mean are filled in. Batch norm: one channel of all {N} images, {C} means. "
            f"Layer norm: all {C} channels of one image, {N} means. Instance norm: one channel of one "
            f"image, {N * C} means. Group norm: {size} channels of one image, {N * G} means."
        )


def _cell(axes: Axes, corner: tuple[float, float], value: Any, hue: int, alpha: float) -> None:
    from matplotlib.patches import Rectangle

    x, y = corner
    colour = (BLUE, ORANGE, GREEN)[hue % 3]
    axes.add_patch(Rectangle(corner, 0.94, 0.9, facecolor=colour, alpha=alpha, edgecolor=colour))
    axes.text(x + 0.47, y + 0.45, f"{value:.3g}", ha="center", va="center")


def batch_norm(N: int, D: int) -> None:
    """Draw batch normalisation as a graph: values and shapes forward, gradients backward.

    Parameters
    ----------
    N, D
        The numbers of images in the batch, and of features.
    """
    table, row = f"({N}, {D})", f"({D},)"
    minus, over, times, plus = (4.0, 0.0), (8.2, 0.0), (10.8, 0.0), (13.4, 0.0)
    mean, variance, root = (2.2, -2.2), (4.9, -2.2), (7.3, -2.2)
    # Name, gradient, shape, start, end.
    wires = [
        ("x", "dx", table, (0.0, 0.0), (3.6, 0.0)),
        ("", "", "", (1.2, 0.0), (2.0, -1.8)),
        ("μ", "dμ", row, (2.5, -1.8), (3.8, -0.4)),
        ("x − μ", "", table, (4.4, 0.0), (7.8, 0.0)),
        ("", "", "", (4.8, 0.0), (4.9, -1.8)),
        ("v", "dv", row, (5.6, -2.2), (6.57, -2.2)),
        ("σ", "dσ", row, (7.5, -1.8), (8.05, -0.4)),
        ("x̂", "dx̂", table, (8.6, 0.0), (10.4, 0.0)),
        ("", "", table, (11.2, 0.0), (13.0, 0.0)),
        ("out", "dout", table, (13.8, 0.0), (15.6, 0.0)),
        ("γ", "dγ", row, (10.8, 2.0), (10.8, 0.4)),
        ("β", "dβ", row, (13.4, 2.0), (13.4, 0.4)),
    ]
    nodes = [(minus, "−"), (over, "÷"), (times, "×"), (plus, "+")]
    nodes += [(mean, "mean"), (variance, "variance"), (root, "√(v + ε)")]
    with shown(size=(10.4, 3.6)) as figure:
        axes = figure.axes
        for name, gradient, shape, start, end in wires:
            _wire(axes, name, gradient, shape, start, end)
        for place, sign in nodes:
            _node(axes, place, sign, ORANGE if place[1] else "black")
        axes.text(0.0, 2.1, "values, forward →", color=BLUE, fontweight="bold")
        axes.text(0.0, 1.6, "← gradients, backward", color=RED, fontweight="bold")
        bare(axes, (-0.4, 16.0), (-2.8, 2.5))
        named = [f"{name} of shape {shape}" for name, _, shape, *_ in wires if name and shape]
        figure.text = (
            "Batch normalisation as a graph. x takes three paths: directly to the subtraction, through the "
            "mean, and from x − μ through the variance and its root to the division. The result is "
            f"multiplied by γ, and β is added. On the edges are {listed(named)}; every gradient has the "
            "shape of its value."
        )


def _wire(
    axes: Axes, name: str, gradient: str, shape: str, start: tuple[float, float], end: tuple[float, float]
) -> None:
    (x0, y0), (x1, y1) = start, end
    level, upright = y0 == y1, x0 == x1
    arrow = {"arrowstyle": "->", "color": GREY, "linewidth": 1.3, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=arrow)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    if upright:
        axes.text(x - 0.15, y + 0.3, f"{name} {shape}", color=BLUE, ha="right", va="center")
        axes.text(x + 0.15, y + 0.3, gradient, color=RED, ha="left", va="center")
    elif level:
        axes.text(x, y + 0.62, name, color=BLUE, ha="center", va="bottom")
        axes.text(x, y + 0.15, shape, color=BLUE, ha="center", va="bottom", fontsize="small")
        axes.text(x, y - 0.15, gradient, color=RED, ha="center", va="top")
    else:
        axes.text(x - 0.15, y + 0.1, f"{name} {shape}", color=BLUE, ha="right", va="bottom")
        axes.text(x + 0.15, y - 0.1, gradient, color=RED, ha="left", va="top")


def _node(axes: Axes, place: tuple[float, float], sign: str, colour: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    width, size = (_HEIGHT, "x-large") if len(sign) == 1 else (_WIDTH, "medium")
    corner = (place[0] - width, place[1] - _HEIGHT)
    axes.add_patch(
        FancyBboxPatch(
            corner,
            2 * width,
            2 * _HEIGHT,
            boxstyle="round,pad=0.05",
            facecolor="white",
            edgecolor=colour,
            linewidth=1.5,
            zorder=3,
        )
    )
    axes.text(*place, sign, ha="center", va="center", fontsize=size, zorder=4)
