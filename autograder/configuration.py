"""Configuration of nbgrader for a Gradbook course: which of our steps it calls, and when."""

from __future__ import annotations

from typing import Any

from autograder.course import GRADING_KERNEL, NEVER_RELEASED, SKIP_TAG
from gradbook.files import RELEASE, SOURCE


def configure(c: Any) -> None:
    """Configure nbgrader for a Gradbook course; call this first in ``nbgrader_config.py``.

    Settings below that call override the ones made here.

    Parameters
    ----------
    c
        The configuration object, as ``get_config()`` returns it.
    """
    c.CourseDirectory.source_directory = SOURCE
    c.CourseDirectory.release_directory = RELEASE
    # Without this, nbgrader releases the known mistakes and the solutions, and overwrites the student's
    # model with the reference model.
    c.CourseDirectory.ignore = [
        ".ipynb_checkpoints",
        "*.pyc",
        "__pycache__",
        ".pytest_cache",
        *NEVER_RELEASED,
    ]
    c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
    c.ClearSolutions.text_stub = "*Double-click here and write your answer.*"

    # nbgrader's own execution (its Validate button) must not run an hour of training either.
    c.Execute.skip_cells_with_tag = SKIP_TAG

    c.Autograde.pre_convert_hook = "autograder.grading.gradebook.hooks.before_autograde"
    c.Autograde.post_convert_hook = "autograder.grading.gradebook.hooks.after_autograde"
    c.Autograde.exporter_class = "autograder.grading.graft.TolerantExporter"
    c.Autograde.sanitize_preprocessors = ["autograder.grading.graft.Graft"]
    c.Autograde.autograde_preprocessors = [
        "autograder.grading.execute.GradingExecute",
        "autograder.grading.judge.step.Judge",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.GradingExecute.kernel_name = GRADING_KERNEL
    c.GenerateFeedback.exporter_class = "autograder.reports.feedback.PageExporter"
    c.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.GetGrades",
        "nbgrader.preprocessors.ClearHiddenTests",
        "nbgrader.preprocessors.ClearMarkScheme",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    # Saved weights are part of a submission.
    c.FileNameCollectorPlugin.valid_ext = [".ipynb", ".npz"]
