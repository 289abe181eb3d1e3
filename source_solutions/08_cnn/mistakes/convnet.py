"""Wrong solutions that people really write for 08_cnn/convnet, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("three_layer_conv_net_init")
def init_square(
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
    """W2 has the size for square images.

    Height and width may differ: num_filters * (H // 2) * (W // 2) numbers are left after pooling.
    """
    self.reg, self.dtype = reg, dtype
    C, H, W = input_dim
    pooled = num_filters * (H // 2) * (H // 2)
    shapes = {
        "W1": (num_filters, C, filter_size, filter_size),
        "W2": (pooled, hidden_dim),
        "W3": (hidden_dim, num_classes),
    }
    self.params = {name: weight_scale * np.random.randn(*shape) for name, shape in shapes.items()}
    self.params |= {"b1": np.zeros(num_filters), "b2": np.zeros(hidden_dim), "b3": np.zeros(num_classes)}
    self.params = {name: value.astype(dtype) for name, value in self.params.items()}


@mistake("three_layer_conv_net_init")
def init_not_pooled(
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
    """W2 has the size for images without pooling.

    Pooling by 2×2 leaves half of the rows and half of the columns.
    """
    self.reg, self.dtype = reg, dtype
    C, H, W = input_dim
    pooled = num_filters * H * W
    shapes = {
        "W1": (num_filters, C, filter_size, filter_size),
        "W2": (pooled, hidden_dim),
        "W3": (hidden_dim, num_classes),
    }
    self.params = {name: weight_scale * np.random.randn(*shape) for name, shape in shapes.items()}
    self.params |= {"b1": np.zeros(num_filters), "b2": np.zeros(hidden_dim), "b3": np.zeros(num_classes)}
    self.params = {name: value.astype(dtype) for name, value in self.params.items()}


@mistake("three_layer_conv_net_init")
def init_halved_once(
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
    """Pooling is assumed to halve the number of pixels, not the sides.

    2×2 pixels become one: a quarter is left.
    """
    self.reg, self.dtype = reg, dtype
    C, H, W = input_dim
    pooled = num_filters * (H * W // 2)
    shapes = {
        "W1": (num_filters, C, filter_size, filter_size),
        "W2": (pooled, hidden_dim),
        "W3": (hidden_dim, num_classes),
    }
    self.params = {name: weight_scale * np.random.randn(*shape) for name, shape in shapes.items()}
    self.params |= {"b1": np.zeros(num_filters), "b2": np.zeros(hidden_dim), "b3": np.zeros(num_classes)}
    self.params = {name: value.astype(dtype) for name, value in self.params.items()}


@mistake("three_layer_conv_net_init")
def init_channels_of_the_image(
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
    """W2 is computed from the image's channels, not from the filters.

    After the convolution there are as many channels as filters.
    """
    self.reg, self.dtype = reg, dtype
    C, H, W = input_dim
    pooled = C * (H // 2) * (W // 2)
    shapes = {
        "W1": (num_filters, C, filter_size, filter_size),
        "W2": (pooled, hidden_dim),
        "W3": (hidden_dim, num_classes),
    }
    self.params = {name: weight_scale * np.random.randn(*shape) for name, shape in shapes.items()}
    self.params |= {"b1": np.zeros(num_filters), "b2": np.zeros(hidden_dim), "b3": np.zeros(num_classes)}
    self.params = {name: value.astype(dtype) for name, value in self.params.items()}


@mistake("three_layer_conv_net_init")
def init_affine_shapes_swapped(
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
    """The shapes of W2 and W3 are swapped.

    The rows are the layer's inputs, the columns its outputs.
    """
    self.reg, self.dtype = reg, dtype
    C, H, W = input_dim
    pooled = num_filters * (H // 2) * (W // 2)
    shapes = {
        "W1": (num_filters, C, filter_size, filter_size),
        "W2": (hidden_dim, pooled),
        "W3": (num_classes, hidden_dim),
    }
    self.params = {name: weight_scale * np.random.randn(*shape) for name, shape in shapes.items()}
    self.params |= {"b1": np.zeros(num_filters), "b2": np.zeros(hidden_dim), "b3": np.zeros(num_classes)}
    self.params = {name: value.astype(dtype) for name, value in self.params.items()}


@mistake("three_layer_conv_net_init")
def init_filters_last(
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
    """The filters come last in W1.

    conv_forward_fast needs (F, C, HH, WW).
    """
    self.reg, self.dtype = reg, dtype
    C, H, W = input_dim
    pooled = num_filters * (H // 2) * (W // 2)
    shapes = {
        "W1": (filter_size, filter_size, C, num_filters),
        "W2": (pooled, hidden_dim),
        "W3": (hidden_dim, num_classes),
    }
    self.params = {name: weight_scale * np.random.randn(*shape) for name, shape in shapes.items()}
    self.params |= {"b1": np.zeros(num_filters), "b2": np.zeros(hidden_dim), "b3": np.zeros(num_classes)}
    self.params = {name: value.astype(dtype) for name, value in self.params.items()}


@mistake("three_layer_conv_net_init")
def init_biases_one(
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
    """The biases start at 1.

    They start at 0.
    """
    self.reg, self.dtype = reg, dtype
    C, H, W = input_dim
    pooled = num_filters * (H // 2) * (W // 2)
    shapes = {
        "W1": (num_filters, C, filter_size, filter_size),
        "W2": (pooled, hidden_dim),
        "W3": (hidden_dim, num_classes),
    }
    self.params = {name: weight_scale * np.random.randn(*shape) for name, shape in shapes.items()}
    self.params |= {"b1": np.ones(num_filters), "b2": np.ones(hidden_dim), "b3": np.ones(num_classes)}
    self.params = {name: value.astype(dtype) for name, value in self.params.items()}


@mistake("three_layer_conv_net_init")
def init_unscaled(
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
    """weight_scale is not used.

    It multiplies all weights, those of the filters too.
    """
    self.reg, self.dtype = reg, dtype
    C, H, W = input_dim
    pooled = num_filters * (H // 2) * (W // 2)
    shapes = {
        "W1": (num_filters, C, filter_size, filter_size),
        "W2": (pooled, hidden_dim),
        "W3": (hidden_dim, num_classes),
    }
    self.params = {name: np.random.randn(*shape) for name, shape in shapes.items()}
    self.params |= {"b1": np.zeros(num_filters), "b2": np.zeros(hidden_dim), "b3": np.zeros(num_classes)}
    self.params = {name: value.astype(dtype) for name, value in self.params.items()}


@mistake("three_layer_conv_net_init")
def init_rooted(
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
    """The root of weight_scale is taken.

    weight_scale is the standard deviation, not the variance.
    """
    self.reg, self.dtype = reg, dtype
    C, H, W = input_dim
    pooled = num_filters * (H // 2) * (W // 2)
    shapes = {
        "W1": (num_filters, C, filter_size, filter_size),
        "W2": (pooled, hidden_dim),
        "W3": (hidden_dim, num_classes),
    }
    self.params = {name: np.sqrt(weight_scale) * np.random.randn(*shape) for name, shape in shapes.items()}
    self.params |= {"b1": np.zeros(num_filters), "b2": np.zeros(hidden_dim), "b3": np.zeros(num_classes)}
    self.params = {name: value.astype(dtype) for name, value in self.params.items()}


@mistake("three_layer_conv_net_init")
def init_positive(
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
    """The weights are all positive.

    Draw from a normal distribution: np.random.randn.
    """
    self.reg, self.dtype = reg, dtype
    C, H, W = input_dim
    pooled = num_filters * (H // 2) * (W // 2)
    shapes = {
        "W1": (num_filters, C, filter_size, filter_size),
        "W2": (pooled, hidden_dim),
        "W3": (hidden_dim, num_classes),
    }
    self.params = {name: weight_scale * np.random.rand(*shape) for name, shape in shapes.items()}
    self.params |= {"b1": np.zeros(num_filters), "b2": np.zeros(hidden_dim), "b3": np.zeros(num_classes)}
    self.params = {name: value.astype(dtype) for name, value in self.params.items()}


@mistake("three_layer_conv_net_init")
def init_double(
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
    """dtype is not used.

    Single precision is enough for training, and takes half the time: value.astype(dtype).
    """
    self.reg, self.dtype = reg, dtype
    C, H, W = input_dim
    pooled = num_filters * (H // 2) * (W // 2)
    shapes = {
        "W1": (num_filters, C, filter_size, filter_size),
        "W2": (pooled, hidden_dim),
        "W3": (hidden_dim, num_classes),
    }
    self.params = {name: weight_scale * np.random.randn(*shape) for name, shape in shapes.items()}
    self.params |= {"b1": np.zeros(num_filters), "b2": np.zeros(hidden_dim), "b3": np.zeros(num_classes)}
    self.params = {name: value.astype(np.float64) for name, value in self.params.items()}


@mistake("three_layer_conv_net_init")
def init_no_reg(
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
    """reg is not stored.

    loss will need it: self.reg = reg.
    """
    self.reg, self.dtype = 0.0, dtype
    C, H, W = input_dim
    pooled = num_filters * (H // 2) * (W // 2)
    shapes = {
        "W1": (num_filters, C, filter_size, filter_size),
        "W2": (pooled, hidden_dim),
        "W3": (hidden_dim, num_classes),
    }
    self.params = {name: weight_scale * np.random.randn(*shape) for name, shape in shapes.items()}
    self.params |= {"b1": np.zeros(num_filters), "b2": np.zeros(hidden_dim), "b3": np.zeros(num_classes)}
    self.params = {name: value.astype(dtype) for name, value in self.params.items()}


@mistake("three_layer_conv_net_loss")
def net_relu_on_scores(self, X, y=None):
    """There is a ReLU after the scores too.

    Scores may be negative.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1, relu1 = relu_forward(a1)
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2, relu2 = relu_forward(a2)
    scores, affine3 = affine_forward(h2, W3, b3)
    scores, relu3 = relu_forward(scores)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
    dh2, dW3, db3 = affine_backward(relu_backward(dscores, relu3), affine3)
    da2 = relu_backward(dh2, relu2)
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = max_pool_backward_fast(dpooled, pool)
    da1 = relu_backward(dh1, relu1)
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1 + self.reg * W1, "W2": dW2 + self.reg * W2, "W3": dW3 + self.reg * W3}
    return loss, grads | {"b1": db1, "b2": db2, "b3": db3}


