"""Compare a training step of the three-layer convolutional network with PyTorch's on the same cores.

``OPENBLAS_NUM_THREADS=2 python -m benchmarks.convnet_step``: float32, 50 images of 3×32×32, 32 filters of
7×7, 100 hidden units. A step computes the loss and the gradients of all parameters, and updates them by
gradient descent. Both use two threads and run alternately. Neither computes the gradient of the images, which
training does not need. The ratio of the medians must be at most 2. PyTorch is optional: without it, only ours
is measured.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from benchmarks.convnet_cifar10 import ConvNet

THREADS = 2

AT_MOST = 2.0
"""The largest allowed ratio to PyTorch's run time."""

RATE = 1e-3


def ours(net: ConvNet, X: np.ndarray, y: np.ndarray) -> Callable[[], float]:
    """Return a function that takes a step of ours and returns the loss before it."""

    def step() -> float:
        loss, grads = net.loss(X, y)
        for name, value in net.params.items():
            value -= RATE * grads[name]
        return float(loss)

    return step


def theirs(net: ConvNet, X: np.ndarray, y: np.ndarray) -> Callable[[], float] | None:
    """Return a function that takes the same step with PyTorch, or None if PyTorch is not installed."""
    try:
        import torch
    except ImportError:
        return None
    import torch.nn.functional as layers

    torch.set_num_threads(THREADS)
    p = {name: torch.tensor(value.T if name in ("W2", "W3") else value) for name, value in net.params.items()}
    for value in p.values():
        value.requires_grad_()
    images, labels = torch.tensor(X), torch.tensor(y)

    def step() -> float:
        maps = layers.relu(layers.conv2d(images, p["W1"], p["b1"], padding=p["W1"].shape[2] // 2))
        pooled = layers.max_pool2d(maps, 2).flatten(1)
        hidden = layers.relu(layers.linear(pooled, p["W2"], p["b2"]))
        loss = layers.cross_entropy(layers.linear(hidden, p["W3"], p["b3"]), labels)
        penalty = sum((p[name] ** 2).sum() for name in ("W1", "W2", "W3"))
        loss = loss + 0.5 * net.reg * penalty
        loss.backward()
        with torch.no_grad():
            for value in p.values():
                value -= RATE * value.grad
                value.grad = None
        return float(loss.detach())

    return step


def main() -> None:
    """Measure and print the run times, and fail if ours takes more than twice as long."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=40)
    steps = parser.parse_args().steps
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((50, 3, 32, 32)).astype(np.float32), rng.integers(10, size=50)
    net = ConvNet([(32, 7)], 100, 1e-3, flips=False)
    calls = {"PyTorch": theirs(net, X, y), "ours": ours(net, X, y)}
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    losses: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(steps):
        for name, call in calls.items():
            if call is not None:
                began = time.perf_counter()
                losses[name].append(call())
                seconds[name].append(time.perf_counter() - began)
    ours_takes = statistics.median(seconds["ours"])
    print(f"ours     {1e3 * ours_takes:6.1f} ms per step (best {1e3 * min(seconds['ours']):.1f})")
    if not seconds["PyTorch"]:
        print("PyTorch  not installed (pip install torch): nothing to compare with")
        return
    off = max(abs(a - b) for a, b in zip(losses["ours"], losses["PyTorch"], strict=True))
    takes = statistics.median(seconds["PyTorch"])
    print(f"PyTorch  {1e3 * takes:6.1f} ms per step (best {1e3 * min(seconds['PyTorch']):.1f})")
    print(f"losses differ by at most {off:.1e}; ours takes {ours_takes / takes:.2f} times as long")
    if ours_takes > AT_MOST * takes or off > 1e-3:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
