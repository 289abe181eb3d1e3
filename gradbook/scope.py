"""The namespace of tests, apart from the student's.

A test is a function in a graded cell. It runs with global names of its own: Python's built-in names, those of
`gradbook`, ``np``, and the functions and classes that the notebook gives. A student's variable of the same
name does not replace one of them, and nothing that a test binds is visible to the student's functions. All
other names, above all those of the functions that the tasks ask for, are the student's.
"""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Callable, Iterator, Mapping
from types import FrameType, FunctionType
from typing import Any, TypeVar

import numpy as np

from gradbook.session import session

#: The global name that marks the namespace of a test.
_MARK = "<test>"

#: Python's built-in names; a star import from NumPy replaces some of them in the student's notebook.
_BUILTINS = {name: value for name, value in vars(builtins).items() if not name.startswith("_")}

_Thing = TypeVar("_Thing", bound=Callable[..., object])
_Function = TypeVar("_Function", bound=Callable[..., object])
_Result = TypeVar("_Result")


def given(thing: _Thing) -> _Thing:
    """Mark a function or a class that the notebook gives and that tests use.

    Tests find it under its name, whatever the student calls by this name, and its code then runs with the
    names of the tests.

    Parameters
    ----------
    thing : function or class
        What the notebook gives.

    Returns
    -------
    function or class
        The same one. A class that was defined before keeps the methods that ``@add_to_class`` gave it.
    """
    session.given[thing.__name__] = thing
    for name, method in session.methods.get(thing.__name__, {}).items():
        setattr(thing, name, method)
    return thing


def add_to_class(cls: type) -> Callable[[_Function], _Function]:
    """Make the decorated function a method of `cls`, replacing any method of the same name.

    Running the cell again also replaces the method in objects that already exist.

    Examples
    --------
    >>> class Counter:
    ...     count = 0
    >>> @add_to_class(Counter)
    ... def step(self):
    ...     self.count += 1
    >>> counter = Counter()
    >>> counter.step()
    >>> counter.count
    1
    """

    def add(function: _Function) -> _Function:
        name = function.__name__
        session.methods.setdefault(cls.__name__, {})[name] = function
        # Tests use the class that the notebook gives, and `cls` may be the student's copy of it.
        for owner in {cls, session.given.get(cls.__name__, cls)}:
            setattr(owner, name, function)
        return function

    return add


def new_scope(names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the global names of a test.

    Parameters
    ----------
    names
        The global names of the notebook.
    """
    scope = {**names, **_BUILTINS, "np": np, **session.names, "__builtins__": builtins, _MARK: True}
    for name, thing in session.given.items():
        scope[name] = with_globals(thing, scope) if isinstance(thing, FunctionType) else thing
    return scope


@contextlib.contextmanager
def isolated(
    test: Callable[..., _Result], own: Mapping[str, Any] | None = None
) -> Iterator[Callable[..., _Result]]:
    """Yield a test with global names of its own, which the given classes use too in the meantime.

    Parameters
    ----------
    test : function
        A function of the notebook.
    own
        Further global names for it.
    """
    names: dict[str, Any] = test.__globals__
    scope = new_scope(names) | dict(own or {})
    with contextlib.ExitStack() as stack:
        for cls in session.given.values():
            if isinstance(cls, type):
                ours = set(vars(cls)) - set(session.methods.get(cls.__name__, {}))
                _give_methods(stack, cls, names.get(cls.__name__))
                for name in ours:
                    _move_method(stack, cls, name, names, scope)
        yield with_globals(test, scope)


def _give_methods(stack: contextlib.ExitStack, cls: type, theirs: object) -> None:
    """Give a class the methods that only the student's own class of this name has."""
    if isinstance(theirs, type) and theirs is not cls:
        for name, method in vars(theirs).items():
            if isinstance(method, FunctionType) and name not in vars(cls):
                setattr(cls, name, method)
                stack.callback(delattr, cls, name)


def _move_method(
    stack: contextlib.ExitStack, cls: type, name: str, names: Mapping[str, Any], scope: dict[str, Any]
) -> None:
    """Let a method that the notebook gives to a class use the names in `scope`."""
    method = vars(cls)[name]
    moved = _moved(method, names, scope)
    if moved is not None:
        stack.callback(setattr, cls, name, method)
        setattr(cls, name, moved)


def is_test(frame: FrameType) -> bool:
    """Return whether a frame belongs to a test, as opposed to the student's code."""
    return _MARK in frame.f_globals


def with_globals(function: Callable[..., Any], scope: dict[str, Any]) -> Callable[..., Any]:
    """Return a copy of a function with other global names."""
    assert isinstance(function, FunctionType)
    code, defaults, closure = function.__code__, function.__defaults__, function.__closure__
    copy = FunctionType(code, scope, function.__name__, defaults, closure)
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


def _moved(method: Any, names: Mapping[str, Any], scope: dict[str, Any]) -> Any:
    """Return a method of the notebook with the names in `scope`, or None for anything else."""
    if isinstance(method, FunctionType):
        return with_globals(method, scope) if method.__globals__ is names else None
    if isinstance(method, staticmethod | classmethod):
        inner = _moved(method.__func__, names, scope)
        return None if inner is None else type(method)(inner)
    if isinstance(method, property) and method.fget is not None:
        return method.getter(_moved(method.fget, names, scope) or method.fget)
    return None
