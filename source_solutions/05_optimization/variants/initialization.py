"""Right solutions of 05_optimization/initialization, written differently."""

import numpy as np

from autograder.grading.mistakes import variant


@variant("activation_statistics")
def statistics_by_masks(X, weights):
    hs = [X]
    for W in weights:
        a = hs[-1].dot(W)
        hs.append(a * (a > 0))
    table = np.zeros((len(weights), 3))
    for row, h in zip(table, hs[1:], strict=True):
        row[0] = h.sum() / h.size
        row[1] = np.sqrt(np.mean((h - row[0]) ** 2))
        row[2] = 1 - np.count_nonzero(h.max(axis=0)) / h.shape[1]
    return hs[1:], table


@variant("activation_statistics")
def statistics_as_columns(X, weights):
    activations = []
    for W in weights:
        X = (np.abs(X @ W) + X @ W) / 2
        activations.append(X)
    dead = [1 - np.any(h, axis=0).mean() for h in activations]
    moments = [(np.mean(h), np.var(h) ** 0.5) for h in activations]
    return activations, np.column_stack([np.array(moments), dead])


@variant("xavier")
def xavier_scaled(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * (2.0 / (fan_in + fan_out)) ** 0.5


@variant("xavier")
def xavier_turned(fan_in, fan_out, rng):
    mean_fan = (fan_in + fan_out) / 2
    return rng.normal(size=(fan_out, fan_in)).T / np.sqrt(mean_fan)


@variant("he")
def he_scaled(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) / np.sqrt(fan_in / 2)


@variant("he")
def he_row_by_row(fan_in, fan_out, rng):
    W = np.empty((fan_in, fan_out))
    for row in W:
        row[:] = rng.normal(scale=(2 / fan_in) ** 0.5, size=fan_out)
    return W


@variant("fully_connected_net_init")
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
    self.reg = reg
    self.num_layers = 1 + len(hidden_dims)
    self.dtype = dtype
    self.params = {}
    layers_dims = np.hstack((input_dim, hidden_dims, num_classes)).astype(int)
    for i in range(self.num_layers):
        self.params["W" + str(i + 1)] = weight_scale * np.random.randn(layers_dims[i], layers_dims[i + 1])
        self.params["b" + str(i + 1)] = np.zeros(layers_dims[i + 1])
    for k, v in self.params.items():
        self.params[k] = v.astype(dtype)


@variant("fully_connected_net_init")
def init_by_a_generator(
    self, hidden_dims, *, input_dim=3072, num_classes=10, weight_scale=1e-2, reg=0.0, **others
):
    rng = np.random.default_rng()
    self.__dict__.update(others, reg=reg, num_layers=1 + len(hidden_dims))
    self.params, before = {}, input_dim
    for layer, size in enumerate([*hidden_dims, num_classes], start=1):
        self.params |= {
            f"W{layer}": rng.normal(0, weight_scale, (before, size)),
            f"b{layer}": np.zeros((size,)),
        }
        before = size


@variant("fully_connected_net_loss")
def loss_in_the_field(self, X, y=None):
    mode = "test" if y is None else "train"
    scores = None
    caches = {}
    out = X
    for i in range(1, self.num_layers):
        W, b = self.params["W" + str(i)], self.params["b" + str(i)]
        fc, fc_cache = affine_forward(out, W, b)
        out, relu_cache = relu_forward(fc)
        caches[i] = (fc_cache, relu_cache)
    last = str(self.num_layers)
    scores, cache_out = affine_forward(out, self.params["W" + last], self.params["b" + last])
    if mode == "test":
        return scores
    loss, grads = 0.0, {}
    loss, dscores = softmax_loss(scores, y)
    dx, dW, db = affine_backward(dscores, cache_out)
    loss += 0.5 * self.reg * np.sum(self.params["W" + last] ** 2)
    grads["W" + last] = dW + self.reg * self.params["W" + last]
    grads["b" + last] = db
    for i in range(self.num_layers - 1, 0, -1):
        fc_cache, relu_cache = caches[i]
        da = relu_backward(dx, relu_cache)
        dx, dW, db = affine_backward(da, fc_cache)
        loss += 0.5 * self.reg * np.sum(self.params["W" + str(i)] ** 2)
        grads["W" + str(i)] = dW + self.reg * self.params["W" + str(i)]
        grads["b" + str(i)] = db
    return loss, grads


@variant("fully_connected_net_loss")
def loss_without_layers(self, X, y=None):
    p, depth = self.params, len(self.params) // 2
    hs = [X.reshape(len(X), -1)]
    for i in range(1, depth):
        hs.append(np.maximum(hs[-1] @ p[f"W{i}"] + p[f"b{i}"], 0))
    scores = hs[-1] @ p[f"W{depth}"] + p[f"b{depth}"]
    if y is None:
        return scores
    log_total = np.logaddexp.reduce(scores, axis=1, keepdims=True)
    truth = np.eye(scores.shape[1])[y]
    flow, grads = (np.exp(scores - log_total) - truth) / len(X), {}
    for i in range(depth, 0, -1):
        grads[f"b{i}"] = flow.sum(axis=0)
        grads[f"W{i}"] = hs[i - 1].T @ flow + self.reg * p[f"W{i}"]
        flow = (flow @ p[f"W{i}"].T) * (hs[i - 1] > 0)
    penalty = self.reg / 2 * sum(np.linalg.norm(p[f"W{i}"]) ** 2 for i in range(1, depth + 1))
    return np.sum(truth * (log_total - scores)) / len(X) + penalty, grads
