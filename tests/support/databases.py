"""A private PostgreSQL server, started with the installed programs."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def postgres_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, or None if it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Postgres:
    """A server with one empty database.

    Attributes
    ----------
    url
        The address for ``db_url``.
    """

    def __init__(self) -> None:
        programs = postgres_programs()
        assert programs is not None
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._data = self._folder / "data"
        # The server refuses to run as root, and other users cannot access pytest's folders.
        self._user = (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if not os.getuid() else []
        )
        if self._user:
            shutil.chown(self._folder, "postgres", "postgres")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._call("initdb", "--auth=trust", "--username=grader", "--no-sync", "--pgdata", str(self._data))
        self._options = (
            f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        )
        self.start()
        self._call("createdb", *self._where, "gradebook")
        self.url = f"postgresql+psycopg://grader:secret@127.0.0.1:{self._port}/gradebook"

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        log = str(self._data / "log")
        self._call("pg_ctl", "start", "--wait", "-D", str(self._data), "-l", log, "-o", self._options)

    def stop(self) -> None:
        """Stop the server as for an update, which closes all connections."""
        self._call("pg_ctl", "stop", "--wait", "-m", "fast", "-D", str(self._data))

    def remove(self) -> None:
        """Delete all data of the server, which must have stopped."""
        shutil.rmtree(self._folder)

    def keep(self) -> None:
        """Save a copy of the database for `restore`."""
        self._call("createdb", *self._where, "--template=gradebook", "kept")

    def restore(self) -> None:
        """Restore the database to the saved copy."""
        self._call("dropdb", *self._where, "--force", "gradebook")
        self._call("createdb", *self._where, "--template=kept", "gradebook")

    @property
    def _where(self) -> tuple[str, ...]:
        return ("--host=127.0.0.1", f"--port={self._port}", "--username=grader")

    def _call(self, program: str, *arguments: str) -> None:
        command = [*self._user, str(self._programs / program), *arguments]
        # The output is not captured, because the server would keep the pipe open.
        subprocess.run(
            command,
            check=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
        )


@contextlib.contextmanager
def a_postgres() -> Iterator[Postgres]:
    """Yield a server, and stop it after the block."""
    server = Postgres()
    try:
        yield server
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):  # a test had stopped it
            server.stop()
        server.remove()


#: In CI, PostgreSQL must be installed, so that these tests are not skipped.
needs_postgres = pytest.mark.skipif(
    postgres_programs() is None and not os.environ.get("CI"),
    reason="PostgreSQL is not installed: apt install postgresql",
)
