"""Faults in the backward pass of layer normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.faults.subject import Case, Fault, Subject, but, layer_case

EPS = 0.2

LAYERNORM = """\
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param["eps"]
    mean = x.mean(axis=1, keepdims=True)
    centred = x - mean
    var = np.mean(centred**2, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = centred / std
    out = gamma * x_hat + beta
    return out, (x, gamma, eps, centred, var, std, x_hat)


def layernorm_backward(dout, cache):
    x, gamma, eps, centred, var, std, x_hat = cache
    N, D = dout.shape
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    direct = dx_hat / std
    dvar = -0.5 * np.sum(dx_hat * centred, axis=1, keepdims=True) / std**3
    through_var = 2 * dvar * centred / D
    dmean = -np.sum(dx_hat, axis=1, keepdims=True) / std
    through_mean = dmean / D
    dx = direct + through_var + through_mean
    return dx, dgamma, dbeta
"""

FAULTS = (
    Fault("ε is forgotten in the direct path.", "dx_hat / std\n", "dx_hat / np.sqrt(var)\n", "epsilon"),
    Fault("ε is added outside the root.", "dx_hat / std\n", "dx_hat / (np.sqrt(var) + eps)\n", "epsilon"),
    Fault("ε is always 1e-5.", "dx_hat / std\n", "dx_hat / np.sqrt(var + 1e-5)\n", "epsilon"),
    Fault("ε is forgotten in the variance's path.", "/ std**3", "/ var**1.5", "epsilon"),
    Fault(
        "ε is added outside the root in the variance's path.",
        "/ std**3",
        "/ (np.sqrt(var) + eps) ** 3",
        "epsilon",
    ),
    Fault(
        "ε is forgotten in the mean's path.",
        "np.sum(dx_hat, axis=1, keepdims=True) / std",
        "np.sum(dx_hat, axis=1, keepdims=True) / np.sqrt(var)",
        "epsilon",
    ),
    Fault(
        "ε is forgotten in dgamma.", "np.sum(dout * x_hat", "np.sum(dout * centred / np.sqrt(var)", "epsilon"
    ),
    Fault(
        "The variance's path is averaged by D - 1.",
        "2 * dvar * centred / D",
        "2 * dvar * centred / (D - 1)",
        "variance",
    ),
    Fault("The mean's path is averaged by D - 1.", "dmean / D", "dmean / (D - 1)", "variance"),
    Fault(
        "Divided by the unbiased std.",
        "dx_hat / std\n",
        "dx_hat / np.sqrt(x.var(axis=1, ddof=1, keepdims=True) + eps)\n",
        "variance",
    ),
    Fault(
        "The variance is treated as a constant.", "direct + through_var +", "direct +", "constant statistic"
    ),
    Fault("The mean is treated as a constant.", "+ through_mean", "", "constant statistic"),
    Fault(
        "Mean and variance are treated as constants.",
        "direct + through_var + through_mean",
        "direct",
        "constant statistic",
    ),
    Fault("The direct path is missing.", "direct + through_var", "through_var", "missing path"),
    Fault(
        "The variance's path forgets the upstream gradient.",
        "np.sum(dx_hat * centred,",
        "np.sum(gamma * centred,",
        "missing path",
    ),
    Fault(
        "The mean's path forgets the upstream gradient.",
        "-np.sum(dx_hat,",
        "-np.sum(gamma * np.ones_like(x),",
        "missing path",
    ),
    Fault(
        "dbeta leaves out the first sample.",
        "dout.sum(axis=0)",
        "dout[1:].sum(axis=0)",
        "some rows or columns",
    ),
    Fault("The variance's path is not averaged.", "dvar * centred / D", "dvar * centred", "sum for mean"),
    Fault("The mean's path is not averaged.", "dmean / D", "dmean", "sum for mean"),
    Fault("dbeta is a mean.", "dout.sum(axis=0)", "dout.mean(axis=0)", "sum for mean"),
    Fault("dgamma is a mean.", "np.sum(dout * x_hat,", "np.mean(dout * x_hat,", "sum for mean"),
    Fault(
        "dgamma takes the centred x: not divided by the std.",
        "np.sum(dout * x_hat,",
        "np.sum(dout * centred,",
    ),
    Fault("The variance's path has the wrong sign.", "-0.5 *", "0.5 *", "sign"),
    Fault("The mean's path has the wrong sign.", "-np.sum(dx_hat,", "np.sum(dx_hat,", "sign"),
    Fault(
        "The paths are subtracted.",
        "direct + through_var + through_mean",
        "direct - through_var - through_mean",
        "sign",
    ),
    Fault("dgamma has the wrong sign.", "np.sum(dout * x_hat,", "np.sum(-dout * x_hat,", "sign"),
    Fault("gamma is forgotten.", "dout * gamma", "dout.copy()"),
    Fault(
        "gamma is replaced by its mean.",
        "dx_hat = dout * gamma",
        "dx_hat = dout * gamma.mean()",
    ),
    Fault("dx is divided by N.", "return dx,", "return dx / N,", "sum for mean"),
    Fault("dx is halved.", "return dx,", "return dx / 2,", "constant factor"),
    Fault("dx is multiplied by the std.", "return dx,", "return dx * std,", "constant factor"),
    Fault("Averaged over the samples: N instead of D.", "N, D = dout.shape", "D, N = dout.shape"),
    Fault("dbeta sums over the features.", "dout.sum(axis=0)", "dout.sum(axis=1)", "axes"),
    Fault(
        "The variance's path goes over the samples.",
        "np.sum(dx_hat * centred, axis=1",
        "np.sum(dx_hat * centred, axis=0",
        "axes",
    ),
    Fault("The mean's path goes over the samples.", "np.sum(dx_hat, axis=1", "np.sum(dx_hat, axis=0", "axes"),
    Fault("The features are reversed.", "return dx,", "return dx[:, ::-1],", "axes"),
    Fault("The square loses its 2.", "2 * dvar", "dvar"),
    Fault("The power of the std is 2.", "/ std**3", "/ std**2"),
    Fault("The variance's path forgets x.", "2 * dvar * centred", "2 * dvar * np.ones_like(x)"),
    Fault(
        "The last feature gets nothing.",
        "return dx,",
        "dx[:, -1] = 0\n    return dx,",
        "some rows or columns",
    ),
    Fault(
        "Only the first sample takes the mean's path.",
        "through_mean = dmean / D",
        "through_mean = dmean / D\n    through_mean[1:] = 0",
        "some rows or columns",
    ),
    Fault(
        "The last element of dgamma is left at zero.",
        "return dx,",
        "dgamma[-1] = 0\n    return dx,",
        "some rows or columns",
    ),
    Fault(
        "x_hat instead of the centred x, and one std less.",
        "2 * dvar * centred / D",
        "2 * dvar * x_hat * std / D",
        equivalent="x_hat times the std is the centred x.",
    ),
    Fault(
        "The mean's path takes the variance's with it.",
        "-np.sum(dx_hat, axis=1, keepdims=True) / std",
        "-np.sum(direct + through_var, axis=1, keepdims=True)",
        equivalent="The centred x sums to 0, and with it the variance's path.",
    ),
    Fault(
        "x is used for the centred x in the sum, its mean subtracted by hand.",
        "np.sum(dx_hat * centred, axis=1, keepdims=True)",
        "(np.sum(dx_hat * x, axis=1, keepdims=True)\n"
        "        - x.mean(axis=1, keepdims=True) * dx_hat.sum(axis=1, keepdims=True))",
        equivalent="The product, multiplied out.",
    ),
)

# With a variance of 0, code that forgets ε divides by 0.
BLANK = (
    "ε is forgotten in the direct path.",
    "ε is forgotten in the variance's path.",
    "ε is forgotten in the mean's path.",
    "ε is forgotten in dgamma.",
)


def inputs(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return N = 4, D = 6; standard deviations from 0.3 to 3, means not 0."""
    spread, centre = np.array([[0.3], [0.8], [1.5], [3.0]]), np.array([[1.0], [-2.0], [0.5], [3.0]])
    return {
        "x": centre + spread * rng.standard_normal((4, 6)),
        "gamma": rng.uniform(1.2, 2.5, 6) * rng.choice([-1, 1], 6),
        "beta": rng.standard_normal(6),
    }


def case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = 4, D = 6, ε = 0.2."""
    forward, backward = names["layernorm_forward"], names["layernorm_backward"]
    return layer_case(forward, backward, inputs(rng), rng, {"eps": EPS}, ln_param={"eps": EPS})


def blank_case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = 4, D = 6, ε = 0.2; the second sample is blank: all its features are equal."""
    given = inputs(rng)
    given["x"][1] = 0.5
    forward, backward = names["layernorm_forward"], names["layernorm_backward"]
    return layer_case(forward, backward, given, rng, {"eps": EPS}, ln_param={"eps": EPS})


SUBJECTS = (
    Subject("layernorm_backward", LAYERNORM, case, FAULTS),
    Subject(
        "layernorm_backward with a blank sample",
        LAYERNORM,
        blank_case,
        but(FAULTS, family=dict.fromkeys(BLANK, "not finite")),
    ),
)
