"""The requirements of `Solver` for models, update rules and data, with messages for those that fail them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gradbook.messages import Unusable
from gradbook.protocol.encoding import describe

Array = np.ndarray

_DATA = ("X_train", "y_train", "X_val", "y_val")


def refuse(verdict: str, **details: Any) -> Unusable:
    """Return the exception for an object that `Solver` cannot use."""
    return Unusable("Solver", verdict, **details)


def require_model(model: Any) -> None:
    """Refuse a model without parameters or without a loss.

    Raises
    ------
    Unusable
        If the model has no parameters or no loss.
    """
    params = getattr(model, "params", None)
    arrays = isinstance(params, dict) and all(
        isinstance(value, np.ndarray) and value.dtype.kind == "f" for value in params.values()
    )
    if not params or not arrays:
        msg = "the model has no parameters that could be trained."
        raise refuse(
            msg,
            expected="model.params, a dictionary of float arrays",
            got=_describe_parameters(params),
        )
    if not callable(getattr(model, "loss", None)):
        msg = "the model has no loss."
        raise refuse(msg, expected="a method loss(X, y)", got=describe(model))


def _describe_parameters(params: Any) -> str:
    if not isinstance(params, dict) or not params:
        return "no params" if params is None else describe(params)
    return ", ".join(f"{name}: {describe(value)}" for name, value in params.items())


def require_rule(rule: Any) -> None:
    """Refuse an update rule that is not a function.

    Raises
    ------
    Unusable
        If it is not a function.
    """
    if not callable(rule):
        next_ = f"pass the function itself: update_rule={rule}" if isinstance(rule, str) else None
        expected = "a function (w, dw, config) -> (next_w, config)"
        msg = "update_rule is not a function."
        raise refuse(msg, expected=expected, got=describe(rule), next=next_)


def require_positive(**numbers: float | None) -> None:
    """Refuse settings that are not positive numbers.

    Raises
    ------
    Unusable
        If one of them is not a number above 0.
    """
    for name, number in numbers.items():
        if number is not None and not (isinstance(number, int | float | np.number) and number > 0):
            msg = f"{name} must be a number above 0."
            raise refuse(msg, got=describe(number))


def require_count(**numbers: Any) -> None:
    """Refuse settings that are not non-negative integers.

    Raises
    ------
    Unusable
        If one of them is not a non-negative integer.
    """
    for name, number in numbers.items():
        if not isinstance(number, int | np.integer) or number < 0:
            msg = f"{name} must be an integer, 0 or more."
            raise refuse(msg, got=describe(number))


def arrays(data: Mapping[str, Any]) -> dict[str, Array]:
    """Return the data's arrays, after checking that their sizes agree.

    Raises
    ------
    Unusable
        If one is missing or empty, or does not match the others.
    """
    missing = [name for name in _DATA if name not in data]
    if missing:
        msg = f"the data lacks {' and '.join(missing)}."
        raise refuse(
            msg,
            expected=", ".join(_DATA),
            got=", ".join(map(str, data)) or "an empty dictionary",
        )
    found = {name: np.asarray(data[name]) for name in _DATA}
    for part in ("train", "val"):
        X, y = found[f"X_{part}"], found[f"y_{part}"]
        if y.ndim != 1 or X.ndim == 0 or len(X) != len(y) or len(X) == 0:
            msg = f"X_{part} and y_{part} do not match."
            raise refuse(
                msg,
                expected="as many examples as labels, and at least one; labels of shape (N,)",
                got=f"X_{part} of shape {X.shape}, y_{part} of shape {y.shape}",
            )
    if found["X_train"].shape[1:] != found["X_val"].shape[1:]:
        msg = "the examples for training and for validation have different shapes."
        raise refuse(
            msg,
            got=f"X_train of shape {found['X_train'].shape}, X_val of shape {found['X_val'].shape}",
            cause="only one of them was flattened, or given a bias column",
        )
    return found


def loss_and_gradients(returned: Any, params: Mapping[str, Array]) -> tuple[float, dict[str, Array]]:
    """Return the loss as a number, and the gradients of `params` in their order.

    Raises
    ------
    Unusable
        If `loss` returned something else, or if a gradient is missing or has another shape.
    """
    expected = "(loss, grads): a number, and a dictionary of gradients by parameter"
    if not isinstance(returned, tuple) or len(returned) != 2 or not isinstance(returned[1], dict):
        cause = "the function ends without a return" if returned is None else None
        msg = "model.loss(X, y) does not return a loss and gradients."
        raise refuse(
            msg,
            expected=expected,
            got=describe(returned),
            cause=cause,
        )
    loss, grads = returned
    if np.shape(loss) != () or not isinstance(loss, int | float | np.number | np.ndarray):
        msg = "the loss is not a single number."
        raise refuse(msg, expected=expected, got=describe(loss))
    missing = [name for name in params if name not in grads]
    if missing:
        msg = f"the gradients lack {' and '.join(missing)}."
        raise refuse(
            msg,
            expected="grads with " + ", ".join(params),
            got="grads with " + (", ".join(map(str, grads)) or "no entries"),
        )
    for name, w in params.items():
        if np.shape(grads[name]) != w.shape:
            msg = f"the gradient of {name} has another shape than {name}."
            raise refuse(
                msg,
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
    """Refuse to continue if the loss or a gradient is NaN or infinite.

    Raises
    ------
    Unusable
        If one of them is not finite; the message gives the likely cause.
    """
    wrong = [f"the gradient of {name} holds" for name, dw in grads.items() if not np.isfinite(dw).all()]
    if np.isfinite(loss) and not wrong:
        return
    what = f"the loss is {loss}" if not np.isfinite(loss) else f"{wrong[0]} nan or infinity"
    verdict = f"{what} at step {len(history) + 1} (epoch {len(history) // steps_per_epoch + 1})."
    if not history:
        cause = "the data or the model's loss; not the learning rate, because no step has been taken yet"
        next_ = "look for nan in X_train, and for a log, a root or a division by 0 in the loss"
        raise refuse(verdict, cause=cause, next=next_)
    rates = {float(config["learning_rate"]) for config in configs.values() if "learning_rate" in config}
    values = f" ({', '.join(f'{rate:.3g}' for rate in sorted(rates))})" if rates else ""
    raise refuse(
        verdict,
        got=f"loss {loss:.6g}, after {history[-1]:.6g} one step before",
        cause=f"the learning rate{values} is too large",
        next="train again with a tenth of it; model.params has the best parameters so far",
    )


def scores(returned: Any, count: int) -> Array:
    """Return the scores that a model returned for `count` examples.

    Raises
    ------
    Unusable
        If they are not an array with one row per example.
    """
    if not isinstance(returned, np.ndarray) or returned.ndim != 2 or len(returned) != count:
        msg = "model.loss(X) without y does not return scores."
        raise refuse(
            msg,
            expected=f"an array of shape ({count}, C), one row of scores per example",
            got=describe(returned),
        )
    return returned


def next_state(returned: Any, name: str, w: Array, rule: Any) -> tuple[Array, dict[str, Any]]:
    """Return the new value and config that an update rule returned for the parameter `name`.

    Raises
    ------
    Unusable
        If they are not an array of the parameter's shape and a dictionary.
    """
    title = getattr(rule, "__name__", "update_rule")
    if not isinstance(returned, tuple) or len(returned) != 2 or not isinstance(returned[1], dict):
        msg = f"{title} does not return a parameter and a config for {name}."
        raise refuse(
            msg,
            expected="(next_w, config): an array and a dictionary",
            got=describe(returned),
            cause="the function ends without a return" if returned is None else None,
            next=f"let {title} end with: return next_w, config",
        )
    if not isinstance(returned[0], np.ndarray) or returned[0].shape != w.shape:
        msg = f"{title} returns a next_w that does not match {name}."
        raise refuse(
            msg,
            expected=f"an array of shape {w.shape}",
            got=describe(returned[0]),
        )
    return returned
