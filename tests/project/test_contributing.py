"""The example in the guide to a new exercise works."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat

from autograder.course import Course
from autograder.grading.grader import grade_folder, grading_specs
from autograder.grading.mistakes import read_solutions
from autograder.release.build import release
from tests.support.courses import CONFIG, code, graded, solution

ROOT = Path(__file__).parents[2]


def test_the_example_of_the_guide_works(tmp_path: Path) -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = [
        re.sub(r"^   ", "", block, flags=re.MULTILINE)
        for block in re.findall(r"^   ```python\n(.*?)^   ```", guide, re.MULTILINE | re.DOTALL)
    ]
    imports, relu, test, mistakes, variants = blocks
    folder = tmp_path / "source_solutions/05_relu"
    (folder / "mistakes").mkdir(parents=True)
    (folder / "variants").mkdir()
    (tmp_path / "nbgrader_config.py").write_text(CONFIG)
    cells = [code("imports", imports), solution("relu_forward", relu), graded("relu_forward", test)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "relu.ipynb")
    (folder / "mistakes/relu.py").write_text(mistakes)
    (folder / "variants/relu.py").write_text(variants)
    course = Course(tmp_path)
    release(course, "05_relu")
    specs = grading_specs(course, "05_relu")
    (mistake,) = read_solutions(folder / "mistakes/relu.py")
    (variant,) = read_solutions(folder / "variants/relu.py")
    outcomes = {}
    for one in (mistake, variant):
        notebook = nbformat.read(tmp_path / "assignments/05_relu/relu.ipynb", as_version=4)
        notebook.cells[1].source = one.cell(relu)
        submission = tmp_path / one.name
        submission.mkdir()
        nbformat.write(notebook, submission / "relu.ipynb")
        (outcomes[one.name],) = grade_folder(one.name, submission, specs, course.config()).outcomes
    assert (outcomes["sign_dropped"].points, outcomes["sign_dropped"].mistake) == (0, mistake.title)
    assert (outcomes["by_mask"].points, outcomes["by_mask"].verdict) == (2, "right")
