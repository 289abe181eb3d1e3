"""Wrong solutions that people really write for 08_cnn/spatial_norm, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("spatial_batchnorm_forward")
def batch_reshaped(x, gamma, beta, bn_param):
    """x is reshaped, not transposed.

    reshape cuts the numbers into rows as they lie in memory, so a row holds pixels of one channel. Bring
    the channels to the end first, with transpose.
    """
    N, C, H, W = x.shape
    pixels = x.reshape(-1, C)
    out, cache = batchnorm_forward(pixels, gamma, beta, bn_param)
    return out.reshape(N, C, H, W), cache


@mistake("spatial_batchnorm_forward")
def batch_back_reshaped(x, gamma, beta, bn_param):
    """The output is reshaped, not transposed back.

    The rows are pixels, the columns channels: reshape to (N, H, W, C), which keeps this order, and
    transpose after that.
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
    """Width and height are swapped.

    (0, 3, 1, 2) undoes (0, 2, 3, 1). For square images the shape is right, but each image is
    transposed.
    """
    N, C, H, W = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out, cache = batchnorm_forward(pixels, gamma, beta, bn_param)
    return out.reshape(N, H, W, C).transpose(0, 3, 2, 1), cache


@mistake("spatial_batchnorm_forward")
def batch_of_instances(x, gamma, beta, bn_param):
    """Each image is normalised by itself.

    That is instance norm. Batch norm takes one mean per channel, over all pixels of all images:
    (N H W, C).
    """

    def of_one(image):
        pixels = image.transpose(1, 2, 0).reshape(-1, len(gamma))
        out, cache = batchnorm_forward(pixels, gamma, beta, bn_param)
        return out.T.reshape(image.shape), cache

    outs, caches = zip(*map(of_one, x), strict=True)
    return np.stack(outs), caches[-1]


@mistake("spatial_batchnorm_forward")
def batch_of_pixels(x, gamma, beta, bn_param):
    """Each pixel is normalised by itself.

    That is batch norm of an affine layer. The same filter is applied at all places of the image, so they
    share one mean: (N H W, C), not (N, C H W).
    """
    N, C, H, W = x.shape
    scale, shift = np.repeat(gamma, H * W), np.repeat(beta, H * W)
    out, cache = batchnorm_forward(x.reshape(N, -1), scale, shift, bn_param)
    return out.reshape(x.shape), cache


@mistake("spatial_batchnorm_forward")
def batch_running_shape(x, gamma, beta, bn_param):
    """The running statistics have the wrong shape.

    keepdims=True gives means of shape (1, C, 1, 1). The statistics in bn_param have shape (C,): one number
    for each channel.
    """
    flat = bn_param | {name: np.ravel(bn_param[name]) for name in bn_param if name.startswith("running")}
    out, cache = batchnorm_forward(x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1]), gamma, beta, flat)
    for name in ("running_mean", "running_var"):
        bn_param[name] = flat[name].reshape(1, -1, 1, 1)
    return np.moveaxis(out.reshape(x.shape[0], *x.shape[2:], -1), 3, 1), cache


@mistake("spatial_batchnorm_forward")
def batch_param_copied(x, gamma, beta, bn_param):
    """bn_param is copied, and the running statistics are lost.

    They are kept in the caller's dictionary. Pass on that one, not a new one.
    """
    N, C, H, W = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out, cache = batchnorm_forward(pixels, gamma, beta, dict(bn_param))
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache


