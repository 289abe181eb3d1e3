"""The page that a student reads: nbgrader's feedback."""

from __future__ import annotations

import shutil
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket
from nbconvert.exporters import HTMLExporter
from nbgrader.converters import GenerateFeedback

from autograder.converter import convert
from autograder.course import FEEDBACK, Course


class _Compiled(jinja2.BytecodeCache):
    """Keeps compiled templates for as long as the process lives."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


class _PageExporter(HTMLExporter):
    """nbconvert's exporter, which would compile the page's templates anew for each page."""

    def _create_environment(self) -> jinja2.Environment:
        environment = super()._create_environment()
        environment.bytecode_cache = _compiled
        return environment


def write_feedback(course: Course, assignment: str, student: str, *, has_notebooks: bool) -> Path:
    """Write a student's feedback pages in place of those that are there; return their folder.

    Parameters
    ----------
    course, assignment, student
        Whose they are.
    has_notebooks
        Whether anything was graded. Nothing handed in leaves no page, and none of an earlier time.
    """
    folder = course.folder(FEEDBACK) / student / assignment
    if has_notebooks:
        convert(GenerateFeedback, course, assignment, student, force=True, exporter_class=_PageExporter)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return folder
