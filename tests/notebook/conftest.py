"""What the tests of pictures share."""

from __future__ import annotations

import pytest

from autograder.notebook.plots.picture import Picture


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """Gather what is displayed, so that a test can read the figures and their texts."""
    shown: list[Picture] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    return shown
