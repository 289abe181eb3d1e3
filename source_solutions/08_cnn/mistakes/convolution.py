"""Wrong solutions that people really write for 08_cnn/convolution, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("conv_forward_naive")
def forward_no_bias(x, w, b, conv_param):
    """The bias is not added.

    Each filter has its own bias, which is added to all of its outputs.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride))
    for n, f, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = padded[n, :, top : top + HH, left : left + WW]
        out[n, f, i, j] = np.sum(window * w[f])
    return out, (x, w, b, conv_param)


@mistake("conv_forward_naive")
def forward_bias_in_the_sum(x, w, b, conv_param):
    """The bias is added to every product.

    Add it after the sum, once per output: np.sum(window * w[f]) + b[f].
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride))
    for n, f, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = padded[n, :, top : top + HH, left : left + WW]
        out[n, f, i, j] = np.sum(window * w[f] + b[f])
    return out, (x, w, b, conv_param)


@mistake("conv_forward_naive")
def forward_turned(x, w, b, conv_param):
    """The filter is flipped.

    That is what mathematicians call a convolution. Networks do not flip the filter.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride))
    for n, f, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = padded[n, :, top : top + HH, left : left + WW]
        out[n, f, i, j] = np.sum(window * w[f, :, ::-1, ::-1]) + b[f]
    return out, (x, w, b, conv_param)


@mistake("conv_forward_naive")
def forward_no_padding(x, w, b, conv_param):
    """The image is not padded.

    Add pad zeros on each side before you cut out windows.
    """
    stride, pad = conv_param["stride"], 0
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride))
    for n, f, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = padded[n, :, top : top + HH, left : left + WW]
        out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, w, b, conv_param)


@mistake("conv_forward_naive")
def forward_padding_one(x, w, b, conv_param):
    """A padding of 1 is hard-coded.

    conv_param says how large it is; it may be 0, or 2.
    """
    stride, pad = conv_param["stride"], 1
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride))
    for n, f, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = padded[n, :, top : top + HH, left : left + WW]
        out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, w, b, conv_param)


@mistake("conv_forward_naive")
def forward_edge(x, w, b, conv_param):
    """The border repeats the image's edge.

    The border consists of zeros, the default of np.pad.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge")
    out = np.zeros((N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride))
    for n, f, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = padded[n, :, top : top + HH, left : left + WW]
        out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, w, b, conv_param)


@mistake("conv_forward_naive")
def forward_no_stride(x, w, b, conv_param):
    """The stride is ignored.

    The window of output row i begins at row i * stride.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride))
    for n, f, i, j in np.ndindex(out.shape):
        top, left = i, j
        window = padded[n, :, top : top + HH, left : left + WW]
        out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, w, b, conv_param)


@mistake("conv_forward_naive")
def forward_stride_down_only(x, w, b, conv_param):
    """The stride is used in one direction only.

    Both rows and columns advance by stride.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride))
    for n, f, i, j in np.ndindex(out.shape):
        top, left = i * stride, j
        window = padded[n, :, top : top + HH, left : left + WW]
        out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, w, b, conv_param)


@mistake("conv_forward_naive")
def forward_square_kernel(x, w, b, conv_param):
    """The filter is assumed to be square.

    Its height HH and its width WW may differ: compute the rows from HH, the columns from WW.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, 1 + (H + 2 * pad - WW) // stride, 1 + (W + 2 * pad - WW) // stride))
    for n, f, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = padded[n, :, top : top + HH, left : left + WW]
        out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, w, b, conv_param)


@mistake("conv_forward_naive")
def forward_first_filter(x, w, b, conv_param):
    """The first filter is used for all.

    Output channel f comes from w[f].
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride))
    for n, f, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = padded[n, :, top : top + HH, left : left + WW]
        out[n, f, i, j] = np.sum(window * w[0]) + b[f]
    return out, (x, w, b, conv_param)


@mistake("conv_forward_naive")
def forward_first_channel(x, w, b, conv_param):
    """Only the first channel is used.

    A filter has a weight for every channel, and sums over all of them.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride))
    for n, f, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = padded[n, :, top : top + HH, left : left + WW]
        out[n, f, i, j] = np.sum(window[0] * w[f, 0]) + b[f]
    return out, (x, w, b, conv_param)


@mistake("conv_forward_naive")
def forward_first_image(x, w, b, conv_param):
    """The first image is used for all.

    Output n comes from image n.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride))
    for n, f, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = padded[0, :, top : top + HH, left : left + WW]
        out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, w, b, conv_param)


@mistake("conv_forward_naive")
def forward_mean(x, w, b, conv_param):
    """A mean is taken instead of the sum.

    A convolution is a sum of products. Its weights decide whether that is an average.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride))
    for n, f, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = padded[n, :, top : top + HH, left : left + WW]
        out[n, f, i, j] = np.mean(window * w[f]) + b[f]
    return out, (x, w, b, conv_param)


@mistake("conv_backward_naive")
def backward_dx_assigned(dout, cache):
    """dx is assigned, not added, where windows overlap.

    A pixel that several windows cover gets a gradient from each: +=.
    """
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    H, W = x.shape[2:]
    HH, WW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left, upstream = i * stride, j * stride, dout[n, f, i, j]
        dw[f] += upstream * padded[n, :, top : top + HH, left : left + WW]
        dpadded[n, :, top : top + HH, left : left + WW] = upstream * w[f]
        db[f] += upstream
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, db


