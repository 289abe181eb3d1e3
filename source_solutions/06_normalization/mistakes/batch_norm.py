"""Wrong solutions that people really write for 06_normalization/batch_norm, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("batchnorm_forward")
def forward_axis(x, gamma, beta, bn_param):
    """The axis is wrong: each image is normalised.

    A feature is a column, and its mean is taken over the images of the batch: down the column, axis=0.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_epsilon_missing(x, gamma, beta, bn_param):
    """ε is missing in training.

    A feature that is the same in the whole batch has the variance 0, and 0 / 0 is not a number.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / np.sqrt(var + (eps if mode != "train" else 0))
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_epsilon_outside(x, gamma, beta, bn_param):
    """ε stands outside the root in training.

    Add ε to the variance, then take the root of the sum.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / (np.sqrt(var + eps) if mode != "train" else np.sqrt(var) + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_test_epsilon_missing(x, gamma, beta, bn_param):
    """ε is missing at test time.

    The network was trained with ε, so its later layers expect a slightly smaller x̂.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / np.sqrt(var + (eps if mode == "train" else 0))
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_test_epsilon_outside(x, gamma, beta, bn_param):
    """ε stands outside the root at test time.

    Add ε to the variance, then take the root of the sum, in both modes.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / (np.sqrt(var + eps) if mode == "train" else np.sqrt(var) + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_unbiased(x, gamma, beta, bn_param):
    """The variance is divided by N − 1.

    Batch normalisation scales this batch and estimates no other: take the mean of squares, as np.var does.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0, ddof=1)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_by_variance(x, gamma, beta, bn_param):
    """The divisor is the variance, not its root.

    Then the unit of x does not cancel, and the standard deviation of x̂ is not 1.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / (var + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_without_scale(x, gamma, beta, bn_param):
    """γ and β are not used.

    Without them every unit has mean 0 and variance 1 for ever, whether that is good for the loss or not.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / np.sqrt(var + eps)
    return x_hat, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_mean_kept(x, gamma, beta, bn_param):
    """The mean is not subtracted.

    Dividing alone changes the spread and does not centre the features.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    x_hat = x / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_not_kept(x, gamma, beta, bn_param):
    """The running statistics are not stored in bn_param.

    A local variable is gone when the function ends. What the next call needs must be in the dictionary.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_momentum_reversed(x, gamma, beta, bn_param):
    """momentum is used the wrong way round.

    It is the share of the old value that is kept: with 0.9, the new batch counts for one tenth.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = (1 - momentum) * running_mean + momentum * mean
        bn_param["running_var"] = (1 - momentum) * running_var + momentum * var
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_last_batch(x, gamma, beta, bn_param):
    """Only the last batch is remembered.

    A running mean keeps the share `momentum` of its old value.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = mean
        bn_param["running_var"] = var
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_starts_from_zero(x, gamma, beta, bn_param):
    """The running statistics start again from 0 with every batch.

    Read them from bn_param, and use zeros only if it does not have them yet.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = (1 - momentum) * mean
        bn_param["running_var"] = (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_deviation_kept(x, gamma, beta, bn_param):
    """The running variance averages standard deviations.

    The mean of roots is not the root of the mean. Keep the variance, and take the root in test mode.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * np.sqrt(var)
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_epsilon_kept(x, gamma, beta, bn_param):
    """ε is included in the running variance.

    Test mode adds it as well, so it would count twice.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * (var + eps)
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_running_in_training(x, gamma, beta, bn_param):
    """The running statistics are used in training too.

    While the network learns, each batch is normalised by its own mean and variance.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    mean, var = running_mean, running_var
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_batch_at_test(x, gamma, beta, bn_param):
    """The batch's statistics are used at test time.

    Then the output for an image depends on the other images of the batch, and for a single image it is
    always β.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = x.mean(axis=0), x.var(axis=0)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("batchnorm_forward")
def forward_test_updates(x, gamma, beta, bn_param):
    """Test mode changes the running statistics.

    They belong to training. Asking the network for scores must not change its next answer.
    """
    mode, eps = bn_param["mode"], bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * x.mean(axis=0)
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * x.var(axis=0)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("dvar")
def dvar_sign(dx_hat, x_mu, var, eps):
    """The minus sign is missing.

    A larger variance makes x̂ smaller: the derivative of v ** -0.5 is negative.
    """
    return 0.5 * np.sum(dx_hat * x_mu, axis=0) * (var + eps) ** -1.5


@mistake("dvar")
def dvar_half(dx_hat, x_mu, var, eps):
    """The ½ is missing.

    The root is a power too: the derivative of v ** -0.5 has its exponent as a factor.
    """
    return -np.sum(dx_hat * x_mu, axis=0) * (var + eps) ** -1.5


@mistake("dvar")
def dvar_exponent(dx_hat, x_mu, var, eps):
    """The power is still −1/2.

    A derivative lowers the exponent by 1: from −1/2 to −3/2.
    """
    return -0.5 * np.sum(dx_hat * x_mu, axis=0) * (var + eps) ** -0.5


@mistake("dvar")
def dvar_not_summed(dx_hat, x_mu, var, eps):
    """The gradients are not summed over the batch.

    The one variance of a feature touches the x̂ of every image. Its gradient is a sum, one number per
    feature.
    """
    return -0.5 * (dx_hat * x_mu) * (var + eps) ** -1.5


@mistake("dvar")
def dvar_mean(dx_hat, x_mu, var, eps):
    """A mean is taken where a sum belongs.

    Each image's x̂ passes back its own share, and the shares add up. The 1/N comes later, from the
    variance to x.
    """
    return -0.5 * np.mean(dx_hat * x_mu, axis=0) * (var + eps) ** -1.5


@mistake("dvar")
def dvar_epsilon(dx_hat, x_mu, var, eps):
    """ε is forgotten in the variance's gradient.

    The forward pass takes the root of var + eps, so its derivative is that at var + eps.
    """
    return -0.5 * np.sum(dx_hat * x_mu, axis=0) * var**-1.5


@mistake("dvar")
def dvar_local_missing(dx_hat, x_mu, var, eps):
    """The distance from the mean is forgotten.

    x̂ is (x − μ) times the power: x − μ is the factor that stays when the power is differentiated.
    """
    return -0.5 * np.sum(dx_hat, axis=0) * (var + eps) ** -1.5


@mistake("dmu")
def dmu_sign(dx_hat, x_mu, var, eps):
    """The minus sign is missing.

    The mean is subtracted: raise it, and every x̂ falls.
    """
    return np.sum(dx_hat, axis=0) / np.sqrt(var + eps)


@mistake("dmu")
def dmu_not_summed(dx_hat, x_mu, var, eps):
    """The gradients are not summed over the batch.

    The one mean of a feature touches the x̂ of every image. Its gradient is a sum, one number per feature.
    """
    return -dx_hat / np.sqrt(var + eps)


@mistake("dmu")
def dmu_average(dx_hat, x_mu, var, eps):
    """A mean is taken where a sum belongs.

    Each image's x̂ passes back its own share, and the shares add up. The 1/N comes later, from the mean
    to x.
    """
    return -np.mean(dx_hat, axis=0) / np.sqrt(var + eps)


@mistake("dmu")
def dmu_variance(dx_hat, x_mu, var, eps):
    """The divisor is the variance, not its root.

    x̂ is x − μ divided by the root of var + eps: that root belongs to the local derivative.
    """
    return -np.sum(dx_hat, axis=0) / (var + eps)


@mistake("dmu")
def dmu_scale_missing(dx_hat, x_mu, var, eps):
    """The standard deviation is forgotten.

    x̂ changes by 1/σ where the mean changes by 1.
    """
    return -np.sum(dx_hat, axis=0)


@mistake("dmu")
def dmu_epsilon(dx_hat, x_mu, var, eps):
    """ε is forgotten in the mean's gradient.

    The forward pass divides by the root of var + eps.
    """
    return -np.sum(dx_hat, axis=0) / np.sqrt(var)


@mistake("batchnorm_backward")
def backward_mean_constant(dout, cache):
    """The mean is treated as a constant.

    x touches every x̂ of its column through the mean as well, and the gradient of that path, dmu / N,
    belongs to dx.
    """
    x_hat, centred, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    direct = dx_hat / np.sqrt(var + eps)
    through_var = dvar(dx_hat, centred, var, eps) * 2 * centred / len(dout)
    through_mean = dmu(dx_hat, centred, var, eps) / len(dout)
    return direct + through_var, dgamma, dbeta


@mistake("batchnorm_backward")
def backward_variance_constant(dout, cache):
    """The variance is treated as a constant.

    x touches every x̂ of its column through the variance as well, and the gradient of that path belongs
    to dx.
    """
    x_hat, centred, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    direct = dx_hat / np.sqrt(var + eps)
    through_var = dvar(dx_hat, centred, var, eps) * 2 * centred / len(dout)
    through_mean = dmu(dx_hat, centred, var, eps) / len(dout)
    return direct + through_mean, dgamma, dbeta


@mistake("batchnorm_backward")
def backward_both_constant(dout, cache):
    """Mean and variance are treated as constants.

    That is the gradient in test mode. In training both are made of x, and gradients come back through them.
    """
    x_hat, centred, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    direct = dx_hat / np.sqrt(var + eps)
    through_var = dvar(dx_hat, centred, var, eps) * 2 * centred / len(dout)
    through_mean = dmu(dx_hat, centred, var, eps) / len(dout)
    return direct, dgamma, dbeta


@mistake("batchnorm_backward")
def backward_epsilon(dout, cache):
    """The gradient is right only while ε is tiny.

    The forward pass divides by the root of var + eps; wherever the backward pass divides, eps belongs
    there too.
    """
    x_hat, centred, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    direct = dx_hat / np.sqrt(var)
    through_var = dvar(dx_hat, centred, var, 0) * 2 * centred / len(dout)
    through_mean = dmu(dx_hat, centred, var, 0) / len(dout)
    return direct + through_var + through_mean, dgamma, dbeta


@mistake("batchnorm_backward")
def backward_not_shared(dout, cache):
    """The 1/N is missing on the way from the statistics to x.

    A mean passes one N-th of its gradient back to each of its N numbers.
    """
    x_hat, centred, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    direct = dx_hat / np.sqrt(var + eps)
    through_var = dvar(dx_hat, centred, var, eps) * 2 * centred
    through_mean = dmu(dx_hat, centred, var, eps)
    return direct + through_var + through_mean, dgamma, dbeta


@mistake("batchnorm_backward")
def backward_square(dout, cache):
    """The 2 of the square is missing.

    The variance is a mean of squares, and the derivative of a square is twice the number.
    """
    x_hat, centred, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    direct = dx_hat / np.sqrt(var + eps)
    through_var = dvar(dx_hat, centred, var, eps) * centred / len(dout)
    through_mean = dmu(dx_hat, centred, var, eps) / len(dout)
    return direct + through_var + through_mean, dgamma, dbeta


@mistake("batchnorm_backward")
def backward_gamma(dout, cache):
    """γ is forgotten in dx.

    The forward pass multiplies x̂ by γ, so the gradient of x̂ is dout times γ.
    """
    x_hat, centred, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout
    direct = dx_hat / np.sqrt(var + eps)
    through_var = dvar(dx_hat, centred, var, eps) * 2 * centred / len(dout)
    through_mean = dmu(dx_hat, centred, var, eps) / len(dout)
    return direct + through_var + through_mean, dgamma, dbeta


@mistake("batchnorm_backward")
def backward_dgamma_centred(dout, cache):
    """dγ uses x − μ in place of x̂.

    γ was multiplied by x̂, so x̂ is its local derivative: x − μ divided by the standard deviation.
    """
    x_hat, centred, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * centred, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    direct = dx_hat / np.sqrt(var + eps)
    through_var = dvar(dx_hat, centred, var, eps) * 2 * centred / len(dout)
    through_mean = dmu(dx_hat, centred, var, eps) / len(dout)
    return direct + through_var + through_mean, dgamma, dbeta


@mistake("batchnorm_backward")
def backward_average(dout, cache):
    """dγ and dβ are means.

    γ and β were broadcast to every image, and what was broadcast forward is summed backward.
    """
    x_hat, centred, var, eps, gamma = cache
    dgamma, dbeta = np.mean(dout * x_hat, axis=0), np.mean(dout, axis=0)
    dx_hat = dout * gamma
    direct = dx_hat / np.sqrt(var + eps)
    through_var = dvar(dx_hat, centred, var, eps) * 2 * centred / len(dout)
    through_mean = dmu(dx_hat, centred, var, eps) / len(dout)
    return direct + through_var + through_mean, dgamma, dbeta


@mistake("batchnorm_backward")
def backward_swapped(dout, cache):
    """dγ and dβ are swapped.

    They are returned in the order of the arguments: gamma, then beta.
    """
    x_hat, centred, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    direct = dx_hat / np.sqrt(var + eps)
    through_var = dvar(dx_hat, centred, var, eps) * 2 * centred / len(dout)
    through_mean = dmu(dx_hat, centred, var, eps) / len(dout)
    return direct + through_var + through_mean, dbeta, dgamma


@mistake("batchnorm_backward_alt")
def alt_mean_constant(dout, cache):
    """The mean is treated as a constant.

    dβ in the bracket is the gradient that comes back through the mean.
    """
    x_hat, centred, var, eps, gamma = cache
    N = len(dout)
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx = gamma / np.sqrt(var + eps) * (dout - (dgamma * x_hat) / N)
    return dx, dgamma, dbeta


@mistake("batchnorm_backward_alt")
def alt_variance_constant(dout, cache):
    """The variance is treated as a constant.

    dγ · x̂ in the bracket is the gradient that comes back through the variance.
    """
    x_hat, centred, var, eps, gamma = cache
    N = len(dout)
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx = gamma / np.sqrt(var + eps) * (dout - (dbeta) / N)
    return dx, dgamma, dbeta


@mistake("batchnorm_backward_alt")
def alt_both_constant(dout, cache):
    """Mean and variance are treated as constants.

    That is the gradient in test mode. In training both are made of x, and gradients come back through them.
    """
    x_hat, centred, var, eps, gamma = cache
    N = len(dout)
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx = gamma / np.sqrt(var + eps) * dout
    return dx, dgamma, dbeta


@mistake("batchnorm_backward_alt")
def alt_epsilon(dout, cache):
    """The gradient is right only while ε is tiny.

    σ is the root of var + eps, as in the forward pass.
    """
    x_hat, centred, var, eps, gamma = cache
    N = len(dout)
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx = gamma / np.sqrt(var) * (dout - (dgamma * x_hat + dbeta) / N)
    return dx, dgamma, dbeta


@mistake("batchnorm_backward_alt")
def alt_not_averaged(dout, cache):
    """The bracket is not divided by N.

    Mean and variance are both means over the batch: each x gets one N-th of their gradients.
    """
    x_hat, centred, var, eps, gamma = cache
    N = len(dout)
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx = gamma / np.sqrt(var + eps) * (dout - (dgamma * x_hat + dbeta))
    return dx, dgamma, dbeta


@mistake("batchnorm_backward_alt")
def alt_unbiased(dout, cache):
    """The bracket is divided by N − 1.

    The forward pass divides by N, so the backward pass does too.
    """
    x_hat, centred, var, eps, gamma = cache
    N = len(dout)
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx = gamma / np.sqrt(var + eps) * (dout - (dgamma * x_hat + dbeta) / (N - 1))
    return dx, dgamma, dbeta


@mistake("batchnorm_backward_alt")
def alt_gamma(dout, cache):
    """γ is forgotten in dx.

    The forward pass multiplies x̂ by γ.
    """
    x_hat, centred, var, eps, gamma = cache
    N = len(dout)
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx = 1 / np.sqrt(var + eps) * (dout - (dgamma * x_hat + dbeta) / N)
    return dx, dgamma, dbeta


@mistake("batchnorm_backward_alt")
def alt_centred(dout, cache):
    """x − μ is used in place of x̂.

    The formula uses the normalised x: x − μ divided by the standard deviation.
    """
    x_hat, centred, var, eps, gamma = cache
    N = len(dout)
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx = gamma / np.sqrt(var + eps) * (dout - (dgamma * centred + dbeta) / N)
    return dx, dgamma, dbeta


@mistake("batchnorm_backward_alt")
def alt_sign(dout, cache):
    """The paths through mean and variance are added, not subtracted.

    The layer subtracts the mean and divides by the standard deviation: both gradients enter with a minus.
    """
    x_hat, centred, var, eps, gamma = cache
    N = len(dout)
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx = gamma / np.sqrt(var + eps) * (dout + (dgamma * x_hat + dbeta) / N)
    return dx, dgamma, dbeta


@mistake("normalized_net_init")
def init_output(self, hidden_dims, *, normalization=None, **options):
    """The output layer has a γ and a β too.

    Scores are not normalised: their size tells the softmax how sure the network is.
    """
    FullyConnectedNet.__init__(self, hidden_dims, normalization=normalization, **options)
    self.bn_params = [{"mode": "train"} for _ in hidden_dims]
    if normalization == "batchnorm":
        for layer, size in enumerate([*hidden_dims, len(self.params[f"b{self.num_layers}"])], 1):
            self.params[f"gamma{layer}"] = np.ones(size)
            self.params[f"beta{layer}"] = np.zeros(size)


@mistake("normalized_net_init")
def init_from_0(self, hidden_dims, *, normalization=None, **options):
    """The norms are numbered from 0.

    Number them like W1 and b1: the first layer has gamma1 and beta1.
    """
    FullyConnectedNet.__init__(self, hidden_dims, normalization=normalization, **options)
    self.bn_params = [{"mode": "train"} for _ in hidden_dims]
    if normalization == "batchnorm":
        for layer, size in enumerate(hidden_dims):
            self.params[f"gamma{layer}"] = np.ones(size)
            self.params[f"beta{layer}"] = np.zeros(size)


@mistake("normalized_net_init")
def init_no_option(self, hidden_dims, *, normalization=None, **options):
    """The option has no effect: no γ and β are made.

    The argument normalization must decide which parameters the network has.
    """
    FullyConnectedNet.__init__(self, hidden_dims, normalization=normalization, **options)
    self.bn_params = [{"mode": "train"} for _ in hidden_dims]
    if normalization == "batch_norm":
        for layer, size in enumerate(hidden_dims, 1):
            self.params[f"gamma{layer}"] = np.ones(size)
            self.params[f"beta{layer}"] = np.zeros(size)


@mistake("normalized_net_init")
def init_always(self, hidden_dims, *, normalization=None, **options):
    """γ and β are made without normalisation too.

    A network made with normalization=None is that of the previous assignment.
    """
    FullyConnectedNet.__init__(self, hidden_dims, normalization=normalization, **options)
    self.bn_params = [{"mode": "train"} for _ in hidden_dims]
    if True:
        for layer, size in enumerate(hidden_dims, 1):
            self.params[f"gamma{layer}"] = np.ones(size)
            self.params[f"beta{layer}"] = np.zeros(size)


@mistake("normalized_net_init")
def init_zeros(self, hidden_dims, *, normalization=None, **options):
    """γ starts at 0.

    Then every normalised unit is 0 for every image, and no gradient reaches the weights before it.
    """
    FullyConnectedNet.__init__(self, hidden_dims, normalization=normalization, **options)
    self.bn_params = [{"mode": "train"} for _ in hidden_dims]
    if normalization == "batchnorm":
        for layer, size in enumerate(hidden_dims, 1):
            self.params[f"gamma{layer}"] = np.zeros(size)
            self.params[f"beta{layer}"] = np.zeros(size)


@mistake("normalized_net_init")
def init_beta(self, hidden_dims, *, normalization=None, **options):
    """β starts at 1.

    At the start the norm's output must have mean 0: β is 0.
    """
    FullyConnectedNet.__init__(self, hidden_dims, normalization=normalization, **options)
    self.bn_params = [{"mode": "train"} for _ in hidden_dims]
    if normalization == "batchnorm":
        for layer, size in enumerate(hidden_dims, 1):
            self.params[f"gamma{layer}"] = np.ones(size)
            self.params[f"beta{layer}"] = np.ones(size)


@mistake("normalized_net_init")
def init_shared(self, hidden_dims, *, normalization=None, **options):
    """All layers share one bn_param.

    [d] * n is n times the same dictionary: the running statistics of one layer overwrite those of the
    other.
    """
    FullyConnectedNet.__init__(self, hidden_dims, normalization=normalization, **options)
    self.bn_params = [{"mode": "train"}] * len(hidden_dims)
    if normalization == "batchnorm":
        for layer, size in enumerate(hidden_dims, 1):
            self.params[f"gamma{layer}"] = np.ones(size)
            self.params[f"beta{layer}"] = np.zeros(size)


@mistake("normalized_net_init")
def init_for_batchnorm_alone(self, hidden_dims, *, normalization=None, **options):
    """bn_params are made for "batchnorm" only.

    Classes that are built on this one have other norms, and need a dictionary for each layer too.
    """
    FullyConnectedNet.__init__(self, hidden_dims, normalization=normalization, **options)
    self.bn_params = []
    if normalization == "batchnorm":
        self.bn_params = [{"mode": "train"} for _ in hidden_dims]
        for layer, size in enumerate(hidden_dims, 1):
            self.params[f"gamma{layer}"] = np.ones(size)
            self.params[f"beta{layer}"] = np.zeros(size)


@mistake("normalized_net_init")
def init_forgotten(self, hidden_dims, *, normalization=None, **options):
    """normalization is not passed on to FullyConnectedNet.

    It stores the value as self.normalization, which the other methods read.
    """
    FullyConnectedNet.__init__(self, hidden_dims, **options)
    self.bn_params = [{"mode": "train"} for _ in hidden_dims]
    if normalization == "batchnorm":
        for layer, size in enumerate(hidden_dims, 1):
            self.params[f"gamma{layer}"] = np.ones(size)
            self.params[f"beta{layer}"] = np.zeros(size)


@mistake("normalized_net_hidden_forward")
def hidden_after_relu(self, x, layer):
    """The norm comes after the ReLU.

    Here it stands between the two, so that the ReLU cuts off about half of each unit's numbers.
    """
    if self.normalization is None:
        return FullyConnectedNet.hidden_forward(self, x, layer)
    a, affine = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])
    gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
    normal, relu = relu_forward(a)
    out, norm = batchnorm_forward(normal, gamma, beta, self.bn_params[layer - 1])
    return out, (affine, norm, relu)


@mistake("normalized_net_hidden_forward")
def hidden_no_option(self, x, layer):
    """The option has no effect: nothing is normalised.

    The value of self.normalization must decide what the layer does.
    """
    if self.normalization in (None, "batchnorm"):
        out, (affine, relu) = FullyConnectedNet.hidden_forward(self, x, layer)
        return out, (affine, None, relu)
    a, affine = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])
    gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
    normal, norm = batchnorm_forward(a, gamma, beta, self.bn_params[layer - 1])
    out, relu = relu_forward(normal)
    return out, (affine, norm, relu)


