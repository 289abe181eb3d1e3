"""The drawings show what they say they show."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

from matplotlib import pyplot as plt

from autograder.notebook import plots, sketches


@pytest.fixture(autouse=True)
def _kept(monkeypatch):
    """Keep figures open so that a test can read them, and close them afterwards."""
    monkeypatch.setattr(plt, "show", lambda: None)
    yield
    plt.close("all")


def texts(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_distances_writes_every_length_into_the_table():
    sketches.distances(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[3.0, 4.0], [6.0, 8.0], [0.0, 8.0]]))
    assert texts(plt.gcf().axes[1]) == ["5", "10", "8", "0", "5", "5"]


def test_vote_counts_the_nearest():
    points, classes = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [9.0, 9.0]]), np.array([1, 0, 0, 1])
    sketches.vote(np.zeros(2), points, classes, ks=[1, 3])
    titles = [axes.get_title("left") for axes in plt.gcf().axes]
    assert titles == ["k = 1: 1 for class 1", "k = 3: 2 for class 0, 1 for class 1"]


def test_folds_holds_out_each_fold_once():
    sketches.folds(4)
    held_out = [index for index, text in enumerate(texts(plt.gca())) if text == "validate"]
    assert held_out == [0, 5, 10, 15]


def test_regions_asks_the_classifier_once_for_each_k():
    asked = []

    def classify(X, k):
        asked.append((X.shape[1], k))
        return np.zeros(len(X))

    sketches.regions(classify, np.random.default_rng(0).normal(size=(6, 2)), np.arange(6) % 3, ks=[1, 5])
    assert asked == [(2, 1), (2, 5)]


def test_image_row_and_curves_caption_what_they_show():
    plots.image_row(np.zeros((2, 3072)), ["one", "two"])
    assert [axes.get_title() for axes in plt.gcf().axes] == ["one", "two"]
    plots.curves({"pixels": ([0, 1], [1.0, 0.5]), "light": ([0, 9], [1.0, 0.2])}, "share")
    assert [axes.get_xlabel() for axes in plt.gcf().axes] == ["pixels", "light"]
