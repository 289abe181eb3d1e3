"""Use functions and classes from an earlier notebook in this one."""

from __future__ import annotations

import ast
import builtins
import difflib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn

from gradbook.carryover.definitions import STAR, Definition, new_module, read_definitions
from gradbook.carryover.side_effects import WouldRun
from gradbook.files import SOURCE
from gradbook.messages import CheckFailed, State, show
from gradbook.phrases import listed
from gradbook.protocol.answers import is_grading

#: The folder of the course's own solutions, which only the course's repository contains.


def carry_over(notebook: str, *names: str, source: Literal["own", "reference"] = "own") -> tuple[Any, ...]:
    """Return functions and classes that you wrote in an earlier notebook.

    Only the imports and definitions that these need are executed, as the earlier notebook was last saved:
    functions, classes, methods added by ``@add_to_class``, constants, and names that it carried over itself
    from other notebooks. The last definition of a name counts. The objects have their own namespace and
    cannot access the variables of this notebook.

    Parameters
    ----------
    notebook
        The assignment and the notebook, as in ``"04_two_layer_net/two_layer_net"``. The folders of the
        assignments must be side by side.
    *names
        The names of the functions and classes.
    source
        "own" for your own code; "reference" for the course's solution, if the course folder has it.

    Returns
    -------
    tuple
        One object for each name, in their order. For a single name, write
        ``relu_forward, = carry_over(...)``.

    Raises
    ------
    CheckFailed
        If the notebook is missing or cannot be read, if a name is not defined in it or is unfinished, if an
        import fails, or if a definition would run other code. The error shows a message instead of a
        traceback. While grading, the message is only shown; calling a missing function raises the error.
    """
    if source not in ("own", "reference"):
        msg = f'source is "own" or "reference", not {source!r}'
        raise ValueError(msg)
    try:
        path = _own(notebook) if source == "own" else _reference(notebook)
        found = load(notebook, path, names)
    except CheckFailed as failure:
        if source == "own" and _find_reference(notebook) is not None:
            failure.next = f'{failure.next}; or continue with source="reference"'
        if not is_grading():
            raise
        show(str(failure), failure._repr_html_())
        return tuple(_stand_in(name, failure) for name in names)
    return tuple(found[name] for name in names)


def load(
    notebook: str, path: Path, names: Sequence[str], opened: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return the objects that a notebook defines under `names`.

    Parameters
    ----------
    notebook
        The notebook's name in messages.
    path
        The notebook's file.
    names
        The names of the objects.
    opened
        The notebooks that carry over from this one.

    Raises
    ------
    CheckFailed
        If one of the objects cannot be loaded.
    """
    definitions = read_definitions(notebook, _code_cells(notebook, path))
    module = new_module(notebook.replace("/", "."))
    errors: dict[Definition, str] = {}
    failures: dict[Definition, CheckFailed] = {}
    for definition in _reached(definitions, names):
        if definition.refusal is not None:
            errors[definition] = definition.refusal
            continue
        try:
            if definition.carried is not None:
                definition.take(module, _carried(path, *definition.carried, opened | {notebook}))
            else:
                definition.make(module)
        except CheckFailed as failure:
            errors[definition], failures[definition] = _first_line(failure), failure
        except (Exception, SystemExit) as error:  # noqa: BLE001  (a student's code may raise anything)
            errors[definition] = _first_line(error)
    counted = _reached(definitions, names, last=True)
    _require_defined(notebook, path, names, definitions, vars(module))
    for definition in counted:
        if definition in failures:
            raise failures[definition]
    _require_finished(notebook, path, counted)
    _require_made(notebook, path, names, definitions, errors)
    return {name: vars(module)[name] for name in names}


def _carried(path: Path, notebook: str, names: tuple[str, ...], opened: frozenset[str]) -> tuple[Any, ...]:
    """Return the objects that a notebook carries over from another notebook."""
    if notebook in opened:
        msg = f"{notebook} carries over from itself."
        raise _failure(msg, path, next="remove that line")
    file = path.parent.parent / f"{notebook}.ipynb"
    if not (_is_name(notebook) and file.is_file()):
        msg = f"there is no notebook {notebook}."
        raise _failure(msg, file, next=f"do {notebook} first")
    found = load(notebook, file, names, opened)
    return tuple(found[name] for name in names)


def _reached(definitions: list[Definition], names: Iterable[str], last: bool = False) -> list[Definition]:
    """Return the definitions that `names` need, directly or indirectly, in the notebook's order.

    With `last`, return only the last definition of each name, which counts. The earlier ones are executed
    too, because other definitions may have used them.
    """
    by_name: dict[str, list[Definition]] = {}
    for definition in definitions:
        for name in definition.binds:
            by_name.setdefault(name, []).append(definition)
    reached: set[Definition] = set()
    seen: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        found = by_name.get(name, [])
        if not found and not hasattr(builtins, name):
            pending.append(STAR)
        for definition in found[-1:] if last and name != STAR else found:
            reached.add(definition)
            pending += definition.uses if definition.refusal is None else []
        # A class needs its methods.
        pending += [other for other in by_name if other.startswith(f"{name}.")]
    return [definition for definition in definitions if definition in reached]


def _require_defined(
    notebook: str, path: Path, names: Sequence[str], definitions: list[Definition], found: dict[str, Any]
) -> None:
    known = {name for definition in definitions for name in definition.binds if name.isidentifier()}
    missing = [name for name in names if name not in known and name not in found]
    if not missing:
        return
    near = [match for name in missing for match in difflib.get_close_matches(name, sorted(known), n=1)]
    msg = f"{notebook} does not define {listed(missing)}."
    raise _failure(
        msg,
        path,
        cause=f"did you mean {listed(near)}?"
        if near
        else "its cell is missing, or the notebook is not saved",
        next="check the spelling, and save that notebook",
    )


def _require_finished(notebook: str, path: Path, counted: list[Definition]) -> None:
    # A method that is written in a later cell is not a stub.
    last = {name: definition for definition in counted for name in definition.binds}
    stubs = [name for definition in counted for name in definition.stubs if last[name] is definition]
    if stubs:
        verdict = f"{listed(stubs)} in {notebook} {'is' if len(stubs) == 1 else 'are'} unfinished."
        next_ = (
            f"finish {'it' if len(stubs) == 1 else 'them'} there, save that notebook, and run this cell again"
        )
        raise _failure(verdict, path, state=State.NOT_STARTED, next=next_)


def _require_made(
    notebook: str,
    path: Path,
    names: Sequence[str],
    definitions: list[Definition],
    errors: dict[Definition, str],
) -> None:
    """Refuse names that could not be defined, or that need others that could not be."""
    failed: dict[Definition, str] = {}
    blocked = []
    for name in names:
        wrong = [part for part in _reached(definitions, [name], last=True) if part in errors]
        if wrong:
            blocked.append(name)
            failed |= {part: errors[part] for part in wrong}
    if not failed:
        return
    imports = all(isinstance(part.node, ast.Import | ast.ImportFrom) for part in failed)
    msg = f"{listed(blocked)} cannot be carried over from {notebook}."
    raise _failure(
        msg,
        path,
        got="\n".join(f"{part.place}: {part.what}: {why}" for part, why in list(failed.items())[:5]),
        cause="a file next to that notebook is not next to this one, or a package is not installed"
        if imports
        else "only imports, definitions and constants are carried over; no other code is run",
        next="put the file next to this notebook too, or install the package"
        if imports
        else "turn these lines into plain definitions (move calls into a function), and save that notebook",
    )


def _first_line(error: BaseException) -> str:
    """Return the type and the first line of an exception."""
    if isinstance(error, WouldRun):
        return str(error)
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def _code_cells(notebook: str, path: Path) -> list[tuple[str, bool]]:
    """Return the source of each code cell, and whether it is a task's solution cell."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        return [
            (
                "".join(cell["source"]),
                bool(cell.get("metadata", {}).get("nbgrader", {}).get("solution")),
            )
            for cell in cells
            if cell["cell_type"] == "code"
        ]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        msg = f"{notebook} cannot be read."
        raise _failure(
            msg,
            path,
            got=_first_line(error),
            cause="the file is damaged, or is not a Jupyter notebook",
            next="open it in JupyterLab and save it again",
        ) from None


