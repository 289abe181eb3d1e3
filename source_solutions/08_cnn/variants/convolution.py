"""Right solutions of 08_cnn/convolution, written differently."""

import numpy as np

from autograder.grading.mistakes import variant


@variant("conv_forward_naive")
def conv_in_the_field(x, w, b, conv_param):
    out = None
    stride = conv_param["stride"]
    pad = conv_param["pad"]
    N, _C, H, W = x.shape
    F, _, HH, WW = w.shape
    x_padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), "constant", constant_values=0)
    H_out = int(1 + (H + 2 * pad - HH) / stride)
    W_out = int(1 + (W + 2 * pad - WW) / stride)
    out = np.zeros((N, F, H_out, W_out))
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    hs = i * stride
                    ws = j * stride
                    window = x_padded[n, :, hs : hs + HH, ws : ws + WW]
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    cache = (x, w, b, conv_param)
    return out, cache


@variant("conv_forward_naive")
def conv_place_by_place(x, w, b, conv_param):
    step, border = conv_param["stride"], conv_param["pad"]
    padded = np.zeros((*x.shape[:2], x.shape[2] + 2 * border, x.shape[3] + 2 * border))
    padded[:, :, border : border + x.shape[2], border : border + x.shape[3]] = x
    rows = range(0, padded.shape[2] - w.shape[2] + 1, step)
    columns = range(0, padded.shape[3] - w.shape[3] + 1, step)
    out = np.empty((len(x), len(w), len(rows), len(columns)), x.dtype)
    for i, top in enumerate(rows):
        for j, left in enumerate(columns):
            windows = padded[:, :, top : top + w.shape[2], left : left + w.shape[3]]
            out[:, :, i, j] = np.tensordot(windows, w, ((1, 2, 3), (1, 2, 3))) + b
    return out, (x, w, b, conv_param)


@variant("conv_backward_naive")
def conv_backward_in_the_field(dout, cache):
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _C, H, W = x.shape
    F, _, HH, WW = w.shape
    _, _, H_out, W_out = dout.shape
    x_padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    dx_padded = np.zeros_like(x_padded)
    dw = np.zeros_like(w)
    db = np.zeros_like(b)
    for n in range(N):
        for f in range(F):
            db[f] += np.sum(dout[n, f])
            for i in range(H_out):
                for j in range(W_out):
                    hs = i * stride
                    ws = j * stride
                    dw[f] += x_padded[n, :, hs : hs + HH, ws : ws + WW] * dout[n, f, i, j]
                    dx_padded[n, :, hs : hs + HH, ws : ws + WW] += w[f] * dout[n, f, i, j]
    dx = dx_padded[:, :, pad : pad + H, pad : pad + W]
    return dx, dw, db


@variant("conv_backward_naive")
def conv_backward_over_the_filter(dout, cache):
    x, w, _, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad,) * 2, (pad,) * 2))
    flowing, dw = 0 * padded, np.empty(w.shape)
    down, across = (stride * np.arange(size) for size in dout.shape[2:])
    for i, j in np.ndindex(w.shape[2:]):
        place = (slice(None), slice(None), *np.ix_(down + i, across + j))
        dw[:, :, i, j] = np.einsum("nfhw,nchw->fc", dout, padded[place])
        flowing[place] += np.einsum("nfhw,fc->nchw", dout, w[:, :, i, j])
    bottom, right = pad + x.shape[2], pad + x.shape[3]
    return flowing[:, :, pad:bottom, pad:right], dw, np.einsum("nfhw->f", dout)


