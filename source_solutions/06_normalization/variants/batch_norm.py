"""Right solutions of 06_normalization/batch_norm, written differently."""

import numpy as np

from autograder.grading.mistakes import variant


@variant("batchnorm_forward")
def forward_in_the_field(x, gamma, beta, bn_param):
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    _N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(D, dtype=x.dtype))
    out, cache = None, None
    if mode == "train":
        sample_mean = np.mean(x, axis=0)
        sample_var = np.var(x, axis=0)
        std = np.sqrt(sample_var + eps)
        x_hat = (x - sample_mean) / std
        out = x_hat * gamma + beta
        cache = (x_hat, x - sample_mean, sample_var, eps, gamma)
        running_mean = momentum * running_mean + (1 - momentum) * sample_mean
        running_var = momentum * running_var + (1 - momentum) * sample_var
    elif mode == "test":
        x_norm = (x - running_mean) / np.sqrt(running_var + eps)
        out = gamma * x_norm + beta
    else:
        raise ValueError(f'Invalid forward batchnorm mode "{mode}"')
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, cache


@variant("batchnorm_forward")
def forward_by_moments(x, gamma, beta, bn_param):
    N, D = x.shape
    keep = bn_param.setdefault("momentum", 0.9)
    statistics = [bn_param.setdefault(name, np.zeros(D)) for name in ("running_mean", "running_var")]
    eps = bn_param.setdefault("eps", 1e-5)
    if bn_param["mode"] == "train":
        center = np.ones(N) @ x / N
        statistics = [center, np.einsum("ij,ij->j", x - center, x - center) / N]
        for name, new in zip(("running_mean", "running_var"), statistics, strict=True):
            bn_param[name] = bn_param[name] + (1 - keep) * (new - bn_param[name])
    center, spread = statistics
    slope = gamma * (spread + eps) ** -0.5
    shifted = x - center
    return slope * shifted + beta, (shifted * (spread + eps) ** -0.5, shifted, spread, eps, gamma)


@variant("dvar")
def dvar_in_steps(dx_hat, x_mu, var, eps):
    std = np.sqrt(var + eps)
    dinverse = (dx_hat * x_mu).sum(axis=0)
    dstd = -dinverse / std**2
    return dstd / (2 * std)


@variant("dvar")
def dvar_by_einsum(dx_hat, x_mu, var, eps):
    return np.einsum("ij,ij,j->j", dx_hat, x_mu, -1 / (2 * np.sqrt(var + eps) * (var + eps)))


@variant("dmu")
def dmu_with_the_path_through_the_variance(dx_hat, x_mu, var, eps):
    through_var = -0.5 * np.sum(dx_hat * x_mu, axis=0) * (var + eps) ** -1.5
    return np.sum(-dx_hat / np.sqrt(var + eps), axis=0) + through_var * np.mean(-2 * x_mu, axis=0)


@variant("dmu")
def dmu_by_product(dx_hat, x_mu, var, eps):
    return -(np.ones(len(dx_hat)) @ dx_hat) * (var + eps) ** -0.5


@variant("batchnorm_backward")
def backward_in_the_field(dout, cache):
    x_hat, xmu, var, eps, gamma = cache
    N, D = dout.shape
    sqrtvar = np.sqrt(var + eps)
    ivar = 1.0 / sqrtvar
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1.0 / (sqrtvar**2) * divar
    d_var = 0.5 * 1.0 / np.sqrt(var + eps) * dsqrtvar
    dsq = 1.0 / N * np.ones((N, D)) * d_var
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    d_mu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    dx2 = 1.0 / N * np.ones((N, D)) * d_mu
    return dx1 + dx2, dgamma, dbeta


@variant("batchnorm_backward")
def backward_by_jacobian(dout, cache):
    x_hat, _, var, eps, gamma = cache
    N = len(dout)
    # How each x_hat of a feature changes with each x of it: (D, N, N).
    own = np.eye(N) - 1 / N - np.einsum("kd,id->dki", x_hat, x_hat) / N
    dx = np.einsum("kd,dki->id", dout * gamma / np.sqrt(var + eps), own)
    return dx, (dout * x_hat).sum(0), dout.sum(0)


