"""Faults in the backward pass of batch normalisation, written by stages."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.faults.subject import Case, Fault, Subject, but, layer_case

EPS = 0.3

FORWARD = """\
def batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param["eps"], bn_param.get("momentum", 0.9)
    N, D = x.shape
    mean = x.sum(axis=0) / N
    centred = x - mean
    var = (centred**2).sum(axis=0) / N
    std = np.sqrt(var + eps)
    inverse = 1 / std
    x_hat = centred * inverse
    out = gamma * x_hat + beta
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
    bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    return out, (x, gamma, eps, centred, var, std, inverse, x_hat)
"""

BATCHNORM = f"""\
{FORWARD}

def batchnorm_backward(dout, cache):
    x, gamma, eps, centred, var, std, inverse, x_hat = cache
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    dcentred1 = dx_hat * inverse
    dinverse = np.sum(dx_hat * centred, axis=0)
    dstd = -dinverse / std**2
    dvar = dstd * 0.5 / np.sqrt(var + eps)
    dsquare = np.ones_like(x) * dvar / N
    dcentred2 = dsquare * 2 * centred
    dcentred = dcentred1 + dcentred2
    dmean = -dcentred.sum(axis=0)
    dx1 = dcentred
    dx2 = np.ones_like(x) * dmean / N
    dx = dx1 + dx2
    return dx, dgamma, dbeta
