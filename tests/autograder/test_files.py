"""Files and folders are replaced completely or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.files import replace_folder
from gradbook.files import write_atomically


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


def test_a_file_is_replaced_completely_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deep" / "file"
    write_atomically(path, "first", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, "second")
    assert path.read_text() == "first"
    assert list(path.parent.iterdir()) == [path]
