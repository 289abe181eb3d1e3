"""The check of a backward pass: right up to rounding, or a diagnosis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.notebook.answers import is_grading
from autograder.notebook.block import current_task, fail, passed
from autograder.notebook.checks import shape_failure
from autograder.notebook.comparison import DOUBLE, SINGLE, Comparison, Verdict, compare
from autograder.notebook.messages import CheckFailed, short
from autograder.notebook.probe import Probe, first

if TYPE_CHECKING:
    from autograder.notebook.doctor.symptoms import Cause, Failure

_NEXT = "write the derivative of each line of the forward pass beside it, the last line first"
_NO_RETURN = "the function ends without a return"

Gradients = Mapping[str, Any] | Sequence[Any] | np.ndarray


#: From so many elements on, a picture tells better than the list of them where a gradient is wrong.
_PICTURED = 4


@dataclass(frozen=True)
class Examination:
    """What was found out about a function's gradients.

    Attributes
    ----------
    comparisons
        How each input's gradient compares with differences.
    labels
        What each is called.
    notes
        What else was seen.
    failures
        The gradients that are not right, the largest array first.
    causes
        What is likely to be wrong with them, the likeliest first.
    """

    comparisons: Sequence[Comparison]
    labels: Mapping[str, str]
    notes: Sequence[str]
    failures: Sequence[Failure] = ()
    causes: Sequence[Cause] = ()

    def told(self) -> str:
        """Return what to say of gradients that are right."""
        worst = max((comparison.error for comparison in self.comparisons), default=0.0)
        listed = ", ".join(self.labels[comparison.name] for comparison in self.comparisons)
        return "; ".join([f"{listed}: right (relative error {worst:.0e})", *self.notes])

    def failure(self) -> CheckFailed | None:
        """Return the message on gradients that are not right, None where all are."""
        if not self.failures:
            return None
        failure = self.failures[0]
        comparison = next(c for c in self.comparisons if c.name == failure.name)
        off = np.where(failure.wrong, np.abs(failure.analytic - failure.numerical), -1.0)
        off[failure.wrong & ~np.isfinite(off)] = np.inf
        index = tuple(int(place) for place in np.unravel_index(int(np.argmax(off)), off.shape))
        place = f"{failure.label}{list(index)}" if index else failure.label
        numerical = failure.numerical[index]
        count, of = int(failure.wrong.sum()), int(failure.known.sum())
        causes = [str(cause) for cause in self.causes]
        # A picture of elements that are all wrong shows nothing, and a grader has no time for pictures.
        pictured = count < of >= _PICTURED and not is_grading()
        return CheckFailed(
            current_task(),
            f"{failure.label} is {comparison.verdict}.",
            check=f"{failure.label}, against differences of your forward pass",
            got=f"{count} of {of} elements differ; relative error {comparison.error:.1e}",
            worst=f"{place}: by differences {numerical:.6g}, yours {failure.analytic[index]:.6g}",
            cause=causes[0] if causes else None,
            alternatives=causes[1:],
            next=self.causes[0].family.next if causes else _NEXT,
            notes=[*self._of_the_others(), *self.notes],
            picture=partial(_drawn, comparison, failure.label) if pictured else None,
        )

    def _of_the_others(self) -> list[str]:
        """Return which other gradients are wrong, and which are right."""
        wrong = [failure.label for failure in self.failures[1:]]
        right = [self.labels[c.name] for c in self.comparisons if c.verdict is Verdict.RIGHT]
        return [
            *([f"{', '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} not right either"] if wrong else []),
            *([f"{', '.join(right)} {'is' if len(right) == 1 else 'are'} right"] if right else []),
        ]


def check_gradient(
    f: Callable[..., Any],
    inputs: MutableMapping[str, Any],
    analytic: Gradients | Callable[[], Gradients],
    upstream: np.ndarray | None = None,
    *,
    constants: Mapping[str, float] | None = None,
    mistakes: Sequence[tuple[str, Any]] = (),
) -> None:
    r"""Check gradients of all inputs of a function at once, and explain what is wrong with them.

    For an array-valued f the gradient checked is the one of
    :math:`\sum f(\text{inputs}) \odot \text{upstream}`, which is what a backward pass returns for
    ``dout = upstream``. How the comparison is made, and from which error on a gradient is suspicious or
    wrong, is told in `autograder.notebook.comparison`.

    Parameters
    ----------
    f
        The forward pass, called with the inputs by name. Its value is a number or an array; of a tuple, as
        layers return it (out, cache), the first item counts.
    inputs
        The arrays by name, float64 or float32, of any shape. For a model this is its ``params``, the very
        dictionary, so that f sees each step; f may then ignore what it is called with. All is restored
        afterwards, also when f raises.
    analytic
        The gradients: a dictionary by the inputs' names, or a sequence in the order of the inputs, or for
        one input the array; or a callable without arguments that returns one of these.
    upstream : ndarray of the shape of f's value, optional
        The upstream gradient. May be left out where f's value is a single number.
    constants
        Numbers that the task knows and a gradient may be off by, by name: ``{"p": 0.8}``.
    mistakes
        Wrong gradients that people really compute, each as (message, gradients) with gradients in the
        forms of `analytic`: who hands one in is told why.

    Raises
    ------
    CheckFailed
        In a notebook: when a gradient is suspicious or wrong, has another shape than its input, is missing,
        or when f's value is not finite.

    Examples
    --------
    >>> w = np.array([1.0, 2.0, 3.0])
    >>> check_gradient(lambda w: np.sum(w**2), {"w": w}, 2 * w)
    >>> check_gradient(lambda w: np.sum(w**2), {"w": w}, w)
    Traceback (most recent call last):
    ...
    autograder.notebook.messages.CheckFailed: this cell: dw is wrong...
    """
    try:
        examination = examine(f, inputs, analytic, upstream, constants or {}, mistakes)
        failure = examination.failure()
    except CheckFailed as unusable:
        failure = unusable
    if failure is None:
        passed(examination.told())
    else:
        fail(failure)


def examine(
    f: Callable[..., Any],
    inputs: MutableMapping[str, Any],
    analytic: Gradients | Callable[[], Gradients],
    upstream: np.ndarray | None,
    constants: Mapping[str, float],
    mistakes: Sequence[tuple[str, Any]] = (),
) -> Examination:
    """Return what `check_gradient` finds; its parameters are the same.

    Raises
    ------
    CheckFailed
        When there is nothing to compare: a gradient is missing or has another shape than its input, or the
        forward pass does not return finite numbers.
    """
    given = dict(inputs) if upstream is None else {**inputs, "the upstream gradient": upstream}
    kept = {name: np.copy(value) for name, value in given.items()}
    value = _value(f, inputs, upstream)
    gradients, labels = _gradients(analytic() if callable(analytic) else analytic, inputs)
    notes = []
    for name, array in given.items():
        if not np.array_equal(array, kept[name], equal_nan=True):
            notes.append(f"your code changes {name} in place: whoever uses it afterwards finds other numbers")
            array[...] = kept[name]
    single = any(np.asarray(array).dtype == np.float32 for array in inputs.values())
    precision = SINGLE if single else DOUBLE
    upstream = upstream if upstream is None else np.asarray(upstream, np.float64)
    probe = Probe(f, inputs, upstream)
    with probe.at_work():
        if not np.array_equal(probe.value(), probe.value()):
            raise CheckFailed(
                current_task(),
                "the forward pass returns other numbers each time it is called.",
                check="the forward pass, twice with the same inputs",
                cause="it draws random numbers, or changes what it computes with",
                next="draw them from a generator with a fixed seed, made anew in each call",
            )
        comparisons = compare(probe, gradients, precision)
        notes += _kinks(comparisons, labels)
        _require_smooth(comparisons, labels)
        if all(comparison.verdict is Verdict.RIGHT for comparison in comparisons):
            return Examination(comparisons, labels, notes)
        # Most gradients are right in the end: the doctor is sent for when one is not.
        from autograder.notebook.doctor import diagnosis

        backward = analytic if callable(analytic) else None
        patient = diagnosis.admit(probe, comparisons, labels, upstream, value, constants, backward)
        told = [(message, _named(known, inputs)) for message, known in mistakes]
        causes = diagnosis.diagnose(patient, told)
    return Examination(comparisons, labels, notes, patient.failures, causes)


def _value(f: Callable[..., Any], inputs: Mapping[str, Any], upstream: np.ndarray | None) -> np.ndarray:
    """Return the forward pass's value at the point, once it is known to be usable."""
    value = first(f(**inputs))
    verdict = cause = None
    if value.dtype.kind not in "fiu":
        verdict = "the forward pass does not return numbers."
        cause = _NO_RETURN if value.dtype == object and value.item() is None else None
    elif upstream is None and value.size != 1:
        msg = f"f's value has shape {value.shape}: it needs an upstream gradient of that shape"
        raise ValueError(msg)
    elif upstream is not None and value.shape != np.shape(upstream):
        raise shape_failure("what the forward pass returns", value, np.shape(upstream))
    elif not np.isfinite(value).all():
        index = [int(place) for place in np.argwhere(~np.isfinite(value))[0]]
        verdict = "the forward pass returns NaN or infinity, so that there is no gradient to check."
        cause = f"its value is {value[tuple(index)]} at {index}" if index else f"its value is {value}"
    if verdict is None:
        return np.array(value, np.float64)
    got = None if cause else short(value)
    raise CheckFailed(current_task(), verdict, check="the forward pass", got=got, cause=cause)