@variant("max_pool_forward_naive")
def pool_in_the_field(x, pool_param):
    N, C, H, W = x.shape
    pool_height = pool_param["pool_height"]
    pool_width = pool_param["pool_width"]
    stride = pool_param["stride"]
    H_out = 1 + (H - pool_height) // stride
    W_out = 1 + (W - pool_width) // stride
    out = np.zeros((N, C, H_out, W_out))
    for n in range(N):
        for i in range(H_out):
            for j in range(W_out):
                window = x[n, :, i * stride : i * stride + pool_height, j * stride : j * stride + pool_width]
                out[n, :, i, j] = np.amax(window, axis=(1, 2))
    cache = (x, pool_param)
    return out, cache


@variant("max_pool_forward_naive")
def pool_from_below(x, pool_param):
    step = pool_param["stride"]
    rows = range(0, x.shape[2] - pool_param["pool_height"] + 1, step)
    columns = range(0, x.shape[3] - pool_param["pool_width"] + 1, step)
    out = np.full((*x.shape[:2], len(rows), len(columns)), -np.inf)
    for i, top in enumerate(rows):
        for j, left in enumerate(columns):
            for a in range(pool_param["pool_height"]):
                for b in range(pool_param["pool_width"]):
                    out[:, :, i, j] = np.maximum(out[:, :, i, j], x[:, :, top + a, left + b])
    return out, (x, pool_param)


@variant("max_pool_backward_naive")
def unpool_in_the_field(dout, cache):
    x, pool_param = cache
    N, C, _H, _W = x.shape
    ph, pw, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    _, _, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    window = x[n, c, i * stride : i * stride + ph, j * stride : j * stride + pw]
                    h, w = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, i * stride + h, j * stride + w] += dout[n, c, i, j]
    return dx


@variant("max_pool_backward_naive")
def unpool_shared(dout, cache):
    x, pool_param = cache
    height, width, step = (pool_param[name] for name in ("pool_height", "pool_width", "stride"))
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dout.shape[2:]):
        place = np.s_[:, :, i * step : i * step + height, j * step : j * step + width]
        mask = x[place] == x[place].max(axis=(2, 3), keepdims=True)
        share = mask / mask.sum(axis=(2, 3), keepdims=True)
        dx[place] += share * dout[:, :, i : i + 1, j : j + 1]
    return dx


@variant("im2col")
def im2col_by_strides(x, field_height, field_width, padding=1, stride=1):
    N, C, H, W = x.shape
    x_padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)), mode="constant")
    H += 2 * padding
    W += 2 * padding
    out_h = (H - field_height) // stride + 1
    out_w = (W - field_width) // stride + 1
    shape = (C, field_height, field_width, N, out_h, out_w)
    strides = (H * W, W, 1, C * H * W, stride * W, stride)
    strides = x.itemsize * np.array(strides)
    x_stride = np.lib.stride_tricks.as_strided(x_padded, shape=shape, strides=strides)
    return np.ascontiguousarray(x_stride).reshape(C * field_height * field_width, N * out_h * out_w)


@variant("im2col")
def im2col_by_indices(x, field_height, field_width, padding=1, stride=1):
    _N, C, H, W = x.shape
    out_height = (H + 2 * padding - field_height) // stride + 1
    out_width = (W + 2 * padding - field_width) // stride + 1
    i0 = np.tile(np.repeat(np.arange(field_height), field_width), C)
    i1 = stride * np.repeat(np.arange(out_height), out_width)
    j0 = np.tile(np.arange(field_width), field_height * C)
    j1 = stride * np.tile(np.arange(out_width), out_height)
    i = i0.reshape(-1, 1) + i1.reshape(1, -1)
    j = j0.reshape(-1, 1) + j1.reshape(1, -1)
    k = np.repeat(np.arange(C), field_height * field_width).reshape(-1, 1)
    x_padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)), mode="constant")
    return np.concatenate(list(x_padded[:, k, i, j]), axis=1)


@variant("im2col")
def im2col_window_by_window(x, field_height, field_width, padding=1, stride=1):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    columns = [
        image[:, top : top + field_height, left : left + field_width].ravel()
        for image in padded
        for top in range(0, padded.shape[2] - field_height + 1, stride)
        for left in range(0, padded.shape[3] - field_width + 1, stride)
    ]
    return np.stack(columns, axis=1)


