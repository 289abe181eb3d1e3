"""Faults in the backward pass of a convolution written as one matrix product (im2col)."""

from __future__ import annotations

from functools import partial

from tests.faults.convolution import UNPADDED, padded_case, square_case
from tests.faults.subject import Fault, Subject, but

CONV = """\
def conv_forward_fast(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    F, C, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (HH, WW), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].transpose(0, 2, 3, 1, 4, 5)
    N, H_out, W_out = windows.shape[:3]
    cols = windows.reshape(N * H_out * W_out, C * HH * WW)
    out = cols @ w.reshape(F, -1).T + b
    out = out.reshape(N, H_out, W_out, F).transpose(0, 3, 1, 2)
    return out, (x, w, b, conv_param, cols)


def conv_backward_fast(dout, cache):
    x, w, b, conv_param, cols = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    _, _, H_out, W_out = dout.shape
    db = dout.sum(axis=(0, 2, 3))
    drows = dout.transpose(0, 2, 3, 1).reshape(-1, F)
    dw_flat = drows.T @ cols
    dw = dw_flat.reshape(w.shape)
    dcols = drows @ w.reshape(F, C * HH * WW)
    dwindows = dcols.reshape(N, H_out, W_out, C, HH, WW).transpose(0, 3, 1, 2, 4, 5)
    dpadded = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for i in range(0, HH):
        for j in range(0, WW):
            down = slice(i, i + stride * H_out, stride)
            across = slice(j, j + stride * W_out, stride)
            dpadded[:, :, down, across] += dwindows[..., i, j]
    dx = dpadded[:, :, pad : pad + H, pad : pad + W]
    return dx, dw, db
"""

CROP = "dpadded[:, :, pad : pad + H, pad : pad + W]"
ORDER = "dcols.reshape(N, H_out, W_out, C, HH, WW).transpose(0, 3, 1, 2, 4, 5)"

