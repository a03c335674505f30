"""Servers of a measurement's own, with the settings of a demo, and made-up contacts in them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pace import until

from cli import processes
from indexer.connections import Connections
from runtime import embedded
from runtime.embedded.ports import free_port
from runtime.queues import wake_index
from runtime.settings import Settings
from store import state
from store.generate.generate import Sizes, generate
from store.migrations import upgrade

FIRST = "Generated"  # the first organisation, which has half of the contacts

Prepare = Callable[[Settings], None]
"""Sets up what the servers find when they start."""


@contextmanager
def opened(prepare: Prepare | None = None) -> Iterator[Connections]:
    """Connections to servers that begin empty and end with the block: as those of a demo, not as those of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # the servers may run under an account of their own
        settings = replace(Settings.load(), servers_dir=Path(folder, "servers"))
        if prepare is not None:
            prepare(settings)
        with embedded.servers(settings) as urls:
            ready = replace(
                settings,
                database_url=urls.database,
                redis_url=urls.redis,
                elasticsearch_url=urls.elasticsearch,
                secret_key=settings.secret_key or "of a measurement",
                api_port=free_port(),
            )
            connections = Connections.open(ready)
            try:
                yield connections
            finally:
                connections.close()


def filled(connections: Connections, size: int, organisations: int) -> None:
    """A migrated database with so many made-up contacts."""
    upgrade(connections.engine)
    for _ in generate(connections.engine, FIRST, Sizes(organisations, size), seed=1):
        pass
    with connections.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.exec_driver_sql("VACUUM ANALYZE")


def environment(settings: Settings) -> dict[str, str]:
    """What a process is told to work on these servers."""
    return os.environ | processes.environment(settings)


def settled(connections: Connections) -> float:
    """The seconds until workers have indexed all that is pending."""

    def nothing_is_pending() -> bool:
        with connections.engine.connect() as db:
            return state.freshness(db).pending == 0

    wake_index(connections.settings)
    return until(nothing_is_pending)
