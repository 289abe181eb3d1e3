"""Right solutions of 06_normalization/layer_norm, written differently."""

import numpy as np

from autograder.grading.mistakes import variant


@variant("layernorm_forward")
def forward_in_the_field(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    x_t = x.T
    sample_mean = np.mean(x_t, axis=0)
    sample_var = np.var(x_t, axis=0)
    std = np.sqrt(sample_var + eps)
    x_norm = ((x_t - sample_mean) / std).T
    out = gamma * x_norm + beta
    var = sample_var.reshape(-1, 1)
    return out, (x_norm, (x_t - sample_mean).T, var, eps, gamma)


@variant("layernorm_forward")
def forward_by_moments(x, gamma, beta, ln_param):
    N, D = x.shape
    eps = ln_param.setdefault("eps", 1e-5)
    centred = x - (x @ np.ones(D) / D).reshape(N, 1)
    spread = np.einsum("ij,ij->i", centred, centred).reshape(N, 1) / D
    x_hat = centred * (spread + eps) ** -0.5
    return x_hat * gamma + beta, (x_hat, centred, spread, eps, gamma)


@variant("layernorm_backward")
def backward_in_the_field(dout, cache):
    x_norm, _, var, eps, gamma = cache
    D = dout.shape[1]
    std = np.sqrt(var + eps)
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_norm, axis=0)
    dx_norm = (dout * gamma).T
    x_norm_t = x_norm.T
    dx = D * dx_norm - np.sum(dx_norm, axis=0) - x_norm_t * np.sum(dx_norm * x_norm_t, axis=0)
    dx = dx.T / (D * std)
    return dx, dgamma, dbeta


@variant("layernorm_backward")
def backward_staged(dout, cache):
    x_hat, x_mu, var, eps, gamma = cache
    D = dout.shape[1]
    dx_hat = dout * gamma
    dvar = -0.5 * np.sum(dx_hat * x_mu, axis=1, keepdims=True) * (var + eps) ** -1.5
    dmu = -np.sum(dx_hat, axis=1, keepdims=True) / np.sqrt(var + eps)
    dx = dx_hat / np.sqrt(var + eps) + dvar * 2 * x_mu / D + dmu / D
    return dx, np.einsum("ij,ij->j", dout, x_hat), dout.sum(axis=0)


@variant("layernorm_backward")
def backward_by_jacobian(dout, cache):
    x_hat, _, var, eps, gamma = cache
    D = dout.shape[1]
    # How each x_hat of an image changes with each x of it: (N, D, D).
    own = np.eye(D) - 1 / D - x_hat[:, :, None] * x_hat[:, None, :] / D
    dx = np.einsum("nk,nki->ni", dout * gamma / np.sqrt(var + eps), own)
    return dx, (dout * x_hat).sum(0), dout.sum(0)


@variant("layer_norm_net_init")
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


@variant("layer_norm_net_init")
def init_by_update(self, hidden_dims, normalization=None, **options):
    super(LayerNormNet, self).__init__(hidden_dims, normalization=normalization, **options)
    sizes = dict(enumerate(hidden_dims, start=1)) if normalization == "layernorm" else {}
    self.params.update({f"gamma{i}": np.full(size, 1.0) for i, size in sizes.items()})
    self.params.update({f"beta{i}": np.full(size, 0.0) for i, size in sizes.items()})


@variant("layer_norm_net_hidden_forward")
def hidden_by_sandwich(self, x, layer):
    def affine_ln_relu_forward(x, w, b, gamma, beta, ln_param):
        a, fc_cache = affine_forward(x, w, b)
        ln, ln_cache = layernorm_forward(a, gamma, beta, ln_param)
        out, relu_cache = relu_forward(ln)
        return out, (fc_cache, ln_cache, relu_cache)

    if self.normalization == "layernorm":
        W, b = self.params["W" + str(layer)], self.params["b" + str(layer)]
        gamma, beta = self.params["gamma" + str(layer)], self.params["beta" + str(layer)]
        return affine_ln_relu_forward(x, W, b, gamma, beta, self.bn_params[layer - 1])
    return super(LayerNormNet, self).hidden_forward(x, layer)


@variant("layer_norm_net_hidden_forward")
def hidden_by_names(self, x, layer):
    if self.normalization in (None, "batchnorm"):
        return NormalizedNet.hidden_forward(self, x, layer)
    W, b, gamma, beta = [self.params[f"{name}{layer}"] for name in ("W", "b", "gamma", "beta")]
    before, affine = affine_forward(x, W, b)
    scaled, norm = layernorm_forward(before, gamma, beta, dict(self.bn_params[layer - 1]))
    return np.where(scaled > 0, scaled, 0), (affine, norm, relu_forward(scaled)[1])


@variant("layer_norm_net_hidden_backward")
def hidden_back_by_sandwich(self, dout, cache, layer):
    if self.normalization == "layernorm":
        fc_cache, ln_cache, relu_cache = cache
        dln = relu_backward(dout, relu_cache)
        da, dgamma, dbeta = layernorm_backward(dln, ln_cache)
        dx, dw, db = affine_backward(da, fc_cache)
        self.grads["gamma" + str(layer)] = dgamma
        self.grads["beta" + str(layer)] = dbeta
        self.grads["W" + str(layer)] = dw
        self.grads["b" + str(layer)] = db
        return dx
    return super(LayerNormNet, self).hidden_backward(dout, cache, layer)


@variant("layer_norm_net_hidden_backward")
def hidden_back_by_names(self, dout, cache, layer):
    if self.normalization in (None, "batchnorm"):
        return NormalizedNet.hidden_backward(self, dout, cache, layer)
    flow, *norms = layernorm_backward(relu_backward(dout, cache[2]), cache[1])
    flow, *weights = affine_backward(flow, cache[0])
    for name, gradient in zip(("gamma", "beta", "W", "b"), norms + weights, strict=True):
        self.grads[f"{name}{layer}"] = gradient
    return flow
