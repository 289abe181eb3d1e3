"""The relations by which answers are compared with the key.

A graded cell names a relation for each of its answers. The judge evaluates it outside the student's process,
with the parameters recorded in the key's own run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradbook.protocol.encoding import Opaque, describe
from gradbook.protocol.steps import is_loop


@dataclass(frozen=True)
class Difference:
    """How an answer differs from the key.

    Attributes
    ----------
    summary
        One sentence that does not reveal expected values.
    worst
        The index of the element with the largest error; None if there is no such element.
    """

    summary: str
    worst: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Relation:
    """A relation's name and parameters, as recorded with an answer."""

    name: str
    parameters: dict[str, float] = field(default_factory=dict)

    def difference(self, key: Any, got: Any) -> Difference | None:
        """Return how `got` differs from `key`, or None if the two agree.

        Raises
        ------
        KeyError
            If there is no relation of this name.
        """
        return _RELATIONS[self.name](key, got, **self.parameters)


def close(rtol: float = 1e-6) -> Relation:
    """Return the relation that shapes are equal and errors at most ``rtol * (|key| + max|key|)``.

    The largest element is part of the bound to allow for rounding errors if large terms cancel. All numeric
    dtypes are accepted; NaN agrees only with NaN. Tuples, lists and dictionaries agree if their items do.

    Parameters
    ----------
    rtol
        The relative tolerance. The default accepts any order of summation in float64, but not always float32:
        tasks that allow float32 set a larger one.
    """
    return Relation("close", {"rtol": rtol})


def equal() -> Relation:
    """Return the relation that shapes and all elements are equal: for labels, counts and text."""
    return Relation("equal")


def same_set() -> Relation:
    """Return the relation that both have the same elements, in any order and any number."""
    return Relation("same_set")


def accuracy(at_least: float) -> Relation:
    """Return the relation that the accuracy of the predictions is at least `at_least`.

    An answer is a pair of the predicted labels and the true ones. The true labels are taken from the key.

    Parameters
    ----------
    at_least
        The required accuracy, for example 0.45.
    """
    return Relation("accuracy", {"at_least": at_least})


def loop_free(rtol: float = 1e-6) -> Relation:
    """Return the relation of an answer of `counted`: the values are close, and no Python loop computes them.

    Code with a loop earns no points for its task, not only none for this answer.

    Parameters
    ----------
    rtol
        As in `close`.
    """
    return Relation("loop_free", {"rtol": rtol})


def loop_in(relation: Relation, got: Any) -> str | None:
    """Return how an answer shows that a forbidden loop computes it, or None.

    Parameters
    ----------
    relation
        The relation of the key.
    got
        The answer.
    """
    if relation.name != "loop_free":
        return None
    match got:
        case [_, int(small), int(large)] if is_loop(small, large):
            return f"Python takes {small} steps for a small input, and {large} for a large one"
    return None


def _loop_free(key: Any, got: Any, rtol: float) -> Difference | None:
    match got:
        case [value, int(), int()]:
            difference = _close(key[0], value, rtol)
            loop = loop_in(loop_free(rtol), got)
            return Difference(loop) if difference is None and loop is not None else difference
    return Difference(f"expected a value and two numbers of steps, got {describe(got)}")


def _close(key: Any, got: Any, rtol: float) -> Difference | None:
    return _itemwise(key, got, lambda a, b: _close_arrays(a, b, rtol))


def _equal(key: Any, got: Any) -> Difference | None:
    return _itemwise(key, got, _equal_arrays)


def _same_set(key: Any, got: Any) -> Difference | None:
    try:
        mine, theirs = (set(np.asarray(value).ravel().tolist()) for value in (key, got))
    except (TypeError, ValueError):
        return Difference(f"expected {_kind(key)}, got {describe(got)}")
    if mine == theirs:
        return None
    return Difference(f"{len(theirs - mine)} superfluous elements, {len(mine - theirs)} missing")


def _accuracy(key: Any, got: Any, at_least: float) -> Difference | None:
    labels = np.asarray(key[1])
    predicted = _as_array(got[0]) if isinstance(got, list | tuple) and got else np.asarray(None)
    if predicted.shape != labels.shape or predicted.dtype.kind not in "biuf":
        return Difference(f"expected {labels.size} predicted labels, got {describe(got)}")
    right = int((predicted == labels).sum())
    if right >= at_least * labels.size:
        return None
    return Difference(f"{right} of {labels.size} predictions are right; {at_least:.0%} are required")


