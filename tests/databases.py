"""A real PostgreSQL server of one's own, from the installed programs."""

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
    """Return the folder of PostgreSQL's programs, None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Postgres:
    """A server, with one empty database.

    Attributes
    ----------
    url
        For ``db_url``.
    """

    def __init__(self) -> None:
        programs = postgres_programs()
        assert programs is not None
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._data = self._folder / "data"
        # The server refuses to run as root, and pytest's folders let nobody else in.
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
        """Start it, and wait until it answers."""
        log = str(self._data / "log")
        self._call("pg_ctl", "start", "--wait", "-D", str(self._data), "-l", log, "-o", self._options)

    def stop(self) -> None:
        """Stop it, as it is stopped for an update: connections are cut."""
        self._call("pg_ctl", "stop", "--wait", "-m", "fast", "-D", str(self._data))

    def remove(self) -> None:
        """Remove all that it kept; it must have stopped."""
        shutil.rmtree(self._folder)

    def keep(self) -> None:
        """Keep a copy of the database as it is, for `restore`."""
        self._call("createdb", *self._where, "--template=gradebook", "kept")

    def restore(self) -> None:
        """Have the database be as it was when it was kept."""
        self._call("dropdb", *self._where, "--force", "gradebook")
        self._call("createdb", *self._where, "--template=kept", "gradebook")

    @property
    def _where(self) -> tuple[str, ...]:
        return ("--host=127.0.0.1", f"--port={self._port}", "--username=grader")

    def _call(self, program: str, *arguments: str) -> None:
        command = [*self._user, str(self._programs / program), *arguments]
        # Not captured by a pipe: the server would keep it open.
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
    """Give a server; it ends with the block."""
    server = Postgres()
    try:
        yield server
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):  # a test had stopped it
            server.stop()
        server.remove()


#: In CI the server must be there: a test that is always left out shows nothing.
needs_postgres = pytest.mark.skipif(
    postgres_programs() is None and not os.environ.get("CI"),
    reason="there is no PostgreSQL here: apt install postgresql",
)
