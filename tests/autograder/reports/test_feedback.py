"""The feedback page: outcomes, reasons, links to sections, and no active content."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import Course
from autograder.reports.mathematics import mathml
from tests.support.courses import RIGHT, answered, submit

HOSTILE = r"\text{<script>alert(1)</script><img src=x onerror=alert(1)>}"

LINK = r"$$\href{javascript:alert(1)}{x}$$"


@pytest.fixture(scope="module")
def page(shared_course: Course) -> str:
    """The page of a student with a known mistake, a task that was not started, and various formulas."""
    release = shared_course.root / "assignments/01_tiny/tiny.ipynb"
    solutions = {
        "double": "def double(x):\n    return x + 2",
        "total": RIGHT["total"],
        "q-why": "Because $\\frac{1}{2} < 1$, and $x^$.",
    }
    notebook = answered(release, **solutions)
    notebook.cells.insert(2, nbformat.v4.new_markdown_cell("Mine: $$\\sum_i x_i$$"))
    notebook.cells.append(nbformat.v4.new_markdown_cell(f"${HOSTILE}$ {LINK}"))
    submit(shared_course.root, "li", notebook)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(shared_course.root)
        done = CliRunner().invoke(app, ["grade", "01_tiny"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return Path(shared_course.root / "feedback/li/01_tiny/tiny.html").read_text(encoding="utf-8")


def summary(page: str) -> dict[str, str]:
    items = re.findall(r'<li class="line \w+">(.*?)</li>', page, re.DOTALL)
    texts = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", item)).strip() for item in items]
    return {text.split()[0]: text for text in texts}


@pytest.mark.slow
def test_the_summary_contains_outcomes_and_reasons(page: str) -> None:
    lines = summary(page)
    assert list(lines) == ["double", "total", "square", "q-why"]
    assert "0 of 2 Two is added, not multiplied by. Doubling is a product." in lines["double"]
    assert "Graded with the reference solution of double" in lines["total"]
    assert "not started" in lines["square"]
    assert "Read again: Tiny" in lines["double"]
    assert 'href="#Tiny"' in page
    assert 'id="Tiny"' in page
    assert 'href="#double-test"' in page
    assert 'name="double-test"' in page
    assert re.search(r"<b>2</b> of 9 points", page)


@pytest.mark.slow
def test_the_page_needs_no_script_and_no_server(page: str) -> None:
    assert "<script" not in page
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:)[^"']*""", page)
    assert "default-src 'none'" in page
    assert page.count("<math") >= 2
    assert "<code>x^</code>" in page  # invalid TeX is shown as code
    assert 'href="javascript' not in page


@pytest.mark.parametrize(
    "tex",
    [
        HOSTILE,
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(//x)}{x}",
        r"\class{a}{x}",
        r"\text{</math><script>alert(1)</script>}",
        "<img src=x onerror=alert(1)>",
        "\\text{" * 400,
        "x" * 100_000,
    ],
)
def test_formulas_have_no_active_content(tex: str) -> None:
    made = mathml(tex, block=True)
    if made.startswith("<code>"):
        assert "<" not in made.removeprefix("<code>").removesuffix("</code>")
        return
    for element in ET.fromstring(made.replace("&nbsp;", " ")).iter():
        name = element.tag.rpartition("}")[2]
        assert name.startswith("m"), name
        assert not {
            key for key in element.attrib if key in ("href", "style", "class", "id") or key.startswith("on")
        }
