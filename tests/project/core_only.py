"""Run a notebook up to its first check as if nothing but the core's dependencies were installed.

``python -m tests.project.core_only NOTEBOOK``: what the core does not need cannot be imported.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.metadata
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType


def core_distributions() -> set[str]:
    """Return the names of the distributions that the core needs, and those that they need."""
    found: set[str] = set()
    waiting = ["gradbook"]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            requirements = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:  # needed on another system
            continue
        found.add(name)
        for requirement in requirements:
            if "extra ==" not in requirement:
                other = re.match(r"[\w.-]+", requirement)
                if other is not None:
                    waiting.append(re.sub(r"[-_.]+", "-", other[0]).lower())
    return found


class Refuse(importlib.abc.MetaPathFinder):
    """Refuses to import what belongs to no distribution of the core."""

    def __init__(self) -> None:
        core = core_distributions()
        self._others = {
            module
            for module, names in importlib.metadata.packages_distributions().items()
            if not {re.sub(r"[-_.]+", "-", name).lower() for name in names} & core
        } | {"autograder"}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] in self._others:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


def run_to_first_check(notebook: Path) -> str:
    """Run the code cells of a solved notebook up to its first graded cell, and return that task."""
    from gradbook.messages import State
    from gradbook.session import session

    # Functions of earlier notebooks are carried over from the folders beside it.
    os.chdir(notebook.parent)
    names: dict[str, object] = {"__name__": "__main__"}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        metadata = cell["metadata"]
        source = "".join(cell["source"])
        is_left_out = "skip-grading" in metadata.get("tags", []) and "carry_over(" not in source
        if cell["cell_type"] != "code" or is_left_out:
            continue
        exec(compile(source, str(notebook), "exec"), names)
        grading = metadata.get("nbgrader", {})
        if grading.get("grade") and grading.get("locked"):
            task = str(grading["grade_id"])
            if session.states[task.removesuffix("-test")] is not State.PASSED:
                message = f"{task} does not pass"
                raise AssertionError(message)
            return task
    message = "no graded cell"
    raise LookupError(message)


if __name__ == "__main__":
    sys.meta_path.insert(0, Refuse())
    sys.stdout.write(f"{run_to_first_check(Path(sys.argv[1]))} has run\n")
