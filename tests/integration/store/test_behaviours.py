from __future__ import annotations

import pytest
from sqlalchemy import Connection, text

from segments import ConditionError
from store import behaviours, catalogue, state
from store.behaviours import Declared, Progress
from store.errors import ConflictError, NotFoundError, UnacceptableError
from store.organisations import Organisation
from tests.integration.store.world import World, versions

LARGE = {"field": "amount", "operator": ">=", "value": 500}


@pytest.fixture
def world(db: Connection, organisation: Organisation) -> World:
    world = World.make(db, organisation.id)
    world.run(db, "INSERT INTO events (contact_id, event_type_id, at) VALUES (:bert, :purchase, now())")
    everything_is_indexed(db, world)
    return world


def everything_is_indexed(db: Connection, world: World, which: str = "true") -> None:
    world.run(db, f"UPDATE index_state SET indexed_version = version WHERE org_id = :org AND {which}")


def declare(db: Connection, world: World, **changed: object) -> Declared:
    given = {"key": "large_purchase", "label": None, "event_type": "purchase", "condition": LARGE} | changed
    return behaviours.declare(db, world.ids["org"], **given)  # type: ignore[arg-type]


def unavailable(db: Connection, world: World) -> str | None:
    field = catalogue.load(db, world.ids["org"]).get("engagement.large_purchase")
    assert field
    return field.unavailable


def test_whoever_has_an_event_of_the_type_is_given_to_the_index_again(db: Connection, world: World) -> None:
    before = versions(db, world.ids["org"])
    declared = declare(db, world)
    after = versions(db, world.ids["org"])
    assert {one for one in after if after[one] > before[one]} == {world.ids["anna"], world.ids["bert"]}
    assert declared.fill_total == 2
    assert behaviours.progress(db, world.ids["org"], declared.code) == Progress(0, 2)


def test_it_is_available_when_the_index_has_them_all(db: Connection, world: World) -> None:
    declared = declare(db, world)
    assert unavailable(db, world) == "it is being filled for past events: 0 of 2 contacts are done"
    everything_is_indexed(db, world, "contact_id = :anna")
    assert unavailable(db, world) == "it is being filled for past events: 1 of 2 contacts are done"
    everything_is_indexed(db, world, "contact_id = :bert")
    assert unavailable(db, world) is None
    assert behaviours.progress(db, world.ids["org"], declared.code).ready


def test_a_contact_that_changes_again_before_it_was_indexed_is_waited_for(db: Connection, world: World) -> None:
    declare(db, world)
    everything_is_indexed(db, world, "contact_id = :anna")
    world.run(db, "UPDATE contacts SET city = 'Bonn' WHERE id = :bert")
    assert unavailable(db, world)


def test_contacts_that_a_worker_had_at_hand_when_it_was_declared_are_waited_for(db: Connection, world: World) -> None:
    world.run(db, "UPDATE contacts SET city = 'Bonn' WHERE id IN (:anna, :bert)")
    at_hand = versions(db, world.ids["org"])
    began = db.execute(text("SELECT clock_timestamp()")).scalar_one()
    declare(db, world)
    state.complete(db, 0, at_hand, began)
    assert unavailable(db, world) == "it is being filled for past events: 0 of 2 contacts are done"


def test_changes_that_come_later_do_not_delay_it(db: Connection, world: World) -> None:
    declare(db, world)
    everything_is_indexed(db, world)
    world.run(db, "UPDATE contacts SET city = 'Bonn'")
    world.run(db, "INSERT INTO contacts (org_id, external_id) VALUES (:org, 'new')")
    assert unavailable(db, world) is None


def test_one_without_past_events_is_available_at_once(db: Connection, world: World) -> None:
    assert declare(db, world, event_type="shipped").fill_total == 0
    assert unavailable(db, world) is None


def test_the_condition_is_kept_as_parsed(db: Connection, world: World) -> None:
    declared = declare(db, world, condition={"field": "channel", "operator": "in", "value": ["email"]})
    kept = db.execute(text("SELECT condition FROM behaviours WHERE code = :code"), {"code": declared.code})
    assert kept.scalar_one()["value"] == [world.ids["email"]]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"key": "purchase"}, ConflictError),
        ({"key": "any"}, UnacceptableError),
        ({"key": "any.large"}, UnacceptableError),
        ({"event_type": "nothing"}, NotFoundError),
        ({"condition": {"field": "city", "operator": "=", "value": "Bonn"}}, ConditionError),
    ],
)
def test_what_cannot_be_declared_is_refused(
    db: Connection, world: World, changed: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        declare(db, world, **changed)


def test_whoever_has_an_event_of_the_type_is_indexed_again_when_it_is_removed(db: Connection, world: World) -> None:
    declared = declare(db, world)
    before = versions(db, world.ids["org"])
    behaviours.remove(db, world.ids["org"], declared.code)
    after = versions(db, world.ids["org"])
    assert {one for one in after if after[one] > before[one]} == {world.ids["anna"], world.ids["bert"]}


def test_a_removed_behaviour_is_in_no_catalogue(db: Connection, world: World) -> None:
    declared = declare(db, world)
    behaviours.remove(db, world.ids["org"], declared.code)
    assert catalogue.load(db, world.ids["org"]).get("engagement.large_purchase") is None


def test_a_negative_amount_is_in_the_catalogue(db: Connection, world: World) -> None:
    world.run(db, "UPDATE events SET amount = -1 WHERE id = :bought")
    field = catalogue.load(db, world.ids["org"]).get("engagement.purchase")
    assert field
    assert field.signed