@variant("col2im")
def col2im_by_indices(cols, x_shape, field_height=3, field_width=3, padding=1, stride=1):
    N, C, H, W = x_shape
    H_padded, W_padded = H + 2 * padding, W + 2 * padding
    out_height = (H_padded - field_height) // stride + 1
    out_width = (W_padded - field_width) // stride + 1
    i0 = np.tile(np.repeat(np.arange(field_height), field_width), C)
    i1 = stride * np.repeat(np.arange(out_height), out_width)
    j0 = np.tile(np.arange(field_width), field_height * C)
    j1 = stride * np.tile(np.arange(out_width), out_height)
    i = i0.reshape(-1, 1) + i1.reshape(1, -1)
    j = j0.reshape(-1, 1) + j1.reshape(1, -1)
    k = np.repeat(np.arange(C), field_height * field_width).reshape(-1, 1)
    x_padded = np.zeros((N, C, H_padded, W_padded), dtype=cols.dtype)
    cols_reshaped = cols.reshape(C * field_height * field_width, N, -1).transpose(1, 0, 2)
    np.add.at(x_padded, (slice(None), k, i, j), cols_reshaped)
    if padding == 0:
        return x_padded
    return x_padded[:, :, padding:-padding, padding:-padding]


@variant("col2im")
def col2im_window_by_window(cols, x_shape, field_height, field_width, padding=1, stride=1):
    N, C, H, W = x_shape
    padded = np.zeros((N, C, H + 2 * padding, W + 2 * padding))
    tops = range(0, padded.shape[2] - field_height + 1, stride)
    lefts = range(0, padded.shape[3] - field_width + 1, stride)
    places = [(n, top, left) for n in range(N) for top in tops for left in lefts]
    for (n, top, left), column in zip(places, cols.T, strict=True):
        window = column.reshape(C, field_height, field_width)
        padded[n, :, top : top + field_height, left : left + field_width] += window
    return padded[:, :, padding : padding + H, padding : padding + W]


@variant("conv_forward_fast")
def conv_fast_in_the_field(x, w, b, conv_param):
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    stride, pad = conv_param["stride"], conv_param["pad"]
    assert (W + 2 * pad - WW) % stride == 0, "width does not work"
    assert (H + 2 * pad - HH) % stride == 0, "height does not work"
    p = pad
    x_padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode="constant")
    H += 2 * pad
    W += 2 * pad
    out_h = (H - HH) // stride + 1
    out_w = (W - WW) // stride + 1
    shape = (C, HH, WW, N, out_h, out_w)
    strides = (H * W, W, 1, C * H * W, stride * W, stride)
    strides = x.itemsize * np.array(strides)
    x_stride = np.lib.stride_tricks.as_strided(x_padded, shape=shape, strides=strides)
    x_cols = np.ascontiguousarray(x_stride)
    x_cols.shape = (C * HH * WW, N * out_h * out_w)
    res = w.reshape(F, -1).dot(x_cols) + b.reshape(-1, 1)
    res.shape = (F, N, out_h, out_w)
    out = res.transpose(1, 0, 2, 3)
    out = np.ascontiguousarray(out)
    cache = (x, w, b, conv_param, x_cols)
    return out, cache


