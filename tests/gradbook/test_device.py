"""A device counts copied bytes; a GPU is used if CuPy finds one, otherwise the reason is given."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from gradbook.device import Device, find_device


class OnGpu:
    """An array in another memory: NumPy cannot read it by itself."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")


def cupy(devices: object) -> SimpleNamespace:
    """Return a fake CuPy for a machine with some number of GPUs, or with a driver that fails."""

    def count() -> int:
        if isinstance(devices, Exception):
            raise devices
        return int(str(devices))

    return SimpleNamespace(
        asarray=lambda array: OnGpu(array.copy()),
        asnumpy=lambda there: there.array,
        cuda=SimpleNamespace(runtime=SimpleNamespace(getDeviceCount=count)),
    )


def test_bytes_are_counted_in_both_directions():
    device = Device()
    there = device.to_device(np.ones((3, 4), dtype=np.float32))
    device.to_device(2.0)
    back = device.to_host(there)
    assert (device.bytes_to_device, device.bytes_to_host) == (48 + 8, 48)
    assert back.dtype == np.float32
    device.reset()
    assert (device.bytes_to_device, device.bytes_to_host) == (0, 0)


def test_a_copy_crosses():
    device, array = Device(), np.zeros(3)
    there = device.to_device(array)
    back = device.to_host(there)
    array[0], back[1] = 1, 2
    np.testing.assert_array_equal(there, np.zeros(3))


def test_a_single_number_crosses_as_an_array():
    assert Device().to_host(np.float64(3)).shape == ()


def test_the_gpu_is_used_where_cupy_finds_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "cupy", cupy(1))
    device = find_device()
    there = device.to_device(np.arange(5.0))
    assert isinstance(there, OnGpu)
    np.testing.assert_array_equal(device.to_host(there), np.arange(5.0))
    assert (device.bytes_to_device, device.bytes_to_host) == (40, 40)
    assert str(device) == "GPU, through CuPy"


@pytest.mark.parametrize(
    ("module", "why"),
    [
        (None, "CuPy is not installed"),
        (cupy(0), "CuPy finds no GPU"),
        (cupy(RuntimeError("cudaErrorNoDevice")), "CuPy finds no GPU: RuntimeError"),
    ],
)
def test_elsewhere_it_is_simulated_and_says_why(monkeypatch: pytest.MonkeyPatch, module, why):
    monkeypatch.setitem(sys.modules, "cupy", module)
    device = find_device()
    assert str(device).startswith(f"simulated device ({why})")
    assert isinstance(device.to_device([1.0, 2.0]), np.ndarray)
