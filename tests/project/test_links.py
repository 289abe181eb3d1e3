"""Every link within the repository leads to an existing file or heading."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(ROOT.glob("d*/**/*.md")),
    *sorted(ROOT.glob("source_solutions/*/*.ipynb")),
    *sorted(ROOT.glob("assignments/*/*.ipynb")),
]


def markdown(page: Path) -> str:
    """Return the text of a page, or of the Markdown cells of a notebook."""
    if page.suffix == ".md":
        return page.read_text(encoding="utf-8")
    notebook = nbformat.read(page, as_version=4)
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def links(text: str) -> list[str]:
    """Return the addresses of a page's links and images, including those written as HTML."""
    found = [
        str(child.attrs.get("href") or child.attrs.get("src"))
        for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text)
        for child in token.children or ()
        if child.type in ("link_open", "image")
    ]
    return found + re.findall(r"""<(?:a|img)\b[^>]*?(?:href|src)=["']([^"']+)""", text)


def headings(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub generates them."""
    lines = re.sub(r"```.*?```", "", text, flags=re.DOTALL).splitlines()
    titles = [re.sub(r"[*_`]", "", line.lstrip("#").strip()) for line in lines if re.match(r"#+ ", line)]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles} | {
        # JupyterLab keeps capitals, and replaces blanks with hyphens.
        title.replace(" ", "-")
        for title in titles
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_repository_resolves(page: Path) -> None:
    text, broken = markdown(page), []
    for link in links(text):
        if re.match(r"(https?|mailto|data|attachment):", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path) if path else page
        is_page = target.suffix in (".md", ".ipynb")
        if not target.exists() or (anchor and is_page and anchor not in headings(markdown(target))):
            broken.append(link)
    assert broken == []


def test_links_and_headings_are_found() -> None:
    text = "# A title\n\n[one](README.md), ![two](no.png), <a href='#a-title'>three</a>"
    assert links(text) == ["README.md", "no.png", "#a-title"]
    assert "a-title" in headings(text)
