"""Faults in a small convolutional network: conv, ReLU, 2×2 max pool, affine, ReLU, affine, softmax."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.faults.im2col import CONV
from tests.faults.layers import AFFINE, RELU
from tests.faults.losses import SOFTMAX_LOSS
from tests.faults.pooling_fast import POOL
from tests.faults.subject import Case, Fault, Subject, at_end, draw_parameters, labels, model_case

REG = 0.2

THREE_LAYER_CONV_NET = """\
class ThreeLayerConvNet:
    def __init__(self, input_dim, num_filters, filter_size, hidden_dim, num_classes, reg):
        rng = np.random.default_rng(0)
        C, H, W = input_dim
        self.reg = reg
        self.params = {
            "W1": 0.01 * rng.standard_normal((num_filters, C, filter_size, filter_size)),
            "b1": np.zeros(num_filters),
            "W2": 0.01 * rng.standard_normal((num_filters * (H // 2) * (W // 2), hidden_dim)),
            "b2": np.zeros(hidden_dim),
            "W3": 0.01 * rng.standard_normal((hidden_dim, num_classes)),
            "b3": np.zeros(num_classes),
        }

    def loss(self, X, y):
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]
        W3, b3 = self.params["W3"], self.params["b3"]
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
        a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
        h1, relu1 = relu_forward(a1)
        pooled, pool_cache = max_pool_forward_fast(h1, pool_param)
        a2, affine2 = affine_forward(pooled, W2, b2)
        h2, relu2 = relu_forward(a2)
        scores, affine3 = affine_forward(h2, W3, b3)
        loss, dscores = softmax_loss(scores, y)
        loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))

        grads = {}
        dh2, grads["W3"], grads["b3"] = affine_backward(dscores, affine3)
        da2 = relu_backward(dh2, relu2)
        dpooled, grads["W2"], grads["b2"] = affine_backward(da2, affine2)
        dh1 = max_pool_backward_fast(dpooled, pool_cache)
        da1 = relu_backward(dh1, relu1)
        _, grads["W1"], grads["b1"] = conv_backward_fast(da1, conv_cache)
        grads["W1"] += self.reg * W1
        grads["W2"] += self.reg * W2
        grads["W3"] += self.reg * W3
        return loss, grads