def _gradients(given: Gradients, inputs: Mapping[str, Any]) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the gradient by each input's name, and what each is called in a message."""
    named = isinstance(given, Mapping)
    labels = {name: f"grads[{name!r}]" if named else f"d{name}" for name in inputs}
    wanted = ", ".join(labels.values())
    if named:
        missing = [labels[name] for name in inputs if name not in given]
        if missing:
            raise CheckFailed(
                current_task(),
                f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing.",
                check="the gradients",
                expected=f"a gradient for each of {', '.join(inputs)}",
                got=f"gradients for {', '.join(map(str, given))}" if given else "an empty dictionary",
            )
    elif len(inputs) > 1 and (not isinstance(given, list | tuple) or len(given) != len(inputs)):
        got = f"{len(given)} values" if isinstance(given, list | tuple) else short(given)
        cause = _NO_RETURN if given is None else None
        raise CheckFailed(
            current_task(),
            "the backward pass does not return one gradient for each input.",
            check="the gradients",
            expected=f"{len(inputs)} arrays: {wanted}",
            got=got,
            cause=cause,
        )
    gradients = {}
    for name, gradient in _named(given, inputs).items():
        numbers = isinstance(gradient, np.ndarray | np.generic | float | int)
        if not numbers or np.asarray(gradient).dtype.kind not in "fiub":
            raise CheckFailed(
                current_task(),
                f"{labels[name]} is not an array of numbers.",
                check=labels[name],
                got=short(gradient),
                cause=_NO_RETURN if gradient is None else None,
            )
        if np.shape(gradient) != np.shape(inputs[name]):
            raise shape_failure(labels[name], np.asarray(gradient), np.shape(inputs[name]))
        # A copy: what is handed in may be one of the inputs, changed in place.
        gradients[name] = np.array(gradient)
    return gradients, labels


