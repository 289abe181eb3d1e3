"""Every assignment is sound: right answers earn everything, wrong ones their own loss, and checks say why."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import NEVER_RELEASED, Course
from autograder.grading.material import prepare
from autograder.grading.mistakes import read_solutions
from autograder.release.prove import Proof, proving_config

COURSE = Course.find(Path(__file__))
NOTEBOOKS = [
    (assignment, name) for assignment in COURSE.assignments() for name in COURSE.notebooks(assignment)
]


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_it_is_proved(assignment: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The course's own seed is drawn and kept elsewhere: a test leaves nothing in the repository.
    monkeypatch.setattr(Course, "private", property(lambda _: tmp_path))
    (material,) = [one for one in prepare(COURSE, assignment) if one.name == name]
    folder = COURSE.folder("source_solutions") / assignment / NEVER_RELEASED[1]
    variants = read_solutions(folder / f"{name}.py")
    findings = list(Proof(material, variants, proving_config(COURSE), (1, 20, 300)).findings())
    assert [problem for finding in findings for problem in finding.problems] == []
    assert len(findings) == 9
    assert all(finding.tried for finding in findings)
