"""One word per thing: what `docs/terms.toml` replaces is used nowhere."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradbook.files import RELEASE

ROOT = Path(__file__).parents[2]
LIST = ROOT / "docs/terms.toml"
TERMS = tomllib.loads(LIST.read_text(encoding="utf-8"))["term"]

#: Files that hold no words of ours (binary files, names of packages, the licence), or old names on purpose.
NOT_READ = (
    *(".png", ".npz", ".zip", "LICENSE", "constraints.txt", ".typed"),
    *("moved.py", "test_upgrade.py", "test_terms.py"),
)


def expression(term: dict[str, str | list[str]]) -> re.Pattern[str]:
    """Return what finds the words that a term replaces."""
    words = [word + "s?" if re.fullmatch(r"[a-z-]+", word) else word for word in term["not"]]
    pattern = "|".join(words).replace(" ", r"[\s#]+")
    return re.compile(rf"(?<![a-z])(?:{pattern})(?![a-z])", re.IGNORECASE)


EXPRESSIONS = [(term["use"], expression(term)) for term in TERMS]


def found_in(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield each replaced word with its line and the term to use."""
    readable = text.replace("_", " ")
    for use, pattern in EXPRESSIONS:
        for match in pattern.finditer(readable):
            yield readable.count("\n", 0, match.start()) + 1, " ".join(match[0].split()), use


def texts(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the texts of a file, each with where it stands: a notebook's cells one by one."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        for cell in json.loads(text)["cells"]:
            yield f", cell {cell.get('id')}", "".join(cell["source"])
    else:
        yield "", text


def files() -> list[Path]:
    """Return the files of the project, but for the generated assignments and the list itself."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in listed.stdout.splitlines()]
    return [
        path
        for path in paths
        if path.is_file()
        and path != LIST
        and path.relative_to(ROOT).parts[0] != RELEASE
        and not path.name.endswith(NOT_READ)
    ]


def test_replaced_words_are_used_nowhere() -> None:
    problems = [
        f"{path.relative_to(ROOT)}{where}, line {line}: {word!r}; use {use!r}"
        for path in files()
        for where, text in texts(path)
        for line, word, use in found_in(text)
    ]
    assert problems == []


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("the pictures of a class", "image"),
        ("def told_again(): ...", "describe, explain, report, say"),
        ("the gradient by\n    # differences is", "numerical gradient"),
        ("who handed\nit in", "submit, submission"),
        ("one number a row", "per, for each"),
    ],
)
def test_a_replaced_word_is_found(text: str, use: str) -> None:
    assert use in [term for _, _, term in found_in(text)]


@pytest.mark.parametrize(
    "text", ["a numerical gradient", "the handle is in use", "a row of numbers", "an old one"]
)
def test_other_words_are_left_alone(text: str) -> None:
    assert list(found_in(text)) == []
