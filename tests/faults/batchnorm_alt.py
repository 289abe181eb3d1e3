"""Faults in the backward pass of batch normalisation in one formula."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.faults.batchnorm import EPS, FORWARD, SHARED, inputs
from tests.faults.subject import Case, Fault, Subject, layer_case

BATCHNORM_ALT = f"""\
{FORWARD}

def batchnorm_backward_alt(dout, cache):
    x, gamma, eps, centred, var, std, inverse, x_hat = cache
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    scale = gamma / std
    paths = (dgamma * x_hat + dbeta) / N
    dx = scale * (dout - paths)
    return dx, dgamma, dbeta
"""

FAULTS = (
    *SHARED,
    Fault("The scale has no ε.", "gamma / std", "gamma / np.sqrt(var)", "epsilon"),
    Fault("ε is added outside the root.", "gamma / std", "gamma / (np.sqrt(var) + eps)", "epsilon"),
    Fault("ε is always 1e-8.", "gamma / std", "gamma / np.sqrt(var + 1e-8)", "epsilon"),
    Fault("x is normalised without ε.", "dgamma * x_hat", "dgamma * centred / np.sqrt(var)", "epsilon"),
    Fault("Both paths are averaged by N - 1.", "+ dbeta) / N", "+ dbeta) / (N - 1)", "variance"),
    Fault(
        "The variance's path is averaged by N - 1.",
        "(dgamma * x_hat + dbeta) / N",
        "dgamma * x_hat / (N - 1) + dbeta / N",
        "variance",
    ),
    Fault(
        "The scale takes the unbiased variance.",
        "gamma / std",
        "gamma / np.sqrt(x.var(axis=0, ddof=1) + eps)",
        "variance",
    ),
    Fault("The variance is treated as a constant.", "dgamma * x_hat + dbeta", "dbeta", "constant statistic"),
    Fault("The mean is treated as a constant.", "+ dbeta) / N", ") / N", "constant statistic"),
    Fault("Mean and variance are treated as constants.", "(dout - paths)", "dout", "constant statistic"),
    Fault("The direct path is missing.", "(dout - paths)", "(-paths)", "missing path"),
    Fault(
        "dbeta leaves out the last sample.",
        "dout.sum(axis=0)",
        "dout[:-1].sum(axis=0)",
        "some rows or columns",
    ),
    Fault("The paths are not averaged.", "+ dbeta) / N", "+ dbeta)", "sum for mean"),
    Fault(
        "The variance's path is not averaged.",
        "(dgamma * x_hat + dbeta) / N",
        "dgamma * x_hat + dbeta / N",
        "sum for mean",
    ),
    Fault("The mean's path is not averaged.", "+ dbeta) / N", "/ N + dbeta)", "sum for mean"),
    Fault("The whole dx is divided by N.", "gamma / std", "gamma / std / N", "sum for mean"),
    Fault("The paths are added.", "(dout - paths)", "(dout + paths)", "sign"),
    Fault("The mean's path has the wrong sign.", "+ dbeta) / N", "- dbeta) / N", "sign"),
    Fault("The variance's path has the wrong sign.", "(dgamma * x_hat +", "(-dgamma * x_hat +", "sign"),
    Fault("dx has the wrong sign.", "(dout - paths)", "(paths - dout)", "sign"),
    Fault("gamma is forgotten.", "gamma / std", "1 / std", "constant factor"),
    Fault("gamma is squared.", "gamma / std", "gamma**2 / std", "constant factor"),
    Fault("Not divided by the std.", "gamma / std", "gamma", "constant factor"),
    Fault("Multiplied by the std.", "gamma / std", "gamma * std", "constant factor"),
    Fault("Divided by the variance, not its root.", "gamma / std", "gamma / std**2", "constant factor"),
    Fault("The variance's path forgets x.", "dgamma * x_hat + dbeta", "dgamma + dbeta"),
    Fault("dgamma is forgotten in dx.", "dgamma * x_hat + dbeta", "x_hat + dbeta"),
    Fault("The centred x is not normalised in dx.", "dgamma * x_hat", "dgamma * centred"),
    Fault("The variance's path is counted twice.", "dgamma * x_hat + dbeta", "2 * dgamma * x_hat + dbeta"),
    Fault("Averaged over the features.", "+ dbeta) / N", "+ dbeta) / x.shape[1]"),
    Fault(
        "The last column has no paths.",
        "dx = scale * (dout - paths)",
        "paths[:, -1] = 0\n    dx = scale * (dout - paths)",
        "some rows or columns",
    ),
    Fault(
        "Only the first sample has paths.",
        "dx = scale * (dout - paths)",
        "paths[1:] = 0\n    dx = scale * (dout - paths)",
        "some rows or columns",
    ),
    Fault("The samples are reversed.", "scale * (dout - paths)", "scale * (dout - paths)[::-1]", "axes"),
    Fault(
        "The means are taken first.",
        "(dgamma * x_hat + dbeta) / N",
        "x_hat * np.mean(dout * x_hat, axis=0) + dout.mean(axis=0)",
        equivalent="A sum divided by N is a mean.",
    ),
    Fault(
        "Everything is multiplied by N first.",
        "scale * (dout - paths)",
        "scale / N * (N * dout - dbeta - x_hat * dgamma)",
        equivalent="N is divided out again.",
    ),
)


def case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = 6, D = 4, ε = 0.3."""
    return layer_case(
        names["batchnorm_forward"],
        names["batchnorm_backward_alt"],
        inputs(rng),
        rng,
        {"eps": EPS},
        bn_param={"mode": "train", "eps": EPS},
    )


SUBJECTS = (Subject("batchnorm_backward_alt", BATCHNORM_ALT, case, FAULTS),)
