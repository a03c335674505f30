"""What is deleted while batches name it: real transactions on connections of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, text

from mappings.fields import Behaviour
from store import behaviours, catalogue, companies, contacts, custom_fields, event_types, events, named, tables
from store.organisations import Organisation
from tests.integration.store.test_capture_concurrency import waiting
from tests.integration.store.world import World
from tests.integration.store.written import buy, stored
from tests.waits import SECONDS, until_waiting

Work = Callable[[Connection, int, int], object]

NAMES = [f"c{number}" for number in range(20)]


@pytest.fixture
def world(engine: Engine, organisation: Organisation) -> World:
    with engine.begin() as db:
        return World.make(db, organisation.id)


CONDITION = {"field": "amount", "operator": ">", "value": 1}
WRITES: dict[str, Callable[[Connection, int], object]] = {
    "contacts": lambda db, org: contacts.write(db, org, [{"external_id": "new"}]),
    "companies": lambda db, org: companies.write(db, org, [{"external_id": "new"}]),
    "events": lambda db, org: events.write(db, org, [buy("nobody")]),
}
REMOVALS: dict[str, Callable[[Connection, World], object]] = {
    "tag": lambda db, world: named.remove(db, tables.tags, world.ids["org"], world.ids["vip"]),
    "field": lambda db, world: custom_fields.remove(db, world.ids["org"], "contact", "plan"),
    "event type": lambda db, world: event_types.remove(db, world.ids["org"], "purchase"),
    "declared": lambda db, world: behaviours.declare(db, world.ids["org"], "large", None, "purchase", CONDITION),
}


@pytest.mark.parametrize(
    ("write", "removal"), [*((one, "tag") for one in WRITES), *(("contacts", one) for one in REMOVALS if one != "tag")]
)
def test_what_batches_name_is_there_until_they_end(engine: Engine, world: World, write: str, removal: str) -> None:
    with engine.connect() as db:
        WRITES[write](db, world.ids["org"])
        with waiting(engine, lambda other: REMOVALS[removal](other, world)):
            db.commit()


def test_batches_that_come_later_do_not_overtake_who_removes(engine: Engine, world: World) -> None:
    def transaction(work: Callable[[Connection], object]) -> None:
        with engine.begin() as db:
            work(db)

    org = world.ids["org"]
    with ThreadPoolExecutor(2) as pool, engine.connect() as db:
        WRITES["contacts"](db, org)
        removed = pool.submit(transaction, lambda other: REMOVALS["tag"](other, world))
        until_waiting(db, removed)
        written = pool.submit(transaction, lambda other: WRITES["companies"](other, org))
        until_waiting(db, removed, written)
        db.commit()
        removed.result(SECONDS)
        written.result(SECONDS)


def test_values_written_while_their_field_is_deleted_are_gone_with_it(engine: Engine, world: World) -> None:
    """Left behind, they would be values of a field that is made under the key later, of whatever type."""
    org = world.ids["org"]
    with engine.connect() as db:
        custom_fields.add_options(db, org, "contact", "plan", ["gold"])
        db.commit()
        contacts.write(db, org, [{"external_id": "b", "custom": {"plan": "gold"}}])
        with waiting(engine, lambda other: custom_fields.remove(other, org, "contact", "plan")):
            db.commit()
        assert [stored(db, org, one)["custom"] for one in "ab"] == [{}, {}]


def test_options_are_added_while_values_are_written(engine: Engine, world: World) -> None:
    org = world.ids["org"]
    with engine.connect() as db, engine.connect() as other:
        contacts.write(db, org, [{"external_id": "b", "tags": ["VIP"]}])
        other.execute(text("SET LOCAL lock_timeout = '1s'"))
        custom_fields.add_options(other, org, "contact", "plan", ["gold"])


def test_options_added_at_once_are_all_there(engine: Engine, world: World) -> None:
    org = world.ids["org"]
    with engine.connect() as db:
        custom_fields.add_options(db, org, "contact", "plan", ["gold"])
        with waiting(engine, lambda other: custom_fields.add_options(other, org, "contact", "plan", ["silver"])):
            db.commit()
        assert custom_fields.get(db, org, "contact", "plan").options == ("gold", "silver")


def test_a_behaviour_that_is_declared_while_they_are_listed_is_left_out(
    engine: Engine, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def declared_meanwhile(db: Connection, org: int) -> tuple[Behaviour, ...]:
        with engine.begin() as other:
            behaviours.declare(other, org, "large", None, "purchase", CONDITION)
        return as_before(db, org)

    as_before = behaviours.all_of
    monkeypatch.setattr(behaviours, "all_of", declared_meanwhile)
    with engine.connect() as db:
        assert "large" not in {one.behaviour.key for one in behaviours.meanings(db, world.ids["org"])}


def write(db: Connection, org: int, turn: int) -> None:
    items: list[object] = [
        {
            "external_id": name,
            "tags": ["VIP", str(turn)],
            "custom": {"plan": str(turn)},
            "events": [{"type": "seen", "at": "2022-01-01T00:00:00Z"}],
        }
        for name in NAMES[:: 1 if turn % 2 else -1]
    ]
    contacts.write(db, org, items)


def move_events(db: Connection, org: int, turn: int) -> None:
    """Each is of another contact than before."""
    bought = [buy(NAMES[(place + turn) % len(NAMES)], id=f"o-{place}") for place in range(len(NAMES))]
    events.write(db, org, bought)


def change_tags(db: Connection, org: int, turn: int) -> None:
    if turn % 2:
        catalogue.ensure_tags(db, org, ["VIP"])
    else:
        tags = named.ids_of(db, tables.tags, "name", org, ["VIP"], fold=True)
        named.remove(db, tables.tags, org, tags["VIP"])


def change_fields(db: Connection, org: int, turn: int) -> None:
    if turn % 2:
        custom_fields.remove(db, org, "contact", "plan")
    else:
        catalogue.create_field(db, org, "contact", "plan", None, "text")


def change_behaviours(db: Connection, org: int, turn: int) -> None:
    code = behaviours.declare(db, org, f"large_{turn}", None, "purchase", CONDITION).code
    if turn % 3:
        behaviours.remove(db, org, code)


def change_event_types(db: Connection, org: int, turn: int) -> None:
    if turn % 2:
        catalogue.ensure_event_types(db, org, ["seen"])
    else:
        event_types.remove(db, org, "seen")


def test_batches_and_what_is_removed_under_them_do_not_deadlock(engine: Engine, organisation: Organisation) -> None:
    """None of them is run again here: PostgreSQL ends nobody for another's sake."""
    org, turns = organisation.id, 20

    def repeat(work: Work, first: int) -> None:
        for turn in range(first, first + turns):
            with engine.begin() as db:
                work(db, org, turn)

    with engine.begin() as db:
        for work, turn in ((change_fields, 0), (write, 0), (move_events, 0), (change_fields, 1)):
            work(db, org, turn)
    works: list[tuple[Work, int]] = [(work, 0) for work in (write, change_tags, change_fields, change_event_types)]
    works += [(work, first) for work in (move_events, change_behaviours) for first in (0, turns)]
    with ThreadPoolExecutor(len(works)) as pool:
        list(pool.map(repeat, *zip(*works, strict=True)))
    with engine.connect() as db:
        left = text("SELECT count(*) FROM contacts WHERE org_id = :org AND custom <> '{}'")
        assert not db.execute(left, {"org": org}).scalar_one()
