"""Training any model by any update rule."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.notebook.block import warnings_told
from autograder.notebook.training import contract
from autograder.notebook.training.bar import progress_bar
from autograder.notebook.training.batches import Batches
from autograder.notebook.training.checkpoint import Progress, load_progress, save_progress

Array = np.ndarray
Config = dict[str, Any]


class Stopped(KeyboardInterrupt):
    """A training that was stopped by hand; what it says takes the place of a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Solver:
    """Trains a model by minibatch gradient descent, and keeps the parameters that did best.

    An epoch is ``N // batch_size`` steps, on batches drawn without replacement: epoch e (0, 1, …) goes
    through ``np.random.default_rng([seed, e]).permutation(N)`` from the front. What does not fill a batch is
    left for the epochs to come. The accuracies are taken before the first step and after each epoch. So the
    same seed gives the same training, bit for bit, whether or not it was stopped on the way.

    Parameters
    ----------
    model
        Anything with ``params``, a dictionary of float arrays, and ``loss``: ``loss(X, y)`` returns the loss
        and the gradients by parameter (a dictionary with the same names and shapes), ``loss(X)`` the scores,
        of shape (N, C).
    data
        ``X_train`` (N, ...), ``y_train`` (N,), ``X_val`` (M, ...) and ``y_val`` (M,): labels are 0 to C - 1.
    update_rule
        ``update_rule(w, dw, config)`` returns ``(next_w, config)``. Of w and config it is given copies,
        which it may change in place.
    optim_config
        What `config` is at first, say ``{"learning_rate": 1e-3}``; each parameter gets its own copy.
    lr_decay
        What ``config["learning_rate"]`` is multiplied by after each epoch.
    batch_size
        Examples a step.
    num_epochs
        How many epochs `train` trains for, in all. It can be raised later, to train for longer.
    num_train_samples, num_val_samples
        How many examples, drawn anew each time, the two accuracies are taken from; None for all.
    clip_norm
        The largest norm of all gradients together; where it is more, all are scaled down to it (Pascanu et
        al., "On the difficulty of training recurrent neural networks", 2013). None: never.
    seed
        A whole number from 0 on. NumPy's global generator is neither used nor changed.
    checkpoint
        A file (``.npz``) to save to after each epoch, and when stopped; see `resume`.
    verbose
        Whether to show a progress bar.

    Raises
    ------
    Unusable
        When the model, the data or the update rule cannot be used as they are, in a line that says why. It
        is a ValueError.

    Examples
    --------
    >>> class Line:
    ...     def __init__(self):
    ...         self.params = {"w": np.zeros((1, 2))}
    ...     def loss(self, X, y=None):
    ...         scores = X @ self.params["w"]
    ...         if y is None:
    ...             return scores
    ...         off = scores - np.eye(2)[y]
    ...         return np.mean(off**2), {"w": X.T @ off / len(X)}
    >>> def step_down(w, dw, config):
    ...     return w - config["learning_rate"] * dw, config
    >>> X, y = np.array([[-1.0], [1.0]] * 20), np.array([0, 1] * 20)
    >>> data = {"X_train": X, "y_train": y, "X_val": X, "y_val": y}
    >>> solver = Solver(Line(), data, step_down, {"learning_rate": 0.1}, batch_size=10, verbose=False)
    >>> solver.train()
    >>> solver.best_val_acc, len(solver.loss_history)
    (1.0, 40)
    """

    def __init__(
        self,
        model: Any,
        data: Mapping[str, Array],
        update_rule: Callable[[Array, Array, Config], tuple[Array, Config]],
        optim_config: Mapping[str, Any] | None = None,
        lr_decay: float = 1.0,
        batch_size: int = 100,
        num_epochs: int = 10,
        *,
        num_train_samples: int | None = 1000,
        num_val_samples: int | None = None,
        clip_norm: float | None = None,
        seed: int = 0,
        checkpoint: str | os.PathLike[str] | None = None,
        verbose: bool = True,
    ) -> None:
        contract.require_model(model)
        contract.require_rule(update_rule)
        contract.require_positive(batch_size=batch_size, lr_decay=lr_decay, clip_norm=clip_norm)
        contract.require_positive(num_train_samples=num_train_samples, num_val_samples=num_val_samples)
        contract.require_count(batch_size=batch_size, num_epochs=num_epochs, seed=seed)
        self.model = model
        self.update_rule = update_rule
        self.lr_decay = lr_decay
        self.num_epochs = num_epochs
        self.num_train_samples = num_train_samples
        self.num_val_samples = num_val_samples
        self.clip_norm = clip_norm
        self.checkpoint = checkpoint
        self.verbose = verbose
        self._batches = Batches(contract.arrays(data), batch_size, seed)
        configs = {name: _copied(optim_config or {}) for name in model.params}
        self._progress = Progress(dict(model.params), configs)

    @property
    def loss_history(self) -> list[float]:
        """The loss of each step."""
        return self._progress.loss_history

    @property
    def train_acc_history(self) -> list[float]:
        """Accuracies on training data, 0–1: item e was taken after e epochs."""
        return self._progress.train_acc_history

    @property
    def val_acc_history(self) -> list[float]:
        """Accuracies on the validation data, 0–1: item e was taken after e epochs."""
        return self._progress.val_acc_history

    @property
    def best_params(self) -> dict[str, Array]:
        """Copies of the parameters with the best accuracy on the validation data; empty before `train`."""
        return self._progress.best_params

    @property
    def best_val_acc(self) -> float:
        """That accuracy, 0–1; -1 before `train`."""
        return self._progress.best_val_acc

    @warnings_told("Solver")
    def train(self) -> None:
        """Train until `num_epochs` epochs are done, and put the best parameters into ``model.params``.

        Stopped by hand (the stop button, Ctrl-C), it keeps what was learnt. Called again, it goes on from the
        last step (not from the best parameters, and whatever ``model.params`` holds by then).

        Raises
        ------
        Unusable
            When the loss or a gradient is no longer a finite number, or when the model or the update rule
            returns something else than it should. The best parameters are in place then too.
        KeyboardInterrupt
            When stopped by hand, with a line that says how to go on.
        """
        total = self.num_epochs * self._batches.steps_per_epoch
        self.model.params.update(self._progress.params)
        try:
            with progress_bar(total, len(self.loss_history), self._epoch_told(), self.verbose) as bar:
                self._evaluate_if_due()
                while len(self.loss_history) < total:
                    self._step()
                    self._evaluate_if_due()
                    bar.set_description_str(self._epoch_told(), refresh=False)
                    bar.set_postfix_str(self._numbers_told(), refresh=False)
                    bar.update()
        except KeyboardInterrupt:
            if self.checkpoint is not None:
                self.save(self.checkpoint)
            raise Stopped(self._stop_told(total)) from None
        finally:
            self.model.params.update(_copied(self.best_params))

    def accuracy(self, X: Array, y: Array) -> float:
        """Return the share of examples whose highest score is that of their label, 0–1.

        Parameters
        ----------
        X : ndarray of shape (N, ...)
            Examples.
        y : ndarray of shape (N,)
            Their labels.
        """
        right, size = 0, self._batches.size
        for start in range(0, len(X), size):
            batch, labels = X[start : start + size], y[start : start + size]
            scores = contract.scores(self.model.loss(batch), len(batch))
            right += int(np.sum(np.argmax(scores, axis=1) == labels))
        return right / len(X)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save how far the training has come, in a plain .npz file.

        Parameters
        ----------
        path
            The file: afterwards it is whole, or as it was before.

        Raises
        ------
        Unusable
            When a config holds something other than numbers, text and arrays, or the file cannot be written.
        """
        save_progress(path, self._progress, self._batches.settings())

    def resume(self, path: str | os.PathLike[str]) -> None:
        """Take up the training that was saved to `path`; `train` then goes on with it.

        The model and the Solver are made as they were then. The result is that of a training that was never
        stopped, bit for bit, as far as the model keeps nothing but its parameters: dropout's generator and
        the running averages of batch normalisation are its own affair.

        Parameters
        ----------
        path
            A checkpoint.

        Raises
        ------
        Unusable
            When the file is missing, damaged, or belongs to another model or training.
        """
        self._progress = load_progress(path, self._batches.settings(), self.model.params)
        self.model.params.update(_copied(self.best_params))

    def _step(self) -> None:
        """Take one step; stopped half-way, it has taken none."""
        progress = self._progress
        returned = self.model.loss(*self._batches.batch(len(self.loss_history)))
        loss, grads = contract.loss_and_gradients(returned, progress.params)
        per_epoch = self._batches.steps_per_epoch
        contract.require_finite(loss, grads, progress.configs, progress.loss_history, per_epoch)
        scale = _clipping(grads, self.clip_norm)
        ends_epoch = (len(progress.loss_history) + 1) % per_epoch == 0
        params, configs = {}, {}
        for name, w in progress.params.items():
            dw = grads[name] if scale is None else grads[name] * scale
            result = self.update_rule(w.copy(), dw, _copied(progress.configs[name]))
            params[name], configs[name] = contract.next_state(result, name, w, self.update_rule)
            if ends_epoch and "learning_rate" in configs[name]:
                configs[name]["learning_rate"] *= self.lr_decay
        self.model.params.update(params)
        # Nothing is called in between, so nothing can be interrupted there.
        progress.params, progress.configs = params, configs
        progress.loss_history.append(loss)

    def _evaluate_if_due(self) -> None:
        """Take the accuracies before the first epoch, and after each."""
        progress = self._progress
        epoch, place = divmod(len(self.loss_history), self._batches.steps_per_epoch)
        if place or len(self.val_acc_history) > epoch:
            return
        train = self.accuracy(*self._batches.sample("train", self.num_train_samples, epoch))
        val = self.accuracy(*self._batches.sample("val", self.num_val_samples, epoch))
        trains, vals = [*self.train_acc_history, train], [*self.val_acc_history, val]
        if val > self.best_val_acc:
            best = _copied(progress.params)
            progress.best_params, progress.best_val_acc = best, val
        progress.train_acc_history, progress.val_acc_history = trains, vals
        if self.checkpoint is not None:
            self.save(self.checkpoint)

    def _epoch_told(self) -> str:
        done = len(self.loss_history) // self._batches.steps_per_epoch
        return f"epoch {min(done + 1, self.num_epochs)} of {self.num_epochs}"

    def _numbers_told(self) -> str:
        train, val = self.train_acc_history[-1], self.val_acc_history[-1]
        return f"loss {self.loss_history[-1]:.4g}, accuracy {train:.3f} (validation {val:.3f})"

    def _stop_told(self, total: int) -> str:
        line = f"Stopped by hand after step {len(self.loss_history)} of {total} ({self._epoch_told()})."
        if self.best_params:
            line += f" The best parameters so far (validation accuracy {self.best_val_acc:.3f}) are in place."
        return line + " To go on: call train() again."


def _copied(items: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dictionary with copies of the arrays in `items`."""
    return {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in items.items()}


def _clipping(grads: Mapping[str, Array], clip_norm: float | None) -> float | None:
    """Return what to multiply the gradients by, so that their common norm is at most `clip_norm`."""
    if clip_norm is None:
        return None
    norm = float(np.sqrt(sum(float(np.sum(np.square(dw, dtype=np.float64))) for dw in grads.values())))
    return clip_norm / norm if norm > clip_norm else None
