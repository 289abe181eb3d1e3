"""Sanitise the outputs of student code: text, images and passive markup are kept."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import NotebookNode

from autograder.grading.clean.markdown import clean_markdown, length_without_images
from autograder.grading.clean.markup import ACTIVE_TEX, checked_image, clean_html
from autograder.outcome import plain

#: MIME types that may contain markup. The time to sanitise them grows with their length.
_MARKUP = {"text/html", "text/markdown"}


def clean_outputs(outputs: Sequence[NotebookNode], budget: int) -> list[NotebookNode]:
    """Return the sanitised outputs of a cell.

    Parameters
    ----------
    outputs
        The outputs that the kernel sent.
    budget
        Characters of markup to keep, without images. The last outputs take precedence, because the result of
        a graded cell is at the end.
    """
    kept: list[NotebookNode] = []
    for output in reversed(outputs):
        budget -= amount_of_markup([output])
        cleaned = _clean_output(output, within_budget=budget >= 0)
        kept += [cleaned] if cleaned is not None else []
    return kept[::-1]


def amount_of_markup(outputs: Sequence[NotebookNode]) -> int:
    """Return the number of characters of markup in outputs, without images."""
    return sum(
        length_without_images(_text(content))
        for output in outputs
        for kind, content in output.get("data", {}).items()
        if kind in _MARKUP
    )


def _clean_output(output: NotebookNode, *, within_budget: bool) -> NotebookNode | None:
    """Return the sanitised output, or None for an unknown output type."""
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
            data, metadata = _clean_bundle(output.get("data", {}), output.get("metadata", {}), within_budget)
            kept = NotebookNode(output_type=kind, data=data, metadata=metadata)
            if kind == "execute_result":
                count = output.get("execution_count")
                kept["execution_count"] = count if isinstance(count, int) else None
            return kept
    return None


def _clean_bundle(
    data: Mapping[str, Any], metadata: Any, within_budget: bool
) -> tuple[NotebookNode, NotebookNode]:
    kept, sizes = NotebookNode(), NotebookNode()
    for kind, content in data.items():
        if kind in _MARKUP and not within_budget:
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
            drawing = checked_image(
                kind, base64.b64encode(_text(content).encode("utf-8", "replace")).decode()
            )
            if drawing is not None:
                # Browsers neither run scripts nor load resources from an SVG in an image element.
                kept.setdefault("text/html", f'<img alt="" src="data:image/svg+xml;base64,{drawing}">')
        elif (image := checked_image(kind, _text(content))) is not None:
            kept[kind] = image
            own = metadata.get(kind) if isinstance(metadata, Mapping) else None
            if isinstance(own, Mapping):
                sizes[kind] = NotebookNode(
                    {name: own[name] for name in own if _is_image_property(name, own[name])}
                )
    if data and not kept:
        kept["text/plain"] = f"(omitted: {plain(', '.join(map(str, data)))[:200]})"
    return kept, sizes


def _is_image_property(name: str, value: object) -> bool:
    """Return whether this is valid metadata of an image: its size or its alternative text."""
    expected = {"width": int, "height": int, "alt": str}.get(name)
    return expected is not None and type(value) is expected


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part for part in content if isinstance(part, str))
    return content if isinstance(content, str) else ""
