"""The responses of filters are shown beside their image."""

from __future__ import annotations

import numpy as np
import pytest

from gradbook import plots
from gradbook.errors import GradbookError
from gradbook.plots.figure import DescribedFigure


def test_every_image_is_beside_its_answers(displayed: list[DescribedFigure]) -> None:
    colours = np.stack([np.full((4, 5, 3), 10.0), np.full((4, 5, 3), 300.0)])
    maps = np.arange(2 * 3 * 2 * 2).reshape(2, 3, 2, 2)
    plots.responses(colours, maps, ["grey", "blur", "edges"])
    grid = np.array(displayed[0].mpl_figure.axes).reshape(2, 4)
    assert [axes.get_title() for axes in grid[0]] == ["image", "grey", "blur", "edges"]
    np.testing.assert_array_equal(grid[1, 0].images[0].get_array(), 255)
    np.testing.assert_array_equal(grid[1, 2].images[0].get_array(), maps[1, 1])
    assert "2 images" in displayed[0].text
    assert "blur (from 4 to 19)" in displayed[0].text


def test_a_missing_caption_is_reported() -> None:
    with pytest.raises(GradbookError, match="do not go together"):
        plots.responses(np.zeros((1, 4, 4, 3)), np.zeros((1, 2, 4, 4)), ["grey"])
