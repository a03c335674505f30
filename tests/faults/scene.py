"""One example of the machine: a database and an index of its own, disturbed ways to both, what happens there."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, suppress
from dataclasses import replace
from multiprocessing.process import BaseProcess

from sqlalchemy.exc import OperationalError

from indexer import rebuild
from indexer.connections import Connections, elastic
from indexer.errors import BusyError, RebuildError
from indexer.progress import Progress
from indexer.sync import Sync
from runtime import database
from runtime.settings import Settings
from tests.faults.comparison import differences, shown
from tests.faults.mortals import BATCH, Task, mortal, work
from tests.faults.requests import COMMIT
from tests.faults.world import World
from tests.proxy import Act, Proxy, Trap

_COME_SECONDS = 120.0  # a process that is awaited at some place has come there, or to its end, by then
_END_SECONDS = 60.0
_OVERTAKE_SECONDS = 1.5

Place = tuple[bytes, int]  # at a request that begins so, after so many others


class Scene:
    """`steps` are those of a rebuild under way in this process, `late` the requests of killed ones on their way."""

    def __init__(self, held: ExitStack, settings: Settings, seed: int) -> None:
        self._held = held
        self._to_postgres = held.enter_context(Proxy.to(str(settings.database_url)))
        self._to_elasticsearch = held.enter_context(Proxy.to(str(settings.elasticsearch_url)))
        self._disturbed = replace(
            settings, database_url=self._to_postgres.url, elasticsearch_url=self._to_elasticsearch.url
        )
        self.connections = Connections.open(self._disturbed)
        held.callback(self.connections.close)
        self._elastic = held.enter_context(elastic(settings))
        self._engine = database.engine(settings)
        held.callback(self._engine.dispose)
        self.world = World.made(self._engine, rich=8, plain=24, seed=seed)
        self.late: list[Trap] = []
        self.steps: Generator[Progress] | None = None
        self._away = ExitStack()
        self.is_away = False

    def work(self) -> None:
        """What a worker does until nothing is due. Without its servers it does what it can."""
        with suppress(BusyError, OperationalError):
            Sync(self.connections, batch=BATCH).drain(_END_SECONDS)

    def time_passes(self) -> None:
        """Every lease ends."""
        self.world.run("UPDATE index_state SET leased_until = leased_until - interval '1 hour' WHERE lease IS NOT NULL")

    def go_away(self) -> None:
        """Elasticsearch takes no connection any more."""
        self._away.enter_context(self._to_elasticsearch.refusing())
        self.is_away = True

    def come_back(self) -> None:
        self._away.close()
        self.is_away = False

    def cut_postgres(self) -> None:
        """Every connection to PostgreSQL ends, that of a rebuild under way, which holds its lock, as well."""
        self._to_postgres.cut()

    def trap(self, place: Place, act: Act) -> Trap:
        """A trap there until the scene ends."""
        pattern, passing = place
        way = self._to_postgres if pattern == COMMIT else self._to_elasticsearch
        return self._held.enter_context(way.trap(pattern, act, passing=passing))

    def kill(self, task: Task, place: Place, act: Act) -> None:
        """A process that does the task is killed at that place, if it comes there."""
        self.time_passes()
        trap = self.trap(place, act)
        with mortal(task, self._disturbed) as process:
            self._come_to(trap, process)
        if place[0] != COMMIT and act is not Act.HOLD_ANSWER and trap.caught:
            self.late.append(trap)
        else:
            trap.open(let_through=False)

    def delay(self, task: Task, place: Place, act: Act, meanwhile: Callable[[], None], *, overtaken: bool) -> None:
        """Something happens while a process waits at that place, another worker may serve it; then it goes on."""
        self.time_passes()
        trap = self.trap(place, act)
        with mortal(task, self._disturbed) as process:
            self._come_to(trap, process)
            meanwhile()
            if overtaken:
                self.time_passes()
                with mortal(work, self._disturbed) as another:
                    another.join(_OVERTAKE_SECONDS)  # it may wait where the first one holds a lock
                self.time_passes()
            trap.open(let_through=True)
            process.join(_END_SECONDS)
            assert not process.is_alive()

    def _come_to(self, trap: Trap, process: BaseProcess) -> None:
        """The process has come to the trap or to its end, and nobody else will be caught."""
        over = time.monotonic() + _COME_SECONDS
        while not trap.is_sprung() and process.is_alive() and not self.is_away:
            if time.monotonic() > over:
                trap.open(let_through=False)
                raise TimeoutError("the process comes neither to the trap nor to its end")
            time.sleep(0.002)
        trap.disarm()

    def step(self) -> None:
        """The rebuild takes a step. It may be over, given up, or without its servers."""
        if self.steps is not None:
            try:
                if next(self.steps, None) is None:
                    self.steps = None
            except (BusyError, RebuildError, OperationalError):
                self.steps = None

    def stop_rebuild(self) -> None:
        if self.steps is not None:
            with suppress(OperationalError):
                self.steps.close()
            self.steps = None

    def rest(self) -> None:
        """Everything is there again, what was begun is done; then the index equals the database."""
        self.come_back()
        self.stop_rebuild()
        while self.late:
            self.late.pop().open(let_through=True)
        self._index_all()
        if rebuild.left_behind(self.connections):
            for _ in rebuild.resume(self.connections):
                pass
        self._index_all()
        found = differences(self._engine, self._elastic, self.connections.alias)
        assert not found, shown(found)

    def _index_all(self) -> None:
        """Workers work, one after the other as the sweep calls them, until nothing is pending."""
        over = time.monotonic() + _END_SECONDS
        self.time_passes()
        self.work()
        while self.world.pending():
            assert time.monotonic() < over
            self.time_passes()
            self.work()
