"""Measurements are drawn and described with their spread."""

from __future__ import annotations

import statistics

import numpy as np
import pytest

from gradbook import plots
from gradbook.errors import GradbookError
from gradbook.plots.figure import DescribedFigure


def test_timings_compare_with_the_first(displayed: list[DescribedFigure]) -> None:
    plots.timings({"two loops": 2.0, "no loops": 0.01})
    (axes,) = displayed[0].mpl_figure.axes
    assert "200× as fast" in axes.texts[1].get_text()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["two loops", "no loops"]
    assert "second" in axes.get_xlabel()
    assert displayed[0].text == "Seconds: two loops 2 s; no loops 0.01 s (200× as fast)."


def test_accuracy_over_k_shows_each_fold_the_mean_and_the_best(displayed: list[DescribedFigure]) -> None:
    plots.accuracy_over_k({5: [0.4, 0.6], 1: [0.1, 0.3]})
    (axes,) = displayed[0].mpl_figure.axes
    dots = [line for line in axes.lines if line.get_linestyle() == "None"]
    assert [list(line.get_ydata()) for line in dots[:2]] == [[0.1, 0.3], [0.4, 0.6]]
    legend = " ".join(text.get_text() for text in axes.get_legend().get_texts())
    assert "best k = 5" in legend
    assert "standard deviation" in legend
    assert axes.get_ylabel() == "accuracy"
    assert "0.2 ± 0.1 for k = 1, 0.5 ± 0.1 for k = 5. Best: k = 5." in displayed[0].text


def test_error_bars_have_the_mean_and_the_deviation_of_what_was_measured(
    displayed: list[DescribedFigure],
) -> None:
    measured = {"adam": {1e-1: [0.3, 0.5, 0.4], 1e-4: [0.2, 0.2]}, "sgd": {1e-4: [0.1]}}
    plots.error_bars(measured, "learning rate")
    (axes,) = displayed[0].mpl_figure.axes
    assert axes.get_xscale() == "log"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("learning rate (logarithmic)", "accuracy")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["adam", "sgd"]
    adam, _ = axes.containers
    assert list(adam.lines[0].get_ydata()) == pytest.approx([0.2, 0.4])
    low, high = adam.lines[2][0].get_segments()[1][:, 1]
    assert (high - low) / 2 == pytest.approx(statistics.pstdev([0.3, 0.5, 0.4]))
    assert "adam: 0.2 ± 0 at 0.0001, 0.4 ± 0.082 at 0.1; highest at 0.1. sgd:" in displayed[0].text


def test_parameters_of_one_magnitude_keep_an_even_axis(displayed: list[DescribedFigure]) -> None:
    plots.error_bars({"net": {0.25: [0.4], 0.5: [np.nan], 0.75: [0.6]}}, "keep ratio", "loss")
    (axes,) = displayed[0].mpl_figure.axes
    assert axes.get_xscale() == "linear"
    assert displayed[0].text.startswith("Loss over keep ratio")
    assert "highest at 0.75" in displayed[0].text


def test_nothing_but_nan_has_no_best(displayed: list[DescribedFigure]) -> None:
    plots.error_bars({"net": {1: [np.nan]}}, "rate")
    plots.accuracy_over_k({1: [np.nan]})
    assert "highest" not in displayed[0].text
    assert "Best" not in displayed[1].text


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.timings({}), "no time"),
        (lambda: plots.timings({"mine": 0.0}), "0.0 for mine"),
        (lambda: plots.timings({"mine": float("nan")}), "nan for mine"),
        (lambda: plots.accuracy_over_k({}), "nothing was measured for k"),
        (lambda: plots.accuracy_over_k({1: [0.2], 3: [], 5: []}), "for k at 3 and 5"),
        (lambda: plots.error_bars({}, "rate"), "no series"),
        (lambda: plots.error_bars({"adam": {}}, "rate"), "nothing was measured for adam"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_reason(
    draw, message: str, displayed: list[DescribedFigure]
) -> None:
    with pytest.raises(GradbookError, match=message):
        draw()
    assert displayed == []
