"""A student in JupyterLab: start page, a wrong attempt, its message, a correct attempt, and validation."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from autograder.course import Course
from tests.browser.jupyterlab import EXPOSED, TIMEOUT_MS, Notebook
from tests.support.browsers import needs_chromium
from tests.support.servers import served

pytestmark = [needs_chromium, pytest.mark.slow]

COURSE = Course.find(Path(__file__))

RIGHT = """\
def softmax_loss_naive(W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    for x, label in zip(X, y):
        scores = x @ W
        powers = np.exp(scores - scores.max())
        p = powers / powers.sum()
        loss -= np.log(p[label])
        p[label] -= 1
        dW += np.outer(x, p)
    return loss / len(X) + reg * (W * W).sum(), dW / len(X) + 2 * reg * W
"""

#: Correct for the example, in which reg is 0.1.
WRONG = RIGHT.replace("2 * reg * W", "0.2 * W")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of JupyterLab on a student's own copy of one assignment."""
    root = tmp_path_factory.mktemp("student")
    shutil.copy(COURSE.root / "nbgrader_config.py", root)
    shutil.copytree(COURSE.folder("assignments") / "03_linear", root / "assignments/03_linear")
    command = [sys.executable, "-m", "autograder", "lab", EXPOSED]
    with served(command, root, tmp_path_factory.mktemp("home")) as address:
        yield address


def test_a_wrong_attempt_and_a_correct_one(page: Page, lab: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(lab)
    expect(page.get_by_text("0 of 7 tasks are done.")).to_be_visible(timeout=TIMEOUT_MS)
    page.get_by_role("link", name="Linear classifiers: softmax").click()
    notebook = Notebook(page)
    notebook.run("imports")

    notebook.write("softmax-loss-naive", WRONG)
    notebook.run("softmax-loss-naive")
    message = notebook.run("softmax-loss-naive-test")
    expect(message).to_contain_text("The regularisation of W is too weak.")
    expect(message).to_contain_text("element by element.")
    expect(message).not_to_contain_text("Traceback")

    notebook.write("softmax-loss-naive", RIGHT)
    notebook.run("softmax-loss-naive")
    expect(notebook.run("softmax-loss-naive-test")).to_contain_text("✓ softmax_loss_naive: 5 checks passed.")
    notebook.save()

    page.get_by_text("Validate", exact=True).click()
    results = page.get_by_role("dialog")
    expect(results).to_contain_text("The following cell failed", timeout=TIMEOUT_MS)
    expect(results).to_contain_text("softmax_loss_vectorized: not started")
    expect(results).not_to_contain_text("softmax_loss_naive: not started")
    results.get_by_role("button", name="Ok").click()
    assert errors == []


def test_create_assignment_shows_the_type_and_points_of_a_cell(page: Page, lab: str) -> None:
    page.goto(f"{lab}/lab/tree/work/03_linear/softmax.ipynb")
    notebook = Notebook(page)
    page.get_by_role("tab", name="Create Assignment").click()
    expect(page.get_by_text("Total Points")).to_be_visible()
    notebook.cell("softmax-loss-naive-test")
    expect(page.locator(".nbgrader-mod-active").get_by_label("Points")).to_have_value("4")
