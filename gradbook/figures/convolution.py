"""Convolution and pooling on a few numbers: a window and its positions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gradbook.phrases import counted, listed
from gradbook.plots.figure import BLUE, GREEN, GREY, ORANGE, DescribedFigure, bare, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

#: The white space between two tables, in cells: enough for a sign, and for an arrow.
_SIGN, _ARROW = 1.2, 1.8

Place = tuple[int, int]


def convolution(
    x: np.ndarray, w: np.ndarray, out: np.ndarray, at: Place = (0, 0), stride: int = 1, pad: int = 0
) -> None:
    """Draw an image with one window on it, the filter, and the output.

    Parameters
    ----------
    x : ndarray of shape (H, W)
        An image of one channel.
    w : ndarray of shape (HH, WW)
        The filter.
    out : ndarray of shape (H_out, W_out)
        The output, without a bias.
    at
        Row and column of the output that belongs to the window.
    stride, pad
        Stride and padding of the convolution.
    """
    padded = np.pad(x, pad)
    with _tables([padded, w, out], [_SIGN, _ARROW]) as (axes, lefts, figure):
        window = _window(at, stride, w.shape)
        _table(axes, padded, lefts[0], window, ORANGE, border=pad)
        _table(axes, w, lefts[1], None, BLUE)
        _table(axes, out, lefts[2], (slice(at[0], at[0] + 1), slice(at[1], at[1] + 1)), GREEN)
        _between(axes, lefts[1] - _SIGN / 2, "∗")
        _between(axes, lefts[2] - _ARROW / 2, "→")
        products = [f"{a:g}·{b:g}" for a, b in zip(padded[window].flat, w.flat, strict=True)]
        figure.text = (
            f"An image of {_size(x)}{_padding(pad)}, a filter of {_size(w)}, and an output of {_size(out)} "
            f"for stride {stride}. Output {list(at)} is {' + '.join(products)} = {out[at]:g}."
        )


def pooling(x: np.ndarray, out: np.ndarray, window: Place, at: Place = (0, 0), stride: int = 1) -> None:
    """Draw an image with one window on it, and the maxima of all windows.

    Parameters
    ----------
    x : ndarray of shape (H, W)
        An image of one channel.
    out : ndarray of shape (H_out, W_out)
        The maxima.
    window
        Height and width of a window.
    at
        Row and column of the output that belongs to the window.
    stride
        The distance from one window to the next.
    """
    with _tables([x, out], [_ARROW]) as (axes, lefts, figure):
        covered = _window(at, stride, window)
        _table(axes, x, lefts[0], covered, ORANGE)
        _table(axes, out, lefts[1], (slice(at[0], at[0] + 1), slice(at[1], at[1] + 1)), GREEN)
        _between(axes, lefts[1] - _ARROW / 2, "max →")
        numbers = [f"{value:g}" for value in x[covered].flat]
        figure.text = (
            f"An image of {_size(x)}, and its maxima in windows of {window[0]}×{window[1]} for stride "
            f"{stride}, {_size(out)} of them. Output {list(at)} is the largest of {listed(numbers)}: "
            f"{out[at]:g}."
        )


def columns(x: np.ndarray, cols: np.ndarray, window: Place, at: Place = (0, 0)) -> None:
    """Draw an image with one window on it, and the matrix whose columns are its windows, for stride 1.

    Parameters
    ----------
    x : ndarray of shape (H, W)
        An image of one channel.
    cols : ndarray of shape (HH * WW, H_out * W_out)
        The matrix.
    window
        Height and width of a window.
    at
        Row and column of the window to look at.
    """
    column = at[0] * (x.shape[1] - window[1] + 1) + at[1]
    with _tables([x, cols], [_ARROW]) as (axes, lefts, figure):
        _table(axes, x, lefts[0], _window(at, 1, window), ORANGE)
        _table(axes, cols, lefts[1], (slice(None), slice(column, column + 1)), ORANGE)
        _between(axes, lefts[1] - _ARROW / 2, "→")
        numbers = [f"{value:g}" for value in cols[:, column]]
        figure.text = (
            f"An image of {_size(x)}, and a matrix of {_size(cols)}: each of the {cols.shape[1]} windows of "
            f"{window[0]}×{window[1]} is a column of it. Column {column} holds {listed(numbers)}, the "
            f"window at {list(at)}."
        )


def strides(settings: Sequence[tuple[int, int]], size: int = 5, window: int = 3) -> None:
    """Draw the positions of the windows for several strides and paddings, one panel for each.

    Parameters
    ----------
    settings
        Pairs of stride and padding.
    size, window
        The side lengths of the image and of a window, both square.
    """
    from matplotlib.patches import Rectangle

    descriptions = []
    with shown(1, len(settings), (2.5 * len(settings), 2.9), squeeze=False) as figure:
        for axes, (stride, pad) in zip(figure.axes[0], settings, strict=True):
            whole = size + 2 * pad
            for i, j in np.ndindex(whole, whole):
                inside = pad <= i < pad + size and pad <= j < pad + size
                axes.add_patch(_square(j, i, GREY, 0.35 if inside else 0.0, inside))
            steps = range(0, whole - window + 1, stride)
            for i in steps:
                for j in steps:
                    middle = (j + window / 2, i + window / 2)
                    axes.plot(*middle, "o", color=BLUE, markersize=5, zorder=4)
            for place, colour in ((0, ORANGE), (stride, GREEN)):
                frame = Rectangle((place, 0), window, window, fill=False, edgecolor=colour, linewidth=3)
                axes.add_patch(frame)
            widest = max(pad for _, pad in settings)
            low, high = pad - widest - 0.2, pad + size + widest + 0.2
            bare(axes, (low, high), (high, low), aspect="equal")
            count = len(steps)
            title = f"stride {stride}, pad {pad}\nout {count}×{count}"
            axes.set_title(title, fontsize="medium", loc="center")
            descriptions.append(f"stride {stride} and padding {pad}: {count}×{count} windows")
        figure.text = (
            f"An image of {size}×{size} and windows of {window}×{window}; the first two are framed, and "
            f"each has a dot at its centre. {'; '.join(descriptions)}."
        )


@contextlib.contextmanager
def _tables(
    arrays: Sequence[np.ndarray], gaps: Sequence[float]
) -> Iterator[tuple[Axes, list[float], DescribedFigure]]:
    """Yield axes with space for tables side by side, the left edge of each table, and the figure."""
    widths = [array.shape[1] for array in arrays]
    lefts = [sum(widths[:k]) + sum(gaps[:k]) for k in range(len(arrays))]
    width, height = lefts[-1] + widths[-1] + 0.4, max(array.shape[0] for array in arrays) + 0.4
    with shown(size=(0.55 * width, 0.55 * height)) as figure:
        bare(figure.axes, (-0.2, width - 0.2), (height / 2, -height / 2), aspect="equal")
        yield figure.axes, lefts, figure


def _table(
    axes: Axes,
    values: np.ndarray,
    left: float,
    marked: tuple[slice, slice] | None,
    colour: str,
    border: int = 0,
) -> None:
    """Draw a table of numbers, one part of it coloured; a border of zeros has no background."""
    rows, columns = values.shape
    chosen = np.full(values.shape, marked is None)
    if marked is not None:
        chosen[marked] = True
    for (i, j), value in np.ndenumerate(values):
        inside = border <= i < rows - border and border <= j < columns - border
        x, y = left + j, i - rows / 2
        shade = 0.45 if chosen[i, j] else 0.15 * inside
        axes.add_patch(_square(x, y, colour if chosen[i, j] else GREY, shade, solid=inside))
        ink = "black" if inside else GREY
        axes.text(x + 0.47, y + 0.47, f"{value:g}", ha="center", va="center", color=ink)


def _square(x: float, y: float, colour: str, alpha: float, solid: bool) -> Patch:
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Rectangle

    line = "-" if solid else ":"
    return Rectangle((x, y), 0.94, 0.94, facecolor=to_rgba(colour, alpha), edgecolor=GREY, linestyle=line)


def _between(axes: Axes, middle: float, sign: str) -> None:
    axes.text(middle, 0, sign, ha="center", va="center", fontsize="large")


def _window(at: Place, stride: int, size: tuple[int, ...]) -> tuple[slice, slice]:
    top, left = at[0] * stride, at[1] * stride
    return slice(top, top + size[0]), slice(left, left + size[1])


def _size(array: np.ndarray) -> str:
    return f"{array.shape[0]}×{array.shape[1]}"


def _padding(pad: int) -> str:
    return f" in a border of {counted(pad, 'zero')}" if pad else ""
