"""A folder is replaced completely or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.files import replace_folder


def folder(path: Path, text: str) -> Path:
    path.mkdir()
    (path / "file").write_text(text)
    return path


def test_a_folder_replaces_another(tmp_path: Path) -> None:
    place = folder(tmp_path / "place", "old")
    replace_folder(folder(tmp_path / "new", "new"), place)
    assert (place / "file").read_text() == "new"
    assert list(tmp_path.iterdir()) == [place]


def test_the_old_folder_is_restored_if_the_new_one_cannot_be_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, new = folder(tmp_path / "place", "old"), folder(tmp_path / "new", "new")
    replace = os.replace

    def refuse(source: Path, target: Path) -> None:
        if Path(source) == new:
            raise PermissionError
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError):
        replace_folder(new, place)
    assert (place / "file").read_text() == "old"
