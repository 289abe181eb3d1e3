"""What a notebook imports: checks, answers, progress, plots.

Nothing here knows of grading, and nothing imports Matplotlib before a plot is asked for.
"""

from autograder.notebook import cells, plots, sketches
from autograder.notebook.answers import answer, hidden_rng
from autograder.notebook.block import task
from autograder.notebook.carry import carry_over
from autograder.notebook.checks import (
    check_close,
    check_equal,
    check_memory,
    check_no_loops,
    check_raises,
    check_shape,
    check_that,
)
from autograder.notebook.classes import add_to_class
from autograder.notebook.messages import CheckFailed
from autograder.notebook.models import load_model, save_model
from autograder.notebook.progress import show_progress
from autograder.notebook.relations import close, equal, same_set
from autograder.notebook.solver import Solver

__all__ = [
    "CheckFailed",
    "Solver",
    "add_to_class",
    "answer",
    "carry_over",
    "check_close",
    "check_equal",
    "check_memory",
    "check_no_loops",
    "check_raises",
    "check_shape",
    "check_that",
    "close",
    "equal",
    "hidden_rng",
    "load_model",
    "plots",
    "same_set",
    "save_model",
    "show_progress",
    "sketches",
    "task",
]

cells.watch()
