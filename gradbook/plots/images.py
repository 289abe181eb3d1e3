"""Figures of the data: images in grids and rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gradbook.errors import GradbookError
from gradbook.phrases import counted, listed, span
from gradbook.plots.figure import BLUE, RED, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def image_grid(X: np.ndarray, y: np.ndarray, class_names: Sequence[str], per_class: int = 7) -> None:
    """Show some images of each class, one column per class.

    Parameters
    ----------
    X : ndarray of shape (N, 32, 32, 3) or (N, 3072)
        Pixels, 0 to 255.
    y : ndarray of shape (N,)
        Labels.
    class_names
        The name of each label.
    per_class
        How many images to show for each class.

    Raises
    ------
    GradbookError
        If X and y differ in length.
    """
    _check_lengths(X=X, y=y)
    chosen = [np.flatnonzero(np.asarray(y) == label)[:per_class] for label in range(len(class_names))]
    tiles = [
        _pixels(X[column[row]]) if row < len(column) else None
        for row in range(per_class)
        for column in chosen
    ]
    columns = len(class_names)
    with shown(size=(columns * 0.95, per_class * 0.92 + 0.3)) as figure:
        places = mosaic(figure.axes, tiles, columns)
        for (x, top), name in zip(places, class_names, strict=False):
            figure.axes.text(x, top - 1.5, name, ha="center", va="bottom", fontsize="small")
        fewer = [
            f"{len(column)} of {name}"
            for column, name in zip(chosen, class_names, strict=True)
            if len(column) < per_class
        ]
        figure.text = (
            f"Grid of images, one column per class: {per_class} of each of {listed(class_names)}"
            + (f"; but only {listed(fewer)}" if fewer else "")
            + "."
        )


def mosaic(axes: Axes, tiles: Sequence[np.ndarray | None], columns: int, margin: float = 0) -> np.ndarray:
    """Draw small images as one large one, row by row, with white between them.

    Drawing one large image is much faster than one axes for each of the hundreds of filters of a layer.

    Parameters
    ----------
    axes
        The axes to draw on.
    tiles
        Images of shape (height, width, 3), 0 to 1, all of the same size; None leaves a place empty.
    columns
        Images per row.
    margin
        White above each row for a caption, as a multiple of an image's height.

    Returns
    -------
    ndarray of shape (len(tiles), 2)
        The middle of each image's upper edge, x and y, in data coordinates of the axes.
    """
    height, width = next((tile.shape[:2] for tile in tiles if tile is not None), (32, 32))
    gap = max(1, height // 16)
    step_down, step_across = height + gap + round(margin * height), width + gap
    rows = -(-len(tiles) // columns)
    canvas = np.ones((rows * step_down - gap, columns * step_across - gap, 3))
    places = np.empty((len(tiles), 2))
    for index, tile in enumerate(tiles):
        row, column = divmod(index, columns)
        top, left = row * step_down + round(margin * height), column * step_across
        if tile is not None:
            canvas[top : top + height, left : left + width] = tile
        places[index] = left + (width - 1) / 2, top - 0.5
    axes.imshow(canvas, interpolation="nearest")
    axes.axis("off")
    return places


def image_row(images: np.ndarray, captions: Sequence[str]) -> None:
    """Show images side by side, each with a caption.

    Parameters
    ----------
    images : ndarray of shape (n, 32, 32, 3) or (n, 3072)
        Pixels, 0 to 255.
    captions
        One caption for each image; line breaks are kept.

    Raises
    ------
    GradbookError
        If there is no image, or if the numbers of images and captions differ.
    """
    _check_lengths(images=images, captions=captions)
    with shown(1, len(images), (1.45 * len(images), 1.95), squeeze=False) as figure:
        for axes, image, caption in zip(figure.axes[0], images, captions, strict=True):
            _draw(axes, image)
            axes.set_title(caption, fontsize="small", loc="center")
        description = "; ".join(" ".join(caption.split()) for caption in captions)
        figure.text = f"{counted(len(images), 'image')} side by side: {description}."


def misclassified(
    X: np.ndarray, y: np.ndarray, predicted: np.ndarray, class_names: Sequence[str], most: int = 8
) -> None:
    """Show the first misclassified images, with their true and predicted classes.

    Parameters
    ----------
    X : ndarray of shape (N, 32, 32, 3) or (N, 3072)
        Pixels, 0 to 255.
    y, predicted : ndarray of shape (N,)
        True and predicted labels.
    class_names
        The name of each label.
    most
        How many images to show at most.

    Raises
    ------
    GradbookError
        If X, y and predicted differ in length, or if no image is misclassified.
    """
    _check_lengths(X=X, y=y, predicted=predicted)
    wrong = np.flatnonzero(np.asarray(y) != np.asarray(predicted))
    if wrong.size == 0:
        msg = "There is nothing to show: every image is classified correctly."
        raise GradbookError(msg)
    some = wrong[:most]
    captions = [f"{class_names[y[i]]},\ntaken for\n{class_names[predicted[i]]}" for i in some]
    with shown(1, len(some), (1.25 * len(some), 1.95), squeeze=False) as figure:
        for axes, image, caption in zip(figure.axes[0], X[some], captions, strict=True):
            _draw(axes, image)
            axes.set_title(caption, fontsize="small", loc="center")
        description = "; ".join(caption.replace(",", "").replace("\n", " ") for caption in captions)
        figure.text = (
            f"{wrong.size:,} of {counted(len(y), 'image')} are misclassified; "
            f"the first {len(some)}: {description}."
        )


def neighbours(
    image: np.ndarray,
    label: int,
    nearest: np.ndarray,
    nearest_labels: np.ndarray,
    distances: np.ndarray,
    class_names: Sequence[str],
) -> None:
    """Show a test image beside its nearest training images, the frames tell whose class is the same.

    Parameters
    ----------
    image : ndarray of shape (3072,) or (32, 32, 3)
        The test image.
    label
        Its true label.
    nearest : ndarray of shape (k, 3072) or (k, 32, 32, 3)
        Training images, nearest first.
    nearest_labels, distances : ndarray of shape (k,)
        Their labels, and their distances from the test image.
    class_names
        The name of each label.

    Raises
    ------
    GradbookError
        If there is no neighbour, or if the numbers of neighbours, labels and distances differ.
    """
    _check_lengths(nearest=nearest, nearest_labels=nearest_labels, distances=distances)
    k = len(nearest)
    agrees = np.asarray(nearest_labels) == label
    names = [class_names[each] for each in nearest_labels]
    with shown(1, k + 1, (1.35 * (k + 1), 1.9), squeeze=False) as figure:
        test, *others = figure.axes[0]
        _draw(test, image)
        test.set_title(f"test:\n{class_names[label]}", fontsize="small", loc="center", fontweight="bold")
        for place, axes in enumerate(others):
            _draw(axes, nearest[place])
            axes.set_title(f"{names[place]}\n{distances[place]:.0f}", fontsize="small", loc="center")
            axes.set_xlabel("same class" if agrees[place] else "another class", fontsize="small")
            for spine in axes.spines.values():
                spine.set(visible=True, color=BLUE if agrees[place] else RED, linewidth=3)
        descriptions = [f"{name} at {distance:.0f}" for name, distance in zip(names, distances, strict=True)]
        figure.text = (
            f"A test image, {class_names[label]}, and its {counted(k, 'nearest training image')} by "
            f"distance: {listed(descriptions)}. {agrees.sum()} of {k} of the same class."
        )


def _pixels(image: np.ndarray) -> np.ndarray:
    """Return an image's pixels, 0 to 255, in the form that Matplotlib expects: (32, 32, 3), 0 to 1."""
    # NaN becomes black.
    levels = np.nan_to_num(np.asarray(image, float).reshape(32, 32, 3), nan=0.0)
    scaled: np.ndarray = np.clip(levels, 0, 255).astype(np.uint8) / 255
    return scaled