@mistake("conv_backward_naive")
def backward_dw_assigned(dout, cache):
    """dw is assigned, not added.

    A filter is used at every place of every image, and gets a gradient from each: +=.
    """
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    H, W = x.shape[2:]
    HH, WW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left, upstream = i * stride, j * stride, dout[n, f, i, j]
        dw[f] = upstream * padded[n, :, top : top + HH, left : left + WW]
        dpadded[n, :, top : top + HH, left : left + WW] += upstream * w[f]
        db[f] += upstream
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, db


@mistake("conv_backward_naive")
def backward_crop_from_the_end(dout, cache):
    """The border is cut off with [pad:-pad].

    For pad = 0 that is [0:0], which is empty. Say where it ends: [pad : pad + H].
    """
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    H, W = x.shape[2:]
    HH, WW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left, upstream = i * stride, j * stride, dout[n, f, i, j]
        dw[f] += upstream * padded[n, :, top : top + HH, left : left + WW]
        dpadded[n, :, top : top + HH, left : left + WW] += upstream * w[f]
        db[f] += upstream
    return dpadded[:, :, pad:-pad, pad:-pad], dw, db


@mistake("conv_backward_naive")
def backward_padding_one(dout, cache):
    """A padding of 1 is hard-coded in the backward pass.

    Take pad from conv_param: it may be 0, or 2.
    """
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], 1
    H, W = x.shape[2:]
    HH, WW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left, upstream = i * stride, j * stride, dout[n, f, i, j]
        dw[f] += upstream * padded[n, :, top : top + HH, left : left + WW]
        dpadded[n, :, top : top + HH, left : left + WW] += upstream * w[f]
        db[f] += upstream
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, db


@mistake("conv_backward_naive")
def backward_crop_one(dout, cache):
    """One row and column of the border are cut off, whatever pad is.

    The border has pad rows and columns on each side.
    """
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    H, W = x.shape[2:]
    HH, WW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left, upstream = i * stride, j * stride, dout[n, f, i, j]
        dw[f] += upstream * padded[n, :, top : top + HH, left : left + WW]
        dpadded[n, :, top : top + HH, left : left + WW] += upstream * w[f]
        db[f] += upstream
    return dpadded[:, :, 1:-1, 1:-1], dw, db


@mistake("conv_backward_naive")
def backward_crop_one_side(dout, cache):
    """The border is cut off on one side only.

    The image lies in the middle: it begins at row and column pad.
    """
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    H, W = x.shape[2:]
    HH, WW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left, upstream = i * stride, j * stride, dout[n, f, i, j]
        dw[f] += upstream * padded[n, :, top : top + HH, left : left + WW]
        dpadded[n, :, top : top + HH, left : left + WW] += upstream * w[f]
        db[f] += upstream
    return dpadded[:, :, :H, :W], dw, db


@mistake("conv_backward_naive")
def backward_border_kept(dout, cache):
    """The border is not cut off.

    dx has the shape of x. The gradient of the padding belongs to no pixel.
    """
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    H, W = x.shape[2:]
    HH, WW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left, upstream = i * stride, j * stride, dout[n, f, i, j]
        dw[f] += upstream * padded[n, :, top : top + HH, left : left + WW]
        dpadded[n, :, top : top + HH, left : left + WW] += upstream * w[f]
        db[f] += upstream
    return dpadded, dw, db


@mistake("conv_backward_naive")
def backward_no_stride(dout, cache):
    """The stride is ignored in the backward pass.

    Use the same windows as the forward pass.
    """
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    H, W = x.shape[2:]
    HH, WW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left, upstream = i, j, dout[n, f, i, j]
        dw[f] += upstream * padded[n, :, top : top + HH, left : left + WW]
        dpadded[n, :, top : top + HH, left : left + WW] += upstream * w[f]
        db[f] += upstream
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, db


@mistake("conv_backward_naive")
def backward_square_kernel(dout, cache):
    """The filter is assumed to be square in the backward pass.

    A window has HH rows and WW columns.
    """
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    H, W = x.shape[2:]
    HH, WW = w.shape[2:]
    side = min(HH, WW)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left, upstream = i * stride, j * stride, dout[n, f, i, j]
        dw[f, :, :side, :side] += upstream * padded[n, :, top : top + side, left : left + side]
        dpadded[n, :, top : top + side, left : left + side] += upstream * w[f, :, :side, :side]
        db[f] += upstream
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, db


@mistake("conv_backward_naive")
def backward_turned(dout, cache):
    """The filter is flipped in the backward pass.

    It is flipped only in the formula for the whole image. Window by window, use it as in the forward pass.
    """
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    H, W = x.shape[2:]
    HH, WW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left, upstream = i * stride, j * stride, dout[n, f, i, j]
        dw[f] += upstream * padded[n, :, top : top + HH, left : left + WW]
        dpadded[n, :, top : top + HH, left : left + WW] += upstream * w[f, :, ::-1, ::-1]
        db[f] += upstream
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, db


@mistake("conv_backward_naive")
def backward_db_mean(dout, cache):
    """db is a mean.

    b was added at every place of every image. What was broadcast forward is summed backward.
    """
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    H, W = x.shape[2:]
    HH, WW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left, upstream = i * stride, j * stride, dout[n, f, i, j]
        dw[f] += upstream * padded[n, :, top : top + HH, left : left + WW]
        dpadded[n, :, top : top + HH, left : left + WW] += upstream * w[f]
        db[f] += upstream
    db /= dout[:, 0].size
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, db


@mistake("conv_backward_naive")
def backward_db_one_image(dout, cache):
    """db is computed from the first image only.

    b was added for every image: sum over all axes but that of the filters.
    """
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    H, W = x.shape[2:]
    HH, WW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left, upstream = i * stride, j * stride, dout[n, f, i, j]
        dw[f] += upstream * padded[n, :, top : top + HH, left : left + WW]
        dpadded[n, :, top : top + HH, left : left + WW] += upstream * w[f]
    db = dout[0].sum(axis=(1, 2))
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, db


