"""What importing the notebook side costs, beside NumPy alone: medians of new processes, in turn."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15
NUMPY = "import numpy"
NOTEBOOK = "import numpy, autograder.notebook, autograder.data.images"


def seconds(code: str) -> float:
    """Return how long a new Python takes to run `code`."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - began


def main() -> None:
    """Print both medians, their difference and their ratio."""
    pairs = [(seconds(NUMPY), seconds(NOTEBOOK)) for _ in range(RUNS)]
    alone, both = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"python -c '{NUMPY}'                     {alone:.3f} s")
    print(f"the same with the notebook side         {both:.3f} s")
    print(f"more: {both - alone:+.3f} s, {both / alone:.2f} times as long (medians of {RUNS})")


if __name__ == "__main__":
    main()
