"""Curves on common axes: each is described, and magnitudes get a logarithmic axis."""

from __future__ import annotations

import numpy as np
import pytest

from gradbook import plots
from gradbook.errors import GradbookError
from gradbook.plots.figure import DescribedFigure


def test_every_curve_is_named_and_described(displayed: list[DescribedFigure]) -> None:
    plots.overlaid_curves({"depth 2": ([0, 1], [1.0, 0.5]), "depth 4": ([0], [0.25])}, "step", "loss")
    axes = displayed[0].mpl_figure.axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["depth 2", "depth 4"]
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "linear")
    assert displayed[0].text == "Loss over step. depth 2: 1 at 0, 0.5 at 1. depth 4: 0.25 at 0."


def test_a_curve_over_magnitudes_ends_where_it_is_0(displayed: list[DescribedFigure]) -> None:
    plots.overlaid_curves({"small": ([1, 2, 3], [1.0, 0.001, 0.0])}, "layer", "spread", logarithmic="y")
    axes = displayed[0].mpl_figure.axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")
    assert axes.get_ylabel() == "spread (logarithmic)"
    assert np.isnan(axes.lines[0].get_ydata()[2])
    assert "0 at 3" in displayed[0].text


def test_a_logarithmic_axis_names_the_few_places_that_were_measured(displayed: list[DescribedFigure]) -> None:
    plots.overlaid_curves(
        {"norm": ([0, 2, 4, 64], [0.1, 0.1, 0.2, 0.3])}, "images", "accuracy", logarithmic="x"
    )
    axes = displayed[0].mpl_figure.axes[0]
    assert (axes.get_xscale(), axes.get_xlabel()) == ("log", "images (logarithmic)")
    assert [text.get_text() for text in axes.get_xticklabels()][-3:] == ["2", "4", "64"]
    assert np.isnan(axes.lines[0].get_ydata()[0])


def test_what_is_not_finite_is_reported(displayed: list[DescribedFigure]) -> None:
    plots.overlaid_curves({"far": ([1, 2], [1.0, np.inf])}, "scale", "loss")
    assert "not finite at 2" in displayed[0].text


@pytest.mark.parametrize("curves", [{}, {"a": ([], [])}, {"a": ([1, 2], [1])}])
def test_what_cannot_be_drawn_is_reported(curves, displayed: list[DescribedFigure]) -> None:
    with pytest.raises(GradbookError):
        plots.overlaid_curves(curves, "x", "y")
    assert displayed == []