"""

FAULTS = (
    Fault("The filters are not regularised.", 'grads["W1"] += self.reg * W1', "pass", "regularisation"),
    Fault("W3 is not regularised.", 'grads["W3"] += self.reg * W3', "pass", "regularisation"),
    Fault(
        "2 * reg * W2, but the loss has 0.5 * reg * W2².",
        "self.reg * W2\n",
        "2 * self.reg * W2\n",
        "regularisation",
    ),
    Fault("0.5 * reg * W3: the ½ is kept.", "self.reg * W3\n", "0.5 * self.reg * W3\n", "regularisation"),
    Fault(
        "The penalty of W2 is divided by N.", "self.reg * W2\n", "self.reg * W2 / len(X)\n", "regularisation"
    ),
    at_end("b1 is regularised too.", 'grads["b1"] += self.reg * b1', "regularisation"),
    at_end("W3 is regularised twice.", 'grads["W3"] += self.reg * W3', "regularisation"),
    Fault("The penalty of the filters is subtracted.", 'grads["W1"] +=', 'grads["W1"] -=', "sign"),
    Fault("The penalty's gradient replaces the data's.", 'grads["W2"] +=', 'grads["W2"] =', "missing path"),
    Fault("The first ReLU is left out.", "relu_backward(dh1, relu1)", "dh1", "mask"),
    Fault("The second ReLU is left out.", "relu_backward(dh2, relu2)", "dh2", "mask"),
    Fault("The first mask is inverted.", "(dh1, relu1)", "(dh1, -relu1)", "mask"),
    Fault("The second mask is that of the gradient.", "(dh2, relu2)", "(dh2, dh2)", "mask"),
    Fault("The first mask forgets the bias.", "(dh1, relu1)", "(dh1, a1 - b1[:, None, None])", "mask"),
    Fault("The smallest of each window gets the gradient.", "flat.argmax", "flat.argmin", "mask"),
    Fault(
        "The top left corner of each window gets the gradient.",
        "flat.argmax(axis=-1)",
        "np.zeros(dout.shape, int)",
        "mask",
    ),
    Fault(
        "The position within the window is transposed.",
        "best // width, best % width",
        "best % width, best // width",
        "mask",
    ),
    Fault(
        "Spread evenly, as for average pooling.",
        "max_pool_backward_fast(dpooled, pool_cache)",
        "dpooled.repeat(2, axis=2).repeat(2, axis=3) / 4",
        "mask",
    ),
    Fault("The gradient is not divided by N.", "dx /= N", "pass", "sum for mean"),
    at_end("b1 is averaged over the positions.", 'grads["b1"] /= a1[0, 0].size', "sum for mean"),
    at_end("b3 is averaged.", 'grads["b3"] = dscores.mean(axis=0)', "sum for mean"),
    Fault(
        "The convolution is divided by N once more.",
        "(da1, conv_cache)",
        "(da1 / len(X), conv_cache)",
        "constant factor",
    ),
    at_end(
        "All gradients are doubled.", "grads = {name: 2 * g for name, g in grads.items()}", "constant factor"
    ),
    at_end("b2 is halved.", 'grads["b2"] /= 2', "constant factor"),
    Fault("The whole gradient has the wrong sign.", "dx /= N", "dx /= -N", "sign"),
    Fault("The convolution has the wrong sign.", "(da1, conv_cache)", "(-da1, conv_cache)", "sign"),
    Fault("The true class is not subtracted.", "dx[np.arange(N), y] -= 1", "pass", "missing path"),
    at_end(
        "b1 counts the first sample only.", 'grads["b1"] = da1[0].sum(axis=(1, 2))', "some rows or columns"
    ),
    at_end("b2 counts the first sample only.", 'grads["b2"] = da2[0]', "some rows or columns"),
    Fault("The filters of dout are not brought to the end.", "dout.transpose(0, 2, 3, 1).", "dout.", "axes"),
    Fault(
        "The channels are last in dw.",
        "dw_flat.reshape(w.shape)",
        "dw_flat.reshape(F, HH, WW, C).transpose(0, 3, 1, 2)",
        "axes",
    ),
    at_end("The filters are flipped.", 'grads["W1"] = grads["W1"][..., ::-1, ::-1]', "axes"),
    at_end("The filters are transposed.", 'grads["W1"] = grads["W1"].swapaxes(2, 3)', "axes"),
    at_end(
        "The pooled images are flattened, channels last.",
        'grads["W2"] = pooled.transpose(0, 2, 3, 1).reshape(len(X), -1).T @ da2 + self.reg * W2',
        "axes",
    ),
    at_end("The last filter stays at zero.", 'grads["W1"][-1] = 0', "some rows or columns"),
    at_end(
        "Only the first channel of the filters is filled.", 'grads["W1"][:, 1:] = 0', "some rows or columns"
    ),
    at_end("The last row of W2 stays at zero.", 'grads["W2"][-1] = 0', "some rows or columns"),
    at_end("The first element of b3 stays at zero.", 'grads["b3"][0] = 0', "some rows or columns"),
    Fault("W3 is differentiated at a2, not h2.", "(dscores, affine3)", "(dscores, (a2, W3, b3))"),
    Fault("The gradient of the hidden layer loses its signs.", "(da2, affine2)", "(np.abs(da2), affine2)"),
    Fault(
        "ReLU is differentiated at its output.",
        "relu_backward(dh1, relu1)",
        "relu_backward(dh1, h1)",
        equivalent="The output is positive where the input is.",
    ),
    Fault(
        "Masked where the pooled maximum is positive.",
        "max_pool_backward_fast(dpooled, pool_cache)",
        "max_pool_backward_fast(relu_backward(dpooled, pooled), pool_cache)",
        equivalent="ReLU stops there what pooling would pass on to a 0.",
    ),
)


def case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = 5, images 2×4×6, 3 filters of 3×3, 7 hidden, 4 classes, of which class 2 has no sample."""
    model = names["ThreeLayerConvNet"]((2, 4, 6), 3, 3, 7, 4, REG)
    draw_parameters(model, rng)
    # So that some of the pooled maxima are negative, and stopped by ReLU.
    model.params["b1"] -= 1
    X, y = rng.standard_normal((5, 2, 4, 6)), labels(rng, 5, [0, 1, 3])
    return model_case(model, X, y, {"reg": REG})


SOURCE = "\n\n".join([AFFINE, RELU, SOFTMAX_LOSS, CONV, POOL, THREE_LAYER_CONV_NET])
SUBJECTS = (Subject("ThreeLayerConvNet", SOURCE, case, FAULTS),)
