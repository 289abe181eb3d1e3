"""The gradient check of a backward pass: it passes up to rounding, or explains what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gradbook.checks.task_context import current_task, fail, passed
from gradbook.checks.values import shape_failure
from gradbook.gradcheck.comparison import DOUBLE, SINGLE, Comparison, Verdict, compare
from gradbook.gradcheck.probe import Probe, first
from gradbook.messages import CheckFailed, short
from gradbook.protocol.answers import is_grading

if TYPE_CHECKING:
    from gradbook.doctor.symptoms import Cause, Failure

_NEXT = "write the derivative of each line of the forward pass beside it, the last line first"
_NO_RETURN = "the function ends without a return"

Gradients = Mapping[str, Any] | Sequence[Any] | np.ndarray


#: A figure is shown for gradients of at least this many elements.
_FIGURE_FROM = 4


@dataclass(frozen=True)
class Examination:
    """The results of a gradient check.

    Attributes
    ----------
    comparisons
        The comparison of each input's analytic gradient with the numerical one.
    labels
        The name of each gradient in messages.
    notes
        Further observations.
    failures
        The gradients that are not right, the largest array first.
    causes
        The likely causes of the failures, the likeliest first.
    """

    comparisons: Sequence[Comparison]
    labels: Mapping[str, str]
    notes: Sequence[str]
    failures: Sequence[Failure] = ()
    causes: Sequence[Cause] = ()

    def summary(self) -> str:
        """Return the note on gradients that are right."""
        worst = max((comparison.error for comparison in self.comparisons), default=0.0)
        listed = ", ".join(self.labels[comparison.name] for comparison in self.comparisons)
        return "; ".join([f"{listed}: right (relative error {worst:.0e})", *self.notes])

    def failure(self) -> CheckFailed | None:
        """Return the message on the gradients that are not right, or None if all are."""
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
        # If all elements are wrong, a figure shows nothing; while grading, figures would cost time.
        with_figure = count < of >= _FIGURE_FROM and not is_grading()
        return CheckFailed(
            current_task(),
            f"{failure.label} is {comparison.verdict}.",
            check=f"{failure.label}, against the numerical gradient of your forward pass",
            got=f"{count} of {of} elements differ; relative error {comparison.error:.1e}",
            worst=f"{place}: numerical {numerical:.6g}, yours {failure.analytic[index]:.6g}",
            cause=causes[0] if causes else None,
            alternatives=causes[1:],
            next=self.causes[0].family.next if causes else _NEXT,
            notes=[*self._other_gradients(), *self.notes],
            figure=partial(_error_figure, comparison, failure.label) if with_figure else None,
        )

    def _other_gradients(self) -> list[str]:
        """Return notes on which other gradients are wrong, and which are right."""
        wrong = [failure.label for failure in self.failures[1:]]
        right = [self.labels[c.name] for c in self.comparisons if c.verdict is Verdict.RIGHT]
        return [
            *([f"{', '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} wrong too"] if wrong else []),
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
    r"""Check the gradients of a function with respect to all its inputs, and explain what is wrong with them.

    For an array-valued f the gradient checked is the one of
    :math:`\sum f(\text{inputs}) \odot \text{upstream}`, which is what a backward pass returns for
    ``dout = upstream``. `gradbook.gradcheck.comparison` explains how gradients are compared, and which errors
    count as suspicious or wrong.

    Parameters
    ----------
    f
        The forward pass, called with the inputs by name. It returns a number or an array, or a tuple whose
        first item is one, such as (out, cache).
    inputs
        The arrays by name, float64 or float32, of any shape. For a model, pass its own ``params`` dictionary,
        so that f sees each step; f may then ignore its arguments. The arrays are restored afterwards, even if
        f raises.
    analytic
        The analytic gradients: a dictionary by the inputs' names, or a sequence in the order of the inputs,
        or an array if there is one input; or a callable without arguments that returns one of these.
    upstream : ndarray of the shape of f's value, optional
        The upstream gradient. It may be omitted if f's value is a single number.
    constants
        Constants of the task by which a gradient may be off, by name: ``{"p": 0.8}``.
    mistakes
        Common wrong gradients, each as (message, gradients) with the gradients in one of the forms of
        `analytic`. A student whose gradients are these sees the message.

    Raises
    ------
    CheckFailed
        In a notebook, if a gradient is suspicious or wrong, has another shape than its input or is missing,
        or if f's value is not finite.

    Examples
    --------
    >>> w = np.array([1.0, 2.0, 3.0])
    >>> check_gradient(lambda w: np.sum(w**2), {"w": w}, 2 * w)
    >>> check_gradient(lambda w: np.sum(w**2), {"w": w}, w)
    Traceback (most recent call last):
    ...
    gradbook.messages.CheckFailed: this cell: dw is wrong...
    """
    try:
        examination = examine(f, inputs, analytic, upstream, constants or {}, mistakes)
        failure = examination.failure()
    except CheckFailed as unusable:
        failure = unusable
    if failure is None:
        passed(examination.summary())
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
    """Return the results of a gradient check; the parameters are those of `check_gradient`.

    Raises
    ------
    CheckFailed
        If the gradients cannot be compared: one is missing or has another shape than its input, or the
        forward pass does not return finite numbers.
    """
    given = dict(inputs) if upstream is None else {**inputs, "the upstream gradient": upstream}
    kept = {name: np.copy(value) for name, value in given.items()}
    value = _value(f, inputs, upstream)
    gradients, labels = _gradients(analytic() if callable(analytic) else analytic, inputs)
    notes = []
    for name, array in given.items():
        if not np.array_equal(array, kept[name], equal_nan=True):
            notes.append(f"your code changes {name} in place: code that uses it later gets different numbers")
            array[...] = kept[name]
    single = any(np.asarray(array).dtype == np.float32 for array in inputs.values())
    precision = SINGLE if single else DOUBLE
    upstream = upstream if upstream is None else np.asarray(upstream, np.float64)
    probe = Probe(f, inputs, upstream)
    with probe.active():
        if not np.array_equal(probe.value(), probe.value()):
            raise CheckFailed(
                current_task(),
                "the forward pass returns different numbers each time it is called.",
                check="the forward pass, twice with the same inputs",
                cause="it draws random numbers, or changes what it computes with (a running average)",
                next="draw them from a new generator with a fixed seed in each call",
            )
        comparisons = compare(probe, gradients, precision)
        notes += _kinks(comparisons, labels)
        _require_smooth(comparisons, labels)
        if all(comparison.verdict is Verdict.RIGHT for comparison in comparisons):
            return Examination(comparisons, labels, notes)
        # Imported only if needed: most gradients that are checked are right.
        from gradbook.doctor import diagnosis

        backward = analytic if callable(analytic) else None
        patient = diagnosis.examine(probe, comparisons, labels, upstream, value, constants, backward)
        known_mistakes = [(message, _named(known, inputs)) for message, known in mistakes]
        causes = diagnosis.diagnose(patient, known_mistakes)
    return Examination(comparisons, labels, notes, patient.failures, causes)


def _value(f: Callable[..., Any], inputs: Mapping[str, Any], upstream: np.ndarray | None) -> np.ndarray:
    """Return the value of the forward pass at the point, or raise if it is unusable."""
    value = first(f(**inputs))
    verdict = cause = None
    if value.dtype.kind not in "fiu":
        verdict = "the forward pass does not return numbers."
        cause = _NO_RETURN if value.dtype == object and value.item() is None else None
    elif upstream is None and value.size != 1:
        msg = f"f's value has shape {value.shape}: it needs an upstream gradient of that shape"
        raise ValueError(msg)
    elif upstream is not None and value.shape != np.shape(upstream):
        raise shape_failure("what the forward pass returns", value, np.shape(upstream))  # noqa: EM101, TRY003
    elif not np.isfinite(value).all():
        index = [int(place) for place in np.argwhere(~np.isfinite(value))[0]]
        verdict = "the forward pass returns NaN or infinity, so there is no gradient to check."
        cause = f"its value is {value[tuple(index)]} at {index}" if index else f"its value is {value}"
    if verdict is None:
        return np.array(value, np.float64)
    got = None if cause else short(value)
    raise CheckFailed(current_task(), verdict, check="the forward pass", got=got, cause=cause)


def _gradients(given: Gradients, inputs: Mapping[str, Any]) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the gradients by their inputs' names, and the name of each gradient in messages."""
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
        # A copy: the gradient may be one of the inputs, changed in place.
        gradients[name] = np.array(gradient)
    return gradients, labels


