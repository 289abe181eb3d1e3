"""The error that ends a grading run."""

from __future__ import annotations

from typing import Any

from autograder.moved import find_moved
from gradbook.errors import GradbookError


class RunStoppedError(GradbookError):
    """Raised when the whole run must stop because nothing more can be graded or stored."""


def __getattr__(name: str) -> Any:
    return find_moved(__name__, name)
