"""Faults in the backward pass of a convolution written with loops."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.faults.subject import Case, Fault, Subject, but, layer_case

CONV = """\
def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    H_out = 1 + (H + 2 * pad - HH) // stride
    W_out = 1 + (W + 2 * pad - WW) // stride
    border = ((0, 0), (0, 0), (pad, pad), (pad, pad))
    x_pad = np.pad(x, border)
    out = np.zeros((N, F, H_out, W_out))
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    y0, x0 = i * stride, j * stride
                    out[n, f, i, j] = np.sum(x_pad[n, :, y0 : y0 + HH, x0 : x0 + WW] * w[f]) + b[f]
    return out, (x, w, b, conv_param)


def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    _, _, rows, columns = dout.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded = np.zeros_like(padded)
    dw = np.zeros_like(w)
    db = dout.sum(axis=(0, 2, 3))
    for n in range(0, N):
        for f in range(0, F):
            for i in range(0, rows):
                for j in range(0, columns):
                    top, left = i * stride, j * stride
                    g = dout[n, f, i, j]
                    window = padded[n, :, top : top + HH, left : left + WW]
                    dw[f] += g * window
                    dpadded[n, :, top : top + HH, left : left + WW] += g * w[f]
    dx = dpadded[:, :, pad : pad + H, pad : pad + W]
    return dx, dw, db
"""

CROP = "dpadded[:, :, pad : pad + H, pad : pad + W]"

FAULTS = (
    Fault("dx is assigned, not added, where windows overlap.", "+= g * w[f]", "= g * w[f]", "missing path"),
    Fault("dw is assigned, not added.", "dw[f] += g * window", "dw[f] = g * window", "missing path"),
    Fault("The border is cut off with [pad:-pad].", CROP, "dpadded[:, :, pad:-pad, pad:-pad]"),
    Fault("The border is cut off at one side only.", CROP, "dpadded[:, :, :H, :W]"),
    Fault("The padding is assumed to be 1.", CROP, "dpadded[:, :, 1 : 1 + H, 1 : 1 + W]"),
    Fault("The border is not cut off.", CROP, "dpadded"),
    Fault(
        "Windows that reach over the border are left out of dw.",
        "dw[f] += g * window",
        "dw[f] += g * window * (pad <= top <= pad + H - HH)",
        "missing path",
    ),
    Fault(
        "The image is padded by repeating its edge.",
        "(pad, pad)))",
        '(pad, pad)), mode="edge")',
    ),
    Fault("The stride is forgotten.", "top, left = i * stride, j * stride", "top, left = i, j"),
    Fault(
        "The stride is forgotten in one direction.", "left = i * stride, j * stride", "left = i * stride, j"
    ),
    Fault("The windows do not overlap.", "top, left = i * stride, j * stride", "top, left = i * HH, j * WW"),
    Fault(
        "The loop over the samples stops one early.", "range(0, N)", "range(0, N - 1)", "some rows or columns"
    ),
    Fault(
        "The loop over the filters stops one early.", "range(0, F)", "range(0, F - 1)", "some rows or columns"
    ),
    Fault(
        "The loop over the rows stops one early.",
        "range(0, rows)",
        "range(0, rows - 1)",
        "some rows or columns",
    ),
    Fault("The loop over the filters starts at 1.", "range(0, F)", "range(1, F)", "some rows or columns"),
    Fault("Everything is added to the first filter.", "dw[f] += g", "dw[0] += g", "some rows or columns"),
    Fault(
        "Only the first channel gets dx.",
        "dpadded[n, :, top : top + HH, left : left + WW] += g * w[f]",
        "dpadded[n, 0, top : top + HH, left : left + WW] += g * w[f, 0]",
        "some rows or columns",
    ),
    Fault("The first filter is used for all.", "g * w[f]", "g * w[0]"),
    Fault("The first sample is used for all.", "window = padded[n,", "window = padded[0,"),
    Fault("The filter is flipped.", "g * w[f]", "g * w[f, :, ::-1, ::-1]", "axes"),
    Fault("The filter is upside down.", "g * w[f]", "g * w[f, :, ::-1]", "axes"),
    Fault("The filter is transposed.", "g * w[f]", "g * w[f].swapaxes(1, 2)", "axes"),
    Fault("The window is transposed.", "dw[f] += g * window", "dw[f] += g * window.swapaxes(1, 2)", "axes"),
    Fault("The channels are reversed.", "g * w[f]", "g * w[f, ::-1]", "axes"),
    Fault("Filters and channels are swapped in dw.", "return dx, dw", "return dx, dw.swapaxes(0, 1)", "axes"),
    Fault("Height and width are swapped in dout.", "dout[n, f, i, j]", "dout[n, f, j, i]", "axes"),
    Fault("db sums over the wrong axes.", "dout.sum(axis=(0, 2, 3))", "dout.sum(axis=(0, 1, 2))", "axes"),
    Fault("HH is used for WW.", "left : left + WW] += g", "left : left + HH] += g"),
    Fault("db is a mean.", "dout.sum(axis=(0, 2, 3))", "dout.mean(axis=(0, 2, 3))", "sum for mean"),
    Fault(
        "db is averaged over the samples.",
        "dout.sum(axis=(0, 2, 3))",
        "dout.sum(axis=(2, 3)).mean(axis=0)",
        "sum for mean",
    ),
    Fault("dw is divided by N.", "return dx, dw", "return dx, dw / N", "sum for mean"),
    Fault(
        "dw is averaged over the positions.",
        "return dx, dw",
        "return dx, dw / (rows * columns)",
        "sum for mean",
    ),
    Fault(
        "db counts the first sample only.",
        "dout.sum(axis=(0, 2, 3))",
        "dout[0].sum(axis=(1, 2))",
        "some rows or columns",
    ),
    Fault(
        "db counts the first position only.",
        "dout.sum(axis=(0, 2, 3))",
        "dout[:, :, 0, 0].sum(axis=0)",
        "some rows or columns",
    ),
    Fault("dw ignores the upstream gradient.", "dw[f] += g * window", "dw[f] += window", "missing path"),
    Fault("dx ignores the upstream gradient.", "+= g * w[f]", "+= w[f]", "missing path"),
    Fault("dw has the wrong sign.", "dw[f] += g", "dw[f] -= g", "sign"),
    Fault("dx has the wrong sign.", "WW] += g", "WW] -= g", "sign"),
    Fault("db has the wrong sign.", "db = dout", "db = -dout", "sign"),
    Fault("dw and dx are halved.", "g = dout[n, f, i, j]", "g = 0.5 * dout[n, f, i, j]", "constant factor"),
    Fault("dx is divided by the stride.", "return dx,", "return dx / stride,", "constant factor"),
    Fault("dw is doubled.", "return dx, dw", "return dx, 2 * dw", "constant factor"),
    Fault("dx is averaged over the filter.", "return dx,", "return dx / (HH * WW),", "sum for mean"),
    Fault(
        "Negative upstream gradients are cut off.",
        "g = dout[n, f, i, j]",
        "g = max(0, dout[n, f, i, j])",
        "mask",
    ),
    Fault(
        "Negative pixels are cut off.", "dw[f] += g * window", "dw[f] += g * np.maximum(0, window)", "mask"
    ),
    Fault(
        "db is added up in two steps.",
        "dout.sum(axis=(0, 2, 3))",
        "dout.sum(axis=(2, 3)).sum(axis=0)",
        equivalent="A sum of sums.",
    ),
)
UNPADDED = "Without padding there is no border."


def inputs(rng: np.random.Generator, x: tuple[int, ...], w: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Return an image, filters and biases, none of them 0 on average."""
    return {
        "x": 0.5 + rng.standard_normal(x),
        "w": rng.standard_normal(w),
        "b": rng.standard_normal(w[0]),
    }