@mistake("normalized_net_hidden_forward")
def hidden_always(self, x, layer):
    """The layer is normalised with normalization=None too.

    That network has no gamma1. Check self.normalization first.
    """
    a, affine = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])
    gamma, beta = self.params.get(f"gamma{layer}", 1.0), self.params.get(f"beta{layer}", 0.0)
    normal, norm = batchnorm_forward(a, gamma, beta, self.bn_params[layer - 1])
    out, relu = relu_forward(normal)
    return out, (affine, norm, relu)


@mistake("normalized_net_hidden_forward")
def hidden_no_relu(self, x, layer):
    """The ReLU is left out.

    A normalised layer still needs its activation: affine, norm, ReLU.
    """
    if self.normalization is None:
        return FullyConnectedNet.hidden_forward(self, x, layer)
    a, affine = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])
    gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
    normal, norm = batchnorm_forward(a, gamma, beta, self.bn_params[layer - 1])
    out, relu = normal, np.ones_like(normal)
    return out, (affine, norm, relu)


@mistake("normalized_net_hidden_forward")
def hidden_first_norm(self, x, layer):
    """Every layer uses the first layer's bn_param.

    Layer l has self.bn_params[l - 1], with running statistics of its own size.
    """
    if self.normalization is None:
        return FullyConnectedNet.hidden_forward(self, x, layer)
    a, affine = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])
    gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
    normal, norm = batchnorm_forward(a, gamma, beta, self.bn_params[0])
    out, relu = relu_forward(normal)
    return out, (affine, norm, relu)


