"""A rebuild that is stopped, killed, given up or found wanting."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer import filling, rebuild
from indexer.connections import Connections
from indexer.errors import RebuildError
from store import write_set
from tests.integration.indexer.rebuilds import drain, entries, exists, read_by_alias, rebuilt
from tests.integration.indexer.shop import Shop, count, found
from tests.integration.indexer.work import killed_at_a_bulk, until


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "BATCH", 10)


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
    contacts = shop.contacts(3_500)
    with killed_at_a_bulk(connections, 3, "rebuild"):
        until(lambda: entries(connections)[0].backfill_done >= 1_000)
    (half,) = entries(connections)
    assert half.state == "building"
    assert 1_000 <= half.backfill_done < 3_500
    steps = rebuild.steps(connections)
    first = next(steps)
    assert (first.name, first.done) == (half.name, half.backfill_done)
    for _ in steps:
        pass
    assert count(connections) == len(contacts)
    assert entries(connections)[0].backfill_done == 3_500


def test_two_processes_do_not_rebuild_at_once(connections: Connections, shop: Shop) -> None:
    shop.contacts(15)
    steps = rebuild.steps(connections)
    next(steps)
    with pytest.raises(RebuildError, match="another process"):
        next(rebuild.steps(connections))
    assert not rebuild.left_behind(connections)
    steps.close()
    assert rebuild.left_behind(connections)


@pytest.mark.parametrize("batches", [0, 4])
def test_a_rebuild_that_was_given_up_leaves_no_trace(connections: Connections, shop: Shop, batches: int) -> None:
    """At its beginning, and when all are sent and the index is compared with the database."""
    shop.contacts(35)
    drain(connections)
    (old,) = entries(connections)
    steps = rebuild.steps(connections)
    new = [next(steps) for _ in range(1 + batches)][-1].name
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
    with pytest.raises(
        RebuildError, match=f"not as the database says: organisation {shop.org}: 1 missing, such as {contacts[3]}"
    ):
        list(steps)
    assert read_by_alias(connections) == [old.name]
    assert not exists(connections, new)
    rebuilt(connections)


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


def test_what_a_killed_creation_leaves_behind_is_cleaned_up(connections: Connections) -> None:
    with connections.engine.begin() as db:
        never_made = write_set.register(db, connections.alias)
    assert rebuild.clean(connections, grace_seconds=0) == (never_made.name,)


def test_nothing_is_cleaned_up_while_somebody_is_at_it(connections: Connections) -> None:
    with write_set.alone(connections.engine, connections.alias):
        assert rebuild.clean(connections, grace_seconds=0) == ()
