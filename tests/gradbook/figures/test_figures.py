"""The figures show what their text alternatives say."""

from __future__ import annotations

import numpy as np
import pytest

from gradbook import figures
from gradbook.errors import GradbookError
from gradbook.plots.figure import DescribedFigure


def texts(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_axes_writes_both_sums_beside_the_matrix(displayed: list[DescribedFigure]) -> None:
    figures.axes(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    assert {"5", "7", "9", "6", "15"} <= set(texts(displayed[0].mpl_figure.axes[0]))
    assert "sum(axis=0) is 5, 7 and 9; along the rows, sum(axis=1) is 6 and 15." in displayed[0].text


def test_broadcasting_writes_every_sum(displayed: list[DescribedFigure]) -> None:
    figures.broadcasting(np.array([10.0, 20.0]), np.array([1.0, 2.0, 3.0]))
    assert texts(displayed[0].mpl_figure.axes[0])[:6] == ["11", "12", "13", "21", "22", "23"]
    assert "Its rows: 11, 12 and 13; 21, 22 and 23." in displayed[0].text


def test_distances_writes_every_length_into_the_table(displayed: list[DescribedFigure]) -> None:
    figures.distances(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[3.0, 4.0], [6.0, 8.0], [0.0, 8.0]]))
    assert texts(displayed[0].mpl_figure.axes[1]) == ["5", "10", "8", "0", "5", "5"]
    assert "one row per test point: test 0: 5, 10, 8; test 1: 0, 5, 5." in displayed[0].text


def test_distances_has_a_row_for_every_test_point(displayed: list[DescribedFigure]) -> None:
    figures.distances(np.array([[0.0, 0], [3, 4], [6, 8]]), np.array([[0.0, 0.0]]))
    assert texts(displayed[0].mpl_figure.axes[1]) == ["0", "5", "10"]


def test_vote_counts_the_nearest(displayed: list[DescribedFigure]) -> None:
    points, classes = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [9.0, 9.0]]), np.array([1, 0, 0, 1])
    figures.vote(np.zeros(2), points, classes, ks=[1, 3])
    titles = [axes.get_title("left") for axes in displayed[0].mpl_figure.axes]
    assert titles == ["k = 1: 1 for class 1", "k = 3: 2 for class 0, 1 for class 1"]
    assert displayed[0].text.endswith("; ".join(titles) + ".")


def test_folds_holds_out_each_fold_once(displayed: list[DescribedFigure]) -> None:
    figures.folds(4)
    held_out = [i for i, text in enumerate(texts(displayed[0].mpl_figure.axes[0])) if text == "validate"]
    assert held_out == [0, 5, 10, 15]
    assert "fold 2 in round 2 and fold 3 in round 3" in displayed[0].text


def test_regions_asks_the_classifier_once_for_each_k(displayed: list[DescribedFigure]) -> None:
    asked = []

    def classify(X, k):
        asked.append((X.shape[1], k))
        return (X[:, 0] > np.median(X[:, 0])).astype(int)

    figures.regions(classify, np.random.default_rng(0).normal(size=(6, 2)), np.arange(6) % 3, ks=[1, 5])
    assert asked == [(2, 1), (2, 5)]
    assert "k = 5: class 0 50 %, class 1 50 % and class 2 0 %." in displayed[0].text


def test_two_losses_writes_both_losses_of_the_same_scores(displayed: list[DescribedFigure]) -> None:
    figures.two_losses(np.log([1.0, 2.0, 1.0]), 2)
    titles = [axes.get_title("left") for axes in displayed[0].mpl_figure.axes]
    assert titles == [
        "the scores",
        "hinge loss: 1 + 1.69 = 2.69",
        "softmax loss: −log 0.25 = 1.39",
    ]
    assert [text.strip() for text in texts(displayed[0].mpl_figure.axes[2])] == ["0.25", "0.5", "0.25"]
    assert "class 2 is correct" in displayed[0].text
    assert displayed[0].text.endswith(
        "probabilities 0.25, 0.5 and 0.25; its loss is minus the logarithm of 0.25, 1.39."
    )


def test_two_losses_draws_scores_too_far_apart_for_a_probability(displayed: list[DescribedFigure]) -> None:
    figures.two_losses(np.array([0.0, 1e4]), 0)
    assert displayed[0].mpl_figure.axes[2].get_title("left") == "softmax loss: −log 0 = 1e+04"


