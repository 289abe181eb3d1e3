"""Active content of students' notebooks is removed, and harmless content is kept."""

from __future__ import annotations

import base64
import functools
import json
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbformat import NotebookNode

from autograder.course import Course
from autograder.grading.clean import notebook
from autograder.grading.clean.folder import check_name
from autograder.grading.clean.markdown import MAX_RENDERED, clean_markdown
from autograder.grading.clean.markup import clean_html
from autograder.grading.clean.notebook import clean_notebook
from autograder.grading.collect.cells import read_cells
from autograder.grading.graft import graft
from autograder.outcome import plain
from gradbook.errors import GradbookError
from gradbook.messages import panel
from tests.hostile.attacks.markup import BUNDLES, MARKDOWN, MARKUP, PNG, filled
from tests.support.browsers import needs_chromium, visit
from tests.support.courses import RIGHT, answered, grade_assignment, submit


def cell_of(source: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(source, metadata={"autograder": {"added": True}})


def output_of(data: dict[str, Any], metadata: dict[str, Any] | None = None) -> NotebookNode:
    output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
    return nbformat.v4.new_code_cell("1", outputs=[nbformat.from_dict(output)])


def attacks() -> dict[int, NotebookNode]:
    """Return a cell for each attack, by number."""
    made: list[Any] = []
    made += [lambda number, text=text: cell_of(filled(text, number)) for text in [*MARKUP, *MARKDOWN]]
    made += [lambda number, text=text: output_of({"text/html": filled(text, number)}) for text in MARKUP]
    made += [
        lambda number, text=text: output_of({"text/markdown": filled(text, number)})
        for text in [*MARKUP, *MARKDOWN]
    ]
    made += [
        lambda number, one=one: output_of(filled(one[0], number), filled(one[1], number)) for one in BUNDLES
    ]
    return {number: make(number) for number, make in enumerate(made)}


@functools.cache
def _exporter() -> HTMLExporter:
    return HTMLExporter(template_name="basic")


def page_of(cell: NotebookNode) -> str:
    """Return a cell as rendered by the formgrader and the feedback, without scripts of the page itself."""
    body, _ = _exporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    return f"<!DOCTYPE html><html><head></head><body>{body}</body></html>"


def cleaned(cell: NotebookNode) -> NotebookNode:
    return clean_notebook(nbformat.v4.new_notebook(cells=[cell])).cells[0]


def pages_of(cells: dict[int, NotebookNode]) -> dict[str, str]:
    pages = {}
    for number, cell in cells.items():
        try:
            pages[str(number)] = page_of(cell)
        except Exception as error:  # nbconvert fails on some of them before they are sanitised
            pages[str(number)] = f"<body>{type(error).__name__}</body>"
    return pages


@needs_chromium
@pytest.mark.slow
def test_no_attack_has_an_effect_in_a_browser(tmp_path: Path) -> None:
    cells = attacks()
    assert len(cells) > 300
    found, acted = visit(pages_of(cells), tmp_path)
    # Without sanitising, the browser and this test detect the attacks.
    assert len(acted) > 80
    assert sum(bool(what) for what in found.values()) > 200
    pages = {str(number): page_of(cleaned(cell)) for number, cell in attacks().items()}
    found, acted = visit(pages, tmp_path)
    assert set(found) == set(pages)
    wrong = {number: what for number, what in found.items() if what}
    assert {number: (what, str(cells[int(number)])[:300]) for number, what in wrong.items()} == {}
    assert acted == set()


@needs_chromium
@pytest.mark.slow
def test_neither_command_leaves_active_content_in_the_feedback_page(course: Course, tmp_path: Path) -> None:
    release = course.root / "assignments/01_tiny/tiny.ipynb"
    cells = attacks()
    shown = [
        (output["data"], output["metadata"])
        for cell in cells.values()
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    noisy = "\n".join(
        [
            "from IPython.display import display",
            f"for data, metadata in {shown!r}:",
            "    display(data, metadata=metadata, raw=True)",
        ]
    )
    notebook = answered(release, **{**RIGHT, "q-why": filled(MARKDOWN[0], 900) + "\n\n$x_1$ is right."})
    notebook.cells += [cell_of(cell.source) for cell in cells.values() if cell.cell_type == "markdown"]
    notebook.cells.append(nbformat.v4.new_code_cell(noisy))
    name = "tiny <img src=x onerror=top.document.title+='hit901;'> [x](javascript:1).ipynb"
    folder = submit(course.root, "li", notebook, name).parent
    (folder / "evil.html").write_text("<script>alert(1)</script>")
    (folder / "evil.SVG").write_text("<svg onload='alert(1)'/>")
    (folder / "model.npz").write_bytes(b"weights")
    (result,) = grade_assignment(course, "01_tiny", ["li"])
    assert result.failure is None
    assert result.points == 8
    graded = course.root / "autograded/li/01_tiny"
    assert {path.name for path in graded.iterdir()} == {"tiny.ipynb", "model.npz"}
    ours = nbformat.read(graded / "tiny.ipynb", as_version=4)
    students = [cell for cell in ours.cells if cell.get("id", "").startswith(("added", "about", "q-why"))]
    assert len(students) >= len(MARKDOWN + MARKUP)
    pages = {f"cell {number}": page_of(cell) for number, cell in enumerate(students)}
    found, acted = visit(pages, tmp_path)
    assert set(found) == set(pages)
    assert {page: what for page, what in found.items() if what} == {}
    feedback = course.root / "feedback/li/01_tiny/tiny.html"
    _, acted_whole = visit({"whole": feedback.read_text()}, tmp_path)
    assert acted | acted_whole == set()
    assert not list(feedback.parent.glob("evil*"))
    run = subprocess.run(
        ["nbgrader", "autograde", "01_tiny", "--force"], cwd=course.root, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert {path.name for path in graded.iterdir()} == {"tiny.ipynb", "model.npz"}
    theirs = nbformat.read(graded / "tiny.ipynb", as_version=4)
    assert [cell.source for cell in theirs.cells] == [cell.source for cell in ours.cells]
    assert theirs.cells[-1].outputs == ours.cells[-1].outputs


ORDINARY = [
    "Each term is doubled.",
    "# Why\n\nBecause *each* of its **terms** is `2 * x`.\n\n- one\n- two\n  1. deeper\n",
    "With $x_1 < y$ and $y > z$:\n\n$$\n\\sum_i 2 x_i = 2 \\sum_i x_i \\quad \\text{(sum)}\n$$\n",
    "\\begin{align}\na &= b \\\\\nc &< d\n\\end{align}",
    '| a | b |\n|:--|--:|\n| 1 < 2 | "3" & 4 |\n',
    "```python\nif a < b and b > c:\n    print('<script>alert(1)</script>')\n```\n",
    "    indented <b>code</b>\n",
    'Inline `<script>` and `a && b` and `\\href{x}`; 3 < 4, R&D, it\'s "so", A > B, &alpha; &amp; &nbsp;x',
    "> quoted\n> twice\n\n---\n\nhard  \nbreak",
    'See [CS231n](https://cs231n.github.io/a_b?c=1&d=2 "the notes"), <https://example.org>, [here](#why).',
    "[notes][1] and more\n\n[1]: https://example.org/x",
    "H<sub>2</sub>O, x<sup>2</sup>, <b>bold</b><br>next, <font color='red'>red</font>",
    "- [ ] to do\n- [x] done\n",
    "~~gone~~ 中文 é 🙂 – “quotes”",
    f'<img alt="a plot" width="320" style="max-width:100%;height:auto" src="data:image/png;base64,{PNG}">',
    "![my plot](plot.png)",
    "<div style='border-left:4px solid #c62828;padding:4px 12px;margin:2px 0'>note</div>",
    "$\\newcommand{\\R}{\\mathbb{R}} x \\in \\R^{N \\times D}, \\boxed{x} \\color{red}{y}$",
    "<details><summary>More</summary>\n\ntext\n\n</details>",
    "",
]


@pytest.mark.parametrize("source", ORDINARY)
def test_an_ordinary_answer_is_unchanged(source: str) -> None:
    assert clean_markdown(source) == (source, {})


def test_text_around_an_attack_is_kept() -> None:
    before = "# Why\n\nWith $x_1$ and `code <b>`:\n\n```\na\n\nb\n```\n\n| a |\n|---|\n| 1 |\n"
    after, _ = clean_markdown(before + "\n<script>alert(1)</script>\n\nSo it is.\n")
    rendered = markdown2html_mistune(after)
    for part in ("Why</h1>", "<code>code &lt;b&gt;</code>", "So it is.", "<td>1</td>"):
        assert part in rendered
    assert "$x_1$" in rendered.replace("&#36;", "$")
    assert "<pre><code>a\n\nb\n</code></pre>" in rendered.replace("&#10;", "\n")
    assert "alert" not in rendered
    # Sanitising is idempotent.
    assert clean_markdown(after) == (after, {})


def test_only_images_pasted_into_an_answer_are_kept(course: Course) -> None:
    release = nbformat.read(course.root / "assignments/01_tiny/tiny.ipynb", as_version=4)
    source = nbformat.read(course.root / "source_solutions/01_tiny/tiny.ipynb", as_version=4)
    submitted = answered(course.root / "assignments/01_tiny/tiny.ipynb", **RIGHT)
    text = "See ![plot](attachment:plot.png) and ![bad](attachment:bad.svg)."
    evil = {"image/svg+xml": "x' onerror='alert(1)", "text/html": "<script>alert(1)</script>"}
    for cell in submitted.cells:
        if cell.id == "q-why":
            cell.source = text
            cell.attachments = {"plot.png": {"image/png": PNG}, "bad.svg": evil}
    path = submit(course.root, "li", submitted)
    grafted = nbformat.from_dict(json.loads(json.dumps(graft(read_cells(path), source, release))))
    clean_notebook(grafted)
    cell = next(cell for cell in grafted.cells if cell.id == "q-why")
    page = page_of(cell)
    assert f"data:image/png;base64,{PNG}" in page
    assert "alert" not in page
    assert "onerror" not in page


def normal(markup: str) -> str:
    """Return HTML without the elements that a browser adds to a table."""
    return markup.replace("<tbody>", "").replace("</tbody>", "")


@pytest.mark.parametrize("kind", ["passed", "failed", "pending"])
def test_our_panels_are_unchanged(kind: str) -> None:
    markup = panel("double: <wrong>", [("expected", "a < b & 'c'"), ("got", "line\nline")], kind)
    kept = clean_html(markup)
    assert normal(kept) == normal(markup).replace("&#x27;", "'")


def test_figures_tables_text_and_colours_of_outputs_are_kept() -> None:
    head = '<thead><tr style="text-align: right;"><th></th></tr></thead>'
    table = f'<table border="1" class="dataframe">{head}</table>'
    data = {"text/plain": "<x> \x1b[31mred", "text/html": table, "image/png": PNG, "text/latex": "$x^2$"}
    cell = cleaned(output_of(data, {"image/png": {"width": 300, "height": 200, "alt": "a plot"}}))
    assert cell.outputs[0].data == data
    assert cell.outputs[0].metadata == {"image/png": {"width": 300, "height": 200, "alt": "a plot"}}
    stream = nbformat.v4.new_output("stream", name="stderr", text="\x1b[31m<b>\x1b[0m")
    error = nbformat.v4.new_output("error", ename="E", evalue="<b>", traceback=["\x1b[31m<b>"])
    kept = cleaned(nbformat.v4.new_code_cell("1", outputs=[stream, error]))
    assert kept.outputs == [stream, error]


def test_an_svg_figure_becomes_an_image_element() -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0L9 9" style="stroke:#f00"/></svg>'
    cell = cleaned(output_of({"image/svg+xml": drawing, "text/plain": "<Figure>"}))
    assert set(cell.outputs[0].data) == {"text/html", "text/plain"}
    assert 'src="data:image/svg+xml;base64,' in cell.outputs[0].data["text/html"]


def test_omitted_outputs_are_listed() -> None:
    cell = cleaned(output_of({"application/javascript": "alert(1)"}))
    assert cell.outputs[0].data == {"text/plain": "(omitted: application/javascript)"}


def test_markup_that_would_take_too_long_to_sanitise_is_removed_and_its_text_kept() -> None:
    large = "<b>x</b>" * MAX_RENDERED
    cell = cleaned(output_of({"text/html": large, "text/markdown": large, "text/plain": "<Table>"}))
    assert cell.outputs[0].data == {"text/plain": "<Table>"}
    assert cleaned(output_of({"text/html": large})).outputs[0].data == {"text/plain": "(omitted: text/html)"}


def test_an_image_in_markup_may_be_large() -> None:
    png = base64.b64encode(b"\x89PNG" + bytes(MAX_RENDERED)).decode()
    markup = f'<img src="data:image/png;base64,{png}">'
    assert png in cleaned(output_of({"text/html": markup})).outputs[0].data["text/html"]


def test_large_outputs_of_a_graded_cell_do_not_replace_its_result() -> None:
    half = {"text/html": "<b>x</b>" * (MAX_RENDERED // 16)}
    cell = output_of(half)
    cell.outputs += [*output_of(half).outputs, *output_of({"text/html": "<p>2 of 2 points</p>"}).outputs]
    cell.metadata["nbgrader"] = {"grade": True, "solution": False}
    shown = [output.data.get("text/html", "") for output in cleaned(cell).outputs]
    assert [text.count("<b>") for text in shown] == [0, MAX_RENDERED // 16, 0]
    assert shown[2] == "<p>2 of 2 points</p>"


def test_added_cells_share_the_budget_for_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "MAX_MARKUP", 20 * 800)
    html, markdown = "<b>x</b>" * 100, "*x* " * 200
    cells = [output_of({"text/html": html, "text/plain": "x"}) for _ in range(10)]
    cells += [cell_of(markdown) for _ in range(12)]
    graded = output_of({"text/html": "<p>2 of 2 points</p>"})
    graded.metadata["nbgrader"] = {"grade": True, "solution": False}
    kept = clean_notebook(nbformat.v4.new_notebook(cells=[*cells, graded])).cells
    assert all("text/html" in cell.outputs[0].data for cell in kept[:10])
    assert [cell.source == markdown for cell in kept[10:22]] == [True] * 10 + [False] * 2
    assert "<pre>*x*" in kept[21].source
    assert kept[22].outputs[0].data["text/html"] == "<p>2 of 2 points</p>"


def test_an_output_of_unknown_type_is_removed() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    notebook.cells[0].outputs = [NotebookNode(output_type="x", text="<script>")]
    assert clean_notebook(notebook).cells[0].outputs == []


def test_the_instructors_text_is_unchanged() -> None:
    own = nbformat.v4.new_markdown_cell("<iframe src='https://example.org'></iframe>")
    assert cleaned(own).source == own.source


@pytest.mark.parametrize(
    "name",
    [
        "<b>",
        'x" onmouseover="y',
        'x"\nonmouseover="y',
        "x'\n\na='b",
        "a\nb",
        "a\tb",
        "a\rb",
        "a\x1b[2J",
        "a\u202eb",
        "x' a='b",
    ],
)
def test_a_name_that_would_be_markup_is_refused(name: str) -> None:
    with pytest.raises(GradbookError, match="read as markup") as caught:
        check_name(name)
    # The message shows the escaped name on one line.
    assert "\n" not in caught.value.details["got"]
    assert plain(caught.value.details["got"]) == caught.value.details["got"]


@pytest.mark.parametrize("name", ["li", "O'Neill", "quote'\"", "李雷 🙂", "a=b", "a&b"])
def test_other_names_are_accepted(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    "source",
    [
        "\\begin{a}" * 50_000,
        "[" * 20_000,
        "> " * 3000 + "<script>",
        "*" * 20_000,
        "<b>" * 5000,
        "- " * 2000 + "x",
    ],
    ids=["long", "brackets", "quotes", "stars", "tags", "items"],
)
def test_a_long_or_nested_answer_is_sanitised_as_well(source: str) -> None:
    text, _ = clean_markdown(source)
    assert "<script" not in text
    assert text.count(source[1]) >= 1
