"""Faults in the backward pass of group normalisation of images."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.faults.spatial_batchnorm import images
from tests.faults.subject import Case, Fault, Subject, layer_case

EPS = 0.25

GROUPNORM = """\
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    eps = gn_param["eps"]
    N, C, H, W = x.shape
    groups = x.reshape(N, G, C // G, H, W)
    mean = groups.mean(axis=(2, 3, 4), keepdims=True)
    centred = groups - mean
    var = np.mean(centred**2, axis=(2, 3, 4), keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (centred / std).reshape(x.shape)
    out = gamma * x_hat + beta
    return out, (x, gamma, G, eps, centred, var, std, x_hat)


def spatial_groupnorm_backward(dout, cache):
    x, gamma, G, eps, centred, var, std, x_hat = cache
    N, C, H, W = dout.shape
    M = C // G * H * W
    dbeta = dout.sum(axis=(0, 2, 3), keepdims=True)
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3), keepdims=True)
    dx_hat = (dout * gamma).reshape(N, G, C // G, H, W)
    direct = dx_hat / std
    dvar = -0.5 * np.sum(dx_hat * centred, axis=(2, 3, 4), keepdims=True) / std**3
    through_var = 2 * dvar * centred / M
    dmean = -np.sum(dx_hat, axis=(2, 3, 4), keepdims=True) / std
    through_mean = dmean / M
    dgroups = direct + through_var + through_mean
    dx = dgroups.reshape(x.shape)
    return dx, dgamma, dbeta
"""

FAULTS = (
    Fault(
        "Averaged over the pixels alone, not the channels of the group.", "M = C // G * H * W", "M = H * W"
    ),
    Fault("Averaged over all channels.", "M = C // G * H * W", "M = C * H * W"),
    Fault("Averaged over G channels.", "M = C // G * H * W", "M = G * H * W"),
    Fault("The variance's path is not averaged.", "centred / M", "centred", "sum for mean"),
    Fault("The mean's path is not averaged.", "dmean / M", "dmean", "sum for mean"),
    Fault("dbeta is a mean.", "dout.sum(axis=(0, 2, 3)", "dout.mean(axis=(0, 2, 3)", "sum for mean"),
    Fault("dgamma is divided by N.", "np.sum(dout * x_hat", "np.sum(dout * x_hat / N", "sum for mean"),
    Fault("The variance's path is averaged by M - 1.", "centred / M", "centred / (M - 1)", "variance"),
    Fault("The mean's path is averaged by M - 1.", "dmean / M", "dmean / (M - 1)", "variance"),
    Fault(
        "Divided by the unbiased std.",
        "direct = dx_hat / std",
        "direct = dx_hat / np.sqrt(var * M / (M - 1) + eps)",
        "variance",
    ),
    Fault(
        "ε is forgotten in the direct path.",
        "direct = dx_hat / std",
        "direct = dx_hat / np.sqrt(var)",
        "epsilon",
    ),
    Fault(
        "ε is added outside the root.",
        "direct = dx_hat / std",
        "direct = dx_hat / (np.sqrt(var) + eps)",
        "epsilon",
    ),
    Fault("ε is forgotten in the variance's path.", "std**3", "var**1.5", "epsilon"),
    Fault(
        "ε is forgotten in the mean's path.",
        "keepdims=True) / std\n    through",
        "keepdims=True) / np.sqrt(var)\n    through",
        "epsilon",
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
        "np.sum(dx_hat * centred",
        "np.sum(gamma.reshape(1, G, -1, 1, 1) * centred",
        "missing path",
    ),
    Fault(
        "dbeta leaves out the last sample.",
        "dout.sum(axis=(0, 2, 3)",
        "dout[:-1].sum(axis=(0, 2, 3)",
        "some rows or columns",
    ),
    Fault(
        "The variance's path goes over the samples, too.",
        "dx_hat * centred, axis=(2, 3, 4)",
        "dx_hat * centred, axis=(0, 2, 3, 4)",
        "axes",
    ),
    Fault(
        "The mean's path goes over the pixels alone.",
        "np.sum(dx_hat, axis=(2, 3, 4)",
        "np.sum(dx_hat, axis=(3, 4)",
        "axes",
    ),
    Fault(
        "The variance's path goes over the groups.",
        "dx_hat * centred, axis=(2, 3, 4)",
        "dx_hat * centred, axis=(1, 3, 4)",
        "axes",
    ),
    Fault(
        "The groups are interleaved.",
        "(dout * gamma).reshape(N, G, C // G, H, W)",
        "(dout * gamma).reshape(N, C // G, G, H, W).swapaxes(1, 2)",
        "axes",
    ),
    Fault(
        "The groups are interleaved in the result.",
        "dgroups.reshape(x.shape)",
        "dgroups.swapaxes(1, 2).reshape(x.shape)",
        "axes",
    ),
    Fault(
        "Height and width are swapped in dx.",
        "dgroups.reshape(x.shape)",
        "dgroups.swapaxes(3, 4).reshape(x.shape)",
        "axes",
    ),
    Fault("dbeta sums over the channels.", "dout.sum(axis=(0, 2, 3)", "dout.sum(axis=(0, 1, 2)", "axes"),
    Fault("dgamma loses its shape.", "return dx, dgamma", "return dx, dgamma.ravel()", "axes"),
    Fault("The variance's path has the wrong sign.", "-0.5 *", "0.5 *", "sign"),
    Fault("The mean's path has the wrong sign.", "-np.sum(dx_hat,", "np.sum(dx_hat,", "sign"),
    Fault("dbeta has the wrong sign.", "dbeta = dout", "dbeta = -dout", "sign"),
    Fault("dx is halved.", "return dx,", "return dx / 2,", "constant factor"),
    Fault("dgamma is doubled.", "return dx, dgamma", "return dx, 2 * dgamma", "constant factor"),
    Fault("gamma is forgotten.", "(dout * gamma)", "dout"),
    Fault("The square loses its 2.", "2 * dvar", "dvar"),
    Fault(
        "The last group stays at zero.",
        "dx = dgroups",
        "dgroups[:, -1] = 0\n    dx = dgroups",
        "some rows or columns",
    ),
    Fault(
        "Only the first group takes the mean's path.",
        "through_mean = dmean / M",
        "through_mean = dmean / M\n    through_mean[:, 1:] = 0",
        "some rows or columns",
    ),
    Fault(
        "The last channel of dgamma stays at zero.",
        "return dx",
        "dgamma[:, -1] = 0\n    return dx",
        "some rows or columns",
    ),
    Fault(
        "x_hat and the std for the centred x.",
        "2 * dvar * centred / M",
        "2 * dvar * x_hat.reshape(centred.shape) * std / M",
        equivalent="x_hat times the std is the centred x.",
    ),
    Fault(
        "The mean's path takes the variance's with it.",
        "-np.sum(dx_hat, axis=(2, 3, 4), keepdims=True) / std",
        "-np.sum(direct + through_var, axis=(2, 3, 4), keepdims=True)",
        equivalent="The centred x sums to 0, and with it the variance's path.",
    ),
)


def case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = 3, C = 6 in G = 2 groups, H = 4, W = 5, ε = 0.25."""
    inputs = {
        "x": images(rng, (3, 6, 4, 5)),
        "gamma": rng.uniform(1.2, 2.5, (1, 6, 1, 1)) * rng.choice([-1, 1], (1, 6, 1, 1)),
        "beta": rng.standard_normal((1, 6, 1, 1)),
    }
    return layer_case(
        names["spatial_groupnorm_forward"],
        names["spatial_groupnorm_backward"],
        inputs,
        rng,
        {"eps": EPS, "G": 2},
        G=2,
        gn_param={"eps": EPS},
    )


SUBJECTS = (Subject("spatial_groupnorm_backward", GROUPNORM, case, FAULTS),)
