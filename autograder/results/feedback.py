"""The page that a student reads: nbgrader's feedback, with a summary of what was decided and why."""

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

from autograder.converter import convert
from autograder.course import FEEDBACK, METADATA, TEST_SUFFIX, Course
from autograder.notebook.messages import marked_up
from autograder.results.mathematics import mathml
from autograder.results.outcome import Outcome


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


class _Renderer(IPythonRenderer):
    """nbconvert's renderer of Markdown, with formulas that need no script."""

    def block_math(self, body: str) -> str:
        return mathml(body, block=True)

    def inline_math(self, body: str) -> str:
        return mathml(body, block=False)

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)


class PageExporter(HTMLExporter):
    """nbconvert's exporter with our page, whose templates are compiled once for all students."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Ours, and nbgrader's own, which ours extends by its folder's name.
        self.extra_template_basedirs = [
            str(Path(__file__).parent / "templates"),
            *self.extra_template_basedirs,
        ]
        self.extra_template_paths = [*self.extra_template_paths, *self.extra_template_basedirs]
        self.template_name = "gradbook_feedback"
        self.template_paths = self._template_paths()

    def _create_environment(self) -> jinja2.Environment:
        environment = super()._create_environment()
        environment.bytecode_cache = _compiled
        environment.globals["summary"] = summary
        return environment

    def default_filters(self) -> Iterator[tuple[str, Callable[..., str]]]:
        """Yield nbconvert's filters, with ours for Markdown."""
        yield from super().default_filters()
        yield "markdown2html", _markdown
        yield "marked_up", marked_up
        yield "without_fonts", _without_fonts
        yield "in_our_page", _in_our_page


@jinja2.pass_context
def _markdown(context: jinja2.runtime.Context, source: str) -> str:
    attachments = context.get("cell", {}).get("attachments", {})
    return MarkdownWithMath(renderer=_Renderer(escape=False, attachments=attachments)).render(source)


def _without_fonts(css: str) -> str:
    """Take out fonts that a style sheet asks for: the page has none, and asks nothing of anybody."""
    return re.sub(r"@font-face\s*{[^}]*}", "", css)


def _in_our_page(html: str) -> str:
    """Fit nbconvert's page into ours, which has a body and a main of its own.

    What may be wider than a telephone can be reached by keys, to be scrolled. The new attribute has no
    quotes, so that it cannot end one in which a student wrote such a tag.
    """
    html = re.sub(r"</?body>", "", html)
    html = re.sub(r"<(/?)main>", r"<\1div>", html)
    return re.sub(r'<(pre|table|math(?=[^>]*display="block"))(?=[\s>])', r"<\1 tabindex=0", html)


@dataclass(frozen=True)
class Line:
    """A task or a question in the summary.

    Attributes
    ----------
    name, anchor
        How it is called, and where on the page its cell is.
    points, worth
        What was given, people's points included, and what there was.
    outcome
        What was decided automatically; None for a question.
    verdict
        In a few words, what became of it.
    section, section_anchor
        The heading under which the notebook teaches it, and where that is.
    comment
        What the instructor wrote to it.
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
        """How much of it was earned, for colour: full, partial or none; open, where a person decides."""
        if self.points >= self.worth:
            return "full"
        if self.outcome is None:
            return "open"
        return "partial" if self.points > 0 else "none"


def summary(notebook: NotebookNode) -> list[Line]:
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
            Line(
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
        return "points were given by hand"
    return outcome.mistake or outcome.verdict


def _last_heading(text: str) -> str:
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)  # comments in code are none
    headings = re.findall(r"^#+ +(.+?)\s*$", text, re.MULTILINE)
    return headings[-1] if headings else ""


def _anchor(heading: str) -> str:
    """Return the id that nbconvert gives a heading."""
    html = MarkdownWithMath(renderer=_Renderer(escape=False)).render(f"## {heading}")
    return html.partition('id="')[2].partition('"')[0]


def write_feedback(course: Course, assignment: str, student: str, *, has_notebooks: bool) -> None:
    """Write a student's feedback pages in place of those that are there.

    Parameters
    ----------
    course, assignment, student
        Whose they are.
    has_notebooks
        Whether anything was graded. Nothing handed in leaves no page, and none of an earlier time.
    """
    if has_notebooks:
        convert(GenerateFeedback, course, assignment, student, force=True)
    else:
        shutil.rmtree(course.folder(FEEDBACK) / student / assignment, ignore_errors=True)
