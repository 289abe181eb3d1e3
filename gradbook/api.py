"""The names that a notebook imports: `gradbook` imports this module when one of them is used."""

from gradbook import figures, plots
from gradbook.carryover.load import carry_over
from gradbook.checks import cell_monitor
from gradbook.checks.behaviour import check_faster, check_memory, check_no_loops, check_unchanged
from gradbook.checks.gradient import check_gradient
from gradbook.checks.task_context import example, task
from gradbook.checks.values import (
    check_accuracy,
    check_close,
    check_dtype,
    check_equal,
    check_raises,
    check_shape,
    check_that,
)
from gradbook.data.images import load_images, unseen_images
from gradbook.device import Device, find_device
from gradbook.gradcheck.numerical import numerical_gradient, relative_error
from gradbook.lending import lend
from gradbook.messages import CheckFailed
from gradbook.progress import show_progress
from gradbook.protocol.answers import answer, answers, random_params
from gradbook.protocol.relations import accuracy, close, equal, loop_free, same_set
from gradbook.protocol.steps import counted
from gradbook.scope import add_to_class, given
from gradbook.session import session
from gradbook.training.models import load_model, save_model
from gradbook.training.solver import Solver

__all__ = [
    "CheckFailed",
    "Device",
    "Solver",
    "accuracy",
    "add_to_class",
    "answer",
    "answers",
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
    "counted",
    "equal",
    "example",
    "figures",
    "find_device",
    "given",
    "lend",
    "load_images",
    "load_model",
    "loop_free",
    "numerical_gradient",
    "plots",
    "random_params",
    "relative_error",
    "same_set",
    "save_model",
    "show_progress",
    "task",
    "unseen_images",
]

session.names.update({name: globals()[name] for name in __all__})
cell_monitor.watch()
