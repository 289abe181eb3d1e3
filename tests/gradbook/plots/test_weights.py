"""Weights and activations are shown unchanged, and the text alternative has the right numbers."""

from __future__ import annotations

import numpy as np
import pytest

from gradbook import plots
from gradbook.errors import GradbookError
from gradbook.plots.figure import DescribedFigure

NAMES = ["ship", "frog"]


def canvas(figure: DescribedFigure) -> np.ndarray:
    return np.asarray(figure.mpl_figure.axes[0].images[0].get_array())


def test_templates_are_the_columns_of_w_each_on_its_own_scale(displayed: list[DescribedFigure]) -> None:
    W = np.random.default_rng(0).normal(size=(3073, 2)) * [1, 100]
    W[2:3072:3, 0] += 1  # blue
    W[-1] = 1e6  # the bias trick's row
    plots.weight_templates(W, np.array(NAMES))
    shown = canvas(displayed[0])
    expected = W[:3072, 1].reshape(32, 32, 3)
    expected = (expected - expected.min()) / (expected.max() - expected.min())
    np.testing.assert_allclose(shown[-32:, -32:], expected)
    low, high = W[:3072, 0].min(), W[:3072, 0].max()
    assert f"ship from {low:.3g} to {high:.3g}, strongest in blue" in displayed[0].text
    assert [text.get_text() for text in displayed[0].mpl_figure.axes[0].texts] == NAMES


def test_templates_may_lie_in_rows_and_have_no_names(displayed: list[DescribedFigure]) -> None:
    W = np.random.default_rng(0).normal(size=(3072, 7))
    plots.weight_templates(W)
    plots.weight_templates(W.T)
    assert "Weights of 7 units" in displayed[0].text
    assert displayed[0].png == displayed[1].png


def test_filters_keep_height_width_and_colours_apart(displayed: list[DescribedFigure]) -> None:
    w = np.zeros((1, 3, 2, 4))
    w[0, 1, 0, 3] = 1
    plots.filters(w)
    shown = canvas(displayed[0])
    assert shown.shape == (2, 4, 3)
    assert np.argwhere(shown == 1).tolist() == [[0, 3, 1]]
    assert displayed[0].text.startswith("1 filter of 2×4 pixels")


def test_equal_weights_are_grey_and_spoilt_ones_are_named(displayed: list[DescribedFigure]) -> None:
    w = np.full((3, 3, 3, 3), 0.25)
    w[1, 0, 0, 0] = np.nan
    w[2] = np.inf
    plots.filters(w)
    assert set(np.unique(canvas(displayed[0]))) <= {0.5, 1.0}
    assert [text.get_text() for text in displayed[0].mpl_figure.axes[0].texts] == ["NaN", "NaN"]
    assert "0.25 throughout. NaN or infinity in 2 of them." in displayed[0].text


def test_enormous_weights_do_not_overflow(displayed: list[DescribedFigure]) -> None:
    w = np.zeros((1, 3, 1, 1))
    w[0, :, 0, 0] = -1.7e308, 0, 1.7e308
    plots.filters(w)
    np.testing.assert_allclose(canvas(displayed[0])[0, 0], [0, 0.5, 1])


def test_histograms_share_an_axis_and_count_the_zeros(displayed: list[DescribedFigure]) -> None:
    layers = {"relu 1": np.maximum(0, np.arange(-3.0, 5.0)).reshape(2, 4), "dead": np.zeros(5)}
    plots.activation_histograms(layers)
    first, dead = displayed[0].mpl_figure.axes
    assert first.get_xlim() == dead.get_xlim()
    # -3 to 0 give four zeros of eight; 1, 2, 3, 4 an eighth each.
    assert sorted(bar.get_height() for bar in first.patches)[-4:] == [0.125] * 4
    assert sum(bar.get_height() for bar in first.patches) == 0.5
    assert first.get_title("left") == "relu 1: mean 1.25, std 1.48, 50 % zeros"
    assert "2 layers" in displayed[0].text
    assert "dead: mean 0, std 0, 100 % zeros." in displayed[0].text


def test_histograms_of_equal_and_of_spoilt_values(displayed: list[DescribedFigure]) -> None:
    plots.activation_histograms({"same": np.full(4, 2.0), "spoilt": np.array([2.0, np.nan, np.inf, 2.0])})
    plots.activation_histograms({"lost": np.array([np.nan])})
    assert "on one axis 2 throughout" in displayed[0].text
    assert "spoilt: mean 2, std 0, 0 % zeros, 50 % NaN or infinite." in displayed[0].text
    assert "lost: 0 % zeros, 100 % NaN or infinite." in displayed[1].text


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.weight_templates(np.zeros((100, 10))), r"not images(.|\n)*\(100, 10\)"),
        (lambda: plots.weight_templates(np.zeros(3072)), "not images"),
        (lambda: plots.weight_templates(np.zeros((3072, 3)), NAMES), "2 names"),
        (lambda: plots.filters(np.zeros((8, 16, 3, 3))), r"(F, 3, HH, WW)(.|\n)*\(8, 16, 3, 3\)"),
        (lambda: plots.activation_histograms({}), "no layer"),
        (lambda: plots.activation_histograms({"fc1": []}), "layer fc1 has no activations"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_reason(
    draw, message: str, displayed: list[DescribedFigure]
) -> None:
    with pytest.raises(GradbookError, match=message):
        draw()
    assert displayed == []
