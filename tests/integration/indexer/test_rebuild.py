"""A new index beside the old one, and then in its place."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from indexer import filling, rebuild
from indexer.connections import Connections
from indexer.indices import Indices
from store import tables
from tests.integration.indexer.moves import FEW
from tests.integration.indexer.rebuilds import drain, entries, exists, read_by_alias, rebuilt
from tests.integration.indexer.shop import Shop, add, count, found, held


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "BATCH", 10)


def test_the_new_index_holds_what_the_old_one_held_and_is_read(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(35)
    drain(connections)
    (old,) = entries(connections)
    new = rebuilt(connections)
    assert new.name != old.name
    assert entries(connections) == (new,)
    assert read_by_alias(connections) == [new.name]
    assert found(connections, country="DE") == set(contacts)
    assert (new.backfill_done, new.backfill_total, new.backfilled_through) == (35, 35, contacts[-1])


def test_an_index_that_was_lost_is_built_again(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(15)
    drain(connections)
    connections.indices.delete(entries(connections)[0])
    rebuilt(connections)
    assert found(connections) == set(contacts)
    drain(connections)


def test_a_rebuild_may_come_first_of_all(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(15)
    rebuilt(connections)
    assert found(connections) == set(contacts)
    drain(connections)
    assert shop.pending() == 0


def test_without_contacts_an_empty_index_is_read(connections: Connections) -> None:
    rebuilt(connections)
    assert count(connections) == 0


def test_progress_counts_up_to_the_number_of_contacts(connections: Connections, shop: Shop) -> None:
    shop.contacts(35)
    assert [(one.done, one.total) for one in rebuild.steps(connections)] == [
        (0, 35),
        (10, 35),
        (20, 35),
        (30, 35),
        (35, 35),
    ]


def test_readers_keep_the_old_index_until_the_new_one_is_complete(connections: Connections, shop: Shop) -> None:
    shop.contacts(35)
    drain(connections)
    (old,) = entries(connections)
    for _ in rebuild.steps(connections):
        assert read_by_alias(connections) == [old.name]


def test_no_reader_ever_sees_less_than_everything(connections: Connections, shop: Shop) -> None:
    shop.contacts(200)
    drain(connections)
    seen: set[int] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(count(connections))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(2):
            rebuilt(connections)
    finally:
        done.set()
        reader.join()
    assert seen == {200}


def test_what_is_written_during_a_rebuild_is_in_the_new_index(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(100)
    drain(connections)
    steps = rebuild.steps(connections)
    done = next(steps).done
    while done < 50:  # contacts before and behind the position change, come and go
        done = next(steps).done
    early, late, gone_early, gone_late = contacts[0], contacts[-1], contacts[1], contacts[-2]
    shop.run("UPDATE contacts SET city = 'Köln' WHERE id IN (:early, :late)", early=early, late=late)
    shop.run("DELETE FROM contacts WHERE id IN (:early, :late)", early=gone_early, late=gone_late)
    newcomer = shop.contact("newcomer", city="Köln")
    drain(connections)
    for _ in steps:
        pass
    assert found(connections) == {*contacts, newcomer} - {gone_early, gone_late}
    assert found(connections, city="Köln") == {early, late, newcomer}


def test_writers_and_workers_that_never_rest_do_not_disturb_a_rebuild(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(150)
    drain(connections)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            shop.run("UPDATE contacts SET city = :city WHERE id % 7 = :rest", city=f"c{number}", rest=number % 7)
            if shop.pending() < FEW:
                shop.contact(f"new {number}")
            shop.run("DELETE FROM contacts WHERE id = :id", id=contacts[number % 100])

    def work() -> None:
        worker = replace(connections, indices=Indices(connections.indices.client))
        while not stop.is_set():
            drain(worker)

    threads = [threading.Thread(target=write), threading.Thread(target=work), threading.Thread(target=work)]
    for thread in threads:
        thread.start()
    try:
        rebuilt(connections)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    drain(connections)
    with connections.engine.connect() as db:
        there: dict[int, str | None] = dict(
            db.execute(tables.contacts.select().with_only_columns(*tables.contacts.c["id", "city"])).all()
        )
    assert found(connections) == set(there)
    for contact, city in there.items():
        assert (held(connections, contact) or {}).get("city") == city


def test_a_contact_that_the_new_index_refuses_stays_pending(connections: Connections, shop: Shop) -> None:
    with connections.engine.begin() as db:
        values = {"org_id": shop.org, "object": "contact", "key": "size", "label": "size"}
        add(db, tables.custom_fields, type="number", slot="double_0", **values)
    sound = shop.contacts(15)
    anna = shop.contact("a", custom={"size": "tall"})
    shop.run("UPDATE index_state SET indexed_version = version")
    rebuilt(connections)
    assert found(connections) == set(sound)
    assert shop.pending() == 1
    drain(connections)
    assert "double_0" in (shop.error(anna) or "")


def test_an_index_of_another_contract_is_read_until_its_successor_is_complete(
    connections: Connections, shop: Shop
) -> None:
    shop.contacts(15)
    drain(connections)
    shop.run("UPDATE indices SET fingerprint = 'another'")
    newer = replace(connections, indices=Indices(connections.indices.client))
    shop.run("UPDATE contacts SET city = 'Köln'")
    rebuilt(newer)
    drain(newer)
    assert len(found(newer, city="Köln")) == 15
    assert shop.pending() == 0


def test_a_retired_index_goes_after_the_grace_time(connections: Connections, shop: Shop) -> None:
    shop.contacts(5)
    drain(connections)
    (old,) = entries(connections)
    new = rebuilt(connections)
    assert rebuild.clean(connections) == ()
    assert exists(connections, old.name)
    assert rebuild.clean(connections, grace_seconds=0) == (old.name,)
    assert not exists(connections, old.name)
    assert exists(connections, new.name)
    assert rebuild.clean(connections, grace_seconds=0) == ()