@variant("conv_forward_fast")
def conv_fast_by_einsum(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    view = np.lib.stride_tricks.sliding_window_view(padded, w.shape[2:], axis=(2, 3))
    view = view[:, :, ::stride, ::stride]
    out = np.einsum("nchwij,fcij->nfhw", view, w, optimize=True) + b[:, None, None]
    cols = view.transpose(1, 4, 5, 0, 2, 3).reshape(w[0].size, -1)
    return out, (x, w, b, conv_param, cols)


@variant("conv_backward_fast")
def conv_backward_fast_in_the_field(dout, cache):
    x, w, _b, conv_param, x_cols = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    _N, _C, _H, _W = x.shape
    F, _, HH, WW = w.shape
    db = np.sum(dout, axis=(0, 2, 3))
    dout_reshaped = dout.transpose(1, 0, 2, 3).reshape(F, -1)
    dw = dout_reshaped.dot(x_cols.T).reshape(w.shape)
    dx_cols = w.reshape(F, -1).T.dot(dout_reshaped)
    dx_cols.shape = (x.shape[1] * HH * WW, -1)
    dx = col2im(dx_cols, x.shape, HH, WW, pad, stride)
    return dx, dw, db


@variant("conv_backward_fast")
def conv_backward_fast_over_the_filter(dout, cache):
    x, w, _, conv_param, _cols = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad,) * 2, (pad,) * 2))
    flowing, dw = np.zeros_like(padded), np.empty_like(w)
    rows, columns = dout.shape[2:]
    for i in range(w.shape[2]):
        for j in range(w.shape[3]):
            place = np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            dw[:, :, i, j] = np.tensordot(dout, padded[place], ((0, 2, 3), (0, 2, 3)))
            flowing[place] += np.tensordot(dout, w[:, :, i, j], (1, 0)).transpose(0, 3, 1, 2)
    dx = flowing[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
    return dx, dw, dout.sum(axis=(0, 2, 3))


@variant("max_pool_forward_fast")
def pool_fast_by_a_view(x, pool_param):
    stride = pool_param["stride"]
    size = pool_param["pool_height"], pool_param["pool_width"]
    view = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    out = view[:, :, ::stride, ::stride].max(axis=(4, 5))
    return out, (x, pool_param, out)


@variant("max_pool_forward_fast")
def pool_fast_in_the_field(x, pool_param):
    N, C, H, W = x.shape
    pool_height, pool_width = pool_param["pool_height"], pool_param["pool_width"]
    stride = pool_param["stride"]
    if pool_height == pool_width == stride and H % pool_height == 0 and W % pool_width == 0:
        x_reshaped = x.reshape(N, C, H // pool_height, pool_height, W // pool_width, pool_width)
        out = x_reshaped.max(axis=3).max(axis=4)
    else:
        out_height = (H - pool_height) // stride + 1
        out_width = (W - pool_width) // stride + 1
        x_cols = im2col(x.reshape(N * C, 1, H, W), pool_height, pool_width, padding=0, stride=stride)
        out = x_cols.max(axis=0).reshape(N, C, out_height, out_width)
    return out, (x, pool_param, out)


@variant("max_pool_backward_fast")
def unpool_fast_shared(dout, cache):
    x, pool_param, out = cache
    stride = pool_param["stride"]
    rows, columns = dout.shape[2:]
    places = [
        np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
        for i in range(pool_param["pool_height"])
        for j in range(pool_param["pool_width"])
    ]
    share = dout / sum(x[place] == out for place in places)
    dx = np.zeros_like(x)
    for place in places:
        dx[place] += share * (x[place] == out)
    return dx


@variant("max_pool_backward_fast")
def unpool_fast_in_the_field(dout, cache):
    x, pool_param, _out = cache
    N, C, H, W = x.shape
    pool_height, pool_width = pool_param["pool_height"], pool_param["pool_width"]
    stride = pool_param["stride"]
    x_cols = im2col(x.reshape(N * C, 1, H, W), pool_height, pool_width, padding=0, stride=stride)
    x_cols_argmax = np.argmax(x_cols, axis=0)
    dx_cols = np.zeros_like(x_cols)
    dx_cols[x_cols_argmax, np.arange(dx_cols.shape[1])] = dout.flatten()
    dx = col2im(dx_cols, (N * C, 1, H, W), pool_height, pool_width, padding=0, stride=stride)
    return dx.reshape(x.shape)
