"""The restricted unpickler: it returns arrays, and runs no other code."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradbook.data.batches import read_batch
from gradbook.errors import GradbookError


def test_reads_a_genuine_batch(tiny, tmp_path):
    (tmp_path / "batch").write_bytes(tiny.files["data_batch_1"])
    assert b"cnumpy.core.multiarray\n_reconstruct\n" in tiny.files["data_batch_1"]
    X, y = read_batch(tmp_path / "batch")
    np.testing.assert_array_equal(X, tiny.X[:20])
    np.testing.assert_array_equal(y, tiny.y[:20])
    assert X.dtype == y.dtype == np.uint8


EVIL = {
    "os.system": b"cos\nsystem\n(S'true'\ntR.",
    "builtins.eval": b"cbuiltins\neval\n(S'1'\ntR.",
    "builtins.getattr": b"\x80\x04\x8c\x08builtins\x8c\x07getattr\x93.",
    # An allowed name reached through a dotted path is another name.
    "numpy.ndarray.tofile": b"\x80\x04\x8c\x05numpy\x8c\x0endarray.tofile\x93.",
    "numpy.load": b"cnumpy\nload\n(S'x'\ntR.",
    "subprocess.Popen": b"(isubprocess\nPopen\n.",
    "numpy.core.multiarray.scalar": b"cnumpy.core.multiarray\nscalar\n.",
}


@pytest.mark.parametrize("name", EVIL)
def test_refuses_by_name(tmp_path, name):
    (tmp_path / "batch").write_bytes(EVIL[name])
    with pytest.raises(GradbookError) as caught:
        read_batch(tmp_path / "batch")
    assert f"would run {name}." in str(caught.value)
    assert "None of its code was run." in str(caught.value)


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"", "EOFError"),
        (b"not a pickle", "something else"),
        (pickle.dumps([1, 2]), "TypeError"),
        (pickle.dumps({}), "KeyError"),
        (pickle.dumps({b"data": [[0] * 3072], b"labels": [0]}), "AttributeError"),
    ],
)
def test_says_what_is_wrong(tmp_path, content, got):
    (tmp_path / "batch").write_bytes(content)
    with pytest.raises(GradbookError, match=r"A batch of CIFAR-10 cannot be read") as caught:
        read_batch(tmp_path / "batch")
    assert got in caught.value.details["got"]


@pytest.mark.parametrize(
    ("part", "value", "got"),
    [
        (b"labels", [0], "labels of int64 (1,) for 20 images"),
        (b"labels", [0.5] * 20, "labels of float64 (20,)"),
        (b"labels", [10] * 20, "labels 10 to 10"),
        (b"data", np.zeros((20, 3071), np.uint8), "data of shape (20, 3071)"),
        (b"data", np.zeros((20, 3072)), "an array of"),
        (b"data", np.zeros((3072, 20), np.uint8).T, "an array of"),
        (b"data", np.zeros(3072, np.uint8), "data of shape (3072,)"),
    ],
)
def test_images_and_labels_must_fit(tiny, python2_pickle, tmp_path, part, value, got):
    good = pickle.loads(tiny.files["data_batch_1"], encoding="bytes")
    (tmp_path / "batch").write_bytes(python2_pickle(good | {part: value}))
    with pytest.raises(GradbookError) as caught:
        read_batch(tmp_path / "batch")
    assert got in caught.value.details["got"]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_anywhere_is_reported_or_harmless(tiny, tmp_path, data):
    """Does a pickle with a flipped byte always give images or our error?"""
    content = bytearray(tiny.files["data_batch_1"])
    # The pickle's instructions are at its ends; the pixels are in the middle.
    place = data.draw(st.integers(0, 400) | st.integers(len(content) - 400, len(content) - 1))
    content[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "batch"
    path.write_bytes(content)
    try:
        X, y = read_batch(path)
    except GradbookError:
        return
    assert X.shape == (len(y), 32, 32, 3)
