"""The ground that a sketch is drawn on: no ticks, no border."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def bare(axes: Axes, across: tuple[float, float], up: tuple[float, float], *, aspect: str = "auto") -> None:
    """Give axes their limits and take ticks and border away; ``up`` from high to low has rows go down."""
    axes.set(xlim=across, ylim=up, xticks=[], yticks=[], aspect=aspect)
    axes.spines[:].set_visible(False)
