"""A machine that interleaves, at random, what users, workers, rebuilds and faults do."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import ExitStack
from dataclasses import replace
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from indexer import rebuild
from indexer.connections import Connections, elastic
from indexer.errors import BusyError, RebuildError
from indexer.progress import Progress
from indexer.sync import Sync
from runtime import database
from runtime.settings import Settings
from tests.faults.comparison import differences, shown
from tests.faults.mortals import build_anew, mortal, work
from tests.faults.requests import ALIASES, BULK, COMMIT, COUNT, CREATE, REFRESH, SETTINGS
from tests.faults.world import World
from tests.proxy import Act, Proxy, Trap

_KILL_SECONDS = 20.0  # a process that is to be killed comes to the place, or to its end, by then
_PLACES = {"worker": (BULK, REFRESH), "rebuild": (CREATE, BULK, COUNT, SETTINGS, ALIASES)}
_HELD = st.sampled_from((Act.HOLD, Act.HOLD_HALF, Act.HOLD_ANSWER))
_SEEDS = st.integers(min_value=0, max_value=999)


class IndexMachine(RuleBasedStateMachine):
    """One index, disturbed by everything there is; at the end it equals the database.

    Each example gets a database, an index and ways to both of its own from `surroundings`.
    """

    surroundings: ClassVar[Callable[[ExitStack], Settings]]

    @initialize(seed=_SEEDS)
    def begin(self, seed: int) -> None:
        self.held = ExitStack()
        settings = type(self).surroundings(self.held)
        self.to_postgres = self.held.enter_context(Proxy.to(str(settings.database_url)))
        self.to_elasticsearch = self.held.enter_context(Proxy.to(str(settings.elasticsearch_url)))
        self.disturbed = replace(
            settings, database_url=self.to_postgres.url, elasticsearch_url=self.to_elasticsearch.url
        )
        self.connections = Connections.open(self.disturbed)
        self.held.callback(self.connections.close)
        self.straight = self.held.enter_context(elastic(settings))
        self.engine = database.engine(settings)
        self.held.callback(self.engine.dispose)
        self.world = World.made(self.engine, rich=8, plain=24, seed=seed)
        self.deleted: list[int] = []
        self.late: list[Trap] = []
        self.away = ExitStack()
        self.is_away = False
        self.steps: Generator[Progress] | None = None

    # Users -----------------------------------------------------------------------------------------------------------

    @rule(seed=_SEEDS, count=st.integers(1, 12))
    def contacts_change(self, seed: int, count: int) -> None:
        self.world.dice.seed(seed)
        self.world.update(self._some(count))

    @rule(seed=_SEEDS)
    def everything_changes(self, seed: int) -> None:
        self.world.dice.seed(seed)
        if len(self.world.contacts()) > 12:
            self.world.change(6)

    @rule(seed=_SEEDS, count=st.integers(1, 4))
    def contacts_are_deleted(self, seed: int, count: int) -> None:
        self.world.dice.seed(seed)
        gone = self._some(count)
        self.world.delete(gone)
        self.deleted += gone

    @rule(count=st.integers(1, 4))
    def contacts_come(self, count: int) -> None:
        self.world.create(count)

    @precondition(lambda self: self.deleted)
    @rule()
    def a_contact_comes_back(self) -> None:
        self.world.recreate([self.deleted.pop()])

    @rule(seed=_SEEDS)
    def a_company_is_renamed(self, seed: int) -> None:
        self.world.dice.seed(seed)
        self.world.rename_company()

    # Workers ---------------------------------------------------------------------------------------------------------

    @rule(act=st.sampled_from((None, Act.LOSE, Act.LOSE_HALF, Act.LOSE_ANSWER, Act.ANSWER)))
    def a_worker_works(self, act: Act | None) -> None:
        """Undisturbed, or with its first bulk request gone wrong."""
        with ExitStack() as disturbed:
            if act is not None:
                disturbed.enter_context(self.to_elasticsearch.trap(BULK, act))
            self._work()

    @rule(place=st.sampled_from((*_PLACES["worker"], COMMIT)), act=_HELD, passing=st.integers(0, 3))
    def a_worker_is_killed(self, place: bytes, act: Act, passing: int) -> None:
        self._killed(work, place, act, passing)

    @rule()
    def leases_end(self) -> None:
        """As time does it."""
        self.world.run("UPDATE index_state SET leased_until = leased_until - interval '1 hour' WHERE lease IS NOT NULL")

    # Elasticsearch ---------------------------------------------------------------------------------------------------

    @precondition(lambda self: not self.is_away)
    @rule()
    def elasticsearch_goes_away(self) -> None:
        self.away.enter_context(self.to_elasticsearch.refusing())
        self.is_away = True

    @precondition(lambda self: self.is_away)
    @rule()
    def elasticsearch_comes_back(self) -> None:
        self.away.close()
        self.is_away = False

    @precondition(lambda self: self.late)
    @rule()
    def a_late_request_arrives(self) -> None:
        """What a killed process had sent, long after its death."""
        self.late.pop(0).open(let_through=True)

    # Rebuilds --------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.steps is None and not self.is_away)
    @rule()
    def a_rebuild_begins(self) -> None:
        self.steps = rebuild.steps(self.connections)
        self._step()

    @precondition(lambda self: self.steps is not None)
    @rule(count=st.integers(1, 3))
    def a_rebuild_goes_on(self, count: int) -> None:
        for _ in range(count):
            self._step()

    @precondition(lambda self: self.steps is not None)
    @rule()
    def a_rebuild_stops(self) -> None:
        self._stop_rebuild()

    @precondition(lambda self: not self.is_away)
    @rule()
    def a_rebuild_is_aborted(self) -> None:
        rebuild.abort(self.connections)

    @precondition(lambda self: self.steps is None and not self.is_away)
    @rule(place=st.sampled_from((*_PLACES["rebuild"], COMMIT)), act=_HELD, passing=st.integers(0, 3))
    def a_rebuild_is_killed(self, place: bytes, act: Act, passing: int) -> None:
        self._killed(build_anew, place, act, passing)

    # -----------------------------------------------------------------------------------------------------------------

    @invariant()
    def one_index_is_read(self) -> None:
        assert len(self.straight.indices.get(index=self.connections.alias, ignore_unavailable=True)) <= 1

    def teardown(self) -> None:
        if not hasattr(self, "held"):
            return
        with self.held:
            self.away.close()
            self.is_away = False
            self._stop_rebuild()
            while self.late:
                self.late.pop().open(let_through=True)
            self.leases_end()
            self._work()
            if rebuild.left_behind(self.connections):
                for _ in rebuild.steps(self.connections):
                    pass
            self._work()
            found = differences(self.engine, self.straight, self.connections.alias)
            assert not found, shown(found)

    def _some(self, count: int) -> list[int]:
        return self.world.sample(min(count, len(self.world.contacts())))

    def _work(self) -> None:
        try:
            Sync(self.connections, batch=8).drain(60)
        except BusyError:
            assert self.is_away

    def _step(self) -> None:
        """The rebuild takes a step. It may be over, given up, or without Elasticsearch."""
        if self.steps is None:
            return
        try:
            if next(self.steps, None) is None:
                self.steps = None
        except (BusyError, RebuildError):
            self.steps = None

    def _stop_rebuild(self) -> None:
        if self.steps is not None:
            self.steps.close()
            self.steps = None

    def _killed(self, task: Callable[[Settings], None], place: bytes, act: Act, passing: int) -> None:
        """The process is killed at its so-manieth request of that kind, if it comes so far."""
        proxy = self.to_postgres if place == COMMIT else self.to_elasticsearch
        trap = self.held.enter_context(proxy.trap(place, act, passing=passing))
        over = time.monotonic() + _KILL_SECONDS
        with mortal(task, self.disturbed) as process:
            while not trap.is_sprung() and process.is_alive() and not self.is_away:
                assert time.monotonic() < over
                time.sleep(0.002)
            trap.disarm()
        if proxy is self.to_elasticsearch and act is not Act.HOLD_ANSWER:
            self.late.append(trap)
        else:
            trap.open(let_through=False)
