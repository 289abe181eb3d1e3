"""Wrong solutions that people really write for 06_normalization/layer_norm, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("layernorm_forward")
def forward_axis(x, gamma, beta, ln_param):
    """The axis is wrong: each feature is normalised over the batch.

    That is batch norm. An image is a row, and its mean is taken along the row: axis=1.
    """
    eps = ln_param.get("eps", 1e-5)
    centred = x - x.mean(axis=0, keepdims=True)
    var = np.mean(centred**2, axis=0, keepdims=True)
    x_hat = centred / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, centred, var, eps, gamma)


@mistake("layernorm_forward")
def forward_whole(x, gamma, beta, ln_param):
    """One mean and one variance are taken over the whole batch.

    Then the images still depend on one another. Each row has its own two numbers: axis=1.
    """
    eps = ln_param.get("eps", 1e-5)
    centred = x - x.mean(keepdims=True)
    var = np.mean(centred**2, keepdims=True)
    x_hat = centred / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, centred, var, eps, gamma)


@mistake("layernorm_forward")
def forward_epsilon_missing(x, gamma, beta, ln_param):
    """ε is missing.

    An image whose features are all the same has the variance 0, and 0 / 0 is not a number.
    """
    eps = ln_param.get("eps", 1e-5)
    centred = x - x.mean(axis=1, keepdims=True)
    var = np.mean(centred**2, axis=1, keepdims=True)
    x_hat = centred / np.sqrt(var)
    return gamma * x_hat + beta, (x_hat, centred, var, eps, gamma)


@mistake("layernorm_forward")
def forward_epsilon_outside(x, gamma, beta, ln_param):
    """ε stands outside the root.

    Add ε to the variance, then take the root of the sum.
    """
    eps = ln_param.get("eps", 1e-5)
    centred = x - x.mean(axis=1, keepdims=True)
    var = np.mean(centred**2, axis=1, keepdims=True)
    x_hat = centred / (np.sqrt(var) + eps)
    return gamma * x_hat + beta, (x_hat, centred, var, eps, gamma)


@mistake("layernorm_forward")
def forward_epsilon_fixed(x, gamma, beta, ln_param):
    """ln_param's ε is not read.

    1e-5 is only the default: if ln_param has "eps", use that.
    """
    eps = 1e-5
    centred = x - x.mean(axis=1, keepdims=True)
    var = np.mean(centred**2, axis=1, keepdims=True)
    x_hat = centred / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, centred, var, eps, gamma)


@mistake("layernorm_forward")
def forward_unbiased(x, gamma, beta, ln_param):
    """The variance is divided by D − 1.

    This scales the numbers of one image and estimates no others: take the mean of the D squares.
    """
    eps = ln_param.get("eps", 1e-5)
    centred = x - x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, ddof=1, keepdims=True)
    x_hat = centred / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, centred, var, eps, gamma)


@mistake("layernorm_forward")
def forward_by_variance(x, gamma, beta, ln_param):
    """The divisor is the variance, not its root.

    Then the unit of x does not cancel, and the standard deviation of x̂ is not 1.
    """
    eps = ln_param.get("eps", 1e-5)
    centred = x - x.mean(axis=1, keepdims=True)
    var = np.mean(centred**2, axis=1, keepdims=True)
    x_hat = centred / (var + eps)
    return gamma * x_hat + beta, (x_hat, centred, var, eps, gamma)


@mistake("layernorm_forward")
def forward_mean_kept(x, gamma, beta, ln_param):
    """The mean is not subtracted.

    Dividing alone changes the spread and does not centre the image's numbers.
    """
    eps = ln_param.get("eps", 1e-5)
    centred = x - x.mean(axis=1, keepdims=True)
    var = np.mean(centred**2, axis=1, keepdims=True)
    x_hat = x / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, centred, var, eps, gamma)


@mistake("layernorm_forward")
def forward_without_scale(x, gamma, beta, ln_param):
    """γ and β are not used.

    Without them the features of every image have mean 0 and variance 1 for ever, whether that is good for
    the loss or not.
    """
    eps = ln_param.get("eps", 1e-5)
    centred = x - x.mean(axis=1, keepdims=True)
    var = np.mean(centred**2, axis=1, keepdims=True)
    x_hat = centred / np.sqrt(var + eps)
    return x_hat, (x_hat, centred, var, eps, gamma)


@mistake("layernorm_forward")
def forward_scale_by_image(x, gamma, beta, ln_param):
    """γ and β are used for the images, not for the features.

    They are learnt for each feature, so they have shape (D,) here too. If you transposed x for the
    statistics, transpose it back before γ and β.
    """
    eps = ln_param.get("eps", 1e-5)
    centred = x - x.mean(axis=1, keepdims=True)
    var = np.mean(centred**2, axis=1, keepdims=True)
    x_hat = centred / np.sqrt(var + eps)
    return (gamma * x_hat.T + beta).T, (x_hat, centred, var, eps, gamma)


@mistake("layernorm_forward")
def forward_broadcast(x, gamma, beta, ln_param):
    """The statistics of the images are used for the features.

    Without keepdims=True the means have shape (N,), and broadcasting matches them with the columns.
    If N and D differ, that is an error; here they are equal, and nothing warns you.
    """
    eps = ln_param.get("eps", 1e-5)
    centred = x - x.mean(axis=1)
    var = x.var(axis=1)
    x_hat = centred / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, centred, var, eps, gamma)


@mistake("layernorm_forward")
def forward_modes(x, gamma, beta, ln_param):
    """Test mode does something else.

    An image has its own mean and variance at test time as in training: there are no running
    statistics, and no modes.
    """
    eps = ln_param.get("eps", 1e-5)
    mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    if ln_param.get("mode", "train") == "test":
        mean, var = (
            ln_param.get("running_mean", np.zeros(x.shape[1])),
            ln_param.get("running_var", np.zeros(x.shape[1])),
        )
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, x - mean, var, eps, gamma)


@mistake("layernorm_backward")
def backward_mean_constant(dout, cache):
    """The mean is treated as a constant.

    It is made of the image's x, so each number reaches every feature of its image through it as well.
    """
    x_hat, _, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    along = x_hat * np.mean(dx_hat * x_hat, axis=1, keepdims=True)
    return (dx_hat - along) / np.sqrt(var + eps), dgamma, dbeta


@mistake("layernorm_backward")
def backward_variance_constant(dout, cache):
    """The variance is treated as a constant.

    It is made of the image's x, so each number reaches every feature of its image through it as well.
    """
    x_hat, _, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    mean = np.mean(dx_hat, axis=1, keepdims=True)
    return (dx_hat - mean) / np.sqrt(var + eps), dgamma, dbeta


@mistake("layernorm_backward")
def backward_both_constant(dout, cache):
    """Mean and variance are treated as constants.

    Both are made of the image's x. The gradients of these paths belong to dx too.
    """
    x_hat, _, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    return (dx_hat) / np.sqrt(var + eps), dgamma, dbeta


@mistake("layernorm_backward")
def backward_epsilon(dout, cache):
    """The gradient is right only while ε is tiny.

    The forward pass divides by the root of var + eps; divide the gradient by the same number.
    """
    x_hat, _, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    mean = np.mean(dx_hat, axis=1, keepdims=True)
    along = x_hat * np.mean(dx_hat * x_hat, axis=1, keepdims=True)
    return (dx_hat - mean - along) / np.sqrt(var), dgamma, dbeta


@mistake("layernorm_backward")
def backward_gamma_forgotten(dout, cache):
    """γ is forgotten in dx.

    x̂ is multiplied by γ, so the gradient of x̂ is dout times γ.
    """
    x_hat, _, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout
    mean = np.mean(dx_hat, axis=1, keepdims=True)
    along = x_hat * np.mean(dx_hat * x_hat, axis=1, keepdims=True)
    return (dx_hat - mean - along) / np.sqrt(var + eps), dgamma, dbeta


@mistake("layernorm_backward")
def backward_gamma_outside(dout, cache):
    """γ is taken out of the sums, as in batch norm.

    There a sum ran over one feature, with one γ. Here it runs over features, each with its own γ:
    multiply by γ first, then sum.
    """
    x_hat, _, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    mean = np.mean(dout, axis=1, keepdims=True)
    along = x_hat * np.mean(dout * x_hat, axis=1, keepdims=True)
    return gamma * (dout - mean - along) / np.sqrt(var + eps), dgamma, dbeta


@mistake("layernorm_backward")
def backward_over_images(dout, cache):
    """The sums for dx run over the images, as in batch norm.

    The forward pass takes the mean over the features of an image, so here too it is axis=1. The line with dγ and dβ in
    its bracket belongs to batch norm: these two are sums over the images.
    """
    x_hat, _, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    mean = np.mean(dx_hat, axis=0, keepdims=True)
    along = x_hat * np.mean(dx_hat * x_hat, axis=0, keepdims=True)
    return (dx_hat - mean - along) / np.sqrt(var + eps), dgamma, dbeta


@mistake("layernorm_backward")
def backward_by_n(dout, cache):
    """The sums for dx are divided by N, not by D.

    They run over the D features of an image, so their mean divides by D.
    """
    x_hat, _, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    mean = np.sum(dx_hat, axis=1, keepdims=True) / len(dout)
    along = x_hat * np.sum(dx_hat * x_hat, axis=1, keepdims=True) / len(dout)
    return (dx_hat - mean - along) / np.sqrt(var + eps), dgamma, dbeta


@mistake("layernorm_backward")
def backward_not_averaged(dout, cache):
    """The sums for dx are not divided by D.

    A mean passes back D-ths: each of an image's D numbers gets its share.
    """
    x_hat, _, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    mean = np.sum(dx_hat, axis=1, keepdims=True)
    along = x_hat * np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    return (dx_hat - mean - along) / np.sqrt(var + eps), dgamma, dbeta


@mistake("layernorm_backward")
def backward_sign(dout, cache):
    """The paths through mean and variance are added, not subtracted.

    A larger mean makes every x̂ smaller, and so does a larger variance: both gradients enter with a minus.
    """
    x_hat, _, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    mean = np.mean(dx_hat, axis=1, keepdims=True)
    along = x_hat * np.mean(dx_hat * x_hat, axis=1, keepdims=True)
    return (dx_hat + mean + along) / np.sqrt(var + eps), dgamma, dbeta


@mistake("layernorm_backward")
def backward_gamma_over_features(dout, cache):
    """dγ and dβ are summed over the features.

    γ has a number for each feature and was used for every image: it gets a sum over the images, axis=0.
    """
    x_hat, _, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=1), np.sum(dout, axis=1)
    dx_hat = dout * gamma
    mean = np.mean(dx_hat, axis=1, keepdims=True)
    along = x_hat * np.mean(dx_hat * x_hat, axis=1, keepdims=True)
    return (dx_hat - mean - along) / np.sqrt(var + eps), dgamma, dbeta


@mistake("layernorm_backward")
def backward_gamma_not_summed(dout, cache):
    """dγ and dβ are not summed.

    γ was broadcast to N rows. What was broadcast forward is summed backward.
    """
    x_hat, _, var, eps, gamma = cache
    dgamma, dbeta = dout * x_hat, dout
    dx_hat = dout * gamma
    mean = np.mean(dx_hat, axis=1, keepdims=True)
    along = x_hat * np.mean(dx_hat * x_hat, axis=1, keepdims=True)
    return (dx_hat - mean - along) / np.sqrt(var + eps), dgamma, dbeta


@mistake("layernorm_backward")
def backward_gamma_mean(dout, cache):
    """dγ and dβ are means.

    Each γ was used N times, and its gradients are added up. The 1/N of the loss is in dout already.
    """
    x_hat, _, var, eps, gamma = cache
    dgamma, dbeta = np.mean(dout * x_hat, axis=0), np.mean(dout, axis=0)
    dx_hat = dout * gamma
    mean = np.mean(dx_hat, axis=1, keepdims=True)
    along = x_hat * np.mean(dx_hat * x_hat, axis=1, keepdims=True)
    return (dx_hat - mean - along) / np.sqrt(var + eps), dgamma, dbeta


@mistake("layernorm_backward")
def backward_gamma_late(dout, cache):
    """dγ and dβ are computed from dout after dout was multiplied by γ.

    dout *= gamma writes into dout itself. Compute dγ and dβ first, or give the product its own name.
    """
    x_hat, _, var, eps, gamma = cache
    dx_hat = dout * gamma
    dgamma, dbeta = np.sum(dx_hat * x_hat, axis=0), np.sum(dx_hat, axis=0)
    mean = np.mean(dx_hat, axis=1, keepdims=True)
    along = x_hat * np.mean(dx_hat * x_hat, axis=1, keepdims=True)
    return (dx_hat - mean - along) / np.sqrt(var + eps), dgamma, dbeta


@mistake("layernorm_backward")
def backward_gamma_centred(dout, cache):
    """dγ uses x − μ in place of x̂.

    γ multiplies x̂, so the local derivative of out with respect to γ is x̂.
    """
    x_hat, centred, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * centred, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    mean = np.mean(dx_hat, axis=1, keepdims=True)
    along = x_hat * np.mean(dx_hat * x_hat, axis=1, keepdims=True)
    return (dx_hat - mean - along) / np.sqrt(var + eps), dgamma, dbeta


@mistake("layernorm_backward")
def backward_swapped(dout, cache):
    """dγ and dβ are swapped.

    The order is dx, dgamma, dbeta.
    """
    x_hat, _, var, eps, gamma = cache
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    dx_hat = dout * gamma
    mean = np.mean(dx_hat, axis=1, keepdims=True)
    along = x_hat * np.mean(dx_hat * x_hat, axis=1, keepdims=True)
    return (dx_hat - mean - along) / np.sqrt(var + eps), dbeta, dgamma


@mistake("layer_norm_net_init")
def init_no_option(self, hidden_dims, *, normalization=None, **options):
    """The option has no effect: no γ and β are made.

    The argument normalization must decide which parameters the network has.
    """
    NormalizedNet.__init__(self, hidden_dims, normalization=normalization, **options)
    if normalization == "layer_norm":
        for layer, size in enumerate(hidden_dims, 1):
            self.params[f"gamma{layer}"] = np.ones(size)
            self.params[f"beta{layer}"] = np.zeros(size)


@mistake("layer_norm_net_init")
def init_output_too(self, hidden_dims, *, normalization=None, **options):
    """The output layer has a γ and a β too.

    There is no norm after the last layer: the size of its scores says how sure the network is.
    """
    NormalizedNet.__init__(self, hidden_dims, normalization=normalization, **options)
    if normalization == "layernorm":
        for layer, size in enumerate([*hidden_dims, options.get("num_classes", 10)], 1):
            self.params[f"gamma{layer}"] = np.ones(size)
            self.params[f"beta{layer}"] = np.zeros(size)


@mistake("layer_norm_net_init")
def init_from_0(self, hidden_dims, *, normalization=None, **options):
    """The norms are numbered from 0.

    Number them like W1 and b1: the first layer has gamma1 and beta1.
    """
    NormalizedNet.__init__(self, hidden_dims, normalization=normalization, **options)
    if normalization == "layernorm":
        for layer, size in enumerate(hidden_dims):
            self.params[f"gamma{layer}"] = np.ones(size)
            self.params[f"beta{layer}"] = np.zeros(size)


@mistake("layer_norm_net_init")
def init_input_sizes(self, hidden_dims, *, normalization=None, **options):
    """γ and β have the size of the layer's input.

    The norm comes after the affine layer, and normalises its units: one γ for each unit.
    """
    NormalizedNet.__init__(self, hidden_dims, normalization=normalization, **options)
    if normalization == "layernorm":
        for layer, size in enumerate([options.get("input_dim", 3072), *hidden_dims[:-1]], 1):
            self.params[f"gamma{layer}"] = np.ones(size)
            self.params[f"beta{layer}"] = np.zeros(size)


@mistake("layer_norm_net_init")
def init_zeros(self, hidden_dims, *, normalization=None, **options):
    """γ starts at 0.

    Then every normalised unit is 0 for every image, and no gradient reaches the weights before it.
    """
    NormalizedNet.__init__(self, hidden_dims, normalization=normalization, **options)
    if normalization == "layernorm":
        for layer, size in enumerate(hidden_dims, 1):
            self.params[f"gamma{layer}"] = np.zeros(size)
            self.params[f"beta{layer}"] = np.zeros(size)


@mistake("layer_norm_net_init")
def init_beta(self, hidden_dims, *, normalization=None, **options):
    """β starts at 1.

    At the start the norm's output must have mean 0: β is 0.
    """
    NormalizedNet.__init__(self, hidden_dims, normalization=normalization, **options)
    if normalization == "layernorm":
        for layer, size in enumerate(hidden_dims, 1):
            self.params[f"gamma{layer}"] = np.ones(size)
            self.params[f"beta{layer}"] = np.ones(size)


@mistake("layer_norm_net_init")
def init_always(self, hidden_dims, *, normalization=None, **options):
    """γ and β are made without normalisation too.

    A network made with normalization=None has only weights and biases.
    """
    NormalizedNet.__init__(self, hidden_dims, normalization=normalization, **options)
    if True:
        for layer, size in enumerate(hidden_dims, 1):
            self.params[f"gamma{layer}"] = np.ones(size)
            self.params[f"beta{layer}"] = np.zeros(size)


@mistake("layer_norm_net_init")
def init_forgotten(self, hidden_dims, *, normalization=None, **options):
    """normalization is not passed on to NormalizedNet.

    It stores the value as self.normalization, which the other methods read.
    """
    NormalizedNet.__init__(self, hidden_dims, **options)
    if normalization == "layernorm":
        for layer, size in enumerate(hidden_dims, 1):
            self.params[f"gamma{layer}"] = np.ones(size)
            self.params[f"beta{layer}"] = np.zeros(size)


@mistake("layer_norm_net_hidden_forward")
def hidden_after_relu(self, x, layer):
    """The norm comes after the ReLU.

    Here it stands between the two, so that the ReLU cuts off about half of each image's numbers.
    """
    if self.normalization != "layernorm":
        return NormalizedNet.hidden_forward(self, x, layer)
    a, affine = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])
    normal, relu = relu_forward(a)
    gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
    out, norm = layernorm_forward(normal, gamma, beta, self.bn_params[layer - 1])
    return out, (affine, norm, relu)


@mistake("layer_norm_net_hidden_forward")
def hidden_no_option(self, x, layer):
    """The option has no effect: nothing is normalised.

    The value of self.normalization must decide what the layer does.
    """
    if self.normalization != "layernorm":
        return NormalizedNet.hidden_forward(self, x, layer)
    a, affine = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])
    gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
    normal, norm = a, layernorm_forward(a, gamma, beta, self.bn_params[layer - 1])[1]
    out, relu = relu_forward(normal)
    return out, (affine, norm, relu)


@mistake("layer_norm_net_hidden_forward")
def hidden_batch_norm(self, x, layer):
    """Batch norm is used in place of layer norm.

    With "layernorm", call your layernorm_forward; the base class uses batch norm for every option but None.
    """
    if self.normalization != "layernorm":
        return NormalizedNet.hidden_forward(self, x, layer)
    a, affine = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])
    gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
    normal, norm = batchnorm_forward(a, gamma, beta, {"mode": "train"} | self.bn_params[layer - 1])
    out, relu = relu_forward(normal)
    return out, (affine, norm, relu)


@mistake("layer_norm_net_hidden_forward")
def hidden_always(self, x, layer):
    """Networks with batch norm get layer norm too.

    Three options, three layers: pass all but "layernorm" on to NormalizedNet.hidden_forward.
    """
    if self.normalization is None:
        return NormalizedNet.hidden_forward(self, x, layer)
    a, affine = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])
    gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
    normal, norm = layernorm_forward(a, gamma, beta, self.bn_params[layer - 1])
    out, relu = relu_forward(normal)
    return out, (affine, norm, relu)


@mistake("layer_norm_net_hidden_forward")
def hidden_no_relu(self, x, layer):
    """The ReLU is left out.

    A normalised layer still needs its activation: affine, norm, ReLU.
    """
    if self.normalization != "layernorm":
        return NormalizedNet.hidden_forward(self, x, layer)
    a, affine = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])
    gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
    normal, norm = layernorm_forward(a, gamma, beta, self.bn_params[layer - 1])
    out, relu = normal, relu_forward(normal)[1]
    return out, (affine, norm, relu)


@mistake("layer_norm_net_hidden_forward")
def hidden_new_norm(self, x, layer):
    """The layer's own dictionary is not used: its ε is lost.

    Layer l has self.bn_params[l - 1], whatever the norm; a new dictionary knows only the defaults.
    """
    if self.normalization != "layernorm":
        return NormalizedNet.hidden_forward(self, x, layer)
    a, affine = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])
    gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
    normal, norm = layernorm_forward(a, gamma, beta, {})
    out, relu = relu_forward(normal)
    return out, (affine, norm, relu)


@mistake("layer_norm_net_hidden_forward")
def hidden_next_norm(self, x, layer):
    """Each layer uses the next layer's dictionary.

    Layers are counted from 1, lists from 0: layer l has self.bn_params[l - 1].
    """
    if self.normalization != "layernorm":
        return NormalizedNet.hidden_forward(self, x, layer)
    a, affine = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])
    gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
    normal, norm = layernorm_forward(a, gamma, beta, self.bn_params[layer % len(self.bn_params)])
    out, relu = relu_forward(normal)
    return out, (affine, norm, relu)


@mistake("layer_norm_net_hidden_backward")
def hidden_back_not_stored(self, dout, cache, layer):
    """The gradients of γ and β are not stored.

    The update rule finds them in self.grads, under the names of the parameters.
    """
    if self.normalization != "layernorm":
        return NormalizedNet.hidden_backward(self, dout, cache, layer)
    affine, norm, relu = cache
    dnormal = relu_backward(dout, relu)
    da, dgamma, dbeta = layernorm_backward(dnormal, norm)
    dx, dw, db = affine_backward(da, affine)
    self.grads |= {f"W{layer}": dw, f"b{layer}": db}
    return dx


@mistake("layer_norm_net_hidden_backward")
def hidden_back_swapped(self, dout, cache, layer):
    """dγ and dβ are swapped.

    layernorm_backward returns dx, dgamma, dbeta, in this order.
    """
    if self.normalization != "layernorm":
        return NormalizedNet.hidden_backward(self, dout, cache, layer)
    affine, norm, relu = cache
    dnormal = relu_backward(dout, relu)
    da, dbeta, dgamma = layernorm_backward(dnormal, norm)
    dx, dw, db = affine_backward(da, affine)
    self.grads |= {f"W{layer}": dw, f"b{layer}": db, f"gamma{layer}": dgamma, f"beta{layer}": dbeta}
    return dx


@mistake("layer_norm_net_hidden_backward")
def hidden_back_skips_norm(self, dout, cache, layer):
    """The gradient skips the norm.

    The affine layer's upstream gradient is the norm's dx, not the norm's own upstream gradient.
    """
    if self.normalization != "layernorm":
        return NormalizedNet.hidden_backward(self, dout, cache, layer)
    affine, norm, relu = cache
    dnormal = relu_backward(dout, relu)
    da, dgamma, dbeta = layernorm_backward(dnormal, norm)
    dx, dw, db = affine_backward(dnormal, affine)
    self.grads |= {f"W{layer}": dw, f"b{layer}": db, f"gamma{layer}": dgamma, f"beta{layer}": dbeta}
    return dx


@mistake("layer_norm_net_hidden_backward")
def hidden_back_skips_relu(self, dout, cache, layer):
    """The gradient skips the ReLU.

    The ReLU sets it to 0 where its input was negative, before it reaches the norm.
    """
    if self.normalization != "layernorm":
        return NormalizedNet.hidden_backward(self, dout, cache, layer)
    affine, norm, relu = cache
    dnormal = dout
    da, dgamma, dbeta = layernorm_backward(dnormal, norm)
    dx, dw, db = affine_backward(da, affine)
    self.grads |= {f"W{layer}": dw, f"b{layer}": db, f"gamma{layer}": dgamma, f"beta{layer}": dbeta}
    return dx


@mistake("layer_norm_net_hidden_backward")
def hidden_back_order(self, dout, cache, layer):
    """The backward pass begins with the norm.

    The forward pass is affine, norm, ReLU, so the backward pass is ReLU, norm, affine.
    """
    if self.normalization != "layernorm":
        return NormalizedNet.hidden_backward(self, dout, cache, layer)
    affine, norm, relu = cache
    da, dgamma, dbeta = layernorm_backward(dout, norm)
    da = relu_backward(da, relu)
    dx, dw, db = affine_backward(da, affine)
    self.grads |= {f"W{layer}": dw, f"b{layer}": db, f"gamma{layer}": dgamma, f"beta{layer}": dbeta}
    return dx


@mistake("layer_norm_net_hidden_backward")
def hidden_back_batch_norm(self, dout, cache, layer):
    """The backward pass is that of batch norm.

    The forward pass used layer norm, so its gradients come from layernorm_backward.
    """
    if self.normalization != "layernorm":
        return NormalizedNet.hidden_backward(self, dout, cache, layer)

    def batch_norms_way(dout, x_hat, _, var, eps, gamma):
        dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
        bracket = dout - (dgamma * x_hat + dbeta) / len(dout)
        return gamma / np.sqrt(var + eps) * bracket, dgamma, dbeta

    affine, norm, relu = cache
    dnormal = relu_backward(dout, relu)
    da, dgamma, dbeta = batch_norms_way(dnormal, *norm)
    dx, dw, db = affine_backward(da, affine)
    self.grads |= {f"W{layer}": dw, f"b{layer}": db, f"gamma{layer}": dgamma, f"beta{layer}": dbeta}
    return dx
