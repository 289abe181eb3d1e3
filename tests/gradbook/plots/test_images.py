"""Figures of images show the images and describe them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from matplotlib.colors import to_hex

from gradbook import plots
from gradbook.errors import GradbookError
from gradbook.plots.figure import BLUE, RED, DescribedFigure, drawing
from gradbook.plots.images import mosaic

NAMES = ["ship", "frog", "deer"]


def test_a_grid_has_a_column_per_class_and_gaps_where_images_are_few(
    displayed: list[DescribedFigure],
) -> None:
    X = np.arange(3 * 3072).reshape(3, 3072) % 256
    plots.image_grid(X, np.array([0, 0, 1]), NAMES, per_class=2)
    (axes,) = displayed[0].mpl_figure.axes
    assert [text.get_text() for text in axes.texts] == NAMES
    canvas = axes.images[0].get_array()
    columns = [round(text.get_position()[0] - 15.5) for text in axes.texts]
    shown = canvas[:32, columns[0] : columns[0] + 32]
    np.testing.assert_allclose(shown * 255, X[0].reshape(32, 32, 3), atol=1e-9)
    assert (canvas[:32, columns[2] :] == 1).all()
    assert "2 of each of ship, frog and deer" in displayed[0].text
    assert "only 1 of frog and 0 of deer" in displayed[0].text


def test_a_mosaic_puts_every_tile_where_it_says() -> None:
    tiles = [np.full((3, 5, 3), value) for value in (0.1, 0.2, 0.3)]
    with drawing() as figure:
        places = mosaic(figure.axes, [*tiles, None], columns=2, margin=1)
        canvas = figure.axes.images[0].get_array()
    for tile, (x, top) in zip(tiles, places, strict=False):
        row, column = round(top + 0.5), round(x - 2)
        np.testing.assert_array_equal(canvas[row : row + 3, column : column + 5], tile)
    assert (canvas < 1).sum() == 3 * 3 * 5 * 3


def test_rows_caption_what_they_show(displayed: list[DescribedFigure]) -> None:
    plots.image_row(np.zeros((2, 3072)), ["one", "two\nlines"])
    assert [axes.get_title() for axes in displayed[0].mpl_figure.axes] == ["one", "two\nlines"]
    assert displayed[0].text == "2 images side by side: one; two lines."


def test_invalid_pixels_are_drawn_without_a_warning(displayed: list[DescribedFigure]) -> None:
    image = np.full((1, 3072), np.nan)
    image[0, :3] = -50, 300, np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plots.image_row(image, ["spoilt"])
    shown = displayed[0].mpl_figure.axes[0].images[0].get_array()
    np.testing.assert_array_equal(shown[0, 0], [0, 1, 1])


def test_misclassified_shows_only_the_wrong_ones(displayed: list[DescribedFigure]) -> None:
    X = np.arange(5)[:, None] * np.ones((1, 3072))
    plots.misclassified(X, np.array([0, 1, 2, 0, 1]), np.array([0, 2, 2, 1, 1]), NAMES)
    axes = displayed[0].mpl_figure.axes
    assert [round(each.images[0].get_array()[0, 0, 0] * 255) for each in axes] == [1, 3]
    assert displayed[0].text == (
        "2 of 5 images are misclassified; the first 2: frog taken for deer; ship taken for frog."
    )


def test_neighbours_say_in_words_and_colour_whose_class_agrees(displayed: list[DescribedFigure]) -> None:
    plots.neighbours(np.zeros(3072), 1, np.zeros((2, 3072)), np.array([1, 0]), np.array([10.4, 20.0]), NAMES)
    test, same, other = displayed[0].mpl_figure.axes
    assert test.get_title() == "test:\nfrog"
    assert same.get_xlabel() == "same class"
    assert same.get_title() == "frog\n10"
    assert other.get_xlabel() == "another class"
    colours = [to_hex(axes.spines["left"].get_edgecolor()) for axes in (same, other)]
    assert colours == [BLUE, RED]
    assert "frog at 10 and ship at 20. 1 of 2 of the same class." in displayed[0].text


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.image_grid(np.zeros((0, 3072)), np.zeros(0, int), NAMES), "X and y are empty"),
        (lambda: plots.image_grid(np.zeros((2, 3072)), np.zeros(3, int), NAMES), "2 in X and 3 in y"),
        (lambda: plots.image_row(np.zeros((1, 3072)), []), "images and captions do not go together"),
        (lambda: plots.misclassified(np.zeros((1, 3072)), [0], [0], NAMES), "every image is classified"),
        (lambda: plots.neighbours(np.zeros(3072), 0, [], [], [], NAMES), "nothing to show"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_reason(
    draw, message: str, displayed: list[DescribedFigure]
) -> None:
    with pytest.raises(GradbookError, match=message):
        draw()
    assert displayed == []
