"""What a notebook imports: checks, answers, progress, plots.

Nothing here knows of grading, and nothing imports Matplotlib before a plot is asked for.
"""

from autograder.notebook import cells, plots, sketches
from autograder.notebook.answers import answer, hidden_rng
from autograder.notebook.block import task
from autograder.notebook.checks import (
    check_accuracy,
    check_close,
    check_dtype,
    check_equal,
    check_raises,
    check_shape,
    check_that,
)
from autograder.notebook.classes import add_to_class
from autograder.notebook.conduct import check_faster, check_memory, check_no_loops, check_unchanged
from autograder.notebook.earlier.carry import carry_over
from autograder.notebook.gradient_check import check_gradient
from autograder.notebook.gradients import numerical_gradient, relative_error
from autograder.notebook.messages import CheckFailed
from autograder.notebook.progress import show_progress
from autograder.notebook.relations import accuracy, close, equal, same_set
from autograder.notebook.training.models import load_model, save_model
from autograder.notebook.training.solver import Solver

__all__ = [
    "CheckFailed",
    "Solver",
    "accuracy",
    "add_to_class",
    "answer",
    "carry_over",
    "check_accuracy",
    "check_close",
    "check_dtype",
    "check_equal",
    "check_faster",
    "check_gradient",
    "check_memory",
    "check_no_loops",
    "check_raises",
    "check_shape",
    "check_that",
    "check_unchanged",
    "close",
    "equal",
    "hidden_rng",
    "load_model",
    "numerical_gradient",
    "plots",
    "relative_error",
    "same_set",
    "save_model",
    "show_progress",
    "sketches",
    "task",
]

cells.watch()
