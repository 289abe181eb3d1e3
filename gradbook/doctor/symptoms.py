"""The data of the gradient doctor: failing gradients, the student's code, and likely causes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gradbook.doctor.calls import Site
from gradbook.doctor.factors import Quantities
from gradbook.gradcheck.probe import Floats, Probe


class Family(StrEnum):
    """The families of faults that the doctor distinguishes."""

    TASK = "a mistake that the task knows"
    FACTOR = "constant factor"
    REGULARISATION = "regularisation"
    SIGN = "sign"
    AXES = "axes"
    STATISTIC = "constant statistic"
    PATH = "missing path"
    MASK = "mask"
    SOME = "some rows or columns"
    SUM_FOR_MEAN = "sum for mean"
    VARIANCE = "variance"
    EPSILON = "epsilon"
    NOT_FINITE = "not finite"

    @property
    def next(self) -> str:
        """What the student should do next."""
        return _NEXT[self]


_NEXT = {
    Family.TASK: "change that, and run the check again",
    Family.FACTOR: "follow the factors through the chain rule: each occurs exactly once",
    Family.REGULARISATION: "the derivative of reg * np.sum(W * W) is 2 * reg * W, of half of it reg * W",
    Family.SIGN: "look for the minus signs along the path, and count them",
    Family.AXES: "write the shape of each array beside its line; a gradient has the shape of its array",
    Family.STATISTIC: "add the gradient through it: of the output with respect to it, times its derivative",
    Family.PATH: "find every line that uses the value: each adds a term to the gradient",
    Family.MASK: "a gradient flows back only where numbers flowed forward: use the forward pass's mask",
    Family.SOME: "check the bounds of loops and slices, and which index each line uses",
    Family.SUM_FOR_MEAN: "a sum passes the gradient on unchanged, a mean over N numbers passes on 1/N of it",
    Family.VARIANCE: "use the same N in the backward pass as in the forward pass",
    Family.EPSILON: "take the deviation, ε included, from the cache rather than computing it again",
    Family.NOT_FINITE: "print the inputs of that line: is there a division by 0, or exp of a large number?",
}


@dataclass(frozen=True)
class Cause:
    """A likely cause, with its evidence.

    Attributes
    ----------
    family
        The kind of fault.
    title
        The cause, as a sentence.
    evidence
        What was observed, with numbers.
    """

    family: Family
    title: str
    evidence: str

    def __str__(self) -> str:
        return f"{self.title}\n{self.evidence}"


@dataclass(frozen=True)
class Failure:
    """A gradient that failed its check.

    Attributes
    ----------
    name, label
        The names of the input and of its gradient: "x" and "dx".
    analytic, numerical : ndarray of the input's shape
        The analytic gradient, and the numerical one.
    known, wrong : ndarray of bool, of the input's shape
        Where the numerical gradient is known, and where the two differ.
    """

    name: str
    label: str
    analytic: Floats
    numerical: Floats
    known: NDArray[np.bool_]
    wrong: NDArray[np.bool_]

    @property
    def size(self) -> float:
        """The largest absolute value in either gradient."""
        both = np.concatenate([self.analytic[self.known], self.numerical[self.known]])
        return float(np.abs(both[np.isfinite(both)]).max(initial=0.0))

    def explained_by(self, gradient: Floats) -> bool:
        """Return whether the analytic gradient equals `gradient`, wherever that is known."""
        if gradient.shape != self.analytic.shape:
            return False
        here = self.known & ~np.isnan(gradient)
        off = np.abs(self.analytic[here] - gradient[here])
        return bool(here.any() and np.all(off <= 1e-5 * self.size))

    def zero(self, gradient: Floats) -> NDArray[np.bool_]:
        """Return where a gradient is 0 up to rounding."""
        with np.errstate(invalid="ignore"):
            return np.abs(gradient) <= 1e-7 * self.size


@dataclass(frozen=True)
class Patient:
    """Everything that the doctor can examine: the student's function and gradients, and the task's constants.

    Attributes
    ----------
    probe
        The forward pass; the probe is active.
    failures
        The failing gradients, the largest array first.
    labels
        The name of each input's gradient in messages.
    upstream : ndarray, optional
        The upstream gradient; None for a scalar loss.
    sites
        Where the forward pass calls NumPy.
    quantities
        The quantities that a factor may stand for.
    backward
        Computes the analytic gradients again; None if they were given as values.
    """

    probe: Probe
    failures: list[Failure]
    labels: Mapping[str, str]
    upstream: Floats | None
    sites: list[Site]
    quantities: Quantities
    backward: Callable[[], object] | None

    @property
    def is_of_a_model(self) -> bool:
        """Whether the gradients are those of a model's parameters."""
        return self.upstream is None and len(self.labels) > 1

    @property
    def has_variance(self) -> bool:
        """Whether the forward pass may compute a variance or a standard deviation."""
        return any(site.name in ("var", "std", "sqrt", "power") for site in self.sites)

    @functools.cached_property
    def arrays(self) -> dict[str, Floats]:
        """The arrays of the task and of the forward pass, by the expressions that give them."""
        arrays = dict(self.probe.point)
        if self.upstream is not None:
            arrays["the upstream gradient"] = self.upstream
        for site in self.sites:
            if len(site.calls) == 1:
                arrays.setdefault(f"`{site.text}`", site.calls[0][1])
        return arrays
