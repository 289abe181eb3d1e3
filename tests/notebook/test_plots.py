"""Each picture names its axes, and shows the numbers that it was given."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

from autograder.notebook import plots

NAMES = ["ship", "frog"]


@pytest.fixture(autouse=True)
def _kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep figures open so that a test can read them, and close them afterwards."""
    monkeypatch.setattr(plt, "show", lambda: None)
    yield
    plt.close("all")


def test_a_grid_has_a_column_a_class_and_room_where_pictures_are_few() -> None:
    X = np.arange(3 * 3072).reshape(3, 3072) % 256
    plots.image_grid(X, np.array([0, 0, 1]), NAMES, per_class=2)
    axes = plt.gcf().axes
    assert [a.get_title() for a in axes] == ["ship", "frog", "", ""]
    shown = [a.images[0].get_array() for a in axes if a.images]
    assert len(shown) == 3
    np.testing.assert_array_equal(shown[0], X[0].reshape(32, 32, 3))


def test_the_distance_matrix_is_drawn_as_it_is_with_named_axes() -> None:
    dists = np.arange(6.0).reshape(2, 3)
    plots.distance_matrix(dists, "look at the rows")
    axes, bar = plt.gcf().axes
    np.testing.assert_array_equal(axes.images[0].get_array(), dists)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("training picture", "test picture")
    assert bar.get_ylabel() == "distance"


def test_neighbours_say_in_words_and_colour_whose_class_agrees() -> None:
    plots.neighbours(np.zeros(3072), 1, np.zeros((2, 3072)), np.array([1, 0]), np.array([10.4, 20.0]), NAMES)
    test, same, other = plt.gcf().axes
    assert test.get_title() == "test:\nfrog"
    assert same.get_xlabel() == "same class"
    assert same.get_title() == "frog\n10"
    assert other.get_xlabel() == "another class"
    colours = [to_hex(axes.spines["left"].get_edgecolor()) for axes in (same, other)]
    assert colours == [plots.BLUE, plots.RED]


def test_timings_compare_with_the_first() -> None:
    plots.timings({"two loops": 2.0, "no loops": 0.01})
    axes = plt.gca()
    assert "200× as fast" in axes.texts[1].get_text()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["two loops", "no loops"]
    assert "second" in axes.get_xlabel()


def test_accuracy_over_k_shows_each_fold_the_mean_and_the_best() -> None:
    plots.accuracy_over_k({1: [0.1, 0.3], 5: [0.4, 0.6]})
    axes = plt.gca()
    dots = [line for line in axes.lines if line.get_linestyle() == "None"]
    assert [list(line.get_ydata()) for line in dots[:2]] == [[0.1, 0.3], [0.4, 0.6]]
    legend = " ".join(text.get_text() for text in (axes.get_legend() or plt.gcf().legends[0]).get_texts())
    assert "best k = 5" in legend
    assert "standard deviation" in legend
    assert axes.get_ylabel() == "accuracy"