@mistake("three_layer_conv_net_loss")
def net_no_first_relu(self, X, y=None):
    """The ReLU after the convolution is missing.

    A convolution and an affine layer with nothing between are one affine layer, only slower.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1 = a1
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2, relu2 = relu_forward(a2)
    scores, affine3 = affine_forward(h2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
    dh2, dW3, db3 = affine_backward(dscores, affine3)
    da2 = relu_backward(dh2, relu2)
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = max_pool_backward_fast(dpooled, pool)
    da1 = dh1
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1 + self.reg * W1, "W2": dW2 + self.reg * W2, "W3": dW3 + self.reg * W3}
    return loss, grads | {"b1": db1, "b2": db2, "b3": db3}


@mistake("three_layer_conv_net_loss")
def net_no_second_relu(self, X, y=None):
    """The ReLU after the first affine layer is missing.

    Two affine layers in a row are one.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1, relu1 = relu_forward(a1)
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2 = a2
    scores, affine3 = affine_forward(h2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
    dh2, dW3, db3 = affine_backward(dscores, affine3)
    da2 = dh2
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = max_pool_backward_fast(dpooled, pool)
    da1 = relu_backward(dh1, relu1)
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1 + self.reg * W1, "W2": dW2 + self.reg * W2, "W3": dW3 + self.reg * W3}
    return loss, grads | {"b1": db1, "b2": db2, "b3": db3}


