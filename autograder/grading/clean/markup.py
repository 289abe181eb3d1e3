"""Sanitise HTML: elements, attributes, styles, addresses, images, mathematics."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import nh3

_TAGS = nh3.ALLOWED_TAGS - {"area", "bdo", "map"} | {"font", "input", "tfoot"}

#: Elements that are removed with their content; other forbidden elements leave their text behind.
_WITH_CONTENT = {
    *("applet", "audio", "canvas", "embed", "iframe", "math", "noembed", "noframes", "noscript", "object"),
    *("script", "select", "style", "svg", "template", "textarea", "title", "video", "xmp"),
}

_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"style", "class", "title", "role", "aria-hidden", "aria-label", "dir", "lang", "align"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "table": {"border"},
    "td": {"colspan", "rowspan", "valign", "headers"},
    "th": {"colspan", "rowspan", "valign", "scope"},
    "ol": {"start", "type"},
    "font": {"color", "size", "face"},
    "details": {"open"},
    "input": {"disabled", "checked"},
}

#: The first bytes of each image type.
_SIGNATURES = {
    "image/png": b"\x89PNG",
    "image/jpeg": b"\xff\xd8",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
    "image/svg+xml": b"",
}

#: Active content in an SVG file.
_ACTIVE_SVG = re.compile(
    r"<!ENTITY|<\s*(?:\w+:)?(?:script|foreignObject|iframe|handler|animate|set\b)|\bon\w+\s*=|javascript:"
    r"|@import|url\(\s*[^#)\s]|href\s*=\s*[\"']?\s*(?!#|[\"']|data:image/(?:png|jpeg))|<\?xml-stylesheet",
    re.IGNORECASE,
)

#: An image beside the notebook. A path with folders could refer to other resources of the server.
_FILE_BESIDE = re.compile(r"(?:[\w\-.()]|%20)+\.(?:png|jpe?g|gif|webp)", re.IGNORECASE)

#: Classes that nbconvert's Markdown and pandas emit: syntax highlighting, task lists, data tables.
_CLASS = re.compile(r"highlight|dataframe|task-list-item(?:-checkbox)?|language-[\w+#.\-]+|[a-z][a-z0-9]?")

_ROLES = {"status", "img", "note", "presentation"}

#: CSS properties that cannot move an element out of its place on the page.
_STYLE = re.compile(
    r"color|opacity|background(?:-color)?|padding(?:-\w+)?|margin(?:-\w+)?|text-(?:align|decoration)"
    r"|vertical-align|white-space|font-(?:family|size|style|variant|weight)|(?:max-|min-)?width|list-style-type"
    r"|border(?:-(?:collapse|color|radius|spacing|style|width))?"
    r"|border-(?:left|right|top|bottom)(?:-(?:color|style|width))?"
)

_STYLE_FUNCTION = re.compile(r"([\w-]*)\(")

#: TeX commands that create links, load resources, set styles or imitate other content (MathJax 2–4, KaTeX).
ACTIVE_TEX = re.compile(
    r"\\(?=(?:href|url|require|unicode|style|class|cssId|data|bbox|toggle|texttip|mathtip|tooltip|mmlToken"
    r"|includegraphics|html\w*|special|input|include)(?![a-zA-Z]))"
)
_VERBATIM = re.compile(r"(<pre[ >].*?</pre>|<code[ >].*?</code>)", re.DOTALL)


def clean_html(text: str) -> str:
    """Return HTML reduced to the allow-list.

    Examples
    --------
    >>> clean_html('<b onclick="alert(1)" style="color:red;position:fixed">4</b><script>alert(1)</script>')
    '<b style="color:red">4</b>'
    """
    cleaned = nh3.clean(
        text,
        tags=_TAGS,
        clean_content_tags=_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_clean_attribute,
        tag_attribute_values={"input": {"type": {"checkbox"}}},
        url_schemes={"http", "https", "mailto", "data", "attachment"},
        link_rel=None,
    )
    # The checkboxes of task lists are kept; other input fields could ask for data.
    cleaned = re.sub(r'<input(?![^>]* type="checkbox")[^>]*>', "", cleaned)
    parts = _VERBATIM.split(cleaned)
    parts[::2] = [ACTIVE_TEX.sub("\N{SET MINUS}", part) for part in parts[::2]]
    return "".join(parts)


def _clean_attribute(tag: str, name: str, value: str) -> str | None:
    """Return the sanitised value of an allowed attribute, or None to remove it."""
    match name:
        case "style":
            return _clean_style(tag, value)
        case "class":
            return " ".join(word for word in value.split() if _CLASS.fullmatch(word)) or None
        case "role":
            return value if value in _ROLES else None
        case "href":
            # A relative path would refer to the server that shows the page, and to the student's files there.
            return value if re.match(r"(?:https?://|mailto:|#)", value, re.IGNORECASE) else None
        case "src":
            return value if _is_image_source(value) else None
        case "width" | "height":
            return value if re.fullmatch(r"\d{1,4}%?", value) else None
    return value


def _clean_style(tag: str, style: str) -> str | None:
    declarations = [part for part in style.split(";") if part.strip()]
    kept = [part for part in declarations if _is_harmless(tag, *part.partition(":")[::2])]
    return style if kept == declarations else ";".join(kept) or None


def _is_harmless(tag: str, name: str, value: str) -> bool:
    name, value = name.strip().lower(), value.strip().lower()
    if name == "height":
        # Any other element could be made smaller than its content, which would then cover the page.
        return tag == "img" and bool(re.fullmatch(r"auto|\d{1,3}(?:px|%)?", value))
    return bool(_STYLE.fullmatch(name)) and _is_harmless_value(name, value)


def _is_harmless_value(name: str, value: str) -> bool:
    """Return whether a style's value has no address, no escape, and no number that is too large."""
    functions = set(_STYLE_FUNCTION.findall(value))
    if functions - {"rgb", "rgba", "hsl", "hsla", "var"} or not re.fullmatch(r"[\w\s#%.,()'\"/!+\-]*", value):
        return False
    if name.startswith("margin") and re.search(r"(?<![\w-])-", value):
        return False
    return not re.search(r"\d{4}|\de\d", re.sub(r"#[0-9a-f]{3,8}\b", "", value))


def _is_image_source(source: str) -> bool:
    if source.startswith("attachment:") or _FILE_BESIDE.fullmatch(source):
        return True
    found = re.fullmatch(r"data:(image/[\w+]+);base64,([A-Za-z0-9+/=\s]+)", source)
    return found is not None and checked_image(found[1], found[2]) is not None


def checked_image(kind: str, content: Any) -> str | None:
    """Return the base64 text of an image, or None if it does not match its type or is an active SVG."""
    if kind not in _SIGNATURES or not isinstance(content, str):
        return None
    text = "".join(content.split())
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    if not raw.startswith(_SIGNATURES[kind]):
        return None
    if kind == "image/svg+xml" and (b"\0" in raw or _ACTIVE_SVG.search(raw.decode("utf-8", "replace"))):
        return None
    return text
