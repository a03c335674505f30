"""What is on its way into the index is never taken for drift, and drift is not excused by it."""

from __future__ import annotations

import random
import time
from collections.abc import Collection
from dataclasses import replace

import pytest
from elasticsearch import Elasticsearch
from sqlalchemy.exc import IntegrityError

from indexer import filling, rebuild
from indexer.connections import Connections
from indexer.drift import check, reading
from indexer.drift.check import Checked
from indexer.drift.comparison import Comparison, compare
from indexer.drift.judgement import Held
from indexer.drift.scope import sent
from indexer.indices import Indices
from store import drift
from store.drift import Kind
from store.expected import Span
from store.write_set import Entry
from tests.integration.indexer.drifts import checked, found, fresh, healed, put
from tests.integration.indexer.rebuilds import drain, entries
from tests.integration.indexer.shop import Shop
from tests.integration.indexer.shop import found as searched
from tests.integration.indexer.work import meanwhile

SECONDS = 4.0


def write(shop: Shop, contacts: list[int], chance: random.Random) -> None:
    """Something that writers do: changes, events, contacts that go, come and come back under their old id."""
    some = sorted(chance.sample(contacts, 20))  # in the order in which all writers lock them
    match chance.randrange(4):
        case 0:
            shop.run("UPDATE contacts SET city = :city WHERE id = ANY (:ids)", city=str(chance.random()), ids=some)
        case 1:
            shop.run("DELETE FROM contacts WHERE id = ANY (:ids)", ids=some)
        case 2:
            shop.run(
                """INSERT INTO contacts (id, org_id, external_id)
                   SELECT id, :org, 'again ' || id FROM unnest(CAST(:ids AS bigint[])) AS id ON CONFLICT DO NOTHING""",
                org=shop.org,
                ids=some,
            )
        case _:
            try:
                shop.event(some[0], chance.randrange(1_000, 9_000), amount=100)
            except IntegrityError:
                return  # of a contact that is gone


def test_writers_workers_and_a_rebuild_are_no_drift(
    connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "BATCH", 100)
    contacts = shop.contacts(1_500)
    drain(connections)
    chances = [random.Random(seed) for seed in range(2)]
    worker = [replace(connections, indices=Indices(connections.indices.client)) for _ in range(2)]
    passes = 0

    def build_anew() -> None:
        for _ in rebuild.steps(connections):
            time.sleep(0.01)
        rebuild.clean(connections, grace_seconds=0)

    deadline = time.monotonic() + SECONDS
    with meanwhile(
        *(lambda chance=chance: write(shop, contacts, chance) for chance in chances),
        *(lambda one=one: drain(one) for one in worker),
        build_anew,
    ):
        while time.monotonic() < deadline or not passes:
            assert found(connections, documents=20) == set()
            assert checked(connections).drifted == 0
            passes += 1
    drain(connections)
    assert found(connections, documents=50) == set()


def test_what_is_indexed_while_the_index_is_read_is_no_drift(
    connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = shop.contacts(5)
    drain(connections)
    shop.run("UPDATE contacts SET city = 'Köln'")
    shop.run("DELETE FROM contacts WHERE id = :id", id=contacts[0])
    read = reading.in_blocks

    def and_then_drain(client: Elasticsearch, index: str, numbers: Collection[int]) -> tuple[Held, ...]:
        held = read(client, index, numbers)
        drain(connections)
        return held

    monkeypatch.setattr(reading, "in_blocks", and_then_drain)
    assert found(connections) == set()
    assert shop.pending() == 0


def test_what_changes_while_the_index_is_read_is_no_drift(
    connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = shop.contacts(5)
    drain(connections)
    lost = str(contacts[1])
    connections.indices.client.delete(index=connections.alias, id=lost)
    read = reading.in_blocks

    def change_and(client: Elasticsearch, index: str, numbers: Collection[int]) -> tuple[Held, ...]:
        shop.run("DELETE FROM contacts WHERE id = :id", id=contacts[1])
        shop.run("UPDATE contacts SET city = 'Köln' WHERE id = :id", id=contacts[2])
        newcomer = shop.contact("newcomer")
        drain(connections)
        assert newcomer in searched(connections)
        return read(client, index, numbers)

    monkeypatch.setattr(reading, "in_blocks", change_and)
    assert found(connections) == set()


def test_a_contact_of_which_nothing_is_left_meanwhile_is_no_drift(
    connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact, *_ = shop.contacts(5)
    drain(connections)
    connections.indices.client.delete(index=connections.alias, id=str(contact), refresh=True)
    read = reading.in_blocks

    def forget_and(client: Elasticsearch, index: str, numbers: Collection[int]) -> tuple[Held, ...]:
        for table, column in (("contacts", "id"), ("index_state", "contact_id")):
            shop.run(f"DELETE FROM {table} WHERE {column} = :contact", contact=contact)
        return read(client, index, numbers)

    monkeypatch.setattr(reading, "in_blocks", forget_and)
    assert found(connections) == set()


def test_an_index_that_is_given_up_meanwhile_is_passed_over(
    connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.contacts(1_500)
    drain(connections)
    steps = rebuild.steps(connections)
    next(steps)
    next(steps)
    steps.close()

    def given_up(connections: Connections, entry: Entry, span: Span) -> Comparison:
        rebuild.abort(connections)
        return compare(connections, entry, span)

    monkeypatch.setattr(check, "compare", given_up)
    assert len(entries(connections)) == 2
    assert checked(connections) == Checked(drifted=0, ended=True)
    assert len(entries(connections)) == 1


def test_a_document_ahead_is_found_however_busy_its_contact_is(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(5)
    drain(connections)
    busy = contacts[2]
    put(connections, busy, 9_000, fresh(connections, busy) | {"version": 9_000})
    shop.run("UPDATE contacts SET city = 'Köln'")
    assert shop.pending() == 5
    assert found(connections) == {(Kind.AHEAD, str(busy))}
    assert healed(connections)


def test_what_is_pending_is_not_judged_until_it_is_settled(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(5)
    drain(connections)
    lost = str(contacts[1])
    connections.indices.client.delete(index=connections.alias, id=lost)
    shop.run("UPDATE contacts SET city = 'Köln'")
    assert found(connections, documents=10) == set()
    shop.run("UPDATE index_state SET indexed_version = version WHERE contact_id = :id", id=contacts[1])
    assert found(connections) == {(Kind.MISSING, lost)}
    assert healed(connections)


def test_an_index_that_is_being_built_is_checked_as_far_as_it_is(
    connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "BATCH", 300)
    contacts = shop.contacts(1_500)
    drain(connections)
    steps = rebuild.steps(connections)
    name, done = "", 0
    while done < 1_200:
        step = next(steps)
        name, done = step.name, step.done
    steps.close()
    (_, entry) = entries(connections)
    part = sent(entry, Span(None, None))
    assert part == Span(None, 1_000)
    assert compare(connections, entry, part) == Comparison(part, 999, ())
    connections.indices.client.delete(index=name, id=str(contacts[100]))
    assert found(connections) == {(Kind.MISSING, str(contacts[100]))}
    assert healed(connections)
    with connections.engine.connect() as db:
        assert [one.kind for one in drift.findings(db)] == [Kind.MISSING]
