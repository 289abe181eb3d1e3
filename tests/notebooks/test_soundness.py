"""Every assignment is sound: right answers earn everything, wrong ones their own loss, and checks say why."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Course
from autograder.release.prove import prove

COURSE = Course.find(Path(__file__))


@pytest.mark.parametrize("assignment", COURSE.assignments())
def test_it_is_proved(assignment: str) -> None:
    # A notebook that was proved since it last changed, by `make release` say, is not proved again.
    findings = list(prove(COURSE, assignment))
    assert [problem for finding in findings for problem in finding.problems] == []
    assert {finding.notebook for finding in findings} == {
        f"{assignment}/{name}" for name in COURSE.notebooks(assignment)
    }
