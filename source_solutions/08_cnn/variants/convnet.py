"""Right solutions of 08_cnn/convnet, written differently."""

import numpy as np

from autograder.grading.mistakes import variant


@variant("three_layer_conv_net_init")
def init_in_the_field(
    self,
    input_dim=(3, 32, 32),
    num_filters=32,
    filter_size=7,
    hidden_dim=100,
    num_classes=10,
    weight_scale=1e-3,
    reg=0.0,
    dtype=np.float32,
):
    self.params = {}
    self.reg = reg
    self.dtype = dtype
    C, H, W = input_dim
    self.params["W1"] = np.random.normal(0, weight_scale, (num_filters, C, filter_size, filter_size))
    self.params["b1"] = np.zeros(num_filters)
    self.params["W2"] = np.random.normal(0, weight_scale, (num_filters * H * W // 4, hidden_dim))
    self.params["b2"] = np.zeros(hidden_dim)
    self.params["W3"] = np.random.normal(0, weight_scale, (hidden_dim, num_classes))
    self.params["b3"] = np.zeros(num_classes)
    for k, v in self.params.items():
        self.params[k] = v.astype(dtype)


@variant("three_layer_conv_net_init")
def init_by_a_generator(
    self,
    input_dim=(3, 32, 32),
    num_filters=32,
    filter_size=7,
    hidden_dim=100,
    num_classes=10,
    weight_scale=1e-3,
    reg=0.0,
    dtype=np.float32,
):
    draw = np.random.default_rng()
    self.reg, self.dtype, self.params = reg, dtype, {}
    features = num_filters * (input_dim[1] // 2) * (input_dim[2] // 2)
    kernel = (num_filters, input_dim[0], filter_size, filter_size)
    for i, shape in enumerate([kernel, (features, hidden_dim), (hidden_dim, num_classes)], 1):
        self.params[f"W{i}"] = draw.normal(scale=weight_scale, size=shape).astype(dtype)
        self.params[f"b{i}"] = np.zeros(shape[0] if i == 1 else shape[1], dtype)


@variant("three_layer_conv_net_loss")
def loss_in_the_field(self, X, y=None):
    W1, b1 = self.params["W1"], self.params["b1"]
    W2, b2 = self.params["W2"], self.params["b2"]
    W3, b3 = self.params["W3"], self.params["b3"]
    filter_size = W1.shape[2]
    conv_param = {"stride": 1, "pad": (filter_size - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    scores = None
    out, cache1 = conv_relu_pool_forward(X, W1, b1, conv_param, pool_param)
    out, cache2 = affine_relu_forward(out, W2, b2)
    scores, cache3 = affine_forward(out, W3, b3)
    if y is None:
        return scores
    loss, grads = 0, {}
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(W3 * W3))
    dout, grads["W3"], grads["b3"] = affine_backward(dscores, cache3)
    dout, grads["W2"], grads["b2"] = affine_relu_backward(dout, cache2)
    _dout, grads["W1"], grads["b1"] = conv_relu_pool_backward(dout, cache1)
    grads["W3"] += self.reg * W3
    grads["W2"] += self.reg * W2
    grads["W1"] += self.reg * W1
    return loss, grads


@variant("three_layer_conv_net_loss")
def loss_pooling_before_the_relu(self, X, y=None):
    # The largest of a window stays the largest after a ReLU, and there are fewer numbers to compute.
    p, side = self.params, self.params["W1"].shape[-1]
    maps, conv = conv_forward_fast(X, p["W1"], p["b1"], {"stride": 1, "pad": side // 2})
    small, pool = max_pool_forward_fast(maps, {"pool_height": 2, "pool_width": 2, "stride": 2})
    seen, first = relu_forward(small)
    mixed, affine = affine_forward(seen, p["W2"], p["b2"])
    hidden, second = relu_forward(mixed)
    scores, last = affine_forward(hidden, p["W3"], p["b3"])
    if y is None:
        return scores
    loss, flow = softmax_loss(scores, y)
    grads = {}
    flow, grads["W3"], grads["b3"] = affine_backward(flow, last)
    flow, grads["W2"], grads["b2"] = affine_backward(relu_backward(flow, second), affine)
    flow = max_pool_backward_fast(relu_backward(flow, first), pool)
    _, grads["W1"], grads["b1"] = conv_backward_fast(flow, conv)
    for name in ("W1", "W2", "W3"):
        grads[name] = grads[name] + self.reg * p[name]
        loss += self.reg / 2 * np.square(p[name]).sum()
    return loss, grads