def _own(notebook: str) -> Path:
    """Return the file of the student's own earlier notebook."""
    here = Path.cwd()
    path = here.parent / f"{notebook}.ipynb"
    if path.is_file() and _is_name(notebook):
        return path
    files = sorted(here.parent.glob("[!.]*/*.ipynb"))
    near = _near(notebook, [f"{file.parent.name}/{file.stem}" for file in files])
    msg = f"there is no notebook {notebook}."
    raise _failure(
        msg,
        path,
        expected="<assignment>/<notebook>, in a folder next to this notebook's folder",
        cause=near or f"the folders of the assignments are not side by side in {here.parent}",
        next="correct the name" if near else f"do {notebook} first, or put its folder there",
    )


def _reference(notebook: str) -> Path:
    """Return the file of the course's own solution."""
    path = _find_reference(notebook)
    if path is not None:
        return path
    msg = f"there is no reference for {notebook} here."
    raise _failure(
        msg,
        Path(SOURCE, f"{notebook}.ipynb"),
        expected="that file in this folder or one above it",
        cause="references are in the course's repository; they are not released with the assignments",
        next='use your own code: leave out source="reference"',
    )


def _find_reference(notebook: str) -> Path | None:
    here = Path.cwd()
    for folder in (here, *here.parents):
        path = folder / SOURCE / f"{notebook}.ipynb"
        if _is_name(notebook) and path.is_file():
            return path
    return None


def _is_name(notebook: str) -> bool:
    """Return whether a name has the form ``<assignment>/<notebook>``, and is not another path."""
    return len(parts := notebook.split("/")) == 2 and not {"", ".", ".."} & set(parts)


def _near(notebook: str, there: list[str]) -> str | None:
    # Compare the names of notebooks only, because those of one assignment share its name. Typos are more
    # similar than 0.6, the similarity of batch_norm and layer_norm.
    paths = {path.rpartition("/")[2]: path for path in reversed(there)}
    near = difflib.get_close_matches(notebook.rpartition("/")[2], paths, n=1, cutoff=0.75)
    return f"did you mean {paths[near[0]]}?" if near else None


def _failure(verdict: str, path: Path, **details: Any) -> CheckFailed:
    return CheckFailed("carry_over", verdict, check=str(path), **details)


def _stand_in(name: str, failure: CheckFailed) -> Callable[..., NoReturn]:
    """Return a function that raises `failure` when called, so that cells that do not call it still run."""

    def missing(*_: object, **__: object) -> NoReturn:
        raise failure

    missing.__name__ = missing.__qualname__ = name
    return missing
