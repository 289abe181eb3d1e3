"""Heat maps of where a gradient is wrong: the errors of its elements on a logarithmic scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gradbook.errors import GradbookError
from gradbook.messages import display
from gradbook.phrases import counted, listed
from gradbook.plots.figure import RED, DescribedFigure, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: By default, an element is wrong if its relative error exceeds this: rounding and central differences stay
#: far below it in float64.
WRONG_FROM = 1e-6

#: The ends of the scale: numerical gradients in float64 have errors of about the lower one, and relative
#: errors are at most 1.
_LOW, _HIGH = 1e-10, 1.0

#: More rows or columns than this cannot be distinguished on a page: several then share a cell.
_MOST_ROWS, _MOST_COLUMNS, _MOST_TICKS = 48, 96, 6

_Mask = NDArray[np.bool_]


def gradient_error(
    errors: np.ndarray, name: str = "dx", left_out: np.ndarray | None = None, wrong: np.ndarray | None = None
) -> None:
    """Show the relative error of each element of a gradient, with the wrong ones outlined.

    The first half of the axes runs down, the others across, as labelled. If there are too many elements for
    the page, a cell shows the largest error of several elements, so that no error is hidden.

    Parameters
    ----------
    errors : ndarray of any shape
        Relative errors, 0 to 1, shown on a scale from 1e-10 to 1. NaN stands for an element that was not
        compared.
    name
        The gradient's name.
    left_out : ndarray of bool, of the same shape, optional
        Elements left out because the function has a kink there; they are hatched.
    wrong : ndarray of bool, of the same shape, optional
        Which elements are wrong; by default those with an error above 1e-6.

    Raises
    ------
    GradbookError
        If there are no elements, or if the arrays differ in shape.
    """
    display(_draw(errors, name, left_out, wrong, (7.2, 3.4)))


def gradient_error_markup(
    errors: np.ndarray, name: str = "dx", left_out: np.ndarray | None = None, wrong: np.ndarray | None = None
) -> str:
    """Return a small version of the figure of `gradient_error` as an HTML image with a text alternative.

    The parameters and the errors raised are those of `gradient_error`.
    """
    return _draw(errors, name, left_out, wrong, (4.2, 2.1)).markup


def _draw(
    errors: np.ndarray,
    name: str,
    left_out: np.ndarray | None,
    wrong: np.ndarray | None,
    size: tuple[float, float],
) -> DescribedFigure:
    errors = np.asarray(errors, float)
    kinks = np.zeros(errors.shape, bool) if left_out is None else np.asarray(left_out, bool)
    _check(errors, kinks, wrong)
    errors = np.where(np.isinf(errors), _HIGH, np.where(kinks, np.nan, errors))
    bad = errors > WRONG_FROM if wrong is None else np.asarray(wrong, bool) & ~kinks
    down, across = ([errors.shape[axis] for axis in axes] for axes in _halves(errors.ndim))
    steps = _step(down, _MOST_ROWS), _step(across, _MOST_COLUMNS)
    largest = _reduced(_flat(errors), steps)
    # A single row needs no height.
    with drawing(size=size if len(largest) > 1 else (size[0], 1.6)) as figure:
        axes = figure.axes
        image = axes.imshow(
            np.ma.masked_invalid(np.clip(largest, _LOW, _HIGH)),
            cmap="cividis",
            norm="log",
            clim=(_LOW, _HIGH),
            aspect="auto",
            interpolation="nearest",
        )
        axes.patch.set(facecolor="0.9")
        axes.spines[:].set_visible(False)
        _hatch(axes, _reduced(_flat(np.where(kinks, 1.0, np.nan)), steps), largest)
        _outline(axes, _reduced(_flat(np.where(bad, 1.0, 0.0)), steps) > 0)
        _number(axes.yaxis, down, 0, steps[0])
        _number(axes.xaxis, across, len(down), steps[1])
        axes.set_title("\n".join(_title(errors, name, kinks, bad)), fontsize="medium")
        figure.mpl_figure.colorbar(image, ax=axes, label="relative error", ticks=[1e-10, 1e-5, 1])
        figure.text = _describe(errors, name, kinks, bad)
    return figure


def _check(errors: np.ndarray, kinks: np.ndarray, wrong: np.ndarray | None) -> None:
    if errors.size == 0:
        msg = "There is nothing to show: the gradient has no elements."
        raise GradbookError(msg)
    for mask, array in (("left_out", kinks), ("wrong", wrong)):
        if array is not None and np.shape(array) != errors.shape:
            msg = f"errors and {mask} do not go together."
            raise GradbookError(
                msg,
                expected=f"{mask} of shape {errors.shape}",
                got=f"shape {np.shape(array)}",
            )


def _halves(ndim: int) -> tuple[range, range]:
    """Return the axes that run down and those that run across: a single axis runs across."""
    return range(ndim // 2), range(ndim // 2, ndim)


def _flat(array: np.ndarray) -> np.ndarray:
    rows, _ = _halves(array.ndim)
    return array.reshape(int(np.prod([array.shape[axis] for axis in rows])), -1)


def _reduced(table: np.ndarray, steps: tuple[int, int]) -> np.ndarray:
    """Return a table small enough to read: each cell is the maximum over `steps` rows and columns."""
    down, across = steps
    padded = np.pad(
        table,
        ((0, -table.shape[0] % down), (0, -table.shape[1] % across)),
        constant_values=np.nan,
    )
    blocks = padded.reshape(padded.shape[0] // down, down, padded.shape[1] // across, across)
    # fmax ignores NaN, unless all values are NaN.
    return np.asarray(np.fmax.reduce(np.fmax.reduce(blocks, axis=3), axis=1))


def _hatch(axes: Axes, kinks: np.ndarray, largest: np.ndarray) -> None:
    """Hatch the cells with kinks in which no element was compared."""
    from matplotlib.patches import Rectangle

    for row, column in np.argwhere((kinks == 1) & np.isnan(largest)):
        axes.add_patch(
            Rectangle(
                (column - 0.5, row - 0.5), 1, 1, facecolor="0.8", edgecolor="0.35", hatch="////", linewidth=0
            )
        )


def _outline(axes: Axes, bad: _Mask) -> None:
    """Outline the wrong cells, with one outline around adjacent ones."""
    from matplotlib.collections import LineCollection

    framed = np.pad(bad, 1)
    upright = [
        [(x - 0.5, y - 0.5), (x - 0.5, y + 0.5)]
        for y, x in np.argwhere(framed[1:-1, 1:] != framed[1:-1, :-1])
    ]
    level = [
        [(x - 0.5, y - 0.5), (x + 0.5, y - 0.5)]
        for y, x in np.argwhere(framed[1:, 1:-1] != framed[:-1, 1:-1])
    ]
    for colour, width in (("white", 3.0), (RED, 1.4)):
        axes.add_collection(
            LineCollection(
                upright + level, colors=colour, linewidths=width, capstyle="projecting", clip_on=False
            )
        )


def _step(sizes: list[int], most: int) -> int:
    """Return how many elements share a cell, so that there are at most `most` cells."""
    least = -(-math.prod(sizes) // most)
    # If possible, a divisor of the last axis: cells then begin where its rows begin.
    return next((step for step in range(least, 2 * least) if sizes and sizes[-1] % step == 0), least)


def _number(axis: Any, sizes: list[int], first: int, step: int) -> None:
    """Label an axis of the figure with the gradient's axes that run along it, and with some indices.

    Parameters
    ----------
    axis
        Matplotlib's axis.
    sizes
        The sizes of the gradient's axes that run along it.
    first
        The number of the first of these axes.
    step
        How many elements share a cell.
    """
    if not sizes:
        axis.set_ticks([])
        return
    last = first + len(sizes) - 1
    which = f"axis {first}" if len(sizes) == 1 else f"axes {listed(map(str, range(first, last + 1)))}"
    shared = f",\nlargest of {step} per cell" if step > 1 else ""
    axis.set_label_text(f"{which} ({' × '.join(f'{size:,}' for size in sizes)}){shared}")
    # If possible, where the index of an outer axis changes: "1, 0" says more than "0, 7".
    number = math.prod(sizes)
    strides = [math.prod(sizes[place:]) for place in range(1, len(sizes) + 1)]
    stride = next((stride for stride in strides if number >= 2 * stride), 1)
    stride = -(-stride // step) * step
    stride *= -(-number // (stride * _MOST_TICKS))
    elements = range(0, number, stride)
    indices = [", ".join(map(str, np.unravel_index(element, sizes))) for element in elements]
    axis.set_ticks([element // step for element in elements], indices)


def _title(errors: np.ndarray, name: str, kinks: _Mask, bad: _Mask) -> list[str]:
    number = int(bad.sum())
    if number in (0, errors.size):
        first = f"{name}: {'every' if number else 'no'} element is wrong"
    else:
        first = f"{name}: {number:,} of {counted(errors.size, 'element')} wrong (outlined)"
    left = [f"{int(kinks.sum()):,} at kinks (hatched)"] if kinks.any() else []
    if missing := _missing(errors, kinks):
        left.append(f"{missing:,} not compared (grey)")
    return [first, *([", ".join(left)] if left else [])]


def _missing(errors: np.ndarray, kinks: _Mask) -> int:
    return int((np.isnan(errors) & ~kinks).sum())


def _describe(errors: np.ndarray, name: str, kinks: _Mask, bad: _Mask) -> str:
    shape = f", shape {errors.shape}" if errors.ndim else ""
    what = f"Relative errors of {name}{shape}: "
    if not bad.any():
        known = errors[~np.isnan(errors)]
        largest = f"is wrong, the largest error {known.max():.1e}" if known.size else "was compared"
        parts = [f"{what}no element {largest}"]
    else:
        worst = np.unravel_index(
            int(np.where(bad, np.nan_to_num(errors, nan=-1.0), -2.0).argmax()), errors.shape
        )
        wrong = f"{int(bad.sum()):,} of {counted(errors.size, 'element')} wrong"
        place = f" at {[int(part) for part in worst]}" if errors.ndim else ""
        parts = [f"{what}{wrong}, the worst {errors[worst]:.2g}{place}", *_pattern(bad)]
    if kinks.any():
        parts.append(f"{int(kinks.sum()):,} left out at kinks")
    if missing := _missing(errors, kinks):
        parts.append(f"{missing:,} not compared")
    return "; ".join(parts) + "."


def _pattern(bad: _Mask) -> list[str]:
    """Return along which axes the wrong elements are limited to a few indices, or spare a few."""
    if bad.sum() < 2:
        return []
    descriptions = []
    for axis in range(bad.ndim):
        others = tuple(other for other in range(bad.ndim) if other != axis)
        there = bad.any(axis=others)
        hit, missed = np.flatnonzero(there), np.flatnonzero(~there)
        if len(missed) and len(hit) <= 3:
            descriptions.append(f"all at {_indices(hit)} of axis {axis}")
        elif 0 < len(missed) <= 3:
            descriptions.append(f"none at {_indices(missed)} of axis {axis}")
    return descriptions


def _indices(indices: np.ndarray) -> str:
    return f"{'indices' if len(indices) > 1 else 'index'} {listed(map(str, indices))}"
