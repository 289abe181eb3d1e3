"""What a forward pass does on its way, and the gradient that it has when one step of it is changed.

The gradient doctor watches the student's own forward pass: its inputs become arrays that note each NumPy
call, by the place in the code that makes it. Run again, one of these calls can be held at the value
that it had, as if it did not depend on the inputs. The slope of that run is the gradient without this
path: what a backward pass computes that "treats the variance as a constant".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any

import numpy as np

from autograder.notebook.doctor.calls import Change, How, Place, Site, changed, floats, is_float
from autograder.notebook.probe import Floats, Probe

#: A site that is reached more often (in a loop over pixels) is more than a diagnosis can wait for.
_MOST_CALLS = 20_000

_OUTSIDE = (os.path.dirname(np.__file__), os.path.dirname(os.path.dirname(__file__)))


class _Tape:
    """What the calls of a run are noted on, and the changes that they are made with."""

    def __init__(self, changes: Sequence[Change] = ()) -> None:
        self.sites: dict[Place, Site] = {}
        self._changes = {change.site.place: change for change in changes}
        self._reached = dict.fromkeys(self._changes, 0)
        self._calls = 0

    def call(self, name: str, arguments: list[Any], compute: Callable[[list[Any]], Any]) -> Any:
        """Make a call, with the change where there is one for it; note it on a run without changes."""
        if not self._changes:
            return self._note(name, arguments, compute(arguments))
        place = _place()
        change = self._changes.get(place)
        if change is None:
            return compute(arguments)
        reached = self._reached[place]
        if reached >= len(change.site.calls):
            raise _OtherWay
        self._reached[place] += 1
        if change.call not in (None, reached):
            return compute(arguments)
        return changed(change, *change.site.calls[reached], arguments, compute)

    def _note(self, name: str, arguments: list[Any], result: Any) -> Any:
        if is_float(result):
            self._calls += 1
            if self._calls > _MOST_CALLS:
                raise _OtherWay
            place = _place()
            site = self.sites.setdefault(place, Site(place, name))
            site.calls.append(([np.array(a) for a in floats(arguments)], np.array(result)))
        return result


class _OtherWay(Exception):  # noqa: N818  (not an error of anybody's)
    """The forward pass went another way than when it was watched, or makes too many calls."""


#: The tape of the run in progress. Between runs watched arrays act as any other: a model may have kept one.
_tape: _Tape | None = None


class _Watched(np.ndarray):
    """An array whose NumPy calls are noted on the tape."""

    def __repr__(self) -> str:
        return repr(_plain(self))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        out = options.pop("out", None)
        arguments = [_plain(value) for value in inputs]
        options = {key: _plain(value) for key, value in options.items()}
        if method == "at":
            ufunc.at(*arguments, **options)
            return None
        if _tape is None:
            if out is not None:
                options["out"] = tuple(_plain(value) for value in out)
            return getattr(ufunc, method)(*arguments, **options)
        result = _tape.call(
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
        if _tape is None:
            return func(*arguments, **kwargs)
        out = kwargs.pop("out", None)
        result = _tape.call(func.__name__, arguments, lambda held: func(*held, **kwargs))
        if out is None:
            return watch(result)
        np.copyto(out, result, casting="unsafe")
        return watch(out)


def _method(name: str) -> Callable[..., Any]:
    """Return a method that calls NumPy's function of that name: one call to be noted, not its parts."""

    def method(self: np.ndarray, *args: Any, **kwargs: Any) -> Any:
        return getattr(np, name)(self, *args, **kwargs)

    return method


for _name in ("sum", "mean", "var", "std", "max", "min", "prod", "dot", "clip", "cumsum"):
    setattr(_Watched, _name, _method(_name))


def watch(value: Any) -> Any:
    """Return floating-point numbers as an array that is watched; anything else as it is."""
    if isinstance(value, tuple | list):
        return type(value)(watch(item) for item in value) if type(value) in (tuple, list) else value
    return np.asarray(value).view(_Watched) if is_float(value) else value


def sites(probe: Probe) -> list[Site]:
    """Return where the probe's function calls NumPy, in the order of its lines.

    Empty where the function cannot be watched: it raises with such arrays, or makes too many calls.
    """
    value, tape = _run(probe, {}, ())
    if tape is None or value is None:
        return []
    ordered = sorted(tape.sites.values(), key=lambda site: site.order)
    return [site for site in ordered if _matters(probe, site, value)]


def _matters(probe: Probe, site: Site, value: np.ndarray) -> bool:
    """Return whether what a call returns has to do with the value: a loss computes gradients beside it.

    A maximum does, though the value stays as it is: softmax takes it off and puts it back.
    """
    if site.name in ("max", "amax", "maximum.reduce"):
        return True
    shaken = _run(probe, {}, [Change(site, How.SHAKE)])[0]
    return shaken is None or not np.array_equal(shaken, value, equal_nan=True)


def slope(probe: Probe, changes: Sequence[Change], name: str, move: Floats) -> float | None:
    """Return half the change of the loss from −move to +move of one input, with calls changed.

    None where the function cannot be run in this way.
    """
    above, below = (_run(probe, {name: sign * move}, changes)[0] for sign in (1.0, -1.0))
    return _half(probe, above, below)


def difference(probe: Probe, above: Sequence[Change], below: Sequence[Change]) -> float | None:
    """Return half the difference of the losses under two changes, at the point itself."""
    return _half(probe, _run(probe, {}, above)[0], _run(probe, {}, below)[0])


def _half(probe: Probe, above: np.ndarray | None, below: np.ndarray | None) -> float | None:
    if above is None or below is None:
        return None
    return probe.loss(np.asarray(above, np.float64) - below) / 2


def _run(
    probe: Probe, steps: Mapping[str, Floats], changes: Sequence[Change]
) -> tuple[np.ndarray | None, _Tape | None]:
    global _tape
    outer, _tape = _tape, _Tape(changes)
    try:
        with np.errstate(all="ignore"):
            return np.array(probe.watched(watch, steps)), _tape
    except Exception:  # the student's code, with arrays that it was not written for
        return None, None
    finally:
        _tape = outer


def _place() -> Place:
    """Return the place of the student's code that is calling NumPy."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_OUTSIDE):
        frame = frame.f_back
    assert frame is not None
    return frame.f_code, frame.f_lasti


def _plain(value: Any) -> Any:
    if isinstance(value, _Watched):
        return value.view(np.ndarray)
    if type(value) in (tuple, list):
        return type(value)(_plain(item) for item in value)
    return value
