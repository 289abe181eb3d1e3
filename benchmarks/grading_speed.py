"""Compare grading a class with stock ``nbgrader autograde``, on the same submissions and cores.

``python -m benchmarks.grading_speed`` compares them on an assignment whose cells compute for half a second,
and on one whose cells compute for three. With ``--memory`` it grades 50 and then 1,000 small submissions, and
prints the memory of the grader's own process. ``--quick`` does either with fewer submissions.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import psutil
from nbformat import NotebookNode

from autograder.course import SUBMITTED, Course
from autograder.release.build import release
from gradbook.files import RELEASE

CORES = 2
ASSIGNMENT = "01_speed"
NAME = "speed"

CONFIG = "from autograder.configuration import configure\n\nc = get_config()\nconfigure(c)\n"

#: The cells use the same CPU time, whatever else is running on the machine.
WORK = """
def work(x):
    ### BEGIN SOLUTION
    began = time.process_time()
    while time.process_time() < began + SECONDS:
        x @ x
    return 2 * x
    ### END SOLUTION
"""

TEST = '''
"""Twice as much."""
@task("work")
def check():
    pass
### BEGIN HIDDEN TESTS
@answers("work")
def ask(rng):
    answer("twice", lambda: work(rng.standard_normal((50, 50))))
### END HIDDEN TESTS
'''

STOCK_TEST = '''
"""Twice as much."""
### BEGIN HIDDEN TESTS
x = np.random.default_rng(1).standard_normal((50, 50))
assert np.allclose(work(x), 2 * x)
### END HIDDEN TESTS
'''


def notebook(seconds: float, test: str) -> NotebookNode:
    """Return the source of an assignment with one task, whose cells compute for some seconds."""
    common = {"grade_id": "work", "locked": False, "schema_version": 3, "task": False}
    solution = {**common, "grade": False, "solution": True}
    graded = {
        **common,
        "grade": True,
        "solution": False,
        "locked": True,
        "points": 2,
        "grade_id": "work-test",
    }
    # The typical first lines of notebooks that use NumPy.
    imports = "import time\nimport matplotlib.pyplot as plt\nimport numpy as np"
    cells = [
        nbformat.v4.new_code_cell(f"{imports}\nfrom gradbook import *", id="imports"),
        nbformat.v4.new_code_cell(
            WORK.replace("SECONDS", str(seconds)).strip(), id="work", metadata={"nbgrader": solution}
        ),
        nbformat.v4.new_code_cell(test.strip(), id="work-test", metadata={"nbgrader": graded}),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def right(released: Path, seconds: float) -> NotebookNode:
    """Return a correct submission."""
    answered = nbformat.read(released, as_version=4)
    answered.cells[1].source = "\n".join(
        line for line in WORK.replace("SECONDS", str(seconds)).strip().splitlines() if "###" not in line
    )
    return answered


def run(folder: Path, *command: str) -> float:
    """Run a command in a course; return the seconds that it took."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        # nbgrader looks for alembic on the path.
        env={**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - began


def make_ours(root: Path, seconds: float) -> Path:
    """Create a course of ours, with a released assignment and its key, and return its folder."""
    source = root / "source_solutions" / ASSIGNMENT
    source.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    nbformat.write(notebook(seconds, TEST), source / f"{NAME}.ipynb")
    release(Course(root), ASSIGNMENT)
    submit(root, ["first"], seconds)
    run(root, "autograder", "grade", ASSIGNMENT)
    return root


def make_stock(root: Path, seconds: float) -> Path:
    """Create a course with nbgrader's default configuration, and return its folder."""
    source = root / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text("c = get_config()\n")
    nbformat.write(notebook(seconds, STOCK_TEST), source / f"{NAME}.ipynb")
    run(root, "nbgrader", "generate_assignment", ASSIGNMENT)
    shutil.copytree(root / "release", root / RELEASE)
    return root


def submit(root: Path, students: list[str], seconds: float) -> None:
    """Replace all submissions of a course by correct ones of these students."""
    shutil.rmtree(root / SUBMITTED, ignore_errors=True)
    answered = right(root / RELEASE / ASSIGNMENT / f"{NAME}.ipynb", seconds)
    for student in students:
        folder = root / SUBMITTED / student / ASSIGNMENT
        folder.mkdir(parents=True)
        nbformat.write(answered, folder / f"{NAME}.ipynb")


def compare(seconds: float, size: int, rounds: int) -> None:
    """Print the seconds per submission of both, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        ours, stock = make_ours(Path(folder, "ours"), seconds), make_stock(Path(folder, "stock"), seconds)
        taken: dict[str, list[float]] = {"ours": [], "stock": []}
        for number in range(rounds):
            students = [f"student-{number}-{one}" for one in range(size)]
            submit(ours, students, seconds)
            # Stock nbgrader grades them one after the other, so that a part of them is enough.
            some = students[: max(1, size // 6)]
            submit(stock, some, seconds)
            taken["ours"].append(
                run(ours, "autograder", "grade", ASSIGNMENT, "--workers", str(CORES)) / len(students)
            )
            taken["stock"].append(run(stock, "nbgrader", "autograde", ASSIGNMENT) / len(some))
    median = {name: statistics.median(times) for name, times in taken.items()}
    print(f"cells that compute for {seconds:g} s; {rounds} rounds, {size} submissions each, {CORES} cores")
    for name, times in taken.items():
        print(f"  {name:<6} {median[name]:.2f} s per submission ({min(times):.2f} to {max(times):.2f})")
    print(f"  ours against stock: {median['stock'] / median['ours']:.1f} times the throughput")
    print(f"  fraction of the optimum on {CORES} cores: {seconds / CORES / median['ours']:.2f}")


def remember(sizes: list[int]) -> None:
    """Print the peak memory of the grader's own process for classes of these sizes, and the time."""
    with tempfile.TemporaryDirectory() as folder:
        root = make_ours(Path(folder, "ours"), 0)
        most = []
        for number, size in enumerate(sizes):
            submit(root, [f"student-{number}-{one}" for one in range(size)], 0)
            began = time.perf_counter()
            most.append(_most_memory(root))
            taken = time.perf_counter() - began
            print(f"{size:>5} submissions: {most[-1]:.0f} MiB, {taken:.0f} s, {taken / size:.3f} s each")
    print(f"memory: {most[-1] / most[0]:.2f} times as much")


def _most_memory(root: Path) -> float:
    command = [sys.executable, "-m", "autograder", "grade", ASSIGNMENT, "--workers", str(CORES)]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=root, stdout=output, stderr=output)
        grader, most = psutil.Process(process.pid), 0
        while process.poll() is None:
            try:
                most = max(most, grader.memory_info().rss)
            except psutil.Error:
                break
            time.sleep(0.1)
        if process.wait():
            output.seek(0)
            sys.exit(output.read().decode())
    return most / 2**20


def main() -> None:
    """Run the benchmark that the options select."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer submissions")
    parser.add_argument("--memory", action="store_true", help="the memory of 50 and of 1,000 submissions")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    if arguments.memory:
        remember([20, 100] if arguments.quick else [50, 1000])
        return
    compare(0.5, *((24, 1) if arguments.quick else (120, 3)))
    compare(3, *((12, 1) if arguments.quick else (60, 3)))


if __name__ == "__main__":
    main()
