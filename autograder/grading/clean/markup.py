"""HTML reduced to what only shows: elements, attributes, styles, addresses, pictures, mathematics."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import nh3

_TAGS = nh3.ALLOWED_TAGS - {"area", "bdo", "map"} | {"font", "input", "tfoot"}

#: Elements that go with all that is in them; of others that go, the text stays.
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

#: For each kind of picture, how its file begins.
_PICTURES = {
    "image/png": b"\x89PNG",
    "image/jpeg": b"\xff\xd8",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
    "image/svg+xml": b"",
}

#: What makes an SVG file more than a drawing.
_ACTIVE_SVG = re.compile(
    r"<!ENTITY|<\s*(?:\w+:)?(?:script|foreignObject|iframe|handler|animate|set\b)|\bon\w+\s*=|javascript:"
    r"|@import|url\(\s*[^#)\s]|href\s*=\s*[\"']?\s*(?!#|[\"']|data:image/(?:png|jpeg))|<\?xml-stylesheet",
    re.IGNORECASE,
)

#: A picture that lies beside the notebook; no folder, so that it can be nothing else of the server's.
_FILE_BESIDE = re.compile(r"(?:[\w\-.()]|%20)+\.(?:png|jpe?g|gif|webp)", re.IGNORECASE)

#: Classes that nbconvert's markdown and pandas give: colours of code, task lists, tables of data.
_CLASS = re.compile(r"highlight|dataframe|task-list-item(?:-checkbox)?|language-[\w+#.\-]+|[a-z][a-z0-9]?")

_ROLES = {"status", "img", "note", "presentation"}

#: Properties that stay within their element's own place on the page.
_STYLE = re.compile(
    r"color|opacity|background(?:-color)?|padding(?:-\w+)?|margin(?:-\w+)?|text-(?:align|decoration)"
    r"|vertical-align|white-space|font-(?:family|size|style|variant|weight)|(?:max-|min-)?width|list-style-type"
    r"|border(?:-(?:collapse|color|radius|spacing|style|width))?"
    r"|border-(?:left|right|top|bottom)(?:-(?:color|style|width))?"
)

_STYLE_FUNCTION = re.compile(r"([\w-]*)\(")

#: Commands that let mathematics link, load, style or pose as something else (MathJax 2 to 4, KaTeX).
ACTIVE_TEX = re.compile(
    r"\\(?=(?:href|url|require|unicode|style|class|cssId|data|bbox|toggle|texttip|mathtip|tooltip|mmlToken"
    r"|includegraphics|html\w*|special|input|include)(?![a-zA-Z]))"
)
_VERBATIM = re.compile(r"(<pre[ >].*?</pre>|<code[ >].*?</code>)", re.DOTALL)


def clean_html(text: str) -> str:
    """Return HTML with nothing but what is on the allow-list.

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
    # A tick box in a list of tasks stays; any other field asks for something.
    cleaned = re.sub(r'<input(?![^>]* type="checkbox")[^>]*>', "", cleaned)
    parts = _VERBATIM.split(cleaned)
    parts[::2] = [ACTIVE_TEX.sub("\N{SET MINUS}", part) for part in parts[::2]]
    return "".join(parts)


def _clean_attribute(tag: str, name: str, value: str) -> str | None:
    """Return what stays of an attribute that the allow-list names."""
    match name:
        case "style":
            return _clean_style(tag, value)
        case "class":
            return " ".join(word for word in value.split() if _CLASS.fullmatch(word)) or None
        case "role":
            return value if value in _ROLES else None
        case "href":
            # A path would lead into the server that shows the page, and to files of the student's there.
            return value if re.match(r"(?:https?://|mailto:|#)", value, re.IGNORECASE) else None
        case "src":
            return value if _is_picture_source(value) else None
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
        # Any other element could be made flatter than what it holds, which would lie over the rest.
        return tag == "img" and bool(re.fullmatch(r"auto|\d{1,3}(?:px|%)?", value))
    return bool(_STYLE.fullmatch(name)) and _is_harmless_value(name, value)


def _is_harmless_value(name: str, value: str) -> bool:
    """Return whether a style's value holds no address, no escape, and no number that leaves its place."""
    functions = set(_STYLE_FUNCTION.findall(value))
    if functions - {"rgb", "rgba", "hsl", "hsla", "var"} or not re.fullmatch(r"[\w\s#%.,()'\"/!+\-]*", value):
        return False
    if name.startswith("margin") and re.search(r"(?<![\w-])-", value):
        return False
    return not re.search(r"\d{4}|\de\d", re.sub(r"#[0-9a-f]{3,8}\b", "", value))


def _is_picture_source(source: str) -> bool:
    if source.startswith("attachment:") or _FILE_BESIDE.fullmatch(source):
        return True
    found = re.fullmatch(r"data:(image/[\w+]+);base64,([A-Za-z0-9+/=\s]+)", source)
    return found is not None and as_picture(found[1], found[2]) is not None


def as_picture(kind: str, content: Any) -> str | None:
    """Return a picture's base64 text, None where it is not what its kind says, or an SVG that acts."""
    if kind not in _PICTURES or not isinstance(content, str):
        return None
    text = "".join(content.split())
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    if not raw.startswith(_PICTURES[kind]):
        return None
    if kind == "image/svg+xml" and (b"\0" in raw or _ACTIVE_SVG.search(raw.decode("utf-8", "replace"))):
        return None
    return text
