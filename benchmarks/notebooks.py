"""Measure each notebook of the course: the run time of its solution, and the time and memory of grading it.

python -m benchmarks.notebooks                  # all
python -m benchmarks.notebooks 07_dropout       # of these assignments
python -m benchmarks.notebooks --keep run       # and keep the executed notebooks
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

from autograder.course import Course
from autograder.grading.execute import GradingExecute
from autograder.grading.grader import GradingSpec, grade_folder
from autograder.grading.kernels import prefork
from autograder.grading.key import compute_key
from autograder.grading.notebook_spec import NotebookSpec, prepare
from autograder.grading.tasks import reference_of, with_solutions
from autograder.outcome import Result
from autograder.release.prove import proving_config
from gradbook.files import RELEASE, SOURCE


def run_through(course: Course, assignment: str, name: str, keep: Path | None) -> float:
    """Return the seconds that a solved notebook takes, including training and figures."""
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


def grade_once(course: Course, spec: NotebookSpec) -> Result:
    """Return the result of one complete submission, graded by a worker that has started already."""
    config = proving_config(course)
    grading_spec = GradingSpec(spec, compute_key(spec, GradingExecute(config=config)))
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        spec.put_weights(folder)
        solved = with_solutions(spec.release, reference_of(spec.source))
        nbformat.write(solved, folder / f"{spec.name}.ipynb")
        grade_folder("first", folder, [grading_spec], config)
        return grade_folder("li", folder, [grading_spec], config)


def main() -> None:
    """Print one line per notebook."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("assignments", nargs="*", help="default: all")
    parser.add_argument("--no-grading", action="store_true")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the executed notebooks in this folder"
    )
    asked = parser.parse_args()
    course = Course.find()
    os.environ.setdefault("AUTOGRADER_DATASET", "shapes10")
    os.environ.setdefault("AUTOGRADER_DATA", str(course.folder("datasets")))
    print(f"{'notebook':38} {'top to bottom':>14} {'graded':>8} {'memory':>9}")
    for assignment in asked.assignments or course.assignments():
        for spec in prepare(course, assignment, course.folder(RELEASE) / assignment):
            graded = ""
            if not asked.no_grading:
                with prefork.kernels():
                    result = grade_once(course, spec)
                graded = f"{result.seconds:6.1f} s {result.memory / 2**20:5.0f} MiB"
            seconds = run_through(course, assignment, spec.name, asked.keep)
            print(f"{assignment + '/' + spec.name:38} {seconds:12.0f} s {graded}", flush=True)


if __name__ == "__main__":
    main()
