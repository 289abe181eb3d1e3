"""What a student wrote in an earlier notebook, for use in this one."""

from __future__ import annotations

import ast
import builtins
import difflib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn

from autograder.notebook.answers import is_grading
from autograder.notebook.earlier.definitions import STAR, Definition, new_module, read_definitions
from autograder.notebook.earlier.inert import WouldRun
from autograder.notebook.messages import CheckFailed, State, show

#: Where the course keeps its own solutions, for who has them.
_REFERENCES = "source_solutions"


def carry_over(notebook: str, *names: str, source: Literal["own", "reference"] = "own") -> tuple[Any, ...]:
    """Return functions and classes that you wrote in an earlier notebook.

    Of the earlier notebook, as it was last saved, nothing runs but the imports and definitions that the named
    things need: functions, classes, methods given by ``@add_to_class``, names of literals; and what it took
    over itself, from the notebooks beside it. The last definition of a name counts. They live in a namespace
    of their own, and see nothing of this notebook.

    Parameters
    ----------
    notebook
        The assignment and the notebook, as in ``"04_two_layer_net/two_layer_net"``. The assignments' folders
        lie side by side.
    *names
        The functions and classes.
    source
        "own" for what you wrote; "reference" for the course's own solution, where the course folder has it.

    Returns
    -------
    tuple
        One object a name, in their order. For a single one, write ``relu_forward, = carry_over(...)``.

    Raises
    ------
    CheckFailed
        With a message and no traceback: when the notebook is not there or cannot be read, when a name is not
        defined in it or is unfinished, when an import fails, or when making it would run other code.
        While grading, the message is shown, and what cannot be had is told by whatever calls it.
    """
    if source not in ("own", "reference"):
        msg = f'source is "own" or "reference", not {source!r}'
        raise ValueError(msg)
    try:
        path = _own(notebook) if source == "own" else _reference(notebook)
        found = load(notebook, path, names)
    except CheckFailed as failure:
        if source == "own" and _find_reference(notebook) is not None:
            failure.next = f'{failure.next}; or go on with source="reference"'
        if not is_grading():
            raise
        show(str(failure), failure._repr_html_())
        return tuple(_stand_in(name, failure) for name in names)
    return tuple(found[name] for name in names)


