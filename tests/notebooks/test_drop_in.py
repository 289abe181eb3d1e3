"""Code that was written for CS231n's assignments fits into the cells of this course without a change.

The functions have the same names and the same parameters in the same order. The proof of the variants
`..._in_the_field` shows that such bodies earn all points.
"""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import nbformat
import pytest

from autograder.course import NEVER_RELEASED, Course
from autograder.grading.mistakes import only_function, read_solutions
from autograder.grading.tasks import is_solution, task_of
from gradbook.files import SOURCE

COURSE = Course.find(Path(__file__))

#: The functions and methods of CS231n with their parameters, by the notebook that asks for them.
FIELD = {
    "02_knn/knn": {
        "train": "self, X, y",
        "predict": "self, X, k, num_loops",
        "compute_distances_two_loops": "self, X",
        "compute_distances_one_loop": "self, X",
        "compute_distances_no_loops": "self, X",
        "predict_labels": "self, dists, k",
    },
    "03_linear/svm": {
        "svm_loss_naive": "W, X, y, reg",
        "svm_loss_vectorized": "W, X, y, reg",
        "train": "self, X, y, learning_rate, reg, num_iters, batch_size, verbose",
        "predict": "self, X",
    },
    "03_linear/softmax": {
        "softmax_loss_naive": "W, X, y, reg",
        "softmax_loss_vectorized": "W, X, y, reg",
    },
    "04_two_layer_net/two_layer_net": {
        "affine_forward": "x, w, b",
        "affine_backward": "dout, cache",
        "relu_forward": "x",
        "relu_backward": "dout, cache",
        "svm_loss": "x, y",
        "softmax_loss": "x, y",
        "__init__": "self, input_dim, hidden_dim, num_classes, weight_scale, reg",
        "loss": "self, X, y",
    },
    "05_optimization/initialization": {"loss": "self, X, y"},
    "05_optimization/optimizers": dict.fromkeys(("sgd", "sgd_momentum", "rmsprop", "adam"), "w, dw, config"),
    "06_normalization/batch_norm": {
        "batchnorm_forward": "x, gamma, beta, bn_param",
        "batchnorm_backward": "dout, cache",
        "batchnorm_backward_alt": "dout, cache",
    },
    "06_normalization/layer_norm": {
        "layernorm_forward": "x, gamma, beta, ln_param",
        "layernorm_backward": "dout, cache",
    },
    "07_dropout/dropout": {"dropout_forward": "x, dropout_param", "dropout_backward": "dout, cache"},
    "08_cnn/convolution": {
        "conv_forward_naive": "x, w, b, conv_param",
        "conv_backward_naive": "dout, cache",
        "max_pool_forward_naive": "x, pool_param",
        "max_pool_backward_naive": "dout, cache",
    },
    "08_cnn/spatial_norm": {
        "spatial_batchnorm_forward": "x, gamma, beta, bn_param",
        "spatial_batchnorm_backward": "dout, cache",
        "spatial_groupnorm_forward": "x, gamma, beta, G, gn_param",
        "spatial_groupnorm_backward": "dout, cache",
    },
    "08_cnn/convnet": {
        "__init__": (
            "self, input_dim, num_filters, filter_size, hidden_dim, num_classes, weight_scale, reg, dtype"
        ),
        "loss": "self, X, y",
    },
}

CASES = [(notebook, name) for notebook, functions in FIELD.items() for name in functions]


@functools.cache
def asked_for(notebook: str) -> dict[str, tuple[str, ast.FunctionDef]]:
    """Return the functions that a notebook asks for, by name, each with the id of its task."""
    nb = nbformat.read(COURSE.folder(SOURCE) / f"{notebook}.ipynb", as_version=4)
    cells = [cell for cell in nb.cells if cell.cell_type == "code" and is_solution(cell)]
    functions = [(task_of(cell), only_function(cell.source)) for cell in cells]
    return {function.name: (task, function) for task, function in functions}


@pytest.mark.parametrize(("notebook", "name"), CASES)
def test_functions_have_the_parameters_of_cs231n(notebook: str, name: str) -> None:
    _, function = asked_for(notebook)[name]
    taken = [argument.arg for argument in function.args.args]
    assert ", ".join(taken) == FIELD[notebook][name]
    assert not function.args.kwonlyargs


@pytest.mark.parametrize(("notebook", "name"), CASES)
def test_a_variant_proves_that_a_body_from_cs231n_earns_all_points(notebook: str, name: str) -> None:
    task, _ = asked_for(notebook)[name]
    assignment, _, stem = notebook.partition("/")
    variants = read_solutions(COURSE.folder(SOURCE) / assignment / NEVER_RELEASED[1] / f"{stem}.py")
    assert [variant.name for variant in variants if variant.task == task and "in_the_field" in variant.name]
