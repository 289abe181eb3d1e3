"""A device with its own memory, and a count of all bytes copied to it and back.

With CuPy and a GPU, arrays are really copied to the GPU. Otherwise, a simulated device computes on the CPU
and counts the same bytes.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np


class Device:
    """A simulated device: arrays sent to it are copied, as over a bus, and their bytes are counted.

    Attributes
    ----------
    name : str
        A description of the device.
    bytes_to_device, bytes_to_host : int
        The bytes copied so far in each direction.

    Examples
    --------
    >>> device = Device()
    >>> there = device.to_device(np.ones((2, 3)))
    >>> device.bytes_to_device, device.bytes_to_host
    (48, 0)
    """

    def __init__(self, name: str = "simulated device (arrays stay on the CPU, bytes are counted)") -> None:
        self.name = name
        self.bytes_to_device = self.bytes_to_host = 0

    def to_device(self, values: Any) -> Any:
        """Copy numbers from the host's memory to the device's.

        Parameters
        ----------
        values : array_like
            Numbers in the host's memory.

        Returns
        -------
        array
            A copy in the device's memory, of the same shape and dtype.
        """
        array = np.asarray(values)
        self.bytes_to_device += array.nbytes
        return self._receive(array)

    def to_host(self, array: Any) -> np.ndarray:
        """Copy an array from the device's memory back to the host's.

        Parameters
        ----------
        array
            An array that `to_device` returned, or a result computed from such arrays.

        Returns
        -------
        ndarray
            A copy in the host's memory, of the same shape and dtype.
        """
        copied = self._send(array)
        self.bytes_to_host += copied.nbytes
        return copied

    def reset(self) -> None:
        """Set both byte counts to 0."""
        self.bytes_to_device = self.bytes_to_host = 0

    def _receive(self, array: np.ndarray) -> Any:
        return array.copy()

    def _send(self, array: Any) -> np.ndarray:
        return np.array(array)

    def __repr__(self) -> str:
        return self.name


class _Gpu(Device):
    """A GPU, used through CuPy."""

    def __init__(self, cupy: Any) -> None:
        super().__init__("GPU, through CuPy")
        self._cupy = cupy

    def _receive(self, array: np.ndarray) -> Any:
        return self._cupy.asarray(array)

    def _send(self, array: Any) -> np.ndarray:
        return np.array(self._cupy.asnumpy(array))


def find_device() -> Device:
    """Return the GPU if CuPy is installed and finds one, otherwise a simulated device that says why.

    ``print`` the device to see which of the two it is.
    """
    why = "CuPy finds no GPU"
    try:
        cupy = importlib.import_module("cupy")
        if cupy.cuda.runtime.getDeviceCount() > 0:
            return _Gpu(cupy)
    except ImportError:
        why = "CuPy is not installed"
    except Exception as error:  # noqa: BLE001  (a missing or outdated driver raises exceptions of many types)
        why = f"CuPy finds no GPU: {type(error).__name__}"
    return Device(f"simulated device ({why}): arrays stay on the CPU, bytes are counted")
