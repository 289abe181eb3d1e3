"""Taking out of a graded notebook what could act when somebody opens it.

A page of the formgrader may give grades; a script of a student's, opened in it, could too. So what students
wrote and what their code displayed is reduced to an allow-list before it is recorded: text, mathematics,
tables and pictures stay; what runs, reaches out, or lies over the rest of the page goes.
"""

from __future__ import annotations

import base64
import binascii
import functools
import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nh3
from markdown_it import MarkdownIt
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from autograder.course import AUTOGRADED, METADATA, Course
from autograder.errors import AutograderError
from autograder.grading.tasks import declared, is_solution, nbgrader_of
from autograder.results.outcome import plain

#: The cell in which the judge tells what was odd about a submission: names of files stand in it.
ABOUT = "about-this-submission"

#: Characters of a markdown answer that are rendered, pictures aside: twice as long a text can take four
#: times as long. What is longer is shown as it was typed.
MAX_RENDERED = 50_000

#: Characters of a markdown answer that are kept at all; a picture pasted as text has some 100,000.
MAX_KEPT = 5_000_000

#: Files beside a notebook that no browser runs: the formgrader hands out what lies there, from its address.
PASSIVE_FILES = {
    *(".npz", ".npy", ".txt", ".csv", ".tsv", ".json", ".py", ".md"),
    *(".pdf", ".png", ".jpg", ".jpeg", ".gif", ".webp"),
}

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
_ACTIVE_TEX = re.compile(
    r"\\(?=(?:href|url|require|unicode|style|class|cssId|data|bbox|toggle|texttip|mathtip|tooltip|mmlToken"
    r"|includegraphics|html\w*|special|input|include)(?![a-zA-Z]))"
)
_VERBATIM = re.compile(r"(<pre[ >].*?</pre>|<code[ >].*?</code>)", re.DOTALL)


def clean_notebook(nb: NotebookNode) -> NotebookNode:
    """Reduce a judged notebook to what only shows, in place; return it.

    Cells that the instructor wrote stay as they are. Their outputs do not: the student's code made them.
    """
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs = [kept for output in cell.outputs if (kept := _clean_output(output)) is not None]
        elif _is_students(cell):
            source, attachments = clean_markdown(cell.source, cell.get("attachments", {}))
            cell.source = source
            cell.pop("attachments", None)
            if attachments:
                cell.attachments = attachments
        if METADATA in cell.metadata:
            cell.metadata[METADATA] = _plain_all(cell.metadata[METADATA])
    nb.metadata.pop("widgets", None)
    nb.metadata[METADATA] = _plain_all(nb.metadata.get(METADATA, {}))
    return nb


def _is_students(cell: NotebookNode) -> bool:
    if is_solution(cell):
        # What nobody has written in is the instructor's, and known by its checksum.
        return nbgrader_of(cell).get("checksum") != compute_checksum(cell)
    return bool(declared(cell).get("added")) or cell.get("id") == ABOUT


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
    parts[::2] = [_ACTIVE_TEX.sub("\N{SET MINUS}", part) for part in parts[::2]]
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
    return found is not None and _picture(found[1], found[2]) is not None


def _picture(kind: str, content: Any) -> str | None:
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
    if len(re.sub(r"base64,[A-Za-z0-9+/=]+", "", source)) > MAX_RENDERED:
        return _as_typed(source), {}
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
    return _as_typed(source), {}


def _as_typed(source: str) -> str:
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
            picture = _picture(str(kind), content)
            if picture is not None:
                pictures[str(name)] = {str(kind): picture}
                break
    return pictures


def clean_folder(folder: Path, notebooks: list[str]) -> None:
    """Take out of a graded folder what a browser would run, and every notebook that nobody graded.

    Parameters
    ----------
    folder
        A student's folder in ``autograded/``.
    notebooks
        The names (without ``.ipynb``) of those that were graded.
    """
    graded = {folder / f"{name}.ipynb" for name in notebooks}
    for path in list(folder.rglob("*")):
        if path.is_symlink() or (
            path.is_file() and path not in graded and path.suffix.lower() not in PASSIVE_FILES
        ):
            path.unlink()