@mistake("conv_backward_naive")
def backward_dw_over_n(dout, cache):
    """dw is divided by the number of images.

    The loss has already divided by it, and dout comes from the loss.
    """
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    H, W = x.shape[2:]
    HH, WW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left, upstream = i * stride, j * stride, dout[n, f, i, j]
        dw[f] += upstream * padded[n, :, top : top + HH, left : left + WW]
        dpadded[n, :, top : top + HH, left : left + WW] += upstream * w[f]
        db[f] += upstream
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw / len(x), db


@mistake("conv_backward_naive")
def backward_last_filter(dout, cache):
    """dx holds the last filter's gradient only.

    Every filter uses the image, so each adds its gradient.
    """
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    H, W = x.shape[2:]
    HH, WW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left, upstream = i * stride, j * stride, dout[n, f, i, j]
        dw[f] += upstream * padded[n, :, top : top + HH, left : left + WW]
        dpadded[n, :, top : top + HH, left : left + WW] += upstream * w[f] * (f == len(w) - 1)
        db[f] += upstream
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, db


@mistake("max_pool_forward_naive")
def pool_two_by_two(x, pool_param):
    """Windows of 2×2 are hard-coded.

    Take their height and width from pool_param.
    """
    height, width, stride = 2, 2, pool_param["stride"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, 1 + (H - height) // stride, 1 + (W - width) // stride))
    for n, c, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, c, i, j] = np.max(x[n, c, top : top + height, left : left + width])
    return out, (x, pool_param)


@mistake("max_pool_forward_naive")
def pool_square(x, pool_param):
    """The windows are assumed to be square.

    Their height and their width may differ.
    """
    height, width, stride = pool_param["pool_height"], pool_param["pool_height"], pool_param["stride"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, 1 + (H - height) // stride, 1 + (W - width) // stride))
    for n, c, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, c, i, j] = np.max(x[n, c, top : top + height, left : left + width])
    return out, (x, pool_param)


@mistake("max_pool_forward_naive")
def pool_stride_is_height(x, pool_param):
    """The windows lie side by side, whatever the stride is.

    stride is the distance from one window to the next. If it is less than the window's size, they overlap.
    """
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["pool_height"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, 1 + (H - height) // stride, 1 + (W - width) // stride))
    for n, c, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, c, i, j] = np.max(x[n, c, top : top + height, left : left + width])
    return out, (x, pool_param)


@mistake("max_pool_forward_naive")
def pool_no_stride(x, pool_param):
    """The windows begin at row i and column j, not at i * stride and j * stride.

    The windows of output row i begin at row i * stride.
    """
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, 1 + (H - height) // stride, 1 + (W - width) // stride))
    for n, c, i, j in np.ndindex(out.shape):
        top, left = i, j
        out[n, c, i, j] = np.max(x[n, c, top : top + height, left : left + width])
    return out, (x, pool_param)


@mistake("max_pool_forward_naive")
def pool_from_zero(x, pool_param):
    """The maximum is never below 0.

    A window of negative numbers has a negative maximum: do not start from 0.
    """
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, 1 + (H - height) // stride, 1 + (W - width) // stride))
    for n, c, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, c, i, j] = max(0, np.max(x[n, c, top : top + height, left : left + width]))
    return out, (x, pool_param)


@mistake("max_pool_forward_naive")
def pool_mean(x, pool_param):
    """The mean is taken instead of the maximum.

    That is average pooling, which exists too.
    """
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, 1 + (H - height) // stride, 1 + (W - width) // stride))
    for n, c, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, c, i, j] = np.mean(x[n, c, top : top + height, left : left + width])
    return out, (x, pool_param)


@mistake("max_pool_forward_naive")
def pool_absolute(x, pool_param):
    """The largest absolute value is taken.

    A maximum respects signs: of 1 and −2 it is 1.
    """
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, 1 + (H - height) // stride, 1 + (W - width) // stride))
    for n, c, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + height, left : left + width].ravel()
        out[n, c, i, j] = window[np.argmax(np.abs(window))]
    return out, (x, pool_param)


@mistake("max_pool_forward_naive")
def pool_over_channels(x, pool_param):
    """The maximum is taken over the channels too.

    Pooling treats each channel by itself: cut out the window of channel c only.
    """
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, 1 + (H - height) // stride, 1 + (W - width) // stride))
    for n, c, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, c, i, j] = np.max(x[n, :, top : top + height, left : left + width])
    return out, (x, pool_param)


@mistake("max_pool_backward_naive")
def unpool_assigned(dout, cache):
    """The gradient is assigned, not added, where windows overlap.

    A pixel that is the largest of several windows gets the gradient of each: +=.
    """
    x, pool_param = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        best = np.argmax(x[n, c, top : top + height, left : left + width])
        dx[n, c, top + best // width, left + best % width] = dout[n, c, i, j]
    return dx


@mistake("max_pool_backward_naive")
def unpool_everywhere(dout, cache):
    """The whole window gets the gradient.

    Only the largest pixel has an influence on the output.
    """
    x, pool_param = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        best = np.argmax(x[n, c, top : top + height, left : left + width])
        dx[n, c, top : top + height, left : left + width] += dout[n, c, i, j]
    return dx


@mistake("max_pool_backward_naive")
def unpool_spread(dout, cache):
    """The gradient is spread evenly over the window.

    That is correct for average pooling. Here only the largest pixel gets the gradient.
    """
    x, pool_param = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        best = np.argmax(x[n, c, top : top + height, left : left + width])
        dx[n, c, top : top + height, left : left + width] += dout[n, c, i, j] / (height * width)
    return dx


@mistake("max_pool_backward_naive")
def unpool_mask_of_ties(dout, cache):
    """Each of several largest pixels gets the whole gradient.

    Then their sum is larger than the upstream gradient. One of them gets it, or they share it.
    """
    x, pool_param = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + height, left : left + width]
        mask = window == np.max(window)
        dx[n, c, top : top + height, left : left + width] += dout[n, c, i, j] * mask
    return dx


