"""Record the NumPy calls of a forward pass, and run it again with some of them changed.

The gradient doctor watches the student's own forward pass: its inputs become arrays that record each NumPy
call by its place in the code. When the forward pass runs again, one of these calls can be held at its
recorded value, as if it did not depend on the inputs. The slope of that run is the gradient without this
path, which a backward pass computes if it "treats the variance as a constant".
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from gradbook.doctor.calls import CallChange, ChangeKind, Place, Site, changed, floats, is_float
from gradbook.gradcheck.probe import Floats, Probe
from gradbook.scope import is_test
from gradbook.session import session

#: With more calls than this (in a loop over pixels), a diagnosis would take too long.
_MOST_CALLS = 20_000

_OUTSIDE = (str(Path(np.__file__).parent), str(Path(__file__).parents[1]))


class _Tape:
    """The recorded calls of a run, or the changes to apply to its calls."""

    def __init__(self, changes: Sequence[CallChange] = ()) -> None:
        self.sites: dict[Place, Site] = {}
        self._changes = {change.site.place: change for change in changes}
        self._reached = dict.fromkeys(self._changes, 0)
        self._calls = 0

    def call(self, name: str, arguments: list[Any], compute: Callable[[list[Any]], Any]) -> Any:
        """Make a call, changed if there is a change for it; without any changes, record it."""
        if not self._changes:
            return self._record(name, arguments, compute(arguments))
        place = _place()
        change = None if place is None else self._changes.get(place)
        if place is None or change is None:
            return compute(arguments)
        reached = self._reached[place]
        if reached >= len(change.site.calls):
            raise _NotRepeatable
        self._reached[place] += 1
        if change.call not in (None, reached):
            return compute(arguments)
        return changed(change, *change.site.calls[reached], arguments, compute)

    def _record(self, name: str, arguments: list[Any], result: Any) -> Any:
        if is_float(result):
            self._calls += 1
            if self._calls > _MOST_CALLS:
                raise _NotRepeatable
            place = _place()
            if place is None:
                return result
            site = self.sites.setdefault(place, Site(place, name))
            site.calls.append(([np.array(a) for a in floats(arguments)], np.array(result)))
        return result


class _NotRepeatable(Exception):  # noqa: N818  (nobody made an error)
    """The forward pass took a different path than when it was recorded, or makes too many calls."""


class _Watched(np.ndarray):
    """An array whose NumPy calls are recorded on the tape."""

    def __repr__(self) -> str:
        return repr(_plain(self))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        out = options.pop("out", None)
        arguments = [_plain(value) for value in inputs]
        options = {key: _plain(value) for key, value in options.items()}
        if method == "at":
            ufunc.at(*arguments, **options)
            return None
        if session.tape is None:
            if out is not None:
                options["out"] = tuple(_plain(value) for value in out)
            return getattr(ufunc, method)(*arguments, **options)
        result = session.tape.call(
            ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}",
            arguments,
            lambda held: getattr(ufunc, method)(*held, **options),
        )
        if out is None:
            return watch(result)
        np.copyto(_plain(out[0]), result, casting="unsafe")
        return out[0]

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        kwargs = {key: _plain(value) for key, value in kwargs.items()}
        arguments = [_plain(value) for value in args]
        if session.tape is None:
            return func(*arguments, **kwargs)
        out = kwargs.pop("out", None)
        result = session.tape.call(func.__name__, arguments, lambda held: func(*held, **kwargs))
        if out is None:
            return watch(result)
        np.copyto(out, result, casting="unsafe")
        return watch(out)


def _method(name: str) -> Callable[..., Any]:
    """Return a method that calls NumPy's function of that name: one call is recorded, not its parts."""

    def method(self: np.ndarray, *args: Any, **kwargs: Any) -> Any:
        return getattr(np, name)(self, *args, **kwargs)

    return method


for _name in ("sum", "mean", "var", "std", "max", "min", "prod", "dot", "clip", "cumsum"):
    setattr(_Watched, _name, _method(_name))


def watch(value: Any) -> Any:
    """Return floating-point numbers as a watched array, and anything else unchanged."""
    if isinstance(value, tuple | list):
        return type(value)(watch(item) for item in value) if type(value) in (tuple, list) else value
    return np.asarray(value).view(_Watched) if is_float(value) else value


def sites(probe: Probe) -> list[Site]:
    """Return where the probe's function calls NumPy, in the order of its lines.

    The list is empty if the function cannot be watched, because it raises with watched arrays or makes too
    many calls.
    """
    value, tape = _run(probe, {}, ())
    if tape is None or value is None:
        return []
    ordered = sorted(tape.sites.values(), key=lambda site: site.order)
    return [site for site in ordered if _matters(probe, site, value)]


def _matters(probe: Probe, site: Site, value: np.ndarray) -> bool:
    """Return whether the value depends on a call's result: a loss function also computes gradients.

    A maximum always counts, although the value of a softmax does not depend on the maximum it subtracts.
    """
    if site.name in ("max", "amax", "maximum.reduce"):
        return True
    shaken = _run(probe, {}, [CallChange(site, ChangeKind.SHAKE)])[0]
    return shaken is None or not np.array_equal(shaken, value, equal_nan=True)


def slope(probe: Probe, changes: Sequence[CallChange], name: str, move: Floats) -> float | None:
    """Return half the change of the loss from −move to +move of one input, with calls changed.

    Return None if the function cannot be run in this way.
    """
    above, below = (_run(probe, {name: sign * move}, changes)[0] for sign in (1.0, -1.0))
    return _half(probe, above, below)


def difference(probe: Probe, above: Sequence[CallChange], below: Sequence[CallChange]) -> float | None:
    """Return half the difference between the losses under two changes, at the point itself."""
    return _half(probe, _run(probe, {}, above)[0], _run(probe, {}, below)[0])


def _half(probe: Probe, above: np.ndarray | None, below: np.ndarray | None) -> float | None:
    if above is None or below is None:
        return None
    return probe.loss(np.asarray(above, np.float64) - below) / 2


def _run(
    probe: Probe, steps: Mapping[str, Floats], changes: Sequence[CallChange]
) -> tuple[np.ndarray | None, _Tape | None]:
    tape = _Tape(changes)
    outer, session.tape = session.tape, tape
    try:
        with np.errstate(all="ignore"):
            return np.array(probe.watched(watch, steps)), tape
    except Exception:  # noqa: BLE001  (the student's code may raise anything with arrays that it was not written for)
        return None, None
    finally:
        session.tape = outer


def _place() -> Place | None:
    """Return the place in the student's code that is calling NumPy, or None if a test calls it itself."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_OUTSIDE):
        frame = frame.f_back
    assert frame is not None
    return None if is_test(frame) else (frame.f_code, frame.f_lasti)


def _plain(value: Any) -> Any:
    if isinstance(value, _Watched):
        return value.view(np.ndarray)
    if type(value) in (tuple, list):
        return type(value)(_plain(item) for item in value)
    return value
