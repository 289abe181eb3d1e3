"""Gradbook: what a notebook imports. Checks, answers, progress, training, plots and data.

Nothing here knows of grading. The modules are imported when a name is first used, because the command imports
parts of this package and must not wait for NumPy. Matplotlib is imported when the first plot is drawn.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradbook.api import *  # noqa: F403


def __getattr__(name: str) -> Any:
    if not name.startswith("_") or name == "__all__":
        api = importlib.import_module("gradbook.api")
        if hasattr(api, name):
            return getattr(api, name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted([*globals(), *importlib.import_module("gradbook.api").__all__])