@mistake("normalized_net_hidden_forward")
def hidden_next_norm(self, x, layer):
    """Each layer uses the next layer's bn_param.

    Layers are counted from 1, lists from 0: layer l has self.bn_params[l - 1].
    """
    if self.normalization is None:
        return FullyConnectedNet.hidden_forward(self, x, layer)
    a, affine = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])
    gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
    normal, norm = batchnorm_forward(a, gamma, beta, self.bn_params[layer % len(self.bn_params)])
    out, relu = relu_forward(normal)
    return out, (affine, norm, relu)


@mistake("normalized_net_hidden_forward")
def hidden_new_norm(self, x, layer):
    """A new bn_param is made in every call.

    The running statistics live in self.bn_params: a new dictionary forgets them.
    """
    if self.normalization is None:
        return FullyConnectedNet.hidden_forward(self, x, layer)
    a, affine = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])
    gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
    normal, norm = batchnorm_forward(a, gamma, beta, dict(self.bn_params[layer - 1]))
    out, relu = relu_forward(normal)
    return out, (affine, norm, relu)


@mistake("normalized_net_hidden_backward")
def hidden_back_not_stored(self, dout, cache, layer):
    """The gradients of γ and β are not stored.

    The update rule finds them in self.grads, under the names of the parameters.
    """
    if self.normalization is None:
        return FullyConnectedNet.hidden_backward(self, dout, cache, layer)
    affine, norm, relu = cache
    dnormal = relu_backward(dout, relu)
    da, dgamma, dbeta = batchnorm_backward_alt(dnormal, norm)
    dx, dw, db = affine_backward(da, affine)
    self.grads |= {f"W{layer}": dw, f"b{layer}": db}
    return dx


