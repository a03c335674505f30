"""The state folder: what runs, and the locks that say so."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from runtime.embedded.locks import is_locked


@dataclass(frozen=True, slots=True)
class Running:
    """A set of servers that answers."""

    supervisor: int  # process id
    urls: dict[str, str]  # by server


@dataclass(frozen=True, slots=True)
class State:
    """Files of one set of servers."""

    folder: Path

    @property
    def start_lock(self) -> Path:
        """Held by who starts or stops the set: others wait and then see what he did."""
        return self.folder / "start.lock"

    @property
    def supervisor_lock(self) -> Path:
        """Held by the supervisor alone: while it is, the servers are looked after."""
        return self.folder / "supervisor.lock"

    @property
    def alive_lock(self) -> Path:
        """Held by the supervisor and every server: free means that none of them is left."""
        return self.folder / "alive.lock"

    @property
    def log(self) -> Path:
        """The supervisor's words."""
        return self.folder / "supervisor.log"

    @property
    def _running(self) -> Path:
        return self.folder / "running.json"

    def running(self) -> Running | None:
        """What runs now. A file left by one that was killed says nothing: the lock does."""
        if not is_locked(self.supervisor_lock):
            return None
        try:
            return Running(**json.loads(self._running.read_text()))
        except FileNotFoundError:
            return None

    def write(self, running: Running) -> None:
        """Say that the servers answer."""
        unfinished = self._running.with_suffix(".part")
        unfinished.write_text(json.dumps(asdict(running)))
        unfinished.replace(self._running)

    def clear(self) -> None:
        """Say that they do not."""
        self._running.unlink(missing_ok=True)