FAULTS = (
    Fault("dx is assigned, not added, where windows overlap.", "+= dwindows", "= dwindows", "missing path"),
    Fault("The border is cut off with [pad:-pad].", CROP, "dpadded[:, :, pad:-pad, pad:-pad]"),
    Fault("The border is cut off at one side only.", CROP, "dpadded[:, :, :H, :W]"),
    Fault("The padding is assumed to be 1.", CROP, "dpadded[:, :, 1 : 1 + H, 1 : 1 + W]"),
    Fault("The filters are not brought to the end of dout.", "dout.transpose(0, 2, 3, 1).", "dout.", "axes"),
    Fault("Width before height in dout.", "dout.transpose(0, 2, 3, 1)", "dout.transpose(0, 3, 2, 1)", "axes"),
    Fault(
        "The samples are last in dout.", "dout.transpose(0, 2, 3, 1)", "dout.transpose(2, 3, 0, 1)", "axes"
    ),
    Fault(
        "dout is reshaped to (F, -1) before it is transposed.",
        "dout.transpose(0, 2, 3, 1).reshape(-1, F)",
        "dout.reshape(F, -1).T",
        "axes",
    ),
    Fault(
        "The channels are last in the columns.",
        ORDER,
        "dcols.reshape(N, H_out, W_out, HH, WW, C).transpose(0, 5, 1, 2, 3, 4)",
        "axes",
    ),
    Fault(
        "The channels come first in the columns.",
        ORDER,
        "dcols.reshape(N, C, H_out, W_out, HH, WW)",
        "axes",
    ),
    Fault(
        "Filter width before height in the columns.",
        ORDER,
        "dcols.reshape(N, H_out, W_out, C, WW, HH).transpose(0, 3, 1, 2, 5, 4)",
        "axes",
    ),
    Fault(
        "Output width before height in the columns.",
        ORDER,
        "dcols.reshape(N, W_out, H_out, C, HH, WW).transpose(0, 3, 2, 1, 4, 5)",
        "axes",
    ),
    Fault(
        "Rows and columns of dw are swapped.",
        "dw_flat = drows.T @ cols",
        "dw_flat = cols.T @ drows",
        "axes",
    ),
    Fault(
        "The channels are last in dw.",
        "dw_flat.reshape(w.shape)",
        "dw_flat.reshape(F, HH, WW, C).transpose(0, 3, 1, 2)",
        "axes",
    ),
    Fault("The filter is flipped.", "dwindows[..., i, j]", "dwindows[..., HH - 1 - i, WW - 1 - j]", "axes"),
    Fault("The filter is transposed.", "dwindows[..., i, j]", "dwindows[..., j, i]", "axes"),
    Fault(
        "w is flattened column by column.", "w.reshape(F, C * HH * WW)", 'w.reshape(F, -1, order="F")', "axes"
    ),
    Fault("db sums over the wrong axes.", "dout.sum(axis=(0, 2, 3))", "dout.sum(axis=(0, 1, 2))", "axes"),
    Fault(
        "The loop over the filter's rows stops one early.",
        "range(0, HH)",
        "range(0, HH - 1)",
        "some rows or columns",
    ),
    Fault(
        "The loop over the filter's columns starts at 1.",
        "range(0, WW)",
        "range(1, WW)",
        "some rows or columns",
    ),
    Fault("The filter's corner only is passed back.", "range(0, HH)", "range(0, 1)", "some rows or columns"),
    Fault(
        "dw ignores the upstream gradient.", "drows.T @ cols", "np.ones_like(drows).T @ cols", "missing path"
    ),
    Fault("dx ignores the upstream gradient.", "drows @ w", "np.ones_like(drows) @ w", "missing path"),
    Fault(
        "dw leaves out the last sample.",
        "drows.T @ cols",
        "drows[: -H_out * W_out].T @ cols[: -H_out * W_out]",
        "some rows or columns",
    ),
    Fault(
        "db counts the first sample only.",
        "dout.sum(axis=(0, 2, 3))",
        "dout[0].sum(axis=(1, 2))",
        "some rows or columns",
    ),
    Fault("The stride is forgotten.", "slice(i, i + stride * H_out, stride)", "slice(i, i + H_out)"),
    Fault(
        "The windows are taken side by side.",
        "slice(j, j + stride * W_out, stride)",
        "slice(j * W_out, (j + 1) * W_out)",
    ),
    Fault(
        "dx of the last sample stays at zero.",
        "dx = dpadded",
        "dpadded[-1] = 0\n    dx = dpadded",
        "some rows or columns",
    ),
    Fault(
        "Only the first channel gets dx.",
        "dpadded[:, :, down, across] += dwindows[..., i, j]",
        "dpadded[:, 0, down, across] += dwindows[:, 0, ..., i, j]",
        "some rows or columns",
    ),
    Fault(
        "The last filter of dw stays at zero.",
        "dw = dw_flat",
        "dw_flat[-1] = 0\n    dw = dw_flat",
        "some rows or columns",
    ),
    Fault(
        "The last column of dx stays at zero.",
        "dx = dpadded",
        "dpadded[..., pad + W - 1] = 0\n    dx = dpadded",
        "some rows or columns",
    ),
    Fault("db is a mean.", "dout.sum(axis=(0, 2, 3))", "dout.mean(axis=(0, 2, 3))", "sum for mean"),
    Fault("dw is averaged over the windows.", "drows.T @ cols", "drows.T @ cols / len(cols)", "sum for mean"),
    Fault("dw is averaged over the samples.", "drows.T @ cols", "drows.T @ cols / N", "sum for mean"),
    Fault("dw has the wrong sign.", "drows.T @ cols", "-drows.T @ cols", "sign"),
    Fault("dx has the wrong sign.", "+= dwindows", "-= dwindows", "sign"),
    Fault("db has the wrong sign.", "db = dout", "db = -dout", "sign"),
    Fault("dw is halved.", "drows.T @ cols", "0.5 * drows.T @ cols", "constant factor"),
    Fault("dx is averaged over the filter.", "return dx,", "return dx / (HH * WW),", "sum for mean"),
    Fault("dx is doubled.", "drows @ w", "2 * drows @ w", "constant factor"),
    Fault("Negative upstream gradients are cut off.", "drows @ w", "np.maximum(0, drows) @ w", "mask"),
    Fault("Negative pixels are cut off.", "drows.T @ cols", "drows.T @ np.maximum(0, cols)", "mask"),
    Fault(
        "The biases are added up by a product with ones.",
        "dout.sum(axis=(0, 2, 3))",
        "np.ones(len(cols)) @ dout.transpose(0, 2, 3, 1).reshape(-1, F)",
        equivalent="A product with ones is a sum.",
    ),
    Fault(
        "dw by einsum.",
        "drows.T @ cols",
        'np.einsum("rf,rk->fk", drows, cols)',
        equivalent="The same product.",
    ),
)

SUBJECTS = (
    Subject(
        "conv_backward_fast",
        CONV,
        partial(padded_case, version="fast"),
        but(FAULTS, equivalent={"The border is cut off with [pad:-pad].": "The padding is not 0."}),
    ),
    Subject(
        "conv_backward_fast, all square, no padding",
        CONV,
        partial(square_case, version="fast"),
        but(
            FAULTS,
            equivalent={
                "The border is cut off at one side only.": UNPADDED,
                "The stride is forgotten.": "The stride is 1.",
            },
        ),
    ),
)
