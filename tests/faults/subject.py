"""Functions with a correct backward pass, their inputs, and the faults that can be put into them."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

FAMILIES = (
    "constant factor",
    "regularisation",
    "sign",
    "axes",
    "constant statistic",
    "missing path",
    "mask",
    "some rows or columns",
    "sum for mean",
    "variance",
    "epsilon",
    "not finite",
)


@dataclass(frozen=True)
class Fault:
    """A single fault in a backward pass; the forward pass stays correct.

    Attributes
    ----------
    title
        The fault, as a sentence.
    old
        The text to replace in the correct source; it occurs exactly once.
    new
        The replacement.
    family
        The one of `FAMILIES` that a teacher would name first, or None.
    equivalent
        If the changed code is still correct at these inputs, the reason: a check must accept it.
    """

    title: str
    old: str
    new: str
    family: str | None = None
    equivalent: str | None = None


@dataclass(frozen=True)
class Case:
    """The arguments of a gradient check.

    Attributes
    ----------
    f
        The student's forward pass, called as ``f(**inputs)``, without its cache.
    inputs
        The arrays with respect to which to differentiate. `analytic` reads them from this dict, so that
        they can be replaced by arrays of another dtype. For a model, this is its own `params`: `f` reads them
        from there too, and ignores its arguments.
    analytic
        Returns the student's gradients: a dict by input name, or a tuple in the order of `inputs`.
    upstream
        The gradient of the loss with respect to the value of an array-valued `f`; None for a loss.
    constants
        The constants of the task, such as ``{"eps": 0.1}``.
    """

    f: Callable[..., Any]
    inputs: dict[str, np.ndarray]
    analytic: Callable[[], Any]
    upstream: np.ndarray | None = None
    constants: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """A function with its correct source, its inputs and its faults.

    Attributes
    ----------
    name
        The function, and the kind of inputs if it appears more than once.
    source
        Forward and backward pass, as a student would write them.
    case
        Creates the inputs from the executed source and a random generator. Every fault shows with
        ``np.random.default_rng(0)``; with other seeds, one may be hidden, for example by a dead unit.
    faults
        The faults that can be put into it.
    kinks
        Whether the inputs are exactly at kinks, where more than one gradient is right.
    """

    name: str
    source: str
    case: Callable[[dict[str, Any], np.random.Generator], Case]
    faults: tuple[Fault, ...]
    kinks: bool = False


def load(subject: Subject, fault: Fault | None = None) -> dict[str, Any]:
    """Run the source of a subject, with a fault if one is given, and return its namespace.

    Raises
    ------
    ValueError
        If the text that the fault replaces does not occur exactly once.
    """
    source, title = subject.source, "right"
    if fault is not None:
        found = source.count(fault.old)
        if found != 1:
            msg = f"{subject.name}: the text of {fault.title!r} occurs {found} times, not once"
            raise ValueError(msg)
        source, title = source.replace(fault.old, fault.new), fault.title
    file = f"<{subject.name}: {title}>"
    # So that tracebacks, and code that looks up the lines of a frame, find the student's own line.
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {"np": np, "__name__": "student"}
    exec(compile(source, file, "exec"), namespace)
    return namespace


def but(
    faults: Sequence[Fault],
    *,
    equivalent: dict[str, str] | None = None,
    family: dict[str, str | None] | None = None,
    without: Sequence[str] = (),
) -> tuple[Fault, ...]:
    """Return the faults adapted to other inputs: some are equivalent, of another family, or left out.

    Raises
    ------
    ValueError
        If no fault has one of the titles.
    """
    equivalent, family = equivalent or {}, family or {}
    unknown = {*equivalent, *family, *without} - {fault.title for fault in faults}
    if unknown:
        msg = f"no faults of these titles: {sorted(unknown)}"
        raise ValueError(msg)

    def here(fault: Fault) -> Fault:
        if fault.title in equivalent:
            return replace(fault, family=None, equivalent=equivalent[fault.title])
        if fault.title in family:
            return replace(fault, family=family[fault.title], equivalent=None)
        return fault

    return tuple(here(fault) for fault in faults if fault.title not in without)


def at_end(title: str, line: str, family: str | None = None) -> Fault:
    """Return the fault of an extra line before a model returns its gradients."""
    end = "        return loss, grads"
    return Fault(title, end, f"        {line}\n{end}", family)


def layer_case(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    inputs: dict[str, np.ndarray],
    rng: np.random.Generator,
    constants: dict[str, float] | None = None,
    **options: Any,
) -> Case:
    """Return the case of a layer: ``forward(**inputs, **options) -> out, cache`` with a random upstream."""
    upstream = rng.standard_normal(forward(**inputs, **options)[0].shape)

    def analytic() -> tuple[np.ndarray, ...]:
        gradients = backward(upstream, forward(**inputs, **options)[1])
        return gradients if isinstance(gradients, tuple) else (gradients,)

    return Case(lambda **given: forward(**given, **options)[0], inputs, analytic, upstream, constants or {})


def loss_case(
    loss: Callable[..., Any],
    name: str,
    value: np.ndarray,
    constants: dict[str, float] | None = None,
    **rest: Any,
) -> Case:
    """Return the case of a function of one array, ``loss(name=value, **rest) -> loss, gradient``."""
    inputs = {name: value}
    return Case(
        lambda **given: loss(**given, **rest)[0],
        inputs,
        lambda: {name: loss(**inputs, **rest)[1]},
        None,
        constants or {},
    )


def model_case(model: Any, X: np.ndarray, y: np.ndarray, constants: dict[str, float]) -> Case:
    """Return the case of a model with ``params`` and ``loss(X, y) -> loss, grads``."""
    return Case(lambda **_: model.loss(X, y)[0], model.params, lambda: model.loss(X, y)[1], None, constants)


def labels(rng: np.random.Generator, n: int, classes: Sequence[int]) -> np.ndarray:
    """Return n labels in random order, with class counts that differ by at most one."""
    return rng.permutation(np.resize(np.asarray(classes), n))


def draw_parameters(model: Any, rng: np.random.Generator) -> None:
    """Fill a model's parameters with random numbers: biases around 0.3, scales (gamma) around 1.

    Weights are scaled down by the root of their number of inputs, so that the softmax does not saturate.
    """
    for name, value in model.params.items():
        drawn = rng.standard_normal(value.shape)
        if value.ndim == 1:
            value[...] = 0.5 * drawn + (1.0 if name.startswith("gamma") else 0.3)
        else:
            outputs = value.shape[-1] if value.ndim == 2 else value.shape[0]
            value[...] = drawn / np.sqrt(value.size // outputs)
