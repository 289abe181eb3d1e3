"""Every kind of mistake that real solutions of such courses hold is one that a notebook here knows.

That each is caught, named and costs its own task is what proving it shows; that none is forgotten, this does.
Counted were 206 wrong functions of 60 public repositories, of which checks of the usual sort pass 66.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import NEVER_RELEASED, SOURCE, Course
from autograder.grading.mistakes import read_solutions

COURSE = Course.find(Path(__file__))

_LINEAR = ("naive", "vectorized")

#: For each kind and notebook, the mistakes by which it is known.
KINDS = [
    (
        "the square root is missing",
        "02_knn/knn",
        [f"{loops}_square_root_missing" for loops in ("two_loops", "one_loop", "no_loops")],
    ),
    ("ties go to another label", "02_knn/knn", ["ties_to_the_larger_label", "ties_to_the_label_seen_first"]),
    *(
        (kind, f"03_linear/{notebook}", [f"{which}_{name}" for which in _LINEAR for name in names])
        for notebook in ("svm", "softmax")
        for kind, names in {
            "another factor in the regularisation's gradient": ["half_reg_gradient"],
            "another factor in the regularisation's loss": ["reg_halved_in_loss"],
            "no regularisation in the loss": ["reg_missing_in_loss"],
            "no regularisation in the gradient": ["reg_missing_in_gradient"],
            "the gradient is not divided by N": ["gradient_not_divided"],
            "the loss is not divided by N": ["loss_not_divided"],
        }.items()
    ),
    ("the loss is divided twice", "03_linear/svm", ["naive_loss_divided_twice"]),
    ("the loss is divided twice", "03_linear/softmax", [f"{which}_loss_divided_twice" for which in _LINEAR]),
    ("large scores overflow", "03_linear/softmax", [f"{which}_no_shift" for which in _LINEAR]),
    ("large scores overflow", "04_two_layer_net/two_layer_net", ["softmax_not_shifted"]),
    (
        "biases are regularised",
        "04_two_layer_net/two_layer_net",
        ["net_biases_regularised", "net_bias_gradients_regularised"],
    ),
    (
        "a weight is left out, or counted twice",
        "04_two_layer_net/two_layer_net",
        ["net_w2_not_regularised", "net_w1_not_regularised", "net_w1_twice"],
    ),
    (
        "another factor in a net's regularisation",
        "04_two_layer_net/two_layer_net",
        ["net_half_missing", "net_reg_gradient_doubled", "net_reg_gradient_halved"],
    ),
    ("no bias correction", "05_optimization/optimizers", ["adam_uncorrected"]),
    (
        "t is never incremented, or used before",
        "05_optimization/optimizers",
        ["adam_t_not_kept", "adam_t_used_before"],
    ),
    ("classical momentum for Nesterov's", "05_optimization/optimizers", ["nesterov_momentum_classical"]),
    ("biases are regularised", "05_optimization/initialization", ["net_biases_regularised"]),
    (
        "a weight is left out, or counted twice",
        "05_optimization/initialization",
        ["net_last_not_regularised", "net_first_not_regularised", "net_one_weight_each_time"],
    ),
    (
        "another factor in a net's regularisation",
        "05_optimization/initialization",
        ["net_half_missing", "net_reg_gradient_doubled", "net_reg_gradient_halved"],
    ),
    ("a ReLU on the scores", "05_optimization/initialization", ["net_relu_on_scores"]),
    ("a ReLU on the scores", "04_two_layer_net/two_layer_net", ["net_relu_on_scores"]),
]


@pytest.mark.parametrize(("kind", "notebook", "names"), KINDS)
def test_a_notebook_knows_it(kind: str, notebook: str, names: list[str]) -> None:
    assignment, name = notebook.split("/")
    known = read_solutions(COURSE.folder(SOURCE) / assignment / NEVER_RELEASED[0] / f"{name}.py")
    missing = set(names) - {mistake.name for mistake in known}
    assert not missing, kind
    # None is hidden from students: a check in the notebook says it.
    assert all(mistake.hidden_only is None for mistake in known if mistake.name in names)


@pytest.mark.parametrize("assignment", COURSE.assignments())
def test_few_mistakes_are_for_hidden_answers_alone(assignment: str) -> None:
    for name in COURSE.notebooks(assignment):
        known = read_solutions(COURSE.folder(SOURCE) / assignment / NEVER_RELEASED[0] / f"{name}.py")
        hidden = [mistake.name for mistake in known if mistake.hidden_only is not None]
        assert len(hidden) < len(known) / 10, hidden
