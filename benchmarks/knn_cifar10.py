"""Run the course's first classifier on the genuine CIFAR-10: exactly 137, 139 and 141 of 500 are right.

Run ``gradbook download``, then ``python benchmarks/knn_cifar10.py`` (seconds): the first 5,000 training
and 500 test images, L2 distances in float64, ties to the smaller label.
"""

from __future__ import annotations

import numpy as np

from gradbook.data.images import load_images

EXPECTED = {1: 137, 5: 139, 10: 141}


def main() -> None:
    """Print the counts of correct predictions, and fail if one differs from the known count."""
    images = load_images("cifar10")
    print(images)
    X = images.X_train[:5000].reshape(5000, -1).astype(np.float64)
    X_test = images.X_test[:500].reshape(500, -1).astype(np.float64)
    y, y_test = images.y_train[:5000], images.y_test[:500]
    # |a - b|² = |a|² + |b|² - 2ab: every term is an integer below 2**53, so nothing is rounded.
    squares = (X_test**2).sum(axis=1)[:, None] + (X**2).sum(axis=1) - 2 * X_test @ X.T
    nearest = y[np.argsort(np.sqrt(squares), axis=1, kind="stable")]
    for k, expected in EXPECTED.items():
        guesses = [np.bincount(labels[:k], minlength=10).argmax() for labels in nearest]
        right = int((np.array(guesses) == y_test).sum())
        print(f"k={k:<3} {right} of {len(y_test)} right, expected {expected}")
        if right != expected:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
