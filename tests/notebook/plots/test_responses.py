"""What a filter answers stands beside the picture that it was asked about."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.errors import AutograderError
from autograder.notebook import plots
from autograder.notebook.plots.picture import Picture


def test_every_picture_is_beside_its_answers(pictures: list[Picture]) -> None:
    colours = np.stack([np.full((4, 5, 3), 10.0), np.full((4, 5, 3), 300.0)])
    maps = np.arange(2 * 3 * 2 * 2).reshape(2, 3, 2, 2)
    plots.responses(colours, maps, ["grey", "blur", "edges"])
    grid = np.array(pictures[0].figure.axes).reshape(2, 4)
    assert [axes.get_title() for axes in grid[0]] == ["picture", "grey", "blur", "edges"]
    np.testing.assert_array_equal(grid[1, 0].images[0].get_array(), 255)
    np.testing.assert_array_equal(grid[1, 2].images[0].get_array(), maps[1, 1])
    assert "2 pictures" in pictures[0].text
    assert "blur (from 4 to 19)" in pictures[0].text


def test_a_caption_too_few_is_told() -> None:
    with pytest.raises(AutograderError, match="do not go together"):
        plots.responses(np.zeros((1, 4, 4, 3)), np.zeros((1, 2, 4, 4)), ["grey"])
