"""Lint rules for source notebooks and releases.

Each rule is a function from a notebook to problems; a problem is a cell and a sentence.
"""

from __future__ import annotations

import ast
import contextlib
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import NEVER_RELEASED
from autograder.grading.tasks import (
    HIDDEN,
    SOLUTION,
    is_solution,
    is_test,
    nbgrader_of,
    task_of,
    visible_source,
)
from autograder.release.names import OURS, carried_names, defined, given_names, unprotected

_HIDDEN = (*HIDDEN, "BEGIN MARK SCHEME", "END MARK SCHEME")


@dataclass(frozen=True)
class LintProblem:
    """A problem that prevents a release."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def lint_source(notebook: NotebookNode, name: str) -> list[LintProblem]:
    """Return the problems of a source notebook.

    Parameters
    ----------
    notebook
        The instructor's notebook.
    name
        Its name in messages.
    """
    return [
        LintProblem(f"{name}, cell {_call(cell, index)}" if cell is not None else name, what)
        for rule in _SOURCE_RULES
        for index, cell, what in rule(notebook)
    ]


def lint_release(
    folder: Path, sources: dict[str, NotebookNode], released: dict[str, NotebookNode]
) -> list[LintProblem]:
    """Return the problems of a release, above all content that students must not see.

    Parameters
    ----------
    folder
        The generated assignment.
    sources, released
        Its source and released notebooks, by name.
    """
    findings = [
        LintProblem(str(path.relative_to(folder)), "must never be released")
        for path in sorted(folder.rglob("*"))
        if set(path.relative_to(folder).parts) & set(NEVER_RELEASED)
    ]
    for name, notebook in released.items():
        secrets = _secret_lines(sources[name]) if name in sources else set()
        for index, cell in enumerate(notebook.cells):
            where = f"{name}, cell {_call(cell, index)}"
            if any(mark in cell.source for mark in (*_HIDDEN, *SOLUTION)):
                findings.append(LintProblem(where, "a solution or hidden-test mark survived"))
            if cell.cell_type == "code" and _calls(cell.source, "answer"):
                findings.append(LintProblem(where, "a hidden answer survived"))
            survived = secrets & {line.strip() for line in cell.source.splitlines()}
            findings += [LintProblem(where, f"a solution line survived: {line}") for line in sorted(survived)]
            if cell.get("outputs") or cell.get("execution_count"):
                findings.append(LintProblem(where, "has an output"))
    return findings


_Rule = Callable[[NotebookNode], Iterator[tuple[int, NotebookNode | None, str]]]


def _has_ids(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode | None, str]]:
    for index, cell in enumerate(notebook.cells):
        if not cell.get("id"):
            yield index, cell, "has no id, so students' cells cannot be matched to it"
        meta = nbgrader_of(cell)
        if (meta.get("grade") or meta.get("solution")) and not meta.get("grade_id"):
            yield index, cell, "is a graded or solution cell without a grade_id"


def _unique_ids(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode | None, str]]:
    for key, ids in (
        ("task id", [str(nbgrader_of(cell).get("grade_id") or "") for cell in notebook.cells]),
        ("cell id", [str(cell.get("id") or "") for cell in notebook.cells]),
    ):
        for value, count in Counter(ids).items():
            if value and count > 1:
                yield 0, None, f"the {key} {value!r} occurs {count} times"


def _no_outputs(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode | None, str]]:
    for index, cell in enumerate(notebook.cells):
        if cell.get("outputs") or cell.get("execution_count"):
            yield index, cell, "has a stale output; clear all outputs before saving"


def _tests_answer(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode | None, str]]:
    solutions = {task_of(cell) for cell in notebook.cells if is_solution(cell)}
    tests = [(index, cell) for index, cell in enumerate(notebook.cells) if is_test(cell)]
    if not tests:
        yield 0, None, "contains no graded cell"
    for index, cell in tests:
        if task_of(cell) not in solutions:
            yield index, cell, f"grades {task_of(cell)!r}, which has no solution cell"
        hidden = "\n".join(_region(cell.source, *HIDDEN))
        answers = _calls(hidden, "answer")
        if not answers:
            yield index, cell, "records no answer() in a hidden region, so nothing in it can be graded"
        names = [
            call.args[0].value for call in answers if call.args and isinstance(call.args[0], ast.Constant)
        ]
        for name, count in Counter(names).items():
            if count > 1:
                yield index, cell, f"records {count} answers named {name!r}; only the last would count"
        if _trailing_expression(cell.source) or _trailing_expression(visible_source(cell)):
            yield index, cell, "ends in an expression, whose value nbgrader would read as points"


def _parsed_tests(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode, list[ast.stmt]]]:
    """Yield the graded cells that are valid Python; another rule reports the others."""
    for index, cell in enumerate(notebook.cells):
        with contextlib.suppress(SyntaxError):
            if is_test(cell):
                yield index, cell, ast.parse(cell.source).body


def _tests_are_functions(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode | None, str]]:
    for index, cell, body in _parsed_tests(notebook):
        for node in body:
            match node:
                case ast.Expr(value=ast.Constant()):
                    pass
                case ast.FunctionDef(
                    decorator_list=[
                        ast.Call(
                            func=ast.Name(id="task" | "answers" | "lend"), args=[ast.Constant(value=task)]
                        )
                    ]
                ):
                    if task != task_of(cell):
                        yield index, cell, f"has a test of {task!r}; its task is {task_of(cell)!r}"
                case _:
                    yield (
                        index,
                        cell,
                        f"runs {ast.unparse(node).partition(chr(10))[0][:60]!r} among the student's names; "
                        "put it into a function with @task, @answers or @lend",
                    )


def _tests_have_own_names(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode | None, str]]:
    given, students = given_names(notebook), set[str]()
    for index, cell in enumerate(notebook.cells):
        try:
            students |= carried_names(cell)
            if is_solution(cell) and cell.cell_type == "code":
                students |= set(defined(cell))
                for name in set(defined(cell)) & OURS:
                    yield index, cell, f"defines {name!r}, which in tests means something else; rename it"
        except SyntaxError:  # another rule reports it
            continue
    for index, cell, _ in _parsed_tests(notebook):
        for name, user in unprotected(cell.source, given, students).items():
            what = f"uses {name!r}" if user == "the test" else f"uses {user!r}, which uses {name!r}"
            yield (
                index,
                cell,
                f"{what}: a student's variable could replace it; import or define it in the test, or mark "
                "the function or class of the notebook with @given",
            )


def _code_parses(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode | None, str]]:
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and (is_test(cell) or is_solution(cell)):
            try:
                body = ast.parse(cell.source).body
            except SyntaxError as error:
                yield index, cell, f"is not valid Python: {error.msg} (line {error.lineno})"
                continue
            functions = [node for node in body if isinstance(node, ast.FunctionDef)]
            if is_solution(cell) and len(functions) != 1:
                yield (
                    index,
                    cell,
                    f"contains {len(functions)} functions; a solution cell must contain exactly one",
                )


def _solutions_marked(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode | None, str]]:
    for index, cell in enumerate(notebook.cells):
        marked = SOLUTION[0] in cell.source
        if is_solution(cell) and cell.cell_type == "code" and not marked:
            yield index, cell, "is a solution cell without ### BEGIN SOLUTION and ### END SOLUTION"
        for begin, end in (SOLUTION, HIDDEN):
            if cell.source.count(begin) != cell.source.count(end):
                yield index, cell, f"has {begin} without {end}, or vice versa"
        if marked and not is_solution(cell):
            yield index, cell, "contains a solution, but is not marked as a solution cell"
        if any(mark in cell.source for mark in _HIDDEN) and not is_test(cell):
            yield index, cell, "contains hidden tests, but is not a graded cell"


_SOURCE_RULES: tuple[_Rule, ...] = (
    _has_ids,
    _unique_ids,
    _no_outputs,
    _solutions_marked,
    _code_parses,
    _tests_answer,
    _tests_are_functions,
    _tests_have_own_names,
)


def _call(cell: NotebookNode, index: int) -> str:
    return str(nbgrader_of(cell).get("grade_id") or cell.get("id") or index + 1)


def _region(source: str, begin: str, end: str) -> list[str]:
    inside, lines = False, []
    for line in source.splitlines():
        if begin in line:
            inside = True
        elif end in line:
            inside = False
        elif inside:
            lines.append(line)
    return lines


def _secret_lines(notebook: NotebookNode) -> set[str]:
    """Return the lines of all solutions and hidden tests that do not also occur outside them."""
    secret: set[str] = set()
    public: set[str] = set()
    for cell in notebook.cells:
        outside = cell.source.splitlines()
        for begin, end in (SOLUTION, _HIDDEN[:2], _HIDDEN[2:]):
            inside = _region(cell.source, begin, end)
            secret |= {line.strip() for line in inside}
            outside = _without(outside, inside)
        if is_solution(cell) and cell.cell_type != "code":
            secret |= {line.strip() for line in outside}
        else:
            public |= {line.strip() for line in outside}
    # Short lines such as "return out" or "else:" reveal nothing.
    return {line for line in secret - public if len(line) > 20}


def _without(lines: list[str], removed: list[str]) -> list[str]:
    """Return lines without others of them, each as often as it occurs there."""
    return list((Counter(lines) - Counter(removed)).elements())


def _trailing_expression(source: str) -> bool:
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return False
    return bool(body) and isinstance(body[-1], ast.Expr) and len(body) > 1


def _calls(source: str, name: str) -> list[ast.Call]:
    """Return the calls of a function in some code; empty if the code cannot be parsed."""
    try:
        tree = ast.parse(textwrap.dedent(source))
    except SyntaxError:
        return []
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]
