"""Take the screenshots in the README: `make screenshots`.

They show JupyterLab with a wrong gradient and the message of its check, and the class report and a feedback
page of the demo.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from autograder import demo
from autograder.course import Course
from tests.browser.jupyterlab import EXPOSED, TIMEOUT_MS, Notebook
from tests.browser.test_lab import COURSE, WRONG
from tests.support.browsers import CHROMIUM, FLAGS
from tests.support.servers import served

SCREENSHOTS = COURSE.root / "docs/images"


def main() -> None:
    """Take all screenshots."""
    SCREENSHOTS.mkdir(exist_ok=True)
    expect.set_options(timeout=TIMEOUT_MS)
    graded = _graded()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, take in {"lab": _lab, "report": _report, "feedback": _feedback}.items():
            with _page(browser) as page:
                screenshot = Image.open(io.BytesIO(take(page, graded)))
            # Fewer colours reduce the size to a third without a visible difference.
            screenshot.convert("RGB").quantize(128).save(SCREENSHOTS / f"{name}.png", optimize=True)
        browser.close()
    shutil.rmtree(graded.root)


def _graded() -> Course:
    """Return the demo's course, with the class graded."""
    course = demo.build_course(COURSE)
    demo.submit(course)
    for command in ("grade", "report"):
        # In another process, because this one runs the browser's event loop.
        subprocess.run(
            [sys.executable, "-m", "autograder", command, demo.ASSIGNMENT], cwd=course.root, check=True
        )
    return course


@contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    context.set_default_timeout(TIMEOUT_MS)
    yield context.new_page()
    context.close()


def _lab(page: Page, graded: Course) -> bytes:
    with TemporaryDirectory() as folder:
        root, home = Path(folder) / "course", Path(folder) / "home"
        home.mkdir()
        shutil.copytree(COURSE.folder("assignments"), root / "assignments")
        shutil.copy(COURSE.root / "nbgrader_config.py", root)
        with served([sys.executable, "-m", "autograder", "lab", EXPOSED], root, home) as address:
            page.goto(address)
            page.get_by_role("link", name="Linear classifiers: softmax").click()
            notebook = Notebook(page)
            notebook.run("imports")
            notebook.write("softmax-loss-naive", WRONG)
            notebook.run("softmax-loss-naive")
            message = notebook.run("softmax-loss-naive-test")
            expect(message).to_contain_text("likely cause")
            notebook.cell("naive-help")
            return page.screenshot()


def _report(page: Page, graded: Course) -> bytes:
    page.goto((graded.root / f"reports/{demo.ASSIGNMENT}.html").as_uri())
    return page.screenshot()


def _feedback(page: Page, graded: Course) -> bytes:
    page.goto((graded.root / f"feedback/mistaken-5/{demo.ASSIGNMENT}/{demo.NOTEBOOK}.html").as_uri())
    return page.screenshot()


if __name__ == "__main__":
    main()
