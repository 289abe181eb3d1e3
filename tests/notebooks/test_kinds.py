"""The notebooks know every kind of mistake that real solutions of such courses contain.

The proofs show that each mistake is caught and named, and costs points in its own task only. This test shows
that no kind is forgotten. The kinds come from 206 wrong functions in 60 public repositories; ordinary checks
accept 66 of these functions.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import NEVER_RELEASED, Course
from autograder.grading.mistakes import read_solutions
from gradbook.files import SOURCE

COURSE = Course.find(Path(__file__))

_LINEAR = ("naive", "vectorized")

#: For each kind and notebook, the names of its mistakes.
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
        "t is never incremented, or incremented too late",
        "05_optimization/optimizers",
        ["adam_t_not_kept", "adam_t_used_before"],
    ),
    (
        "classical momentum, not Nesterov momentum",
        "05_optimization/optimizers",
        ["nesterov_momentum_classical"],
    ),
    ("biases are regularised", "05_optimization/initialization", ["net_biases_regularised"]),
    ("p with the opposite meaning", "07_dropout/dropout", ["dropout_p_to_drop", "dropout_all_opposite"]),
    (
        "no 1/p, or scaled by another factor",
        "07_dropout/dropout",
        ["dropout_without_factor", "dropout_wrong_factor", "dropout_multiplied", "dropout_testing_scaled"],
    ),
    (
        "a mask from a normal distribution, with one value per row, or for two axes",
        "07_dropout/dropout",
        ["dropout_normal", "dropout_whole_images", "dropout_one_mask", "dropout_two_axes"],
    ),
    ("the dropout option has no effect", "07_dropout/dropout", ["net_without_dropout"]),
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
    (
        "ε outside the root or missing, in training or in test",
        "06_normalization/batch_norm",
        [f"forward_{mode}epsilon_{how}" for mode in ("", "test_") for how in ("missing", "outside")],
    ),
    (
        "correct only while ε is tiny",
        "06_normalization/batch_norm",
        ["backward_epsilon", "alt_epsilon", "dvar_epsilon", "dmu_epsilon"],
    ),
    (
        "mean or variance treated as a constant",
        "06_normalization/batch_norm",
        [f"{how}_{what}_constant" for how in ("backward", "alt") for what in ("mean", "variance", "both")],
    ),
    ("norm after the ReLU", "06_normalization/batch_norm", ["hidden_after_relu"]),
    ("norm option absent", "06_normalization/batch_norm", ["init_no_option", "hidden_no_option"]),
    (
        "batch statistics at test time",
        "06_normalization/batch_norm",
        ["forward_batch_at_test", "loss_always_training", "loss_other_key"],
    ),
    ("a ReLU on the scores", "04_two_layer_net/two_layer_net", ["net_relu_on_scores"]),
    (
        "a node is computed twice, or before its inputs",
        "09_graphs/graphs",
        ["order_without_memory", "order_users_first", "order_breadth_first", "run_without_memory"],
    ),
    (
        "values of one run are seen by another",
        "09_graphs/graphs",
        ["run_stale", "run_in_feed_dict", "run_reinitialised"],
    ),
    (
        "an update is lost, or seen too early",
        "09_graphs/graphs",
        ["run_update_lost", "run_update_at_once", "run_variables_read_late", "step_without_assign"],
    ),
    (
        "unnecessary transfers over the bus",
        "09_graphs/graphs",
        ["run_variables_cross", "run_everything_crosses", "run_update_crosses"],
    ),
    (
        "a gradient is assigned where it must be added",
        "09_graphs/graphs",
        ["chain_overwritten", "chain_same_input", "chain_too_early"],
    ),
    (
        "the gradient of a broadcast is not summed",
        "09_graphs/graphs",
        ["add_unsummed", "sum_of_nothing"],
    ),
    ("a number in place of a node", "09_graphs/graphs", ["sum_number", "chain_from_a_number"]),
    (
        "assigned, not added, where windows overlap",
        "08_cnn/convolution",
        [
            "unpool_assigned",
            "fast_unpool_assigned",
            "fast_unpool_indexed_once",
            "backward_dx_assigned",
            "col2im_assigned",
        ],
    ),
    (
        "[pad:-pad], empty when pad = 0",
        "08_cnn/convolution",
        ["backward_crop_from_the_end", "col2im_crop_from_the_end"],
    ),
    (
        "a padding of 1, a square kernel or a stride of 1 is assumed",
        "08_cnn/convolution",
        [
            "forward_padding_one",
            "backward_padding_one",
            "backward_crop_one",
            *(f"{way}_{what}" for way in ("forward", "backward") for what in ("square_kernel", "no_stride")),
        ],
    ),
    (
        "wrong for windows that are not 2×2 or not square",
        "08_cnn/convolution",
        [
            *("pool_two_by_two", "pool_square", "pool_stride_is_height"),
            *("unpool_two_by_two", "unpool_by_height"),
            *("fast_pool_two_by_two", "fast_pool_square", "fast_pool_side_by_side", "fast_unpool_two_by_two"),
        ],
    ),
    ("W2 sized for square images", "08_cnn/convnet", ["init_square"]),
    ("a ReLU on the scores", "08_cnn/convnet", ["net_relu_on_scores"]),
    ("biases are regularised", "08_cnn/convnet", ["net_biases_regularised"]),
    (
        "a weight is left out of the regularisation",
        "08_cnn/convnet",
        ["net_filters_not_regularised", "net_last_not_regularised"],
    ),
    (
        "another factor in a net's regularisation",
        "08_cnn/convnet",
        ["net_half_missing", "net_reg_gradient_doubled"],
    ),
    (
        "ε outside the root or missing",
        "06_normalization/layer_norm",
        ["forward_epsilon_missing", "forward_epsilon_outside", "forward_epsilon_fixed"],
    ),
    ("correct only while ε is tiny", "06_normalization/layer_norm", ["backward_epsilon"]),
    (
        "mean or variance treated as a constant",
        "06_normalization/layer_norm",
        [f"backward_{what}_constant" for what in ("mean", "variance", "both")],
    ),
    ("norm after the ReLU", "06_normalization/layer_norm", ["hidden_after_relu"]),
    ("norm option absent", "06_normalization/layer_norm", ["init_no_option", "hidden_no_option"]),
    (
        "spatial norms: wrong axes",
        "08_cnn/spatial_norm",
        [
            *("batch_reshaped", "batch_back_reshaped", "batch_of_instances", "batch_of_pixels"),
            *("group_is_layer", "group_is_instance", "group_over_images", "group_interleaved"),
        ],
    ),
    (
        "spatial norms: running statistics of the wrong shape",
        "08_cnn/spatial_norm",
        ["batch_running_shape", "batch_of_pixels"],
    ),
    (
        "ε outside the root or missing",
        "08_cnn/spatial_norm",
        ["group_epsilon_missing", "group_epsilon_outside", "group_epsilon_fixed"],
    ),
    ("correct only while ε is tiny", "08_cnn/spatial_norm", ["group_epsilon"]),
    (
        "mean or variance treated as a constant",
        "08_cnn/spatial_norm",
        [f"group_{what}_constant" for what in ("mean", "variance", "both")],
    ),
    ("batch statistics at test time", "08_cnn/spatial_norm", ["batch_always_training"]),
    ("layer norm with modes", "06_normalization/layer_norm", ["forward_modes"]),
]


@pytest.mark.parametrize(("kind", "notebook", "names"), KINDS)
def test_the_notebook_knows_the_mistakes(kind: str, notebook: str, names: list[str]) -> None:
    assignment, name = notebook.split("/")
    known = read_solutions(COURSE.folder(SOURCE) / assignment / NEVER_RELEASED[0] / f"{name}.py")
    missing = set(names) - {mistake.name for mistake in known}
    assert not missing, kind
    # A check in the notebook names each of them.
    assert all(mistake.hidden_only is None for mistake in known if mistake.name in names)


@pytest.mark.parametrize("assignment", COURSE.assignments())
def test_few_mistakes_are_caught_by_hidden_answers_only(assignment: str) -> None:
    for name in COURSE.notebooks(assignment):
        known = read_solutions(COURSE.folder(SOURCE) / assignment / NEVER_RELEASED[0] / f"{name}.py")
        hidden = [mistake.name for mistake in known if mistake.hidden_only is not None]
        assert len(hidden) < len(known) / 10, hidden
