"""Faults in a network of any depth: (affine, normalisation, ReLU, dropout) × 2, affine, softmax."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.faults.batchnorm import BATCHNORM
from tests.faults.dropout import DROPOUT
from tests.faults.layernorm import LAYERNORM
from tests.faults.layers import AFFINE, RELU
from tests.faults.losses import SOFTMAX_LOSS
from tests.faults.subject import Case, Fault, Subject, at_end, draw_parameters, labels, model_case

REG, EPS, P = 0.2, 0.3, 0.7

FULLY_CONNECTED_NET = """\
class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim, num_classes, reg, normalization=None, dropout_keep_ratio=1):
        rng = np.random.default_rng(0)
        self.normalization = normalization
        self.reg = reg
        self.num_layers = len(hidden_dims) + 1
        self.params = {}
        dims = [input_dim, *hidden_dims, num_classes]
        for i in range(1, self.num_layers + 1):
            self.params[f"W{i}"] = 0.01 * rng.standard_normal((dims[i - 1], dims[i]))
            self.params[f"b{i}"] = np.zeros(dims[i])
            if normalization and i < self.num_layers:
                self.params[f"gamma{i}"] = np.ones(dims[i])
                self.params[f"beta{i}"] = np.zeros(dims[i])
        self.norm_params = [{"mode": "train", "eps": 1e-5} for _ in hidden_dims]
        self.dropout_param = {"mode": "train", "p": dropout_keep_ratio, "seed": 5}

    def loss(self, X, y):
        params, L = self.params, self.num_layers
        caches = []
        h = X
        for i in range(1, L):
            a, affine = affine_forward(h, params[f"W{i}"], params[f"b{i}"])
            gamma, beta = params.get(f"gamma{i}"), params.get(f"beta{i}")
            norm = drop = None
            if self.normalization == "batchnorm":
                a, norm = batchnorm_forward(a, gamma, beta, self.norm_params[i - 1])
            if self.normalization == "layernorm":
                a, norm = layernorm_forward(a, gamma, beta, self.norm_params[i - 1])
            h, relu = relu_forward(a)
            if self.dropout_param["p"] < 1:
                h, drop = dropout_forward(h, self.dropout_param)
            caches.append((affine, norm, relu, drop))
        scores, affine = affine_forward(h, params[f"W{L}"], params[f"b{L}"])
        loss, dscores = softmax_loss(scores, y)
        for i in range(1, L + 1):
            loss += 0.5 * self.reg * np.sum(params[f"W{i}"] ** 2)

        grads = {}
        dh, grads[f"W{L}"], grads[f"b{L}"] = affine_backward(dscores, affine)
        for i in range(L - 1, 0, -1):
            affine, norm, relu, drop = caches[i - 1]
            if drop is not None:
                dh = dropout_backward(dh, drop)
            da = relu_backward(dh, relu)
            if self.normalization == "batchnorm":
                da, grads[f"gamma{i}"], grads[f"beta{i}"] = batchnorm_backward(da, norm)
            if self.normalization == "layernorm":
                da, grads[f"gamma{i}"], grads[f"beta{i}"] = layernorm_backward(da, norm)
            dh, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(da, affine)
        for k in range(1, L + 1):
            grads[f"W{k}"] += self.reg * params[f"W{k}"]
        return loss, grads
