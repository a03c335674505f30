"""A new index beside the old one, and then in its place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from indexer import rebuild, write_set
from indexer.connections import Connections
from indexer.errors import RebuildError
from indexer.indices import Indices
from indexer.sync import Sync
from indexer.write_set import Entry
from store import tables
from tests.integration.indexer.shop import Shop, add, count, environment, found, held


def drain(connections: Connections) -> None:
    Sync(connections).drain(60)


def rebuilt(connections: Connections) -> Entry:
    """Rebuild to the end; the new index."""
    for _ in rebuild.steps(connections):
        pass
    return entries(connections)[0]


def entries(connections: Connections) -> tuple[Entry, ...]:
    """The write set: the index that is read, then the one being built."""
    with connections.engine.connect() as db:
        return tuple(sorted(write_set.write_set(db, connections.alias), key=lambda entry: entry.state, reverse=True))


def read_by_alias(connections: Connections) -> list[str]:
    return list(connections.indices.client.indices.get_alias(name=connections.alias))


def exists(connections: Connections, name: str) -> bool:
    return bool(connections.indices.client.indices.exists(index=name))


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "BATCH", 10)


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


def test_a_rebuild_that_stopped_goes_on_where_it_was(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(50)
    drain(connections)
    steps = rebuild.steps(connections)
    name = next(steps).name
    assert [next(steps).done, next(steps).done] == [10, 20]
    steps.close()
    resumed = list(rebuild.steps(connections))
    assert resumed[0].name == name
    assert resumed[0].done == 20
    assert [one.done for one in resumed] == [20, 30, 40, 50]
    assert found(connections) == set(contacts)


def test_a_rebuild_that_is_killed_goes_on_where_it_was(
    connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # batches as large as those of the process that is killed
    contacts = shop.contacts(8_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "indexer", "rebuild"],
        env=environment(connections.settings),
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not (begun := entries(connections)) or begun[-1].backfill_done < 1_000:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    (half,) = entries(connections)
    assert half.state == "building"
    assert 1_000 <= half.backfill_done < 8_000
    steps = rebuild.steps(connections)
    first = next(steps)
    assert (first.name, first.done) == (half.name, half.backfill_done)
    for _ in steps:
        pass
    assert count(connections) == len(contacts)
    assert entries(connections)[0].backfill_done == 8_000


def test_two_processes_do_not_rebuild_at_once(connections: Connections, shop: Shop) -> None:
    shop.contacts(15)
    steps = rebuild.steps(connections)
    next(steps)
    with pytest.raises(RebuildError, match="another process"):
        next(rebuild.steps(connections))
    assert not rebuild.left_behind(connections)
    steps.close()
    assert rebuild.left_behind(connections)


def test_a_rebuild_that_was_given_up_leaves_no_trace(connections: Connections, shop: Shop) -> None:
    shop.contacts(35)
    drain(connections)
    (old,) = entries(connections)
    steps = rebuild.steps(connections)
    new = next(steps).name
    assert rebuild.abort(connections) == new
    with pytest.raises(RebuildError, match=r"aborted|rebuild"):
        list(steps)
    assert entries(connections) == (old,)
    assert read_by_alias(connections) == [old.name]
    assert not exists(connections, new)
    assert rebuild.abort(connections) is None
    drain(connections)


def test_a_swap_that_was_killed_half_way_is_repeated(connections: Connections, shop: Shop) -> None:
    shop.contacts(15)
    drain(connections)
    (old,) = entries(connections)
    steps = rebuild.steps(connections)
    new = [next(steps) for _ in range(3)][-1].name
    steps.close()
    connections.indices.point(replace(old, name=new), connections.alias)
    rebuilt(connections)
    assert [entry.name for entry in entries(connections)] == [new]
    assert count(connections) == 15


def test_giving_up_after_half_a_swap_reads_the_old_index_again(connections: Connections, shop: Shop) -> None:
    shop.contacts(15)
    drain(connections)
    (old,) = entries(connections)
    steps = rebuild.steps(connections)
    new = next(steps).name
    steps.close()
    connections.indices.point(replace(old, name=new), connections.alias)
    rebuild.abort(connections)
    assert read_by_alias(connections) == [old.name]
    assert count(connections) == 15


def test_a_new_index_that_lacks_documents_is_not_read(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(15)
    drain(connections)
    (old,) = entries(connections)
    steps = rebuild.steps(connections)
    new = [next(steps) for _ in range(3)][-1].name
    connections.indices.client.delete(index=new, id=str(contacts[3]))
    with pytest.raises(RebuildError, match="14 documents for 15 contacts"):
        list(steps)
    assert read_by_alias(connections) == [old.name]
    assert not exists(connections, new)
    rebuilt(connections)


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


def test_an_unfinished_index_of_another_contract_is_thrown_away(connections: Connections, shop: Shop) -> None:
    shop.contacts(15)
    steps = rebuild.steps(connections)
    unfinished = next(steps).name
    steps.close()
    shop.run("UPDATE indices SET fingerprint = 'another'")
    assert not rebuild.left_behind(connections)
    assert rebuilt(connections).name != unfinished
    assert not exists(connections, unfinished)


def test_an_unfinished_index_that_was_lost_is_begun_anew(connections: Connections, shop: Shop) -> None:
    shop.contacts(25)
    steps = rebuild.steps(connections)
    unfinished = [next(steps), next(steps)][-1].name
    steps.close()
    connections.indices.client.indices.delete(index=unfinished)
    rebuilt(connections)
    assert count(connections) == 25


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


def test_what_a_killed_creation_leaves_behind_is_cleaned_up(connections: Connections) -> None:
    with connections.engine.begin() as db:
        never_made = write_set.register(db, connections.alias)
    assert rebuild.clean(connections, grace_seconds=0) == (never_made.name,)


def test_nothing_is_cleaned_up_while_somebody_is_at_it(connections: Connections) -> None:
    with write_set.alone(connections.engine, connections.alias):
        assert rebuild.clean(connections, grace_seconds=0) == ()
