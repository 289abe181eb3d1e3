"""Replace functions of the student's code while the tests of a task run, under every name that they have.

What a task builds on can be lent to it, so that a mistake there costs nothing here. What a task must not call
can be forbidden: the slow version of the function that it asks for, or the forward pass of a backward pass.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

from gradbook.scope import new_scope, with_globals
from gradbook.session import session

#: The file name of the code that replaces a function's own.
LENT = "<lent>"

#: Stands for the function that replaced code calls.
_TARGET = "<target>"

_ABSENT = object()


class ForbiddenError(Exception):
    """Raised when a solution calls a function that its task forbids.

    Parameters
    ----------
    task, function
        The task's id and the name of the function.
    """

    def __init__(self, task: str, function: str) -> None:
        super().__init__(f"{task} must not call {function}")
        self.function = function


def lend(task: str) -> Callable[[Callable[[], Mapping[str, Any]]], None]:
    """Lend correct functions to the student's code, until the tests of a task have run.

    Parameters
    ----------
    task
        The task's id.

    Returns
    -------
    decorator
        It calls the decorated function at once, which returns the functions by name. The name of a method
        includes its class.

    Examples
    --------
    >>> @lend("three_layer_net_loss")
    ... def layers():
    ...     def relu_forward(x):
    ...         return np.where(x > 0, x, 0.0), x
    ...
    ...     return {"relu_forward": relu_forward}
    """

    def run(functions: Callable[[], Mapping[str, Any]]) -> None:
        names: dict[str, Any] = functions.__globals__
        own: Any = names.get(task)
        for name, function in with_globals(functions, new_scope(names))().items():
            if names.get(name) is own and isinstance(own, FunctionType):
                # The solution is only another name of what is lent, and must stay what the student wrote.
                bind(session.lent, names, task, with_globals(own, names))
            _replace(session.lent, names, name, function)

    return run


def take_back() -> None:
    """Take back everything that was lent."""
    session.lent.close()


@contextlib.contextmanager
def forbidding(names: dict[str, Any], task: str) -> Iterator[dict[str, Any]]:
    """Forbid what a task forbids; yield the versions of these functions that its tests may call.

    Parameters
    ----------
    names
        The global names of the notebook.
    task
        The task's id.
    """
    calls_by_tests = 0

    def guards(name: str, function: FunctionType) -> tuple[Callable[..., Any], Callable[..., Any]]:
        original = with_globals(function, function.__globals__)

        def called_by_test(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls_by_tests
            calls_by_tests += 1
            try:
                return original(*args, **kwargs)
            finally:
                calls_by_tests -= 1

        def called_by_student(*args: Any, **kwargs: Any) -> Any:
            if calls_by_tests:  # by another forbidden function, which a test calls
                return original(*args, **kwargs)
            raise ForbiddenError(task, name)

        return called_by_test, called_by_student

    allowed = {}
    with contextlib.ExitStack() as stack:
        for name in session.forbidden.get(task, ()):
            function = names.get(name)
            if isinstance(function, FunctionType):
                # Copies of a function share its code.
                copies = [other for other in gc.get_referrers(function.__code__) if _is_copy(other, function)]
                allowed[name], refusing = guards(name, function)
                for copy in copies:
                    _replace_code(stack, copy, refusing)
        yield allowed


def _is_copy(other: object, function: FunctionType) -> bool:
    return isinstance(other, FunctionType) and other.__globals__ is function.__globals__


def _replace(
    stack: contextlib.ExitStack, names: dict[str, Any], name: str, function: Callable[..., Any]
) -> None:
    """Let the student's function or method `name` call another one, until `stack` is closed."""
    owner, _, attribute = name.rpartition(".")
    cls = session.given.get(owner, names.get(owner)) if owner else None
    current = vars(cls).get(attribute) if isinstance(cls, type) else names.get(name)
    if isinstance(current, FunctionType):
        _replace_code(stack, current, function)
    elif isinstance(cls, type):
        if attribute in vars(cls):
            stack.callback(setattr, cls, attribute, current)
        else:
            stack.callback(delattr, cls, attribute)
        setattr(cls, attribute, function)
    else:
        bind(stack, names, name, function)


def bind(stack: contextlib.ExitStack, names: dict[str, Any], name: str, value: object) -> None:
    """Bind a name in a namespace until `stack` is closed; then it is bound as before, or not at all."""
    before = names.get(name, _ABSENT)
    names[name] = value
    if before is _ABSENT:
        stack.callback(names.pop, name, None)
    else:
        stack.callback(names.__setitem__, name, before)


def _replace_code(
    stack: contextlib.ExitStack, function: FunctionType, replacement: Callable[..., Any]
) -> None:
    code = function.__code__
    stack.callback(setattr, function, "__code__", code)
    function.__code__ = _code_calling(replacement, len(code.co_freevars))


def _code_calling(function: Callable[..., Any], free: int) -> CodeType:
    """Return code that calls a function, whatever its global names are, with so many free variables."""
    variables = ", ".join(f"free_{i}" for i in range(free))
    source = (
        f"def outer({variables}):\n"
        f"    def call(*args, **kwargs):\n"
        f"        target = {_TARGET!r}\n"
        f"        return target(*args, **kwargs)\n"
        f"        ({variables})\n"
    )
    outer = next(const for const in compile(source, LENT, "exec").co_consts if isinstance(const, CodeType))
    call = next(const for const in outer.co_consts if isinstance(const, CodeType))
    constants = tuple(function if const == _TARGET else const for const in call.co_consts)
    return call.replace(co_consts=constants)
