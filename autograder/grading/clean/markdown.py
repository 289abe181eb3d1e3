"""Markdown that renders to nothing but what only shows, in nbconvert and in JupyterLab."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Mapping
from typing import Any

from markdown_it import MarkdownIt
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.grading.clean.markup import as_picture, clean_html

#: Characters of a markdown answer that are rendered, pictures aside: twice as long a text can take four
#: times as long. What is longer is shown as it was typed.
MAX_RENDERED = 50_000

#: Characters of a markdown answer that are kept at all; a picture pasted as text has some 100,000.
MAX_KEPT = 5_000_000


class _Renderer(IPythonRenderer):
    """nbconvert's renderer; an attachment that is missing is an address that goes, and no error."""

    def _embed_image_or_attachment(self, src: str) -> str:
        if src.startswith("attachment:"):
            bundle = self.attachments.get(src.removeprefix("attachment:"), {"missing": ""})
            return next(f"data:{kind};base64,{content}" for kind, content in bundle.items())
        return src


def clean_markdown(
    source: str, attachments: Mapping[str, Any] | None = None
) -> tuple[str, dict[str, dict[str, str]]]:
    """Return markdown that renders to nothing but what is on the allow-list, and the pictures attached to it.

    What is harmless as it stands is returned to the letter. Else its rendering, cleaned, takes its place: as
    HTML, which markdown lets through.

    Parameters
    ----------
    source
        The text of a markdown cell.
    attachments
        The cell's attachments: for each name, a bundle of base64 texts by kind.
    """
    pictures = _clean_attachments(attachments or {})
    if length_without_pictures(source) > MAX_RENDERED:
        return as_typed(source), {}
    try:
        rendered = _rendered(source, pictures)
        # The formgrader and the feedback render as nbconvert does; JupyterLab as CommonMark says.
        if _is_clean(rendered) and _is_clean(_common_mark().render(source)):
            return source, pictures
        reduced = _as_one_block(clean_html(rendered))
        if _is_clean(_rendered(reduced, pictures)):
            return reduced, {}
    except RecursionError:
        pass
    return as_typed(source), {}


def length_without_pictures(source: str) -> int:
    """Return the number of characters of markdown or HTML, but for those of pictures written into it."""
    return len(re.sub(r"base64,[A-Za-z0-9+/=]+", "", source))


def as_typed(source: str) -> str:
    """Return markdown that shows a text as it was typed."""
    kept = source[:MAX_KEPT] + ("\n… (the rest was left out)" if len(source) > MAX_KEPT else "")
    return _as_one_block(f"<pre>{html.escape(kept)}</pre>")


def _rendered(source: str, pictures: Mapping[str, Any]) -> str:
    renderer = _Renderer(escape=False, exclude_anchor_links=True, attachments=dict(pictures))
    return str(MarkdownWithMath(renderer=renderer).render(source))


@functools.cache
def _common_mark() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def _is_clean(rendered: str) -> bool:
    """Return whether cleaning would change nothing but the way in which the same is written."""
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
    """Return HTML as one block of markdown: no blank line ends it, and no sign in it is markdown's."""
    parts = re.split(r"(<pre[ >].*?</pre>)", text, flags=re.DOTALL)
    parts[::2] = [re.sub(r"\n\s*", "\n", part) for part in parts[::2]]
    parts[1::2] = [part.replace("\n", "&#10;") for part in parts[1::2]]
    block = "".join(parts).strip().replace("$", "&#36;").replace("\\", "&#92;")
    return f"<div>\n{block}\n</div>"


def _clean_attachments(attachments: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    pictures: dict[str, dict[str, str]] = {}
    for name, bundle in attachments.items():
        for kind, content in bundle.items() if isinstance(bundle, Mapping) else ():
            picture = as_picture(str(kind), content)
            if picture is not None:
                pictures[str(name)] = {str(kind): picture}
                break
    return pictures
