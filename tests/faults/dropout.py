"""Faults in the backward pass of inverted dropout; p is the probability to keep."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.faults.subject import Case, Fault, Subject, layer_case

P = 0.6

DROPOUT = """\
def dropout_forward(x, dropout_param):
    p, mode, seed = dropout_param["p"], dropout_param["mode"], dropout_param["seed"]
    rng = np.random.default_rng(seed)
    keep = rng.random(x.shape) < p
    mask = keep / p
    out = x * mask if mode == "train" else x
    return out, (dropout_param, x, keep, mask)


def dropout_backward(dout, cache):
    dropout_param, x, keep, mask = cache
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return dout
    dx = dout * mask
    return dx
"""

FAULTS = (
    Fault("Not divided by p.", "dout * mask", "dout * keep", "constant factor"),
    Fault("Multiplied by p.", "dout * mask", "dout * keep * p", "constant factor"),
    Fault("Divided by p twice.", "dout * mask", "dout * mask / p", "constant factor"),
    Fault("Divided by 1 - p.", "dout * mask", "dout * keep / (1 - p)", "constant factor"),
    Fault(
        "Divided by the share that was kept.", "dout * mask", "dout * keep / keep.mean()", "constant factor"
    ),
    Fault("Halved.", "dout * mask", "0.5 * dout * mask", "constant factor"),
    Fault("The mask is not applied.", "dout * mask", "dout.copy()", "mask"),
    Fault("The mask is not applied, but 1/p is.", "dout * mask", "dout / p", "mask"),
    Fault("The mask is inverted.", "dout * mask", "dout * ~keep / p", "mask"),
    Fault(
        "A new mask is drawn.",
        "dout * mask",
        "dout * (np.random.default_rng(7).random(x.shape) < p) / p",
        "mask",
    ),
    Fault("The mask is that of the upstream gradient.", "dout * mask", "dout * (dout > 0) / p", "mask"),
    Fault("The mask is that of x.", "dout * mask", "dout * (x > 0) / p", "mask"),
    Fault("Positive x only, on top of the mask.", "dout * mask", "dout * mask * (x > 0)", "mask"),
    Fault("One mask per row.", "dout * mask", "dout * mask[:, :1]", "mask"),
    Fault("The first row's mask is used for all.", "dout * mask", "dout * mask[0]", "mask"),
    Fault("The dropped elements leak.", "dout * mask", "np.where(keep, dout / p, dout)", "mask"),
    Fault("dx is never filled.", "dout * mask", "np.zeros_like(x)", "missing path"),
    Fault("The sign is wrong.", "dout * mask", "-dout * mask", "sign"),
    Fault("The dropped elements are subtracted.", "dout * mask", "dout * mask - dout * ~keep", "mask"),
    Fault("The mask is returned.", "dout * mask", "mask.copy()", "missing path"),
    Fault("The output is used as the mask.", "dout * mask", "dout * x * mask"),
    Fault("Divided by the mask.", "dout * mask", "dout / mask", "not finite"),
    Fault("Divided by the mask, and masked.", "dout * mask", "dout / mask * keep", "not finite"),
    Fault("The mask is used through its logarithm.", "dout * mask", "dout * np.log(mask)", "not finite"),
    Fault(
        "The upstream gradient is summed over the batch.", "dout * mask", "dout.sum(axis=0) * mask", "axes"
    ),
    Fault("The mask is upside down.", "dout * mask", "dout * mask[::-1]", "mask"),
    Fault("The mask is from right to left.", "dout * mask", "dout * mask[:, ::-1]", "mask"),
    Fault("The mask is transposed and reshaped.", "dout * mask", "dout * mask.T.reshape(mask.shape)", "mask"),
    Fault("Divided by N.", "dout * mask", "dout * mask / len(x)", "sum for mean"),
    Fault("Divided by the number of elements.", "dout * mask", "dout * mask / x.size", "sum for mean"),
    Fault(
        "The loop over the samples stops one early.",
        "dx = dout * mask",
        "dx = np.zeros_like(x)\n    for n in range(len(x) - 1):\n        dx[n] = dout[n] * mask[n]",
        "some rows or columns",
    ),
    Fault(
        "Only the first sample is masked.",
        "dx = dout * mask",
        "dx = dout.copy()\n    dx[0] *= mask[0]",
        "some rows or columns",
    ),
    Fault(
        "The last column is left unchanged.",
        "dx = dout * mask",
        "dx = dout.copy()\n    dx[:, :-1] *= mask[:, :-1]",
        "some rows or columns",
    ),
    Fault(
        "The upstream gradient itself is changed.",
        "dx = dout * mask",
        "dout *= mask\n    dx = dout",
        equivalent="The gradient is right, although dout is changed in place.",
    ),
    Fault(
        "Masked first, divided by p then.",
        "dout * mask",
        "np.where(keep, dout, 0) / p",
        equivalent="The same, in another order.",
    ),
    Fault(
        "The mask is drawn again from the same seed.",
        "dout * mask",
        'dout * (np.random.default_rng(dropout_param["seed"]).random(x.shape) < p) / p',
        equivalent="The same seed gives the same mask.",
    ),
    Fault(
        "Masked twice, divided by p once.",
        "dout * mask",
        "dout * keep * mask",
        equivalent="A mask of zeros and ones is its own square.",
    ),
)


def case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """(5, 7), kept with p = 0.6; each row and each column has kept and dropped elements."""
    param = {"mode": "train", "p": P, "seed": 12}
    x = rng.standard_normal((5, 7))
    return layer_case(
        names["dropout_forward"], names["dropout_backward"], {"x": x}, rng, {"p": P}, dropout_param=param
    )


SUBJECTS = (Subject("dropout_backward", DROPOUT, case, FAULTS),)
