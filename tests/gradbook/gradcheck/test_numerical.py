"""Numerical gradients, compared with calculus and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import approx_fprime

from gradbook.gradcheck.numerical import numerical_gradient, relative_error

points = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=3), elements=st.floats(-3, 3))
numbers = hnp.arrays(np.float64, 4, elements=st.floats(-1e300, 1e300))


@given(points)
def test_the_gradient_is_the_one_of_calculus(x: np.ndarray) -> None:
    np.testing.assert_allclose(numerical_gradient(np.sin, x), np.cos(x), atol=1e-9)
    upstream = np.linspace(-1, 2, x.size).reshape(x.shape)
    np.testing.assert_allclose(
        numerical_gradient(np.exp, x, upstream), upstream * np.exp(x), rtol=1e-8, atol=1e-8
    )


@given(st.floats(1e3, 1e6))
def test_the_step_grows_with_x(size: float) -> None:
    x = np.array([size, -size])
    np.testing.assert_allclose(numerical_gradient(lambda x: x**2, x), 2 * x, rtol=1e-6)


def test_a_matrix_product_agrees_with_scipy() -> None:
    rng = np.random.default_rng(3)
    x, w, upstream = rng.normal(size=(3, 4)), rng.normal(size=(4, 2)), rng.normal(size=(3, 2))
    got = numerical_gradient(lambda w: np.tanh(x @ w), w, upstream)
    expected = approx_fprime(w.ravel(), lambda flat: np.sum(np.tanh(x @ flat.reshape(4, 2)) * upstream))
    np.testing.assert_allclose(got.ravel(), expected, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_x_is_as_it_was_and_the_gradient_is_float64(dtype: type) -> None:
    x = np.array([1, 2, 3], dtype)
    before = x.copy()
    gradient = numerical_gradient(lambda x: x**2, x)
    np.testing.assert_array_equal(x, before)
    assert gradient.dtype == np.float64
    np.testing.assert_allclose(gradient, [2, 4, 6], rtol=1e-9)


def test_x_is_restored_even_when_the_function_raises() -> None:
    x = np.ones(3)

    def f(x: np.ndarray) -> float:
        if x[1] != 1:
            raise ArithmeticError
        return float(x.sum())

    with pytest.raises(ArithmeticError):
        numerical_gradient(f, x)
    np.testing.assert_array_equal(x, np.ones(3))


def test_a_function_that_reads_x_from_elsewhere_sees_the_change() -> None:
    parameters = {"W": np.array([[1.0, 2.0]])}
    gradient = numerical_gradient(lambda _: np.sum(parameters["W"] ** 3), parameters["W"])
    np.testing.assert_allclose(gradient, [[3, 12]], rtol=1e-8)


@given(numbers, numbers)
def test_the_relative_error_is_symmetric_and_between_0_and_1(a: np.ndarray, b: np.ndarray) -> None:
    error = relative_error(a, b)
    assert 0 <= error <= 1
    assert error == relative_error(b, a)
    assert relative_error(a, a) == 0


@pytest.mark.parametrize(
    ("a", "b", "error"),
    [
        (0.0, 0.0, 0),
        ([0.0, 1.0], [0.0, 3.0], 0.5),
        ([1.0], [-1.0], 1),
        ([1.0], [0.0], 1),
        ([np.nan], [np.nan], 1),
        ([np.inf], [np.inf], 1),
        ([], [], 0),
    ],
)
def test_the_relative_error_is_defined_everywhere(a: object, b: object, error: float) -> None:
    assert relative_error(a, b) == error


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match=r"\(2,\) and \(1, 2\)"):
        relative_error([1, 2], [[1, 2]])
