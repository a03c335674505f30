"""What the embedded servers have in common: a folder, a port, a process, a sign of life."""

from __future__ import annotations

import subprocess
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from runtime.embedded import children
from runtime.embedded.children import Command
from runtime.embedded.errors import EmbeddedError
from runtime.embedded.grounds import Ground
from runtime.embedded.ports import free_port
from runtime.embedded.programs import Programs

_POLL_SECONDS = 0.05
_STOP_SECONDS = 20.0  # Elasticsearch flushes its shards, PostgreSQL writes a checkpoint
_ATTEMPTS = 5  # each finds another port; five in a row are no coincidence
_TAKEN = (b"Address already in use", b"BindHttpException", b"BindTransportException")
_LOG_TAIL = 2_000  # characters of a log that an error shows


@dataclass(frozen=True, slots=True)
class Options:
    """How the servers run."""

    ephemeral: bool = False  # forgets everything when it stops, and so need not write safely
    heap: str = "512m"  # of Elasticsearch


class Server(ABC):
    """One server of one folder. `start`, then `wait` until it answers; `stop` ends it in good order."""

    name: ClassVar[str]

    def __init__(self, ground: Ground, programs: Programs, options: Options, *, keep: tuple[int, ...] = ()) -> None:
        self.ground = ground
        self.programs = programs
        self.options = options
        self.log = ground.folder / f"{self.name}.log"
        self.port = 0
        self._keep = keep
        self._process: subprocess.Popen[bytes] | None = None
        self._port_file = ground.folder / f"{self.name}.port"

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients find it."""

    @abstractmethod
    def _prepare(self) -> Command:
        """Lay the folder for the port `self.port`; the command that starts the server there."""

    @abstractmethod
    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether it is this very process that answers on the port."""

    def _settle(self) -> None:  # noqa: B027  # most have nothing to do
        """What is to be done once it answers for the first time."""

    def start(self) -> None:
        """Start it on the port it had before if that is free, else on another."""
        self._launch(self._former_port())

    def wait(self, deadline: float) -> None:
        """Return when it answers; raises EmbeddedError when it ends before, or not by `deadline` (monotonic)."""
        attempts = 1
        while True:
            if (code := self._running().poll()) is not None:
                if attempts == _ATTEMPTS or not self._port_was_taken():
                    raise self._failure(f"{self.name} ended with code {code} while starting")
                attempts += 1
                self._launch(None)
            if self._answers(self._running()):
                break
            if time.monotonic() > deadline:
                raise self._failure(f"{self.name} did not answer in time")
            time.sleep(_POLL_SECONDS)
        self._port_file.write_text(str(self.port))
        self._settle()

    def ask_to_stop(self) -> None:
        """Send the signal that makes it stop in good order."""
        if self._process is not None:
            self._process.send_signal(self._stop_signal)

    def stop(self) -> None:
        """Return when it has ended."""
        if self._process is not None:
            self.ask_to_stop()
            children.end(self._process, seconds=_STOP_SECONDS)

    def kill(self) -> None:
        """End it at once, as a crash would; `start` brings it back on what it had written."""
        process = self._running()
        process.kill()
        process.wait()

    @property
    def ended(self) -> bool:
        """Whether its process is gone."""
        return self._process is None or self._process.poll() is not None

    def _launch(self, preferred: int | None) -> None:
        self.port = free_port(preferred)
        command = self._prepare()
        self._stop_signal = command.stop
        self._process = children.start(command, log=self.log, account=self.ground.account, keep=self._keep)

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "start comes first"
        return self._process

    def _former_port(self) -> int | None:
        try:
            return int(self._port_file.read_text())
        except (FileNotFoundError, ValueError):
            return None

    def _port_was_taken(self) -> bool:
        written = self.log.read_bytes()
        return any(sign in written for sign in _TAKEN)

    def _failure(self, what: str) -> EmbeddedError:
        tail = self.log.read_text(errors="replace")[-_LOG_TAIL:].strip()
        return EmbeddedError(f"{what}; its log {self.log} ends with:\n{tail}")

    def _room(self, name: str) -> Path:
        return self.ground.room(f"{self.name}/{name}" if name else self.name)
