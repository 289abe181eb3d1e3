"""Attacks through submitted files: invalid notebooks, and files that Python or Jupyter would load."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tests.hostile.attacks import FULL, OWN_LOST, WRONG, Attack

_EVIL = """
import builtins
builtins.answer = builtins.check_equal = lambda *a, **k: None
raise RuntimeError("loaded instead of the real module")
"""


def _modules(folder: Path) -> None:
    """Add modules with the names of others, and files that Python and Jupyter load automatically."""
    for name in (
        "numpy",
        "autograder",
        "gradbook",
        "json",
        "random",
        "ipykernel",
        "IPython",
        "sitecustomize",
        "zmq",
        "tqdm",
    ):
        (folder / f"{name}.py").write_text(_EVIL)
    for package in ("autograder", "gradbook"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text(_EVIL)
    for name in (
        "jupyter_config.py",
        "ipython_config.py",
        "nbgrader_config.py",
        "usercustomize.py",
        "evil.pth",
    ):
        (folder / name).write_text(_EVIL)
    startup = folder / ".ipython/profile_default/startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("answer = None\nquit()")
    (folder / ".ipython/profile_default/ipython_kernel_config.py").write_text(_EVIL)


def _sparse(folder: Path) -> None:
    with (folder / "large.bin").open("wb") as file:
        file.truncate(400 * 2**20)


def _links(folder: Path) -> None:
    (folder / "model.npz").symlink_to(folder.parents[2] / "source_solutions/01_tiny/reference/model.npz")
    (folder / "all").symlink_to(folder.parents[2])
    (folder / "self").symlink_to(folder / "self")
    os.mkfifo(folder / "pipe")


def _instead(folder: Path, target: str) -> None:
    (folder / "tiny.ipynb").unlink()
    (folder / "tiny.ipynb").symlink_to(target)


def _as_folder(folder: Path) -> None:
    (folder / "tiny.ipynb").unlink()
    (folder / "tiny.ipynb").mkdir()


def _huge(folder: Path) -> None:
    with (folder / "tiny.ipynb").open("wb") as file:
        file.truncate(200 * 2**20)


def _huge_outputs(notebook: NotebookNode) -> str:
    """Return a notebook with forty megabytes of outputs."""
    raw = json.loads(json.dumps(notebook))
    raw["cells"][1]["outputs"] = [
        {"output_type": "display_data", "data": {"text/plain": "x" * 40 * 2**20}, "metadata": {}}
    ]
    return json.dumps(raw)


ATTACKS = {
    "modules": Attack(OWN_LOST, {"predict": WRONG}, beside=_modules),
    "large-file": Attack(FULL, beside=_sparse, note="Too large to be used for grading: large.bin"),
    "links": Attack(FULL, beside=_links),
    "notebook-is-a-link": Attack({}, beside=lambda f: _instead(f, "../../honest/01_tiny/tiny.ipynb")),
    "notebook-is-a-device": Attack({}, beside=lambda f: _instead(f, "/dev/zero")),
    "notebook-is-a-folder": Attack({}, beside=_as_folder, note="was not submitted"),
    "missing": Attack({}, beside=lambda f: (f / "tiny.ipynb").unlink(), note="was not submitted"),
    "huge": Attack({}, beside=_huge, note="the limit is 100 MB"),
    "huge-outputs": Attack(FULL, change=_huge_outputs),
    "broken": Attack({}, change=lambda _: '{"cells": [', note="not JSON"),
    "not-utf8": Attack({}, change=lambda _: b'{"cells": ["\xff\xfe"]}', note="not UTF-8"),
    "utf16": Attack({}, change=lambda nb: nbformat.writes(nb).encode("utf-16"), note="not UTF-8"),
    "nested": Attack({}, change=lambda _: "[" * 10**6, note="could not be read"),
    "no-object": Attack({}, change=lambda _: "[1, 2]", note="contains no cells"),
    "cells-no-list": Attack({}, change=lambda _: '{"cells": {"a": 1}}', note="contains no cells"),
    "empty": Attack({}, change=lambda _: "", note="not JSON"),
    "nul": Attack({}, change=lambda _: b"\0" * 10**6, note="not JSON"),
    "number": Attack({}, change=lambda _: '{"cells": ' + "9" * 10**6 + "}", note="could not be read"),
    # Unusual student ids.
    "李雷": Attack(FULL),
    "🙂🙃": Attack(FULL),
    "نور": Attack(FULL),
    "..dots": Attack(FULL),
    "-rf": Attack(FULL),
    "$(touch written)": Attack(FULL),
    "x'; drop table student; --": Attack(FULL),
    "{{7*7}}{% raw %}": Attack(FULL),
    "long" * 50: Attack(FULL),
}