@mistake("three_layer_conv_net_loss")
def net_average_of_scores(self, X, y=None):
    """Probabilities are returned instead of scores.

    Without labels loss returns the output of the last layer.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1, relu1 = relu_forward(a1)
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2, relu2 = relu_forward(a2)
    scores, affine3 = affine_forward(h2, W3, b3)
    if y is None:
        return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
    dh2, dW3, db3 = affine_backward(dscores, affine3)
    da2 = relu_backward(dh2, relu2)
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = max_pool_backward_fast(dpooled, pool)
    da1 = relu_backward(dh1, relu1)
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1 + self.reg * W1, "W2": dW2 + self.reg * W2, "W3": dW3 + self.reg * W3}
    return loss, grads | {"b1": db1, "b2": db2, "b3": db3}


@mistake("three_layer_conv_net_loss")
def net_unregularised(self, X, y=None):
    """The regularisation is missing in the loss.

    Half of reg times the sum of all squared weights belongs to it.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1, relu1 = relu_forward(a1)
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2, relu2 = relu_forward(a2)
    scores, affine3 = affine_forward(h2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    dh2, dW3, db3 = affine_backward(dscores, affine3)
    da2 = relu_backward(dh2, relu2)
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = max_pool_backward_fast(dpooled, pool)
    da1 = relu_backward(dh1, relu1)
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1 + self.reg * W1, "W2": dW2 + self.reg * W2, "W3": dW3 + self.reg * W3}
    return loss, grads | {"b1": db1, "b2": db2, "b3": db3}