def _draw(axes: Axes, image: np.ndarray) -> None:
    axes.imshow(_pixels(image), interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def _check_lengths(**arrays: Sequence[object] | np.ndarray) -> None:
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        msg = f"{listed(lengths)} do not go together."
        raise GradbookError(
            msg,
            expected="one of each for every image",
            got=listed(f"{length} in {name}" for name, length in lengths.items()),
        )
    if not any(lengths.values()):
        msg = f"There is nothing to show: {listed(lengths)} {_are(lengths)} empty."
        raise GradbookError(msg)


def _are(names: dict[str, int]) -> str:
    return "are" if len(names) > 1 else "is"


def responses(images: np.ndarray, maps: np.ndarray, captions: Sequence[str]) -> None:
    """Show images, each with the response of every filter to it, in grey: white is the largest number.

    Parameters
    ----------
    images : ndarray of shape (N, H, W, 3)
        Pixels, 0 to 255.
    maps : ndarray of shape (N, F, H_out, W_out)
        The output of a convolution, one channel per filter; each is scaled to its own range.
    captions
        The name of each filter.

    Raises
    ------
    GradbookError
        If the shapes of images and maps and the number of captions do not match.
    """
    images, maps = np.asarray(images), np.asarray(maps, float)
    if maps.ndim != 4 or images.ndim != 4 or maps.shape[:2] != (len(images), len(captions)):
        msg = "The images, the maps and the captions do not go together."
        raise GradbookError(
            msg,
            expected="images (N, H, W, 3), maps (N, F, H_out, W_out) and F captions",
            got=f"images {images.shape}, maps {maps.shape} and {counted(len(captions), 'caption')}",
        )
    rows, columns = len(images), 1 + len(captions)
    descriptions = []
    with shown(rows, columns, (1.6 * columns, 1.62 * rows + 0.25), squeeze=False) as figure:
        for line, image, answers in zip(figure.axes, images, maps, strict=True):
            line[0].imshow(np.clip(np.nan_to_num(image), 0, 255).astype(np.uint8), interpolation="nearest")
            for axes, answer in zip(line[1:], answers, strict=True):
                axes.imshow(answer, cmap="gray", interpolation="nearest")
            for axes in line:
                axes.set(xticks=[], yticks=[])
                axes.spines[:].set_visible(False)
        for axes, caption in zip(figure.axes[0], ["image", *captions], strict=True):
            axes.set_title(caption, fontsize="small", loc="center")
        for caption, answers in zip(captions, maps.swapaxes(0, 1), strict=True):
            descriptions.append(f"{caption} ({span(answers)})")
        figure.text = f"{counted(rows, 'image')}, and beside each in grey: {listed(descriptions)}."
