from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection

from store import catalogue, contacts, events, organisations
from store.organisations import Organisation
from tests.integration.store.world import versions
from tests.integration.store.written import buy, statuses, timeline


@pytest.fixture
def two(db: Connection, organisation: Organisation) -> int:
    contacts.write(db, organisation.id, [{"external_id": "a"}, {"external_id": "b"}])
    return organisation.id


def test_a_repeated_event_is_one_event(db: Connection, two: int) -> None:
    (first,) = events.write(db, two, [buy()])
    before = versions(db, two)
    (again,) = events.write(db, two, [buy()])
    assert (first.status, again.status, again.id) == ("created", "unchanged", first.id)
    assert versions(db, two) == before
    (differs,) = events.write(db, two, [buy(amount=6)])
    assert (differs.status, differs.id) == ("updated", first.id)
    assert [row[5] for row in timeline(db, two)] == [600]


@pytest.mark.parametrize(
    "changed",
    [{"at": "2022-01-01T00:00:01Z"}, {"currency": "EUR"}, {"channel": "store"}, {"items": 1}, {"amount": None}],
    ids=str,
)
def test_an_event_that_differs_is_updated(db: Connection, two: int, changed: dict[str, Any]) -> None:
    events.write(db, two, [buy()])
    assert statuses(events.write(db, two, [buy(**changed)])) == ["updated"]


def test_a_repeated_event_of_another_contact_moves(db: Connection, two: int) -> None:
    events.write(db, two, [buy()])
    before = versions(db, two)
    assert statuses(events.write(db, two, [buy("b")])) == ["updated"]
    assert all(version > before[id_] for id_, version in versions(db, two).items())
    assert [row[0] for row in timeline(db, two)] == ["b"]


def test_the_same_id_of_another_type_is_another_event(db: Connection, two: int) -> None:
    assert statuses(events.write(db, two, [buy(), buy(type="order_shipped")])) == ["created", "created"]


def test_events_without_an_id_are_events_of_their_own(db: Connection, two: int) -> None:
    outcomes = events.write(db, two, [buy(id=None), buy(id=None)])
    assert statuses(outcomes) == ["created", "created"]
    assert outcomes[0].id != outcomes[1].id


def test_an_event_that_comes_twice_counts_as_it_comes_last(db: Connection, two: int) -> None:
    outcomes = events.write(db, two, [buy(amount=1), buy("b", id="o-2"), buy(amount=2)])
    assert statuses(outcomes) == ["created", "created", "created"]
    assert outcomes[0].id == outcomes[2].id
    assert sorted(row[5] for row in timeline(db, two)) == [200, 500]


def test_an_event_needs_a_contact_of_the_organisation(db: Connection, two: int) -> None:
    other = organisations.create(db, "other").id
    contacts.write(db, other, [{"external_id": "theirs"}])
    outcomes = events.write(db, two, [buy("theirs"), buy(contact="\x00"), {"type": "x"}, 5, buy("a")])
    assert statuses(outcomes) == ["refused", "refused", "refused", "refused", "created"]
    assert [problem.pointer for problem in outcomes[0].problems] == ["#/contact"]
    assert {problem.pointer for problem in outcomes[2].problems} == {"#/at", "#/contact"}


def test_an_event_without_a_type_is_told_what_to_give(db: Connection, two: int) -> None:
    event = buy()
    del event["type"]
    (outcome,) = events.write(db, two, [event])
    [problem] = outcome.problems
    assert problem.pointer == "#/type"
    assert problem.detail.startswith("an event type is missing; begin with a letter")


def test_an_event_type_cannot_be_called_as_a_behaviour(db: Connection, two: int) -> None:
    catalogue.ensure_channels(db, two, ["store"])
    outcomes = events.write(db, two, [buy(type="any"), buy()])
    assert statuses(outcomes) == ["refused", "created"]