@mistake("normalized_net_hidden_backward")
def hidden_back_swapped(self, dout, cache, layer):
    """dγ and dβ are swapped.

    batchnorm_backward_alt returns dx, dgamma, dbeta, in this order.
    """
    if self.normalization is None:
        return FullyConnectedNet.hidden_backward(self, dout, cache, layer)
    affine, norm, relu = cache
    dnormal = relu_backward(dout, relu)
    da, dbeta, dgamma = batchnorm_backward_alt(dnormal, norm)
    dx, dw, db = affine_backward(da, affine)
    self.grads |= {f"W{layer}": dw, f"b{layer}": db, f"gamma{layer}": dgamma, f"beta{layer}": dbeta}
    return dx


@mistake("normalized_net_hidden_backward")
def hidden_back_skips_norm(self, dout, cache, layer):
    """The gradient skips the norm.

    The affine layer's upstream gradient is the norm's dx, not the norm's own upstream gradient.
    """
    if self.normalization is None:
        return FullyConnectedNet.hidden_backward(self, dout, cache, layer)
    affine, norm, relu = cache
    dnormal = relu_backward(dout, relu)
    da, dgamma, dbeta = batchnorm_backward_alt(dnormal, norm)
    dx, dw, db = affine_backward(dnormal, affine)
    self.grads |= {f"W{layer}": dw, f"b{layer}": db, f"gamma{layer}": dgamma, f"beta{layer}": dbeta}
    return dx


