"""Describe what a new release changes for students who have the old one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.course import Course
from autograder.grading.tasks import nbgrader_of, read_notebook
from gradbook.classes import TEST_SUFFIX
from gradbook.files import RELEASE


def summary(course: Course, assignment: str, generated: Path) -> list[str]:
    """Return lines that describe the changes and whom they affect; empty without submissions or changes.

    Parameters
    ----------
    course, assignment
        The course and the name of the assignment.
    generated
        The folder of the new release.
    """
    students = course.students(assignment)
    old = course.folder(RELEASE) / assignment
    changes = of_release(old, generated) if old.is_dir() else []
    if not students or not changes:
        return []
    named = ", ".join(students[:5]) + (f" and {len(students) - 5} more" if len(students) > 5 else "")
    return [f"{assignment} has been submitted by {len(students)} ({named}). Changes:", *changes]


def of_release(old: Path, new: Path) -> list[str]:
    """Return a line for each task, question or text that differs between two releases."""
    found = []
    names = {path.name for folder in (old, new) for path in folder.glob("*.ipynb")}
    for name in sorted(names):
        if not (new / name).is_file():
            found.append(f"{name}: removed")
        elif not (old / name).is_file():
            found.append(f"{name}: new")
        else:
            found += [f"{name}: {what}" for what in _of_notebook(old / name, new / name)]
    return found


def _of_notebook(old: Path, new: Path) -> list[str]:
    before, after = _parts(old), _parts(new)
    found = [f"{name}: removed" for name in before if name not in after]
    for name, (points, text) in after.items():
        if name not in before:
            found.append(f"{name}: new, {points:g} points" if points else f"{name}: new")
            continue
        points_before, text_before = before[name]
        if points != points_before:
            found.append(f"{name}: {points_before:g} → {points:g} points")
        if text != text_before:
            found.append(f"{name}: text changed")
    return found


def _parts(path: Path) -> dict[str, tuple[float, str]]:
    """Return the points and the text of each task, question and check, and of all other cells together."""
    parts: dict[str, tuple[float, str]] = {}
    rest = []
    for cell in read_notebook(path).cells:
        meta = nbgrader_of(cell)
        if meta.get("grade_id"):
            parts[_name(meta)] = (float(meta.get("points", 0)), cell.source)
        else:
            rest.append(cell.source)
    return {**parts, "explanations": (0, "\n".join(rest))}


def _name(meta: Any) -> str:
    grade_id = str(meta["grade_id"])
    task = grade_id.removesuffix(TEST_SUFFIX)
    return f"the check of {task}" if task != grade_id else f"{task}, the cell to fill in"
