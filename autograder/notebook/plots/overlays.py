"""Several curves of one quantity in one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from autograder.errors import AutograderError
from autograder.notebook.plots.picture import DOTTED, series, shown
from autograder.notebook.plots.words import number, places, sentence

#: Places up to which a logarithmic axis names each.
_TICKS = 8

#: Points of a curve that its text names.
_TOLD = 9


def overlaid_curves(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    xlabel: str,
    ylabel: str,
    *,
    logarithmic: Literal["", "x", "y"] = "",
) -> None:
    """Show several curves on common axes.

    On a logarithmic axis numbers that are not above 0 have no place, and a curve ends there; the text names
    them.

    Parameters
    ----------
    curves
        For each curve its name, with the points' x and y.
    xlabel, ylabel
        What the axes show.
    logarithmic
        Which axis is logarithmic; its label says so.

    Raises
    ------
    AutograderError
        When there is no curve, or when one has no points, or not a y for each x.
    """
    if not curves:
        raise AutograderError("There is nothing to show: no curve was given.")
    points = {name: (np.asarray(x, float), np.asarray(y, float)) for name, (x, y) in curves.items()}
    for name, (x, y) in points.items():
        if x.shape != y.shape or not x.size:
            raise AutograderError(
                f"The curve {name} cannot be drawn.",
                expected="a y for each x, one at the least",
                got=f"{x.size} and {y.size}",
            )
    across = np.unique(np.concatenate([x for x, _ in points.values()]))
    with shown(size=(7.4, 3.6)) as picture:
        axes = picture.axes
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
        picture.text = f"{sentence(ylabel)} over {xlabel}. " + " ".join(
            f"{name}: {_told(x, y)}." for name, (x, y) in points.items()
        )


def _told(x: np.ndarray, y: np.ndarray) -> str:
    """Name points enough to follow a curve by ear."""
    return ", ".join(
        f"{number(y[place]) if np.isfinite(y[place]) else 'not finite'} at {number(x[place])}"
        for place in places(len(x), _TOLD)
    )
