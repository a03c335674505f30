"""A machine that interleaves, at random, what users, workers, rebuilds and faults do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from indexer import rebuild
from runtime.settings import Settings
from tests.faults.mortals import Building, work
from tests.faults.requests import ALIASES, BULK, COMMIT, CREATE, REFRESH, SEARCH, SETTINGS
from tests.faults.scene import Place, Scene
from tests.proxy import Act

_MORE = 12  # contacts: more than a claim of these workers

_WORKING: tuple[Place, ...] = ((BULK, 0), (BULK, 1), (REFRESH, 0))
_BUILDING: tuple[Place, ...] = ((CREATE, 0), (BULK, 0), (BULK, 2), (SEARCH, 0), (SETTINGS, 0), (ALIASES, 0))
_COMMITTING: tuple[Place, ...] = tuple((COMMIT, passing) for passing in range(5))

_HELD = st.sampled_from((Act.HOLD, Act.HOLD_HALF, Act.HOLD_ANSWER))
_LOST = st.sampled_from((Act.LOSE, Act.LOSE_HALF, Act.LOSE_ANSWER, Act.ANSWER))
_SEEDS = st.integers(min_value=0, max_value=999)
_BUILDINGS = st.builds(Building, st.sampled_from(("all", "one", "apart", "back")), st.integers(0, 1))


class IndexMachine(RuleBasedStateMachine):
    """One database and its indices, disturbed by everything there is; whenever it comes to rest, they are equal.

    Each example gets its scene from `surroundings`. Few rules with many variants: each run leaves some rules out.
    """

    surroundings: ClassVar[Callable[[ExitStack], Settings]]

    @initialize(seed=_SEEDS)
    def begin(self, seed: int) -> None:
        self.held = ExitStack()
        self.scene = Scene(self.held, type(self).surroundings(self.held), seed)
        self.deleted: list[int] = []

    @rule(what=st.sampled_from(("all", "update", "update", "delete", "create", "recreate", "rename")), seed=_SEEDS)
    def contacts_change(self, what: str, seed: int) -> None:
        world = self.scene.world
        world.dice.seed(seed)
        chosen = world.sample(min(_MORE, len(world.contacts())))
        match what:
            case "all" if len(chosen) == _MORE:
                world.change(6)
            case "delete":
                world.delete(chosen[:3])
                self.deleted += chosen[:3]
            case "create":
                world.create()
            case "recreate":
                world.recreate(self.deleted[-2:])
                del self.deleted[-2:]
            case "rename":
                world.rename_company()
            case _:
                world.update(chosen)

    @rule()
    def a_worker_works(self) -> None:
        self.scene.work()

    @rule(place=st.sampled_from(_WORKING[:2] + _COMMITTING), act=_LOST, seed=_SEEDS)
    def a_worker_loses_a_request(self, place: Place, act: Act, seed: int) -> None:
        """With its connection, before it arrives, half-way or on its way back; or it is told to come later."""
        self.contacts_change("update", seed)
        if place[0] == COMMIT and act is not Act.LOSE:
            act = Act.LOSE_ANSWER
        trap = self.scene.trap(place, act)
        self.scene.work()
        trap.disarm()

    @rule(place=st.sampled_from(_WORKING + _COMMITTING), act=_HELD, seed=_SEEDS)
    def a_worker_is_killed(self, place: Place, act: Act, seed: int) -> None:
        self.contacts_change("update", seed)
        self.scene.kill(work, place, act)

    @precondition(lambda self: not self.scene.is_away)
    @rule(what=st.sampled_from(("update", "delete")), place=st.sampled_from(_WORKING), act=_HELD, seed=_SEEDS)
    def a_worker_is_late(self, what: str, place: Place, act: Act, seed: int) -> None:
        self.contacts_change("update", seed)
        self.scene.delay(work, place, act, lambda: self.contacts_change(what, seed + seed % 2), overtaken=seed % 3 > 0)

    @rule(what=st.sampled_from(("away", "back", "late", "cut", "time")))
    def servers_and_time(self, what: str) -> None:
        """Elasticsearch goes and comes, a request arrives late, PostgreSQL ends all connections, leases end."""
        match what:
            case "away" if not self.scene.is_away:
                self.scene.go_away()
            case "back":
                self.scene.come_back()
            case "late" if self.scene.late:
                self.scene.late.pop(0).open(let_through=True)
            case "cut":
                self.scene.cut_postgres()
            case _:
                self.scene.time_passes()

    @precondition(lambda self: not self.scene.is_away)
    @rule(building=_BUILDINGS, steps=st.integers(0, 4))
    def a_rebuild_begins(self, building: Building, steps: int) -> None:
        """Of everything, of one organisation, or its move into an index of its own or back."""
        self.scene.stop_rebuild()
        self.scene.steps = building.steps(self.scene.connections)
        for _ in range(steps):
            self.scene.step()

    @rule(what=st.sampled_from(("step", "step", "stop", "abort")))
    def a_rebuild_goes_on(self, what: str) -> None:
        match what:
            case "stop":
                self.scene.stop_rebuild()
            case "abort" if not self.scene.is_away:
                rebuild.abort(self.scene.connections)
            case _:
                self.scene.step()

    @precondition(lambda self: not self.scene.is_away)
    @rule(building=_BUILDINGS, place=st.sampled_from(_BUILDING + _COMMITTING), act=_HELD)
    def a_rebuild_is_killed(self, building: Building, place: Place, act: Act) -> None:
        self.scene.stop_rebuild()
        self.scene.kill(building, place, act)

    @precondition(lambda self: not self.scene.is_away)
    @rule(building=_BUILDINGS, place=st.sampled_from(_BUILDING), act=_HELD, seed=_SEEDS)
    def a_rebuild_is_late(self, building: Building, place: Place, act: Act, seed: int) -> None:
        self.scene.stop_rebuild()
        what = ("update", "delete", "recreate")[seed % 3]
        self.scene.delay(building, place, act, lambda: self.contacts_change(what, seed), overtaken=True)

    @rule()
    def everything_comes_to_rest(self) -> None:
        self.scene.rest()

    def teardown(self) -> None:
        if hasattr(self, "scene"):
            with self.held:
                self.scene.rest()