@mistake("three_layer_conv_net_loss")
def net_half_missing(self, X, y=None):
    """The ½ of the regularisation is missing.

    It is there so that the gradient is reg times W.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1, relu1 = relu_forward(a1)
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2, relu2 = relu_forward(a2)
    scores, affine3 = affine_forward(h2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
    dh2, dW3, db3 = affine_backward(dscores, affine3)
    da2 = relu_backward(dh2, relu2)
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = max_pool_backward_fast(dpooled, pool)
    da1 = relu_backward(dh1, relu1)
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1 + self.reg * W1, "W2": dW2 + self.reg * W2, "W3": dW3 + self.reg * W3}
    return loss, grads | {"b1": db1, "b2": db2, "b3": db3}


@mistake("three_layer_conv_net_loss")
def net_filters_not_regularised(self, X, y=None):
    """W1 is left out of the regularisation.

    Filters are weights like others.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1, relu1 = relu_forward(a1)
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2, relu2 = relu_forward(a2)
    scores, affine3 = affine_forward(h2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W2**2) + np.sum(W3**2))
    dh2, dW3, db3 = affine_backward(dscores, affine3)
    da2 = relu_backward(dh2, relu2)
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = max_pool_backward_fast(dpooled, pool)
    da1 = relu_backward(dh1, relu1)
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1, "W2": dW2 + self.reg * W2, "W3": dW3 + self.reg * W3}
    return loss, grads | {"b1": db1, "b2": db2, "b3": db3}


@mistake("three_layer_conv_net_loss")
def net_last_not_regularised(self, X, y=None):
    """W3 is left out of the regularisation.

    All three layers are regularised.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1, relu1 = relu_forward(a1)
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2, relu2 = relu_forward(a2)
    scores, affine3 = affine_forward(h2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2))
    dh2, dW3, db3 = affine_backward(dscores, affine3)
    da2 = relu_backward(dh2, relu2)
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = max_pool_backward_fast(dpooled, pool)
    da1 = relu_backward(dh1, relu1)
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1 + self.reg * W1, "W2": dW2 + self.reg * W2, "W3": dW3}
    return loss, grads | {"b1": db1, "b2": db2, "b3": db3}


@mistake("three_layer_conv_net_loss")
def net_biases_regularised(self, X, y=None):
    """The biases are regularised too.

    A bias does not multiply anything: only weights are regularised.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1, relu1 = relu_forward(a1)
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2, relu2 = relu_forward(a2)
    scores, affine3 = affine_forward(h2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += (
        0.5
        * self.reg
        * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2) + np.sum(b1**2) + np.sum(b2**2) + np.sum(b3**2))
    )
    dh2, dW3, db3 = affine_backward(dscores, affine3)
    da2 = relu_backward(dh2, relu2)
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = max_pool_backward_fast(dpooled, pool)
    da1 = relu_backward(dh1, relu1)
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1 + self.reg * W1, "W2": dW2 + self.reg * W2, "W3": dW3 + self.reg * W3}
    return loss, grads | {"b1": db1 + self.reg * b1, "b2": db2 + self.reg * b2, "b3": db3 + self.reg * b3}


@mistake("three_layer_conv_net_loss")
def net_reg_gradient_missing(self, X, y=None):
    """The regularisation is missing in the gradients.

    Add reg times W to each layer's dW.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1, relu1 = relu_forward(a1)
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2, relu2 = relu_forward(a2)
    scores, affine3 = affine_forward(h2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
    dh2, dW3, db3 = affine_backward(dscores, affine3)
    da2 = relu_backward(dh2, relu2)
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = max_pool_backward_fast(dpooled, pool)
    da1 = relu_backward(dh1, relu1)
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1, "W2": dW2, "W3": dW3}
    return loss, grads | {"b1": db1, "b2": db2, "b3": db3}


@mistake("three_layer_conv_net_loss")
def net_reg_gradient_doubled(self, X, y=None):
    """The gradient of the regularisation is 2 · reg · W.

    The ½ in the loss cancels the 2.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1, relu1 = relu_forward(a1)
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2, relu2 = relu_forward(a2)
    scores, affine3 = affine_forward(h2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
    dh2, dW3, db3 = affine_backward(dscores, affine3)
    da2 = relu_backward(dh2, relu2)
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = max_pool_backward_fast(dpooled, pool)
    da1 = relu_backward(dh1, relu1)
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1 + 2 * self.reg * W1, "W2": dW2 + 2 * self.reg * W2, "W3": dW3 + 2 * self.reg * W3}
    return loss, grads | {"b1": db1, "b2": db2, "b3": db3}


