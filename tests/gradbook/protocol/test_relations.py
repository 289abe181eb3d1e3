"""Relations: which answers agree with the key."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradbook.protocol.encoding import Opaque
from gradbook.protocol.relations import Relation, close, equal, same_set

finite = hnp.arrays(
    np.float64, hnp.array_shapes(max_dims=3), elements=st.floats(-1e6, 1e6, width=32, allow_subnormal=False)
)


@given(finite)
def test_a_value_is_close_to_itself_in_every_number_type(x: np.ndarray) -> None:
    assert close().difference(x, x.copy()) is None
    assert close(rtol=1e-3).difference(x, x.astype(np.float32)) is None
    assert close().difference(x.tolist(), x) is None


@given(finite, st.floats(1.001, 100))
def test_a_factor_is_never_close(x: np.ndarray, factor: float) -> None:
    if np.abs(x).max() > 0:
        assert close().difference(x, x * factor) is not None


@pytest.mark.parametrize(
    ("key", "got"),
    [
        (np.ones(3), np.ones((3, 1))),
        (np.ones(3), None),
        (np.ones(3), Opaque("a generator")),
        (np.ones(3), "text"),
        (np.ones(3), [1.0, 1.0, 1.0]),
        (np.ones(3), [1, [2], 3]),
        (np.ones(3), np.array([1, np.nan, 1])),
        (np.array([1, np.inf]), np.array([1, 1e308])),
        (np.array([1.0, 2.0]), {"a": 1}),
        ((np.ones(2), np.ones(3)), np.ones(2)),
        ((np.ones(2), np.ones(3)), (np.ones(2), np.zeros(3))),
        ({"dx": np.ones(2)}, {"dw": np.ones(2)}),
        (None, 0),
    ],
)
def test_what_is_not_close(key: object, got: object) -> None:
    difference = close().difference(key, got)
    assert difference is not None
    assert difference.summary


def test_nan_and_infinity_agree_with_themselves_alone() -> None:
    key = np.array([np.nan, np.inf, -np.inf, 1])
    assert close().difference(key, key.copy()) is None
    assert close().difference(key, np.array([np.nan, -np.inf, -np.inf, 1])) is not None


def test_noise_where_large_terms_cancel_is_close() -> None:
    key = np.array([1e8, 0.0])
    assert close().difference(key, key + np.array([0.1, 1.0])) is None


def test_the_worst_element_is_named_and_no_expected_value() -> None:
    key = np.array([[1.0, 2.0], [3.0, 4.0]])
    difference = close().difference(key, np.array([[1, 2], [3, 7.25]]))
    assert difference is not None
    assert difference.worst == (1, 1)
    assert "1 of 4 values differ" in difference.summary
    assert "4.0" not in difference.summary


def test_equal_labels_of_another_integer_type_are_equal() -> None:
    assert equal().difference(np.array([1, 2]), np.array([1, 2], dtype=np.uint8)) is None
    assert equal().difference(np.array([1, 2]), np.array([1, 3])) is not None
    assert equal().difference(np.array(["a"]), np.array([1])) is not None


def test_a_set_has_no_order() -> None:
    assert same_set().difference([3, 1, 2], np.array([1, 2, 3, 3])) is None
    assert same_set().difference([3, 1, 2], [1, 2]) is not None


def test_an_unknown_relation_is_our_own_error() -> None:
    with pytest.raises(KeyError):
        Relation("magic").difference(1, 1)
