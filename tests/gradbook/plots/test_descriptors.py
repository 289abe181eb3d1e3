"""Descriptors are drawn according to their numbers: bars in their hues, strokes along the edges."""

from __future__ import annotations

import numpy as np
import pytest

from gradbook import plots
from gradbook.errors import GradbookError
from gradbook.plots.figure import DescribedFigure


def test_hue_bars_have_the_colour_that_they_stand_for(displayed: list[DescribedFigure]) -> None:
    histograms = np.zeros((2, 6))
    histograms[0, 2] = 7
    plots.hue_histograms(np.full((2, 4, 4, 3), 90), histograms, ["meadow", "fog"])
    below = displayed[0].mpl_figure.axes[2]
    assert [bar.get_height() for bar in below.patches] == [0, 0, 7, 0, 0, 0]
    red, green, blue, _ = below.patches[2].get_facecolor()
    assert green > max(red, blue)
    assert displayed[0].text.endswith("meadow: mostly green; fog: no colour.")


def test_strokes_run_along_the_edge_through_the_middle_of_their_cell(
    displayed: list[DescribedFigure],
) -> None:
    histograms = np.zeros((1, 2, 3, 4))
    # In the cell below on the right: the slope goes right, so the edge goes down.
    histograms[0, 1, 2, 0] = 5
    plots.hog_glyphs(np.zeros((1, 8, 12)), np.ones((1, 8, 12)), histograms, ["one"])
    (strokes,) = displayed[0].mpl_figure.axes[2].collections
    segments = np.array(strokes.get_segments())
    lengths = np.linalg.norm(segments[:, 1] - segments[:, 0], axis=1)
    assert np.flatnonzero(lengths > 1e-9).tolist() == [20]
    np.testing.assert_allclose(segments[20].mean(axis=0), [9.5, 5.5])
    np.testing.assert_allclose(np.abs(segments[20][1] - segments[20][0]), [0, 0.96 * 4], atol=1e-9)
    assert "2×3 cells" in displayed[0].text


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.hue_histograms(np.zeros((0, 4, 4, 3)), np.zeros((0, 6)), []), "no image"),
        (lambda: plots.hue_histograms(np.zeros((2, 4, 4, 3)), np.zeros((1, 6)), ["a", "b"]), "2, 1 and 2"),
        (
            lambda: plots.hog_glyphs(np.zeros((1, 4, 4)), np.zeros((2, 4, 4)), np.zeros((1, 1, 1, 8)), ["a"]),
            "do not go together",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_reason(
    draw, message: str, displayed: list[DescribedFigure]
) -> None:
    with pytest.raises(GradbookError, match=message):
        draw()
    assert displayed == []
