"""Pictures of the data: the images themselves, in grids and rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from autograder.errors import AutograderError
from autograder.notebook.plots.picture import BLUE, RED, shown
from autograder.notebook.plots.words import counted, listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def image_grid(X: np.ndarray, y: np.ndarray, class_names: Sequence[str], per_class: int = 7) -> None:
    """Show some pictures of each class, a class a column.

    Parameters
    ----------
    X : ndarray of shape (N, 32, 32, 3) or (N, 3072)
        Pixels, 0 to 255.
    y : ndarray of shape (N,)
        Labels.
    class_names
        The name of each label.
    per_class
        Pictures a class.

    Raises
    ------
    AutograderError
        When X and y differ in length.
    """
    _check_lengths(X=X, y=y)
    chosen = [np.flatnonzero(np.asarray(y) == label)[:per_class] for label in range(len(class_names))]
    tiles = [
        _pixels(X[column[row]]) if row < len(column) else None
        for row in range(per_class)
        for column in chosen
    ]
    columns = len(class_names)
    with shown(size=(columns * 0.95, per_class * 0.92 + 0.3)) as picture:
        places = mosaic(picture.axes, tiles, columns)
        for (x, top), name in zip(places, class_names, strict=False):
            picture.axes.text(x, top - 1.5, name, ha="center", va="bottom", fontsize="small")
        fewer = [
            f"{len(column)} of {name}"
            for column, name in zip(chosen, class_names, strict=True)
            if len(column) < per_class
        ]
        picture.text = (
            f"Grid of pictures, a class a column: {per_class} of each of {listed(class_names)}"
            + (f"; but only {listed(fewer)}" if fewer else "")
            + "."
        )


def mosaic(axes: Axes, tiles: Sequence[np.ndarray | None], columns: int, room: float = 0) -> np.ndarray:
    """Draw small images as one large one, row by row, with white between them.

    One image is drawn many times faster than an axes each, and weights come by the hundred.

    Parameters
    ----------
    axes
        Where.
    tiles
        Images of shape (height, width, 3), 0 to 1, all of one size; None leaves a place empty.
    columns
        Images a row.
    room
        White above each row for a caption, in heights of an image.

    Returns
    -------
    ndarray of shape (len(tiles), 2)
        The middle of each image's upper edge, x and y, in the units of the axes.
    """
    height, width = next((tile.shape[:2] for tile in tiles if tile is not None), (32, 32))
    gap = max(1, height // 16)
    step_down, step_across = height + gap + round(room * height), width + gap
    rows = -(-len(tiles) // columns)
    canvas = np.ones((rows * step_down - gap, columns * step_across - gap, 3))
    places = np.empty((len(tiles), 2))
    for index, tile in enumerate(tiles):
        row, column = divmod(index, columns)
        top, left = row * step_down + round(room * height), column * step_across
        if tile is not None:
            canvas[top : top + height, left : left + width] = tile
        places[index] = left + (width - 1) / 2, top - 0.5
    axes.imshow(canvas, interpolation="nearest")
    axes.axis("off")
    return places


def image_row(images: np.ndarray, captions: Sequence[str]) -> None:
    """Show pictures side by side, each with a caption.

    Parameters
    ----------
    images : ndarray of shape (n, 32, 32, 3) or (n, 3072)
        Pixels, 0 to 255.
    captions
        A caption each; line breaks are kept.

    Raises
    ------
    AutograderError
        When there is no picture, or not a caption each.
    """
    _check_lengths(images=images, captions=captions)
    with shown(1, len(images), (1.45 * len(images), 1.95), squeeze=False) as picture:
        for axes, image, caption in zip(picture.axes[0], images, captions, strict=True):
            _draw(axes, image)
            axes.set_title(caption, fontsize="small", loc="center")
        told = "; ".join(" ".join(caption.split()) for caption in captions)
        picture.text = f"{counted(len(images), 'picture')} side by side: {told}."


def misclassified(
    X: np.ndarray, y: np.ndarray, predicted: np.ndarray, class_names: Sequence[str], most: int = 8
) -> None:
    """Show the first pictures that were taken for another class.

    Parameters
    ----------
    X : ndarray of shape (N, 32, 32, 3) or (N, 3072)
        Pixels, 0 to 255.
    y, predicted : ndarray of shape (N,)
        True and predicted labels.
    class_names
        The name of each label.
    most
        How many to show at the most.

    Raises
    ------
    AutograderError
        When X, y and predicted differ in length, or when no picture is misclassified.
    """
    _check_lengths(X=X, y=y, predicted=predicted)
    wrong = np.flatnonzero(np.asarray(y) != np.asarray(predicted))
    if wrong.size == 0:
        raise AutograderError("There is nothing to show: every picture has the right class.")
    some = wrong[:most]
    captions = [f"{class_names[y[i]]},\ntaken for\n{class_names[predicted[i]]}" for i in some]
    with shown(1, len(some), (1.25 * len(some), 1.95), squeeze=False) as picture:
        for axes, image, caption in zip(picture.axes[0], X[some], captions, strict=True):
            _draw(axes, image)
            axes.set_title(caption, fontsize="small", loc="center")
        told = "; ".join(caption.replace(",", "").replace("\n", " ") for caption in captions)
        picture.text = (
            f"{wrong.size:,} of {counted(len(y), 'picture')} are misclassified; "
            f"the first {len(some)}: {told}."
        )


def neighbours(
    image: np.ndarray,
    label: int,
    nearest: np.ndarray,
    nearest_labels: np.ndarray,
    distances: np.ndarray,
    class_names: Sequence[str],
) -> None:
    """Show a test picture beside its nearest training pictures; a frame tells whose label agrees.

    Parameters
    ----------
    image : ndarray of shape (3072,) or (32, 32, 3)
        The test picture.
    label
        Its true label.
    nearest : ndarray of shape (k, 3072) or (k, 32, 32, 3)
        Training pictures, nearest first.
    nearest_labels, distances : ndarray of shape (k,)
        Their labels, and how far off they are.
    class_names
        The name of each label.

    Raises
    ------
    AutograderError
        When there is no neighbour, or not a label and a distance each.
    """
    _check_lengths(nearest=nearest, nearest_labels=nearest_labels, distances=distances)
    k = len(nearest)
    agrees = np.asarray(nearest_labels) == label
    names = [class_names[each] for each in nearest_labels]
    with shown(1, k + 1, (1.35 * (k + 1), 1.9), squeeze=False) as picture:
        test, *others = picture.axes[0]
        _draw(test, image)
        test.set_title(f"test:\n{class_names[label]}", fontsize="small", loc="center", fontweight="bold")
        for place, axes in enumerate(others):
            _draw(axes, nearest[place])
            axes.set_title(f"{names[place]}\n{distances[place]:.0f}", fontsize="small", loc="center")
            axes.set_xlabel("same class" if agrees[place] else "another class", fontsize="small")
            for spine in axes.spines.values():
                spine.set(visible=True, color=BLUE if agrees[place] else RED, linewidth=3)
        told = [f"{name} at {distance:.0f}" for name, distance in zip(names, distances, strict=True)]
        picture.text = (
            f"A test picture, {class_names[label]}, and its {counted(k, 'nearest training picture')} by "
            f"distance: {listed(told)}. {agrees.sum()} of {k} of the same class."
        )


def _pixels(image: np.ndarray) -> np.ndarray:
    """Return a picture's pixels, 0 to 255, as Matplotlib wants them: (32, 32, 3), 0 to 1."""
    # Fewer levels than float64 has: what is not a number becomes black, as nothing is lit there.
    levels = np.nan_to_num(np.asarray(image, float).reshape(32, 32, 3), nan=0.0)
    return np.clip(levels, 0, 255).astype(np.uint8) / 255


def _draw(axes: Axes, image: np.ndarray) -> None:
    axes.imshow(_pixels(image), interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def _check_lengths(**arrays: Sequence[object] | np.ndarray) -> None:
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise AutograderError(
            f"{listed(lengths)} do not go together.",
            expected="one of each a picture",
            got=listed(f"{length} in {name}" for name, length in lengths.items()),
        )
    if not any(lengths.values()):
        raise AutograderError(f"There is nothing to show: {listed(lengths)} {_are(lengths)} empty.")


def _are(names: dict[str, int]) -> str:
    return "are" if len(names) > 1 else "is"