@variant("batchnorm_backward_alt")
def alt_in_the_field(dout, cache):
    x_hat, _, var, eps, gamma = cache
    N = dout.shape[0]
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(x_hat * dout, axis=0)
    dx_hat = dout * gamma
    dx = N * dx_hat - np.sum(dx_hat, axis=0) - x_hat * np.sum(dx_hat * x_hat, axis=0)
    dx *= (1.0 / N) / np.sqrt(var + eps)
    return dx, dgamma, dbeta


@variant("batchnorm_backward_alt")
def alt_by_projection(dout, cache):
    x_hat, _, var, eps, gamma = cache
    along = x_hat * np.mean(dout * x_hat, axis=0)
    dx = (dout - dout.mean(axis=0) - along) * (gamma * (var + eps) ** -0.5)
    return dx, len(dout) * np.mean(dout * x_hat, axis=0), len(dout) * dout.mean(axis=0)


@variant("normalized_net_init")
def init_in_the_field(
    self,
    hidden_dims,
    input_dim=3 * 32 * 32,
    num_classes=10,
    dropout_keep_ratio=1,
    normalization=None,
    reg=0.0,
    weight_scale=1e-2,
    dtype=np.float64,
    seed=None,
):
    self.normalization = normalization
    self.use_dropout = dropout_keep_ratio != 1
    self.dropout_keep_ratio, self.seed = dropout_keep_ratio, seed
    self.reg = reg
    self.num_layers = 1 + len(hidden_dims)
    self.dtype = dtype
    self.params = {}
    dims = [input_dim, *list(hidden_dims), num_classes]
    for i in range(self.num_layers):
        self.params["W" + str(i + 1)] = np.random.normal(0, weight_scale, size=(dims[i], dims[i + 1]))
        self.params["b" + str(i + 1)] = np.zeros(dims[i + 1])
        if self.normalization is not None and i < self.num_layers - 1:
            self.params["gamma" + str(i + 1)] = np.ones(dims[i + 1])
            self.params["beta" + str(i + 1)] = np.zeros(dims[i + 1])
    self.bn_params = []
    if self.normalization == "batchnorm":
        self.bn_params = [{"mode": "train"} for i in range(self.num_layers - 1)]
    if self.normalization == "layernorm":
        self.bn_params = [{} for i in range(self.num_layers - 1)]
    for k, v in self.params.items():
        self.params[k] = v.astype(dtype)


@variant("normalized_net_init")
def init_by_zip(self, hidden_dims, normalization=None, **options):
    super(NormalizedNet, self).__init__(hidden_dims, normalization=normalization, **options)
    norms = list(zip(range(1, 1 + len(hidden_dims)), hidden_dims, strict=True)) if normalization else []
    self.params.update({f"gamma{i}": np.full(size, 1.0) for i, size in norms})
    self.params.update({f"beta{i}": np.full(size, 0.0) for i, size in norms})
    self.bn_params = list(map(dict, len(norms) * [{"mode": "train"}]))


@variant("normalized_net_hidden_forward")
def hidden_by_sandwich(self, x, layer):
    def affine_bn_relu_forward(x, w, b, gamma, beta, bn_param):
        a, fc_cache = affine_forward(x, w, b)
        bn, bn_cache = batchnorm_forward(a, gamma, beta, bn_param)
        out, relu_cache = relu_forward(bn)
        return out, (fc_cache, bn_cache, relu_cache)

    W, b = self.params["W" + str(layer)], self.params["b" + str(layer)]
    if self.normalization == "batchnorm":
        gamma, beta = self.params["gamma" + str(layer)], self.params["beta" + str(layer)]
        return affine_bn_relu_forward(x, W, b, gamma, beta, self.bn_params[layer - 1])
    return FullyConnectedNet.hidden_forward(self, x, layer)


