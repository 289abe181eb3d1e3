"""Who rides on other code earns nothing: on forward passes, and on the public test images.

Trivial code and code that calls another task are claims of the proofs.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autograder.grading.grader import GradingSpec, grade_folder
from autograder.grading.mistakes import only_function
from autograder.grading.tasks import reference_of, with_solutions
from gradbook import load_images, save_model
from tests.notebooks.test_namespaces import CONFIG, COURSE, NOTEBOOKS, graded, key_of, spec_of
from tests.notebooks.test_right_students import around, backward_passes

#: A forward pass that keeps its arguments.
FORWARD = """
def {name}(*args, **kwargs):
    import copy

{original}

    kept = copy.deepcopy(args), copy.deepcopy(kwargs)
    return {name}(*args, **kwargs)[0], kept
"""

#: A backward pass that takes the forward pass apart, under another name.
DIFFERENCES = """
def {name}(dout, cache, forward={forward}):
    args, kwargs = cache
    gradients = []
    for array in args:
        if not isinstance(array, np.ndarray):
            continue
        gradient = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            value, ends = array[index], []
            for step in (1e-6, -1e-6):
                array[index] = value + step
                ends.append(np.sum(forward(*args, **kwargs)[0] * dout))
            array[index], gradient[index] = value, (ends[0] - ends[1]) / 2e-6
        gradients.append(gradient)
    return gradients[0] if len(gradients) == 1 else tuple(gradients)
"""


def asks_for_backward(assignment: str, name: str) -> bool:
    """Return whether a notebook has a task that is a backward pass of its own, not a method."""
    source = COURSE.folder("source_solutions") / assignment / f"{name}.ipynb"
    return (
        re.search(r'"grade_id": "(?!\w*hidden)\w+_backward', source.read_text(encoding="utf-8")) is not None
    )


WITH_BACKWARD = [notebook for notebook in NOTEBOOKS if asks_for_backward(*notebook.values)]


@pytest.mark.parametrize(("assignment", "name"), WITH_BACKWARD)
def test_a_numerical_gradient_as_backward_pass_earns_nothing(
    assignment: str, name: str, tmp_path: Path
) -> None:
    spec = spec_of(assignment, name)
    reference = reference_of(spec.source)
    pairs = {
        backward: forward
        for backward, forward in backward_passes(spec.tasks).items()
        if "self" not in [argument.arg for argument in only_function(reference[backward]).args.args]
    }
    assert pairs
    solutions = {}
    for backward, forward in pairs.items():
        solutions[forward] = around(reference[forward], FORWARD)
        solutions[backward] = DIFFERENCES.format(name=backward, forward=forward)
    submitted = with_solutions(spec.release, reference | solutions)
    outcomes = graded(spec, submitted, tmp_path)
    assert {one.task: one.points for one in outcomes if one.task in pairs and one.points} == {}


@pytest.mark.slow
def test_weights_for_the_public_test_images_earn_nothing(tmp_path: Path) -> None:
    spec = spec_of("04_two_layer_net", "two_layer_net")
    images = load_images("shapes10")
    mean = images.X_train[:-1000].mean(axis=0).reshape(-1).astype(np.float32)
    X = (images.X_test.reshape(len(images.X_test), -1) - mean) / 64
    rng = np.random.default_rng(0)
    W1 = rng.normal(0, 0.02, size=(X.shape[1], len(X) + 200))
    hidden = np.maximum(X @ W1, 0)
    W2 = np.linalg.lstsq(hidden, np.eye(10)[images.y_test], rcond=None)[0]
    assert np.mean(np.argmax(hidden @ W2, axis=1) == images.y_test) > 0.99
    params = {"W1": W1, "b1": np.zeros(W1.shape[1]), "W2": W2, "b2": np.zeros(10)}
    save_model(tmp_path / "two_layer_net.npz", params, "Shapes-10")
    fitted = replace(spec, weights=(("two_layer_net.npz", (tmp_path / "two_layer_net.npz").read_bytes()),))
    submission = tmp_path / "submission"
    fitted.put_weights(submission)
    (submission / "two_layer_net.ipynb").write_text(spec.source_text, encoding="utf-8")
    key = GradingSpec(spec, key_of(spec.assignment, spec.name))
    outcomes = {one.task: one for one in grade_folder("li", submission, [key], CONFIG).outcomes}
    assert outcomes["tuned_net"].points == 0
    assert outcomes["tuned_net"].verdict == "wrong"
