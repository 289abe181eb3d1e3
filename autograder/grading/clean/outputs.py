"""Outputs of a student's code, reduced to text, pictures and markup that only shows."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import NotebookNode

from autograder.grading.clean.markdown import clean_markdown, length_without_pictures
from autograder.grading.clean.markup import ACTIVE_TEX, as_picture, clean_html
from autograder.results.outcome import plain

#: What may hold markup, and takes the longer to be reduced the more there is.
_MARKUP = {"text/html", "text/markdown"}


def clean_outputs(outputs: Sequence[NotebookNode], room: int) -> list[NotebookNode]:
    """Return what stays of a cell's outputs.

    Parameters
    ----------
    outputs
        As the kernel sent them.
    room
        Characters of markup that may stay, pictures aside. The last outputs come first: the result of a
        graded cell stands at its end.
    """
    kept: list[NotebookNode] = []
    for output in reversed(outputs):
        room -= amount_of_markup([output])
        cleaned = _clean_output(output, has_room=room >= 0)
        kept += [cleaned] if cleaned is not None else []
    return kept[::-1]


def amount_of_markup(outputs: Sequence[NotebookNode]) -> int:
    """Return how many characters of markup there are in outputs, pictures aside."""
    return sum(
        length_without_pictures(_text(content))
        for output in outputs
        for kind, content in output.get("data", {}).items()
        if kind in _MARKUP
    )


def _clean_output(output: NotebookNode, *, has_room: bool) -> NotebookNode | None:
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
            data, metadata = _clean_bundle(output.get("data", {}), output.get("metadata", {}), has_room)
            kept = NotebookNode(output_type=kind, data=data, metadata=metadata)
            if kind == "execute_result":
                count = output.get("execution_count")
                kept["execution_count"] = count if isinstance(count, int) else None
            return kept
    return None


def _clean_bundle(
    data: Mapping[str, Any], metadata: Any, has_room: bool
) -> tuple[NotebookNode, NotebookNode]:
    kept, sizes = NotebookNode(), NotebookNode()
    for kind, content in data.items():
        if kind in _MARKUP and not has_room:
            continue
        if kind == "text/plain":
            kept[kind] = _text(content)
        elif kind == "text/html":
            kept[kind] = clean_html(_text(content))
        elif kind == "text/markdown":
            kept[kind] = clean_markdown(_text(content))[0]
        elif kind == "text/latex":
            kept[kind] = ACTIVE_TEX.sub("\N{SET MINUS}", _text(content))
        elif kind == "image/svg+xml":
            drawing = as_picture(kind, base64.b64encode(_text(content).encode("utf-8", "replace")).decode())
            if drawing is not None:
                # In an image element, a browser runs and fetches nothing, whatever it finds in there.
                kept.setdefault("text/html", f'<img alt="" src="data:image/svg+xml;base64,{drawing}">')
        elif (picture := as_picture(kind, _text(content))) is not None:
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
