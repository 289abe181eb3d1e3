"""Faults in a two-layer network: affine, ReLU, affine, softmax; 0.5 * reg * sum(W * W)."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.faults.layers import AFFINE, RELU
from tests.faults.losses import SOFTMAX_LOSS
from tests.faults.subject import Case, Fault, Subject, at_end, draw_parameters, labels, model_case

REG = 0.3

TWO_LAYER_NET = """\
class TwoLayerNet:
    def __init__(self, input_dim, hidden_dim, num_classes, weight_scale, reg):
        rng = np.random.default_rng(0)
        self.reg = reg
        self.params = {
            "W1": weight_scale * rng.standard_normal((input_dim, hidden_dim)),
            "b1": np.zeros(hidden_dim),
            "W2": weight_scale * rng.standard_normal((hidden_dim, num_classes)),
            "b2": np.zeros(num_classes),
        }

    def loss(self, X, y):
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]
        a1, affine1 = affine_forward(X, W1, b1)
        h1, relu1 = relu_forward(a1)
        scores, affine2 = affine_forward(h1, W2, b2)
        loss, dscores = softmax_loss(scores, y)
        loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

        grads = {}
        dh1, grads["W2"], grads["b2"] = affine_backward(dscores, affine2)
        da1 = relu_backward(dh1, relu1)
        _, grads["W1"], grads["b1"] = affine_backward(da1, affine1)
        grads["W1"] += self.reg * W1
        grads["W2"] += self.reg * W2
        return loss, grads
"""

PENALTIES = 'grads["W1"] += self.reg * W1\n        grads["W2"] += self.reg * W2'

FAULTS = (
    Fault("No regularisation in the gradients.", PENALTIES, "pass", "regularisation"),
    Fault("W1 is not regularised.", 'grads["W1"] += self.reg * W1', "pass", "regularisation"),
    Fault("W2 is not regularised.", 'grads["W2"] += self.reg * W2', "pass", "regularisation"),
    Fault(
        "2 * reg * W1, but the loss has 0.5 * reg * W1².",
        "self.reg * W1\n",
        "2 * self.reg * W1\n",
        "regularisation",
    ),
    Fault("0.5 * reg * W2: the ½ is kept.", "self.reg * W2\n", "0.5 * self.reg * W2\n", "regularisation"),
    at_end("W1 is regularised twice.", 'grads["W1"] += self.reg * W1', "regularisation"),
    at_end("b1 is regularised too.", 'grads["b1"] += self.reg * b1', "regularisation"),
    at_end("b2 is regularised too.", 'grads["b2"] += self.reg * b2', "regularisation"),
    Fault(
        "The penalty of W1 is divided by N.", "self.reg * W1\n", "self.reg * W1 / len(X)\n", "regularisation"
    ),
    Fault("The penalty of W1 is not differentiated.", "self.reg * W1\n", "self.reg\n", "regularisation"),
    Fault("The penalty of W2 is subtracted.", 'grads["W2"] +=', 'grads["W2"] -=', "sign"),
    Fault("The penalty's gradient replaces the data's.", 'grads["W1"] +=', 'grads["W1"] =', "missing path"),
    Fault("ReLU is left out in the backward pass.", "relu_backward(dh1, relu1)", "dh1", "mask"),
    Fault("The mask is inverted.", "relu_backward(dh1, relu1)", "relu_backward(dh1, -a1)", "mask"),
    Fault(
        "The mask is that of the gradient.", "relu_backward(dh1, relu1)", "relu_backward(dh1, dh1)", "mask"
    ),
    Fault("The mask forgets the bias.", "relu_backward(dh1, relu1)", "relu_backward(dh1, a1 - b1)", "mask"),
    Fault(
        "The first sample's mask is used for all.",
        "relu_backward(dh1, relu1)",
        "relu_backward(dh1, a1[0])",
        "mask",
    ),
    Fault(
        "ReLU on the scores, in the backward pass only.",
        "affine_backward(dscores, affine2)",
        "affine_backward(relu_backward(dscores, scores), affine2)",
        "mask",
    ),
    at_end("b1 is summed before the mask.", 'grads["b1"] = dh1.sum(axis=0)', "mask"),
    Fault("The gradient is not divided by N.", "dx /= N", "pass", "sum for mean"),
    at_end("b2 is averaged.", 'grads["b2"] = dscores.mean(axis=0)', "sum for mean"),
    at_end("b1 is averaged.", 'grads["b1"] = da1.mean(axis=0)', "sum for mean"),
    Fault(
        "The first layer is divided by N once more.",
        "affine_backward(da1, affine1)",
        "affine_backward(da1 / len(X), affine1)",
        "constant factor",
    ),
    at_end(
        "All gradients are halved.", "grads = {name: g / 2 for name, g in grads.items()}", "constant factor"
    ),
    at_end("b2 is doubled.", 'grads["b2"] *= 2', "constant factor"),
    Fault("The whole gradient has the wrong sign.", "dx /= N", "dx /= -N", "sign"),
    Fault("The first layer has the wrong sign.", "(da1, affine1)", "(-da1, affine1)", "sign"),
    at_end("b1 has the wrong sign.", 'grads["b1"] *= -1', "sign"),
    Fault("The true class is not subtracted.", "dx[np.arange(N), y] -= 1", "pass", "missing path"),
    at_end("b2 counts the first sample only.", 'grads["b2"] = dscores[0]', "some rows or columns"),
    at_end(
        "W1 leaves out the last sample's part.",
        'grads["W1"] -= np.outer(X[-1], da1[-1])',
        "some rows or columns",
    ),
    at_end("The first row of W1 stays at zero.", 'grads["W1"][0] = 0', "some rows or columns"),
    at_end("The last column of W2 stays at zero.", 'grads["W2"][:, -1] = 0', "some rows or columns"),
    at_end("The last element of b1 stays at zero.", 'grads["b1"][-1] = 0', "some rows or columns"),
    at_end(
        "The columns of W2 are reversed.",
        'grads["W2"] = grads["W2"][:, ::-1]',
        "axes",
    ),
    at_end("W2 is transposed.", 'grads["W2"] = grads["W2"].T', "axes"),
    at_end("W1 is reshaped, not transposed.", 'grads["W1"] = grads["W1"].T.reshape(W1.shape)', "axes"),
    at_end("b1 is the gradient of the sum of the scores, mask left out.", 'grads["b1"] = W2.sum(axis=1)'),
    Fault(
        "The second layer is differentiated at a1, not h1.", "(dscores, affine2)", "(dscores, (a1, W2, b2))"
    ),
    Fault(
        "ReLU is differentiated at its output.",
        "relu_backward(dh1, relu1)",
        "relu_backward(dh1, h1)",
        equivalent="The output is positive where the input is.",
    ),
    Fault(
        "The mask is applied twice.",
        "relu_backward(dh1, relu1)",
        "relu_backward(relu_backward(dh1, relu1), relu1)",
        equivalent="A mask of zeros and ones is its own square.",
    ),
)


def case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = 6, D = 8, H = 7, C = 5, of which class 3 has no sample."""
    model = names["TwoLayerNet"](8, 7, 5, 1.0, REG)
    draw_parameters(model, rng)
    X, y = rng.standard_normal((6, 8)), labels(rng, 6, [0, 1, 2, 4])
    return model_case(model, X, y, {"reg": REG})


SOURCE = "\n\n".join([AFFINE, RELU, SOFTMAX_LOSS, TWO_LAYER_NET])
SUBJECTS = (Subject("TwoLayerNet", SOURCE, case, FAULTS),)
