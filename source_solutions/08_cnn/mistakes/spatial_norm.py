"""Wrong solutions that people really write for 08_cnn/spatial_norm, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("spatial_batchnorm_forward")
def batch_reshaped(x, gamma, beta, bn_param):
    """x is reshaped, not transposed.

    reshape cuts the numbers into rows as they lie in memory, so a row holds pixels of one channel. Bring
    the channels to the end first, by transpose.
    """
    N, C, H, W = x.shape
    pixels = x.reshape(-1, C)
    out, cache = batchnorm_forward(pixels, gamma, beta, bn_param)
    return out.reshape(N, C, H, W), cache


@mistake("spatial_batchnorm_forward")
def batch_back_reshaped(x, gamma, beta, bn_param):
    """What comes out is reshaped, not transposed back.

    The rows are pixels, their columns channels: reshape to (N, H, W, C), which is the order in which they
    lie, and transpose after that.
    """
    N, C, H, W = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out, cache = batchnorm_forward(pixels, gamma, beta, bn_param)
    return out.reshape(N, C, H, W), cache


@mistake("spatial_batchnorm_forward")
def batch_channels_last(x, gamma, beta, bn_param):
    """The channels stay at the end.

    out has the axes of x: bring the channels back to the second place.
    """
    N, C, H, W = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out, cache = batchnorm_forward(pixels, gamma, beta, bn_param)
    return out.reshape(N, H, W, C), cache


@mistake("spatial_batchnorm_forward")
def batch_width_before_height(x, gamma, beta, bn_param):
    """Width and height have changed places.

    (0, 3, 1, 2) undoes (0, 2, 3, 1). For square pictures nobody notices the shape, and each picture lies on
    its side.
    """
    N, C, H, W = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out, cache = batchnorm_forward(pixels, gamma, beta, bn_param)
    return out.reshape(N, H, W, C).transpose(0, 3, 2, 1), cache


@mistake("spatial_batchnorm_forward")
def batch_of_instances(x, gamma, beta, bn_param):
    """Each picture is normalised by itself.

    That is instance norm. Batch norm takes one mean for a channel over all pixels of all pictures: (N H W,
    C).
    """

    def of_one(picture):
        pixels = picture.transpose(1, 2, 0).reshape(-1, len(gamma))
        out, cache = batchnorm_forward(pixels, gamma, beta, bn_param)
        return out.T.reshape(picture.shape), cache

    outs, caches = zip(*map(of_one, x), strict=True)
    return np.stack(outs), caches[-1]


@mistake("spatial_batchnorm_forward")
def batch_of_pixels(x, gamma, beta, bn_param):
    """Each pixel is normalised by itself.

    That is batch norm of an affine layer. The same filter ran over all places of the picture, so they share
    one mean: (N H W, C), not (N, C H W).
    """
    N, C, H, W = x.shape
    scale, shift = np.repeat(gamma, H * W), np.repeat(beta, H * W)
    out, cache = batchnorm_forward(x.reshape(N, -1), scale, shift, bn_param)
    return out.reshape(x.shape), cache


@mistake("spatial_batchnorm_forward")
def batch_running_shape(x, gamma, beta, bn_param):
    """The running statistics have the wrong shape.

    keepdims=True gives means of shape (1, C, 1, 1). What is kept in bn_param has shape (C,): a number for
    each channel.
    """
    flat = bn_param | {name: np.ravel(bn_param[name]) for name in bn_param if name.startswith("running")}
    out, cache = batchnorm_forward(x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1]), gamma, beta, flat)
    for name in ("running_mean", "running_var"):
        bn_param[name] = flat[name].reshape(1, -1, 1, 1)
    return np.moveaxis(out.reshape(x.shape[0], *x.shape[2:], -1), 3, 1), cache


@mistake("spatial_batchnorm_forward")
def batch_param_copied(x, gamma, beta, bn_param):
    """bn_param is copied, and the running statistics are lost.

    They live in the dictionary that the caller holds. Hand on that one, not a new one.
    """
    N, C, H, W = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out, cache = batchnorm_forward(pixels, gamma, beta, dict(bn_param))
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache


@mistake("spatial_batchnorm_forward")
def batch_always_training(x, gamma, beta, bn_param):
    """The batch's statistics are used at test time.

    The mode in bn_param has to reach batchnorm_forward as it is.
    """
    N, C, H, W = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(-1, C)
    mode, bn_param["mode"] = bn_param["mode"], "train"
    out, cache = batchnorm_forward(pixels, gamma, beta, bn_param)
    bn_param["mode"] = mode
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache


@mistake("spatial_batchnorm_backward")
def batch_dout_reshaped(dout, cache):
    """dout is reshaped, not transposed.

    Its rows must be the pixels in the order in which the forward pass had them: the same transpose, then
    reshape.
    """
    N, C, H, W = dout.shape
    pixels = dout.reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward_alt(pixels, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta


@mistake("spatial_batchnorm_backward")
def batch_dout_width_first(dout, cache):
    """dout's pixels come in another order than x's.

    Forward, height came before width. The gradient of a pixel must meet the x̂ of the same pixel.
    """
    N, C, H, W = dout.shape
    pixels = dout.transpose(0, 3, 2, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward_alt(pixels, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta


@mistake("spatial_batchnorm_backward")
def batch_dx_reshaped(dout, cache):
    """dx is reshaped, not transposed back.

    Reshape to (N, H, W, C), and transpose the channels to the second place.
    """
    N, C, H, W = dout.shape
    pixels = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward_alt(pixels, cache)
    return dx.reshape(dout.shape), dgamma, dbeta


@mistake("spatial_batchnorm_backward")
def batch_dx_channels_last(dout, cache):
    """dx keeps its channels at the end.

    dx has the shape of x: (N, C, H, W).
    """
    N, C, H, W = dout.shape
    pixels = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward_alt(pixels, cache)
    return dx.reshape(N, H, W, C), dgamma, dbeta


@mistake("spatial_batchnorm_backward")
def batch_dx_width_first(dout, cache):
    """Width and height of dx have changed places.

    (0, 3, 1, 2) undoes (0, 2, 3, 1); for square pictures the shape does not tell.
    """
    N, C, H, W = dout.shape
    pixels = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward_alt(pixels, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 2, 1), dgamma, dbeta


@mistake("spatial_batchnorm_backward")
def batch_dgamma_kept_dims(dout, cache):
    """dγ and dβ have shape (1, C, 1, 1).

    Here γ and β have shape (C,), and a gradient has the shape of its value. It is group norm whose γ is (1,
    C, 1, 1).
    """
    N, C, H, W = dout.shape
    pixels = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward_alt(pixels, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma.reshape(1, C, 1, 1), dbeta.reshape(1, C, 1, 1)


@mistake("spatial_batchnorm_backward")
def batch_dgamma_mean(dout, cache):
    """dγ and dβ are means over the pixels.

    A channel's γ was used for every pixel of every picture, and what comes back is added up.
    """
    N, C, H, W = dout.shape
    pixels = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward_alt(pixels, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma / len(pixels), dbeta / len(pixels)


@mistake("spatial_batchnorm_backward")
def batch_swapped(dout, cache):
    """dγ and dβ have changed places.

    The order is dx, dgamma, dbeta.
    """
    N, C, H, W = dout.shape
    pixels = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward_alt(pixels, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dbeta, dgamma


@mistake("spatial_groupnorm_forward")
def group_size_for_number(x, gamma, beta, G, gn_param):
    """G is taken for the size of a group.

    G is how many groups there are. Each has C // G channels.
    """
    eps = gn_param.get("eps", 1e-5)
    groups = x.reshape(len(x), x.shape[1] // G, -1)
    centred = groups - groups.mean(axis=2, keepdims=True)
    var = np.mean(centred**2, axis=2, keepdims=True)
    x_hat = (centred / np.sqrt(var + eps)).reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, var, eps, gamma, G)


@mistake("spatial_groupnorm_forward")
def group_interleaved(x, gamma, beta, G, gn_param):
    """The groups are interleaved.

    The first C // G channels are a group, then the next: reshape to (N, G, C // G, H, W), in this order.
    """
    eps = gn_param.get("eps", 1e-5)
    N, C, H, W = x.shape
    groups = x.reshape(N, C // G, G, H, W).swapaxes(1, 2).reshape(N, G, -1)
    centred = groups - groups.mean(axis=2, keepdims=True)
    var = np.mean(centred**2, axis=2, keepdims=True)
    x_hat = (centred / np.sqrt(var + eps)).reshape(N, G, C // G, H, W).swapaxes(1, 2).reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, var, eps, gamma, G)


@mistake("spatial_groupnorm_forward")
def group_is_layer(x, gamma, beta, G, gn_param):
    """G has no effect: all channels are normalised together.

    That is layer norm. Each of the G groups has a mean and a variance of its own.
    """
    eps = gn_param.get("eps", 1e-5)
    groups = x.reshape(len(x), 1, -1)
    centred = groups - groups.mean(axis=2, keepdims=True)
    var = np.mean(centred**2, axis=2, keepdims=True)
    x_hat = (centred / np.sqrt(var + eps)).reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, var, eps, gamma, G)


@mistake("spatial_groupnorm_forward")
def group_is_instance(x, gamma, beta, G, gn_param):
    """G has no effect: each channel is normalised by itself.

    That is instance norm. The C // G channels of a group share a mean and a variance.
    """
    eps = gn_param.get("eps", 1e-5)
    groups = x.reshape(*x.shape[:2], -1)
    centred = groups - groups.mean(axis=2, keepdims=True)
    var = np.mean(centred**2, axis=2, keepdims=True)
    x_hat = (centred / np.sqrt(var + eps)).reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, var, eps, gamma, G)


@mistake("spatial_groupnorm_forward")
def group_over_pictures(x, gamma, beta, G, gn_param):
    """The statistics are taken over the pictures too.

    Every picture is normalised by itself: the axis of the pictures takes no part.
    """
    eps = gn_param.get("eps", 1e-5)
    groups = x.reshape(len(x), G, -1)
    centred = groups - groups.mean(axis=(0, 2), keepdims=True)
    var = np.mean(centred**2, axis=(0, 2), keepdims=True)
    x_hat = (centred / np.sqrt(var + eps)).reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, var, eps, gamma, G)


@mistake("spatial_groupnorm_forward")
def group_of_pixels(x, gamma, beta, G, gn_param):
    """Each pixel has its own statistics, over the channels of its group alone.

    The mean goes over the channels of the group and over all pixels: axes 2, 3 and 4 of (N, G, C // G, H,
    W).
    """
    eps = gn_param.get("eps", 1e-5)
    groups = x.reshape(len(x), G, x.shape[1] // G, *x.shape[2:])
    centred = groups - groups.mean(axis=2, keepdims=True)
    var = np.mean(centred**2, axis=2, keepdims=True)
    x_hat = (centred / np.sqrt(var + eps)).reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, var, eps, gamma, G)


@mistake("spatial_groupnorm_forward")
def group_epsilon_missing(x, gamma, beta, G, gn_param):
    """ε is missing.

    A group that is the same everywhere has the variance 0, and 0 / 0 is not a number.
    """
    eps = gn_param.get("eps", 1e-5)
    groups = x.reshape(len(x), G, -1)
    centred = groups - groups.mean(axis=2, keepdims=True)
    var = np.mean(centred**2, axis=2, keepdims=True)
    x_hat = (centred / np.sqrt(var)).reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, var, eps, gamma, G)


@mistake("spatial_groupnorm_forward")
def group_epsilon_outside(x, gamma, beta, G, gn_param):
    """ε stands outside the root.

    It is added to the variance, and the root is taken of both.
    """
    eps = gn_param.get("eps", 1e-5)
    groups = x.reshape(len(x), G, -1)
    centred = groups - groups.mean(axis=2, keepdims=True)
    var = np.mean(centred**2, axis=2, keepdims=True)
    x_hat = (centred / (np.sqrt(var) + eps)).reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, var, eps, gamma, G)


@mistake("spatial_groupnorm_forward")
def group_epsilon_fixed(x, gamma, beta, G, gn_param):
    """gn_param's ε is not read.

    1e-5 is only the default: what gn_param says under "eps" goes before.
    """
    eps = 1e-5
    groups = x.reshape(len(x), G, -1)
    centred = groups - groups.mean(axis=2, keepdims=True)
    var = np.mean(centred**2, axis=2, keepdims=True)
    x_hat = (centred / np.sqrt(var + eps)).reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, var, eps, gamma, G)


@mistake("spatial_groupnorm_forward")
def group_unbiased(x, gamma, beta, G, gn_param):
    """The variance is divided by one less than there are numbers.

    These numbers are scaled, none are estimated: the mean of the squares is meant.
    """
    eps = gn_param.get("eps", 1e-5)
    groups = x.reshape(len(x), G, -1)
    centred = groups - groups.mean(axis=2, keepdims=True)
    var = groups.var(axis=2, ddof=1, keepdims=True)
    x_hat = (centred / np.sqrt(var + eps)).reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, var, eps, gamma, G)


@mistake("spatial_groupnorm_forward")
def group_mean_kept(x, gamma, beta, G, gn_param):
    """The mean is not subtracted.

    Dividing alone changes the spread and leaves the group off centre.
    """
    eps = gn_param.get("eps", 1e-5)
    groups = x.reshape(len(x), G, -1)
    centred = groups - groups.mean(axis=2, keepdims=True)
    var = np.mean(centred**2, axis=2, keepdims=True)
    x_hat = (groups / np.sqrt(var + eps)).reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, var, eps, gamma, G)


@mistake("spatial_groupnorm_forward")
def group_without_scale(x, gamma, beta, G, gn_param):
    """γ and β are not used.

    They give every channel a size and a centre of its own back, where that serves the loss.
    """
    eps = gn_param.get("eps", 1e-5)
    groups = x.reshape(len(x), G, -1)
    centred = groups - groups.mean(axis=2, keepdims=True)
    var = np.mean(centred**2, axis=2, keepdims=True)
    x_hat = (centred / np.sqrt(var + eps)).reshape(x.shape)
    return x_hat, (x_hat, var, eps, gamma, G)


@mistake("spatial_groupnorm_backward")
def group_mean_constant(dout, cache):
    """The mean is treated as a constant.

    It is made of the group's numbers, so each reaches every number of its group through it as well.
    """
    x_hat, var, eps, gamma, G = cache
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dx_hat = (dout * gamma).reshape(len(dout), G, -1)
    groups = x_hat.reshape(dx_hat.shape)
    along = groups * np.mean(dx_hat * groups, axis=2, keepdims=True)
    dx = (dx_hat - along) / np.sqrt(var + eps)
    return dx.reshape(dout.shape), dgamma, dbeta


@mistake("spatial_groupnorm_backward")
def group_variance_constant(dout, cache):
    """The variance is treated as a constant.

    It is made of the group's numbers, so each reaches every number of its group through it as well.
    """
    x_hat, var, eps, gamma, G = cache
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dx_hat = (dout * gamma).reshape(len(dout), G, -1)
    groups = x_hat.reshape(dx_hat.shape)
    mean = np.mean(dx_hat, axis=2, keepdims=True)
    dx = (dx_hat - mean) / np.sqrt(var + eps)
    return dx.reshape(dout.shape), dgamma, dbeta


@mistake("spatial_groupnorm_backward")
def group_both_constant(dout, cache):
    """Mean and variance are treated as constants.

    Both are made of the group's numbers. What flows back through them belongs to dx too.
    """
    x_hat, var, eps, gamma, G = cache
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dx_hat = (dout * gamma).reshape(len(dout), G, -1)
    dx = (dx_hat) / np.sqrt(var + eps)
    return dx.reshape(dout.shape), dgamma, dbeta


@mistake("spatial_groupnorm_backward")
def group_epsilon(dout, cache):
    """The gradient is right only while ε is tiny.

    Forward it was divided by the root of var + eps; the gradient is divided by the same number.
    """
    x_hat, var, eps, gamma, G = cache
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dx_hat = (dout * gamma).reshape(len(dout), G, -1)
    groups = x_hat.reshape(dx_hat.shape)
    mean = np.mean(dx_hat, axis=2, keepdims=True)
    along = groups * np.mean(dx_hat * groups, axis=2, keepdims=True)
    dx = (dx_hat - mean - along) / np.sqrt(var)
    return dx.reshape(dout.shape), dgamma, dbeta


@mistake("spatial_groupnorm_backward")
def group_gamma_forgotten(dout, cache):
    """γ is forgotten in dx.

    x̂ is multiplied by γ, so the gradient of x̂ is dout times γ.
    """
    x_hat, var, eps, gamma, G = cache
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dx_hat = dout.reshape(len(dout), G, -1)
    groups = x_hat.reshape(dx_hat.shape)
    mean = np.mean(dx_hat, axis=2, keepdims=True)
    along = groups * np.mean(dx_hat * groups, axis=2, keepdims=True)
    dx = (dx_hat - mean - along) / np.sqrt(var + eps)
    return dx.reshape(dout.shape), dgamma, dbeta


@mistake("spatial_groupnorm_backward")
def group_gamma_outside(dout, cache):
    """γ is taken out of the sums, as in batch norm.

    A group holds several channels, each with a γ of its own: multiply by γ first, then sum.
    """
    x_hat, var, eps, gamma, G = cache
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dx_hat = dout.reshape(len(dout), G, -1)
    groups = x_hat.reshape(dx_hat.shape)
    mean = np.mean(dx_hat, axis=2, keepdims=True)
    along = groups * np.mean(dx_hat * groups, axis=2, keepdims=True)
    dx = (dx_hat - mean - along) / np.sqrt(var + eps)
    return gamma * dx.reshape(dout.shape), dgamma, dbeta


@mistake("spatial_groupnorm_backward")
def group_over_all_channels(dout, cache):
    """The sums for dx run over all channels, not those of the group.

    Forward a mean went over the numbers of one group, so back it does too.
    """
    x_hat, var, eps, gamma, G = cache
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dx_hat = (dout * gamma).reshape(len(dout), G, -1)
    groups = x_hat.reshape(dx_hat.shape)
    mean = np.mean(dx_hat, axis=(1, 2), keepdims=True)
    along = groups * np.mean(dx_hat * groups, axis=(1, 2), keepdims=True)
    dx = (dx_hat - mean - along) / np.sqrt(var + eps)
    return dx.reshape(dout.shape), dgamma, dbeta


@mistake("spatial_groupnorm_backward")
def group_by_pixels(dout, cache):
    """The sums for dx are divided by H · W, not by the size of a group.

    A group has C / G · H · W numbers, and its mean hands out as many equal parts.
    """
    x_hat, var, eps, gamma, G = cache
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dx_hat = (dout * gamma).reshape(len(dout), G, -1)
    groups = x_hat.reshape(dx_hat.shape)
    mean = np.sum(dx_hat, axis=2, keepdims=True) / dout[0, 0].size
    along = groups * np.sum(dx_hat * groups, axis=2, keepdims=True) / dout[0, 0].size
    dx = (dx_hat - mean - along) / np.sqrt(var + eps)
    return dx.reshape(dout.shape), dgamma, dbeta


@mistake("spatial_groupnorm_backward")
def group_not_averaged(dout, cache):
    """The sums for dx are not divided.

    A mean of M numbers hands out M-ths: each number of the group gets its share.
    """
    x_hat, var, eps, gamma, G = cache
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dx_hat = (dout * gamma).reshape(len(dout), G, -1)
    groups = x_hat.reshape(dx_hat.shape)
    mean = np.sum(dx_hat, axis=2, keepdims=True)
    along = groups * np.sum(dx_hat * groups, axis=2, keepdims=True)
    dx = (dx_hat - mean - along) / np.sqrt(var + eps)
    return dx.reshape(dout.shape), dgamma, dbeta


@mistake("spatial_groupnorm_backward")
def group_sign(dout, cache):
    """The paths through mean and variance are added, not taken off.

    A larger mean makes every x̂ smaller, and so does a larger variance: both paths come back with a minus.
    """
    x_hat, var, eps, gamma, G = cache
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dx_hat = (dout * gamma).reshape(len(dout), G, -1)
    groups = x_hat.reshape(dx_hat.shape)
    mean = np.mean(dx_hat, axis=2, keepdims=True)
    along = groups * np.mean(dx_hat * groups, axis=2, keepdims=True)
    dx = (dx_hat + mean + along) / np.sqrt(var + eps)
    return dx.reshape(dout.shape), dgamma, dbeta


@mistake("spatial_groupnorm_backward")
def group_dgamma_flat(dout, cache):
    """dγ and dβ have shape (C,).

    A gradient has the shape of its value: (1, C, 1, 1). keepdims=True keeps it.
    """
    x_hat, var, eps, gamma, G = cache
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dx_hat = (dout * gamma).reshape(len(dout), G, -1)
    groups = x_hat.reshape(dx_hat.shape)
    mean = np.mean(dx_hat, axis=2, keepdims=True)
    along = groups * np.mean(dx_hat * groups, axis=2, keepdims=True)
    dx = (dx_hat - mean - along) / np.sqrt(var + eps)
    return dx.reshape(dout.shape), dgamma.ravel(), dbeta.ravel()


@mistake("spatial_groupnorm_backward")
def group_dgamma_by_picture(dout, cache):
    """dγ and dβ are not summed over the pictures.

    γ was used for every picture and every pixel: the sum goes over the axes 0, 2 and 3.
    """
    x_hat, var, eps, gamma, G = cache
    dgamma = np.sum(dout * x_hat, axis=(2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(2, 3), keepdims=True)
    dx_hat = (dout * gamma).reshape(len(dout), G, -1)
    groups = x_hat.reshape(dx_hat.shape)
    mean = np.mean(dx_hat, axis=2, keepdims=True)
    along = groups * np.mean(dx_hat * groups, axis=2, keepdims=True)
    dx = (dx_hat - mean - along) / np.sqrt(var + eps)
    return dx.reshape(dout.shape), dgamma, dbeta


@mistake("spatial_groupnorm_backward")
def group_dgamma_mean(dout, cache):
    """dγ and dβ are means.

    What was broadcast forward is summed backward. The 1/N of the loss is in dout already.
    """
    x_hat, var, eps, gamma, G = cache
    dgamma = np.mean(dout * x_hat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.mean(dout, axis=(0, 2, 3), keepdims=True)
    dx_hat = (dout * gamma).reshape(len(dout), G, -1)
    groups = x_hat.reshape(dx_hat.shape)
    mean = np.mean(dx_hat, axis=2, keepdims=True)
    along = groups * np.mean(dx_hat * groups, axis=2, keepdims=True)
    dx = (dx_hat - mean - along) / np.sqrt(var + eps)
    return dx.reshape(dout.shape), dgamma, dbeta


@mistake("spatial_groupnorm_backward")
def group_swapped(dout, cache):
    """dγ and dβ have changed places.

    The order is dx, dgamma, dbeta.
    """
    x_hat, var, eps, gamma, G = cache
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dx_hat = (dout * gamma).reshape(len(dout), G, -1)
    groups = x_hat.reshape(dx_hat.shape)
    mean = np.mean(dx_hat, axis=2, keepdims=True)
    along = groups * np.mean(dx_hat * groups, axis=2, keepdims=True)
    dx = (dx_hat - mean - along) / np.sqrt(var + eps)
    return dx.reshape(dout.shape), dbeta, dgamma
