"""Compare the import time of `gradbook` with that of NumPy alone: medians of alternating new processes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15
NUMPY = "import numpy"
NOTEBOOK = "import numpy; from gradbook import load_images, task"


def seconds(code: str) -> float:
    """Return how many seconds a new Python process takes to run `code`."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - began


def main() -> None:
    """Print both medians, their difference and their ratio."""
    pairs = [(seconds(NUMPY), seconds(NOTEBOOK)) for _ in range(RUNS)]
    alone, both = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"python -c '{NUMPY}'                     {alone:.3f} s")
    print(f"the same with gradbook                  {both:.3f} s")
    print(f"difference: {both - alone:+.3f} s, {both / alone:.2f} times as long (medians of {RUNS})")


if __name__ == "__main__":
    main()
