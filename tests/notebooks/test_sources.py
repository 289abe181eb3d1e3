"""Properties of every source notebook that can be tested without running it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from nbformat import NotebookNode

from autograder.grading.mistakes import read_solutions
from autograder.grading.tasks import visible_source

SOURCE = Path(__file__).parents[2] / "source_solutions"
NOTEBOOKS = sorted(SOURCE.glob("*/*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request) -> Path:
    return request.param


@pytest.fixture
def cells(path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def text(cell) -> str:
    return "".join(cell["source"])


def by_task(cells, suffix: str = "") -> dict[str, dict]:
    found = {}
    for cell in cells:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if cell["cell_type"] == "code" and grade_id.endswith("-test") == bool(suffix):
            found[grade_id.removesuffix("-test")] = cell
    found.pop("", None)
    return found


def test_cells_have_readable_ids_and_no_outputs(cells):
    ids = [cell["id"] for cell in cells]
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not re.fullmatch("[a-z0-9-]+", name)] == []
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"]] == []


def test_every_task_has_its_graded_cell_right_after_it(cells):
    solutions, graded = by_task(cells), by_task(cells, "-test")
    assert solutions.keys() == graded.keys()
    places = {cell["id"]: place for place, cell in enumerate(cells)}
    # If trained weights are graded, the training cell is between the two.
    behind = {task: 1 + ("weights" in cell["metadata"]["autograder"]) for task, cell in graded.items()}
    apart = [t for t in graded if places[graded[t]["id"]] != places[solutions[t]["id"]] + behind[t]]
    assert apart == []


def test_needs_name_tasks_of_the_notebook(cells):
    graded = by_task(cells, "-test")
    for cell in graded.values():
        assert set(cell["metadata"]["autograder"]["needs"]) <= graded.keys()


@pytest.mark.parametrize("kind", ["mistakes", "variants"])
def test_solutions_solve_tasks_of_the_notebook(path, cells, kind):
    solutions = by_task(cells)
    for solution in read_solutions(path.parent / kind / f"{path.stem}.py"):
        compile(solution.cell(text(solutions[solution.task])), solution.name, "exec")


def test_visible_checks_name_the_mistakes(path, cells):
    graded = by_task(cells, "-test")
    silent = []
    for mistake in read_solutions(path.parent / "mistakes" / f"{path.stem}.py"):
        visible = visible_source(NotebookNode(source=text(graded[mistake.task])))
        if mistake.hidden_only is None and mistake.title not in visible:
            silent.append(mistake.name)
    assert silent == []


def test_cells_that_students_read_are_short(cells):
    plain = [cell for cell in cells if cell["cell_type"] == "code" and "nbgrader" not in cell["metadata"]]
    long = [cell["id"] for cell in plain if len(text(cell).splitlines()) > 15 and cell["id"] != "imports"]
    assert long == []