@mistake("normalized_net_hidden_backward")
def hidden_back_skips_relu(self, dout, cache, layer):
    """The gradient skips the ReLU.

    The ReLU sets it to 0 where its input was negative, before it reaches the norm.
    """
    if self.normalization is None:
        return FullyConnectedNet.hidden_backward(self, dout, cache, layer)
    affine, norm, relu = cache
    dnormal = dout
    da, dgamma, dbeta = batchnorm_backward_alt(dnormal, norm)
    dx, dw, db = affine_backward(da, affine)
    self.grads |= {f"W{layer}": dw, f"b{layer}": db, f"gamma{layer}": dgamma, f"beta{layer}": dbeta}
    return dx


@mistake("normalized_net_hidden_backward")
def hidden_back_order(self, dout, cache, layer):
    """The backward pass begins with the norm.

    The forward pass is affine, norm, ReLU, so the backward pass is ReLU, norm, affine.
    """
    if self.normalization is None:
        return FullyConnectedNet.hidden_backward(self, dout, cache, layer)
    affine, norm, relu = cache
    dnormal, dgamma, dbeta = batchnorm_backward_alt(dout, norm)
    da = relu_backward(dnormal, relu)
    dx, dw, db = affine_backward(da, affine)
    self.grads |= {f"W{layer}": dw, f"b{layer}": db, f"gamma{layer}": dgamma, f"beta{layer}": dbeta}
    return dx


