"""Faults in the backward pass of max pooling written with loops."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.faults.subject import Case, Fault, Subject, but, layer_case

POOL = """\
def max_pool_forward_naive(x, pool_param):
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    stride = pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - height) // stride
    W_out = 1 + (W - width) // stride
    out = np.zeros((N, C, H_out, W_out))
    for i in range(H_out):
        for j in range(W_out):
            y0, x0 = i * stride, j * stride
            out[:, :, i, j] = x[:, :, y0 : y0 + height, x0 : x0 + width].max(axis=(2, 3))
    return out, (x, pool_param)


def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    stride = pool_param["stride"]
    N, C, rows, columns = dout.shape
    dx = np.zeros_like(x)
    for n in range(0, N):
        for c in range(0, C):
            for i in range(0, rows):
                for j in range(0, columns):
                    top, left = i * stride, j * stride
                    window = x[n, c, top : top + height, left : left + width]
                    best = np.argmax(window)
                    down, across = np.unravel_index(best, window.shape)
                    dx[n, c, top + down, left + across] += dout[n, c, i, j]
    return dx
"""

ADD = "dx[n, c, top + down, left + across] += dout[n, c, i, j]"
WINDOW = "dx[n, c, top : top + height, left : left + width]"

FAULTS = (
    Fault("Assigned, not added, where windows overlap.", "+= dout", "= dout", "missing path"),
    Fault("The smallest is taken.", "np.argmax(window)", "np.argmin(window)", "mask"),
    Fault("The largest in size is taken.", "np.argmax(window)", "np.argmax(np.abs(window))", "mask"),
    Fault(
        "The position is looked up in a transposed window.",
        "np.argmax(window)",
        "np.argmax(window.T)",
        "mask",
    ),
    Fault("The top left corner is taken.", "np.argmax(window)", "0", "mask"),
    Fault(
        "The position is counted in a square window.",
        "np.unravel_index(best, window.shape)",
        "divmod(best, height)",
        "mask",
    ),
    Fault("Row and column of the maximum are swapped.", "down, across = np", "across, down = np", "mask"),
    Fault(
        "The window is assumed to be 2×2.",
        "top + height, left : left + width",
        "top + 2, left : left + 2",
        "mask",
    ),
    Fault("The window is assumed to be square.", "left : left + width", "left : left + height", "mask"),
    Fault(
        "The last row of the window is left out.", "top : top + height,", "top : top + height - 1,", "mask"
    ),
    Fault("The first channel's maxima are used for all.", "window = x[n, c,", "window = x[n, 0,", "mask"),
    Fault("The first sample's maxima are used for all.", "window = x[n, c,", "window = x[0, c,", "mask"),
    Fault("The whole window gets the gradient.", ADD, f"{WINDOW} += dout[n, c, i, j]", "mask"),
    Fault(
        "Spread evenly, as for average pooling.", ADD, f"{WINDOW} += dout[n, c, i, j] / window.size", "mask"
    ),
    Fault(
        "All but the maximum get the gradient.",
        ADD,
        f"{WINDOW} += dout[n, c, i, j] * (window < window.max())",
        "mask",
    ),
    Fault(
        "Everything above the window's mean gets the gradient.",
        ADD,
        f"{WINDOW} += dout[n, c, i, j] * (window > window.mean())",
        "mask",
    ),
    Fault(
        "Only positive maxima get the gradient.",
        "+= dout[n, c, i, j]",
        "+= dout[n, c, i, j] * (window.max() > 0)",
        "mask",
    ),
    Fault(
        "Negative upstream gradients are cut off.",
        "+= dout[n, c, i, j]",
        "+= max(0, dout[n, c, i, j])",
        "mask",
    ),
    Fault("The stride is forgotten.", "top, left = i * stride, j * stride", "top, left = i, j", "mask"),
    Fault(
        "The stride is forgotten in one direction.",
        "left = i * stride, j * stride",
        "left = i * stride, j",
        "mask",
    ),
    Fault(
        "The windows are taken side by side.",
        "top, left = i * stride, j * stride",
        "top, left = i * height, j * width",
        "mask",
    ),
    Fault(
        "The window's corner is forgotten.",
        "dx[n, c, top + down, left + across]",
        "dx[n, c, down, across]",
        "mask",
    ),
    Fault("The upstream gradient is ignored.", "+= dout[n, c, i, j]", "+= 1", "missing path"),
    Fault("The maximum itself is passed back.", "+= dout[n, c, i, j]", "+= window.max()"),
    Fault("The maximum is multiplied in.", "+= dout[n, c, i, j]", "+= dout[n, c, i, j] * window.max()"),
    Fault("The sign is wrong.", "+= dout", "-= dout", "sign"),
    Fault("The gradient is doubled.", "+= dout", "+= 2 * dout", "constant factor"),
    Fault("The gradient is halved.", "+= dout", "+= 0.5 * dout", "constant factor"),
    Fault("Divided by the size of the window.", "return dx", "return dx / (height * width)", "sum for mean"),
    Fault("Divided by N.", "return dx", "return dx / N", "sum for mean"),
    Fault("Divided by the number of windows.", "return dx", "return dx / (rows * columns)", "sum for mean"),
    Fault(
        "The loop over the samples stops one early.", "range(0, N)", "range(0, N - 1)", "some rows or columns"
    ),
    Fault(
        "The loop over the channels stops one early.",
        "range(0, C)",
        "range(0, C - 1)",
        "some rows or columns",
    ),
    Fault(
        "The loop over the rows stops one early.",
        "range(0, rows)",
        "range(0, rows - 1)",
        "some rows or columns",
    ),
    Fault(
        "The loop over the columns starts at 1.",
        "range(0, columns)",
        "range(1, columns)",
        "some rows or columns",
    ),
    Fault("Only the first channel is filled.", "dx[n, c, top", "dx[n, 0, top", "some rows or columns"),
    Fault("Height and width are swapped in dout.", "dout[n, c, i, j]", "dout[n, c, j, i]", "axes"),
    Fault("The channels of dout are reversed.", "dout[n, c, i, j]", "dout[n, -1 - c, i, j]", "axes"),
    Fault("The rows of dout are reversed.", "dout[n, c, i, j]", "dout[n, c, -1 - i, j]", "axes"),
    Fault("The columns of dx are reversed.", "return dx", "return dx[..., ::-1]", "axes"),
    Fault(
        "The last of the largest is taken.",
        "best = np.argmax(window)",
        "best = window.size - 1 - np.argmax(window.ravel()[::-1])",
        equivalent="No two pixels are the same.",
    ),
    Fault(
        "The largest share the gradient.",
        ADD,
        f"mask = window == window.max()\n{20 * ' '}{WINDOW} += dout[n, c, i, j] * mask / mask.sum()",
        equivalent="No two pixels are the same.",
    ),
    Fault(
        "A mask instead of a position.",
        ADD,
        f"{WINDOW} += dout[n, c, i, j] * (window == window.max())",
        equivalent="No two pixels are the same.",
    ),
)

TIED = "Any of the tied pixels may get the gradient, or all may share it."


def images(rng: np.random.Generator) -> np.ndarray:
    """Return images (3, 2, 8, 9); the first is darker, so that some of its maxima are negative."""
    x = rng.standard_normal((3, 2, 8, 9))
    x[0] -= 2
    return x


def overlapping_case(names: dict[str, Any], rng: np.random.Generator, version: str = "naive") -> Case:
    """Return windows of 3×4 with stride 2, so that out is (3, 2, 3, 3)."""
    return of(images(rng), names, rng, version)


def tied_case(names: dict[str, Any], rng: np.random.Generator, version: str = "naive") -> Case:
    """Return the same with ties for the maximum of a window, inside and outside of overlaps."""
    x = images(rng)
    # Tied pairs side by side, one above the other, and far apart in the first window.
    x[0, 0, 2, 2] = x[0, 0, 2, 3] = x[0, 1, 4, 6] = x[0, 1, 5, 6] = x[1, 1, 0, 0] = x[1, 1, 1, 3] = 4.0
    return of(x, names, rng, version)


def of(x: np.ndarray, names: dict[str, Any], rng: np.random.Generator, version: str) -> Case:
    """Return the case of pooling x."""
    return layer_case(
        names[f"max_pool_forward_{version}"],
        names[f"max_pool_backward_{version}"],
        {"x": x},
        rng,
        {"stride": 2},
        pool_param={"pool_height": 3, "pool_width": 4, "stride": 2},
    )


SUBJECTS = (
    Subject("max_pool_backward_naive", POOL, overlapping_case, FAULTS),
    # Exact kinks. A mask gives each of the tied pixels the full gradient, which no convention does.
    Subject(
        "max_pool_backward_naive with ties",
        POOL,
        tied_case,
        but(
            FAULTS,
            equivalent={
                "The last of the largest is taken.": TIED,
                "The largest share the gradient.": TIED,
            },
            without=["A mask instead of a position."],
        ),
        kinks=True,
    ),
)
