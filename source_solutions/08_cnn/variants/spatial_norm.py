"""Right solutions of 08_cnn/spatial_norm, written differently."""

import numpy as np

from autograder.grading.mistakes import variant


@variant("spatial_batchnorm_forward")
def batch_in_the_field(x, gamma, beta, bn_param):
    out, cache = None, None
    N, C, H, W = x.shape
    x_new = x.transpose(0, 2, 3, 1).reshape(N * H * W, C)
    out, cache = batchnorm_forward(x_new, gamma, beta, bn_param)
    out = out.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return out, cache


@variant("spatial_batchnorm_forward")
def batch_by_moved_axis(x, gamma, beta, bn_param):
    last = np.moveaxis(x, 1, -1)
    out, cache = batchnorm_forward(last.reshape(-1, last.shape[-1]), gamma, beta, bn_param)
    return np.moveaxis(out.reshape(last.shape), -1, 1), cache


@variant("spatial_batchnorm_backward")
def batch_back_in_the_field(dout, cache):
    dx, dgamma, dbeta = None, None, None
    N, C, H, W = dout.shape
    dout_new = dout.transpose(0, 2, 3, 1).reshape(N * H * W, C)
    dx, dgamma, dbeta = batchnorm_backward(dout_new, cache)
    dx = dx.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return dx, dgamma, dbeta


@variant("spatial_batchnorm_backward")
def batch_back_by_moved_axis(dout, cache):
    last = np.moveaxis(dout, 1, -1)
    dx, *of_channels = batchnorm_backward_alt(last.reshape(-1, last.shape[-1]), cache)
    return np.moveaxis(dx.reshape(last.shape), -1, 1), *of_channels


@variant("spatial_groupnorm_forward")
def group_in_the_field(x, gamma, beta, G, gn_param):
    out, cache = None, None
    eps = gn_param.get("eps", 1e-5)
    N, C, H, W = x.shape
    x_group = np.reshape(x, (N, G, C // G, H, W))
    mean = np.mean(x_group, axis=(2, 3, 4), keepdims=True)
    var = np.var(x_group, axis=(2, 3, 4), keepdims=True)
    x_groupnorm = (x_group - mean) / np.sqrt(var + eps)
    x_norm = np.reshape(x_groupnorm, (N, C, H, W))
    out = x_norm * gamma + beta
    cache = (x_norm, var.reshape(N, G, 1), eps, gamma, G)
    return out, cache


@variant("spatial_groupnorm_forward")
def group_by_rows(x, gamma, beta, G, gn_param):
    rows = x.reshape(len(x) * G, -1)
    eps = gn_param.setdefault("eps", 1e-5)
    centred = rows.T - rows.mean(axis=1)
    spread = np.mean(centred**2, axis=0)
    x_hat = (centred * (spread + eps) ** -0.5).T.reshape(x.shape)
    return x_hat * gamma + beta, (x_hat, spread.reshape(len(x), G, 1), eps, gamma, G)


@variant("spatial_groupnorm_backward")
def group_back_in_the_field(dout, cache):
    x_norm, var, eps, gamma, G = cache
    N, C, H, W = dout.shape
    dbeta = np.sum(dout, axis=(0, 2, 3))[None, :, None, None]
    dgamma = np.sum(dout * x_norm, axis=(0, 2, 3))[None, :, None, None]
    M = C // G * H * W
    dx_norm = (dout * gamma).reshape(N * G, M).T
    x_group = x_norm.reshape(N * G, M).T
    std = np.sqrt(var + eps).reshape(N * G)
    dx = M * dx_norm - np.sum(dx_norm, axis=0) - x_group * np.sum(dx_norm * x_group, axis=0)
    dx = (dx / (M * std)).T.reshape(N, C, H, W)
    return dx, dgamma, dbeta


@variant("spatial_groupnorm_backward")
def group_back_staged(dout, cache):
    x_hat, var, eps, gamma, G = cache
    N, C, H, W = dout.shape
    axes, shape = (2, 3, 4), (N, G, C // G, H, W)
    std = np.sqrt(var + eps).reshape(N, G, 1, 1, 1)
    x_mu = x_hat.reshape(shape) * std
    dx_hat = (gamma * dout).reshape(shape)
    dvar = -0.5 * np.sum(dx_hat * x_mu, axis=axes, keepdims=True) / std**3
    dmu = -np.sum(dx_hat, axis=axes, keepdims=True) / std
    size = C // G * H * W
    dx = dx_hat / std + 2 * dvar * x_mu / size + dmu / size
    sums = [np.einsum("nchw->c", flow).reshape(1, C, 1, 1) for flow in (dout * x_hat, dout)]
    return dx.reshape(dout.shape), *sums
