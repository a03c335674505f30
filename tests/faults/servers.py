"""PostgreSQL, Valkey and Elasticsearch of the faults alone: they are stopped, starved and cut off."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from runtime.embedded import programs
from runtime.embedded.elasticsearch import Elasticsearch
from runtime.embedded.ephemeral import ephemeral_state
from runtime.embedded.grounds import Ground
from runtime.embedded.postgres import Postgres
from runtime.embedded.server import Options, Server
from runtime.embedded.valkey import Valkey
from runtime.settings import Settings

_OPTIONS = Options(ephemeral=True, heap="384m")  # some hundred contacts


class SnapshottingElasticsearch(Elasticsearch):
    """An Elasticsearch that may write snapshots into a folder of its own."""

    @property
    def snapshots(self) -> Path:
        return self.ground.folder / self.name / "snapshots"

    def _node(self) -> dict[str, object]:
        self._room("snapshots")
        return super()._node() | {"path.repo": [str(self.snapshots)]}

    def crash(self) -> None:
        """It is gone at once: the launcher, and the server that it started."""
        threads = Path(f"/proc/{self._running().pid}/task").iterdir()
        for pid in {int(pid) for thread in threads for pid in (thread / "children").read_text().split()}:
            os.kill(pid, signal.SIGKILL)
        self.kill()


@dataclass(frozen=True, slots=True)
class Servers:
    """All of them, running."""

    elasticsearch: SnapshottingElasticsearch
    postgres: Postgres
    valkey: Valkey


@contextmanager
def servers(settings: Settings) -> Iterator[Servers]:
    """Servers with data of their own, which are gone with the block, or with this thread."""
    with ExitStack() as held:
        ground = Ground.of(held.enter_context(ephemeral_state(settings.servers_dir)).folder)
        ground.make()
        found = programs.ready(("elasticsearch", "postgres", "valkey"), settings.servers_cache, ground.account)
        made = Servers(
            SnapshottingElasticsearch(ground, found, _OPTIONS),
            Postgres(ground, found, _OPTIONS),
            Valkey(ground, found, _OPTIONS),
        )
        for one in (made.elasticsearch, made.postgres, made.valkey):
            held.callback(one.stop)
            one.start()
        for one in (made.elasticsearch, made.postgres, made.valkey):
            await_answer(one, settings)
        yield made


def await_answer(server: Server, settings: Settings) -> None:
    """The server answers."""
    server.wait(time.monotonic() + settings.servers_start_seconds)
