"""The Python code of a notebook's cells, as IPython runs it."""

from __future__ import annotations

import ast
import re

#: Magics that run the rest of their cell as Python, in the notebook's own namespace.
_PYTHON_MAGIC = re.compile(r"\s*%%(time|capture|prun)\b.*")


def parse_cell(text: str) -> tuple[str, ast.Module]:
    """Return a cell as Python, with IPython's magics turned into calls.

    Parameters
    ----------
    text
        The cell.

    Returns
    -------
    text
        The Python code, with the lines of the cell.
    tree
        The same, parsed.

    Raises
    ------
    SyntaxError, ValueError, RecursionError, MemoryError
        If it is not Python.
    """
    while match := _PYTHON_MAGIC.match(text):
        text = text[: match.end()].count("\n") * "\n" + text[match.end() :]
    try:
        return text, ast.parse(text)
    except SyntaxError as error:
        try:
            from IPython.core.inputtransformer2 import TransformerManager
        except ModuleNotFoundError:
            raise error from None
        text = TransformerManager().transform_cell(text)
        return text, ast.parse(text)
