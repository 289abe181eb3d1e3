"""The drawings show what they say they show."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.errors import AutograderError
from autograder.notebook import sketches
from autograder.notebook.plots.picture import Picture


def texts(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_axes_writes_both_sums_beside_the_matrix(pictures: list[Picture]) -> None:
    sketches.axes(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    assert {"5", "7", "9", "6", "15"} <= set(texts(pictures[0].figure.axes[0]))
    assert "sum(axis=0) is 5, 7 and 9; along the rows, sum(axis=1) is 6 and 15." in pictures[0].text


def test_broadcasting_writes_every_sum(pictures: list[Picture]) -> None:
    sketches.broadcasting(np.array([10.0, 20.0]), np.array([1.0, 2.0, 3.0]))
    assert texts(pictures[0].figure.axes[0])[:6] == ["11", "12", "13", "21", "22", "23"]
    assert "Its rows: 11, 12 and 13; 21, 22 and 23." in pictures[0].text


def test_distances_writes_every_length_into_the_table(pictures: list[Picture]) -> None:
    sketches.distances(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[3.0, 4.0], [6.0, 8.0], [0.0, 8.0]]))
    assert texts(pictures[0].figure.axes[1]) == ["5", "10", "8", "0", "5", "5"]
    assert "a row a test point: test 0: 5, 10, 8; test 1: 0, 5, 5." in pictures[0].text


def test_distances_has_a_row_for_every_test_point(pictures: list[Picture]) -> None:
    sketches.distances(np.array([[0.0, 0], [3, 4], [6, 8]]), np.array([[0.0, 0.0]]))
    assert texts(pictures[0].figure.axes[1]) == ["0", "5", "10"]


def test_vote_counts_the_nearest(pictures: list[Picture]) -> None:
    points, classes = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [9.0, 9.0]]), np.array([1, 0, 0, 1])
    sketches.vote(np.zeros(2), points, classes, ks=[1, 3])
    titles = [axes.get_title("left") for axes in pictures[0].figure.axes]
    assert titles == ["k = 1: 1 for class 1", "k = 3: 2 for class 0, 1 for class 1"]
    assert pictures[0].text.endswith("; ".join(titles) + ".")


def test_folds_holds_out_each_fold_once(pictures: list[Picture]) -> None:
    sketches.folds(4)
    held_out = [i for i, text in enumerate(texts(pictures[0].figure.axes[0])) if text == "validate"]
    assert held_out == [0, 5, 10, 15]
    assert "fold 2 in round 2 and fold 3 in round 3" in pictures[0].text


def test_regions_asks_the_classifier_once_for_each_k(pictures: list[Picture]) -> None:
    asked = []

    def classify(X, k):
        asked.append((X.shape[1], k))
        return (X[:, 0] > np.median(X[:, 0])).astype(int)

    sketches.regions(classify, np.random.default_rng(0).normal(size=(6, 2)), np.arange(6) % 3, ks=[1, 5])
    assert asked == [(2, 1), (2, 5)]
    assert "k = 5: class 0 50 %, class 1 50 % and class 2 0 %." in pictures[0].text


def test_two_losses_writes_both_losses_of_the_same_scores(pictures: list[Picture]) -> None:
    sketches.two_losses(np.log([1.0, 2.0, 1.0]), 2)
    titles = [axes.get_title("left") for axes in pictures[0].figure.axes]
    assert titles == [
        "what both are given",
        "hinge loss: 1 + 1.69 = 2.69",
        "softmax loss: −log 0.25 = 1.39",
    ]
    assert [text.strip() for text in texts(pictures[0].figure.axes[2])] == ["0.25", "0.5", "0.25"]
    assert "class 2 right" in pictures[0].text
    assert pictures[0].text.endswith(
        "probabilities 0.25, 0.5 and 0.25; its loss is minus the logarithm of 0.25, 1.39."
    )


def test_two_losses_draws_scores_too_far_apart_for_a_probability(pictures: list[Picture]) -> None:
    sketches.two_losses(np.array([0.0, 1e4]), 0)
    assert pictures[0].figure.axes[2].get_title("left") == "softmax loss: −log 0 = 1e+04"


def test_neuron_has_the_gradients_that_differences_give(pictures: list[Picture]) -> None:
    x, w, b, h = [2.0, -1.0], [3.0, 1.0], -2.0, 1e-6

    def out(x0, x1, w0, w1, b):
        return 2 * max(0.0, x0 * w0 + x1 * w1 + b)

    sketches.neuron(x, w, b, upstream=2)
    point = dict(zip(("x0", "x1", "w0", "w1", "b"), (*x, *w, b), strict=True))
    for name in point:
        slope = (out(**{**point, name: point[name] + h}) - out(**{**point, name: point[name] - h})) / (2 * h)
        assert f"{name} is {point[name]:g}, its gradient {slope:g}" in pictures[0].text
    assert "with the bias 3, after the ReLU 3. The gradient 2 comes in" in pictures[0].text


def test_a_dead_neuron_passes_nothing_back(pictures: list[Picture]) -> None:
    sketches.neuron([2.0, -1.0], [3.0, 1.0], -9.0, upstream=2)
    assert "and 0 gets through the ReLU" in pictures[0].text
    assert pictures[0].text.count("its gradient 0") == 5


def test_two_layers_names_every_shape(pictures: list[Picture]) -> None:
    sketches.two_layers(200, 3072, 100, 10)
    assert {"(200, 3072)", "(200, 100)", "(200, 10)"} <= set(texts(pictures[0].figure.axes[0]))
    assert "W1 of shape (3072, 100) and W2 of (100, 10)" in pictures[0].text


def test_colour_circle_says_hue_and_chroma_and_numbers_its_bins(pictures: list[Picture]) -> None:
    sketches.colour_circle([(155, 50, 50), (155, 50, 75)], bins=6)
    assert [text for text in texts(pictures[0].figure.axes[0]) if text.isdigit()] == list("012345")
    assert "(155, 50, 50) has the hue 0° and the chroma 105" in pictures[0].text
    assert "(155, 50, 75) has the hue 347° and the chroma 95" in pictures[0].text


def test_half_circle_has_every_bin_twice(pictures: list[Picture]) -> None:
    sketches.half_circle([(4, -4)], bins=4)
    assert [text for text in texts(pictures[0].figure.axes[0]) if text.isdigit()] == list("01230123")
    assert "(4, -4) has the orientation 135° and the magnitude 5.66" in pictures[0].text


def test_valley_tells_where_each_path_begins_and_ends(pictures: list[Picture]) -> None:
    path = np.array([[4.0, 1.0], [2.0, -1.0], [1.0, 0.5]])
    sketches.valley(lambda a, b: a**2 + 8 * b**2, {"sgd": path, "adam": path[:2]})
    axes = pictures[0].figure.axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["sgd", "adam", "lowest point"]
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), path)
    assert "sgd: from (4, 1) in 2 steps to (1, 0.5), height 24 to 3." in pictures[0].text


@pytest.mark.parametrize("paths", [{}, {"sgd": np.zeros(3)}, {"sgd": np.zeros((0, 2))}])
def test_valley_refuses_what_is_no_path(paths, pictures: list[Picture]) -> None:
    with pytest.raises(AutograderError):
        sketches.valley(lambda a, b: a + b, paths)
    assert pictures == []
