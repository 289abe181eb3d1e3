"""Right solutions to the tasks of 04_two_layer_net/two_layer_net, written differently."""

import numpy as np

from autograder.grading.mistakes import variant


@variant("affine_forward")
def affine_forward_in_the_field(x, w, b):
    out = None
    N = x.shape[0]
    D = np.prod(x.shape[1:])
    x2 = np.reshape(x, (N, D))
    out = np.dot(x2, w) + b
    cache = (x, w, b)
    return out, cache


@variant("affine_forward")
def affine_forward_one_by_one(x, w, b):
    return np.stack([w.T @ image.ravel() for image in x]) + b[None, :], [x, w, b]


@variant("affine_backward")
def affine_backward_in_the_field(dout, cache):
    x, w, _ = cache
    dx, dw, db = None, None, None
    N = x.shape[0]
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(N, -1).T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db


@variant("affine_backward")
def affine_backward_image_by_image(dout, cache):
    x, w, b = cache
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
    for i, upstream in enumerate(dout):
        dx[i] = (w @ upstream).reshape(x[i].shape)
        dw += np.outer(x[i], upstream)
        db += upstream
    return [dx, dw, db]


@variant("affine_backward")
def affine_backward_by_einsum(dout, cache):
    x, w, _ = cache
    dx = np.einsum("nm,km->nk", dout, w).reshape(x.shape)
    return dx, np.einsum("nk,nm->km", x.reshape(x.shape[0], -1), dout), np.ones(len(x)) @ dout


@variant("relu_forward")
def relu_forward_in_the_field(x):
    out = None
    out = np.maximum(x, 0)
    cache = x
    return out, cache


@variant("relu_forward")
def relu_forward_by_mask(x):
    mask = x > 0
    return np.where(mask, x, 0.0), mask * 1.0


@variant("relu_forward")
def relu_forward_by_abs(x):
    return (x + np.abs(x)) / 2, x


@variant("relu_backward")
def relu_backward_in_the_field(dout, cache):
    dx, x = None, cache
    dx = np.array(dout, copy=True)
    dx[x <= 0] = 0
    return dx


@variant("relu_backward")
def relu_backward_by_where(dout, cache):
    return np.where(cache >= 0, dout, 0)


@variant("relu_backward")
def relu_backward_in_place(dout, cache):
    dout[cache <= 0] = 0
    return dout


@variant("svm_loss")
def svm_loss_in_the_field(x, y):
    N = x.shape[0]
    correct_class_scores = x[np.arange(N), y]
    margins = np.maximum(0, x - correct_class_scores[:, np.newaxis] + 1.0)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N
    num_pos = np.sum(margins > 0, axis=1)
    dx = np.zeros_like(x)
    dx[margins > 0] = 1
    dx[np.arange(N), y] -= num_pos
    dx /= N
    return loss, dx


@variant("svm_loss")
def svm_loss_with_loops(x, y):
    loss, dx = 0.0, np.zeros(x.shape)
    for i, right in enumerate(y):
        for j in range(x.shape[1]):
            term = x[i, j] - x[i, right] + 1
            if j != right and term > 0:
                loss += term / len(x)
                dx[i, j] += 1 / len(x)
                dx[i, right] -= 1 / len(x)
    return loss, dx


@variant("softmax_loss")
def softmax_loss_in_the_field(x, y):
    shifted_logits = x - np.max(x, axis=1, keepdims=True)
    Z = np.sum(np.exp(shifted_logits), axis=1, keepdims=True)
    log_probs = shifted_logits - np.log(Z)
    probs = np.exp(log_probs)
    N = x.shape[0]
    loss = -np.sum(log_probs[np.arange(N), y]) / N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx


@variant("softmax_loss")
def softmax_loss_with_one_hot(x, y):
    truth = np.eye(x.shape[1])[y]
    log_total = np.logaddexp.reduce(x, axis=1, keepdims=True)
    loss = np.sum(truth * (log_total - x)) / len(x)
    return loss, (np.exp(x - log_total) - truth) / len(x)


@variant("two_layer_net_init")
def init_in_the_field(
    self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0
):
    self.params = {}
    self.reg = reg
    self.params["W1"] = weight_scale * np.random.randn(input_dim, hidden_dim)
    self.params["b1"] = np.zeros(hidden_dim)
    self.params["W2"] = weight_scale * np.random.randn(hidden_dim, num_classes)
    self.params["b2"] = np.zeros(num_classes)


@variant("two_layer_net_init")
def init_by_a_generator(
    self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0
):
    rng = np.random.default_rng()
    sizes = (input_dim, hidden_dim, num_classes)
    self.reg, self.params = reg, {}
    for i in (1, 2):
        self.params[f"W{i}"] = rng.normal(0, weight_scale, size=sizes[i - 1 : i + 1])
        self.params[f"b{i}"] = np.zeros((sizes[i],))


@variant("two_layer_net_loss")
def loss_in_the_field(self, X, y=None):
    scores = None
    W1, b1 = self.params["W1"], self.params["b1"]
    W2, b2 = self.params["W2"], self.params["b2"]
    out_affine1, cache_affine1 = affine_forward(X, W1, b1)
    out_relu, cache_relu = relu_forward(out_affine1)
    scores, cache_affine2 = affine_forward(out_relu, W2, b2)
    if y is None:
        return scores
    loss, grads = 0, {}
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
    dx2, dW2, db2 = affine_backward(dscores, cache_affine2)
    dx_relu = relu_backward(dx2, cache_relu)
    _, dW1, db1 = affine_backward(dx_relu, cache_affine1)
    dW1 += self.reg * W1
    dW2 += self.reg * W2
    grads["W1"], grads["b1"] = dW1, db1
    grads["W2"], grads["b2"] = dW2, db2
    return loss, grads


@variant("two_layer_net_loss")
def loss_without_layers(self, X, y=None):
    p, rows = self.params, X.reshape(len(X), -1)
    h = np.maximum(rows @ p["W1"] + p["b1"], 0)
    scores = h @ p["W2"] + p["b2"]
    if y is None:
        return scores
    log_total = np.logaddexp.reduce(scores, axis=1, keepdims=True)
    truth = np.eye(scores.shape[1])[y]
    grads = {"b2": ((np.exp(scores - log_total) - truth) / len(X)).sum(axis=0)}
    flow = (np.exp(scores - log_total) - truth) / len(X)
    grads["W2"] = h.T @ flow + self.reg * p["W2"]
    flow = (flow @ p["W2"].T) * (h > 0)
    grads["W1"], grads["b1"] = rows.T @ flow + self.reg * p["W1"], np.sum(flow, axis=0)
    penalty = self.reg / 2 * sum(np.linalg.norm(p[name]) ** 2 for name in ("W1", "W2"))
    return np.sum(truth * (log_total - scores)) / len(X) + penalty, grads
