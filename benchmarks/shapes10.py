"""Measure the accuracies of the course's models on Shapes-10: kNN < linear < two-layer < convnet.

Run ``python benchmarks/shapes10.py`` (one to three minutes on two cores). It uses plain, seeded models in
NumPy. The difficulty of Shapes-10 and the settings below were chosen with this table in view, so its numbers
compare the models, but are not estimates of their accuracy on unseen images.
``AUTOGRADER_DATASET=cifar10`` measures CIFAR-10.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gradbook.data.images import load_images

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]
KNN_TRAIN = 5_000
TRAIN = 10_000
TEST = 2_000


def knn(X: Floats, y: Labels, X_test: Floats, y_test: Labels, ks: tuple[int, ...]) -> dict[int, float]:
    """Return the test accuracy of the k nearest neighbours (L2, ties to the smaller label), for each k."""
    # The squared norm of the test image is the same for all neighbours, so it is left out.
    nearest = np.argsort((X**2).sum(axis=1) - 2 * (X_test @ X.T), axis=1, kind="stable")
    found = {}
    for k in ks:
        votes = np.stack([(y[nearest[:, :k]] == label).sum(axis=1) for label in range(10)], axis=1)
        found[k] = float((votes.argmax(axis=1) == y_test).mean())
    return found


def batches(n: int, size: int, epochs: int, rng: np.random.Generator) -> Iterator[tuple[int, Labels]]:
    """Yield (epoch, indices) of shuffled batches; the remainder of an epoch is skipped."""
    for epoch in range(epochs):
        order = rng.permutation(n)
        for start in range(0, n - size + 1, size):
            yield epoch, order[start : start + size]


def softmax_gradient(scores: Floats, y: Labels) -> Floats:
    """Return the gradient of the mean cross-entropy with respect to `scores`, (N, 10)."""
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    return p / np.float32(len(y))


def linear(X: Floats, y: Labels, X_test: Floats, y_test: Labels, *, rate: float, reg: float) -> float:
    """Return the test accuracy of a softmax classifier: SGD, batches of 200, 20 epochs."""
    rng = np.random.default_rng(0)
    W = (1e-4 * rng.standard_normal((X.shape[1], 10))).astype(np.float32)
    b = np.zeros(10, np.float32)
    for _, i in batches(len(X), 200, 20, rng):
        dscores = softmax_gradient(X[i] @ W + b, y[i])
        W -= np.float32(rate) * (X[i].T @ dscores + np.float32(2 * reg) * W)
        b -= np.float32(rate) * dscores.sum(axis=0)
    return float(((X_test @ W + b).argmax(axis=1) == y_test).mean())


def two_layer(
    X: Floats, y: Labels, X_test: Floats, y_test: Labels, *, hidden: int, rate: float, reg: float
) -> float:
    """Return the test accuracy of affine, ReLU, affine: plain SGD, batches of 100, 20 epochs."""
    rng = np.random.default_rng(0)
    W1 = (1e-3 * rng.standard_normal((X.shape[1], hidden))).astype(np.float32)
    W2 = (1e-3 * rng.standard_normal((hidden, 10))).astype(np.float32)
    b1, b2 = np.zeros(hidden, np.float32), np.zeros(10, np.float32)
    for epoch, i in batches(len(X), 100, 20, rng):
        step = np.float32(rate * 0.95**epoch)
        h = np.maximum(X[i] @ W1 + b1, 0)
        dscores = softmax_gradient(h @ W2 + b2, y[i])
        dh = (dscores @ W2.T) * (h > 0)
        W2 -= step * (h.T @ dscores + np.float32(2 * reg) * W2)
        b2 -= step * dscores.sum(axis=0)
        W1 -= step * (X[i].T @ dh + np.float32(2 * reg) * W1)
        b1 -= step * dh.sum(axis=0)
    return float(((np.maximum(X_test @ W1 + b1, 0) @ W2 + b2).argmax(axis=1) == y_test).mean())


def columns(X: Floats) -> Floats:
    """Return the 7x7 windows (padding 3) of images (N, 32, 32, 3), as (N, 32, 32, 147)."""
    padded = np.pad(X, ((0, 0), (3, 3), (3, 3), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (7, 7), axis=(1, 2))
    return np.ascontiguousarray(windows).reshape(*X.shape[:3], -1)


class ConvNet:
    """7x7 convolution, ReLU, 2x2 max pool, affine, ReLU, affine; trained with Adam."""

    def __init__(self, filters: int = 32, hidden: int = 100) -> None:
        rng = np.random.default_rng(0)
        shapes = [(147, filters), (filters,), (256 * filters, hidden), (hidden,), (hidden, 10), (10,)]
        self.params = [
            (rng.standard_normal(shape) * np.sqrt(2 / shape[0])).astype(np.float32)
            if len(shape) == 2
            else np.zeros(shape, np.float32)
            for shape in shapes
        ]
        self.moments = [(np.zeros_like(p), np.zeros_like(p)) for p in self.params]
        self.steps = 0

    def forward(self, X: Floats) -> tuple[Floats, tuple[Floats, ...]]:
        """Return the scores (N, 10) and the cache that `step` needs."""
        K, bK, W1, b1, W2, b2 = self.params
        cols = columns(X)
        conv = cols @ K + bK
        # (N, 16, 2, 16, 2, filters): separate axes for the positions in each 2x2 pooling window.
        blocks = conv.reshape(len(X), 16, 2, 16, 2, -1)
        pooled = np.maximum(blocks.max(axis=(2, 4)), 0)
        h = np.maximum(pooled.reshape(len(X), -1) @ W1 + b1, 0)
        return h @ W2 + b2, (cols, blocks, pooled, h)

    def step(self, X: Floats, y: Labels, rate: float) -> None:
        """Take one step of Adam on a batch."""
        _, _, W1, _, W2, _ = self.params
        scores, (cols, blocks, pooled, h) = self.forward(X)
        dscores = softmax_gradient(scores, y)
        dh = (dscores @ W2.T) * (h > 0)
        dpooled = (dh @ W1.T).reshape(pooled.shape) * (pooled > 0)
        dconv = (blocks == pooled[:, :, None, :, None]) * dpooled[:, :, None, :, None]
        dconv = dconv.reshape(-1, self.params[1].size)
        gradients = [
            cols.reshape(len(dconv), -1).T @ dconv,
            dconv.sum(axis=0),
            pooled.reshape(len(X), -1).T @ dh,
            dh.sum(axis=0),
            h.T @ dscores,
            dscores.sum(axis=0),
        ]
        self.steps += 1
        for p, (m, v), g in zip(self.params, self.moments, gradients, strict=True):
            m += np.float32(0.1) * (g - m)
            v += np.float32(0.001) * (g * g - v)
            fixed = rate * np.sqrt(1 - 0.999**self.steps) / (1 - 0.9**self.steps)
            p -= np.float32(fixed) * m / (np.sqrt(v) + np.float32(1e-8))


def convnet(X: Floats, y: Labels, X_test: Floats, y_test: Labels, *, epochs: int, rate: float) -> float:
    """Return the test accuracy of `ConvNet`, batches of 50."""
    net = ConvNet()
    X, X_test = X.reshape(-1, 32, 32, 3), X_test.reshape(-1, 32, 32, 3)
    for _, i in batches(len(X), 50, epochs, np.random.default_rng(0)):
        net.step(X[i], y[i], rate)
    guesses = [net.forward(X_test[i : i + 100])[0].argmax(axis=1) for i in range(0, len(X_test), 100)]
    return float((np.concatenate(guesses) == y_test).mean())


def main() -> None:
    """Measure the accuracies, and print a table."""
    start = time.perf_counter()
    os.environ.setdefault("AUTOGRADER_DATASET", "shapes10")
    images = load_images()
    X = images.X_train[:TRAIN].reshape(-1, 3072).astype(np.float32)
    y = images.y_train[:TRAIN]
    X_test = images.X_test[:TEST].reshape(-1, 3072).astype(np.float32)
    y_test = images.y_test[:TEST]
    print(f"{images.name}: {len(X):,} training and {len(X_test):,} test images,")
    print(f"loaded in {time.perf_counter() - start:.2f} s\n\n{'model':<46}{'test':>8}{'seconds':>9}")

    def row(name: str, accuracy: float) -> None:
        nonlocal start
        print(f"{name:<46}{accuracy:>8.1%}{time.perf_counter() - start:>9.1f}", flush=True)
        start = time.perf_counter()

    start = time.perf_counter()
    for k, accuracy in knn(X[:KNN_TRAIN], y[:KNN_TRAIN], X_test, y_test, (1, 3, 5, 10)).items():
        row(f"kNN, L2, k={k}, {KNN_TRAIN:,} training images", accuracy)
    centre = X.mean(axis=0)
    X -= centre
    X_test -= centre
    row("softmax, SGD, raw centred pixels", linear(X, y, X_test, y_test, rate=1e-6, reg=1e3))
    for hidden in (50, 200):
        row(
            f"two-layer net, H={hidden}, SGD",
            two_layer(X, y, X_test, y_test, hidden=hidden, rate=5e-4, reg=0.02),
        )
    scale = np.float32(X.std())
    for epochs in (1, 3):
        row(
            f"convnet 7x7-pool-affine, Adam, {epochs} epoch(s)",
            convnet(X / scale, y, X_test / scale, y_test, epochs=epochs, rate=5e-4),
        )


if __name__ == "__main__":
    main()