def padded_case(names: dict[str, Any], rng: np.random.Generator, version: str = "naive") -> Case:
    """Return stride 2, pad 2, all rectangular: x (3, 2, 5, 8), w (5, 2, 3, 2), out (3, 5, 4, 6)."""
    return layer_case(
        names[f"conv_forward_{version}"],
        names[f"conv_backward_{version}"],
        inputs(rng, (3, 2, 5, 8), (5, 2, 3, 2)),
        rng,
        {"stride": 2, "pad": 2},
        conv_param={"stride": 2, "pad": 2},
    )


def square_case(names: dict[str, Any], rng: np.random.Generator, version: str = "naive") -> Case:
    """Return stride 1, no padding: x (5, 3, 4, 4), w (3, 3, 2, 2), out (5, 3, 3, 3)."""
    return layer_case(
        names[f"conv_forward_{version}"],
        names[f"conv_backward_{version}"],
        inputs(rng, (5, 3, 4, 4), (3, 3, 2, 2)),
        rng,
        {"stride": 1, "pad": 0},
        conv_param={"stride": 1, "pad": 0},
    )


SUBJECTS = (
    Subject(
        "conv_backward_naive",
        CONV,
        padded_case,
        but(FAULTS, equivalent={"The border is cut off with [pad:-pad].": "The padding is not 0."}),
    ),
    Subject(
        "conv_backward_naive, all square, no padding",
        CONV,
        square_case,
        but(
            FAULTS,
            equivalent={
                "The border is cut off at one side only.": UNPADDED,
                "The border is not cut off.": UNPADDED,
                "Windows that reach over the border are left out of dw.": UNPADDED,
                "The image is padded by repeating its edge.": UNPADDED,
                "The stride is forgotten.": "The stride is 1.",
                "The stride is forgotten in one direction.": "The stride is 1.",
                "dx is divided by the stride.": "The stride is 1.",
                "HH is used for WW.": "The filter is square.",
            },
        ),
    ),
)
