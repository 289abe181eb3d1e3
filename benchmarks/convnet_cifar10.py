"""Train the course's convolutional networks on the genuine CIFAR-10: for one epoch, and tuned.

Run ``gradbook download``, then ``python benchmarks/convnet_cifar10.py``. All layers are the course's own, in
NumPy with float32. The first part trains the notebook's three-layer network for one epoch; it must reach a
validation accuracy of 50 % in under two minutes. The second part trains two convolutions and the affine
layers for five epochs, with half of the images flipped; it must reach 65 % in under twenty minutes. ``--part
one`` or ``--part tuned`` runs only one of them.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np

from gradbook import Solver, carry_over
from gradbook.data.images import load_images

CONVOLUTION, LAYERS = "08_cnn/convolution", "04_two_layer_net/two_layer_net"

conv_forward, conv_backward, pool_forward, pool_backward = carry_over(
    CONVOLUTION,
    "conv_forward_fast",
    "conv_backward_fast",
    "max_pool_forward_fast",
    "max_pool_backward_fast",
    source="reference",
)
affine_forward, affine_backward, relu_forward, relu_backward, softmax_loss = carry_over(
    LAYERS,
    "affine_forward",
    "affine_backward",
    "relu_forward",
    "relu_backward",
    "softmax_loss",
    source="reference",
)
(adam,) = carry_over("05_optimization/optimizers", "adam", source="reference")

POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}


def parameters_backward(dout: np.ndarray, cache: tuple[Any, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return dw and db of a convolution, without dx: training does not need the gradient of the images."""
    w, cols = cache[1], cache[4]
    flat = dout.transpose(1, 0, 2, 3).reshape(len(w), -1)
    return (flat @ cols.T).reshape(w.shape), flat.sum(axis=1)


class ConvNet:
    """Convolutions of stride 1, each with ReLU and 2×2 max pooling, then affine, ReLU, affine, softmax.

    Parameters
    ----------
    filters
        The number of filters of each convolution, and their side length: ``[(32, 3), (64, 3)]``.
    hidden
        The number of hidden units.
    reg
        The regularisation strength.
    flips
        Whether to flip half of the training images left to right, chosen at random in each step.
    """

    def __init__(self, filters: list[tuple[int, int]], hidden: int, reg: float, flips: bool) -> None:
        self.depth, self.reg = len(filters), reg
        self.rng = np.random.default_rng(0)
        self.flips = flips
        channels, shapes = 3, []
        for count, side in filters:
            shapes.append((count, channels, side, side))
            channels = count
        shapes += [(channels * (32 >> self.depth) ** 2, hidden), (hidden, 10)]
        self.params: dict[str, np.ndarray] = {}
        for i, shape in enumerate(shapes, 1):
            fan_in = np.prod(shape[1:]) if len(shape) == 4 else shape[0]
            weights = self.rng.normal(0, np.sqrt(2 / fan_in), size=shape)
            self.params[f"W{i}"] = weights.astype(np.float32)
            self.params[f"b{i}"] = np.zeros(shape[0] if len(shape) == 4 else shape[1], np.float32)

    def loss(self, X: np.ndarray, y: np.ndarray | None = None) -> Any:
        """Return the scores, or with labels the loss and the gradients by name."""
        if y is not None and self.flips:
            flipped = self.rng.random(len(X)) < 0.5
            X = np.where(flipped[:, None, None, None], X[..., ::-1], X)
        p, out, caches = self.params, X, []
        for i in range(1, self.depth + 1):
            conv_param = {"stride": 1, "pad": p[f"W{i}"].shape[2] // 2}
            out, conv = conv_forward(out, p[f"W{i}"], p[f"b{i}"], conv_param)
            # ReLU and max pooling commute; after pooling, ReLU has only a quarter of the numbers to process.
            out, pool = pool_forward(out, POOL)
            out, relu = relu_forward(out)
            caches.append((conv, pool, relu))
        first, last = self.depth + 1, self.depth + 2
        out, hidden = affine_forward(out, p[f"W{first}"], p[f"b{first}"])
        out, relu = relu_forward(out)
        scores, affine = affine_forward(out, p[f"W{last}"], p[f"b{last}"])
        if y is None:
            return scores
        loss, flow = softmax_loss(scores, y)
        grads = {}
        flow, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(flow.astype(np.float32), affine)
        flow, grads[f"W{first}"], grads[f"b{first}"] = affine_backward(relu_backward(flow, relu), hidden)
        for i in range(self.depth, 0, -1):
            conv, pool, relu = caches[i - 1]
            flow = pool_backward(relu_backward(flow, relu), pool)
            if i > 1:
                flow, grads[f"W{i}"], grads[f"b{i}"] = conv_backward(flow, conv)
            else:
                grads["W1"], grads["b1"] = parameters_backward(flow, conv)
        for i in range(1, last + 1):
            loss += 0.5 * self.reg * float(np.sum(p[f"W{i}"] ** 2))
            grads[f"W{i}"] = grads[f"W{i}"] + self.reg * p[f"W{i}"]
        return loss, grads


def prepare() -> dict[str, np.ndarray]:
    """Return CIFAR-10, channels first, centred and scaled, with 1,000 training images for validation."""
    images = load_images("cifar10")
    print(images)
    mean = images.X_train[:-1000].mean(axis=0).astype(np.float32)
    parts = {"train": images.X_train[:-1000], "val": images.X_train[-1000:], "test": images.X_test}
    data = {"y_train": images.y_train[:-1000], "y_val": images.y_train[-1000:], "y_test": images.y_test}
    for part, pixels in parts.items():
        data[f"X_{part}"] = np.ascontiguousarray(((pixels - mean) / np.float32(64)).transpose(0, 3, 1, 2))
    return data


def report(name: str, net: ConvNet, data: dict[str, np.ndarray], asked: float, **settings: Any) -> bool:
    """Train a network, print its accuracies, and return whether they are high enough."""
    began, worked = time.perf_counter(), time.process_time()
    solver = Solver(net, data, adam, **settings)
    solver.train()
    minutes, busy = (time.perf_counter() - began) / 60, (time.process_time() - worked) / 60
    print(f"{name}: {minutes:.1f} minutes ({busy:.1f} of all cores together)")
    print(f"  validation after each epoch {[round(share, 3) for share in solver.val_acc_history[1:]]}")
    print(f"  validation {solver.best_val_acc:.1%}, at least {asked:.0%} is required")
    print(f"  test       {solver.accuracy(data['X_test'], data['y_test']):.1%}")
    return solver.best_val_acc >= asked


def main() -> None:
    """Train both networks, and fail if an accuracy is too low."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=["one", "tuned", "both"], default="both")
    part = parser.parse_args().part
    data = prepare()
    enough = []
    if part in ("one", "both"):
        net = ConvNet([(32, 7)], 100, 1e-3, flips=False)
        rate = {"learning_rate": 1e-3}
        enough.append(report("one epoch", net, data, 0.5, optim_config=rate, batch_size=50, num_epochs=1))
    if part in ("tuned", "both"):
        net = ConvNet([(32, 3), (64, 3)], 128, 1e-3, flips=True)
        settings = {"lr_decay": 0.7, "batch_size": 100, "num_epochs": 5}
        rate = {"learning_rate": 1.5e-3}
        enough.append(report("tuned", net, data, 0.65, optim_config=rate, **settings))
    if not all(enough):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
