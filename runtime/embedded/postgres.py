"""PostgreSQL."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from runtime.embedded import children
from runtime.embedded.children import Command
from runtime.embedded.ports import LOOPBACK
from runtime.embedded.server import Server

_USER = "app"
_DATABASE = "segments"
_ENVIRONMENT = {"LC_ALL": "C.UTF-8"}
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # paths of sockets are short by law, checkouts are not
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "200",
    "shared_buffers": "256MB",  # the default of 128 MB is meant for machines of another age
    "max_wal_size": "4GB",  # fewer checkpoints while millions of rows are loaded
}
_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}  # lost with the machine's power only


class Postgres(Server):
    """A PostgreSQL with one empty database."""

    name = "postgres"

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{_USER}@{LOOPBACK}:{self.port}/{_DATABASE}"

    @property
    def _folder(self) -> Path:
        return self.ground.folder / self.name / "cluster"

    def _prepare(self) -> Command:
        room = self._room("")
        if not self._folder.is_dir():
            self._initialise(room)
        settings = {**_SETTINGS, "port": str(self.port), **(_UNSAFE if self.options.ephemeral else {})}
        arguments = [text for name, value in settings.items() for text in ("-c", f"{name}={value}")]
        program = self.programs["postgres"] / "postgres"
        return Command([program, "-D", self._folder, *arguments], room, _ENVIRONMENT, stop=signal.SIGINT)

    def _initialise(self, room: Path) -> None:
        """Make the cluster, then rename: one that exists is whole."""
        shutil.rmtree(room / "unfinished", ignore_errors=True)
        unfinished = self._room("unfinished")
        options = ["-U", _USER, "-A", "trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        program = self.programs["postgres"] / "initdb"
        command = Command([program, "-D", unfinished / "cluster", *options], room, _ENVIRONMENT)
        process = children.start(command, log=self.log, account=self.ground.account, keep=self._keep)
        if code := process.wait():
            raise self._failure(f"initdb ended with code {code}")
        (unfinished / "cluster").rename(self._folder)

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        """As PostgreSQL itself writes down who it is, where, and whether it takes connections."""
        try:
            lines = (self._folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return [*lines, *[""] * 8][0:8:7] == [str(process.pid), "ready   "]

    def _settle(self) -> None:
        with psycopg.connect(host=LOOPBACK, port=self.port, user=_USER, dbname="postgres", autocommit=True) as database:
            found = database.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE]).fetchone()
            if found is None:
                database.execute(f"CREATE DATABASE {_DATABASE}".encode())
