"""Faults in the affine layer and in ReLU."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.faults.subject import Case, Fault, Subject, but, layer_case

AFFINE = """\
def affine_forward(x, w, b):
    rows = x.reshape(len(x), -1)
    out = rows @ w + b
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    N = x.shape[0]
    flat = x.reshape(N, -1)
    drows = dout @ w.T
    dx = drows.reshape(x.shape)
    dw = flat.T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db
"""

RELU = """\
def relu_forward(x):
    out = np.maximum(0, x)
    return out, x


def relu_backward(dout, cache):
    x = cache
    alive = x > 0
    dx = dout * alive
    return dx
"""

AFFINE_FAULTS = (
    Fault("w is not transposed.", "dout @ w.T", "dout @ w", "axes"),
    Fault("dx keeps the flat shape.", "dx = drows.reshape(x.shape)", "dx = drows", "axes"),
    Fault("dx is reshaped column by column.", "reshape(x.shape)", 'reshape(x.shape, order="F")', "axes"),
    Fault("dx is transposed before it is reshaped.", "drows.reshape", "drows.T.reshape", "axes"),
    Fault("x is reshaped to (D, N), not transposed.", "x.reshape(N, -1)", "x.reshape(-1, N).T", "axes"),
    Fault("x is flattened column by column.", "x.reshape(N, -1)", 'x.reshape(N, -1, order="F")', "axes"),
    Fault("dw is transposed.", "flat.T @ dout", "dout.T @ flat", "axes"),
    Fault("x is not transposed.", "flat.T @ dout", "flat @ dout", "axes"),
    Fault("db sums over the outputs.", "dout.sum(axis=0)", "dout.sum(axis=1)", "axes"),
    Fault("db is one sum over everything.", "dout.sum(axis=0)", "np.full_like(b, dout.sum())", "axes"),
    Fault("db is a mean.", "dout.sum(axis=0)", "dout.mean(axis=0)", "sum for mean"),
    Fault("dw is divided by N.", "flat.T @ dout", "flat.T @ dout / N", "sum for mean"),
    Fault("dx is divided by N.", "dout @ w.T", "dout @ w.T / N", "sum for mean"),
    Fault("dx has the wrong sign.", "dout @ w.T", "-dout @ w.T", "sign"),
    Fault("dw has the wrong sign.", "flat.T @ dout", "-flat.T @ dout", "sign"),
    Fault("db has the wrong sign.", "dout.sum(axis=0)", "-dout.sum(axis=0)", "sign"),
    Fault("dw is doubled.", "flat.T @ dout", "2 * flat.T @ dout", "constant factor"),
    Fault("dx is halved.", "dout @ w.T", "0.5 * dout @ w.T", "constant factor"),
    Fault("db is doubled.", "dout.sum(axis=0)", "2 * dout.sum(axis=0)", "constant factor"),
    Fault("db counts the first sample only.", "dout.sum(axis=0)", "dout[0]", "some rows or columns"),
    Fault(
        "db leaves out the last sample.", "dout.sum(axis=0)", "dout[:-1].sum(axis=0)", "some rows or columns"
    ),
    Fault(
        "dw leaves out the first sample.", "flat.T @ dout", "flat[1:].T @ dout[1:]", "some rows or columns"
    ),
    Fault(
        "dw is assigned in the loop over the samples, not added.",
        "dw = flat.T @ dout",
        "for n in range(N):\n        dw = np.outer(flat[n], dout[n])",
        "missing path",
    ),
    Fault(
        "dw ignores the upstream gradient.", "flat.T @ dout", "flat.T @ np.ones_like(dout)", "missing path"
    ),
    Fault("dx ignores the upstream gradient.", "dout @ w.T", "np.ones_like(dout) @ w.T", "missing path"),
    Fault("db ignores the upstream gradient.", "dout.sum(axis=0)", "np.full_like(b, N)", "missing path"),
    Fault(
        "The loop over the samples stops one early.",
        "dx = drows.reshape(x.shape)",
        "dx = np.zeros_like(x)\n    for n in range(N - 1):\n        dx[n] = drows[n].reshape(x.shape[1:])",
        "some rows or columns",
    ),
    Fault(
        "The last column of dw is left at zero.",
        "dw = flat.T @ dout",
        "dw = np.zeros_like(w)\n    dw[:, :-1] = flat.T @ dout[:, :-1]",
        "some rows or columns",
    ),
    Fault("Every sample gets the first one's dx.", "dx = drows.", "drows[:] = drows[0]\n    dx = drows."),
    Fault("Negative upstream gradients are cut off.", "dout @ w.T", "np.maximum(dout, 0) @ w.T", "mask"),
    Fault("The weights are added to their gradient.", "flat.T @ dout", "flat.T @ dout + w"),
    Fault(
        "The factors of the product are swapped.",
        "flat.T @ dout",
        "(dout.T @ flat).T",
        equivalent="(AB)ᵀ = BᵀAᵀ.",
    ),
    Fault(
        "db is a product with ones.",
        "dout.sum(axis=0)",
        "np.ones(N) @ dout",
        equivalent="A product with ones is a sum.",
    ),
)

RELU_FAULTS = (
    Fault("The mask is inverted.", "x > 0", "x < 0", "mask"),
    Fault("The gradient passes at 0 too.", "x > 0", "x >= 0", equivalent="No x is exactly 0."),
    Fault("The mask compares with 1.", "x > 0", "x > 1", "mask"),
    Fault("The mask is that of the upstream gradient.", "x > 0", "dout > 0", "mask"),
    Fault("The upstream gradient is masked as well.", "x > 0", "(x > 0) & (dout > 0)", "mask"),
    Fault("One of the two masks is enough.", "x > 0", "(x > 0) | (dout > 0)", "mask"),
    Fault("The mask takes the absolute value.", "x > 0", "abs(x) > 0.5", "mask"),
    Fault("The mask compares with the mean.", "x > 0", "x > x.mean(axis=0)", "mask"),
    Fault("The first sample's mask is used for all.", "x > 0", "np.broadcast_to(x[0] > 0, x.shape)", "mask"),
    Fault("One mask per row.", "x > 0", "x[..., :1] > 0", "mask"),
    Fault("The mask is not applied.", "dx = dout * alive", "dx = dout.copy()", "mask"),
    Fault("The negative side leaks.", "dout * alive", "dout * np.where(x > 0, 1, 0.1)", "mask"),
    Fault("The negative side is flipped.", "dout * alive", "dout * np.sign(x)", "mask"),
    Fault("dx is never filled.", "dout * alive", "np.zeros_like(x)", "missing path"),
    Fault("The output is used as its mask.", "dout * alive", "dout * np.maximum(0, x)"),
    Fault("x is used as its mask.", "dout * alive", "dout * x"),
    Fault("The mask is returned.", "dout * alive", "1.0 * alive", "missing path"),
    Fault("The sign is wrong.", "dout * alive", "-dout * alive", "sign"),
    Fault("The gradient is doubled.", "dout * alive", "2 * dout * alive", "constant factor"),
    Fault("The gradient is halved.", "dout * alive", "0.5 * dout * alive", "constant factor"),
    Fault("The gradient is divided by N.", "dout * alive", "dout * alive / len(x)", "sum for mean"),
    Fault(
        "The upstream gradient is summed over the batch.", "dout * alive", "dout.sum(axis=0) * alive", "axes"
    ),
    Fault("The upstream gradient is reversed.", "dout * alive", "dout[::-1] * alive", "axes"),
    Fault(
        "The mask is flattened column by column.",
        "x > 0",
        '(x > 0).ravel(order="F").reshape(x.shape)',
        "mask",
    ),
    Fault(
        "The loop over the samples stops one early.",
        "dx = dout * alive",
        "dx = np.zeros_like(x)\n    for n in range(len(x) - 1):\n        dx[n] = dout[n] * alive[n]",
        "some rows or columns",
    ),
    Fault(
        "The last column is left unchanged.",
        "dx = dout * alive",
        "dx = dout.copy()\n    dx[..., :-1] *= alive[..., :-1]",
        "some rows or columns",
    ),
    Fault(
        "Only the first sample is masked.",
        "dx = dout * alive",
        "dx = dout.copy()\n    dx[0] *= alive[0]",
        "some rows or columns",
    ),
    Fault("Divided by the mask.", "dout * alive", "dout / alive", "not finite"),
    Fault(
        "The mask is a ratio with roots of negative numbers.",
        "alive = x > 0",
        "alive = np.sqrt(x) / np.sqrt(x)",
        "not finite",
    ),
    Fault(
        "The mask is the output over the input.",
        "alive = x > 0",
        "alive = np.maximum(0, x) / x",
        equivalent="No x is exactly 0.",
    ),
    Fault(
        "The mask is where the output equals the input.",
        "alive = x > 0",
        "alive = x == np.maximum(0, x)",
        equivalent="No x is exactly 0.",
    ),
    Fault(
        "The upstream gradient itself is changed.",
        "dx = dout * alive",
        "dx = dout\n    dx[~alive] = 0",
        equivalent="The gradient is right, although dout is changed in place.",
    ),
    Fault(
        "np.where instead of a product.",
        "dout * alive",
        "np.where(x > 0, dout, 0)",
        equivalent="The same, chosen instead of multiplied.",
    ),
)
CONVENTION = "At exactly 0 every slope between 0 and 1 is right."


def affine_case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = 4 images of 2×3, so that D = 6; M = 5."""
    inputs = {
        "x": rng.standard_normal((4, 2, 3)),
        "w": rng.standard_normal((6, 5)),
        "b": rng.standard_normal(5),
    }
    return layer_case(names["affine_forward"], names["affine_backward"], inputs, rng)