@mistake("normalized_net_loss")
def loss_always_training(self, X, y=None):
    """The mode is never set: training mode at test time.

    A network that is asked for scores must use its running statistics.
    """
    mode = "train"
    for bn_param in self.bn_params:
        bn_param["mode"] = mode
    return FullyConnectedNet.loss(self, X, y)


@mistake("normalized_net_loss")
def loss_other_key(self, X, y=None):
    """The mode is stored under the wrong key.

    bn_param[mode] = mode writes bn_param["test"]; the layer reads bn_param["mode"].
    """
    mode = "test" if y is None else "train"
    for bn_param in self.bn_params:
        bn_param[mode] = mode
    return FullyConnectedNet.loss(self, X, y)


@mistake("normalized_net_loss")
def loss_reversed(self, X, y=None):
    """The modes are the wrong way round.

    With labels the mode is "train"; without labels the network returns scores, and the mode is "test".
    """
    mode = "test" if y is not None else "train"
    for bn_param in self.bn_params:
        bn_param["mode"] = mode
    return FullyConnectedNet.loss(self, X, y)


@mistake("normalized_net_loss")
def loss_stays_in_test(self, X, y=None):
    """After the first test the network stays in test mode.

    Set the mode in every call, not only where y is None.
    """
    mode = "test" if y is None else "train"
    for bn_param in self.bn_params:
        if y is None:
            bn_param["mode"] = mode
    return FullyConnectedNet.loss(self, X, y)


