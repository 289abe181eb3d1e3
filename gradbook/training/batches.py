"""The batches of a training run, determined by the seed, the epoch and the step alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

Array = np.ndarray


class Batches:
    """The batches of a training run, and the samples on which its accuracies are computed.

    No random generator is kept between steps. So a checkpoint does not need to store one, and drawing samples
    does not affect the batches.

    Parameters
    ----------
    data
        ``X_train``, ``y_train``, ``X_val`` and ``y_val``.
    size
        Examples per batch; at most as many as there are.
    seed
        A non-negative integer.
    """

    def __init__(self, data: Mapping[str, Array], size: int, seed: int) -> None:
        self.data = data
        self.num_train = len(data["X_train"])
        self.size = min(size, self.num_train)
        self.seed = seed
        self.steps_per_epoch = self.num_train // self.size
        self._order: tuple[int, Array] | None = None

    def settings(self) -> dict[str, int]:
        """Return everything that determines the batches."""
        return {"seed": self.seed, "batch_size": self.size, "num_train": self.num_train}

    def batch(self, step: int) -> tuple[Array, Array]:
        """Return the examples and labels of a training step (0, 1, …)."""
        epoch, place = divmod(step, self.steps_per_epoch)
        if self._order is None or self._order[0] != epoch:
            self._order = epoch, np.random.default_rng([self.seed, epoch]).permutation(self.num_train)
        rows = self._order[1][place * self.size : (place + 1) * self.size]
        return self.data["X_train"][rows], self.data["y_train"][rows]

    def sample(self, part: str, size: int | None, epoch: int) -> tuple[Array, Array]:
        """Return `size` examples, or all, of the part "train" or "val", with a new sample in each epoch."""
        X, y = self.data[f"X_{part}"], self.data[f"y_{part}"]
        if size is None or size >= len(X):
            return X, y
        rng = np.random.default_rng([self.seed, epoch, len(part)])
        rows = rng.choice(len(X), size, replace=False)
        return X[rows], y[rows]