def square_case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = D = M = 4, images of 2×2: a transposed gradient has the right shape."""
    inputs = {
        "x": rng.standard_normal((4, 2, 2)),
        "w": rng.standard_normal((4, 4)),
        "b": rng.standard_normal(4),
    }
    return layer_case(names["affine_forward"], names["affine_backward"], inputs, rng)


def relu_case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """(4, 3, 5), nothing at 0."""
    inputs = {"x": rng.standard_normal((4, 3, 5))}
    return layer_case(names["relu_forward"], names["relu_backward"], inputs, rng)


def relu_at_zero_case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """(4, 6); a whole column and one more element in each row are exactly 0."""
    x = rng.standard_normal((4, 6))
    x[:, 2] = 0
    x[np.arange(4), [0, 1, 3, 5]] = 0
    return layer_case(names["relu_forward"], names["relu_backward"], {"x": x}, rng)


SUBJECTS = (
    Subject("affine_backward", AFFINE, affine_case, AFFINE_FAULTS),
    Subject("affine_backward, all sizes 4", AFFINE, square_case, AFFINE_FAULTS),
    Subject("relu_backward", RELU, relu_case, RELU_FAULTS),
    # Exact kinks.
    Subject(
        "relu_backward at 0",
        RELU,
        relu_at_zero_case,
        but(
            RELU_FAULTS,
            equivalent={
                "The gradient passes at 0 too.": CONVENTION,
                "The mask is where the output equals the input.": CONVENTION,
            },
            family={"The mask is the output over the input.": "not finite"},
        ),
        kinks=True,
    ),
)
