"""Several curves of one quantity in one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from gradbook.errors import GradbookError
from gradbook.phrases import counted, number, places, sentence
from gradbook.plots.figure import DOTTED, series, shown

#: A logarithmic axis with at most this many places labels each of them.
_TICKS = 8

#: How many points of a curve the text alternative names.
_NAMED_POINTS = 9


def overlaid_curves(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    xlabel: str,
    ylabel: str,
    *,
    logarithmic: Literal["", "x", "y"] = "",
) -> None:
    """Show several curves on common axes.

    Numbers that are not above 0 cannot be drawn on a logarithmic axis: the curve has a gap there, and the
    text alternative names them.

    Parameters
    ----------
    curves
        For each curve its name, with the x and y of the points.
    xlabel, ylabel
        What the axes show.
    logarithmic
        Which axis is logarithmic; its label says so.

    Raises
    ------
    GradbookError
        If there is no curve, if a curve has no points, or if x and y differ in length.
    """
    if not curves:
        msg = "There is nothing to show: no curve was given."
        raise GradbookError(msg)
    points = {name: (np.asarray(x, float), np.asarray(y, float)) for name, (x, y) in curves.items()}
    for name, (x, y) in points.items():
        if x.shape != y.shape or not x.size:
            msg = f"The curve {name} cannot be drawn."
            raise GradbookError(
                msg,
                expected="one y for each x, and at least one point",
                got=f"{counted(x.size, 'x value')} and {counted(y.size, 'y value')}",
            )
    across = np.unique(np.concatenate([x for x, _ in points.values()]))
    with shown(size=(7.4, 3.6)) as figure:
        axes = figure.axes
        for index, (name, (x, y)) in enumerate(points.items()):
            has_place = np.isfinite(y) & ((y > 0) | ("y" not in logarithmic))
            drawn = np.where(has_place & ((x > 0) | ("x" not in logarithmic)), y, np.nan)
            look = series(index) | ({"marker": ""} if x.size > DOTTED else {"markersize": 5})
            axes.plot(x, drawn, **look, label=name)
        for axis, label in {"x": xlabel, "y": ylabel}.items():
            axes.set(**{f"{axis}label": label + (" (logarithmic)" if axis in logarithmic else "")})
            if axis in logarithmic:
                axes.set(**{f"{axis}scale": "log"})
        if "x" in logarithmic and across.size <= _TICKS:
            axes.set_xticks(across, [number(x) for x in across])
            axes.set_xticks([], minor=True)
        elif "x" not in logarithmic and np.all(across == np.round(across)):
            axes.locator_params(axis="x", integer=True)
        axes.grid(alpha=0.3)
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
        figure.text = f"{sentence(ylabel)} over {xlabel}. " + " ".join(
            f"{name}: {_describe(x, y)}." for name, (x, y) in points.items()
        )


def _describe(x: np.ndarray, y: np.ndarray) -> str:
    """Return enough points of a curve, in words, to follow its shape."""
    return ", ".join(
        f"{number(y[place]) if np.isfinite(y[place]) else 'not finite'} at {number(x[place])}"
        for place in places(len(x), _NAMED_POINTS)
    )