def load(
    notebook: str, path: Path, names: Sequence[str], opened: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return what a notebook's file defines by `names`.

    Parameters
    ----------
    notebook
        What it is called in messages.
    path
        The file.
    names
        The names.
    opened
        The notebooks that wait for this one.

    Raises
    ------
    CheckFailed
        When one of them cannot be had.
    """
    definitions = read_definitions(notebook, _code_cells(notebook, path))
    module = new_module(notebook.replace("/", "."))
    errors: dict[Definition, str] = {}
    told: dict[Definition, CheckFailed] = {}
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
            errors[definition], told[definition] = _told(failure), failure
        except (Exception, SystemExit) as error:
            errors[definition] = _told(error)
    counted = _reached(definitions, names, last=True)
    _require_defined(notebook, path, names, definitions, vars(module))
    for definition in counted:
        if definition in told:
            raise told[definition]
    _require_finished(notebook, path, counted)
    _require_made(notebook, path, names, definitions, errors)
    return {name: vars(module)[name] for name in names}


def _carried(path: Path, notebook: str, names: tuple[str, ...], opened: frozenset[str]) -> tuple[Any, ...]:
    """Return what a notebook's file takes over from one that lies beside it."""
    if notebook in opened:
        raise _failure(f"{notebook} takes over from itself.", path, next="leave that line out")
    file = path.parent.parent / f"{notebook}.ipynb"
    if not (_is_name(notebook) and file.is_file()):
        raise _failure(f"there is no notebook {notebook}.", file, next=f"do {notebook} first")
    found = load(notebook, file, names, opened)
    return tuple(found[name] for name in names)


def _reached(definitions: list[Definition], names: Iterable[str], last: bool = False) -> list[Definition]:
    """Return the definitions that `names` need, through what these use, in the notebook's order.

    With `last`, only the last one of each name: the one that counts. All of them are made, because what was
    defined in between may have used one that came before.
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
    raise _failure(
        f"{notebook} does not define {_listed(missing)}.",
        path,
        cause=f"did you mean {_listed(near)}?" if near else "its cell is gone, or the notebook is not saved",
        next="check the spelling, and save that notebook",
    )


def _require_finished(notebook: str, path: Path, counted: list[Definition]) -> None:
    # A method that a later cell writes is no stub, whatever the cell before it says.
    last = {name: definition for definition in counted for name in definition.binds}
    stubs = [name for definition in counted for name in definition.stubs if last[name] is definition]
    if stubs:
        verdict = f"{_listed(stubs)} in {notebook} {'is' if len(stubs) == 1 else 'are'} unfinished."
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
    """Refuse what could not be made, or needs something that could not."""
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
    raise _failure(
        f"{_listed(blocked)} cannot be carried over from {notebook}.",
        path,
        got="\n".join(f"{part.place}: {part.what}: {why}" for part, why in list(failed.items())[:5]),
        cause="a file beside that notebook is not beside this one, or a package is not installed"
        if imports
        else "only imports, definitions and names of literals are taken; nothing else there is run",
        next="put the file beside this notebook too, or install the package"
        if imports
        else "make these lines plain definitions (move calls into a function), and save that notebook",
    )


def _told(error: BaseException) -> str:
    """Return an exception in a line."""
    if isinstance(error, WouldRun):
        return str(error)
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def _code_cells(notebook: str, path: Path) -> list[tuple[str, bool]]:
    """Return the text of each code cell, and whether it is a task's solution cell."""
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
        raise _failure(
            f"{notebook} cannot be read.",
            path,
            got=_told(error),
            cause="the file is damaged, or is not a Jupyter notebook",
            next="open it in JupyterLab and save it again",
        ) from None


def _own(notebook: str) -> Path:
    """Return the file of an earlier notebook of the student's own."""
    here = Path.cwd()
    path = here.parent / f"{notebook}.ipynb"
    if path.is_file() and _is_name(notebook):
        return path
    files = sorted(here.parent.glob("[!.]*/*.ipynb"))
    near = _near(notebook, [f"{file.parent.name}/{file.stem}" for file in files])
    raise _failure(
        f"there is no notebook {notebook}.",
        path,
        expected="<assignment>/<notebook>, in a folder beside this notebook's own",
        cause=near or f"the assignments' folders do not lie side by side in {here.parent}",
        next="correct the name" if near else f"do {notebook} first, or put its folder there",
    )


def _reference(notebook: str) -> Path:
    """Return the file of the course's own solution."""
    path = _find_reference(notebook)
    if path is not None:
        return path
    raise _failure(
        f"there is no reference for {notebook} here.",
        Path(_REFERENCES, f"{notebook}.ipynb"),
        expected="that file in this folder or one above it",
        cause="references are in the course's repository; they are not handed out with the assignments",
        next='use your own: leave out source="reference"',
    )


def _find_reference(notebook: str) -> Path | None:
    here = Path.cwd()
    for folder in (here, *here.parents):
        path = folder / _REFERENCES / f"{notebook}.ipynb"
        if _is_name(notebook) and path.is_file():
            return path
    return None


def _is_name(notebook: str) -> bool:
    """Return whether it names an assignment and a notebook, and not some other place."""
    return len(parts := notebook.split("/")) == 2 and not {"", ".", ".."} & set(parts)


def _near(notebook: str, there: list[str]) -> str | None:
    # By the notebook's own name: two notebooks of one assignment are not alike because of its name. Slips are
    # closer than 0.6, which batch_norm and layer_norm reach.
    paths = {path.rpartition("/")[2]: path for path in reversed(there)}
    near = difflib.get_close_matches(notebook.rpartition("/")[2], paths, n=1, cutoff=0.75)
    return f"did you mean {paths[near[0]]}?" if near else None


def _failure(verdict: str, path: Path, **details: Any) -> CheckFailed:
    return CheckFailed("carry_over", verdict, check=str(path), **details)


def _stand_in(name: str, failure: CheckFailed) -> Callable[..., NoReturn]:
    """Return a function that says why it is not there, so that only who calls it goes without."""

    def missing(*_: object, **__: object) -> NoReturn:
        raise failure

    missing.__name__ = missing.__qualname__ = name
    return missing


def _listed(names: Sequence[str]) -> str:
    """Return names as a sentence has them: a, b and c."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
