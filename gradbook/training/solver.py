"""Training any model with any update rule."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gradbook.checks.task_context import warnings_shown
from gradbook.training import contract
from gradbook.training.batches import Batches
from gradbook.training.checkpoint import Progress, load_progress, save_progress
from gradbook.training.progress_bar import progress_bar

Array = np.ndarray
Config = dict[str, Any]


class Stopped(KeyboardInterrupt):
    """A training run that was stopped by hand; its message is shown instead of a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Solver:
    """Trains a model by minibatch gradient descent, and keeps the best parameters.

    An epoch has ``N // batch_size`` steps on batches drawn without replacement: epoch e (0, 1, …) uses
    ``np.random.default_rng([seed, e]).permutation(N)`` from the front, and skips the rest that does not fill
    a batch. Accuracies are computed before the first step and after each epoch. The same seed gives the same
    results, bit for bit, even if training is interrupted and resumed.

    Parameters
    ----------
    model
        An object with ``params``, a dictionary of float arrays, and ``loss``: ``loss(X, y)`` returns the loss
        and the gradients by parameter (a dictionary with the same names and shapes), ``loss(X)`` the scores,
        of shape (N, C).
    data
        ``X_train`` (N, ...), ``y_train`` (N,), ``X_val`` (M, ...) and ``y_val`` (M,): labels are 0 to C - 1.
    update_rule
        ``update_rule(w, dw, config)`` returns ``(next_w, config)``. It gets copies of w and config, and may
        change them in place.
    optim_config
        The initial `config`, for example ``{"learning_rate": 1e-3}``; each parameter gets its own copy.
    lr_decay
        The factor applied to ``config["learning_rate"]`` after each epoch.
    batch_size
        Examples per step.
    num_epochs
        The total number of epochs. It can be raised later to train for longer.
    num_train_samples, num_val_samples
        How many examples to use for the two accuracies, sampled again in each epoch; None for all.
    clip_norm
        The largest allowed norm of all gradients together. If the norm is larger, all gradients are scaled
        down to it (Pascanu et al., "On the difficulty of training recurrent neural networks", 2013). None
        disables clipping.
    seed
        A non-negative integer. NumPy's global generator is neither used nor changed.
    checkpoint
        A file (``.npz``) to save to after each epoch, and when training is stopped; see `resume`.
    verbose
        Whether to show a progress bar.

    Raises
    ------
    Unusable
        If the model, the data or the update rule cannot be used; the message says why. It is a ValueError.

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
        """Accuracies on the training data, 0–1: item e is the accuracy after e epochs."""
        return self._progress.train_acc_history

    @property
    def val_acc_history(self) -> list[float]:
        """Accuracies on the validation data, 0–1: item e is the accuracy after e epochs."""
        return self._progress.val_acc_history

    @property
    def best_params(self) -> dict[str, Array]:
        """Copies of the parameters with the best validation accuracy; empty before `train`."""
        return self._progress.best_params

    @property
    def best_val_acc(self) -> float:
        """The best validation accuracy, 0–1; -1 before `train`."""
        return self._progress.best_val_acc

    @warnings_shown("Solver")
    def train(self) -> None:
        """Train until `num_epochs` epochs are done, and put the best parameters into ``model.params``.

        If training is stopped by hand (the stop button, Ctrl-C), its progress is kept. Another call continues
        from the last step, not from the best parameters, whatever ``model.params`` then is.

        Raises
        ------
        Unusable
            If the loss or a gradient is not finite, or if the model or the update rule returns something
            unexpected. The best parameters are then in ``model.params`` too.
        KeyboardInterrupt
            If stopped by hand; the message says how to continue.
        """
        total = self.num_epochs * self._batches.steps_per_epoch
        self.model.params.update(self._progress.params)
        try:
            with progress_bar(total, len(self.loss_history), self._describe_epoch(), self.verbose) as bar:
                self._evaluate_if_due()
                while len(self.loss_history) < total:
                    self._step()
                    self._evaluate_if_due()
                    bar.set_description_str(self._describe_epoch(), refresh=False)
                    bar.set_postfix_str(self._describe_progress(), refresh=False)
                    bar.update()
        except KeyboardInterrupt:
            if self.checkpoint is not None:
                self.save(self.checkpoint)
            raise Stopped(self._describe_stop(total)) from None
        finally:
            self.model.params.update(_copied(self.best_params))

    def accuracy(self, X: Array, y: Array) -> float:
        """Return the accuracy, 0–1: the fraction of examples whose highest score is that of their label.

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
        """Save the progress of the training run in a plain .npz file.

        Parameters
        ----------
        path
            The file, which is written atomically.

        Raises
        ------
        Unusable
            If a config contains anything except numbers, text and arrays, or if the file cannot be written.
        """
        save_progress(path, self._progress, self._batches.settings())

    def resume(self, path: str | os.PathLike[str]) -> None:
        """Load the progress that was saved to `path`, so that `train` continues from there.

        Create the model and the Solver with the same settings as before. The results are the same as without
        interruption, bit for bit, if the model has no state except its parameters: dropout's generator and
        the running averages of batch normalisation are not saved.

        Parameters
        ----------
        path
            A checkpoint.

        Raises
        ------
        Unusable
            If the file is missing or damaged, or belongs to another model or training run.
        """
        self._progress = load_progress(path, self._batches.settings(), self.model.params)
        self.model.params.update(_copied(self.best_params))

    def _step(self) -> None:
        """Take one step; if interrupted, the state is unchanged."""
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
        # No function is called between these assignments, so they cannot be interrupted.
        progress.params, progress.configs = params, configs
        progress.loss_history.append(loss)

    def _evaluate_if_due(self) -> None:
        """Compute the accuracies before the first epoch and after each epoch."""
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

    def _describe_epoch(self) -> str:
        done = len(self.loss_history) // self._batches.steps_per_epoch
        return f"epoch {min(done + 1, self.num_epochs)} of {self.num_epochs}"

    def _describe_progress(self) -> str:
        train, val = self.train_acc_history[-1], self.val_acc_history[-1]
        return f"loss {self.loss_history[-1]:.4g}, accuracy {train:.3f} (validation {val:.3f})"

    def _describe_stop(self, total: int) -> str:
        line = f"Stopped by hand after step {len(self.loss_history)} of {total} ({self._describe_epoch()})."
        if self.best_params:
            best = f"validation accuracy {self.best_val_acc:.3f}"
            line += f" model.params has the best parameters so far ({best})."
        return line + " To continue, call train() again."


def _copied(items: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a dictionary, with copies of its arrays."""
    return {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in items.items()}


def _clipping(grads: Mapping[str, Array], clip_norm: float | None) -> float | None:
    """Return the factor that reduces the gradients' common norm to `clip_norm`, or None if not needed."""
    if clip_norm is None:
        return None
    norm = float(np.sqrt(sum(float(np.sum(np.square(dw, dtype=np.float64))) for dw in grads.values())))
    return clip_norm / norm if norm > clip_norm else None
