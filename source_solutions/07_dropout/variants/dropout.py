"""Right solutions of 07_dropout/dropout, written differently."""

import numpy as np

from autograder.grading.mistakes import variant


@variant("dropout_forward")
def dropout_in_the_field(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = None
    if mode == "train":
        mask = (np.random.rand(*x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        out = x
    cache = (dropout_param, mask)
    out = out.astype(x.dtype, copy=False)
    return out, cache


@variant("dropout_forward")
def dropout_by_a_generator(x, dropout_param):
    if dropout_param["mode"] != "train":
        return x.copy(), (dropout_param, None)
    rng = np.random.default_rng(dropout_param.get("seed"))
    mask = rng.binomial(1, dropout_param["p"], size=x.shape) / dropout_param["p"]
    return mask * x, (dropout_param, mask)


@variant("dropout_forward")
def dropout_by_choice(x, dropout_param):
    p = dropout_param["p"]
    mask = np.ones(x.shape)
    if dropout_param["mode"] == "train":
        state = np.random.RandomState(dropout_param.get("seed"))
        mask = state.choice([0.0, 1.0 / p], size=x.shape, p=[1 - p, p])
    return x * mask, (dropout_param, mask)


@variant("dropout_backward")
def dropout_backward_in_the_field(dout, cache):
    dropout_param, mask = cache
    mode = dropout_param["mode"]
    dx = None
    if mode == "train":
        dx = dout * mask
    elif mode == "test":
        dx = dout
    return dx


@variant("dropout_backward")
def dropout_backward_by_places(dout, cache):
    _, mask = cache
    if mask is None:
        return dout.copy()
    dx = np.zeros(dout.shape)
    dx[mask > 0] = dout[mask > 0] * mask[mask > 0]
    return dx


@variant("dropout_net_loss")
def loss_in_the_field(self, X, y=None):
    X = X.astype(np.float64)
    mode = "test" if y is None else "train"
    if self.use_dropout:
        self.dropout_param["mode"] = mode
    scores = None
    caches = {}
    out = X
    for i in range(1, self.num_layers):
        out, fc_cache = affine_forward(out, self.params["W" + str(i)], self.params["b" + str(i)])
        out, relu_cache = relu_forward(out)
        dropout_cache = None
        if self.use_dropout:
            out, dropout_cache = dropout_forward(out, self.dropout_param)
        caches[i] = (fc_cache, relu_cache, dropout_cache)
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
        fc_cache, relu_cache, dropout_cache = caches[i]
        if self.use_dropout:
            dx = dropout_backward(dx, dropout_cache)
        dx = relu_backward(dx, relu_cache)
        dx, dW, db = affine_backward(dx, fc_cache)
        loss += 0.5 * self.reg * np.sum(self.params["W" + str(i)] ** 2)
        grads["W" + str(i)] = dW + self.reg * self.params["W" + str(i)]
        grads["b" + str(i)] = db
    return loss, grads


@variant("dropout_net_loss")
def loss_dropping_before_the_relu(self, X, y=None):
    # A mask is 0 or positive, so it makes no difference on which side of the ReLU it stands.
    param = {**self.dropout_param, "mode": "test" if y is None else "train"}
    out, stack = X, []
    for layer in range(1, self.num_layers):
        out, affine = affine_forward(out, self.params[f"W{layer}"], self.params[f"b{layer}"])
        out, dropped = dropout_forward(out, param)
        out, relu = relu_forward(out)
        stack.append((affine, dropped, relu))
    scores, affine = affine_forward(
        out, self.params[f"W{self.num_layers}"], self.params[f"b{self.num_layers}"]
    )
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    grads = {}
    for layer in range(self.num_layers, 0, -1):
        W = self.params[f"W{layer}"]
        dout, dW, grads[f"b{layer}"] = affine_backward(dout, affine)
        grads[f"W{layer}"] = dW + self.reg * W
        loss += self.reg / 2 * (W**2).sum()
        if stack:
            affine, dropped, relu = stack.pop()
            dout = dropout_backward(relu_backward(dout, relu), dropped)
    return loss, grads