@mistake("normalized_net_loss")
def loss_first_only(self, X, y=None):
    """Only the first layer's mode is set.

    Each hidden layer has a bn_param of its own.
    """
    mode = "test" if y is None else "train"
    for bn_param in self.bn_params[:1]:
        bn_param["mode"] = mode
    return FullyConnectedNet.loss(self, X, y)


@mistake("normalized_net_loss")
def loss_scores_normalised(self, X, y=None):
    """The scores are normalised too.

    There is no norm after the last layer: it would hide how sure the network is.
    """
    mode = "test" if y is None else "train"
    for bn_param in self.bn_params:
        bn_param["mode"] = mode
    scores = FullyConnectedNet.loss(self, X)
    center, spread = scores.mean(axis=0), np.sqrt(scores.var(axis=0) + 1e-5)
    if y is None:
        return (scores - center) / spread
    _, grads = FullyConnectedNet.loss(self, X, y)
    return softmax_loss((scores - center) / spread, y)[0], grads


@mistake("normalized_net_loss")
def loss_gamma_regularised(self, X, y=None):
    """γ and β are regularised too.

    Only the weights W are regularised: pulling γ to 0 would switch the units off.
    """
    mode = "test" if y is None else "train"
    for bn_param in self.bn_params:
        bn_param["mode"] = mode
    if y is None:
        return FullyConnectedNet.loss(self, X)
    value, grads = FullyConnectedNet.loss(self, X, y)
    for name, p in self.params.items():
        if name.startswith(("gamma", "beta")):
            value, grads[name] = value + 0.5 * self.reg * np.sum(p * p), grads[name] + self.reg * p
    return value, grads
