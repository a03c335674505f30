"""Changes in PostgreSQL arrive in the index."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, text

from indexer import bulk, creation, rebuild, source
from indexer.connections import Connections, elastic
from indexer.errors import BusyError, MissingIndexError, RejectedError
from indexer.indices import Indices
from indexer.rows import Rows
from indexer.sync import Drained, Sync
from mappings.errors import ContractError
from store import state, tables, write_set
from store.write_set import Entry
from tests.integration.indexer.shop import Shop, add, count, found, held
from tests.waits import until_waiting

SECONDS = 60.0


def drain(connections: Connections, batch: int = state.BATCH) -> Drained:
    return Sync(connections, batch=batch).drain(SECONDS)


def after_this_try_none_for_long(shop: Shop) -> None:
    """What the index refuses at the next attempt is not due again within half an hour, as after many attempts."""
    shop.run("UPDATE index_state SET attempts = 30")


def test_contacts_are_found_as_soon_as_they_count_as_indexed(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(25)
    assert drain(connections, batch=10) == Drained(indexed=25, refused=0, more=False)
    assert found(connections, country="DE", org_id=shop.org) == set(contacts)
    assert shop.pending() == 0
    assert drain(connections) == Drained(indexed=0, refused=0, more=False)


def test_a_change_arrives(connections: Connections, shop: Shop) -> None:
    anna, bert = shop.contact("a", city="Bonn"), shop.contact("b", city="Bonn")
    drain(connections)
    shop.run("UPDATE contacts SET city = 'Köln' WHERE id = :id", id=anna)
    assert drain(connections).indexed == 1
    assert found(connections, city="Köln") == {anna}
    assert found(connections, city="Bonn") == {bert}


def test_a_value_that_is_taken_away_is_gone(connections: Connections, shop: Shop) -> None:
    anna = shop.contact("a", city="Bonn")
    drain(connections)
    shop.run("UPDATE contacts SET city = NULL")
    drain(connections)
    assert "city" not in (held(connections, anna) or {})


def test_a_deleted_contact_is_gone(connections: Connections, shop: Shop) -> None:
    anna, bert = shop.contact("a"), shop.contact("b")
    drain(connections)
    shop.run("DELETE FROM contacts WHERE id = :id", id=anna)
    assert drain(connections).indexed == 1
    assert found(connections) == {bert}
    assert shop.pending() == 0


def test_a_contact_deleted_before_it_was_ever_indexed(connections: Connections, shop: Shop) -> None:
    shop.contact("a")
    shop.run("DELETE FROM contacts")
    assert drain(connections).indexed == 1
    assert found(connections) == set()


def test_events_arrive(connections: Connections, shop: Shop) -> None:
    anna = shop.contact("a")
    drain(connections)
    shop.event(anna, 1_000)
    drain(connections)
    value = shop.code("purchase") << 41 | 1 << 32 | 1_000
    assert found(connections, events=value) == {anna}


def test_renaming_a_company_reaches_all_its_contacts(connections: Connections, shop: Shop) -> None:
    with connections.engine.begin() as db:
        acme = add(db, tables.companies, org_id=shop.org, external_id="acme", name="Acme")
    employees = shop.contacts(60)
    shop.run("UPDATE contacts SET company_id = :acme", acme=acme)
    shop.contact("freelancer")
    drain(connections)
    shop.run("UPDATE companies SET name = 'Emca'")
    assert drain(connections, batch=25).indexed == 60
    assert found(connections, **{"company.name": "emca"}) == set(employees)


def test_a_field_created_after_the_index_gets_its_slot(connections: Connections, shop: Shop) -> None:
    drain(connections)
    with connections.engine.begin() as db:
        values = {"org_id": shop.org, "object": "contact", "key": "k", "label": "k", "type": "text"}
        add(db, tables.custom_fields, slot="keyword_99", **values)
    anna = shop.contact("a", custom={"k": "v"})
    drain(connections)
    assert found(connections, **{"custom.keyword_99": "v"}) == {anna}


def test_a_refused_contact_is_recorded_and_the_rest_is_indexed(connections: Connections, shop: Shop) -> None:
    with connections.engine.begin() as db:
        for key, kind, slot in (("size", "number", "double_0"), ("day", "date", "date_0")):
            values = {"org_id": shop.org, "object": "contact", "key": key, "label": key}
            add(db, tables.custom_fields, type=kind, slot=slot, **values)
    by_elasticsearch = shop.contact("a", custom={"size": "tall"})
    by_the_builder = shop.contact("b", custom={"day": "someday"})
    sound = shop.contacts(30)
    after_this_try_none_for_long(shop)
    assert drain(connections, batch=10) == Drained(indexed=30, refused=2, more=False)
    assert found(connections) == set(sound)
    assert "double_0" in (shop.error(by_elasticsearch) or "")
    assert "2026-11-24" in (shop.error(by_the_builder) or "")
    assert shop.pending() == 2

    shop.run("UPDATE contacts SET custom = '{}' WHERE id = ANY (:ids)", ids=[by_elasticsearch, by_the_builder])
    assert drain(connections) == Drained(indexed=2, refused=0, more=False)
    assert shop.error(by_elasticsearch) is None
    assert shop.pending() == 0


def test_a_refused_change_leaves_what_was_there_before(connections: Connections, shop: Shop) -> None:
    with connections.engine.begin() as db:
        values = {"org_id": shop.org, "object": "contact", "key": "size", "label": "size"}
        add(db, tables.custom_fields, type="number", slot="double_0", **values)
    anna = shop.contact("a", custom={"size": 5})
    drain(connections)
    shop.run("""UPDATE contacts SET custom = '{"size": "tall"}'""")
    after_this_try_none_for_long(shop)
    assert drain(connections).refused == 1
    assert (held(connections, anna) or {})["custom"] == {"double_0": 5}
    assert shop.pending() == 1


@pytest.fixture
def refused(connections: Connections, shop: Shop) -> int:
    """A contact that the index refuses, and that is not to be tried again for a long time."""
    with connections.engine.begin() as db:
        values = {"org_id": shop.org, "object": "contact", "key": "size", "label": "size"}
        add(db, tables.custom_fields, type="number", slot="double_0", **values)
    contact = shop.contact("a", custom={"size": "tall"})
    after_this_try_none_for_long(shop)
    assert drain(connections).refused == 1
    assert drain(connections).refused == 0
    return contact


@pytest.mark.usefixtures("refused")
def test_a_refused_contact_is_tried_again_when_another_index_is_read(connections: Connections) -> None:
    for _ in rebuild.steps(connections):
        pass
    assert drain(connections).refused >= 1  # and soon once more


@pytest.mark.usefixtures("refused")
def test_a_refused_contact_is_tried_again_when_the_mapping_grows(connections: Connections, shop: Shop) -> None:
    with connections.engine.begin() as db:
        values = {"org_id": shop.org, "object": "contact", "key": "k", "label": "k", "type": "text"}
        add(db, tables.custom_fields, slot="keyword_99", **values)
    shop.contact("b", custom={"k": "v"})
    drained = drain(connections)
    assert drained.indexed == 1
    assert drained.refused >= 1  # and soon once more


def test_workers_share_the_work(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(400)
    creation.first_index(connections)
    together = threading.Barrier(3)

    def work(_: int) -> int:
        together.wait()
        return drain(connections, batch=20).indexed

    with ThreadPoolExecutor(3) as workers:
        indexed = list(workers.map(work, range(3)))
    assert sum(indexed) == 400
    assert found(connections) == set(contacts)
    assert shop.pending() == 0


def test_a_change_during_the_work_is_not_lost(connections: Connections, shop: Shop) -> None:
    anna = shop.contact("a", city="Bonn")
    creation.first_index(connections)
    with connections.engine.begin() as db:
        claim = state.claim(db)
    with source.snapshot(connections.engine) as db:
        version = source.read(db, claim.contact_ids).states[0].version
    shop.run("UPDATE contacts SET city = 'Köln'")
    with connections.engine.begin() as db:
        state.complete(db, claim.lease, {anna: version})
    assert shop.pending() == 1
    drain(connections)
    assert found(connections, city="Köln") == {anna}


def test_what_changes_while_a_batch_is_under_way_is_taken_once_that_batch_can_be_found(
    connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream of single changes would else be claimed and sent contact by contact, and all wait for one refresh."""
    anna, bert = shop.contact("a"), shop.contact("b")
    drain(connections)
    read, steps = source.read, list[object]()

    def and_then_a_change(db: Connection, contact_ids: Iterable[int]) -> Rows:
        rows = read(db, contact_ids)
        if not steps:
            shop.run("UPDATE contacts SET city = 'Köln' WHERE id = :id", id=bert)
        steps.append([state.contact_id for state in rows.states])
        return rows

    def refresh(*_: object) -> None:
        steps.append("refreshed")

    monkeypatch.setattr(source, "read", and_then_a_change)
    monkeypatch.setattr(Indices, "refresh", refresh)
    shop.run("UPDATE contacts SET city = 'Bonn' WHERE id = :id", id=anna)
    drain(connections)
    assert steps == [[anna], "refreshed", [bert], "refreshed"]


