"""What the tests of figures share."""

from __future__ import annotations

import pytest

from gradbook.plots.figure import DescribedFigure


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[DescribedFigure]:
    """Gather what is displayed, so that a test can read the figures and their texts."""
    shown: list[DescribedFigure] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    return shown
