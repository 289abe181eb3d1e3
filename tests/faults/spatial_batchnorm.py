"""Faults in the backward pass of batch normalisation of images, by transpose onto batch norm."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.faults.batchnorm_alt import BATCHNORM_ALT
from tests.faults.subject import Case, Fault, Subject, layer_case

EPS = 0.25

SPATIAL_BATCHNORM = (
    BATCHNORM_ALT
    + """\


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    x_rows = x.transpose(0, 2, 3, 1).reshape(N * H * W, C)
    out_rows, cache = batchnorm_forward(x_rows, gamma, beta, bn_param)
    out = out_rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return out, cache


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    drows = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx_rows, dgamma, dbeta = batchnorm_backward_alt(drows, cache)
    dx = dx_rows.reshape(N, H, W, -1).transpose(0, 3, 1, 2)
    return dx, dgamma, dbeta
"""
)

THERE, BACK = "dout.transpose(0, 2, 3, 1)", "dx_rows.reshape(N, H, W, -1).transpose(0, 3, 1, 2)"
DGAMMA = "np.sum(dout * x_hat, axis=0)"

FAULTS = (
    Fault("dout is reshaped, not transposed.", f"{THERE}.reshape", "dout.reshape", "axes"),
    Fault("Width before height in dout.", THERE, "dout.transpose(0, 3, 2, 1)", "axes"),
    Fault("The samples are on the second last axis of dout.", THERE, "dout.transpose(2, 3, 0, 1)", "axes"),
    Fault(
        "dout is reshaped to (C, -1) and transposed.",
        f"{THERE}.reshape(-1, C)",
        "dout.reshape(C, -1).T",
        "axes",
    ),
    Fault(
        "dout is flattened column by column.",
        f"{THERE}.reshape(-1, C)",
        f'{THERE}.reshape(-1, C, order="F")',
        "axes",
    ),
    Fault("dx is reshaped, not transposed.", BACK, "dx_rows.reshape(dout.shape)", "axes"),
    Fault("Width before height in dx.", BACK, "dx_rows.reshape(N, W, H, C).transpose(0, 3, 2, 1)", "axes"),
    Fault("The channels stay last in dx.", BACK, "dx_rows.reshape(N, H, W, C)", "axes"),
    Fault(
        "Height and width are swapped in dx.",
        BACK,
        "dx_rows.reshape(N, H, W, C).transpose(0, 3, 2, 1)",
        "axes",
    ),
    Fault("dx is transposed first, then reshaped.", BACK, "dx_rows.T.reshape(dout.shape)", "axes"),
    Fault(
        "dgamma is reversed.",
        "dx, dgamma, dbeta\n\n\ndef spatial_batchnorm_f",
        "dx, dgamma[::-1], dbeta\n\n\ndef spatial_batchnorm_f",
        "axes",
    ),
    Fault("dbeta is a mean.", "dbeta = dout.sum(axis=0)", "dbeta = dout.mean(axis=0)", "sum for mean"),
    Fault("dgamma is a mean.", DGAMMA, "np.mean(dout * x_hat, axis=0)", "sum for mean"),
    Fault(
        "dgamma and dbeta are divided by the number of images.",
        "batchnorm_backward_alt(drows, cache)",
        "batchnorm_backward_alt(drows, cache)\n    dgamma, dbeta = dgamma / N, dbeta / N",
        "sum for mean",
    ),
    Fault("The paths are not averaged.", "+ dbeta) / N", "+ dbeta)", "sum for mean"),
    Fault("Both paths are averaged by one less.", "+ dbeta) / N", "+ dbeta) / (N - 1)", "variance"),
    Fault(
        "The scale takes the unbiased variance.",
        "gamma / std",
        "gamma / np.sqrt(x.var(axis=0, ddof=1) + eps)",
        "variance",
    ),
    Fault("The scale has no ε.", "gamma / std", "gamma / np.sqrt(var)", "epsilon"),
    Fault("ε is added outside the root.", "gamma / std", "gamma / (np.sqrt(var) + eps)", "epsilon"),
    Fault("x is normalised without ε.", "dgamma * x_hat", "dgamma * centred / np.sqrt(var)", "epsilon"),
    Fault("The variance is treated as a constant.", "dgamma * x_hat + dbeta", "dbeta", "constant statistic"),
    Fault("The mean is treated as a constant.", "+ dbeta) / N", ") / N", "constant statistic"),
    Fault("Mean and variance are treated as constants.", "(dout - paths)", "dout", "constant statistic"),
    Fault("The direct path is missing.", "(dout - paths)", "(-paths)", "missing path"),
    Fault(
        "dbeta counts the first sample only.",
        "batchnorm_backward_alt(drows, cache)",
        "batchnorm_backward_alt(drows, cache)\n    dbeta = dout[0].sum(axis=(1, 2))",
        "some rows or columns",
    ),
    Fault("The paths are added.", "(dout - paths)", "(dout + paths)", "sign"),
    Fault("dgamma has the wrong sign.", DGAMMA, f"-{DGAMMA}", "sign"),
    Fault("gamma is forgotten.", "gamma / std", "1 / std", "constant factor"),
    Fault("Not divided by the std.", "gamma / std", "gamma", "constant factor"),
    Fault(
        "dgamma takes the centred x: not divided by the std.",
        DGAMMA,
        "np.sum(dout * centred, axis=0)",
        "constant factor",
    ),
    Fault(
        "dx of the last sample stays at zero.",
        f"dx = {BACK}",
        f"dx = {BACK}.copy()\n    dx[-1] = 0",
        "some rows or columns",
    ),
    Fault(
        "Only the first channel has paths.",
        "dx = scale * (dout - paths)",
        "paths[:, 1:] = 0\n    dx = scale * (dout - paths)",
        "some rows or columns",
    ),
    Fault(
        "The channels are moved with moveaxis.",
        THERE,
        "np.moveaxis(dout, 1, 3)",
        equivalent="The same axes in the same order.",
    ),
    Fault(
        "The sums are taken over the axes.",
        "batchnorm_backward_alt(drows, cache)",
        "batchnorm_backward_alt(drows, cache)\n    dbeta = dout.sum(axis=(0, 2, 3))",
        equivalent="The same sum.",
    ),
)


def images(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return images (N, C, H, W) whose channels and samples differ in mean and spread."""
    n, c = shape[:2]
    spread = np.linspace(0.3, 1.5, c)[:, None, None] * np.linspace(1, 2, n)[:, None, None, None]
    return spread * (rng.standard_normal(shape) + np.linspace(-1, 1, c)[:, None, None])


def case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = 2, C = 3, H = 4, W = 5, ε = 0.25."""
    inputs = {
        "x": images(rng, (2, 3, 4, 5)),
        "gamma": rng.uniform(1.2, 2.5, 3) * np.array([1, -1, 1]),
        "beta": rng.standard_normal(3),
    }
    return layer_case(
        names["spatial_batchnorm_forward"],
        names["spatial_batchnorm_backward"],
        inputs,
        rng,
        {"eps": EPS},
        bn_param={"mode": "train", "eps": EPS},
    )


SUBJECTS = (Subject("spatial_batchnorm_backward", SPATIAL_BATCHNORM, case, FAULTS),)
