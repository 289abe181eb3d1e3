"""Each notebook of the course: how long it runs from top to bottom, solved, and what grading one takes.

python -m benchmarks.notebooks                  # all
python -m benchmarks.notebooks 07_dropout       # of these assignments
python -m benchmarks.notebooks --keep run       # and keep them as they were run, to be looked at
AUTOGRADER_DATASET=cifar10 python -m benchmarks.notebooks --no-grading
"""

from __future__ import annotations

import argparse
import os
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

from autograder.course import RELEASE, SOURCE, Course
from autograder.grading.execute import GradingExecute
from autograder.grading.grader import Standard, grade_folder
from autograder.grading.kernels import warm
from autograder.grading.key import compute_key
from autograder.grading.material import Material, prepare
from autograder.grading.tasks import reference_of, with_solutions
from autograder.release.prove import proving_config
from autograder.results.outcome import Result


def run_through(course: Course, assignment: str, name: str, keep: Path | None) -> float:
    """Return the seconds that a solved notebook takes, training and drawing included."""
    with TemporaryDirectory() as scratch:
        for other in course.assignments():
            shutil.copytree(
                course.folder(SOURCE) / other,
                Path(scratch) / other,
                ignore=shutil.ignore_patterns("mistakes", "variants", "reference"),
            )
        folder = Path(scratch) / assignment
        notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
        client = NotebookClient(
            notebook, kernel_name="python3", timeout=3600, resources={"metadata": {"path": str(folder)}}
        )
        began = time.monotonic()
        client.execute()
        seconds = time.monotonic() - began
    if keep:
        (keep / assignment).mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, keep / assignment / f"{name}.ipynb")
    return seconds


def grade_once(course: Course, material: Material) -> Result:
    """Return the result of one submission that solves everything, graded by a worker that is warm."""
    config = proving_config(course)
    standard = Standard(material, compute_key(material, GradingExecute(config=config)))
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        material.put_weights(folder)
        solved = with_solutions(material.release, reference_of(material.source))
        nbformat.write(solved, folder / f"{material.name}.ipynb")
        grade_folder("first", folder, [standard], config)
        return grade_folder("li", folder, [standard], config)


def main() -> None:
    """Print a line a notebook."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("assignments", nargs="*", help="default: all")
    parser.add_argument("--no-grading", action="store_true")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the notebooks there, as they were run"
    )
    asked = parser.parse_args()
    course = Course.find()
    os.environ.setdefault("AUTOGRADER_DATASET", "shapes10")
    os.environ.setdefault("AUTOGRADER_DATA", str(course.folder("datasets")))
    print(f"{'notebook':38} {'top to bottom':>14} {'graded':>8} {'memory':>9}")
    for assignment in asked.assignments or course.assignments():
        for material in prepare(course, assignment, course.folder(RELEASE) / assignment):
            graded = ""
            if not asked.no_grading:
                with warm.kernels():
                    result = grade_once(course, material)
                graded = f"{result.seconds:6.1f} s {result.memory / 2**20:5.0f} MiB"
            seconds = run_through(course, assignment, material.name, asked.keep)
            print(f"{assignment + '/' + material.name:38} {seconds:12.0f} s {graded}", flush=True)


if __name__ == "__main__":
    main()