@variant("normalized_net_hidden_forward")
def hidden_by_names(self, x, layer):
    if not self.normalization:
        return super(NormalizedNet, self).hidden_forward(x, layer)
    names = [f"{name}{layer}" for name in ("W", "b", "gamma", "beta")]
    W, b, gamma, beta = [self.params[name] for name in names]
    before, affine = affine_forward(x, W, b)
    scaled, norm = batchnorm_forward(before, gamma, beta, self.bn_params[layer - 1])
    return np.where(scaled > 0, scaled, 0), (affine, norm, relu_forward(scaled)[1])


@variant("normalized_net_hidden_backward")
def hidden_back_by_sandwich(self, dout, cache, layer):
    if self.normalization == "batchnorm":
        fc_cache, bn_cache, relu_cache = cache
        dbn = relu_backward(dout, relu_cache)
        da, dgamma, dbeta = batchnorm_backward(dbn, bn_cache)
        dx, dw, db = affine_backward(da, fc_cache)
        self.grads["gamma" + str(layer)] = dgamma
        self.grads["beta" + str(layer)] = dbeta
        self.grads["W" + str(layer)] = dw
        self.grads["b" + str(layer)] = db
        return dx
    return FullyConnectedNet.hidden_backward(self, dout, cache, layer)


@variant("normalized_net_hidden_backward")
def hidden_back_by_names(self, dout, cache, layer):
    if self.normalization is None:
        return super(NormalizedNet, self).hidden_backward(dout, cache, layer)
    flow, *norms = batchnorm_backward_alt(relu_backward(dout, cache[2]), cache[1])
    flow, *weights = affine_backward(flow, cache[0])
    for name, gradient in zip(("gamma", "beta", "W", "b"), norms + weights, strict=True):
        self.grads[f"{name}{layer}"] = gradient
    return flow


@variant("normalized_net_loss")
def loss_in_the_field(self, X, y=None):
    mode = "test" if y is None else "train"
    if self.normalization == "batchnorm":
        for bn_param in self.bn_params:
            bn_param["mode"] = mode
    scores = None
    caches = {}
    out = X
    for i in range(1, self.num_layers):
        W, b = self.params["W" + str(i)], self.params["b" + str(i)]
        out, fc_cache = affine_forward(out, W, b)
        bn_cache = None
        if self.normalization == "batchnorm":
            gamma, beta = self.params["gamma" + str(i)], self.params["beta" + str(i)]
            out, bn_cache = batchnorm_forward(out, gamma, beta, self.bn_params[i - 1])
        out, relu_cache = relu_forward(out)
        caches[i] = (fc_cache, bn_cache, relu_cache)
    last = str(self.num_layers)
    scores, cache_out = affine_forward(out, self.params["W" + last], self.params["b" + last])
    if mode == "test":
        return scores
    loss, grads = 0.0, {}
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * np.sum(self.params["W" + last] ** 2)
    dx, dW, db = affine_backward(dscores, cache_out)
    grads["W" + last] = dW + self.reg * self.params["W" + last]
    grads["b" + last] = db
    for i in range(self.num_layers - 1, 0, -1):
        fc_cache, bn_cache, relu_cache = caches[i]
        da = relu_backward(dx, relu_cache)
        if self.normalization == "batchnorm":
            da, dgamma, dbeta = batchnorm_backward_alt(da, bn_cache)
            grads["gamma" + str(i)] = dgamma
            grads["beta" + str(i)] = dbeta
        dx, dW, db = affine_backward(da, fc_cache)
        loss += 0.5 * self.reg * np.sum(self.params["W" + str(i)] ** 2)
        grads["W" + str(i)] = dW + self.reg * self.params["W" + str(i)]
        grads["b" + str(i)] = db
    return loss, grads


@variant("normalized_net_loss")
def loss_by_super(self, X, y=None):
    self.bn_params[:] = [bn_param | {"mode": ["train", "test"][y is None]} for bn_param in self.bn_params]
    return super(NormalizedNet, self).loss(X, y)