@mistake("max_pool_backward_naive")
def unpool_two_by_two(dout, cache):
    """Windows of 2×2 are hard-coded in the backward pass.

    Take their height and width from pool_param.
    """
    x, pool_param = cache
    height, width, stride = 2, 2, pool_param["stride"]
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        best = np.argmax(x[n, c, top : top + height, left : left + width])
        dx[n, c, top + best // width, left + best % width] += dout[n, c, i, j]
    return dx


@mistake("max_pool_backward_naive")
def unpool_by_height(dout, cache):
    """The position in the window is computed with its height.

    argmax counts row by row, and a row has as many places as the width: divide by the width.
    """
    x, pool_param = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        best = np.argmax(x[n, c, top : top + height, left : left + width])
        dx[n, c, top + best // height, left + best % height] += dout[n, c, i, j]
    return dx


@mistake("max_pool_backward_naive")
def unpool_no_stride(dout, cache):
    """The stride is ignored in the backward pass.

    Use the same windows as the forward pass: they begin at i * stride and j * stride.
    """
    x, pool_param = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i, j
        best = np.argmax(x[n, c, top : top + height, left : left + width])
        dx[n, c, top + best // width, left + best % width] += dout[n, c, i, j]
    return dx


@mistake("max_pool_backward_naive")
def unpool_the_maximum(dout, cache):
    """The maximum itself is passed back, not the gradient.

    Pass the upstream gradient back, to the place of the maximum.
    """
    x, pool_param = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        best = np.argmax(x[n, c, top : top + height, left : left + width])
        dx[n, c, top + best // width, left + best % width] += np.max(
            x[n, c, top : top + height, left : left + width]
        )
    return dx


@mistake("max_pool_backward_naive")
def unpool_corner(dout, cache):
    """The top left pixel of each window gets the gradient.

    The largest pixel gets it: np.argmax finds the place.
    """
    x, pool_param = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        dx[n, c, top, left] += dout[n, c, i, j]
    return dx


@mistake("im2col")
def im2col_rows(x, field_height, field_width, padding=1, stride=1):
    """Windows are rows, not columns.

    Then the shapes of the product with the filters do not match. Transpose.
    """
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    view = np.lib.stride_tricks.sliding_window_view(padded, (field_height, field_width), axis=(2, 3))
    windows = view[:, :, ::stride, ::stride].transpose(1, 4, 5, 0, 2, 3)
    return windows.reshape(x.shape[1] * field_height * field_width, -1).T


@mistake("im2col")
def im2col_images_last(x, field_height, field_width, padding=1, stride=1):
    """The columns come place by place, not image by image.

    Within the columns the order is N, H_out, W_out: transpose before you reshape.
    """
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    view = np.lib.stride_tricks.sliding_window_view(padded, (field_height, field_width), axis=(2, 3))
    windows = view[:, :, ::stride, ::stride].transpose(1, 4, 5, 2, 3, 0)
    return windows.reshape(x.shape[1] * field_height * field_width, -1)


@mistake("im2col")
def im2col_channels_last(x, field_height, field_width, padding=1, stride=1):
    """The channels come last within a column.

    w.reshape(F, -1) goes channel by channel, and so must a column.
    """
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    view = np.lib.stride_tricks.sliding_window_view(padded, (field_height, field_width), axis=(2, 3))
    windows = view[:, :, ::stride, ::stride].transpose(4, 5, 1, 0, 2, 3)
    return windows.reshape(x.shape[1] * field_height * field_width, -1)


@mistake("im2col")
def im2col_columns_first(x, field_height, field_width, padding=1, stride=1):
    """A window is flattened column by column.

    w.reshape(F, -1) goes row by row, and so must a window.
    """
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    view = np.lib.stride_tricks.sliding_window_view(padded, (field_height, field_width), axis=(2, 3))
    windows = view[:, :, ::stride, ::stride].transpose(1, 5, 4, 0, 2, 3)
    return windows.reshape(x.shape[1] * field_height * field_width, -1)


@mistake("im2col")
def im2col_places_columns_first(x, field_height, field_width, padding=1, stride=1):
    """The windows come column by column of the image.

    The output is filled row by row: H_out comes before W_out.
    """
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    view = np.lib.stride_tricks.sliding_window_view(padded, (field_height, field_width), axis=(2, 3))
    windows = view[:, :, ::stride, ::stride].transpose(1, 4, 5, 0, 3, 2)
    return windows.reshape(x.shape[1] * field_height * field_width, -1)


@mistake("im2col")
def im2col_not_transposed(x, field_height, field_width, padding=1, stride=1):
    """The axes are reshaped without a transpose.

    reshape keeps the numbers in their order. The window's axes must come first.
    """
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    view = np.lib.stride_tricks.sliding_window_view(padded, (field_height, field_width), axis=(2, 3))
    windows = view[:, :, ::stride, ::stride]
    return windows.reshape(x.shape[1] * field_height * field_width, -1)


@mistake("im2col")
def im2col_no_stride(x, field_height, field_width, padding=1, stride=1):
    """The stride is ignored by im2col.

    Take every stride-th window, down and across.
    """
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    view = np.lib.stride_tricks.sliding_window_view(padded, (field_height, field_width), axis=(2, 3))
    windows = view.transpose(1, 4, 5, 0, 2, 3)
    return windows.reshape(x.shape[1] * field_height * field_width, -1)


@mistake("im2col")
def im2col_no_padding(x, field_height, field_width, padding=1, stride=1):
    """The images are not padded by im2col.

    First add `padding` rows and columns of zeros on each side of every image.
    """
    padded = np.pad(x, ((0, 0), (0, 0), (0, 0), (0, 0)))
    view = np.lib.stride_tricks.sliding_window_view(padded, (field_height, field_width), axis=(2, 3))
    windows = view[:, :, ::stride, ::stride].transpose(1, 4, 5, 0, 2, 3)
    return windows.reshape(x.shape[1] * field_height * field_width, -1)


@mistake("col2im")
def col2im_assigned(cols, x_shape, field_height, field_width, padding=1, stride=1):
    """Columns are assigned, not added, where windows overlap.

    col2im is the backward pass of im2col: a pixel that was copied several times gets the sum.
    """
    N, C, H, W = x_shape
    rows = 1 + (H + 2 * padding - field_height) // stride
    columns = 1 + (W + 2 * padding - field_width) // stride
    windows = cols.reshape(C, field_height, field_width, N, rows, columns)
    padded = np.zeros((C, N, H + 2 * padding, W + 2 * padding), cols.dtype)
    for i, j in np.ndindex(field_height, field_width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        padded[:, :, down, across] = windows[:, i, j]
    return padded[:, :, padding : padding + H, padding : padding + W].transpose(1, 0, 2, 3)


@mistake("col2im")
def col2im_averaged(cols, x_shape, field_height, field_width, padding=1, stride=1):
    """Overlapping windows are averaged.

    That would be the inverse of im2col. Its backward pass is the sum.
    """
    N, C, H, W = x_shape
    rows = 1 + (H + 2 * padding - field_height) // stride
    columns = 1 + (W + 2 * padding - field_width) // stride
    windows = cols.reshape(C, field_height, field_width, N, rows, columns)
    padded = np.zeros((C, N, H + 2 * padding, W + 2 * padding), cols.dtype)
    counts = np.zeros(padded.shape)
    for i, j in np.ndindex(field_height, field_width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        padded[:, :, down, across] += windows[:, i, j]
        counts[:, :, down, across] += 1
    padded /= np.maximum(counts, 1)
    return padded[:, :, padding : padding + H, padding : padding + W].transpose(1, 0, 2, 3)


@mistake("col2im")
def col2im_crop_from_the_end(cols, x_shape, field_height, field_width, padding=1, stride=1):
    """The border is cut off with [padding:-padding].

    For a padding of 0 that is [0:0], which is empty. Say where it ends: [padding : padding + H].
    """
    N, C, H, W = x_shape
    rows = 1 + (H + 2 * padding - field_height) // stride
    columns = 1 + (W + 2 * padding - field_width) // stride
    windows = cols.reshape(C, field_height, field_width, N, rows, columns)
    padded = np.zeros((C, N, H + 2 * padding, W + 2 * padding), cols.dtype)
    for i, j in np.ndindex(field_height, field_width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        padded[:, :, down, across] += windows[:, i, j]
    return padded[:, :, padding:-padding, padding:-padding].transpose(1, 0, 2, 3)


@mistake("col2im")
def col2im_crop_one_side(cols, x_shape, field_height, field_width, padding=1, stride=1):
    """The padding is cut off on one side only.

    The images lie in the middle: they begin at row and column padding.
    """
    N, C, H, W = x_shape
    rows = 1 + (H + 2 * padding - field_height) // stride
    columns = 1 + (W + 2 * padding - field_width) // stride
    windows = cols.reshape(C, field_height, field_width, N, rows, columns)
    padded = np.zeros((C, N, H + 2 * padding, W + 2 * padding), cols.dtype)
    for i, j in np.ndindex(field_height, field_width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        padded[:, :, down, across] += windows[:, i, j]
    return padded[:, :, :H, :W].transpose(1, 0, 2, 3)


@mistake("col2im")
def col2im_no_stride(cols, x_shape, field_height, field_width, padding=1, stride=1):
    """The stride is ignored by col2im.

    Row i of all windows goes to the image's rows i, i + stride, i + 2 * stride, …
    """
    N, C, H, W = x_shape
    rows = 1 + (H + 2 * padding - field_height) // stride
    columns = 1 + (W + 2 * padding - field_width) // stride
    windows = cols.reshape(C, field_height, field_width, N, rows, columns)
    padded = np.zeros((C, N, H + 2 * padding, W + 2 * padding), cols.dtype)
    for i, j in np.ndindex(field_height, field_width):
        down, across = slice(i, i + rows), slice(j, j + columns)
        padded[:, :, down, across] += windows[:, i, j]
    return padded[:, :, padding : padding + H, padding : padding + W].transpose(1, 0, 2, 3)


@mistake("col2im")
def col2im_images_last(cols, x_shape, field_height, field_width, padding=1, stride=1):
    """The columns are read place by place, not image by image.

    im2col has them in the order N, H_out, W_out.
    """
    N, C, H, W = x_shape
    rows = 1 + (H + 2 * padding - field_height) // stride
    columns = 1 + (W + 2 * padding - field_width) // stride
    windows = cols.reshape(C, field_height, field_width, rows, columns, N).transpose(0, 1, 2, 5, 3, 4)
    padded = np.zeros((C, N, H + 2 * padding, W + 2 * padding), cols.dtype)
    for i, j in np.ndindex(field_height, field_width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        padded[:, :, down, across] += windows[:, i, j]
    return padded[:, :, padding : padding + H, padding : padding + W].transpose(1, 0, 2, 3)


@mistake("col2im")
def col2im_channels_last(cols, x_shape, field_height, field_width, padding=1, stride=1):
    """The rows of cols are read with the channels last.

    im2col has them in the order C, HH, WW.
    """
    N, C, H, W = x_shape
    rows = 1 + (H + 2 * padding - field_height) // stride
    columns = 1 + (W + 2 * padding - field_width) // stride
    windows = cols.reshape(field_height, field_width, C, N, rows, columns).transpose(2, 0, 1, 3, 4, 5)
    padded = np.zeros((C, N, H + 2 * padding, W + 2 * padding), cols.dtype)
    for i, j in np.ndindex(field_height, field_width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        padded[:, :, down, across] += windows[:, i, j]
    return padded[:, :, padding : padding + H, padding : padding + W].transpose(1, 0, 2, 3)


@mistake("col2im")
def col2im_reshaped_at_the_end(cols, x_shape, field_height, field_width, padding=1, stride=1):
    """Images and channels are exchanged by reshape.

    reshape does not exchange axes: transpose does.
    """
    N, C, H, W = x_shape
    rows = 1 + (H + 2 * padding - field_height) // stride
    columns = 1 + (W + 2 * padding - field_width) // stride
    windows = cols.reshape(C, field_height, field_width, N, rows, columns)
    padded = np.zeros((C, N, H + 2 * padding, W + 2 * padding), cols.dtype)
    for i, j in np.ndindex(field_height, field_width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        padded[:, :, down, across] += windows[:, i, j]
    return padded[:, :, padding : padding + H, padding : padding + W].reshape(x_shape)


@mistake("conv_forward_fast")
def fast_no_bias(x, w, b, conv_param):
    """The bias is not added.

    b[:, None] is a column: one number per filter, for all places.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    cols = im2col(x, HH, WW, pad, stride)
    out = w.reshape(F, -1) @ cols
    out = out.reshape(F, N, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride)
    return out.transpose(1, 0, 2, 3), (x, w, b, conv_param, cols)


@mistake("conv_forward_fast")
def fast_not_transposed(x, w, b, conv_param):
    """Filters and images are exchanged by reshape.

    A row of the product holds one filter's outputs for all images: reshape to (F, N, H_out, W_out), then
    transpose.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    cols = im2col(x, HH, WW, pad, stride)
    out = w.reshape(F, -1) @ cols + b[:, None]
    out = out.reshape(N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride)
    return out, (x, w, b, conv_param, cols)


@mistake("conv_forward_fast")
def fast_first_bias(x, w, b, conv_param):
    """The first filter's bias is added to all.

    b[:, None] is a column: each row of the product gets its own bias.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    cols = im2col(x, HH, WW, pad, stride)
    out = w.reshape(F, -1) @ cols + b[0]
    out = out.reshape(F, N, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride)
    return out.transpose(1, 0, 2, 3), (x, w, b, conv_param, cols)


@mistake("conv_forward_fast")
def fast_filters_first(x, w, b, conv_param):
    """The output has its filters first.

    The product has one row per filter. The images must come first: transpose the two axes.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    cols = im2col(x, HH, WW, pad, stride)
    out = w.reshape(F, -1) @ cols + b[:, None]
    out = out.reshape(F, N, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride)
    return out, (x, w, b, conv_param, cols)


@mistake("conv_forward_fast")
def fast_filters_transposed(x, w, b, conv_param):
    """The filters are flattened column by column.

    im2col flattens a window row by row, so flatten the filters row by row too: w.reshape(F, -1).
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    cols = im2col(x, HH, WW, pad, stride)
    out = w.swapaxes(2, 3).reshape(F, -1) @ cols + b[:, None]
    out = out.reshape(F, N, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride)
    return out.transpose(1, 0, 2, 3), (x, w, b, conv_param, cols)


@mistake("conv_forward_fast")
def fast_turned(x, w, b, conv_param):
    """The filter is flipped in the product.

    Networks do not flip the filter.
    """
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    cols = im2col(x, HH, WW, pad, stride)
    out = w[:, :, ::-1, ::-1].reshape(F, -1) @ cols + b[:, None]
    out = out.reshape(F, N, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride)
    return out.transpose(1, 0, 2, 3), (x, w, b, conv_param, cols)


@mistake("conv_forward_fast")
def fast_padding_default(x, w, b, conv_param):
    """The padding and the stride of im2col are its defaults.

    Pass both on: im2col(x, HH, WW, pad, stride).
    """
    stride, pad = 1, 1
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    cols = im2col(x, HH, WW)
    out = w.reshape(F, -1) @ cols + b[:, None]
    out = out.reshape(F, N, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride)
    return out.transpose(1, 0, 2, 3), (x, w, b, conv_param, cols)


@mistake("conv_backward_fast")
def fast_dout_not_transposed(dout, cache):
    """dout is reshaped without a transpose.

    Its first axis is that of the images. Bring the filters to the front first: dout.transpose(1, 0, 2, 3).
    """
    x, w, _, conv_param, cols = cache
    F, _, HH, WW = w.shape
    flat = dout.reshape(F, -1)
    dcols = w.reshape(F, -1).T @ flat
    dx = col2im(dcols, x.shape, HH, WW, conv_param["pad"], conv_param["stride"])
    return dx, (flat @ cols.T).reshape(w.shape), flat.sum(axis=1)


@mistake("conv_backward_fast")
def fast_dout_images_last(dout, cache):
    """The columns of dout come place by place, not image by image.

    im2col's columns are in the order N, H_out, W_out, and those of dout must be too.
    """
    x, w, _, conv_param, cols = cache
    F, _, HH, WW = w.shape
    flat = dout.transpose(1, 2, 3, 0).reshape(F, -1)
    dcols = w.reshape(F, -1).T @ flat
    dx = col2im(dcols, x.shape, HH, WW, conv_param["pad"], conv_param["stride"])
    return dx, (flat @ cols.T).reshape(w.shape), flat.sum(axis=1)


@mistake("conv_backward_fast")
def fast_dw_over_n(dout, cache):
    """dw is divided by the number of images.

    The loss has already divided by it, and dout comes from the loss.
    """
    x, w, _, conv_param, cols = cache
    F, _, HH, WW = w.shape
    flat = dout.transpose(1, 0, 2, 3).reshape(F, -1)
    dcols = w.reshape(F, -1).T @ flat
    dx = col2im(dcols, x.shape, HH, WW, conv_param["pad"], conv_param["stride"])
    return dx, (flat @ cols.T).reshape(w.shape) / len(x), flat.sum(axis=1)


@mistake("conv_backward_fast")
def fast_dw_transposed(dout, cache):
    """The product for dw is transposed.

    cols @ flat.T has one column per filter, which reshape mixes up. flat @ cols.T has one row per filter.
    """
    x, w, _, conv_param, cols = cache
    F, _, HH, WW = w.shape
    flat = dout.transpose(1, 0, 2, 3).reshape(F, -1)
    dcols = w.reshape(F, -1).T @ flat
    dx = col2im(dcols, x.shape, HH, WW, conv_param["pad"], conv_param["stride"])
    return dx, (cols @ flat.T).reshape(w.shape), flat.sum(axis=1)


@mistake("conv_backward_fast")
def fast_dw_last_images(dout, cache):
    """dw is computed from the first image only.

    A filter is used on every image: use all columns.
    """
    x, w, _, conv_param, cols = cache
    F, _, HH, WW = w.shape
    flat = dout.transpose(1, 0, 2, 3).reshape(F, -1)
    dcols = w.reshape(F, -1).T @ flat
    dx = col2im(dcols, x.shape, HH, WW, conv_param["pad"], conv_param["stride"])
    return (
        dx,
        (flat[:, : flat.shape[1] // len(x)] @ cols[:, : flat.shape[1] // len(x)].T).reshape(w.shape),
        flat.sum(axis=1),
    )


@mistake("conv_backward_fast")
def fast_db_mean(dout, cache):
    """db is a mean.

    What was broadcast forward is summed backward.
    """
    x, w, _, conv_param, cols = cache
    F, _, HH, WW = w.shape
    flat = dout.transpose(1, 0, 2, 3).reshape(F, -1)
    dcols = w.reshape(F, -1).T @ flat
    dx = col2im(dcols, x.shape, HH, WW, conv_param["pad"], conv_param["stride"])
    return dx, (flat @ cols.T).reshape(w.shape), flat.mean(axis=1)


@mistake("conv_backward_fast")
def fast_dx_turned(dout, cache):
    """The filter is flipped in the backward pass.

    Multiply by the filter as it is; col2im does the rest.
    """
    x, w, _, conv_param, cols = cache
    F, _, HH, WW = w.shape
    flat = dout.transpose(1, 0, 2, 3).reshape(F, -1)
    dcols = w[:, :, ::-1, ::-1].reshape(F, -1).T @ flat
    dx = col2im(dcols, x.shape, HH, WW, conv_param["pad"], conv_param["stride"])
    return dx, (flat @ cols.T).reshape(w.shape), flat.sum(axis=1)


@mistake("conv_backward_fast")
def fast_dx_without_filters(dout, cache):
    """dx is dout spread over the windows, without the filters.

    The local derivative of an output with respect to a pixel is the weight on that pixel.
    """
    x, w, _, conv_param, cols = cache
    F, _, HH, WW = w.shape
    flat = dout.transpose(1, 0, 2, 3).reshape(F, -1)
    dcols = np.ones_like(w).reshape(F, -1).T @ flat
    dx = col2im(dcols, x.shape, HH, WW, conv_param["pad"], conv_param["stride"])
    return dx, (flat @ cols.T).reshape(w.shape), flat.sum(axis=1)


@mistake("max_pool_forward_fast")
def fast_pool_side_by_side(x, pool_param):
    """The windows lie side by side, whatever the stride is.

    Cutting the image into tiles is fast, but correct only if the stride is the window's size.
    """
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["pool_height"]
    rows, columns = 1 + (x.shape[2] - height) // stride, 1 + (x.shape[3] - width) // stride
    out = x[:, :, : stride * rows : stride, : stride * columns : stride].copy()
    for i, j in np.ndindex(height, width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        np.maximum(out, x[:, :, down, across], out=out)
    return out, (x, pool_param, out)


@mistake("max_pool_forward_fast")
def fast_pool_square(x, pool_param):
    """The windows are assumed to be square.

    Their height and their width may differ.
    """
    height, width, stride = pool_param["pool_height"], pool_param["pool_height"], pool_param["stride"]
    rows, columns = 1 + (x.shape[2] - height) // stride, 1 + (x.shape[3] - width) // stride
    out = x[:, :, : stride * rows : stride, : stride * columns : stride].copy()
    for i, j in np.ndindex(height, width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        np.maximum(out, x[:, :, down, across], out=out)
    return out, (x, pool_param, out)


@mistake("max_pool_forward_fast")
def fast_pool_two_by_two(x, pool_param):
    """Windows of 2×2 are hard-coded.

    Take their height and width from pool_param.
    """
    height, width, stride = 2, 2, pool_param["stride"]
    rows, columns = 1 + (x.shape[2] - height) // stride, 1 + (x.shape[3] - width) // stride
    out = x[:, :, : stride * rows : stride, : stride * columns : stride].copy()
    for i, j in np.ndindex(height, width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        np.maximum(out, x[:, :, down, across], out=out)
    return out, (x, pool_param, out)


@mistake("max_pool_forward_fast")
def fast_pool_from_zero(x, pool_param):
    """The maximum is never below 0.

    A window of negative numbers has a negative maximum: start from the first pixel of each window, not from 0.
    """
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    rows, columns = 1 + (x.shape[2] - height) // stride, 1 + (x.shape[3] - width) // stride
    out = x[:, :, : stride * rows : stride, : stride * columns : stride] * 0
    for i, j in np.ndindex(height, width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        np.maximum(out, x[:, :, down, across], out=out)
    return out, (x, pool_param, out)


@mistake("max_pool_forward_fast")
def fast_pool_mean(x, pool_param):
    """The mean is taken instead of the maximum.

    That is average pooling, which exists too.
    """
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    rows, columns = 1 + (x.shape[2] - height) // stride, 1 + (x.shape[3] - width) // stride
    out = x[:, :, : stride * rows : stride, : stride * columns : stride].copy()
    for i, j in np.ndindex(height, width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        out += x[:, :, down, across] if i + j else 0
    out /= height * width
    return out, (x, pool_param, out)


@mistake("max_pool_backward_fast")
def fast_unpool_indexed_once(dout, cache):
    """dx[…] += adds once where windows overlap.

    With index arrays, += reads, adds and writes; an index that occurs twice is written twice, and keeps the
    last value. np.add.at adds every time.
    """
    x, pool_param, out = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros_like(x)
    view = np.lib.stride_tricks.sliding_window_view(x, (height, width), axis=(2, 3))
    best = view[:, :, ::stride, ::stride].reshape(*out.shape, height * width).argmax(axis=-1)
    n, c, i, j = np.indices(out.shape)
    dx[n, c, i * stride + best // width, j * stride + best % width] += dout
    return dx


@mistake("max_pool_backward_fast")
def fast_unpool_assigned(dout, cache):
    """The gradient is assigned, not added, where windows overlap.

    A pixel that is the largest of several windows gets the gradient of each: +=.
    """
    x, pool_param, out = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    rows, columns = out.shape[2:]
    dx, waiting = np.zeros_like(x), np.ones(out.shape, bool)
    for i, j in np.ndindex(height, width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        largest = waiting & (x[:, :, down, across] == out)
        dx[:, :, down, across] = np.where(largest, dout, dx[:, :, down, across])
        waiting ^= largest
    return dx


@mistake("max_pool_backward_fast")
def fast_unpool_mask_of_ties(dout, cache):
    """Each of several largest pixels gets the whole gradient.

    Then their sum is larger than the upstream gradient. One of them gets it, or they share it.
    """
    x, pool_param, out = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    rows, columns = out.shape[2:]
    dx = np.zeros_like(x)
    for i, j in np.ndindex(height, width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        largest = x[:, :, down, across] == out
        dx[:, :, down, across] += dout * largest
    return dx


@mistake("max_pool_backward_fast")
def fast_unpool_everywhere(dout, cache):
    """The whole window gets the gradient.

    Only the largest pixel has an influence on the output.
    """
    x, pool_param, out = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    rows, columns = out.shape[2:]
    dx = np.zeros_like(x)
    for i, j in np.ndindex(height, width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        dx[:, :, down, across] += dout
    return dx


@mistake("max_pool_backward_fast")
def fast_unpool_spread(dout, cache):
    """The gradient is spread evenly over the window.

    That is correct for average pooling. Here only the largest pixel gets the gradient.
    """
    x, pool_param, out = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    rows, columns = out.shape[2:]
    dx = np.zeros_like(x)
    for i, j in np.ndindex(height, width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        dx[:, :, down, across] += dout / (height * width)
    return dx


@mistake("max_pool_backward_fast")
def fast_unpool_two_by_two(dout, cache):
    """Windows of 2×2 are hard-coded in the backward pass.

    Take their height and width from pool_param.
    """
    x, pool_param, out = cache
    height, width, stride = 2, 2, pool_param["stride"]
    rows, columns = out.shape[2:]
    dx, waiting = np.zeros_like(x), np.ones(out.shape, bool)
    for i, j in np.ndindex(height, width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        largest = waiting & (x[:, :, down, across] == out)
        dx[:, :, down, across] += dout * largest
        waiting ^= largest
    return dx


@mistake("max_pool_backward_fast")
def fast_unpool_no_stride(dout, cache):
    """The stride is ignored in the backward pass.

    Place i of all windows is every stride-th pixel, starting at i.
    """
    x, pool_param, out = cache
    height, width, _ = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    rows, columns = out.shape[2:]
    dx, waiting = np.zeros_like(x), np.ones(out.shape, bool)
    for i, j in np.ndindex(height, width):
        down, across = slice(i, i + rows), slice(j, j + columns)
        largest = waiting & (x[:, :, down, across] == out)
        dx[:, :, down, across] += dout * largest
        waiting ^= largest
    return dx


@mistake("max_pool_backward_fast")
def fast_unpool_the_maximum(dout, cache):
    """The maximum itself is passed back, not the gradient.

    Pass the upstream gradient back, to the place of the maximum.
    """
    x, pool_param, out = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    rows, columns = out.shape[2:]
    dx, waiting = np.zeros_like(x), np.ones(out.shape, bool)
    for i, j in np.ndindex(height, width):
        down, across = slice(i, i + stride * rows, stride), slice(j, j + stride * columns, stride)
        largest = waiting & (x[:, :, down, across] == out)
        dx[:, :, down, across] += out * largest
        waiting ^= largest
    return dx
