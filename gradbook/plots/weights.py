"""Figures of what a network has learnt, and of its activations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gradbook.errors import GradbookError
from gradbook.phrases import counted, number, percent, span
from gradbook.plots.figure import BLUE, GREY, RED, shown
from gradbook.plots.images import mosaic

_PIXELS = 32 * 32 * 3

#: A background for letters on an image.
_LABEL = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}


def weight_templates(W: np.ndarray, class_names: Sequence[str] | None = None) -> None:
    """Show the weights of an affine layer on raw pixels as images, each scaled to its own range.

    Parameters
    ----------
    W : ndarray of shape (3072, C)
        Weights of a linear classifier, or of a network's first layer: one column for each class or hidden
        unit, with pixels in the order of ``reshape(N, -1)``. The last row of shape (3073, C) is the bias
        trick's, and is left out. For shape (C, 3072) or (C, 3073) the rows are shown.
    class_names
        The name of each class; without them the images have no captions.

    Raises
    ------
    GradbookError
        If W has another shape, or if the numbers of classes and names differ.
    """
    rows = _as_rows(np.asarray(W, float))
    names = [] if class_names is None else list(class_names)
    if names and len(names) != len(rows):
        msg = "W and class_names do not go together."
        raise GradbookError(
            msg,
            expected=f"{len(rows)} names, for W of shape {np.shape(W)}",
            got=f"{len(names)} names",
        )
    what = "class" if names else "unit"
    _show_scaled(rows.reshape(-1, 32, 32, 3), names, f"Weights of {_counted(len(rows), what)}")


def _as_rows(W: np.ndarray) -> np.ndarray:
    if W.ndim == 2 and W.size:
        for rows in (W.T, W):
            if rows.shape[1] in (_PIXELS, _PIXELS + 1):
                return rows[:, :_PIXELS]
    msg = "These weights are not images."
    raise GradbookError(
        msg,
        expected=f"W of shape ({_PIXELS}, C): one row for each number of an image, one column for each class",
        got=f"shape {W.shape}",
        next="give the weights of the first layer: later layers see features, not pixels",
    )


def filters(w: np.ndarray) -> None:
    """Show the filters of a first convolutional layer in a grid, each scaled to its own range.

    Parameters
    ----------
    w : ndarray of shape (F, 3, HH, WW)
        Weights of the layer.

    Raises
    ------
    GradbookError
        If w has another shape: filters of later layers have more than three channels, which cannot be shown
        as colours.
    """
    w = np.asarray(w, float)
    if w.ndim != 4 or w.shape[1] != 3 or w.size == 0:
        msg = "These filters cannot be shown as colours."
        raise GradbookError(
            msg,
            expected="w of shape (F, 3, HH, WW), the filters of the first layer",
            got=f"shape {w.shape}",
        )
    height, width = w.shape[2:]
    _show_scaled(w.transpose(0, 2, 3, 1), [], f"{counted(len(w), 'filter')} of {height}×{width} pixels")


def _show_scaled(weights: np.ndarray, names: Sequence[str], what: str) -> None:
    n = len(weights)
    columns = min(n, 5) if names else int(np.ceil(np.sqrt(2 * n)))
    columns = min(n, columns)
    rows = -(-n // columns)
    side = 1.3 if names else max(0.55, min(1.3, 8 / columns))
    with shown(size=(columns * side, rows * (side + (0.25 if names else 0)))) as figure:
        places = mosaic(figure.axes, [_scaled(each) for each in weights], columns, 0.2 if names else 0)
        for (x, top), name in zip(places, names, strict=False):
            figure.axes.text(x, top - 1, name, ha="center", va="bottom", fontsize="small")
        spoilt = [not np.isfinite(each).all() for each in weights]
        for (x, top), is_spoilt in zip(places, spoilt, strict=True):
            if is_spoilt:
                middle = top + 0.5 + weights.shape[1] / 2
                figure.axes.text(x, middle, "NaN", ha="center", va="center", fontsize="small", bbox=_LABEL)
        figure.text = " ".join(
            [
                f"{what} as images, each scaled to its own range: {_describe(weights, names)}.",
                *([f"NaN or infinity in {sum(spoilt)} of them."] if any(spoilt) else []),
            ]
        )


def _scaled(weights: np.ndarray) -> np.ndarray:
    """Return weights scaled to the range 0 to 1; 0.5 if all are equal, and for NaN or infinity."""
    finite = np.isfinite(weights)
    if not finite.any():
        return np.full(weights.shape, 0.5)
    low, high = weights[finite].min(), weights[finite].max()
    if low == high:
        return np.full(weights.shape, 0.5)
    # Halves, because the difference of two very large numbers overflows.
    return np.where(finite, (np.where(finite, weights, low) / 2 - low / 2) / (high / 2 - low / 2), 0.5)


def _describe(weights: np.ndarray, names: Sequence[str]) -> str:
    if not names:
        return f"weights {span(weights)}"
    return "; ".join(
        f"{name} {span(each)}, {_strongest(each)}" for name, each in zip(names, weights, strict=True)
    )


def _strongest(weights: np.ndarray) -> str:
    """Return which colour has the largest mean weight: what a template mostly looks for."""
    finite = np.isfinite(weights)
    means = np.where(finite, weights, 0).mean(axis=(0, 1))
    if not finite.all() or np.ptp(means) == 0:
        return "no colour strongest"
    return f"strongest in {('red', 'green', 'blue')[int(means.argmax())]}"


def _counted(number: int, noun: str) -> str:
    return counted(number, noun) if noun != "class" or number == 1 else f"{number:,} classes"


def activation_histograms(activations: Mapping[str, np.ndarray]) -> None:
    """Show the distribution of a network's activations, one histogram per layer on a common axis.

    Exact zeros, which a ReLU returns by the thousand, are counted in the title and left out of the bars:
    their bar would dwarf the others.

    Parameters
    ----------
    activations
        The activations of each layer by its name, first layer first; ndarrays of any shape.

    Raises
    ------
    GradbookError
        If there is no layer, or if a layer has no activations.
    """
    if not activations:
        msg = "There is nothing to show: no layer was given."
        raise GradbookError(msg)
    layers = {name: np.asarray(values, float).ravel() for name, values in activations.items()}
    for name, values in layers.items():
        if values.size == 0:
            msg = f"There is nothing to show: layer {name} has no activations."
            raise GradbookError(msg)
    finite = {name: values[np.isfinite(values)] for name, values in layers.items()}
    together = np.concatenate(list(finite.values()))
    low, high = (together.min(), together.max()) if together.size else (0.0, 0.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    descriptions = {name: _statistics(values, finite[name]) for name, values in layers.items()}
    with shown(len(layers), 1, (6.8, 0.95 * len(layers) + 0.7), squeeze=False, sharex=True) as figure:
        for axes, (name, values) in zip(figure.axes[:, 0], layers.items(), strict=True):
            numbers = finite[name]
            bars = numbers[numbers != 0]
            share = np.full(bars.size, 1 / values.size)
            axes.hist(bars, bins=80, range=(low, high), weights=share, color=BLUE)
            if numbers.size:
                axes.axvline(numbers.mean(), color=RED, linewidth=1.5)
            axes.axvline(0, color=GREY, linewidth=0.8, linestyle=":")
            axes.set_title(f"{name}: {descriptions[name]}", fontsize="small")
            axes.set_ylim(0, None if bars.size else 1)
            axes.locator_params(axis="y", nbins=2)
            axes.tick_params(labelsize="small")
        axes.set_xlabel("activation (solid line: the mean; exact zeros are left out of the bars)")
        figure.mpl_figure.supylabel("share of the layer's activations", fontsize="medium")
        figure.text = (
            f"Activations of {counted(len(layers), 'layer')}, one histogram for each, on one axis "
            f"{span(together)}. " + " ".join(f"{name}: {text}." for name, text in descriptions.items())
        )


def _statistics(values: np.ndarray, finite: np.ndarray) -> str:
    parts = []
    if finite.size:
        parts = [f"mean {number(finite.mean())}, std {number(finite.std())}"]
    parts.append(f"{percent(float((values == 0).mean()))} zeros")
    if finite.size < values.size:
        parts.append(f"{percent(1 - finite.size / values.size)} NaN or infinite")
    return ", ".join(parts)
