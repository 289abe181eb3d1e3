"""Attacks through saved weights: files that run code when loaded, unpack to a huge size, or are forged."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np

from gradbook import save_model
from tests.hostile.attacks import FULL, Attack
from tests.support.courses import CENTRES

#: The name of the file that would be created if loading the weights ran code.
TRACE = "pickle-bomb-went-off"


class _Bomb:
    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (f"touch /tmp/{TRACE}",)


def _file(content: bytes) -> Attack:
    return _attack(lambda path: path.write_bytes(content))


def _attack(write: object, **earned: float) -> Attack:
    return Attack({**FULL, **earned}, beside=lambda folder: write(folder / "model.npz"))  # type: ignore[operator]


def _header(shape: str, dtype: str = "<f8") -> bytes:
    """Return the header of an array file with this shape."""
    text = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def _model(path: Path, **arrays: bytes) -> None:
    """Save a model with forged array files."""
    save_model(path, {"W": CENTRES}, "Blobs-3")
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in (members | arrays).items():
            file.writestr(name, content)


def _claim(shape: str, dtype: str = "<f8") -> Attack:
    return _attack(lambda path: _model(path, **{"params/W.npy": _header(shape, dtype) + bytes(64)}))


def _pickled(path: Path) -> None:
    np.savez(
        path,
        **{"params/W": np.array([_Bomb()], dtype=object), "kind": "gradbook model 1", "dataset": "Blobs-3"},
    )


def _grown(path: Path) -> None:
    content = io.BytesIO(_header("(40000000,)"))
    _model(path, **{"params/W.npy": content.getvalue() + bytes(320 * 2**20)})


def _many(path: Path) -> None:
    _model(path, **{f"params/{n}.npy": _header("(1,)") + bytes(8) for n in range(5000)})


def _endless_names(path: Path) -> None:
    _model(path, **{"/".join("a" * 3000) + ".npy": _header("(1,)") + bytes(8)})


ATTACKS = {
    "weights-right": _attack(lambda path: save_model(path, {"W": CENTRES}, "Blobs-3"), trained=4.0),
    "weights-pickle": _file(pickle.dumps(_Bomb())),
    "weights-objects": _attack(_pickled),
    "weights-too-many-numbers": _claim("(1000000000000,)"),
    "weights-negative": _claim("(-2, -3)"),
    "weights-overflow": _claim("(4294967296, 4294967296)"),
    "weights-no-shape": _claim("(2, 'x')"),
    "weights-fields": _claim("(2, 3)", "f8,O"),
    "weights-bomb": _attack(_grown),
    "weights-many": _attack(_many),
    # Files other than the parameters are ignored.
    "weights-deep": _attack(_endless_names, trained=4.0),
    "weights-no-zip": _file(b"\x93NUMPY\x01\x00"),
    "weights-none": _file(b""),
    "weights-not-finite": _attack(lambda path: save_model(path, {"W": np.full((2, 3), np.inf)}, "Blobs-3")),
    "weights-huge-names": _attack(
        lambda path: save_model(path, {"<script>alert(1)<script>" * 99: CENTRES}, "\x1b[2J<script>")
    ),
    "weights-of-many-classes": _attack(
        lambda path: save_model(path, {"W": np.ones((2, 200_000))}, "Blobs-3")
    ),
}
