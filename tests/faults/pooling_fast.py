"""Faults in the backward pass of max pooling written without loops over the images."""

from __future__ import annotations

from functools import partial

from tests.faults.pooling import TIED, overlapping_case, tied_case
from tests.faults.subject import Fault, Subject, but

POOL = """\
def max_pool_forward_fast(x, pool_param):
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    stride = pool_param["stride"]
    view = np.lib.stride_tricks.sliding_window_view(x, (height, width), axis=(2, 3))
    windows = view[:, :, ::stride, ::stride]
    out = windows.max(axis=(4, 5))
    return out, (x, pool_param, windows)


def max_pool_backward_fast(dout, cache):
    x, pool_param, windows = cache
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    stride = pool_param["stride"]
    N, C, H_out, W_out = dout.shape
    flat = windows.reshape(N, C, H_out, W_out, height * width)
    best = flat.argmax(axis=-1)
    down, across = best // width, best % width
    n, c, i, j = np.indices(dout.shape)
    rows = i * stride + down
    columns = j * stride + across
    dx = np.zeros_like(x)
    np.add.at(dx, (n, c, rows, columns), dout)
    return dx
"""

ADD = "np.add.at(dx, (n, c, rows, columns), dout)"
LOOP = """\
for a in range(height):
        for b in range(width):
            dx[:, :, a : a + stride * H_out : stride, b : b + stride * W_out : stride] """

FAULTS = (
    Fault(
        "Indexed with +=, which adds once where windows overlap.",
        ADD,
        "dx[n, c, rows, columns] += dout",
        "missing path",
    ),
    Fault("Assigned where windows overlap.", ADD, "dx[n, c, rows, columns] = dout", "missing path"),
    Fault("The upstream gradient is ignored.", ", dout)\n", ", 1)\n", "missing path"),
    Fault("The maximum itself is passed back.", ", dout)\n", ", flat.max(axis=-1))\n"),
    Fault("The maximum is multiplied in.", ", dout)\n", ", dout * flat.max(axis=-1))\n"),
    Fault("The smallest is taken.", "flat.argmax", "flat.argmin", "mask"),
    Fault("The largest in size is taken.", "flat.argmax", "np.abs(flat).argmax", "mask"),
    Fault(
        "The window's rows are counted by its height.",
        "best // width, best % width",
        "best // height, best % width",
        "mask",
    ),
    Fault(
        "The window's columns are counted by its height.",
        "best // width, best % width",
        "best // width, best % height",
        "mask",
    ),
    Fault(
        "Row and column of the maximum are swapped.",
        "best // width, best % width",
        "best % width, best // width",
        "mask",
    ),
    Fault("The top left corner is taken.", "flat.argmax(axis=-1)", "np.zeros(dout.shape, int)", "mask"),
    Fault(
        "The first channel's maxima are used for all.",
        "best = flat.argmax(axis=-1)",
        "best = np.repeat(flat[:, :1].argmax(axis=-1), C, axis=1)",
        "mask",
    ),
    Fault(
        "The maxima of the batch's mean are used for all.",
        "best = flat.argmax(axis=-1)",
        "best = np.tile(flat.mean(axis=0).argmax(axis=-1), (N, 1, 1, 1))",
        "mask",
    ),
    Fault(
        "The windows are flattened in the wrong order.",
        "windows.reshape(N, C, H_out, W_out, height * width)",
        "windows.swapaxes(4, 5).reshape(N, C, H_out, W_out, -1)",
        "mask",
    ),
    Fault(
        "The windows are those of another stride.",
        "flat = windows",
        "view = np.lib.stride_tricks.sliding_window_view(x, windows.shape[4:], axis=(2, 3))\n"
        "    windows = view[:, :, :H_out, :W_out]\n"
        "    flat = windows",
        "mask",
    ),
    Fault("The stride is forgotten.", "i * stride + down", "i + down", "mask"),
    Fault("The stride is forgotten in the columns.", "j * stride + across", "j + across", "mask"),
    Fault("The position within the window is forgotten.", "i * stride + down", "i * stride", "mask"),
    Fault("The window's place is forgotten.", "j * stride + across", "across", "mask"),
    Fault("The whole window gets the gradient.", ADD, LOOP + "+= dout", "mask"),
    Fault("Spread evenly, as for average pooling.", ADD, LOOP + "+= dout / (height * width)", "mask"),
    Fault("All but the maximum get the gradient.", ADD, LOOP + "+= dout * (best != a * width + b)", "mask"),
    Fault(
        "Only positive maxima get the gradient.", ", dout)\n", ", dout * (flat.max(axis=-1) > 0))\n", "mask"
    ),
    Fault("Negative upstream gradients are cut off.", ", dout)\n", ", np.maximum(0, dout))\n", "mask"),
    Fault("The sign is wrong.", ", dout)\n", ", -dout)\n", "sign"),
    Fault("The gradient is doubled.", ", dout)\n", ", 2 * dout)\n", "constant factor"),
    Fault("Divided by the size of the window.", "return dx", "return dx / (height * width)", "sum for mean"),
    Fault("Divided by N.", "return dx", "return dx / N", "sum for mean"),
    Fault("Divided by the number of windows.", "return dx", "return dx / (H_out * W_out)", "sum for mean"),
    Fault("The last sample is left out.", "return dx", "dx[-1] = 0\n    return dx", "some rows or columns"),
    Fault("Only the first channel is filled.", "(n, c, rows", "(n, 0, rows", "some rows or columns"),
    Fault("Only the first sample is filled.", "(n, c, rows", "(0, c, rows", "some rows or columns"),
    Fault(
        "The last row of windows is left out.",
        ", dout)\n",
        ", dout * (i < H_out - 1))\n",
        "some rows or columns",
    ),
    Fault("Rows and columns are swapped.", "rows, columns), dout", "columns, rows), dout", "axes"),
    Fault("dx is transposed.", "return dx", "return dx.swapaxes(2, 3)", "axes"),
    Fault("The rows of dout are reversed.", ", dout)\n", ", dout[:, :, ::-1])\n", "axes"),
    Fault("The columns of dout are reversed.", ", dout)\n", ", dout[..., ::-1])\n", "axes"),
    Fault(
        "dout is reshaped, height and width exchanged.",
        ", dout)\n",
        ", dout.swapaxes(2, 3).reshape(dout.shape))\n",
        "axes",
    ),
    Fault("The channels of dout are reversed.", ", dout)\n", ", dout[:, ::-1])\n", "axes"),
    Fault(
        "The last of the largest is taken.",
        "flat.argmax(axis=-1)",
        "height * width - 1 - flat[..., ::-1].argmax(axis=-1)",
        equivalent="No two pixels are the same.",
    ),
    Fault(
        "A mask for each position in the window.",
        ADD,
        LOOP + "+= dout * (best == a * width + b)",
        equivalent="Each window's gradient goes to one position.",
    ),
)

SUBJECTS = (
    Subject("max_pool_backward_fast", POOL, partial(overlapping_case, version="fast"), FAULTS),
    # Exact kinks.
    Subject(
        "max_pool_backward_fast with ties",
        POOL,
        partial(tied_case, version="fast"),
        but(FAULTS, equivalent={"The last of the largest is taken.": TIED}),
        kinks=True,
    ),
)
