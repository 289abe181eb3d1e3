"""What a model, an update rule and data must be for `Solver`, told in plain words where they are not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.notebook.encoding import describe
from autograder.notebook.messages import Unusable

Array = np.ndarray

_DATA = ("X_train", "y_train", "X_val", "y_val")


def refuse(verdict: str, **details: Any) -> Unusable:
    """Return the exception for something that `Solver` cannot use."""
    return Unusable("Solver", verdict, **details)


def require_model(model: Any) -> None:
    """Refuse a model without parameters, or without a loss.

    Raises
    ------
    Unusable
        When it is such a model.
    """
    params = getattr(model, "params", None)
    arrays = isinstance(params, dict) and all(
        isinstance(value, np.ndarray) and value.dtype.kind == "f" for value in params.values()
    )
    if not params or not arrays:
        raise refuse(
            "the model has no parameters that could be trained.",
            expected="model.params, a dictionary of float arrays",
            got=_parameters_told(params),
        )
    if not callable(getattr(model, "loss", None)):
        raise refuse("the model has no loss.", expected="a method loss(X, y)", got=describe(model))


def _parameters_told(params: Any) -> str:
    if not isinstance(params, dict) or not params:
        return "no params" if params is None else describe(params)
    return ", ".join(f"{name}: {describe(value)}" for name, value in params.items())


def require_rule(rule: Any) -> None:
    """Refuse an update rule that is not a function.

    Raises
    ------
    Unusable
        When it is none.
    """
    if not callable(rule):
        next_ = f"hand over the function itself: update_rule={rule}" if isinstance(rule, str) else None
        expected = "a function (w, dw, config) -> (next_w, config)"
        raise refuse("update_rule is not a function.", expected=expected, got=describe(rule), next=next_)


def require_positive(**numbers: float | None) -> None:
    """Refuse a setting of 0 or less.

    Raises
    ------
    Unusable
        When one of them is, or is no number.
    """
    for name, number in numbers.items():
        if number is not None and not (isinstance(number, int | float | np.number) and number > 0):
            raise refuse(f"{name} must be a number above 0.", got=describe(number))


def require_count(**numbers: Any) -> None:
    """Refuse a number of things that is not a whole number from 0 on.

    Raises
    ------
    Unusable
        When one of them is none.
    """
    for name, number in numbers.items():
        if not isinstance(number, int | np.integer) or number < 0:
            raise refuse(f"{name} must be a whole number, 0 or more.", got=describe(number))


def arrays(data: Mapping[str, Any]) -> dict[str, Array]:
    """Return the data's arrays, whose sizes agree.

    Raises
    ------
    Unusable
        When one is missing, holds nothing, or does not fit the others.
    """
    missing = [name for name in _DATA if name not in data]
    if missing:
        raise refuse(
            f"the data lacks {' and '.join(missing)}.",
            expected=", ".join(_DATA),
            got=", ".join(map(str, data)) or "an empty dictionary",
        )
    found = {name: np.asarray(data[name]) for name in _DATA}
    for part in ("train", "val"):
        X, y = found[f"X_{part}"], found[f"y_{part}"]
        if y.ndim != 1 or X.ndim == 0 or len(X) != len(y) or len(X) == 0:
            raise refuse(
                f"X_{part} and y_{part} do not belong together.",
                expected="as many examples as labels, at least one; labels of shape (N,)",
                got=f"X_{part} of shape {X.shape}, y_{part} of shape {y.shape}",
            )
    if found["X_train"].shape[1:] != found["X_val"].shape[1:]:
        raise refuse(
            "the examples for training and for validation have different shapes.",
            got=f"X_train of shape {found['X_train'].shape}, X_val of shape {found['X_val'].shape}",
            cause="only one of them was flattened, or given a bias column",
        )
    return found


def loss_and_gradients(returned: Any, params: Mapping[str, Array]) -> tuple[float, dict[str, Array]]:
    """Return the loss as a number, and the gradients of `params` in their order.

    Raises
    ------
    Unusable
        When what `loss` returned is something else, or a gradient is missing or has another shape.
    """
    expected = "(loss, grads): a number, and a dictionary of gradients by parameter"
    if not isinstance(returned, tuple) or len(returned) != 2 or not isinstance(returned[1], dict):
        cause = "the function ends without a return" if returned is None else None
        raise refuse(
            "model.loss(X, y) returns something else.", expected=expected, got=describe(returned), cause=cause
        )
    loss, grads = returned
    if np.shape(loss) != () or not isinstance(loss, int | float | np.number | np.ndarray):
        raise refuse("the loss is not one number.", expected=expected, got=describe(loss))
    missing = [name for name in params if name not in grads]
    if missing:
        raise refuse(
            f"the gradients lack {' and '.join(missing)}.",
            expected="grads with " + ", ".join(params),
            got="grads with " + (", ".join(map(str, grads)) or "nothing in it"),
        )
    for name, w in params.items():
        if np.shape(grads[name]) != w.shape:
            raise refuse(
                f"the gradient of {name} has another shape than {name}.",
                expected=f"shape {w.shape}",
                got=describe(grads[name]),
                cause="rows and columns are swapped" if np.shape(grads[name]) == w.shape[::-1] else None,
            )
    return float(loss), {name: np.asarray(grads[name]) for name in params}


def require_finite(
    loss: float,
    grads: Mapping[str, Array],
    configs: Mapping[str, dict[str, Any]],
    history: list[float],
    steps_per_epoch: int,
) -> None:
    """Refuse to go on where a loss or a gradient is infinite or not a number.

    Raises
    ------
    Unusable
        When one of them is not finite, with what it is likely to come from.
    """
    wrong = [f"the gradient of {name} holds" for name, dw in grads.items() if not np.isfinite(dw).all()]
    if np.isfinite(loss) and not wrong:
        return
    what = f"the loss is {loss}" if not np.isfinite(loss) else f"{wrong[0]} nan or infinity"
    verdict = f"{what} at step {len(history) + 1} (epoch {len(history) // steps_per_epoch + 1})."
    if not history:
        cause = "the data, or the model's loss: nothing has been learnt yet, so it is not the learning rate"
        next_ = "look for nan in X_train, and for a log, a root or a division by 0 in the loss"
        raise refuse(verdict, cause=cause, next=next_)
    rates = {float(config["learning_rate"]) for config in configs.values() if "learning_rate" in config}
    told = f" ({', '.join(f'{rate:.3g}' for rate in sorted(rates))})" if rates else ""
    raise refuse(
        verdict,
        got=f"loss {loss:.6g}, after {history[-1]:.6g} one step before",
        cause=f"the learning rate{told} is too large",
        next="train anew with a tenth of it; the best parameters so far are in place",
    )


def scores(returned: Any, count: int) -> Array:
    """Return the scores that a model gave for `count` examples.

    Raises
    ------
    Unusable
        When they are no array with a row for each example.
    """
    if not isinstance(returned, np.ndarray) or returned.ndim != 2 or len(returned) != count:
        raise refuse(
            "model.loss(X) without y does not return scores.",
            expected=f"an array of shape ({count}, C), a row of scores an example",
            got=describe(returned),
        )
    return returned


def next_state(returned: Any, name: str, w: Array, rule: Any) -> tuple[Array, dict[str, Any]]:
    """Return what an update rule made of the parameter `name`.

    Raises
    ------
    Unusable
        When it is no pair of an array like the parameter and a dictionary.
    """
    title = getattr(rule, "__name__", "update_rule")
    if not isinstance(returned, tuple) or len(returned) != 2 or not isinstance(returned[1], dict):
        raise refuse(
            f"{title} returns something else than it should, for {name}.",
            expected="(next_w, config): an array and a dictionary",
            got=describe(returned),
            cause="the function ends without a return" if returned is None else None,
            next=f"let {title} end with: return next_w, config",
        )
    if not isinstance(returned[0], np.ndarray) or returned[0].shape != w.shape:
        raise refuse(
            f"{title} returns a next_w that is not like {name}.",
            expected=f"an array of shape {w.shape}",
            got=describe(returned[0]),
        )
    return returned
