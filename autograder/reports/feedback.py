"""The feedback page for a student: nbgrader's feedback, with a summary of the outcomes and their reasons."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from jinja2.bccache import Bucket
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback

from autograder.course import FEEDBACK, METADATA, Course
from autograder.grading.gradebook.converter import convert
from autograder.outcome import Outcome, Result
from autograder.reports.mathematics import mathml
from gradbook.classes import TEST_SUFFIX
from gradbook.messages import marked_up


class _TemplateCache(jinja2.BytecodeCache):
    """An in-memory cache of compiled templates."""

    def __init__(self) -> None:
        self._cache: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._cache:
            bucket.bytecode_from_string(self._cache[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._cache[bucket.key] = bucket.bytecode_to_string()


_template_cache = _TemplateCache()


class _Renderer(IPythonRenderer):
    """nbconvert's Markdown renderer, with formulas as MathML instead of scripts."""

    def block_math(self, body: str) -> str:
        return mathml(body, block=True)

    def inline_math(self, body: str) -> str:
        return mathml(body, block=False)

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)


class PageExporter(HTMLExporter):
    """nbconvert's HTML exporter with our templates, which are compiled once for all students."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        # Our template extends nbgrader's own by the name of its folder.
        self.extra_template_basedirs = [
            str(Path(__file__).parent / "templates"),
            *self.extra_template_basedirs,
        ]
        self.extra_template_paths = [*self.extra_template_paths, *self.extra_template_basedirs]
        self.template_name = "gradbook_feedback"
        self.template_paths = self._template_paths()

    def _create_environment(self) -> jinja2.Environment:
        environment = super()._create_environment()  # type: ignore[no-untyped-call]
        environment.bytecode_cache = _template_cache
        environment.globals["summary"] = summary
        return environment  # type: ignore[no-any-return]

    def default_filters(self) -> Iterator[tuple[str, Callable[..., str]]]:
        """Yield nbconvert's filters, with ours for Markdown."""
        yield from super().default_filters()  # type: ignore[no-untyped-call]
        yield "markdown2html", _markdown
        yield "marked_up", marked_up
        yield "without_fonts", _without_fonts
        yield "in_our_page", _in_our_page


@jinja2.pass_context
def _markdown(context: jinja2.runtime.Context, source: str) -> str:
    attachments = context.get("cell", {}).get("attachments", {})
    return MarkdownWithMath(renderer=_Renderer(escape=False, attachments=attachments)).render(source)


def _without_fonts(css: str) -> str:
    """Remove the font faces from a style sheet, because the page must not load any fonts."""
    return re.sub(r"@font-face\s*{[^}]*}", "", css)


def _in_our_page(html: str) -> str:
    """Embed nbconvert's page in ours, which has its own body and main elements.

    Elements that may be wider than the screen of a phone become focusable, so that they can be scrolled with
    the keyboard. The new attribute has no quotes, so that it cannot end an attribute in which a student wrote
    such a tag.
    """
    html = re.sub(r"</?body>", "", html)
    html = re.sub(r"<(/?)main>", r"<\1div>", html)
    return re.sub(r'<(pre|table|math(?=[^>]*display="block"))(?=[\s>])', r"<\1 tabindex=0", html)


@dataclass(frozen=True)
class SummaryLine:
    """A task or a question in the summary.

    Attributes
    ----------
    name, anchor
        Its name, and the anchor of its cell on the page.
    points, worth
        The points given, including manual ones, and the points that it is worth.
    outcome
        The automatic outcome; None for a question.
    verdict
        The result in a few words.
    section, section_anchor
        The heading of its section in the notebook, and the heading's anchor.
    comment
        The instructor's comment.
    """

    name: str
    anchor: str
    points: float
    worth: float
    outcome: Outcome | None
    verdict: str
    section: str
    section_anchor: str
    comment: str

    @property
    def kind(self) -> str:
        """The colour class: full, partial or none, or open if it is graded manually."""
        if self.points >= self.worth:
            return "full"
        if self.outcome is None:
            return "open"
        return "partial" if self.points > 0 else "none"


def summary(notebook: NotebookNode) -> list[SummaryLine]:
    """Return a line for each task and question of a graded notebook, in order."""
    lines = []
    section = ""
    sections: dict[str, str] = {}
    comments: dict[str, str] = {}
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader", {})
        grade_id = str(meta.get("grade_id", ""))
        if cell.cell_type == "markdown" and not meta.get("solution"):
            section = _last_heading(cell.source) or section
        if meta.get("solution"):
            sections[grade_id], comments[grade_id] = section, str(meta.get("comment") or "")
        if not meta.get("grade"):
            continue
        task = grade_id.removesuffix(TEST_SUFFIX)
        found = cell.metadata.get(METADATA, {}).get("outcome")
        outcome = Outcome.read(found) if found is not None else None
        points, worth = float(meta.get("score") or 0), float(meta.get("points") or 0)
        own = sections.get(task, section)
        lines.append(
            SummaryLine(
                task,
                grade_id,
                points,
                worth,
                outcome,
                _verdict(outcome, points),
                own,
                _anchor(own),
                comments.get(task, ""),
            )
        )
    return lines


def _verdict(outcome: Outcome | None, points: float) -> str:
    if outcome is None:
        return "graded by hand"
    if points != outcome.points:
        return "points were changed by hand"
    return outcome.mistake or outcome.verdict


def _last_heading(text: str) -> str:
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)  # no comments in code
    headings = re.findall(r"^#+ +(.+?)\s*$", text, re.MULTILINE)
    return headings[-1] if headings else ""


def _anchor(heading: str) -> str:
    """Return the id that nbconvert assigns to a heading."""
    html = MarkdownWithMath(renderer=_Renderer(escape=False)).render(f"## {heading}")
    return html.partition('id="')[2].partition('"')[0]


def write_feedback(course: Course, assignment: str, result: Result) -> None:
    """Write a student's feedback pages, replacing existing ones.

    Parameters
    ----------
    course, assignment
        The course and the name of the assignment.
    result
        The stored result. If it has no graded notebook, existing pages are deleted.
    """
    student = result.student
    if result.notebooks:
        convert(GenerateFeedback, course, assignment, student, force=True)
    else:
        shutil.rmtree(course.folder(FEEDBACK) / student / assignment, ignore_errors=True)