def test_neuron_has_the_numerical_gradients(displayed: list[DescribedFigure]) -> None:
    x, w, b, h = [2.0, -1.0], [3.0, 1.0], -2.0, 1e-6

    def out(x0, x1, w0, w1, b):
        return 2 * max(0.0, x0 * w0 + x1 * w1 + b)

    figures.neuron(x, w, b, upstream=2)
    point = dict(zip(("x0", "x1", "w0", "w1", "b"), (*x, *w, b), strict=True))
    for name in point:
        slope = (out(**{**point, name: point[name] + h}) - out(**{**point, name: point[name] - h})) / (2 * h)
        assert f"{name} is {point[name]:g}, its gradient {slope:g}" in displayed[0].text
    assert "with the bias 3, after the ReLU 3. The gradient 2 comes in" in displayed[0].text


def test_a_dead_neuron_passes_nothing_back(displayed: list[DescribedFigure]) -> None:
    figures.neuron([2.0, -1.0], [3.0, 1.0], -9.0, upstream=2)
    assert "and 0 gets through the ReLU" in displayed[0].text
    assert displayed[0].text.count("its gradient 0") == 5


def test_two_layers_names_every_shape(displayed: list[DescribedFigure]) -> None:
    figures.two_layers(200, 3072, 100, 10)
    assert {"(200, 3072)", "(200, 100)", "(200, 10)"} <= set(texts(displayed[0].mpl_figure.axes[0]))
    assert "W1 of shape (3072, 100) and W2 of (100, 10)" in displayed[0].text


def test_batch_writes_mean_and_deviation_below_each_column(displayed: list[DescribedFigure]) -> None:
    figures.batch(np.array([[4.0, 2.0], [4.0, 5.0], [1.0, -4.0]]))
    written = texts(displayed[0].mpl_figure.axes[0])
    assert written[written.index("mean") :][:6] == ["mean", "3", "1", "std", "1.41", "3.74"]
    assert "feature 1 has the mean 1 and the standard deviation 3.74." in displayed[0].text


def test_two_norms_writes_means_below_columns_and_beside_rows(displayed: list[DescribedFigure]) -> None:
    figures.two_norms(np.array([[4.0, 4.0, 1.0], [2.0, 5.0, -4.0]]))
    by_column, by_row = displayed[0].mpl_figure.axes
    written = texts(by_column)
    assert [written[i : i + 3] for i in range(6, 14, 4)] == [["3", "4.5", "-1.5"], ["1", "0.5", "2.5"]]
    written = texts(by_row)
    assert [written[i : i + 2] for i in (6, 9)] == [["3", "1"], ["1.41", "3.74"]]
    assert "feature 1 has the mean 4.5 and the standard deviation 0.5;" in displayed[0].text
    assert "image 1 has the mean 1 and the standard deviation 3.74." in displayed[0].text


def test_four_norms_fills_in_what_shares_a_mean(displayed: list[DescribedFigure]) -> None:
    figures.four_norms(N=3, C=4, G=2)
    panels = displayed[0].mpl_figure.axes
    filled = [sum(patch.get_facecolor()[0] < 0.5 for patch in axes.patches) for axes in panels]
    assert [pixels // 6 for pixels in filled] == [3, 4, 1, 2]
    assert [axes.get_xlabel() for axes in panels] == ["4 means", "3 means", "12 means", "6 means"]
    assert "Group norm: 2 channels of one image, 6 means." in displayed[0].text


def test_batch_norm_gives_every_gradient_the_shape_of_its_value(displayed: list[DescribedFigure]) -> None:
    figures.batch_norm(6, 4)
    written = texts(displayed[0].mpl_figure.axes[0])
    assert {"dx", "dμ", "dv", "dσ", "dx̂", "dγ", "dβ", "dout"} <= set(written)
    assert written.count("(6, 4)") == 5
    assert "μ of shape (4,)" in displayed[0].text


def test_colour_circle_says_hue_and_chroma_and_numbers_its_bins(displayed: list[DescribedFigure]) -> None:
    figures.colour_circle([(155, 50, 50), (155, 50, 75)], bins=6)
    assert [text for text in texts(displayed[0].mpl_figure.axes[0]) if text.isdigit()] == list("012345")
    assert "(155, 50, 50) has the hue 0° and the chroma 105" in displayed[0].text
    assert "(155, 50, 75) has the hue 347° and the chroma 95" in displayed[0].text


def test_half_circle_has_every_bin_twice(displayed: list[DescribedFigure]) -> None:
    figures.half_circle([(4, -4)], bins=4)
    assert [text for text in texts(displayed[0].mpl_figure.axes[0]) if text.isdigit()] == list("01230123")
    assert "(4, -4) has the orientation 135° and the magnitude 5.66" in displayed[0].text


def test_valley_describes_where_each_path_begins_and_ends(displayed: list[DescribedFigure]) -> None:
    path = np.array([[4.0, 1.0], [2.0, -1.0], [1.0, 0.5]])
    figures.valley(lambda a, b: a**2 + 8 * b**2, {"sgd": path, "adam": path[:2]})
    axes = displayed[0].mpl_figure.axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["sgd", "adam", "lowest point"]
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), path)
    assert "sgd: from (4, 1) in 2 steps to (1, 0.5), height 24 to 3." in displayed[0].text