"""

PENALTY = 'grads[f"W{k}"] += self.reg * params[f"W{k}"]'

SHARED = (
    Fault("No regularisation in the gradients.", PENALTY, "pass", "regularisation"),
    Fault(
        "The last layer is not regularised.",
        "for k in range(1, L + 1)",
        "for k in range(1, L)",
        "regularisation",
    ),
    Fault(
        "The first layer is not regularised.",
        "for k in range(1, L + 1)",
        "for k in range(2, L + 1)",
        "regularisation",
    ),
    Fault(
        "2 * reg * W, but the loss has 0.5 * reg * W².",
        "+= self.reg * params",
        "+= 2 * self.reg * params",
        "regularisation",
    ),
    Fault(
        "0.5 * reg * W: the ½ is kept.",
        "+= self.reg * params",
        "+= 0.5 * self.reg * params",
        "regularisation",
    ),
    Fault("The penalty is divided by N.", PENALTY, PENALTY + " / len(X)", "regularisation"),
    Fault(
        "The biases are regularised too.",
        PENALTY,
        PENALTY + '\n            grads[f"b{k}"] += self.reg * params[f"b{k}"]',
        "regularisation",
    ),
    at_end("gamma is regularised too.", 'grads["gamma1"] += self.reg * params["gamma1"]', "regularisation"),
    at_end("W2 is regularised twice.", 'grads["W2"] += self.reg * params["W2"]', "regularisation"),
    Fault("The penalty is subtracted.", "+= self.reg * params", "-= self.reg * params", "sign"),
    Fault(
        "The penalty's gradient replaces the data's.",
        "+= self.reg * params",
        "= self.reg * params",
        "missing path",
    ),
    Fault("ReLU is left out in the backward pass.", "relu_backward(dh, relu)", "dh", "mask"),
    Fault("The mask is inverted.", "relu_backward(dh, relu)", "relu_backward(dh, -relu)", "mask"),
    Fault("The mask is that of the gradient.", "relu_backward(dh, relu)", "relu_backward(dh, dh)", "mask"),
    Fault(
        "The mask is that of the numbers before they were normalised.",
        "relu_backward(dh, relu)",
        "relu_backward(dh, affine_forward(*affine)[0])",
        "mask",
    ),
    Fault(
        "Only the first layer is masked.",
        "relu_backward(dh, relu)",
        "relu_backward(dh, relu) if i == 1 else dh",
        "mask",
    ),
    Fault("The gradient is not divided by N.", "dx /= N", "pass", "sum for mean"),
    at_end("b3 is averaged.", 'grads["b3"] = dscores.mean(axis=0)', "sum for mean"),
    at_end("beta2 is averaged.", 'grads["beta2"] /= len(X)', "sum for mean"),
    at_end(
        "All gradients are halved.", "grads = {name: g / 2 for name, g in grads.items()}", "constant factor"
    ),
    at_end("gamma1 is doubled.", 'grads["gamma1"] *= 2', "constant factor"),
    Fault(
        "Each layer divides by N once more.",
        "affine_backward(da, affine)",
        "affine_backward(da / len(X), affine)",
        "constant factor",
    ),
    Fault("The whole gradient has the wrong sign.", "dx /= N", "dx /= -N", "sign"),
    at_end("beta1 has the wrong sign.", 'grads["beta1"] *= -1', "sign"),
    Fault("The true class is not subtracted.", "dx[np.arange(N), y] -= 1", "pass", "missing path"),
    at_end("b3 counts the first sample only.", 'grads["b3"] = dscores[0]', "some rows or columns"),
    at_end("The first row of W1 stays at zero.", 'grads["W1"][0] = 0', "some rows or columns"),
    at_end("The last column of W3 stays at zero.", 'grads["W3"][:, -1] = 0', "some rows or columns"),
    at_end("The columns of W2 are reversed.", 'grads["W2"] = grads["W2"][:, ::-1]', "axes"),
    at_end(
        "W1 is reshaped, not transposed.", 'grads["W1"] = grads["W1"].T.reshape(params["W1"].shape)', "axes"
    ),
    at_end(
        "gamma1 and beta1 are swapped.", 'grads["gamma1"], grads["beta1"] = grads["beta1"], grads["gamma1"]'
    ),
    Fault(
        "The upstream gradient is taken before the normalisation.",
        "affine_backward(da, affine)",
        "affine_backward(relu_backward(dh, relu), affine)",
    ),
    Fault(
        "ReLU is differentiated at its output.",
        "relu_backward(dh, relu)",
        "relu_backward(dh, np.maximum(relu, 0))",
        equivalent="The output is positive where the input is.",
    ),
)

BATCHNORM_FAULTS = (
    *SHARED,
    Fault("The mean is treated as a constant.", "dx = dx1 + dx2", "dx = dx1", "constant statistic"),
    Fault(
        "The variance is treated as a constant.",
        "dcentred = dcentred1 + dcentred2",
        "dcentred = dcentred1",
        "constant statistic",
    ),
    Fault("ε is forgotten.", "-dinverse / std**2", "-dinverse / var", "epsilon"),
    Fault("The square is averaged by N - 1.", "* dvar / N", "* dvar / (N - 1)", "variance"),
)

LAYERNORM_FAULTS = (
    *SHARED,
    Fault("Dropout is left out in the backward pass.", "dh = dropout_backward(dh, drop)", "pass", "mask"),
    Fault("Dropout is not divided by p.", "dout * mask", "dout * keep", "constant factor"),
    Fault(
        "A new mask is drawn.",
        "dropout_backward(dh, drop)",
        'dropout_backward(dh, dropout_forward(dh, {**self.dropout_param, "seed": 6})[1])',
        "mask",
    ),
    Fault(
        "Dropout is left out in the backward pass, except in the last hidden layer.",
        "if drop is not None:",
        "if drop is not None and i == L - 1:",
        "mask",
    ),
    Fault("The mean is treated as a constant.", "+ through_mean", "", "constant statistic"),
    Fault(
        "The variance is treated as a constant.", "direct + through_var +", "direct +", "constant statistic"
    ),
    Fault("ε is forgotten in the direct path.", "dx_hat / std\n", "dx_hat / np.sqrt(var)\n", "epsilon"),
    Fault(
        "ReLU comes before dropout in the backward pass.",
        "            if drop is not None:\n"
        "                dh = dropout_backward(dh, drop)\n"
        "            da = relu_backward(dh, relu)\n",
        "            da = relu_backward(dh, relu)\n"
        "            if drop is not None:\n"
        "                da = dropout_backward(da, drop)\n",
        equivalent="Both multiply element by element, in whatever order.",
    ),
)


def of(names: dict[str, Any], rng: np.random.Generator, normalization: str, keep: float) -> Case:
    """Return the case of N = 5, D = 8, hidden layers of 7 and 6, C = 4, of which class 2 has no sample."""
    model = names["FullyConnectedNet"]([7, 6], 8, 4, REG, normalization, keep)
    for param in model.norm_params:
        param["eps"] = EPS
    draw_parameters(model, rng)
    X, y = rng.standard_normal((5, 8)), labels(rng, 5, [0, 1, 3])
    return model_case(model, X, y, {"reg": REG, "eps": EPS} | ({"p": keep} if keep < 1 else {}))


def batchnorm_case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """Return the net with batch norm; it subtracts the biases before it, so their gradients are 0."""
    return of(names, rng, "batchnorm", 1)


def layernorm_case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """Return the net with layer norm and dropout."""
    return of(names, rng, "layernorm", P)


SOURCE = "\n\n".join([AFFINE, RELU, SOFTMAX_LOSS, BATCHNORM, LAYERNORM, DROPOUT, FULLY_CONNECTED_NET])
SUBJECTS = (
    Subject("FullyConnectedNet with batchnorm", SOURCE, batchnorm_case, BATCHNORM_FAULTS),
    Subject("FullyConnectedNet with layernorm and dropout", SOURCE, layernorm_case, LAYERNORM_FAULTS),
)
