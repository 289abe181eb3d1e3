"""Sanitise Markdown, so that it renders to passive content in nbconvert and in JupyterLab."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Mapping
from typing import Any

from markdown_it import MarkdownIt
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.grading.clean.markup import checked_image, clean_html

#: Markdown answers with more characters than this, without images, are shown unrendered: the time to render
#: a text can grow with the square of its length.
MAX_RENDERED = 50_000

#: Characters of a Markdown answer that are kept; an image pasted as text has about 100,000.
MAX_KEPT = 5_000_000


class _Renderer(IPythonRenderer):
    """nbconvert's renderer, but a missing attachment becomes an invalid address instead of an error."""

    def _embed_image_or_attachment(self, src: str) -> str:
        if src.startswith("attachment:"):
            bundle = self.attachments.get(src.removeprefix("attachment:"), {"missing": ""})
            return next(f"data:{kind};base64,{content}" for kind, content in bundle.items())
        return src


def clean_markdown(
    source: str, attachments: Mapping[str, Any] | None = None
) -> tuple[str, dict[str, dict[str, str]]]:
    """Return Markdown that renders only to elements on the allow-list, and its attached images.

    Harmless Markdown is returned unchanged. Otherwise it is replaced by its sanitised rendering as HTML,
    which Markdown permits.

    Parameters
    ----------
    source
        The text of a Markdown cell.
    attachments
        The cell's attachments: for each name, a dictionary from MIME types to base64 texts.
    """
    images = _clean_attachments(attachments or {})
    if length_without_images(source) > MAX_RENDERED:
        return as_typed(source), {}
    try:
        rendered = _rendered(source, images)
        # The formgrader and the feedback render as nbconvert does; JupyterLab as CommonMark says.
        if _is_clean(rendered) and _is_clean(_common_mark().render(source)):
            return source, images
        reduced = _as_one_block(clean_html(rendered))
        if _is_clean(_rendered(reduced, images)):
            return reduced, {}
    except RecursionError:
        pass
    return as_typed(source), {}


def length_without_images(source: str) -> int:
    """Return the number of characters of Markdown or HTML, without those of embedded images."""
    return len(re.sub(r"base64,[A-Za-z0-9+/=]+", "", source))


def as_typed(source: str) -> str:
    """Return Markdown that shows a text unrendered."""
    kept = source[:MAX_KEPT] + ("\n… (truncated)" if len(source) > MAX_KEPT else "")
    return _as_one_block(f"<pre>{html.escape(kept)}</pre>")


def _rendered(source: str, images: Mapping[str, Any]) -> str:
    renderer = _Renderer(escape=False, exclude_anchor_links=True, attachments=dict(images))
    return str(MarkdownWithMath(renderer=renderer).render(source))


@functools.cache
def _common_mark() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def _is_clean(rendered: str) -> bool:
    """Return whether sanitising would change only the spelling of the HTML, not its meaning."""
    return _normal(rendered) == _normal(clean_html(rendered))


def _normal(text: str) -> str:
    text = re.sub(r"\s*/>", ">", text)
    text = re.sub(r"='([^'\"<>]*)'", r'="\1"', text)
    text = re.sub(r' (disabled|checked|open)=""', r" \1", text)
    return re.sub(r"&#?\w+;", _normal_entity, text)


def _normal_entity(found: re.Match[str]) -> str:
    character = html.unescape(found[0])
    return {"<": "&lt;", "&": "&amp;"}.get(character, character)


def _as_one_block(text: str) -> str:
    """Return HTML as one Markdown block, without blank lines or characters with a meaning in Markdown."""
    parts = re.split(r"(<pre[ >].*?</pre>)", text, flags=re.DOTALL)
    parts[::2] = [re.sub(r"\n\s*", "\n", part) for part in parts[::2]]
    parts[1::2] = [part.replace("\n", "&#10;") for part in parts[1::2]]
    block = "".join(parts).strip().replace("$", "&#36;").replace("\\", "&#92;")
    return f"<div>\n{block}\n</div>"


def _clean_attachments(attachments: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    images: dict[str, dict[str, str]] = {}
    for name, bundle in attachments.items():
        for kind, content in bundle.items() if isinstance(bundle, Mapping) else ():
            image = checked_image(str(kind), content)
            if image is not None:
                images[str(name)] = {str(kind): image}
                break
    return images