"""

# dgamma and dbeta are the same in the formula of one line.
SHARED = (
    Fault("dbeta is a mean.", "dbeta = dout.sum(axis=0)", "dbeta = dout.mean(axis=0)", "sum for mean"),
    Fault(
        "dgamma is a mean.", "np.sum(dout * x_hat, axis=0)", "np.mean(dout * x_hat, axis=0)", "sum for mean"
    ),
    Fault(
        "dgamma takes the centred x: not divided by the std.",
        "np.sum(dout * x_hat, axis=0)",
        "np.sum(dout * centred, axis=0)",
        "constant factor",
    ),
    Fault("dgamma takes x itself.", "np.sum(dout * x_hat, axis=0)", "np.sum(dout * x, axis=0)"),
    Fault(
        "dgamma takes x normalised without ε.",
        "np.sum(dout * x_hat, axis=0)",
        "np.sum(dout * centred / np.sqrt(var), axis=0)",
        "epsilon",
    ),
    Fault(
        "dgamma has the wrong sign.", "np.sum(dout * x_hat, axis=0)", "-np.sum(dout * x_hat, axis=0)", "sign"
    ),
    Fault(
        "dgamma leaves out the last sample.",
        "np.sum(dout * x_hat, axis=0)",
        "np.sum(dout[:-1] * x_hat[:-1], axis=0)",
        "some rows or columns",
    ),
    Fault(
        "dgamma ignores the upstream gradient.",
        "np.sum(dout * x_hat, axis=0)",
        "x_hat.sum(axis=0)",
        "missing path",
    ),
    Fault(
        "dgamma sums over the features.", "np.sum(dout * x_hat, axis=0)", "np.sum(dout * x_hat, 1)", "axes"
    ),
    Fault("dgamma and dbeta are swapped.", "return dx, dgamma, dbeta", "return dx, dbeta, dgamma"),
)

FAULTS = (
    *SHARED,
    Fault("The root has no ε.", "0.5 / np.sqrt(var + eps)", "0.5 / np.sqrt(var)", "epsilon"),
    Fault(
        "ε is added outside the root.", "0.5 / np.sqrt(var + eps)", "0.5 / (np.sqrt(var) + eps)", "epsilon"
    ),
    Fault(
        "ε is always 1e-5.",
        "np.sqrt(var + eps)\n    dsq",
        "np.sqrt(var + 1e-5)\n    dsq",
        "epsilon",
    ),
    Fault(
        "The variance is used for the squared std: no ε.", "-dinverse / std**2", "-dinverse / var", "epsilon"
    ),
    Fault("ε is added twice.", "-dinverse / std**2", "-dinverse / (std**2 + eps)", "epsilon"),
    Fault("Divided by the std without ε.", "dx_hat * inverse", "dx_hat / np.sqrt(var)", "epsilon"),
    Fault("ε is squared.", "dx_hat * inverse", "dx_hat / np.sqrt(var + eps**2)", "epsilon"),
    Fault("The square is averaged by N - 1.", "* dvar / N", "* dvar / (N - 1)", "variance"),
    Fault("The mean is averaged by N - 1.", "* dmean / N", "* dmean / (N - 1)", "variance"),
    Fault(
        "Divided by the unbiased std.",
        "dx_hat * inverse",
        "dx_hat / np.sqrt(x.var(axis=0, ddof=1) + eps)",
        "variance",
    ),
    Fault(
        "The squared std is the unbiased one.",
        "-dinverse / std**2",
        "-dinverse / (x.var(axis=0, ddof=1) + eps)",
        "variance",
    ),
    Fault(
        "The variance is treated as a constant.",
        "dcentred = dcentred1 + dcentred2",
        "dcentred = dcentred1",
        "constant statistic",
    ),
    Fault("The mean is treated as a constant.", "dx = dx1 + dx2", "dx = dx1", "constant statistic"),
    Fault(
        "Mean and variance are treated as constants.",
        "dx = dx1 + dx2",
        "dx = dcentred1",
        "constant statistic",
    ),
    Fault(
        "The direct path is overwritten by the variance's.",
        "dcentred = dcentred1 + dcentred2",
        "dcentred = dcentred2",
        "missing path",
    ),
    Fault("Only the mean's path is kept.", "dx = dx1 + dx2", "dx = dx2", "missing path"),
    Fault("The variance's path is not averaged.", "* dvar / N", "* dvar", "sum for mean"),
    Fault("The mean's path is not averaged.", "* dmean / N", "* dmean", "sum for mean"),
    Fault("The variance's path has the wrong sign.", "-dinverse / std**2", "dinverse / std**2", "sign"),
    Fault("The mean's path has the wrong sign.", "-dcentred.sum", "dcentred.sum", "sign"),
    Fault("dx has the wrong sign.", "dx = dx1 + dx2", "dx = -(dx1 + dx2)", "sign"),
    Fault("gamma is forgotten.", "dout * gamma", "dout * np.ones_like(gamma)", "constant factor"),
    Fault("dx is divided by gamma.", "dout * gamma", "dout / gamma", "constant factor"),
    Fault("The square loses its 2.", "dsquare * 2 * centred", "dsquare * centred"),
    Fault("The root loses its ½.", "dstd * 0.5 /", "dstd /"),
    Fault("The derivative of 1 / std is computed as -1 / std.", "-dinverse / std**2", "-dinverse / std"),
    Fault(
        "The loop over the samples stops one early.",
        "dx = dx1 + dx2",
        "dx = np.zeros_like(x)\n    for n in range(N - 1):\n        dx[n] = dx1[n] + dx2[n]",
        "some rows or columns",
    ),
    Fault(
        "Only the first feature takes the mean's path.",
        "dx = dx1 + dx2",
        "dx = dx1\n    dx[:, 0] += dx2[:, 0]",
        "some rows or columns",
    ),
    Fault(
        "The mean's path goes over the features.",
        "-dcentred.sum(axis=0)",
        "-dcentred.sum(1)[:, None]",
        "axes",
    ),
    Fault("The direct path is divided by the std twice.", "dx_hat * inverse", "dx_hat * inverse * inverse"),
    Fault(
        "The mean's path leaves out the variance's.",
        "-dcentred.sum(axis=0)",
        "-dcentred1.sum(axis=0)",
        equivalent="The centred x sums to 0, and with it the variance's path.",
    ),
    Fault(
        "x is used for the centred x.",
        "dsquare * 2 * centred",
        "dsquare * 2 * x",
        equivalent="The mean's path subtracts the shift again.",
    ),
    Fault(
        "The steps from 1/std to the variance in one.",
        "dstd * 0.5 / np.sqrt(var + eps)",
        "-0.5 * dinverse * inverse**3",
        equivalent="The chain rule, multiplied out.",
    ),
    Fault(
        "The mean's path is broadcast.",
        "np.ones_like(x) * dmean / N",
        "dmean / N",
        equivalent="Broadcasting repeats it.",
    ),
)

# With a variance of 0, code that forgets ε divides by 0.
DEAD = (
    "dgamma takes x normalised without ε.",
    "The root has no ε.",
    "The variance is used for the squared std: no ε.",
    "Divided by the std without ε.",
)


def inputs(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return N = 6, D = 4; standard deviations from 0.3 to 3, means not 0."""
    spread, centre = np.array([0.3, 0.7, 1.5, 3.0]), np.array([1.0, -2.0, 0.5, 3.0])
    return {
        "x": centre + spread * rng.standard_normal((6, 4)),
        # Away from 0, where dx would vanish, and from 1, where gamma could be forgotten.
        "gamma": rng.uniform(1.2, 2.5, 4) * rng.choice([-1, 1], 4),
        "beta": rng.standard_normal(4),
    }


def case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = 6, D = 4, ε = 0.3."""
    return layer_case(
        names["batchnorm_forward"],
        names["batchnorm_backward"],
        inputs(rng),
        rng,
        {"eps": EPS},
        bn_param={"mode": "train", "eps": EPS},
    )


def dead_case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = 6, D = 4, ε = 0.3; the second feature is constant over the samples."""
    given = inputs(rng)
    given["x"][:, 1] = 0.75
    return layer_case(
        names["batchnorm_forward"],
        names["batchnorm_backward"],
        given,
        rng,
        {"eps": EPS},
        bn_param={"mode": "train", "eps": EPS},
    )


SUBJECTS = (
    Subject("batchnorm_backward", BATCHNORM, case, FAULTS),
    Subject(
        "batchnorm_backward with a constant feature",
        BATCHNORM,
        dead_case,
        but(FAULTS, family=dict.fromkeys(DEAD, "not finite")),
    ),
)
