"""Measure the report on a class of 200: its size, and how long a browser takes to open and sort it.

Run ``python -m benchmarks.report_page``. Needs Chromium.
"""

from __future__ import annotations

import statistics
import time
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from playwright.sync_api import sync_playwright

from autograder.outcome import ClassResults, Outcome, Result
from autograder.reports.class_report import page
from tests.support.browsers import CHROMIUM, FLAGS

STUDENTS, TASKS, MISTAKES = 200, 15, 6
TIMES = 5


def a_class() -> ClassResults:
    """Return a class in which every unsolved task has one of six mistakes."""
    rng = np.random.default_rng(0)
    results = []
    for number in range(STUDENTS):
        able = rng.random()
        outcomes = [
            Outcome(f"task_{task:02}", 2, 2, "right")
            if rng.random() < able
            else Outcome(
                f"task_{task:02}",
                float(rng.integers(0, 4)) / 2,
                2,
                "wrong",
                f"Mistake {rng.integers(MISTAKES)} is made.",
                "What it means, and what to do instead, in a sentence or two that say where to look.",
            )
            for task in range(TASKS)
        ]
        results.append(
            Result(f"student-{number:03}", {}, outcomes, [], rng.gamma(4, 0.5), int(rng.gamma(9, 2**24)))
        )
    return ClassResults("02_knn", results, missing=["li", "zhou"], by_hand=STUDENTS)


def main() -> None:
    """Print the size, and the seconds to open and to sort."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = Path(folder) / "report.html"
        place.write_text(page(a_class(), datetime(2026, 1, 2)), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened, sorted_ = [], []
        for _ in range(TIMES):
            tab = browser.new_page()
            began = time.monotonic()
            tab.goto(place.as_uri(), wait_until="networkidle")
            # networkidle itself waits for half a second without requests.
            opened.append(time.monotonic() - began - 0.5)
            head = tab.get_by_role("region", name="Table of students").get_by_role("button", name="points")
            began = time.monotonic()
            head.click()
            sorted_.append(time.monotonic() - began)
            tab.close()
        browser.close()
        print(f"{STUDENTS} students, {TASKS} tasks: {place.stat().st_size / 1e3:.0f} kB")
        print(f"opened in {statistics.median(opened):.2f} s, sorted in {statistics.median(sorted_):.2f} s")


if __name__ == "__main__":
    main()