def after_autograde(assignment: str, notebooks: list[str], **_: Any) -> None:
    """Clean what ``nbgrader autograde`` copied beside the notebooks; it calls this after each submission."""
    course = Course.find()
    # The student is told as a pattern, "*"; only the paths of the notebooks say who it is.
    students = {Path(notebook).parent.parent.name for notebook in notebooks} or course.students(assignment)
    for student in students:
        clean_folder(course.folder(AUTOGRADED) / student / assignment, course.notebooks(assignment))


def check_name(student: str) -> None:
    """See that a student's id can stand in the formgrader, which shows it as it is.

    Raises
    ------
    AutograderError
        When it could end the text or the attribute that it is put into, and begin markup of its own.
    """
    if plain(student) != student or re.search(r"[<>]|\".*=|'.*=", student):
        msg = "A student's id holds characters that would be read as markup."
        raise AutograderError(
            msg,
            got=plain(student),
            expected="no <, >, quotation mark with = after it, or control character",
            done="Nothing of it was recorded.",
            next="rename the folder in submitted/",
        )


def _clean_output(output: NotebookNode) -> NotebookNode | None:
    """Return what stays of an output, None where it is of no kind that there is."""
    match output.get("output_type"):
        case "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            return NotebookNode(output_type="stream", name=name, text=_text(output.get("text")))
        case "error":
            lines = output.get("traceback")
            return NotebookNode(
                output_type="error",
                ename=_text(output.get("ename")),
                evalue=_text(output.get("evalue")),
                traceback=[_text(line) for line in lines] if isinstance(lines, list) else [],
            )
        case "display_data" | "execute_result" as kind:
            data, metadata = _clean_bundle(output.get("data", {}), output.get("metadata", {}))
            kept = NotebookNode(output_type=kind, data=data, metadata=metadata)
            if kind == "execute_result":
                count = output.get("execution_count")
                kept["execution_count"] = count if isinstance(count, int) else None
            return kept
    return None


def _clean_bundle(data: Mapping[str, Any], metadata: Any) -> tuple[NotebookNode, NotebookNode]:
    kept, sizes = NotebookNode(), NotebookNode()
    for kind, content in data.items():
        if kind == "text/plain":
            kept[kind] = _text(content)
        elif kind == "text/html":
            kept[kind] = clean_html(_text(content))
        elif kind == "text/markdown":
            kept[kind] = clean_markdown(_text(content))[0]
        elif kind == "text/latex":
            kept[kind] = _ACTIVE_TEX.sub("\N{SET MINUS}", _text(content))
        elif kind == "image/svg+xml":
            drawing = _picture(kind, base64.b64encode(_text(content).encode("utf-8", "replace")).decode())
            if drawing is not None:
                # In an image element, a browser runs and fetches nothing, whatever it finds in there.
                kept.setdefault("text/html", f'<img alt="" src="data:image/svg+xml;base64,{drawing}">')
        elif (picture := _picture(kind, _text(content))) is not None:
            kept[kind] = picture
            own = metadata.get(kind) if isinstance(metadata, Mapping) else None
            if isinstance(own, Mapping):
                sizes[kind] = NotebookNode({name: own[name] for name in own if _is_fact(name, own[name])})
    if data and not kept:
        kept["text/plain"] = f"(left out: {plain(', '.join(map(str, data)))[:200]})"
    return kept, sizes


def _is_fact(name: str, value: object) -> bool:
    """Return whether this is what may be told of a picture: its size, and what it shows."""
    expected = {"width": int, "height": int, "alt": str}.get(name)
    return expected is not None and type(value) is expected


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part for part in content if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _plain_all(value: Any) -> Any:
    """Return what the grader noted, without characters in it that steer a terminal or turn text round."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Mapping):
        return NotebookNode({key: _plain_all(one) for key, one in value.items()})
    return [_plain_all(one) for one in value] if isinstance(value, list | tuple) else value
