"""The connection to a student's kernel: it takes only so much, and notices what Jupyter's own does not."""

from __future__ import annotations

import asyncio
import contextlib
import time
from queue import Empty
from typing import Any, cast

import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.client import KernelClient
from jupyter_client.manager import KernelManager
from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.validator import ValidationError
from traitlets import default

from autograder.grading.kernels.sandbox import GradingProvisioner

#: Seconds in which a kernel that dies is dead.
DYING = 0.5


class Channels(AsyncKernelClient):
    """The connection to a kernel, through which only so much can come at a time."""

    @default("context")
    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        # What is larger never reaches our memory: the connection is cut. Of the rest, few wait for us.
        context.maxmsgsize = cast(KernelManager, self.parent).provisioner.limits.output  # type: ignore[union-attr]
        context.rcvhwm = 20
        # Milliseconds until it is tried again to connect to a kernel that is not there yet.
        context.reconnect_ivl = 10
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers, and what it puts out arrives.

        Jupyter's own goes on to wait until nothing more arrives, for a fifth of a second.
        """
        until = time.monotonic() + (60 if timeout is None else timeout)
        while time.monotonic() < until:
            await ensure_async(self.kernel_info())
            with contextlib.suppress(Empty):
                await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.1)
                return
            if not await self.is_alive():
                break
        msg = "the kernel does not answer"
        raise RuntimeError(msg)


class GradingClient(NotebookClient):
    """nbclient, told which cell it was that ran out of time, and how much a cell may put out.

    Attributes
    ----------
    timed_out
        Whether the cell that ran last did not end in its time.
    output_left
        Bytes that the cell that runs may still put out.
    """

    timed_out = False
    output_left = 0
    _cut: asyncio.Future[None] | None = None

    @property
    def provisioner(self) -> GradingProvisioner:
        """What started the kernel, and can end it."""
        return cast(GradingProvisioner, cast(KernelManager, self.km).provisioner)

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Take a message in, unless the cell has put out more than it may: then the kernel ends."""
        # Counted as it comes, whether it is kept, replaced or cleared afterwards.
        self.output_left -= _weight(msg["content"]) + sum(map(len, msg["buffers"]))
        if self.output_left >= 0:
            # An output that is none of Jupyter's is one that a notebook cannot hold.
            with contextlib.suppress(ValidationError):
                return super().process_message(msg, cell, cell_index)
            return None
        cell.outputs = []
        self.provisioner.end(self.provisioner.limits.too_much_output)
        return None

    def watch_connection(self) -> None:
        """End the kernel when its outputs' connection is cut, which a message too large for us does."""
        self._cut = asyncio.ensure_future(
            self._end_when_cut(cast(KernelClient, self.kc).iopub_channel.socket)
        )

    async def _end_when_cut(self, socket: zmq.asyncio.Socket) -> None:
        with socket.get_monitor_socket(zmq.EVENT_DISCONNECTED) as monitor:
            await monitor.poll()
            provisioner = self.provisioner
            # It is also cut when a kernel dies, which we may hear of first.
            await asyncio.sleep(DYING)
            if await provisioner.poll() is None:
                provisioner.end(provisioner.limits.too_much_output)

    async def _async_cleanup_kernel(self) -> None:
        if self._cut is not None:
            self._cut.cancel()
        # Of a kernel that did not start, nbclient would clean up once more when the process ends.
        if self.km is not None:
            await super()._async_cleanup_kernel()

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> Any:
        self.timed_out = True
        return await super()._async_handle_timeout(timeout, cell)


def _weight(content: Any) -> int:
    """Return about how many bytes a message's content takes."""
    if isinstance(content, dict):
        return sum(len(name) + _weight(value) for name, value in content.items())
    if isinstance(content, list):
        return sum(map(_weight, content))
    return len(content) if isinstance(content, str) else 8
