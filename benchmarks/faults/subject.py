"""A function with a right backward pass, what it is tried on, and what can be done wrong in it."""

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
    """One thing done wrong in a backward pass; the forward pass stays right.

    Attributes
    ----------
    title
        What was done wrong, a sentence.
    old
        The text of the right source that is replaced; it occurs exactly once.
    new
        What stands in its place.
    family
        The one of `FAMILIES` that a teacher would name first, where it belongs to one.
    equivalent
        Why the changed code is right all the same at these inputs, where it is: a check must accept it.
    """

    title: str
    old: str
    new: str
    family: str | None = None
    equivalent: str | None = None


@dataclass(frozen=True)
class Case:
    """What a check of the gradient is given.

    Attributes
    ----------
    f
        The student's forward pass, called as ``f(**inputs)``; its value only.
    inputs
        The arrays to differentiate by. `analytic` reads them from this dict, so that they can be put there
        in another dtype. For a model, it is its own `params`: `f` reads them from there, too, and ignores
        what it is given.
    analytic
        The student's gradients: a dict by input name, or a tuple in the order of `inputs`.
    upstream
        The gradient of the loss by the value of an array-valued `f`; None for a loss.
    constants
        The numbers known to the task, such as ``{"eps": 0.1}``.
    """

    f: Callable[..., Any]
    inputs: dict[str, np.ndarray]
    analytic: Callable[[], Any]
    upstream: np.ndarray | None = None
    constants: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """A function with its right source, its inputs and its faults.

    Attributes
    ----------
    name
        The function, and what its inputs show where it appears more than once.
    source
        Forward and backward pass, as a student would write them.
    case
        Makes the inputs from the executed source and a generator of random numbers. Every fault shows at
        those of ``np.random.default_rng(0)``; at others one may hide now and then, behind a dead unit say.
    faults
        What can be done wrong.
    kinks
        Whether the inputs sit exactly on kinks, where more than one gradient is right.
    """

    name: str
    source: str
    case: Callable[[dict[str, Any], np.random.Generator], Case]
    faults: tuple[Fault, ...]
    kinks: bool = False


def load(subject: Subject, fault: Fault | None = None) -> dict[str, Any]:
    """Run the source of a subject, with a fault put in if one is given, and return its names.

    Raises
    ------
    ValueError
        When the text that the fault replaces does not occur exactly once.
    """
    source, title = subject.source, "right"
    if fault is not None:
        found = source.count(fault.old)
        if found != 1:
            msg = f"{subject.name}: the text of {fault.title!r} occurs {found} times, not once"
            raise ValueError(msg)
        source, title = source.replace(fault.old, fault.new), fault.title
    file = f"<{subject.name}: {title}>"
    # So that tracebacks, and whoever looks up the lines of a frame, show the student's own line.
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
    """Return the faults as they are at other inputs: by title, equivalent, of another family, or left out.

    Raises
    ------
    ValueError
        When a title is none of theirs.
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
    """Return the fault of one more line before a model returns its gradients."""
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
    """Return n labels in random order, each of the classes as often as the others, give or take one."""
    return rng.permutation(np.resize(np.asarray(classes), n))


def draw_parameters(model: Any, rng: np.random.Generator) -> None:
    """Fill a model's parameters with random numbers: biases around 0.3, scales (gamma) around 1.

    Weights are as small as their inputs are many: scores stay of a size where softmax has a slope.
    """
    for name, value in model.params.items():
        drawn = rng.standard_normal(value.shape)
        if value.ndim == 1:
            value[...] = 0.5 * drawn + (1.0 if name.startswith("gamma") else 0.3)
        else:
            outputs = value.shape[-1] if value.ndim == 2 else value.shape[0]
            value[...] = drawn / np.sqrt(value.size // outputs)
