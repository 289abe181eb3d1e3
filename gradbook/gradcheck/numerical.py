"""Numerical gradients by central differences, and relative errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def numerical_gradient(
    f: Callable[[NDArray[np.float64]], Any],
    x: np.ndarray,
    upstream: ArrayLike | None = None,
    h: float = 1e-5,
) -> NDArray[np.float64]:
    r"""Return the numerical gradient of f at x by central differences, one element after the other.

    .. math:: \frac{\partial L}{\partial x_i} \approx
        \frac{L(x + h_i e_i) - L(x - h_i e_i)}{2 h_i}, \qquad L(x) = \sum f(x) \odot \text{upstream}

    The truncation error is proportional to :math:`h^2`, the rounding error to :math:`1/h`; in float64 the two
    are equal near h = 1e-5 (Nocedal and Wright, *Numerical Optimization*, 2006, section 8.1).

    Parameters
    ----------
    f
        A function of x that returns a number or an array.
    x : ndarray of any shape
        The point. A float64 array is changed in place for each evaluation, so that a function that reads it
        from elsewhere (a network's own parameters) sees the change too. It is restored afterwards, even if
        `f` raises. For any other dtype, `f` gets a float64 copy.
    upstream : array_like, optional
        The gradient of the loss with respect to f(x), of the shape of f(x). Default: ones, so that an array
        is summed.
    h
        The step for elements of size up to 1; for larger elements, it grows in proportion.

    Returns
    -------
    ndarray of the shape of x, float64
        The gradient.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 3.0])
    >>> np.round(numerical_gradient(lambda x: np.sum(x**2), x), 6)
    array([2., 4., 6.])
    """
    point = x if x.dtype == np.float64 else x.astype(np.float64)
    weights = 1.0 if upstream is None else np.asarray(upstream, np.float64)
    gradient = np.empty(point.shape)

    def loss() -> float:
        return float(np.sum(np.asarray(f(point), np.float64) * weights))

    for index in np.ndindex(point.shape):
        here = float(point[index])
        step = h * max(1.0, abs(here))
        # The actual values of x, because here + step is rounded.
        above, below = here + step, here - step
        try:
            point[index] = above
            loss_above = loss()
            point[index] = below
            loss_below = loss()
        finally:
            point[index] = here
        gradient[index] = (loss_above - loss_below) / (above - below)
    return gradient


def relative_error(a: ArrayLike, b: ArrayLike) -> float:
    r"""Return the largest relative error between two arrays, from 0 for equal ones to at most 1.

    .. math:: \max_i \frac{|a_i - b_i|}{|a_i| + |b_i|}, \qquad \frac{0}{0} = 0

    Parameters
    ----------
    a, b : array_like of the same shape
        Numbers. If one of them is NaN or infinite, the result is 1.

    Raises
    ------
    ValueError
        If their shapes differ.

    Examples
    --------
    >>> relative_error([1.0, 0.0], [1.0, 0.0])
    0.0
    >>> round(relative_error([100.0], [101.0]), 4)
    0.005
    """
    first, second = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if first.shape != second.shape:
        msg = f"the shapes differ: {first.shape} and {second.shape}"
        raise ValueError(msg)
    if first.size == 0:
        return 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        # Halves, so that the sum of two very large numbers does not overflow.
        apart, size = np.abs(first / 2 - second / 2), np.abs(first / 2) + np.abs(second / 2)
        error = np.divide(apart, size, out=np.zeros_like(apart), where=size > 0)
    error[~np.isfinite(first) | ~np.isfinite(second)] = 1.0
    return float(error.max())
