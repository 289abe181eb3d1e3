"""Figures of hand-made image features: hue histograms, and histograms of oriented gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gradbook.errors import GradbookError
from gradbook.phrases import counted, listed
from gradbook.plots.figure import GREY, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The names of six hues, 60° apart.
HUES = ("red", "yellow", "green", "cyan", "blue", "magenta")


def hue_histograms(images: np.ndarray, histograms: np.ndarray, captions: Sequence[str]) -> None:
    """Show images, and below each its hue histogram with bars in the colours that they count.

    Parameters
    ----------
    images : ndarray of shape (n, H, W, 3)
        Pixels, 0 to 255.
    histograms : ndarray of shape (n, bins)
        How much of the image lies in each part of the colour circle; the centre of bin k is the hue
        k / bins of a turn away from red.
    captions
        One caption for each image.

    Raises
    ------
    GradbookError
        If there is no image, or if the numbers of images, histograms and captions differ.
    """
    from matplotlib.colors import hsv_to_rgb

    _check(images, histograms, captions)
    histograms = np.asarray(histograms, float)
    n, bins = histograms.shape
    colours = hsv_to_rgb(np.column_stack([np.arange(bins) / bins, np.full((bins, 2), (0.9, 0.85))]))
    top = max(1e-9, float(np.nanmax(histograms, initial=0)))
    size = (1.75 * n + 0.5, 3.6)
    with shown(2, n, size, squeeze=False, height_ratios=(1.1, 1)) as figure:
        for place, caption in enumerate(captions):
            above, below = figure.axes[:, place]
            _draw(above, images[place], caption)
            below.bar(range(bins), histograms[place], 0.9, color=colours, edgecolor=GREY, linewidth=0.4)
            below.set(ylim=(0, 1.08 * top), xlim=(-0.7, bins - 0.3))
            ticks = [k * bins / 6 for k in range(6)]
            below.set_xticks(ticks, [name[0].upper() for name in HUES], fontsize="small")
            below.tick_params(axis="y", labelsize="small", labelleft=place == 0)
        figure.axes[1, 0].set_ylabel("colour per pixel", fontsize="small")
        descriptions = [
            f"{caption}: mostly {_hue(histogram)}" if np.nansum(histogram) > 0 else f"{caption}: no colour"
            for caption, histogram in zip(captions, histograms, strict=True)
        ]
        figure.text = (
            f"{counted(n, 'image')}, each above its histogram over the colour circle, from red through "
            f"yellow, green, cyan, blue and magenta back to red. {'; '.join(descriptions)}."
        )


def _hue(histogram: np.ndarray) -> str:
    """Return the name of the hue that is nearest to the largest bin."""
    return HUES[round(6 * int(np.nanargmax(histogram)) / len(histogram)) % 6]


def hog_glyphs(
    images: np.ndarray, magnitudes: np.ndarray, histograms: np.ndarray, captions: Sequence[str]
) -> None:
    """Show images, the magnitudes of their gradients, and their HOG descriptors as strokes.

    A stroke is drawn along the edge, at a right angle to the gradient's direction. Its length and its
    darkness grow with its bin, up to the 90th percentile: one stroke in ten is drawn at full length.

    Parameters
    ----------
    images : ndarray of shape (n, H, W, 3) or (n, H, W)
        Pixels, 0 to 255; grey ones without the last axis.
    magnitudes : ndarray of shape (n, H, W)
        The magnitude of the gradient at each pixel.
    histograms : ndarray of shape (n, rows, columns, bins)
        For each cell, how much gradient points in each direction: the centre of bin k is at k / bins of half
        a turn, from right through down to left.
    captions
        One caption for each image.

    Raises
    ------
    GradbookError
        If there is no image, or if the numbers of images, magnitudes, histograms and captions differ.
    """
    _check(images, histograms, captions, magnitudes)
    n = len(images)
    with shown(3, n, (1.75 * n + 0.5, 5.6), squeeze=False) as figure:
        for place, caption in enumerate(captions):
            image, edges, glyphs = figure.axes[:, place]
            _draw(image, images[place], caption)
            edges.imshow(magnitudes[place], cmap="gray_r", vmin=0)
            edges.set(xticks=[], yticks=[])
            _strokes(glyphs, np.asarray(histograms[place], float), np.shape(magnitudes[place]))
        for axes, name in zip(figure.axes[:, 0], ("image", "magnitude", "histograms"), strict=True):
            axes.set_ylabel(name, fontsize="small")
        figure.text = (
            f"{counted(n, 'image')}, {listed(captions)}; below each the magnitude of its gradient, dark "
            f"where it is large, and its histograms as strokes along the edges in {_cells(histograms)} cells."
        )


def _cells(histograms: np.ndarray) -> str:
    rows, columns = np.shape(histograms)[1:3]
    return f"{rows}×{columns}"


def _strokes(axes: Axes, cells: np.ndarray, shape: tuple[int, ...]) -> None:
    """Draw each bin of each cell as a stroke through the middle of the cell."""
    from matplotlib.collections import LineCollection

    rows, columns, bins = cells.shape
    height, width = shape[0] / rows, shape[1] / columns
    # Relative to the largest bin, a single hard edge would make all other strokes too faint to see.
    finite = np.nan_to_num(cells)
    large = float(np.percentile(finite[finite > 0], 90)) if np.any(finite > 0) else 1.0
    share = np.clip(finite / large, 0, 1)
    # The edge runs at a right angle to the gradient.
    angles = np.pi * np.arange(bins) / bins + np.pi / 2
    reach = 0.48 * share[..., None] * np.stack([width * np.cos(angles), height * np.sin(angles)], axis=-1)
    across, down = np.meshgrid((np.arange(columns) + 0.5) * width, (np.arange(rows) + 0.5) * height)
    middles = np.stack([across, down], axis=-1)[:, :, None] - 0.5
    lines = np.stack([middles - reach, middles + reach], axis=-2).reshape(-1, 2, 2)
    shades = 1 - share.ravel() ** 0.7
    axes.add_collection(
        LineCollection(list(lines), colors=[(shade, shade, shade) for shade in shades], linewidths=1.6)
    )
    axes.set(xlim=(-0.5, shape[1] - 0.5), ylim=(shape[0] - 0.5, -0.5), aspect="equal")
    axes.set_xticks([k * width - 0.5 for k in range(columns + 1)], [])
    axes.set_yticks([k * height - 0.5 for k in range(rows + 1)], [])
    axes.grid(color=GREY, alpha=0.35, linewidth=0.6)
    axes.tick_params(length=0)


def _draw(axes: Axes, image: np.ndarray, caption: str) -> None:
    levels = np.clip(np.nan_to_num(np.asarray(image, float)), 0, 255) / 255
    axes.imshow(levels, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    axes.set_title(caption, fontsize="small", loc="center")


def _check(*arrays: np.ndarray | Sequence[str]) -> None:
    lengths = {len(array) for array in arrays}
    if lengths == {0}:
        msg = "There is nothing to show: no image was given."
        raise GradbookError(msg)
    if len(lengths) > 1:
        msg = "The images, their histograms and their captions do not go together."
        raise GradbookError(
            msg,
            expected="one of each for every image",
            got=listed(str(len(array)) for array in arrays),
        )
