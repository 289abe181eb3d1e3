"""Draw the packages and their imports: ``python -m tests.project.house`` writes diagrams to CONTRIBUTING.md.

The rows come from the contracts in ``.importlinter``, the arrows from the imports. For readability, an arrow
is omitted if a longer path leads to the same package.
"""

from __future__ import annotations

import configparser
import functools
import re
from collections.abc import Mapping
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "CONTRIBUTING.md"
BEGIN, END = "<!-- house: made by `make house` -->", "<!-- end of house -->"

#: The packages to draw, from the top, with the contracts that define the order of their parts.
DRAWN = {"autograder": "autograder", "autograder/grading": "grading", "gradbook": "gradbook"}


def floors(contract: str) -> list[list[str]]:
    """Return the parts of a package, row by row from the top, in the order of its contract."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    section = contracts[f"importlinter:contract:{contract}"]
    rows = [line.strip() for line in section["layers"].splitlines() if line.strip()]
    return [[f"{section['containers']}.{name}" for name in row.split(" | ")] for row in rows]


@functools.cache
def import_graph() -> grimp.ImportGraph:
    """Return the imports of all modules of both packages."""
    return grimp.build_graph("gradbook", "autograder", cache_dir=None)


def imports(parts: list[str]) -> dict[str, set[str]]:
    """Return the other parts that each part imports, from any of its modules."""
    graph = import_graph()

    def part_of(module: str) -> str | None:
        return max((part for part in parts if f"{module}.".startswith(f"{part}.")), key=len, default=None)

    found: dict[str, set[str]] = {part: set() for part in parts}
    for module in graph.modules:
        own = part_of(module)
        others = {part_of(other) for other in graph.find_modules_directly_imported_by(module)}
        if own is not None:
            found[own] |= {other for other in others if other is not None and other != own}
    return found


def reduced(arrows: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return the transitive reduction: the arrows without those that a longer path replaces."""

    def reached(start: str) -> set[str]:
        below: set[str] = set()
        waiting = list(arrows[start])
        while waiting:
            part = waiting.pop()
            if part not in below:
                below.add(part)
                waiting += arrows[part]
        return below

    return {
        part: {
            other for other in others if not any(other in reached(between) for between in others - {other})
        }
        for part, others in arrows.items()
    }


def diagram(contract: str) -> str:
    """Return the Mermaid diagram of a package, with a box for each part and arrows for imports."""
    rows = floors(contract)
    parts = [part for row in rows for part in row]
    arrows = reduced(imports(parts))
    lines = [f"    {part}[{part.rpartition('.')[2]}]" for part in parts]
    lines += [f"    {part} --> {other}" for part in parts for other in sorted(arrows[part])]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def diagrams() -> str:
    """Return the diagrams of all packages, with headings."""
    return "\n\n".join(f"**`{package}/`**\n\n{diagram(contract)}" for package, contract in DRAWN.items())


def with_diagram(page: str) -> str:
    """Return the text of CONTRIBUTING.md with up-to-date diagrams."""
    block = f"{BEGIN}\n\n{diagrams()}\n\n{END}"
    return re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: block, page, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(with_diagram(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
