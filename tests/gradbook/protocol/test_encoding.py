"""Values are sent as plain JSON, and decoding hostile input returns only numbers and text."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradbook.protocol.encoding import MAX_BYTES, Opaque, decode, describe, encode

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
arrays = hnp.arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.uint8, np.bool_, np.complex128, np.dtype(">f8")]),
    hnp.array_shapes(min_dims=0, max_dims=3),
)


def through_json(value: object) -> object:
    return decode(json.loads(json.dumps(encode(value))))


@given(plain)
def test_plain_values_arrive(value: object) -> None:
    if encode(value).keys() != {"opaque"}:
        assert through_json(value) == value


@given(arrays)
def test_arrays_arrive_bit_for_bit(array: np.ndarray) -> None:
    got = through_json(array)
    assert isinstance(got, np.ndarray)
    assert got.shape == array.shape
    np.testing.assert_array_equal(got, array)


@pytest.mark.parametrize(
    "value",
    [
        (x for x in ()),
        np.array([object()], dtype=object),
        np.zeros(MAX_BYTES // 8 + 1),
        {1, 2},
        "x" * MAX_BYTES,
        lambda: 0,
    ],
)
def test_a_value_that_cannot_be_sent_arrives_as_its_description(value: object) -> None:
    assert isinstance(through_json(value), Opaque)


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        {},
        {"evil": 1},
        {"int": "1" * 10_000},
        {"int": None},
        {"array": "AAAA", "dtype": "O", "shape": [1]},
        {"array": "AAAA", "dtype": "<f8", "shape": [10**12]},
        {"array": "AAAA", "dtype": "<f8", "shape": [-1]},
        {"array": "not base64!", "dtype": "<f8", "shape": [1]},
        {"array": "AAAA", "dtype": "<f8", "shape": [1]},
        {"array": "AAAA", "dtype": "nonsense", "shape": [1]},
        {"array": "AAAA"},
        {"dict": [[{"list": []}, {"none": True}]]},
        {
            "list": [
                {
                    "list": [
                        {"list": [{"list": [{"list": [{"list": [{"list": [{"list": [{"list": [{}]}]}]}]}]}]}]}
                    ]
                }
            ]
        },
    ],
)
def test_forged_payloads_are_refused(payload: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        decode(payload)


def test_descriptions_are_short() -> None:
    assert describe(np.zeros((2, 3), dtype=np.float32)) == "an array of shape (2, 3), float32"
    assert len(describe("x" * 1000)) <= 80
