"""Weights and activations are shown as they are, and the text has the right numbers."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.errors import AutograderError
from autograder.notebook import plots
from autograder.notebook.plots.picture import Picture

NAMES = ["ship", "frog"]


def canvas(picture: Picture) -> np.ndarray:
    return np.asarray(picture.figure.axes[0].images[0].get_array())


def test_templates_are_the_columns_of_w_each_on_its_own_scale(pictures: list[Picture]) -> None:
    W = np.random.default_rng(0).normal(size=(3073, 2)) * [1, 100]
    W[2:3072:3, 0] += 1  # blue
    W[-1] = 1e6  # the bias trick's row
    plots.weight_templates(W, np.array(NAMES))
    shown = canvas(pictures[0])
    expected = W[:3072, 1].reshape(32, 32, 3)
    expected = (expected - expected.min()) / (expected.max() - expected.min())
    np.testing.assert_allclose(shown[-32:, -32:], expected)
    low, high = W[:3072, 0].min(), W[:3072, 0].max()
    assert f"ship from {low:.3g} to {high:.3g}, strongest in blue" in pictures[0].text
    assert [text.get_text() for text in pictures[0].figure.axes[0].texts] == NAMES


def test_templates_may_lie_in_rows_and_have_no_names(pictures: list[Picture]) -> None:
    W = np.random.default_rng(0).normal(size=(3072, 7))
    plots.weight_templates(W)
    plots.weight_templates(W.T)
    assert "Weights of 7 units" in pictures[0].text
    assert pictures[0].png == pictures[1].png


def test_filters_keep_height_width_and_colours_apart(pictures: list[Picture]) -> None:
    w = np.zeros((1, 3, 2, 4))
    w[0, 1, 0, 3] = 1
    plots.filters(w)
    shown = canvas(pictures[0])
    assert shown.shape == (2, 4, 3)
    assert np.argwhere(shown == 1).tolist() == [[0, 3, 1]]
    assert pictures[0].text.startswith("1 filter of 2×4 pixels")


def test_equal_weights_are_grey_and_spoilt_ones_are_named(pictures: list[Picture]) -> None:
    w = np.full((3, 3, 3, 3), 0.25)
    w[1, 0, 0, 0] = np.nan
    w[2] = np.inf
    plots.filters(w)
    assert set(np.unique(canvas(pictures[0]))) <= {0.5, 1.0}
    assert [text.get_text() for text in pictures[0].figure.axes[0].texts] == ["NaN", "NaN"]
    assert "0.25 throughout. NaN or infinity in 2 of them." in pictures[0].text


def test_enormous_weights_do_not_overflow(pictures: list[Picture]) -> None:
    w = np.zeros((1, 3, 1, 1))
    w[0, :, 0, 0] = -1.7e308, 0, 1.7e308
    plots.filters(w)
    np.testing.assert_allclose(canvas(pictures[0])[0, 0], [0, 0.5, 1])


def test_histograms_share_an_axis_and_count_the_zeros(pictures: list[Picture]) -> None:
    layers = {"relu 1": np.maximum(0, np.arange(-3.0, 5.0)).reshape(2, 4), "dead": np.zeros(5)}
    plots.activation_histograms(layers)
    first, dead = pictures[0].figure.axes
    assert first.get_xlim() == dead.get_xlim()
    # -3 to 0 give four zeros of eight; 1, 2, 3, 4 an eighth each.
    assert sorted(bar.get_height() for bar in first.patches)[-4:] == [0.125] * 4
    assert sum(bar.get_height() for bar in first.patches) == 0.5
    assert first.get_title("left") == "relu 1: mean 1.25, std 1.48, 50 % zeros"
    assert "2 layers" in pictures[0].text
    assert "dead: mean 0, std 0, 100 % zeros." in pictures[0].text


def test_histograms_of_equal_and_of_spoilt_values(pictures: list[Picture]) -> None:
    plots.activation_histograms({"same": np.full(4, 2.0), "spoilt": np.array([2.0, np.nan, np.inf, 2.0])})
    plots.activation_histograms({"lost": np.array([np.nan])})
    assert "on one axis 2 throughout" in pictures[0].text
    assert "spoilt: mean 2, std 0, 0 % zeros, 50 % NaN or infinite." in pictures[0].text
    assert "lost: 0 % zeros, 100 % NaN or infinite." in pictures[1].text


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: plots.weight_templates(np.zeros((100, 10))), r"not pictures(.|\n)*\(100, 10\)"),
        (lambda: plots.weight_templates(np.zeros(3072)), "not pictures"),
        (lambda: plots.weight_templates(np.zeros((3072, 3)), NAMES), "2 names"),
        (lambda: plots.filters(np.zeros((8, 16, 3, 3))), r"(F, 3, HH, WW)(.|\n)*\(8, 16, 3, 3\)"),
        (lambda: plots.activation_histograms({}), "no layer"),
        (lambda: plots.activation_histograms({"fc1": []}), "layer fc1 has no activations"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_words(draw, said: str, pictures: list[Picture]) -> None:
    with pytest.raises(AutograderError, match=said):
        draw()
    assert pictures == []
