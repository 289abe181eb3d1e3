"""Pictures of the data show the data, and say it."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from matplotlib.colors import to_hex

from autograder.errors import AutograderError
from autograder.notebook import plots
from autograder.notebook.plots.images import mosaic
from autograder.notebook.plots.picture import BLUE, RED, Picture, drawing

NAMES = ["ship", "frog", "deer"]


def test_a_grid_has_a_column_a_class_and_room_where_pictures_are_few(pictures: list[Picture]) -> None:
    X = np.arange(3 * 3072).reshape(3, 3072) % 256
    plots.image_grid(X, np.array([0, 0, 1]), NAMES, per_class=2)
    (axes,) = pictures[0].figure.axes
    assert [text.get_text() for text in axes.texts] == NAMES
    canvas = axes.images[0].get_array()
    columns = [round(text.get_position()[0] - 15.5) for text in axes.texts]
    shown = canvas[:32, columns[0] : columns[0] + 32]
    np.testing.assert_allclose(shown * 255, X[0].reshape(32, 32, 3), atol=1e-9)
    assert (canvas[:32, columns[2] :] == 1).all()
    assert "2 of each of ship, frog and deer" in pictures[0].text
    assert "only 1 of frog and 0 of deer" in pictures[0].text


def test_a_mosaic_puts_every_tile_where_it_says() -> None:
    tiles = [np.full((3, 5, 3), value) for value in (0.1, 0.2, 0.3)]
    with drawing() as picture:
        places = mosaic(picture.axes, [*tiles, None], columns=2, room=1)
        canvas = picture.axes.images[0].get_array()
    for tile, (x, top) in zip(tiles, places, strict=False):
        row, column = round(top + 0.5), round(x - 2)
        np.testing.assert_array_equal(canvas[row : row + 3, column : column + 5], tile)
    assert (canvas < 1).sum() == 3 * 3 * 5 * 3


def test_rows_caption_what_they_show(pictures: list[Picture]) -> None:
    plots.image_row(np.zeros((2, 3072)), ["one", "two\nlines"])
    assert [axes.get_title() for axes in pictures[0].figure.axes] == ["one", "two\nlines"]
    assert pictures[0].text == "2 pictures side by side: one; two lines."


def test_what_is_no_pixel_draws_without_a_warning(pictures: list[Picture]) -> None:
    image = np.full((1, 3072), np.nan)
    image[0, :3] = -50, 300, np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plots.image_row(image, ["spoilt"])
    shown = pictures[0].figure.axes[0].images[0].get_array()
    np.testing.assert_array_equal(shown[0, 0], [0, 1, 1])


def test_misclassified_shows_the_wrong_ones_alone(pictures: list[Picture]) -> None:
    X = np.arange(5)[:, None] * np.ones((1, 3072))
    plots.misclassified(X, np.array([0, 1, 2, 0, 1]), np.array([0, 2, 2, 1, 1]), NAMES)
    axes = pictures[0].figure.axes
    assert [round(each.images[0].get_array()[0, 0, 0] * 255) for each in axes] == [1, 3]
    assert pictures[0].text == (
        "2 of 5 pictures are misclassified; the first 2: frog taken for deer; ship taken for frog."
    )


def test_neighbours_say_in_words_and_colour_whose_class_agrees(pictures: list[Picture]) -> None:
    plots.neighbours(np.zeros(3072), 1, np.zeros((2, 3072)), np.array([1, 0]), np.array([10.4, 20.0]), NAMES)
    test, same, other = pictures[0].figure.axes
    assert test.get_title() == "test:\nfrog"
    assert same.get_xlabel() == "same class"
    assert same.get_title() == "frog\n10"
    assert other.get_xlabel() == "another class"
    colours = [to_hex(axes.spines["left"].get_edgecolor()) for axes in (same, other)]
    assert colours == [BLUE, RED]
    assert "frog at 10 and ship at 20. 1 of 2 of the same class." in pictures[0].text


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: plots.image_grid(np.zeros((0, 3072)), np.zeros(0, int), NAMES), "X and y are empty"),
        (lambda: plots.image_grid(np.zeros((2, 3072)), np.zeros(3, int), NAMES), "2 in X and 3 in y"),
        (lambda: plots.image_row(np.zeros((1, 3072)), []), "images and captions do not go together"),
        (lambda: plots.misclassified(np.zeros((1, 3072)), [0], [0], NAMES), "every picture has the right"),
        (lambda: plots.neighbours(np.zeros(3072), 0, [], [], [], NAMES), "nothing to show"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_words(draw, said: str, pictures: list[Picture]) -> None:
    with pytest.raises(AutograderError, match=said):
        draw()
    assert pictures == []
