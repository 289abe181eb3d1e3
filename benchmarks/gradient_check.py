"""Measure how much faster `check_gradient` is on correct gradients than a full numerical gradient.

Run ``python -m benchmarks.gradient_check`` from the repository's root (a minute or two). The two run
alternately in one process, and their medians are compared. The numerical gradient is timed on a part of the
elements and scaled to all.
"""

from __future__ import annotations

import functools
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from gradbook.checks.gradient import examine
from gradbook.gradcheck.numerical import numerical_gradient

RUNS = 5
#: At most this many elements are timed one by one.
TIMED = 400

Layer = tuple[Callable[..., Any], Callable[..., Any], dict[str, np.ndarray]]


def batchnorm(rng: np.random.Generator) -> Layer:
    """Return batch normalisation, 50×60."""

    def forward(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> tuple[np.ndarray, Any]:
        std = np.sqrt(x.var(axis=0) + 1e-5)
        normalised = (x - x.mean(axis=0)) / std
        return gamma * normalised + beta, (normalised, gamma, std)

    def backward(dout: np.ndarray, cache: Any) -> tuple[np.ndarray, ...]:
        normalised, gamma, std = cache
        dgamma, dbeta = (dout * normalised).sum(axis=0), dout.sum(axis=0)
        return gamma / std * (dout - (normalised * dgamma + dbeta) / len(dout)), dgamma, dbeta

    shapes = {"x": (50, 60), "gamma": (60,), "beta": (60,)}
    return forward, backward, {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def affine(rng: np.random.Generator) -> Layer:
    """Return an affine layer, 50×(3×32×32) to 100."""

    def forward(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, Any]:
        return x.reshape(len(x), -1) @ w + b, (x, w)

    def backward(dout: np.ndarray, cache: Any) -> tuple[np.ndarray, ...]:
        x, w = cache
        return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)

    shapes = {"x": (50, 3, 32, 32), "w": (3 * 32 * 32, 100), "b": (100,)}
    return forward, backward, {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def convolution(rng: np.random.Generator) -> Layer:
    """Return a convolution, 4×3×16×16 with 8 filters 3×3."""

    def windows(x: np.ndarray) -> np.ndarray:
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        return np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))

    def forward(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, Any]:
        out = np.tensordot(windows(x), w, axes=((1, 4, 5), (1, 2, 3))) + b
        return out.transpose(0, 3, 1, 2), (x, w)

    def backward(dout: np.ndarray, cache: Any) -> tuple[np.ndarray, ...]:
        x, w = cache
        dw = np.tensordot(dout, windows(x), axes=((0, 2, 3), (0, 2, 3)))
        dx = np.tensordot(windows(dout), w[:, :, ::-1, ::-1], axes=((1, 4, 5), (0, 2, 3)))
        return dx.transpose(0, 3, 1, 2), dw, dout.sum(axis=(0, 2, 3))

    shapes = {"x": (4, 3, 16, 16), "w": (8, 3, 3, 3), "b": (8,)}
    return forward, backward, {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def seconds(call: Callable[[], Any]) -> float:
    """Return how many seconds a call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def elementwise(forward: Callable[..., Any], inputs: dict[str, np.ndarray], dout: np.ndarray) -> float:
    """Return the seconds for the numerical gradient of all inputs, extrapolated from some elements."""
    total = 0.0
    for array in inputs.values():
        part = array.reshape(-1)[: max(1, min(array.size, TIMED // len(inputs)))]

        def loss(_: np.ndarray) -> float:
            return float(np.sum(forward(**inputs)[0] * dout))

        # A view: changes to the part also change the input.
        took = seconds(lambda part=part: numerical_gradient(loss, part))
        total += took * array.size / part.size
    return total


def main() -> None:
    """Time both, and print the ratios of the medians."""
    print(f"{'layer':<48}{'elements':>10}{'check':>12}{'elementwise':>14}{'ratio':>10}")
    for layer in (batchnorm, affine, convolution):
        rng = np.random.default_rng(0)
        forward, backward, inputs = layer(rng)
        out, cache = forward(**inputs)
        dout = rng.standard_normal(out.shape)
        gradients = backward(dout, cache)
        check, slow = [], []
        for _ in range(RUNS):
            check.append(seconds(functools.partial(right, forward, inputs, gradients, dout)))
            slow.append(elementwise(forward, inputs, dout))
        fast, long = statistics.median(check), statistics.median(slow)
        size = sum(array.size for array in inputs.values())
        title = (layer.__doc__ or "").removeprefix("Return ").rstrip(".")
        print(f"{title:<48}{size:>10,}{fast:>10.4f} s{long:>12.2f} s{long / fast:>9.0f}×", flush=True)
    print(f"(medians of {RUNS}; numerical gradients timed on up to {TIMED} elements, scaled to all)")


def right(
    forward: Callable[..., Any],
    inputs: dict[str, np.ndarray],
    gradients: tuple[np.ndarray, ...],
    dout: np.ndarray,
) -> None:
    """Check gradients that are correct."""
    if examine(forward, inputs, gradients, dout, {}).failures:
        raise SystemExit("the layer's gradient is wrong: the benchmark would time a diagnosis")


if __name__ == "__main__":
    main()
