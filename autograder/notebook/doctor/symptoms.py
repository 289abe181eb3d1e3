"""What the doctor knows of a failing gradient, and what it says."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from autograder.notebook.doctor.calls import Site
from autograder.notebook.doctor.factors import Quantities
from autograder.notebook.probe import Floats, Probe


class Family(StrEnum):
    """The families of faults that the doctor tells apart."""

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
        """What to do about it."""
        return _NEXT[self]


_NEXT = {
    Family.TASK: "change that, and run the check again",
    Family.FACTOR: "follow the factors through the chain rule: each is there once",
    Family.REGULARISATION: "the derivative of reg * np.sum(W * W) is 2 * reg * W, of half of it reg * W",
    Family.SIGN: "look for the minus sign on the way, and count how often it is met",
    Family.AXES: "write the shape of each array beside its line; a gradient has the shape of its array",
    Family.STATISTIC: "add what flows back through it: how the output depends on it, times its derivative",
    Family.PATH: "find every line that uses the value: each adds a term to the gradient",
    Family.MASK: "a gradient flows back just where numbers flowed forward: use the forward pass's mask",
    Family.SOME: "check the bounds of loops and slices, and which index each line uses",
    Family.SUM_FOR_MEAN: "a sum hands the gradient on as it is, a mean over N numbers hands on 1/N of it",
    Family.VARIANCE: "use the same N on the way back as on the way there",
    Family.EPSILON: "take the deviation from the cache, ε included, rather than computing it anew",
    Family.NOT_FINITE: "print what goes into that line: a 0 to divide by, a large number to take exp of?",
}


@dataclass(frozen=True)
class Cause:
    """A likely cause, with what speaks for it.

    Attributes
    ----------
    family
        What kind of fault it is.
    title
        The cause, as a sentence.
    evidence
        What was seen, with numbers.
    """

    family: Family
    title: str
    evidence: str

    def __str__(self) -> str:
        return f"{self.title}\n{self.evidence}"


@dataclass(frozen=True)
class Failure:
    """A gradient that failed.

    Attributes
    ----------
    name, label
        The input's name, and what its gradient is called: "x" and "dx".
    analytic, numerical : ndarray of the input's shape
        The gradient handed in, and the one by differences.
    known, wrong : ndarray of bool, of the input's shape
        Where the numerical one is known, and where they differ.
    """

    name: str
    label: str
    analytic: Floats
    numerical: Floats
    known: NDArray[np.bool_]
    wrong: NDArray[np.bool_]

    @property
    def size(self) -> float:
        """The size of the largest element of either gradient."""
        both = np.concatenate([self.analytic[self.known], self.numerical[self.known]])
        return float(np.abs(both[np.isfinite(both)]).max(initial=0.0))

    def explained_by(self, gradient: Floats) -> bool:
        """Return whether the gradient handed in is `gradient`, wherever that is known."""
        if gradient.shape != self.analytic.shape:
            return False
        here = self.known & ~np.isnan(gradient)
        off = np.abs(self.analytic[here] - gradient[here])
        return bool(here.any() and np.all(off <= 1e-5 * self.size))

    def zero(self, gradient: Floats) -> NDArray[np.bool_]:
        """Return where a gradient is 0 but for rounding."""
        with np.errstate(invalid="ignore"):
            return np.abs(gradient) <= 1e-7 * self.size


@dataclass(frozen=True)
class Patient:
    """All that the doctor may look at: the student's own function and gradients, and the task's numbers.

    Attributes
    ----------
    probe
        The forward pass, at work.
    failures
        What failed, the largest array first.
    labels
        What each input's gradient is called.
    upstream : ndarray, optional
        The upstream gradient; None for a scalar loss.
    sites
        Where the forward pass calls NumPy.
    quantities
        The numbers that a factor may be.
    backward
        Computes the gradients once more; None where they were handed in as values.
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
        """Whether the forward pass takes a variance or a standard deviation, or may: it takes a root."""
        return any(site.name in ("var", "std", "sqrt", "power") for site in self.sites)

    @functools.cached_property
    def arrays(self) -> dict[str, Floats]:
        """The arrays that the task and the forward pass have, by how they are written."""
        arrays = dict(self.probe.point)
        if self.upstream is not None:
            arrays["the upstream gradient"] = self.upstream
        for site in self.sites:
            if len(site.calls) == 1:
                arrays.setdefault(f"`{site.text}`", site.calls[0][1])
        return arrays
