"""The encoding of values that are sent from the student's process to the judge: plain JSON, never pickle.

The judge decodes the output of a process that may be hostile, so decoding returns only numbers, text,
containers, and arrays of numbers.
"""

from __future__ import annotations

import base64
import math
import re
from typing import Any

import numpy as np

#: The kinds of NumPy arrays that can be sent: bool, integers, floats, complex numbers, text.
_ARRAY_KINDS = "biufcU"

#: The size limit of an answer; the course's tasks have much smaller ones.
MAX_BYTES = 16 * 2**20

_MAX_DEPTH = 8

#: NumPy's notation for a dtype of numbers or text. NumPy would accept much more, some of it Python code.
_DTYPE = re.compile(rf"[<>|=]?[{_ARRAY_KINDS}]\d{{1,9}}", re.ASCII)


class Opaque:
    """A value that cannot be sent; it agrees with nothing.

    Parameters
    ----------
    description
        A description of the value for the feedback: "a generator", "an array of 90 MB".
    """

    def __init__(self, description: str) -> None:
        self.description = description

    def __repr__(self) -> str:
        return self.description


def encode(value: Any, _depth: int = 0) -> dict[str, Any]:
    """Return `value` as a JSON object that `decode` can read.

    Parameters
    ----------
    value
        None, a bool, a number, text, an array, or tuples, lists and dictionaries of these. Any other value,
        and any array above `MAX_BYTES`, becomes an `Opaque` with its description.

    Examples
    --------
    >>> encode((1, 2.5))
    {'tuple': [{'int': '1'}, {'float': '2.5'}]}
    """
    if _depth > _MAX_DEPTH:
        return {"opaque": "a value nested too deeply"}
    if value is None:
        return {"none": True}
    if isinstance(value, bool | np.bool_):
        return {"bool": bool(value)}
    if isinstance(value, int | np.integer):
        return {"int": str(int(value))}
    if isinstance(value, float | np.floating):
        return {"float": repr(float(value))}
    if isinstance(value, str):
        return {"str": value} if len(value) < MAX_BYTES else {"opaque": "a very long text"}
    if isinstance(value, np.ndarray):
        return _encode_array(value)
    if isinstance(value, list | tuple):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [encode(item, _depth + 1) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[encode(key, _depth + 1), encode(item, _depth + 1)] for key, item in value.items()]}
    return {"opaque": f"a {type(value).__name__}"}


def _encode_array(array: np.ndarray) -> dict[str, Any]:
    if array.dtype.kind not in _ARRAY_KINDS:
        return {"opaque": f"an array of dtype {array.dtype}"}
    if array.nbytes > MAX_BYTES:
        return {"opaque": f"an array of shape {array.shape}, {array.nbytes / 2**20:.0f} MB"}
    array = np.asarray(array, order="C")
    little_endian = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return {
        "array": base64.b64encode(little_endian.tobytes()).decode("ascii"),
        "dtype": little_endian.dtype.str,
        "shape": list(array.shape),
    }


def decode(payload: Any, _depth: int = 0) -> Any:
    """Return the value that `encode` wrote.

    Raises
    ------
    ValueError
        If `payload` was not written by `encode`.
    """
    if not isinstance(payload, dict) or not payload or _depth > _MAX_DEPTH + 1:
        msg = "not an encoded value"
        raise ValueError(msg)
    kind = next(iter(payload))
    content = payload[kind]
    try:
        match kind:
            case "none":
                return None
            case "bool":
                return bool(content)
            case "int":
                # Python itself refuses to parse absurdly long numbers (ValueError).
                return int(content)
            case "float":
                return float(content)
            case "str":
                return str(content)
            case "opaque":
                return Opaque(str(content)[:200])
            case "list":
                return [decode(item, _depth + 1) for item in content]
            case "tuple":
                return tuple(decode(item, _depth + 1) for item in content)
            case "dict":
                return {decode(key, _depth + 1): decode(item, _depth + 1) for key, item in content}
            case "array":
                return _decode_array(content, payload["dtype"], payload["shape"])
    except (KeyError, TypeError, OverflowError) as error:
        msg = "not an encoded value"
        raise ValueError(msg) from error
    msg = "not an encoded value"
    raise ValueError(msg)


def _decode_array(content: str, dtype: str, shape: list[int]) -> np.ndarray:
    if not _DTYPE.fullmatch(str(dtype)):
        msg = "not an array of numbers"
        raise ValueError(msg)
    numpy_dtype = np.dtype(str(dtype))
    size = math.prod(int(length) for length in shape)
    if size * numpy_dtype.itemsize > MAX_BYTES or any(int(length) < 0 for length in shape):
        msg = "an array too large"
        raise ValueError(msg)
    data = base64.b64decode(content, validate=True)
    return np.frombuffer(data, dtype=numpy_dtype).reshape([int(length) for length in shape])


def describe(value: Any) -> str:
    """Return a description of `value` in a few words.

    Examples
    --------
    >>> describe(np.zeros((2, 3)))
    'an array of shape (2, 3), float64'
    >>> describe(None)
    'None'
    """
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}, {value.dtype}"
    if isinstance(value, list | tuple | dict):
        return f"a {type(value).__name__} of {len(value)}"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
