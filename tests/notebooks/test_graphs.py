"""The engine of 09_graphs computes on the device only, without arrays in host memory."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

SOURCE = Path(__file__).parents[2] / "source_solutions" / "09_graphs" / "graphs.ipynb"


class OnGpu(np.lib.mixins.NDArrayOperatorsMixin):
    """An array like those of CuPy: NumPy functions accept it, but it does not mix with NumPy arrays."""

    def __init__(self, array: Any) -> None:
        self._array = np.asarray(array)

    shape = property(lambda self: self._array.shape)
    ndim = property(lambda self: self._array.ndim)
    T = property(lambda self: OnGpu(self._array.T))

    def sum(self, **options: Any) -> OnGpu:
        return OnGpu(self._array.sum(**options))

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        msg = "Implicit conversion to a NumPy array is not allowed."
        raise TypeError(msg)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> OnGpu:
        return OnGpu(getattr(ufunc, method)(*map(there, inputs), **options))

    def __array_function__(self, function: Any, _: Any, arguments: Any, options: Any) -> OnGpu:
        return OnGpu(function(*map(there, arguments), **options))


def there(value: Any) -> Any:
    """Return a value that the device can compute with: one of its own arrays, or a Python number."""
    if isinstance(value, np.ndarray):
        msg = "Unsupported type <class 'numpy.ndarray'>"
        raise TypeError(msg)
    return value._array if isinstance(value, OnGpu) else value


@pytest.fixture
def engine() -> dict[str, Any]:
    """Everything that the solved notebook defines."""
    names: dict[str, Any] = {}
    for cell in json.loads(SOURCE.read_text("utf-8"))["cells"]:
        is_test = cell["metadata"].get("nbgrader", {}).get("grade", False)
        if cell["cell_type"] == "code" and not is_test and "tags" not in cell["metadata"]:
            exec("".join(cell["source"]), names)
    return names


def trained(engine: dict[str, Any], device: Any) -> tuple[list[float], np.ndarray]:
    rng = np.random.default_rng(0)
    X, Y = engine["Placeholder"]("X"), engine["Placeholder"]("Y")
    sizes = {"W1": (5, 4), "b1": (4,), "W2": (4, 3), "b2": (3,)}
    weights = [engine["Variable"](rng.normal(size=size), name) for name, size in sizes.items()]
    loss = engine["Sum"](engine["Square"](engine["network"](X, *weights) - Y))
    steps = engine["training_step"](loss, weights, 0.01)
    session = engine["Session"](device)
    session.initialize_variables(weights)
    feed = {X: rng.normal(size=(6, 5)), Y: rng.normal(size=(6, 3))}
    losses = [float(session.run([loss, *steps], feed)[0]) for _ in range(5)]
    return losses, session.run(weights[0])


def test_training_on_a_gpu_gives_the_losses_of_the_simulated_device(engine, monkeypatch):
    runtime = SimpleNamespace(getDeviceCount=lambda: 1)
    cupy = SimpleNamespace(
        asarray=OnGpu, asnumpy=lambda array: array._array, cuda=SimpleNamespace(runtime=runtime)
    )
    on_the_host = trained(engine, engine["Device"]())
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    gpu = engine["find_device"]()
    on_the_gpu = trained(engine, gpu)
    assert str(gpu) == "GPU, through CuPy"
    assert on_the_gpu[0] == on_the_host[0]
    assert on_the_gpu[0][-1] < on_the_gpu[0][0]
    np.testing.assert_array_equal(on_the_gpu[1], on_the_host[1])


def test_the_stand_in_refuses_what_a_gpu_refuses():
    with pytest.raises(TypeError):
        OnGpu(np.ones(2)) + np.ones(2)
    with pytest.raises(TypeError):
        np.asarray(OnGpu(np.ones(2)))
