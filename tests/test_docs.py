"""The guides say what the code does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_the_command_reference_is_what_the_code_gives(tmp_path: Path) -> None:
    made = tmp_path / "commands.md"
    command = [sys.executable, "-m", "typer", "autograder.cli", "utils", "docs", "--name", "autograder"]
    subprocess.run([*command, "--output", str(made)], cwd=ROOT, check=True, capture_output=True)
    assert made.read_text(encoding="utf-8") == (ROOT / "docs/commands.md").read_text(encoding="utf-8"), (
        "make docs writes it anew"
    )


def test_the_limits_of_the_guide_are_those_that_hold() -> None:
    from autograder.grading.execute import GradingExecute

    text = (ROOT / "docs/scale.md").read_text(encoding="utf-8")
    found = re.findall(r"^c\.GradingExecute\.(\w+) = ([\d* ]+)", text, re.MULTILINE)
    assert len(found) == 7
    for name, value in found:
        assert getattr(GradingExecute(), name) == eval(value), name


@pytest.mark.parametrize(
    "page", ["README.md", "docs/scale.md", "docs/cheating.md", "docs/troubleshooting.md"]
)
def test_commands_that_the_guides_name_are_there(page: str) -> None:
    reference = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    verbs = set(re.findall(r"^## `autograder (\w+)`", reference, re.MULTILINE))
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`|bin/)autograder ([a-z]+)\b", text, re.MULTILINE))
    assert named <= verbs, named - verbs
    for verb, options in re.findall(r"(?:^|`|bin/)autograder ([a-z]+)([^`#\n]*)", text, re.MULTILINE):
        section = reference.partition(f"## `autograder {verb}`")[2].partition("\n## ")[0]
        for option in re.findall(r"--[a-z-]+", options):
            assert option in section or verb == "lab", f"autograder {verb} {option}"


def test_every_message_of_the_troubleshooting_page_is_one_of_ours() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "autograder").rglob("*.py"))
    text = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    for row in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE):
        for message in re.findall(r"`([^`]+)`", row):
            if "NameError" in message:
                continue
            parts = [part.strip(" .'") for part in re.split(r"…|'\w+'|carry_over: ", message)]
            assert all(part in code for part in parts if len(part) > 4), message