@mistake("three_layer_conv_net_loss")
def net_filters_reg_gradient_missing(self, X, y=None):
    """The regularisation is missing in the gradient of W1.

    Filters are weights like others.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1, relu1 = relu_forward(a1)
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2, relu2 = relu_forward(a2)
    scores, affine3 = affine_forward(h2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
    dh2, dW3, db3 = affine_backward(dscores, affine3)
    da2 = relu_backward(dh2, relu2)
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = max_pool_backward_fast(dpooled, pool)
    da1 = relu_backward(dh1, relu1)
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1, "W2": dW2 + self.reg * W2, "W3": dW3 + self.reg * W3}
    return loss, grads | {"b1": db1, "b2": db2, "b3": db3}


@mistake("three_layer_conv_net_loss")
def net_back_without_first_relu(self, X, y=None):
    """The backward pass skips the ReLU after the convolution.

    The backward pass goes through every layer of the forward pass.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1, relu1 = relu_forward(a1)
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2, relu2 = relu_forward(a2)
    scores, affine3 = affine_forward(h2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
    dh2, dW3, db3 = affine_backward(dscores, affine3)
    da2 = relu_backward(dh2, relu2)
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = max_pool_backward_fast(dpooled, pool)
    da1 = dh1
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1 + self.reg * W1, "W2": dW2 + self.reg * W2, "W3": dW3 + self.reg * W3}
    return loss, grads | {"b1": db1, "b2": db2, "b3": db3}


@mistake("three_layer_conv_net_loss")
def net_back_without_second_relu(self, X, y=None):
    """The backward pass skips the ReLU after the first affine layer.

    The backward pass goes through every layer of the forward pass.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1, relu1 = relu_forward(a1)
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2, relu2 = relu_forward(a2)
    scores, affine3 = affine_forward(h2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
    dh2, dW3, db3 = affine_backward(dscores, affine3)
    da2 = dh2
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = max_pool_backward_fast(dpooled, pool)
    da1 = relu_backward(dh1, relu1)
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1 + self.reg * W1, "W2": dW2 + self.reg * W2, "W3": dW3 + self.reg * W3}
    return loss, grads | {"b1": db1, "b2": db2, "b3": db3}


@mistake("three_layer_conv_net_loss")
def net_pool_averaged_back(self, X, y=None):
    """The backward pass spreads the gradient over the pool's windows.

    max_pool_backward_fast knows which pixel was the largest.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1, relu1 = relu_forward(a1)
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2, relu2 = relu_forward(a2)
    scores, affine3 = affine_forward(h2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
    dh2, dW3, db3 = affine_backward(dscores, affine3)
    da2 = relu_backward(dh2, relu2)
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = dpooled.repeat(2, axis=2).repeat(2, axis=3) / 4
    da1 = relu_backward(dh1, relu1)
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1 + self.reg * W1, "W2": dW2 + self.reg * W2, "W3": dW3 + self.reg * W3}
    return loss, grads | {"b1": db1, "b2": db2, "b3": db3}


@mistake("three_layer_conv_net_loss")
def net_no_padding_of_seven(self, X, y=None):
    """A padding of 3 is hard-coded.

    It is correct only for filters of 7×7: (filter_size - 1) // 2 keeps the size.
    """
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": 3}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a1, conv = conv_forward_fast(X, W1, b1, conv_param)
    h1, relu1 = relu_forward(a1)
    pooled, pool = max_pool_forward_fast(h1, pool_param)
    a2, affine2 = affine_forward(pooled, W2, b2)
    h2, relu2 = relu_forward(a2)
    scores, affine3 = affine_forward(h2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
    dh2, dW3, db3 = affine_backward(dscores, affine3)
    da2 = relu_backward(dh2, relu2)
    dpooled, dW2, db2 = affine_backward(da2, affine2)
    dh1 = max_pool_backward_fast(dpooled, pool)
    da1 = relu_backward(dh1, relu1)
    _, dW1, db1 = conv_backward_fast(da1, conv)
    grads = {"W1": dW1 + self.reg * W1, "W2": dW2 + self.reg * W2, "W3": dW3 + self.reg * W3}
    return loss, grads | {"b1": db1, "b2": db2, "b3": db3}
