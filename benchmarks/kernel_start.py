"""Measure the cost of the sandbox: start a kernel for one empty cell with and without it, alternately."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import nbformat

from autograder.grading.execute import GradingExecute

ROUNDS = 10
SANDBOXES = ("none", "bwrap")


def seconds(sandbox: str) -> float:
    """Return how many seconds it takes to start a kernel, run the cell and end the kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("None")])
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        GradingExecute(sandbox=sandbox).run(notebook, Path(folder), seed=1)
        return time.perf_counter() - began


def main() -> None:
    """Print the medians."""
    for sandbox in SANDBOXES:  # warm up: the probe, the font list, the file cache
        seconds(sandbox)
    taken = [{sandbox: seconds(sandbox) for sandbox in SANDBOXES} for _ in range(ROUNDS)]
    for sandbox in SANDBOXES:
        of = sorted(one[sandbox] for one in taken)
        print(f"--sandbox {sandbox:<6} median {statistics.median(of):.2f} s, {of[0]:.2f} to {of[-1]:.2f} s")


if __name__ == "__main__":
    main()
