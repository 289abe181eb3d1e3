"""The package is built floor by floor: a room imports only from floors below its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "autograder"

#: From the ground up; rooms on one floor know nothing of each other.
FLOORS = (
    {"errors", "files"},
    {"course"},
    {"converter", "starter", "data"},
    {"notebook"},
    {"results"},
    {"grading"},
    {"release", "lab", "reset", "start_page"},
    {"demo"},
    {"cli"},
    {"__main__"},
)
# Sorted: every worker of a parallel run must name the same tests in the same order.
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in sorted(rooms)}


def imports(path: Path) -> Iterator[str]:
    """Yield the rooms that a module imports from, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
            if node.module == "autograder":
                names = [f"autograder.{alias.name}" for alias in node.names]
        for name in names:
            if name.startswith("autograder.") and not name.startswith("autograder.__"):
                yield name.split(".")[1]


@pytest.mark.parametrize("room", FLOOR)
def test_a_room_imports_only_from_floors_below(room: str) -> None:
    place = PACKAGE / room
    modules = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    upward = [
        f"{module.relative_to(PACKAGE)} imports {other}"
        for module in modules
        for other in imports(module)
        if other != room and FLOOR[other] >= FLOOR[room]
    ]
    assert upward == []


def test_every_room_has_a_floor() -> None:
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or any(path.glob("*.py"))}
    assert rooms - {"__init__"} == set(FLOOR)