def test_a_worker_that_died_is_followed_by_another(connections: Connections, shop: Shop) -> None:
    shop.contacts(3)
    with connections.engine.begin() as db:
        assert len(state.claim(db, lease_seconds=600).contact_ids) == 3
    assert drain(connections).indexed == 0
    shop.run("UPDATE index_state SET leased_until = clock_timestamp()")
    assert drain(connections).indexed == 3


def test_time_that_runs_out_leaves_the_rest_for_later(connections: Connections, shop: Shop) -> None:
    shop.contacts(3)
    assert Sync(connections).drain(0) == Drained(indexed=0, refused=0, more=True)
    assert drain(connections).indexed == 3


def test_changes_go_to_the_index_that_is_read_and_to_the_one_being_built(connections: Connections, shop: Shop) -> None:
    anna = shop.contact("a")
    drain(connections)
    steps = rebuild.steps(connections)
    next(steps)
    shop.run("UPDATE contacts SET city = 'Köln'")
    drain(connections)
    with connections.engine.connect() as db:
        names = [entry.name for entry in write_set.write_set(db, connections.alias)]
    assert [found(connections, name, city="Köln") for name in names] == [{anna}, {anna}]
    steps.close()


def test_an_index_that_left_the_write_set_meanwhile_is_no_reason_to_stop(
    connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.contacts(2)
    drain(connections)
    steps = rebuild.steps(connections)
    next(steps)
    shop.run("UPDATE contacts SET city = 'Köln'")
    deliver = bulk.deliver

    def after_an_abort(client: object, target: str, items: object, patience: object = None) -> object:
        rebuild.abort(connections)
        return deliver(client, target, items, patience)  # type: ignore[arg-type]

    steps.close()
    monkeypatch.setattr(bulk, "deliver", after_an_abort)
    assert drain(connections).indexed == 2
    assert len(found(connections, city="Köln")) == 2


def test_what_only_an_index_held_that_was_given_up_counts_as_pending(
    connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = shop.contacts(3)
    steps = rebuild.steps(connections)
    next(steps)
    deliver = bulk.deliver

    def and_then_an_abort(*arguments: Any) -> object:
        monkeypatch.undo()
        outcome = deliver(*arguments)
        rebuild.abort(connections)
        return outcome

    monkeypatch.setattr(bulk, "deliver", and_then_an_abort)
    drain(connections)
    assert shop.pending() == 3
    steps.close()
    assert drain(connections).indexed == 3
    assert found(connections) == set(contacts)


def test_nothing_counts_as_indexed_while_the_first_index_is_being_made(connections: Connections, shop: Shop) -> None:
    shop.contacts(3)
    with write_set.alone(connections.engine, connections.alias):
        assert drain(connections) == Drained(indexed=0, refused=0, more=False)
    assert shop.pending() == 3
    assert drain(connections).indexed == 3


def test_an_index_that_is_gone_before_its_worker_looked_at_it_is_no_reason_to_stop(
    connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.contacts(2)
    drain(connections)
    steps = rebuild.steps(connections)
    next(steps)
    steps.close()
    shop.run("UPDATE contacts SET city = 'Köln'")
    read = write_set.write_set

    def and_then_an_abort(db: Connection, alias: str) -> tuple[Entry, ...]:
        entries = read(db, alias)
        rebuild.abort(connections)
        return entries

    monkeypatch.setattr(write_set, "write_set", and_then_an_abort)
    assert drain(replace(connections, indices=Indices(connections.indices.client))).indexed == 2
    assert len(found(connections, city="Köln")) == 2


def live(connections: Connections) -> Entry:
    with connections.engine.connect() as db:
        entry = write_set.live(db, connections.alias)
    assert entry is not None
    return entry


@pytest.mark.parametrize("known", [False, True])
def test_without_its_index_a_worker_stops_and_claims_nothing(connections: Connections, shop: Shop, known: bool) -> None:
    shop.contact("a")
    drain(connections)
    connections.indices.delete(live(connections))
    if not known:
        connections = replace(connections, indices=Indices(connections.indices.client))
    shop.contact("b")
    with pytest.raises((MissingIndexError, RejectedError), match="segments index rebuild"):
        drain(connections)
    assert not connections.indices.client.indices.exists(index=f"{connections.alias}*", allow_no_indices=False)
    with connections.engine.begin() as db:
        assert len(state.claim(db).contact_ids) == 1


def test_an_index_of_another_contract_stops_the_worker(connections: Connections, shop: Shop) -> None:
    drain(connections)
    shop.contact("a")
    shop.run("UPDATE indices SET fingerprint = 'another'")
    newer = replace(connections, indices=Indices(connections.indices.client))
    with pytest.raises(ContractError, match="another contract"):
        drain(newer)
    assert shop.pending() == 1


def test_a_worker_that_deadlocks_with_somebody_elses_sql_records_all_the_same(
    connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drain(connections)  # there is an index
    ids = sorted(shop.contacts(3))
    touch = text("UPDATE contacts SET city = 'Mainz' WHERE id = :id")
    refreshed, touched = Event(), Event()

    def refresh(indices: Indices, entry: Entry) -> None:
        as_before(indices, entry)
        refreshed.set()
        touched.wait(SECONDS)

    as_before = Indices.refresh
    monkeypatch.setattr(Indices, "refresh", refresh)
    engine = connections.engine
    with ThreadPoolExecutor(2) as pool, engine.connect() as other, engine.connect() as first:
        drained = pool.submit(drain, connections)
        assert refreshed.wait(SECONDS)
        first.execute(touch, {"id": ids[1]})
        other.execute(text("SET LOCAL deadlock_timeout = '1 min'"))  # so that the worker is the one to be ended
        other.execute(touch, {"id": ids[2]})
        touched.set()
        until_waiting(first, drained)  # it has the first contact
        met = pool.submit(other.execute, touch, {"id": ids[0]})
        until_waiting(first, drained, met)
        first.rollback()  # it goes on to the last one
        met.result()
        other.commit()
        drained.result()
    drain(connections)
    assert shop.pending() == 0
    assert found(connections, city="Mainz") == {ids[0], ids[2]}


def test_what_was_claimed_is_given_back_when_elasticsearch_is_away(
    connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    creation.first_index(connections)
    shop.contacts(5)
    nobody = elastic(replace(connections.settings, elasticsearch_url="http://127.0.0.1:9"))
    monkeypatch.setattr(bulk.Patience, "__init__", _hurried)
    cut_off = Sync(replace(connections, indices=Indices(nobody, {live(connections).name: {}})), batch=2)
    with pytest.raises(BusyError):
        cut_off.drain(SECONDS)
    nobody.close()
    assert drain(connections).indexed == 5
    assert count(connections) == 5


def _hurried(patience: bulk.Patience, stopping: Event) -> None:
    patience.attempts, patience.first_seconds, patience.most_seconds, patience.stopping = 2, 0.0, 0.0, stopping
    patience.succeeded()


def test_whoever_writes_by_hand_is_followed_as_well(connections: Connections, shop: Shop) -> None:
    shop.contacts(3)
    drain(connections)
    with connections.engine.begin() as db:
        db.execute(text("INSERT INTO tags (org_id, name) VALUES (:org, 'VIP')"), {"org": shop.org})
        db.execute(text("INSERT INTO contact_tags SELECT contacts.id, tags.id FROM contacts, tags LIMIT 2"))
    assert drain(connections).indexed == 2
