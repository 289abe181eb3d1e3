"""Jupyter servers for tests, started as instructors and students start them."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def served(command: Sequence[str], folder: Path, home: Path) -> Iterator[str]:
    """Start a server in a folder, yield its address, and stop it after the block.

    The server requires no login.

    Parameters
    ----------
    command
        The command, without options for the address.
    folder
        The working folder of the command.
    home
        An empty folder, used as the home folder.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = {"ServerApp.ip": "127.0.0.1", "ServerApp.port": port, "IdentityProvider.token": ""}
    server = subprocess.Popen(
        [*command, "--no-browser", "--allow-root", *(f"--{name}={value}" for name, value in options.items())],
        cwd=folder,
        env={**os.environ, "HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api", server)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the server did not start")
