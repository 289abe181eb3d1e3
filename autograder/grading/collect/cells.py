"""The cells of a submitted notebook, whatever else is wrong with the file."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.grading.collect.folder import MAX_BYTES


class UnreadableError(Exception):
    """Raised for a submitted file that is not a notebook; the text is the reason."""


@dataclass(frozen=True)
class Cell:
    """The parts of a submitted cell that are used."""

    kind: str
    source: str
    id: str = ""
    grade_id: str = ""
    attachments: dict[str, Any] = field(default_factory=dict, compare=False)


def read_cells(path: Path) -> list[Cell]:
    """Read the cells of a submitted notebook of any nbformat, ignoring invalid ones.

    Raises
    ------
    UnreadableError
        If the file is too large, not UTF-8, not JSON, or has no list of cells.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        msg = f"the file has {size / 2**20:.0f} MB; the limit is {MAX_BYTES / 2**20:.0f} MB"
        raise UnreadableError(msg)
    try:
        text = path.read_text(encoding="utf-8-sig")
        notebook = json.loads(text)
    except UnicodeDecodeError as error:
        msg = f"it is not UTF-8 text (byte {error.start})"
        raise UnreadableError(msg) from None
    except json.JSONDecodeError as error:
        msg = f"it is not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        raise UnreadableError(msg) from None
    except (RecursionError, ValueError):
        msg = "it is not the JSON of a notebook"
        raise UnreadableError(msg) from None
    cells = _cell_list(notebook)
    if cells is None:
        msg = "it contains no cells"
        raise UnreadableError(msg)
    return [_cell(cell) for cell in cells if isinstance(cell, dict)]


def _cell_list(notebook: Any) -> list[Any] | None:
    if not isinstance(notebook, dict):
        return None
    cells = notebook.get("cells")
    if cells is None:  # nbformat 3 and older
        sheets = notebook.get("worksheets")
        cells = (
            sheets[0].get("cells")
            if isinstance(sheets, list) and sheets and isinstance(sheets[0], dict)
            else None
        )
    return cells if isinstance(cells, list) else None


def _cell(raw: dict[str, Any]) -> Cell:
    source = raw.get("source", raw.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    metadata = raw.get("metadata")
    own = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = own.get("grade_id", "") if isinstance(own, dict) else ""
    return Cell(
        kind="code" if raw.get("cell_type") == "code" else "markdown",
        # JSON can contain lone surrogates, which cannot be encoded as UTF-8.
        source=source.encode("utf-8", "replace").decode() if isinstance(source, str) else "",
        id=str(raw.get("id", "")),
        grade_id=str(grade_id),
        attachments=_attachments(raw.get("attachments")),
    )


def _attachments(raw: Any) -> dict[str, dict[str, str]]:
    """Return the well-formed attachments of a cell, the images pasted into it."""
    if not isinstance(raw, dict):
        return {}
    return {
        name: {kind: content for kind, content in bundle.items() if isinstance(content, str)}
        for name, bundle in raw.items()
        if isinstance(bundle, dict)
    }


def defined_names(source: str) -> list[str]:
    r"""Return the functions and classes that a cell defines; a method is named with its class.

    Examples
    --------
    >>> defined_names("@add_to_class(ReLU)\ndef compute(self, x):\n    return x")
    ['ReLU.compute']
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [
        full_name(node)
        for node in body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]


def full_name(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    """Return the name of a function or class; a method is named with its class."""
    for decorator in node.decorator_list:
        match decorator:
            case ast.Call(func=ast.Name(id="add_to_class"), args=[owner]):
                return f"{ast.unparse(owner)}.{node.name}"
    return node.name
