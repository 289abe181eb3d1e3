"""Heat maps show their numbers legibly, and the text alternative has the main ones."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from gradbook import plots
from gradbook.errors import GradbookError
from gradbook.plots.figure import DescribedFigure

NAMES = ["cat", "dog", "ship"]


def test_the_distance_matrix_is_drawn_as_it_is_with_named_axes(displayed: list[DescribedFigure]) -> None:
    dists = np.array([[0.0, 1, 2], [3, 9, 5]])
    plots.distance_matrix(dists, "look at the rows")
    axes, bar = displayed[0].mpl_figure.axes
    np.testing.assert_array_equal(axes.images[0].get_array(), dists)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("training image", "test image")
    assert bar.get_ylabel() == "distance"
    assert displayed[0].text == (
        "Distances of 2 test images (rows) to 3 training images (columns), from 0 to 9; "
        "mean 3.33; brightest row 1 (mean 5.67), brightest column 1 (mean 5)."
    )


@pytest.mark.parametrize(
    ("dists", "message"),
    [
        (np.full((2, 2), 3.0), "3 throughout."),
        (np.array([[1.0, np.nan], [2.0, np.inf]]), "from 1 to 2; 2 of them NaN or infinite."),
        (np.full((1, 1), np.nan), "not a number; 1 of them NaN or infinite."),
    ],
)
def test_strange_distances_are_reported(
    dists: np.ndarray, message: str, displayed: list[DescribedFigure]
) -> None:
    plots.distance_matrix(dists)
    assert displayed[0].text.endswith(message)


def test_the_confusion_matrix_counts_every_pair(displayed: list[DescribedFigure]) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 2000)
    predicted = np.where(rng.random(2000) < 0.6, y, rng.integers(0, 3, 2000))
    plots.confusion_matrix(y, predicted, NAMES)
    axes, bar = displayed[0].mpl_figure.axes
    pairs = list(zip(y.tolist(), predicted.tolist(), strict=True))
    counted = {pair: pairs.count(pair) for pair in product(range(3), repeat=2)}
    written = {(round(text.get_position()[1]), round(text.get_position()[0])): text for text in axes.texts}
    assert {place: int(text.get_text()) for place, text in written.items()} == counted
    assert (axes.get_xlabel(), axes.get_ylabel(), bar.get_ylabel()) == (
        "predicted class",
        "true class",
        "images",
    )
    right = sum(a == b for a, b in pairs) / 2000
    (true, taken), most = max(
        ((pair, number) for pair, number in counted.items() if pair[0] != pair[1]), key=lambda item: item[1]
    )
    assert f"3 classes over 2,000 images: {100 * right:.3g} % right" in displayed[0].text
    assert f"most often confused: {NAMES[true]} taken for {NAMES[taken]} ({most})." in displayed[0].text


def test_shares_are_of_the_true_class_and_a_missing_class_is_reported(
    displayed: list[DescribedFigure],
) -> None:
    plots.confusion_matrix([0, 0, 0, 0, 2], [0, 0, 0, 1, 1], NAMES, shares=True)
    axes, bar = displayed[0].mpl_figure.axes
    assert [text.get_text() for text in axes.texts] == ["75", "25", "0", "0", "100", "0", "no images"]
    assert bar.get_ylabel() == "percent of the true class"
    assert displayed[0].text == (
        "Confusion matrix of 3 classes over 5 images: 60 % right; best: cat (75 %); worst: ship (0 %); "
        "most often confused: cat taken for dog (1); no images of: dog."
    )


def test_a_perfect_classifier_confuses_nothing(displayed: list[DescribedFigure]) -> None:
    plots.confusion_matrix([0, 1], [0, 1], NAMES[:2])
    assert displayed[0].text == "Confusion matrix of 2 classes over 2 images: 100 % right."


def test_the_search_puts_pairs_in_order_and_frames_the_best(displayed: list[DescribedFigure]) -> None:
    found = {(1e-2, 0.5): 0.31, (1e-3, 0.5): 0.25, (1e-3, 0.1): 0.42, (1.0, 0.1): np.nan}
    plots.search_heat_map(found)
    axes, bar = displayed[0].mpl_figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["0.001", "0.01", "1"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0.1", "0.5"]
    written = {text.get_text(): text.get_position() for text in axes.texts}
    assert written == {"0.420": (0, 0), "0.250": (1, 0), "0.310": (1, 1), "NaN": (0, 2)}
    assert {patch.get_xy() for patch in axes.patches} == {(-0.5, -0.5)}
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("learning rate", "regularisation strength")
    assert bar.get_ylabel() == "accuracy"
    assert displayed[0].text == (
        "Accuracies of 4 pairs of learning rate and regularisation strength, from 0.25 to 0.42; "
        "the best, 0.42, at 0.001 and 0.1; not a number for 1 pair."
    )


@pytest.mark.parametrize("value", [0.3, 0.0, np.nan])
def test_a_search_of_one_pair_is_drawn(value: float, displayed: list[DescribedFigure]) -> None:
    plots.search_heat_map({(0.1, 0.2): value})
    assert "1 pair" in displayed[0].text


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.distance_matrix(np.zeros((0, 3))), "not a matrix"),
        (lambda: plots.distance_matrix(np.zeros(3)), r"shape \(3,\)"),
        (lambda: plots.confusion_matrix([], [], NAMES), "empty"),
        (lambda: plots.confusion_matrix([0, 1], [0], NAMES), r"\(2,\) and \(1,\)"),
        (lambda: plots.confusion_matrix([0, 3], [0, 0], NAMES), "label in y(.|\n)*0 to 2(.|\n)*3"),
        (lambda: plots.confusion_matrix([0, 1], [0, -1], NAMES), "label in predicted"),
        (lambda: plots.confusion_matrix([0, 1], [0, np.nan], NAMES), "label in predicted"),
        (lambda: plots.search_heat_map({}), "no accuracy"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_reason(
    draw, message: str, displayed: list[DescribedFigure]
) -> None:
    with pytest.raises(GradbookError, match=message):
        draw()
    assert displayed == []
