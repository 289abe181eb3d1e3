"""The results of the gradient check and the doctor on the catalogue of single faults."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gradbook.checks.gradient import Examination, examine
from gradbook.messages import CheckFailed
from tests.faults import SUBJECTS, Case, Fault, Subject, load


@dataclass(frozen=True)
class Finding:
    """The result of the check for one fault, or for the correct backward pass.

    Attributes
    ----------
    subject
        The function.
    fault
        The fault; None for the correct backward pass.
    rejected
        Whether the check fails.
    diagnosed
        Whether the doctor was asked. It is not needed if a gradient is missing or has the wrong shape.
    family, cause
        The family and the text of the doctor's first cause; None if it names no cause.
    seconds
        How long the check took.
    """

    subject: Subject
    fault: Fault | None
    rejected: bool
    diagnosed: bool = False
    family: str | None = None
    cause: str | None = None
    seconds: float = 0.0

    @property
    def is_wrong(self) -> bool:
        """Whether a check must reject the gradient."""
        return self.fault is not None and self.fault.equivalent is None


def check(subject: Subject, fault: Fault | None, seed: int = 0, single: bool = False) -> Finding:
    """Return the result of checking a function's gradients at its inputs.

    Parameters
    ----------
    subject, fault
        The function, and the fault in it (None for the correct function).
    seed
        The seed of the inputs.
    single
        Whether the inputs are float32.
    """
    case = subject.case(load(subject, fault), np.random.default_rng(seed))
    if single:
        for name, array in case.inputs.items():
            case.inputs[name] = array.astype(np.float32)
    began = time.perf_counter()
    try:
        found = _examined(case)
    except (CheckFailed, ArithmeticError, IndexError, TypeError, ValueError):
        return Finding(subject, fault, rejected=True)
    seconds = time.perf_counter() - began
    if not found.failures:
        return Finding(subject, fault, rejected=False, seconds=seconds)
    first = found.causes[0] if found.causes else None
    family, cause = (first.family.value, str(first)) if first else (None, None)
    return Finding(subject, fault, True, True, family, cause, seconds)


def _examined(case: Case) -> Examination:
    with np.errstate(all="ignore"):
        return examine(case.f, case.inputs, case.analytic, case.upstream, case.constants)


def findings(subjects: Iterable[Subject] = SUBJECTS) -> Iterable[Finding]:
    """Yield the result of the check for each correct backward pass and each fault."""
    for subject in subjects:
        for fault in (None, *subject.faults):
            yield check(subject, fault)