def _named(given: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return gradients, given in any of the accepted forms, by their inputs' names."""
    given = given() if callable(given) else given
    if isinstance(given, Mapping):
        return {name: given[name] for name in inputs if name in given}
    if len(inputs) == 1 and not isinstance(given, list | tuple):
        return dict.fromkeys(inputs, given)
    return dict(zip(inputs, given, strict=False))


def _require_smooth(comparisons: Sequence[Comparison], labels: Mapping[str, str]) -> None:
    """Refuse to pass a gradient of which no element could be compared."""
    for comparison in comparisons:
        if comparison.num_kinks and comparison.num_kinks == comparison.analytic.size:
            raise CheckFailed(
                current_task(),
                f"nothing of {labels[comparison.name]} can be checked: f has a kink at every element.",
                check=f"{labels[comparison.name]}, against the numerical gradient of your forward pass",
                cause="every number is at the kink of a ReLU, a maximum or a hinge: at 0, or at a tie",
                next="check at other numbers: random ones are almost never at a kink",
            )


def _kinks(comparisons: Sequence[Comparison], labels: Mapping[str, str]) -> list[str]:
    return [
        f"{c.num_kinks} of {c.analytic.size} elements of {labels[c.name]} left out: f has a kink there"
        for c in comparisons
        if c.num_kinks
    ]


def _error_figure(comparison: Comparison, label: str) -> str:
    """Return a figure of the errors of a gradient, as HTML."""
    from gradbook.plots import gradient_error_markup

    g, n = comparison.analytic, comparison.numerical
    assert n is not None
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        size = np.maximum(np.maximum(np.abs(g), np.abs(n)), 1e-6 * np.abs(n[~np.isnan(n)]).max(initial=0.0))
        errors = np.divide(np.abs(g - n), size, out=np.zeros_like(g), where=size != 0)
    errors[~np.isfinite(g)] = 1.0
    return gradient_error_markup(errors, label, comparison.kinks, comparison.wrong)
