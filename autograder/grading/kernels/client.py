"""The connection to a student's kernel, with limits on output that Jupyter's own client lacks."""

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

from autograder.grading.kernels.limits import INTERVAL
from autograder.grading.kernels.provisioner import GradingProvisioner

#: Seconds that a dying kernel may take until it counts as dead.
DEATH_DELAY_S = 0.5

#: Seconds that an interrupted cell may take to end before its kernel is killed.
GRACE_S = 3

#: A cell may be idle this many times its CPU seconds: while it sleeps, or waits for a disk.
IDLE_FACTOR = 2


class Channels(AsyncKernelClient):
    """The connection to a kernel, with a limit on the size and the number of messages."""

    @default("context")
    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        # A larger message never reaches our memory: ZeroMQ closes the connection. Few others are queued.
        context.maxmsgsize = cast(KernelManager, self.parent).provisioner.limits.output  # type: ignore[union-attr]
        context.rcvhwm = 20
        # Milliseconds between attempts to connect to a kernel that is starting.
        context.reconnect_ivl = 10
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers and its output arrives.

        Jupyter's own method also waits until no more output arrives for a fifth of a second.
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
    """nbclient's client, which also records timeouts and limits the output of each cell.

    Attributes
    ----------
    timed_out
        Whether the last cell exceeded its time limit.
    output_left
        Bytes that the running cell may still output.
    """

    timed_out = False
    output_left = 0
    _cut: asyncio.Future[None] | None = None

    async def run_within(self, seconds: float, cell: NotebookNode, index: int) -> None:
        """Run a cell; interrupt it when it has used its seconds, and set `timed_out`.

        CPU seconds of the kernel and its descendants count, not the time that other processes take. A cell
        that neither computes nor waits for the CPU is interrupted, too, after `IDLE_FACTOR` times as long.

        Raises
        ------
        DeadKernelError
            If the kernel died, or the cell did not end after its interrupt.
        """
        self.timed_out = False
        watching = asyncio.ensure_future(self._interrupt_after(seconds))
        try:
            await self.async_execute_cell(cell, index)
        finally:
            watching.cancel()

    async def _interrupt_after(self, seconds: float) -> None:
        began, before = time.monotonic(), self.provisioner.usage()
        while True:
            await asyncio.sleep(INTERVAL)
            usage = self.provisioner.usage()
            cpu = usage.cpu - before.cpu
            idle = time.monotonic() - began - cpu - (usage.waited - before.waited)
            if cpu > seconds or idle > IDLE_FACTOR * seconds:
                break
        self.timed_out = True
        await ensure_async(cast(KernelManager, self.km).interrupt_kernel())
        await asyncio.sleep(GRACE_S)
        self.provisioner.end("")

    @property
    def provisioner(self) -> GradingProvisioner:
        """The provisioner that started the kernel and can kill it."""
        return cast(GradingProvisioner, cast(KernelManager, self.km).provisioner)

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Process a message, or kill the kernel if the cell has exceeded its output limit."""
        # All output counts, even if it is replaced or cleared afterwards.
        self.output_left -= _byte_count(msg["content"]) + sum(map(len, msg["buffers"]))
        if self.output_left >= 0:
            # An output that is not valid in Jupyter's format cannot be stored in a notebook.
            with contextlib.suppress(ValidationError):
                return super().process_message(msg, cell, cell_index)
            return None
        cell.outputs = []
        self.provisioner.end(self.provisioner.limits.too_much_output)
        return None

    def watch_connection(self) -> None:
        """Kill the kernel when its output connection closes, as it does after a message that is too large."""
        self._cut = asyncio.ensure_future(
            self._end_when_cut(cast(KernelClient, self.kc).iopub_channel.socket)
        )

    async def _end_when_cut(self, socket: zmq.asyncio.Socket) -> None:
        with socket.get_monitor_socket(zmq.EVENT_DISCONNECTED) as monitor:
            await monitor.poll()
            provisioner = self.provisioner
            # It also closes when the kernel dies, so wait until a dying kernel is dead.
            await asyncio.sleep(DEATH_DELAY_S)
            if await provisioner.poll() is None:
                provisioner.end(provisioner.limits.too_much_output)

    async def _async_cleanup_kernel(self) -> None:
        if self._cut is not None:
            self._cut.cancel()
        # nbclient would clean up a kernel that did not start a second time when the process ends.
        if self.km is not None:
            await super()._async_cleanup_kernel()


def _byte_count(content: Any) -> int:
    """Return the approximate number of bytes in a message's content."""
    if isinstance(content, dict):
        return sum(len(name) + _byte_count(value) for name, value in content.items())
    if isinstance(content, list):
        return sum(map(_byte_count, content))
    return len(content) if isinstance(content, str) else 8
