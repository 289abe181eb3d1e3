"""Arrows and the bins of their angles: hues on a circle, gradients of images on half a circle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gradbook.plots.descriptors import HUES
from gradbook.plots.figure import BLUE, GREY, RED, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The radius of the bins, in lengths of the longest arrow.
_OUT = 1.2


def colour_circle(pixels: Sequence[Sequence[float]], bins: int = 12) -> None:
    """Draw the colours of pixels as arrows: the angle is the hue, the length the chroma.

    Parameters
    ----------
    pixels
        Red, green and blue of each pixel, 0 to 255.
    bins
        How many parts the circle has; red is at the centre of bin 0.
    """
    red, green, blue = np.asarray(pixels, float).T
    x, y = red - (green + blue) / 2, np.sqrt(3) / 2 * (green - blue)
    angles, lengths = np.degrees(np.arctan2(y, x)) % 360, np.hypot(x, y)
    with shown(size=(4.2, 4.2)) as figure:
        axes = figure.axes
        _bins(axes, bins, 360)
        for k, name in enumerate(HUES):
            angle = np.pi * k / 3
            axes.text(1.52 * np.cos(angle), 1.5 * np.sin(angle), name, ha="center", va="center", color=GREY)
        for pixel, angle, length in zip(pixels, np.radians(angles), lengths / lengths.max(), strict=True):
            colour = np.clip(np.asarray(pixel, float) / 255, 0, 1)
            _arrow(axes, length * np.cos(angle), length * np.sin(angle), colour)
        axes.set(xlim=(-1.75, 1.75), ylim=(-1.7, 1.7))
        description = "; ".join(
            f"{_triple(pixel)} has the hue {angle:.3g}° and the chroma {length:.3g}"
            for pixel, angle, length in zip(pixels, angles, lengths, strict=True)
        )
        figure.text = f"The colour circle in {bins} bins, numbered from red. {description}."


def half_circle(slopes: Sequence[Sequence[float]], bins: int = 8) -> None:
    """Draw slopes as arrows with their opposites, which share the bins of a half circle.

    Parameters
    ----------
    slopes
        For each arrow, the slope to the right and the slope downwards.
    bins
        How many parts the half circle has; the direction to the right is at the centre of bin 0.
    """
    right, down = np.asarray(slopes, float).T
    angles, lengths = np.degrees(np.arctan2(down, right)) % 180, np.hypot(right, down)
    with shown(size=(4.2, 4.2)) as figure:
        axes = figure.axes
        _bins(axes, bins, 180)
        for x, y in zip(right / lengths.max(), down / lengths.max(), strict=True):
            axes.plot([0, -x], [0, -y], ":", color=BLUE, linewidth=2)
            _arrow(axes, x, y, RED)
        axes.text(1.5, 0, "0°", ha="center", va="center", color=GREY)
        axes.text(0, 1.5, "90°, down", ha="center", va="center", color=GREY)
        axes.set(xlim=(-1.7, 1.7), ylim=(1.7, -1.7))
        description = "; ".join(
            f"({x:g}, {y:g}) has the orientation {angle:.4g}° and the magnitude {length:.3g}"
            for (x, y), angle, length in zip(slopes, angles, lengths, strict=True)
        )
        figure.text = (
            f"Half a circle in {bins} bins, numbered from right through down to left; a direction and its "
            f"opposite share a bin. {description}."
        )


def _triple(pixel: Sequence[float]) -> str:
    return f"({', '.join(f'{value:g}' for value in pixel)})"


def _arrow(axes: Axes, x: float, y: float, colour: object) -> None:
    from matplotlib import patheffects

    drawn = axes.annotate(
        "", (x, y), (0, 0), arrowprops={"arrowstyle": "-|>", "linewidth": 2.5, "color": colour, "shrinkA": 0}
    )
    if drawn.arrow_patch is not None:
        drawn.arrow_patch.set_path_effects([patheffects.withStroke(linewidth=4, foreground="black")])


def _bins(axes: Axes, bins: int, turn: float) -> None:
    """Draw the borders and numbers of bins that fill `turn` degrees; with 180, each appears twice."""
    step = np.radians(turn / bins)
    for k in range(round(360 / turn) * bins):
        border = (k + 0.5) * step
        axes.plot([0, _OUT * np.cos(border)], [0, _OUT * np.sin(border)], "--", color=GREY, linewidth=0.8)
        name, middle = str(k % bins), k * step
        axes.text(1.3 * np.cos(middle), 1.3 * np.sin(middle), name, ha="center", va="center")
    around = np.linspace(0, 2 * np.pi, 200)
    axes.plot(_OUT * np.cos(around), _OUT * np.sin(around), color=GREY, linewidth=1)
    axes.set(xticks=[], yticks=[], aspect="equal")
    axes.spines[:].set_visible(False)