_RELATIONS: dict[str, Callable[..., Difference | None]] = {
    "accuracy": _accuracy,
    "close": _close,
    "equal": _equal,
    "loop_free": _loop_free,
    "same_set": _same_set,
}


def _itemwise(
    key: Any, got: Any, compare: Callable[[np.ndarray, np.ndarray], Difference | None]
) -> Difference | None:
    """Compare containers of the same structure item by item, and their items as arrays."""
    if isinstance(got, Opaque) or (got is None) != (key is None):
        return Difference(f"expected {_kind(key)}, got {describe(got)}")
    if key is None:
        return None
    if isinstance(key, dict):
        if not isinstance(got, dict) or got.keys() != key.keys():
            return Difference(f"expected a dictionary with {len(key)} keys, got {describe(got)}")
        pairs = [(f"[{name!r}]", key[name], got[name]) for name in key]
    elif isinstance(key, tuple) or (isinstance(key, list) and not _is_numeric(key)):
        if not isinstance(got, list | tuple) or len(got) != len(key):
            return Difference(f"expected {len(key)} items, got {describe(got)}")
        pairs = [(f"[{index}]", key[index], got[index]) for index in range(len(key))]
    elif isinstance(key, np.ndarray) and isinstance(got, list | tuple):
        # A list would break the tasks that build on this one and use its shape.
        return Difference(f"expected an array, got {describe(got)}")
    else:
        return compare(np.asarray(key), _as_array(got))
    for place, mine, theirs in pairs:
        difference = _itemwise(mine, theirs, compare)
        if difference is not None:
            return Difference(f"item {place}: {difference.summary}", difference.worst)
    return None


def _as_array(value: Any) -> np.ndarray:
    try:
        return np.asarray(value)
    except ValueError:  # ragged
        return np.asarray(None)


def _is_numeric(value: list[Any]) -> bool:
    return _as_array(value).dtype.kind in "biuf"


def _kind(value: Any) -> str:
    return "a value" if value is None or np.isscalar(value) else describe(value)


def _close_arrays(key: np.ndarray, got: np.ndarray, rtol: float) -> Difference | None:
    if key.dtype.kind not in "biufc":
        return _equal_arrays(key, got)
    if got.dtype.kind not in "biufc":
        return Difference(f"expected numbers, got {describe(got)}")
    if got.shape != key.shape:
        return Difference(f"expected shape {key.shape}, got {got.shape}")
    if key.size == 0:
        return None
    key, got = key.astype(np.complex128), got.astype(np.complex128)
    both_nan = np.isnan(key) & np.isnan(got)
    same = (key == got) | both_nan
    finite = np.isfinite(key)
    scale = np.abs(key[finite]).max() if finite.any() else 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.abs(got - key)
        allowed = rtol * (np.abs(key) + scale)
        agree = same | (finite & np.isfinite(got) & (off <= allowed))
    if agree.all():
        return None
    off = np.where(agree, -1.0, np.where(np.isfinite(off), off, np.inf))
    worst = np.unravel_index(int(np.argmax(off)), key.shape)
    wrong = int((~agree).sum())
    what = f"{wrong} of {key.size} values differ" if key.size > 1 else "the value differs"
    if not np.isfinite(off[worst]):
        return Difference(f"{what}; one of the two is not a finite number there", _index(worst))
    error = float(off[worst] / max(np.abs(key[worst]), np.abs(got[worst]), np.finfo(float).tiny))
    return Difference(f"{what}; largest relative error {error:.1e}", _index(worst))


def _equal_arrays(key: np.ndarray, got: np.ndarray) -> Difference | None:
    if got.shape != key.shape:
        return Difference(f"expected shape {key.shape}, got {got.shape}")
    same = np.asarray(key == got)
    if same.shape != key.shape:  # not comparable: text against numbers
        return Difference(f"expected {describe(key)}, got {describe(got)}")
    if same.all():
        return None
    worst = np.unravel_index(int(np.argmin(same)), key.shape)
    what = f"{int((~same).sum())} of {key.size} values differ" if key.size > 1 else "the value differs"
    return Difference(what, _index(worst))


def _index(worst: tuple[Any, ...]) -> tuple[int, ...] | None:
    return tuple(int(place) for place in worst) or None
