"""Deprecated names of version 0.1: for one version they still work, with a warning.

They are used by notebooks of a running term, and by the configuration and the ``mistakes/`` of courses that
version 0.1 created.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import warnings
from collections.abc import Sequence
from types import ModuleType
from typing import Any

#: Modules that moved: the old name and the new one.
MODULES = {
    "autograder.notebook": "gradbook",
    "autograder.notebook.device": "gradbook.device",
    "autograder.notebook.plots": "gradbook.plots",
    "autograder.notebook.sketches": "gradbook.figures",
    "autograder.notebook.training": "gradbook.training",
    "autograder.notebook.training.models": "gradbook.training.models",
    "autograder.notebook.training.solver": "gradbook.training.solver",
    "autograder.data": "gradbook.data",
    "autograder.data.images": "gradbook.data.images",
    "autograder.results": "autograder.reports",
    "autograder.results.exports": "autograder.reports.exports",
}

#: Names that moved to another module: the old module and name, and the new ones.
NAMES = {
    ("autograder.course", "configure"): ("autograder.configuration", "configure"),
    ("autograder.errors", "AutograderError"): ("gradbook.errors", "GradbookError"),
    ("autograder.notebook", "hidden_rng"): ("gradbook.protocol.answers", "hidden_rng"),
    ("autograder.notebook", "sketches"): ("gradbook", "figures"),
}


def find_moved(module: str, name: str) -> Any:
    """Return the object with the old `name` in `module`, and warn.

    Raises
    ------
    AttributeError
        If there never was such a name.
    """
    if (module, name) not in NAMES:
        msg = f"module {module!r} has no attribute {name!r}"
        raise AttributeError(msg)
    new_module, new_name = NAMES[module, name]
    _warn(f"{module}.{name}", f"{new_module}.{new_name}", stacklevel=4)
    return getattr(importlib.import_module(new_module), new_name)


def _warn(old: str, new: str, stacklevel: int = 3) -> None:
    message = f"{old} is now {new}. The old name will be removed in version 0.3."
    # The warning is shown at the import statement, because warnings skip the frames of the import system.
    warnings.warn(message, FutureWarning, stacklevel=stacklevel)


class _Alias(ModuleType):
    """A module with the old name, and the attributes of the module with the new name."""

    def __init__(self, old: str, new: str) -> None:
        super().__init__(old)
        self._target = importlib.import_module(new)
        # A package, so that modules in it can be imported.
        self.__path__: list[str] = []
        self.__all__ = list(getattr(self._target, "__all__", [n for n in vars(self._target) if n[0] != "_"]))
        self.__all__ += [name for module, name in NAMES if module == old]

    def __getattr__(self, name: str) -> Any:
        if name[:2] != "__" and hasattr(self._target, name):
            return getattr(self._target, name)
        return find_moved(self.__name__, name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finder and loader for the old names in `MODULES`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in MODULES:
            return None
        _warn(fullname, MODULES[fullname])
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _Alias(spec.name, MODULES[spec.name])

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing, because the module with the new name has already been executed."""


def install() -> None:
    """Make the old module names importable."""
    # First: where version 0.1 was updated in place, empty folders of its packages look like packages.
    sys.meta_path.insert(0, _Finder())