@pytest.mark.parametrize("paths", [{}, {"sgd": np.zeros(3)}, {"sgd": np.zeros((0, 2))}])
def test_valley_refuses_arrays_that_are_not_paths(paths, displayed: list[DescribedFigure]) -> None:
    with pytest.raises(GradbookError):
        figures.valley(lambda a, b: a + b, paths)
    assert displayed == []


def test_thinned_networks_crosses_what_is_left_out(displayed: list[DescribedFigure]) -> None:
    figures.thinned_networks(np.array([[1.25, 0.0, 1.25], [0.0, 0.0, 0.0]]))
    panels = displayed[0].mpl_figure.axes
    assert [panel.get_title("left") for panel in panels] == ["2 of 3 units kept", "0 of 3 units kept"]
    assert [texts(panel).count("×") for panel in panels] == [1, 3]
    assert [len(panel.lines) for panel in panels] == [10, 0]
    assert displayed[0].text.endswith("Kept are units 1 and 3; none.")


def test_convolution_marks_a_window_and_writes_its_sum(displayed: list[DescribedFigure]) -> None:
    x, w = np.array([[1.0, 2], [3, 4]]), np.array([[1.0, 0], [0, 5]])
    figures.convolution(x, w, np.array([[5.0, 0], [0, 4]]), at=(1, 1), stride=2, pad=1)
    axes = displayed[0].mpl_figure.axes[0]
    assert " ".join(texts(axes)[:16]) == "0 0 0 0 0 1 2 0 0 3 4 0 0 0 0 0"
    borders = [patch.get_linestyle() for patch in axes.patches[:16]]
    assert borders.count("-") == 4
    coloured = [patch.get_facecolor()[3] == 0.45 for patch in axes.patches]
    assert [i for i in range(16) if coloured[i]] == [10, 11, 14, 15]
    assert "Output [1, 1] is 4·1 + 0·0 + 0·0 + 0·5 = 4." in displayed[0].text


def test_pooling_marks_a_window_and_its_maximum(displayed: list[DescribedFigure]) -> None:
    x = np.arange(12.0).reshape(3, 4)
    figures.pooling(x, np.array([[6.0], [10.0]]), (2, 3), at=(1, 0), stride=1)
    marked = [patch.get_facecolor()[3] == 0.45 for patch in displayed[0].mpl_figure.axes[0].patches]
    assert [i for i, is_marked in enumerate(marked) if is_marked] == [4, 5, 6, 8, 9, 10, 13]
    assert "Output [1, 0] is the largest of 4, 5, 6, 8, 9 and 10: 10." in displayed[0].text


def test_columns_marks_the_column_of_the_window(displayed: list[DescribedFigure]) -> None:
    x = np.arange(6.0).reshape(2, 3)
    figures.columns(x, np.array([[0.0, 1, 2], [3, 4, 5]]), (2, 1), at=(0, 2))
    marked = [patch.get_facecolor()[3] == 0.45 for patch in displayed[0].mpl_figure.axes[0].patches]
    assert [i for i, is_marked in enumerate(marked) if is_marked] == [2, 5, 8, 11]
    assert "Column 2 holds 2 and 5, the window at [0, 2]." in displayed[0].text


def test_strides_has_a_dot_for_every_window(displayed: list[DescribedFigure]) -> None:
    figures.strides([(1, 0), (2, 1)], size=5, window=3)
    assert [len(axes.lines) for axes in displayed[0].mpl_figure.axes] == [9, 9]
    figures.strides([(2, 0)], size=5, window=3)
    (axes,) = displayed[1].mpl_figure.axes
    assert [tuple(np.ravel(line.get_xydata())) for line in axes.lines] == [
        (1.5, 1.5),
        (3.5, 1.5),
        (1.5, 3.5),
        (3.5, 3.5),
    ]
    assert axes.get_title() == "stride 2, pad 0\nout 2×2"
    assert "stride 2 and padding 0: 2×2 windows" in displayed[1].text


def test_stages_writes_every_shape_and_the_weights_between(displayed: list[DescribedFigure]) -> None:
    figures.stages([("image", (3, 8, 4)), ("conv", (9, 8, 4)), ("affine", (10,))], [252, 2890])
    axes = displayed[0].mpl_figure.axes[0]
    assert {"3×8×4", "9×8×4", "10", "252", "2,890"} <= set(texts(axes))
    # Three sheets, no more than six for nine channels, and a column.
    assert len(axes.patches) == 3 + 6 + 1
    assert "image 3×8×4, conv 9×8×4 and affine 10." in displayed[0].text
    assert displayed[0].text.endswith("The layers have 252 and 2,890 weights.")
