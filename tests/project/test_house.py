"""The diagrams in CONTRIBUTING.md are up to date."""

from __future__ import annotations

from tests.project.house import BEGIN, PAGE, with_diagram


def test_the_diagrams_are_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.count(BEGIN) == 1
    assert page == with_diagram(page), "run make house, and commit CONTRIBUTING.md"
