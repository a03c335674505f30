"""What a fault has at hand: servers, ways to them that can be disturbed, processes, an organisation's users."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from elasticsearch import Elasticsearch
from sqlalchemy import Engine, text

from indexer.connections import elastic as client
from runtime import database, queues
from runtime.settings import Settings
from store.migrations import upgrade
from tests.faults.comparison import differences, shown
from tests.faults.servers import Servers, servers
from tests.faults.service import WORKER, Service
from tests.faults.world import World
from tests.proxy import Proxy, Trap

HEALED_SECONDS = 60.0
_START_SECONDS = 120.0
_WAIT_SECONDS = 180.0  # for a process to come where the fault awaits it


@dataclass(slots=True)
class Stage:
    """`engine`, `elastic` and `redis` go to the servers straight, the service's processes by way of the proxies."""

    servers: Servers | None  # those that are the faults' alone, if they are
    settings: Settings  # of the service: its addresses are those of the proxies
    to_postgres: Proxy
    to_elasticsearch: Proxy
    service: Service
    engine: Engine
    elastic: Elasticsearch
    world: World

    @property
    def alias(self) -> str:
        return self.settings.index_prefix

    @property
    def own(self) -> Servers:
        """For faults that stop a server: they run on servers of their own only."""
        assert self.servers is not None, "these servers are others' as well"
        return self.servers

    def change(self) -> None:
        """Contacts change, come and go, and the workers are told."""
        self.world.change()
        self.wake()

    def wake(self) -> None:
        """As the API does after a commit."""
        queues.wake_index(self.settings)

    def read(self) -> str:
        """The index that is read: the one behind the alias."""
        (name,) = self.elastic.indices.get_alias(name=self.alias)
        return str(name)

    def differences(self) -> list[str]:
        """Of the index that is read from what would be built afresh."""
        return differences(self.engine, self.elastic, self.alias)

    def pending(self) -> int:
        return self.world.pending()

    def drifted(self) -> int:
        """How many documents the check of the index has found wrong so far."""
        return self.number("SELECT coalesce(sum(found), 0) FROM drift_findings")

    def leased(self) -> int:
        """How many contacts a worker has claimed."""
        return self.number("SELECT count(*) FROM index_state WHERE lease IS NOT NULL")

    def rebuilding(self) -> int:
        """How many indices are being built, and organisations on their way into one."""
        return self.number(
            """SELECT (SELECT count(*) FROM indices WHERE state = 'building')
                    + (SELECT count(*) FROM index_moves WHERE state = 'joining')"""
        )

    def number(self, query: str) -> int:
        with self.engine.connect() as db:
            return int(db.execute(text(query)).scalar_one())

    def sprung(self, trap: Trap) -> None:
        """The trap has caught a request."""
        self.until(trap.is_sprung, f"a request that begins with {trap.pattern!r} is caught")

    def until_answered(self, trap: Trap) -> None:
        """What the trap held and let go has been answered."""
        self.until(trap.is_answered, f"{trap.pattern!r} is answered")

    @contextmanager
    def second_worker(self) -> Iterator[None]:
        """Another index worker, while the block runs."""
        with self.service.another(WORKER):
            yield

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """It comes true, while whatever ends is started again."""
        self.service.until(holds, _WAIT_SECONDS, what)

    def lasts(self, seconds: float) -> None:
        """The fault goes on for so long."""
        over = time.monotonic() + seconds
        self.service.until(lambda: time.monotonic() > over, 2 * seconds, "time passes")

    def until_equal(self, seconds: float = HEALED_SECONDS) -> float:
        """The index equals the database, and knows it; the seconds that it took."""
        begun = time.monotonic()
        found: list[str] = []

        def equal() -> bool:
            if self.pending() or self.rebuilding():
                return False
            found[:] = self.differences()
            return not found

        try:
            self.service.until(equal, seconds, "the index equals the database")
        except TimeoutError as error:
            raise AssertionError(f"{error}; {self.pending()} pending, differences: {shown(found)}") from error
        return time.monotonic() - begun


@contextmanager
def own_stage(settings: Settings) -> Iterator[Stage]:
    """A stage on servers of its own, with more contacts than a worker claims at once."""
    with servers(settings) as own:
        straight = replace(
            settings, database_url=own.postgres.url, redis_url=own.valkey.url, elasticsearch_url=own.elasticsearch.url
        )
        with stage(straight, rich=120, plain=900, servers=own) as made:
            yield made


@contextmanager
def stage(settings: Settings, *, rich: int, plain: int, servers: Servers | None = None) -> Iterator[Stage]:
    """A stage on the servers of the settings, with everything indexed."""
    with ExitStack() as held:
        engine = database.engine(settings)
        held.callback(engine.dispose)
        upgrade(engine)
        to_postgres = held.enter_context(Proxy.to(str(settings.database_url)))
        to_elasticsearch = held.enter_context(Proxy.to(str(settings.elasticsearch_url)))
        disturbed = replace(settings, database_url=to_postgres.url, elasticsearch_url=to_elasticsearch.url)
        elastic = held.enter_context(client(settings))
        world = World.made(engine, rich=rich, plain=plain)
        service = held.enter_context(Service.running(disturbed))
        made = Stage(servers, disturbed, to_postgres, to_elasticsearch, service, engine, elastic, world)
        made.wake()
        made.until_equal(_START_SECONDS)
        yield made