def _named(given: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return gradients by their input's name, in whichever form they were given."""
    given = given() if callable(given) else given
    if isinstance(given, Mapping):
        return {name: given[name] for name in inputs if name in given}
    if len(inputs) == 1 and not isinstance(given, list | tuple):
        return dict.fromkeys(inputs, given)
    return dict(zip(inputs, given, strict=False))


def _require_smooth(comparisons: Sequence[Comparison], labels: Mapping[str, str]) -> None:
    """Refuse to pass a gradient of which no element could be looked at."""
    for comparison in comparisons:
        if comparison.num_kinks and comparison.num_kinks == comparison.analytic.size:
            raise CheckFailed(
                current_task(),
                f"nothing of {labels[comparison.name]} can be checked: f has a kink at every element.",
                check=f"{labels[comparison.name]}, against differences of your forward pass",
                cause="every number sits where a ReLU, a maximum or a hinge bends: at 0, or at a tie",
                next="check at other numbers: random ones are hardly ever on a kink",
            )


def _kinks(comparisons: Sequence[Comparison], labels: Mapping[str, str]) -> list[str]:
    return [
        f"{c.num_kinks} of {c.analytic.size} elements of {labels[c.name]} left out: f has a kink there"
        for c in comparisons
        if c.num_kinks
    ]


def _drawn(comparison: Comparison, label: str) -> str:
    """Return a picture of where a gradient is wrong, as HTML."""
    from autograder.notebook.plots import gradient_error_markup

    g, n = comparison.analytic, comparison.numerical
    assert n is not None
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        size = np.maximum(np.maximum(np.abs(g), np.abs(n)), 1e-6 * np.abs(n[~np.isnan(n)]).max(initial=0.0))
        errors = np.divide(np.abs(g - n), size, out=np.zeros_like(g), where=size != 0)
    errors[~np.isfinite(g)] = 1.0
    return gradient_error_markup(errors, label, comparison.kinks, comparison.wrong)
