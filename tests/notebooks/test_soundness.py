"""Every assignment is sound: right answers earn everything, wrong ones their own loss, and checks say why."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Course
from autograder.release.prove import prove
from autograder.results.proof import Finding

COURSE = Course.find(Path(__file__))


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    # A notebook that was proved since it last changed, by `make release` say, is not proved again.
    return list(prove(COURSE, COURSE.assignments()))


@pytest.mark.parametrize("assignment", COURSE.assignments())
def test_it_is_proved(findings: list[Finding], assignment: str) -> None:
    of_it = [finding for finding in findings if finding.notebook.startswith(f"{assignment}/")]
    assert [problem for finding in of_it for problem in finding.problems] == []
    assert {finding.notebook for finding in of_it} == {
        f"{assignment}/{name}" for name in COURSE.notebooks(assignment)
    }
