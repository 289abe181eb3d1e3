"""The pages for students and instructors, on phones and desktops, in light and dark mode."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import Course
from tests.support.browsers import AXE, needs_chromium
from tests.support.courses import RIGHT, answered, submit

pytestmark = [needs_chromium, pytest.mark.slow]

ANSWER = r"""Because each of its terms is, and $\sum_i 2 x_i = 2 \sum_i x_i$:

$$2 x_1 + 2 x_2 + 2 x_3 + 2 x_4 + 2 x_5 + 2 x_6 = 2 (x_1 + x_2 + x_3 + x_4 + x_5 + x_6)$$

```python
for first_of_the_numbers, second_of_the_numbers in zip(all_of_the_numbers, all_of_the_numbers_doubled):
    assert 2 * first_of_the_numbers == second_of_the_numbers  # "each", not only their sum
```

| x | twice x |
|---|---|
| 1 | 2 |
"""

SOLUTIONS = {
    "li": {**RIGHT, "double": "def double(x):\n    return x + 2", "q-why": ANSWER},
    "zhou": RIGHT,
    "wei": {"total": "def total(x):\n    print(list(range(200)))\n    return 1 / 0"},
}


FEEDBACK, REPORT = "feedback/li/01_tiny/tiny.html", "reports/01_tiny.html"


@pytest.fixture(scope="module")
def graded(shared_course: Course) -> Course:
    """A course with a graded class of three and its report."""
    release = shared_course.root / "assignments/01_tiny/tiny.ipynb"
    for student, solutions in SOLUTIONS.items():
        submit(shared_course.root, student, answered(release, **solutions))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(shared_course.root)
        for command in ("grade", "report"):
            done = CliRunner().invoke(app, [command, "01_tiny"], catch_exceptions=False)
            assert done.exit_code == 0, done.output
    return shared_course


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("place", [FEEDBACK, "feedback/wei/01_tiny/tiny.html", REPORT])
def test_the_page_is_accessible(
    graded: Course, browser: Browser, place: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    messages: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    address = (graded.root / place).as_uri()
    page.goto(address, wait_until="networkidle")

    assert messages == []
    assert [url for url in requests if url != address and not url.startswith("data:")] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Text is not smaller than the browser's font size, 16 pixels here; code may be a little smaller.
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)") >= 16
    if not AXE.exists():
        pytest.skip(
            "axe-core is not installed: npm install --no-save --prefix build axe-core, as .ci/run does"
        )
    assert accessibility_problems(page) == []
    context.close()


def accessibility_problems(page: Page) -> list[str]:
    """Return the serious accessibility problems that axe-core finds."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def test_axe_detects_problems(page: Page) -> None:
    if not AXE.exists():
        pytest.skip(
            "axe-core is not installed: npm install --no-save --prefix build axe-core, as .ci/run does"
        )
    page.set_content("<p style='color: #aaa; background: #fff'>Pale.</p><button></button>")
    assert {found.partition(":")[0] for found in accessibility_problems(page)} >= {
        "color-contrast",
        "button-name",
    }


def test_clicks_on_a_header_sort_the_table_in_both_orders(graded: Course, page: Page) -> None:
    page.goto((graded.root / REPORT).as_uri())
    table = page.get_by_role("region", name="Table of students")
    head = table.get_by_role("columnheader", name="points")
    students = table.get_by_role("rowheader")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(students).to_have_text(["wei", "li", "zhou"])
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(students).to_have_text(["zhou", "li", "wei"])
    table.get_by_role("button", name="student").click()
    expect(head).to_have_attribute("aria-sort", "none")
    expect(students).to_have_text(["li", "wei", "zhou"])


def test_a_mistake_opens_to_show_its_message(graded: Course, page: Page) -> None:
    page.goto((graded.root / REPORT).as_uri())
    message = page.get_by_text("Doubling is a product.")
    expect(message).to_be_hidden()
    page.get_by_text("Two is added, not multiplied by.").click()
    expect(message).to_be_visible()
    expect(page.locator(".who")).to_have_text("li")


def test_the_summary_links_to_the_task_and_its_section(graded: Course, page: Page) -> None:
    page.goto((graded.root / FEEDBACK).as_uri())
    page.get_by_role("link", name="double").click()
    expect(page.get_by_text("Grade cell: double-test")).to_be_in_viewport()
    page.get_by_role("link", name="Tiny").first.click()
    expect(page.get_by_role("heading", name="Tiny").last).to_be_in_viewport()
