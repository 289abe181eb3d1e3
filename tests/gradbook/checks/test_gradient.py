"""The gradient check of a backward pass, as students see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradbook import CheckFailed, check_gradient, task
from gradbook.checks.gradient import examine
from gradbook.gradcheck.numerical import numerical_gradient
from gradbook.session import session


def affine(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, object]:
    return x @ w + b, (x, w)


def affine_backward(dout: np.ndarray, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, ...]:
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


@pytest.fixture
def layer() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    inputs = {"x": rng.normal(size=(5, 4)), "w": rng.normal(size=(4, 3)), "b": rng.normal(size=3)}
    return {"inputs": inputs, "upstream": rng.normal(size=(5, 3))}


def failure_of(*args: Any, **options: Any) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        check_gradient(*args, **options)
    return caught.value


def test_right_gradients_pass_and_the_report_names_them(
    layer: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    inputs, upstream = layer["inputs"], layer["upstream"]
    with task("affine_backward"):
        check_gradient(
            affine, inputs, lambda: affine_backward(upstream, inputs["x"], inputs["w"]), upstream=upstream
        )
    out = capsys.readouterr().out
    assert "affine_backward: 1 check passed." in out
    assert "dx, dw, db: right (relative error" in out


def test_a_wrong_gradient_is_reported_with_its_worst_element_and_cause(layer: dict[str, Any]) -> None:
    inputs, upstream = layer["inputs"], layer["upstream"]
    dx, dw, db = affine_backward(upstream, inputs["x"], inputs["w"])
    failure = failure_of(affine, inputs, (dx, dw / 5, db), upstream=upstream)
    index = np.unravel_index(np.abs(dw).argmax(), dw.shape)
    assert failure.verdict == "dw is wrong."
    place = f"dw{[int(i) for i in index]}"
    assert failure.got == "12 of 12 elements differ; relative error 8.0e-01"
    assert failure.worst == f"{place}: numerical {dw[index]:.6g}, yours {dw[index] / 5:.6g}"
    assert failure.next == "a sum passes the gradient on unchanged, a mean over N numbers passes on 1/N of it"
    assert "dw is a mean where it should be a sum." in str(failure.cause)
    assert "0.2 times the numerical gradient at every element: it is divided by 5" in str(failure.cause)
    assert "dx, db are right" in failure.notes


def test_several_wrong_gradients_are_reported(layer: dict[str, Any]) -> None:
    inputs, upstream = layer["inputs"], layer["upstream"]
    dx, dw, db = affine_backward(upstream, inputs["x"], inputs["w"])
    failure = failure_of(affine, inputs, (-dx, dw, -db), upstream=upstream)
    assert failure.verdict == "dx is wrong."
    assert failure.notes == ["db is wrong too", "dw is right"]


def test_a_loss_needs_no_upstream_and_a_dictionary_names_its_gradients() -> None:
    params = {"W": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": np.array([1.0, -1.0, 2.0])}

    def loss(W: np.ndarray, b: np.ndarray) -> float:
        return float(np.sum(W**2) + np.sum(b**3))

    check_gradient(loss, params, {"W": 2 * params["W"], "b": 3 * params["b"] ** 2})
    failure = failure_of(loss, params, {"W": 2 * params["W"], "b": 3 * params["b"]})
    assert failure.verdict == "grads['b'] is wrong."


class Net:
    """A model whose loss reads its own parameters, as networks do."""

    def __init__(self, dtype: type) -> None:
        rng = np.random.default_rng(1)
        self.X = rng.normal(size=(4, 6)).astype(dtype)
        self.params = {
            "W": rng.normal(size=(6, 3)).astype(dtype),
            "b": rng.normal(size=3).astype(dtype),
        }

    def loss(self) -> tuple[float, dict[str, np.ndarray]]:
        scores = self.X @ self.params["W"] + self.params["b"]
        dscores = 2 * scores / len(self.X)
        return float(np.sum(scores**2) / len(self.X)), {"W": self.X.T @ dscores, "b": dscores.sum(axis=0)}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_model_is_checked_through_its_own_parameters(dtype: type) -> None:
    net = Net(dtype)
    before = dict(net.params)
    values = {name: array.copy() for name, array in net.params.items()}
    check_gradient(lambda **_: net.loss(), net.params, lambda: net.loss()[1])
    for name, array in net.params.items():
        assert array is before[name]
        assert array.dtype == dtype
        np.testing.assert_array_equal(array, values[name])
    assert (
        "wrong"
        in failure_of(
            lambda **_: net.loss(), net.params, lambda: {"W": net.X.T, **net.loss()[1]} | {"b": np.zeros(3)}
        ).verdict
    )


def test_inputs_are_restored_when_the_function_raises(layer: dict[str, Any]) -> None:
    inputs = layer["inputs"]
    before = {name: array.copy() for name, array in inputs.items()}
    calls = 0

    def raises_later(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise ArithmeticError
        return x @ w + b

    with pytest.raises(ArithmeticError):
        check_gradient(
            raises_later,
            inputs,
            affine_backward(layer["upstream"], inputs["x"], inputs["w"]),
            layer["upstream"],
        )
    for name in inputs:
        np.testing.assert_array_equal(inputs[name], before[name])


def relu_case(zeros: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(4, 5))
    x.flat[:zeros] = 0
    return {"x": x}, rng.normal(size=(4, 5))


@pytest.mark.parametrize("at_zero", [0.0, 1.0, 0.5])
def test_at_a_kink_any_convention_is_right_and_the_report_counts_it(at_zero: float) -> None:
    inputs, upstream = relu_case(zeros=3)
    slope = np.where(inputs["x"] == 0, at_zero, inputs["x"] > 0)
    found = examine(lambda x: np.maximum(x, 0), inputs, slope * upstream, upstream, {})
    assert not found.failures
    if at_zero != 0.5:  # the central difference itself: no element had to be looked at
        assert found.comparisons[0].num_kinks == 3
        assert "3 of 20 elements of dx left out" in found.summary()


def test_beside_kinks_a_wrong_element_is_still_found() -> None:
    inputs, upstream = relu_case(zeros=3)
    wrong = (inputs["x"] > 0) * upstream
    wrong[3, 4] += 0.1
    failure = failure_of(lambda x: np.maximum(x, 0), inputs, wrong, upstream)
    assert str(failure.worst).startswith("dx[3, 4]: ")


def test_a_single_wrong_element_of_many_is_found() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(60, 50))
    gradient = np.cos(x)
    gradient[17, 31] *= 1.01
    failure = failure_of(lambda x: np.sum(np.sin(x)), {"x": x}, gradient)
    assert str(failure.worst).startswith("dx[17, 31]: ")


def test_gradients_that_are_0_may_be_0_up_to_rounding() -> None:
    x = np.random.default_rng(4).normal(size=(6, 3))

    def centred_sum(x: np.ndarray) -> float:
        return float(np.sum(x - x.mean(axis=0)))

    check_gradient(centred_sum, {"x": x}, np.full(x.shape, 1e-17))
    check_gradient(centred_sum, {"x": x}, np.zeros(x.shape))


def test_a_small_deviation_is_suspicious_and_a_large_one_wrong() -> None:
    x = np.random.default_rng(5).normal(size=(6, 3))
    for off, verdict in ((3e-5, "dx is suspicious."), (3e-2, "dx is wrong.")):
        assert failure_of(lambda x: np.sum(x**3), {"x": x}, 3 * x**2 * (1 + off)).verdict == verdict
    check_gradient(lambda x: np.sum(x**3), {"x": x}, 3 * x**2 * (1 + 1e-8))


@pytest.mark.parametrize(
    ("gradients", "verdict"),
    [
        (None, "the backward pass does not return one gradient for each input."),
        (
            (np.ones((5, 4)), np.ones((4, 3))),
            "the backward pass does not return one gradient for each input.",
        ),
        ((np.ones((5, 4)), np.ones((4, 3)), None), "db is not an array of numbers."),
        ((np.ones((5, 4)), np.ones((3, 4)), np.ones(3)), "dw has the wrong shape."),
        ({"x": np.ones((5, 4)), "w": np.ones((4, 3))}, "grads['b'] is missing."),
        ({}, "grads['x'], grads['w'], grads['b'] are missing."),
    ],
)
def test_a_value_that_is_not_a_set_of_gradients_is_reported(
    layer: dict[str, Any], gradients: Any, verdict: str
) -> None:
    failure = failure_of(affine, layer["inputs"], gradients, layer["upstream"])
    assert failure.verdict == verdict


def test_a_transposed_gradient_is_recognised_by_its_shape(layer: dict[str, Any]) -> None:
    gradients = (np.ones((5, 4)), np.ones((3, 4)), np.ones(3))
    assert (
        failure_of(affine, layer["inputs"], gradients, layer["upstream"]).cause
        == "rows and columns are swapped"
    )


@pytest.mark.parametrize(
    ("forward", "verdict", "cause"),
    [
        (lambda x: None, "the forward pass does not return numbers.", "the function ends without a return"),
        (
            lambda x: np.log(x - x),
            "the forward pass returns NaN or infinity, so there is no gradient to check.",
            "its value is -inf at [0]",
        ),
        (lambda x: x[:1], "what the forward pass returns has the wrong shape.", None),
    ],
)
def test_a_forward_pass_that_cannot_be_checked_is_reported(
    forward: Callable[[np.ndarray], Any], verdict: str, cause: str | None
) -> None:
    with np.errstate(divide="ignore"):
        failure = failure_of(forward, {"x": np.ones(3)}, np.ones(3), np.ones(3))
    assert (failure.verdict, failure.cause) == (verdict, cause)


def test_random_numbers_in_the_forward_pass_are_reported() -> None:
    rng = np.random.default_rng(6)
    x = np.ones((4, 5))
    failure = failure_of(
        lambda x: x * (rng.random(x.shape) < 0.5), {"x": x}, np.ones((4, 5)), np.ones((4, 5))
    )
    assert failure.verdict == "the forward pass returns different numbers each time it is called."
    assert "fixed seed" in str(failure.next)


def test_code_that_changes_its_inputs_is_reported_and_still_judged_on_its_gradient() -> None:
    x = np.array([1.0, -2.0, 3.0])

    def forward(x: np.ndarray) -> np.ndarray:
        out = x * 2
        x += 1
        return out

    found = examine(forward, {"x": x}, np.full(3, 2.0), np.ones(3), {})
    assert not found.failures
    assert found.notes == ["your code changes x in place: code that uses it later gets different numbers"]
    np.testing.assert_array_equal(x, [1, -2, 3])


def test_a_mistake_that_the_task_knows_comes_first() -> None:
    x = np.array([1.0, 2.0, 3.0])
    failure = failure_of(
        lambda x: np.sum(np.exp(x)),
        {"x": x},
        x * np.exp(x - 1),
        mistakes=[
            ("The power rule does not hold for exponentials.", lambda: {"x": x * np.exp(x - 1)}),
            ("Something else.", x),
        ],
    )
    assert str(failure.cause).startswith("The power rule does not hold for exponentials.")


def test_a_constant_of_the_task_is_named() -> None:
    x = np.random.default_rng(7).normal(size=(4, 5))
    mask = np.random.default_rng(8).random(x.shape) < 0.8
    failure = failure_of(
        lambda x: x * mask / 0.8, {"x": x}, mask * np.ones(x.shape), np.ones(x.shape), constants={"p": 0.8}
    )
    assert "multiplied once too often by p = 0.8" in str(failure.cause)


def test_a_function_that_ignores_its_input_is_reported() -> None:
    failure = failure_of(lambda x: np.float64(3.0), {"x": np.ones(4)}, np.arange(4.0))
    assert "The forward pass does not depend on x" in str(failure.cause)


def test_the_author_is_warned_when_the_upstream_gradient_is_missing() -> None:
    with pytest.raises(ValueError, match=r"shape \(3,\): it needs an upstream gradient"):
        check_gradient(lambda x: x * 2, {"x": np.ones(3)}, np.ones(3))


def test_while_grading_it_explains_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(session, "seed", 1)
    with task("square"):
        check_gradient(lambda x: np.sum(x**2), {"x": np.ones(3)}, np.ones(3))
        check_gradient(lambda x: np.sum(x**2), {"x": np.ones(3)}, np.full(3, 2.0))
    out = capsys.readouterr().out
    assert "A factor 2 is missing in dx." in out


def test_code_that_is_not_written_is_not_started(layer: dict[str, Any]) -> None:
    def unfinished(dout: np.ndarray) -> tuple[np.ndarray, ...]:
        raise NotImplementedError

    def check() -> None:
        with task("affine_backward"):
            check_gradient(affine, layer["inputs"], lambda: unfinished(layer["upstream"]), layer["upstream"])

    with pytest.raises(CheckFailed, match="affine_backward: not started: it calls unfinished"):
        check()


def test_a_figure_shows_where_the_error_sits_unless_it_is_everywhere() -> None:
    x = np.random.default_rng(9).normal(size=(4, 3))
    some = np.cos(x)
    some[2] = 0
    failure = failure_of(lambda x: np.sum(np.sin(x)), {"x": x}, some)
    assert "<img" in failure._repr_html_()
    assert "index 2 of axis 0" in failure._repr_html_()
    assert "<img" not in failure_of(lambda x: np.sum(np.sin(x)), {"x": x}, 2 * np.cos(x))._repr_html_()


def test_code_in_a_message_is_code_in_the_notebook() -> None:
    x = np.random.default_rng(10).normal(size=(4, 3))
    failure = failure_of(lambda x: np.sum((x - x.mean(axis=0)) ** 3), {"x": x}, 3 * (x - x.mean(axis=0)) ** 2)
    assert "`x.mean(axis=0)` is treated as a constant." in str(failure)
    assert "<code>x.mean(axis=0)</code> is treated as a constant." in failure._repr_html_()


def test_a_name_keeps_its_capitals_where_a_cause_begins_with_its_part() -> None:
    def normalised(X: np.ndarray) -> np.ndarray:
        mean = X.mean(axis=1, keepdims=True)
        centred = X - mean
        variance = np.mean(centred**2, axis=1, keepdims=True)
        return centred / np.sqrt(variance + 0.2)

    X, dout = np.random.default_rng(11).normal(size=(2, 5, 7))
    centred = X - X.mean(axis=1, keepdims=True)
    std = np.sqrt(np.mean(centred**2, axis=1, keepdims=True) + 0.2)
    through_mean = -np.mean(dout / std, axis=1, keepdims=True)
    through_variance = -centred * np.mean(dout * centred, axis=1, keepdims=True) / std**3
    parts = through_mean + through_variance
    assert np.allclose(
        numerical_gradient(lambda X: np.sum(dout * normalised(X)), X), dout / std + parts, atol=1e-6
    )
    failure = failure_of(normalised, {"X": X}, parts, dout)
    assert str(failure.cause).startswith("The direct part of dX is missing.")
    failure = failure_of(normalised, {"X": X}, parts - dout / std, dout)
    assert str(failure.cause).startswith("The direct part of dX has the wrong sign.")


class Centred:
    """A layer that remembers a running mean, as batch normalisation does."""

    def __init__(self) -> None:
        self.running_mean = np.zeros(3)

    def forward(self, x: np.ndarray) -> np.ndarray:
        mean = x.mean(axis=0)
        self.running_mean = 0.9 * self.running_mean + 0.1 * mean
        return x - mean


def test_a_diagnosis_leaves_a_layer_usable() -> None:
    layer, x = Centred(), np.random.default_rng(11).normal(size=(4, 3))
    upstream = np.random.default_rng(12).normal(size=(4, 3))
    failure = failure_of(layer.forward, {"x": x}, upstream, upstream)
    assert "`x.mean(axis=0)` is treated as a constant." in str(failure.cause)
    layer.forward(x)
    assert type(layer.running_mean) is np.ndarray
    right = upstream - upstream.mean(axis=0)
    check_gradient(layer.forward, {"x": x}, right, upstream)


def test_a_forward_pass_that_cannot_be_watched_is_checked_all_the_same() -> None:
    def picky(x: np.ndarray) -> float:
        if type(x) is not np.ndarray:
            raise TypeError
        return float(np.sum(x**2))

    x = np.random.default_rng(13).normal(size=(4, 3))
    check_gradient(picky, {"x": x}, 2 * x)
    assert "A factor 2 is missing in dx." in str(failure_of(picky, {"x": x}, x).cause)


def test_a_large_gradient_is_diagnosed_from_a_part_of_its_elements() -> None:
    x = np.random.default_rng(14).normal(size=(300, 400))
    calls = 0

    def loss(x: np.ndarray) -> float:
        nonlocal calls
        calls += 1
        return float(np.sum(x**3))

    failure = failure_of(loss, {"x": x}, -3 * x**2)
    assert "The sign of dx is wrong." in str(failure.cause)
    assert calls < x.size


def returns_a_buffer() -> Callable[[np.ndarray], np.ndarray]:
    out = np.empty((4, 3))

    def triple(x: np.ndarray) -> np.ndarray:
        return np.multiply(x, 3, out=out)

    return triple


@pytest.mark.parametrize(
    ("forward", "factor"),
    [
        (lambda x: (x, None), 1),  # dropout when it is not training
        (lambda x: x.reshape(2, 6), 1),  # a view
        (returns_a_buffer(), 3),
    ],
)
def test_a_forward_pass_may_return_its_input_a_view_or_a_buffer(
    forward: Callable[[np.ndarray], Any], factor: float
) -> None:
    x = np.random.default_rng(15).normal(size=(4, 3))
    value = forward(x)
    upstream = np.random.default_rng(16).normal(
        size=np.shape(value[0] if isinstance(value, tuple) else value)
    )
    right = factor * upstream.reshape(4, 3)
    found = examine(forward, {"x": x}, right, upstream, {})
    assert not found.failures
    assert found.comparisons[0].num_kinks == 0
    failure_of(forward, {"x": x}, right + 0.1, upstream)


def test_a_gradient_of_which_nothing_can_be_checked_does_not_pass() -> None:
    failure = failure_of(
        lambda x: np.maximum(x, 0), {"x": np.zeros((2, 3))}, np.ones((2, 3)), np.ones((2, 3))
    )
    assert failure.verdict == "nothing of dx can be checked: f has a kink at every element."
