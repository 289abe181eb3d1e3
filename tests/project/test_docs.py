"""The guides agree with the code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from tests.support.courses import RIGHT, answered, submit

ROOT = Path(__file__).parents[2]


def test_the_command_reference_is_up_to_date(tmp_path: Path) -> None:
    made = tmp_path / "commands.md"
    command = [sys.executable, "-m", "typer", "autograder.cli", "utils", "docs", "--name", "gradbook"]
    subprocess.run([*command, "--output", str(made)], cwd=ROOT, check=True, capture_output=True)
    assert made.read_text(encoding="utf-8") == (ROOT / "docs/commands.md").read_text(encoding="utf-8"), (
        "run make docs to update it"
    )


def test_the_limits_in_the_guide_are_the_defaults() -> None:
    from autograder.grading.execute import GradingExecute

    text = (ROOT / "docs/scale.md").read_text(encoding="utf-8")
    found = re.findall(r"^c\.GradingExecute\.(\w+) = ([\d* ]+)", text, re.MULTILINE)
    assert len(found) == 7
    for name, value in found:
        assert getattr(GradingExecute(), name) == eval(value), name


def test_the_limits_of_archives_in_the_readme_are_up_to_date() -> None:
    from autograder.grading.collect.archive import MAX_RATIO
    from autograder.grading.collect.folder import MAX_BYTES

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    expected = f"files over {MAX_BYTES // 2**20} MiB and what unpacks to more than {MAX_RATIO} times its size"
    assert expected in readme


@pytest.mark.parametrize(
    "page", ["README.md", "docs/scale.md", "docs/cheating.md", "docs/troubleshooting.md"]
)
def test_commands_in_the_guides_exist(page: str) -> None:
    reference = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    verbs = set(re.findall(r"^## `gradbook (\w+)`", reference, re.MULTILINE))
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`|bin/)gradbook ([a-z]+)\b", text, re.MULTILINE))
    assert named <= verbs, named - verbs
    for verb, options in re.findall(r"(?:^|`|bin/)gradbook ([a-z]+)([^`#\n]*)", text, re.MULTILINE):
        section = reference.partition(f"## `gradbook {verb}`")[2].partition("\n## ")[0]
        for option in re.findall(r"--[a-z-]+", options):
            assert option in section or verb == "lab", f"gradbook {verb} {option}"


def test_every_message_on_the_troubleshooting_page_is_in_the_code() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for package in ("gradbook", "autograder")
        for path in (ROOT / package).rglob("*.py")
    )
    text = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    for row in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE):
        for message in re.findall(r"`([^`]+)`", row):
            if "NameError" in message:
                continue
            parts = [part.strip(" .'") for part in re.split(r"…|'\w+'|carry_over: ", message)]
            assert all(part in code for part in parts if len(part) > 4), message


@pytest.mark.slow
def test_the_late_days_of_the_guide_have_the_described_penalties(course: Course) -> None:
    text = (ROOT / "docs/scale.md").read_text(encoding="utf-8").partition("## Late days")[2]
    plugin, config = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (course.root / "late_days.py").write_text(plugin, encoding="utf-8")
    with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(config)
    release = course.root / "assignments/01_tiny/tiny.ipynb"
    for student, day in (("zhou", 2), ("wei", 4), ("li", 4)):
        submit(course.root, student, answered(release, **RIGHT))
        timestamp = f"2026-03-0{1 + day} 12:00:00 UTC"
        (course.root / f"submitted/{student}/01_tiny/timestamp.txt").write_text(timestamp)
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        gradebook.update_or_create_assignment("01_tiny", duedate="2026-03-01 12:00:00")
    command = [sys.executable, "-m", "autograder", "grade", "01_tiny"]
    run = subprocess.run(command, cwd=course.root, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "") as gradebook:
        found = {
            one.student.id: one.late_submission_penalty for one in gradebook.assignment_submissions("01_tiny")
        }
    assert found == {"zhou": 0, "wei": 2, "li": 0}
