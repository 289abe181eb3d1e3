"""The shape of an image's features after each layer of a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradbook.phrases import listed
from gradbook.plots.figure import BLUE, GREEN, GREY, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The distance between the centres of two stages, and the longest side of a drawn shape.
_STEP, _SIDE = 3.2, 2.0

#: At most this many channels are drawn, one behind the other.
_SHEETS = 6


def stages(named: Sequence[tuple[str, tuple[int, ...]]], weights: Sequence[int]) -> None:
    """Draw the output shape of each layer of a network, and how many weights it has.

    Parameters
    ----------
    named
        The name and the shape of each stage, the image first: (C, H, W), or (D,) after an affine layer.
    weights
        How many parameters each layer has: one number fewer than there are stages.
    """
    tallest = max(max(shape[1:], default=0) for _, shape in named)
    longest = max((shape[0] for _, shape in named if len(shape) == 1), default=1)
    with shown(size=(1.75 * len(named), 2.5)) as figure:
        axes = figure.axes
        for i, (name, shape) in enumerate(named):
            x = i * _STEP
            if len(shape) == 3:
                _sheets(axes, x, shape, _SIDE / tallest)
            else:
                _column(axes, x, _SIDE * shape[0] / longest)
            axes.text(x, 1.6, name, ha="center", va="bottom")
            axes.text(x, -1.65, _size(shape), ha="center", va="top")
        for i, count in enumerate(weights):
            x = (i + 0.5) * _STEP
            arrow = {"arrowstyle": "->", "color": GREY}
            axes.annotate("", (x + 0.3, 0), (x - 0.3, 0), arrowprops=arrow)
            axes.text(x, -2.35, f"{count:,}" if count else "none", ha="center", va="top", color=BLUE)
        axes.text(-0.6, -2.35, "weights:", ha="center", va="top", color=BLUE)
        axes.set(
            xlim=(-1.6, (len(named) - 1) * _STEP + 1.4),
            ylim=(-2.9, 2.1),
            xticks=[],
            yticks=[],
            aspect="equal",
        )
        axes.spines[:].set_visible(False)
        shapes = listed(f"{name} {_size(shape)}" for name, shape in named)
        counts = listed(f"{count:,}" for count in weights)
        figure.text = f"Shapes in a network: {shapes}. The layers have {counts} weights."


def _sheets(axes: Axes, x: float, shape: tuple[int, ...], scale: float) -> None:
    """Draw channels as sheets, one behind the other."""
    from matplotlib.patches import Rectangle

    height, width = shape[1] * scale, shape[2] * scale
    count = min(shape[0], _SHEETS)
    for k in range(count):
        shift = 0.09 * (count / 2 - k)
        corner = (x - width / 2 + shift, -height / 2 + shift)
        axes.add_patch(Rectangle(corner, width, height, facecolor="white", edgecolor=BLUE))


def _column(axes: Axes, x: float, height: float) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((x - 0.12, -height / 2), 0.24, height, facecolor="white", edgecolor=GREEN))


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(f"{size}" for size in shape)