@mistake("spatial_batchnorm_forward")
def batch_always_training(x, gamma, beta, bn_param):
    """The batch's statistics are used at test time.

    Pass the mode in bn_param on to batchnorm_forward unchanged.
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

    Its rows must be the pixels in the order of the forward pass: the same transpose, then reshape.
    """
    N, C, H, W = dout.shape
    pixels = dout.reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward_alt(pixels, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta


@mistake("spatial_batchnorm_backward")
def batch_dout_width_first(dout, cache):
    """The pixels of dout are in a different order than those of x.

    In the forward pass, height came before width. A pixel's gradient must be combined with its own x̂.
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
    """Width and height of dx are swapped.

    (0, 3, 1, 2) undoes (0, 2, 3, 1); for square images the shape does not show the mistake.
    """
    N, C, H, W = dout.shape
    pixels = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward_alt(pixels, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 2, 1), dgamma, dbeta


@mistake("spatial_batchnorm_backward")
def batch_dgamma_kept_dims(dout, cache):
    """dγ and dβ have shape (1, C, 1, 1).

    Here γ and β have shape (C,), and a gradient has the shape of its value. Only in group norm γ has shape
    (1, C, 1, 1).
    """
    N, C, H, W = dout.shape
    pixels = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward_alt(pixels, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma.reshape(1, C, 1, 1), dbeta.reshape(1, C, 1, 1)


@mistake("spatial_batchnorm_backward")
def batch_dgamma_mean(dout, cache):
    """dγ and dβ are means over the pixels.

    A channel's γ was used for every pixel of every image, so its gradients are added up.
    """
    N, C, H, W = dout.shape
    pixels = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward_alt(pixels, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma / len(pixels), dbeta / len(pixels)


@mistake("spatial_batchnorm_backward")
def batch_swapped(dout, cache):
    """dγ and dβ are swapped.

    The order is dx, dgamma, dbeta.
    """
    N, C, H, W = dout.shape
    pixels = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward_alt(pixels, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dbeta, dgamma


@mistake("spatial_groupnorm_forward")
def group_size_for_number(x, gamma, beta, G, gn_param):
    """G is used as the size of a group.

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

    That is layer norm. Each of the G groups has its own mean and variance.
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
def group_over_images(x, gamma, beta, G, gn_param):
    """The statistics are taken over the images too.

    Every image is normalised by itself: do not average over the axis of the images.
    """
    eps = gn_param.get("eps", 1e-5)
    groups = x.reshape(len(x), G, -1)
    centred = groups - groups.mean(axis=(0, 2), keepdims=True)
    var = np.mean(centred**2, axis=(0, 2), keepdims=True)
    x_hat = (centred / np.sqrt(var + eps)).reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, var, eps, gamma, G)


@mistake("spatial_groupnorm_forward")
def group_of_pixels(x, gamma, beta, G, gn_param):
    """Each pixel has its own statistics, over the channels of its group only.

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

    Add ε to the variance, then take the root of the sum.
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

    1e-5 is only the default: if gn_param has "eps", use that.
    """
    eps = 1e-5
    groups = x.reshape(len(x), G, -1)
    centred = groups - groups.mean(axis=2, keepdims=True)
    var = np.mean(centred**2, axis=2, keepdims=True)
    x_hat = (centred / np.sqrt(var + eps)).reshape(x.shape)
    return gamma * x_hat + beta, (x_hat, var, eps, gamma, G)


@mistake("spatial_groupnorm_forward")
def group_unbiased(x, gamma, beta, G, gn_param):
    """The variance is divided by M − 1, not by M.

    This scales the M numbers of a group and estimates no others: take the mean of the squares.
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

    Dividing alone changes the spread and does not centre the group.
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

    They can give every channel another size and centre, if that lowers the loss.
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

    Both are made of the group's numbers. The gradients of these paths belong to dx too.
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

    The forward pass divides by the root of var + eps; divide the gradient by the same number.
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

    A group holds several channels, each with its own γ: multiply by γ first, then sum.
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

    The forward pass takes the mean over the numbers of one group, so these sums run over the same numbers.
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

    A group has C / G · H · W numbers, and its mean divides by that.
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

    A mean of M numbers passes back M-ths: each number of the group gets its share.
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
    """The paths through mean and variance are added, not subtracted.

    A larger mean makes every x̂ smaller, and so does a larger variance: both gradients enter with a minus.
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
def group_dgamma_by_image(dout, cache):
    """dγ and dβ are not summed over the images.

    γ was used for every image and every pixel: the sum goes over the axes 0, 2 and 3.
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
    """dγ and dβ are swapped.

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
