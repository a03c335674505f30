"""An organisation gets an index of its own, and comes back, while it is in use."""

from __future__ import annotations

import re

import pytest

from indexer import bulk, filling, joining, leaving, rebuild, source
from indexer.connections import Connections
from indexer.documents import build
from indexer.errors import RebuildError
from store import state, tables
from tests.integration.indexer.moves import differences, moved_apart, moved_back, read_from, restless, resumed, seen
from tests.integration.indexer.rebuilds import drain, entries, exists, rebuilt
from tests.integration.indexer.shop import Shop, add, found, held


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (filling, joining, leaving):
        monkeypatch.setattr(module, "BATCH", 10)


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an organisation left behind may be removed at once."""
    monkeypatch.setattr(rebuild, "GRACE_SECONDS", 0.0)


def test_an_organisation_is_read_from_its_own_index_and_the_others_as_before(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    ours, theirs = shop.contacts(35), neighbour.contacts(15)
    drain(connections)
    assert read_from(connections, shop.org) == connections.alias
    own = moved_apart(connections, shop.org)
    assert own != connections.alias
    assert read_from(connections, neighbour.org) == connections.alias
    assert found(connections, own) == seen(connections, shop.org) == set(ours)
    assert seen(connections, neighbour.org) == set(theirs)


def test_changes_go_only_where_their_organisation_is_read(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    shop.contacts(3)
    drain(connections)
    own = moved_apart(connections, shop.org)
    ours, theirs = shop.contact("ours"), neighbour.contact("theirs")
    drain(connections)
    assert held(connections, ours, own)
    assert held(connections, ours) is None
    assert held(connections, theirs)
    assert held(connections, theirs, own) is None
    assert shop.pending() == 0


def test_an_organisation_is_moved_once(connections: Connections, shop: Shop) -> None:
    shop.contacts(3)
    drain(connections)
    own = moved_apart(connections, shop.org)
    assert list(rebuild.move_apart(connections, shop.org)) == []
    assert read_from(connections, shop.org) == own
    moved_back(connections, shop.org)
    assert list(rebuild.move_back(connections, shop.org)) == []


def test_without_an_index_there_is_nothing_to_move_out_of(connections: Connections, shop: Shop) -> None:
    with pytest.raises(RebuildError, match="segments index rebuild"):
        moved_apart(connections, shop.org)


def test_progress_counts_up_to_the_contacts_of_the_organisation(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    shop.contacts(25)
    neighbour.contacts(15)
    drain(connections)
    there = [(one.done, one.total) for one in rebuild.move_apart(connections, shop.org)]
    assert there == [(0, 25), (10, 25), (20, 25), (25, 25)]
    back = [(one.done, one.total) for one in rebuild.move_back(connections, shop.org)]
    assert back[-1] == (25, 25)
    assert back == sorted(back)
    assert len(back) >= 3


def test_what_was_left_in_the_shared_index_is_removed_after_the_grace_time(
    connections: Connections, shop: Shop, neighbour: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = shop.contacts(35), neighbour.contacts(15)
    drain(connections)
    moved_apart(connections, shop.org)
    resumed(connections)
    assert found(connections) == {*ours, *theirs}
    assert not rebuild.left_behind(connections)
    monkeypatch.setattr(rebuild, "GRACE_SECONDS", 0.0)
    assert rebuild.left_behind(connections)
    resumed(connections)
    connections.indices.refresh(entries(connections)[0])
    assert found(connections) == set(theirs)
    assert seen(connections, shop.org) == set(ours)
    assert not rebuild.left_behind(connections)


@pytest.mark.usefixtures("no_grace")
def test_a_bulk_that_was_decided_on_before_the_move_brings_nothing_back(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(15)
    drain(connections)
    (shared,) = entries(connections)
    shop.run("UPDATE contacts SET city = 'Köln'")
    newcomer = shop.contact("newcomer")
    with source.snapshot(connections.engine) as db:  # a worker is as far as this, and stands still for a while
        late, _ = bulk.encode(build(source.read(db, [*contacts, newcomer])).documents)
    moved_apart(connections, shop.org)
    resumed(connections)
    outcome = bulk.deliver(connections.indices.client, shared.target, late)
    assert (outcome.written, outcome.newer) == (0, 16)
    connections.indices.refresh(shared)
    assert found(connections) == set()
    drain(connections)
    assert seen(connections, shop.org) == {*contacts, newcomer}


@pytest.mark.usefixtures("no_grace")
def test_an_organisation_that_comes_back_soon_is_there_whole(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(35)
    drain(connections)
    own = moved_apart(connections, shop.org)
    resumed(connections)
    shop.run("DELETE FROM contacts WHERE id = :id", id=contacts[0])
    drain(connections)
    moved_back(connections, shop.org)
    assert read_from(connections, shop.org) == connections.alias
    assert seen(connections, shop.org) == set(contacts[1:])
    assert differences(connections, shop.org) == set()
    assert exists(connections, own)
    assert rebuild.clean(connections, grace_seconds=0) == (own,)
    assert not exists(connections, own)


def test_coming_back_before_anything_was_removed_leaves_no_ghost(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(15)
    drain(connections)
    moved_apart(connections, shop.org)
    shop.run("DELETE FROM contacts WHERE id = :id", id=contacts[0])  # the shared index never hears of it
    drain(connections)
    assert held(connections, contacts[0])
    moved_back(connections, shop.org)
    assert seen(connections, shop.org) == set(contacts[1:])
    assert not rebuild.left_behind(connections)


def test_coming_back_waits_for_what_another_worker_holds(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(15)
    drain(connections)
    own = moved_apart(connections, shop.org)
    shop.run("UPDATE contacts SET city = 'Köln' WHERE id = :id", id=contacts[3])
    with connections.engine.begin() as db:
        claim = state.claim(db, lease_seconds=600)
    work = rebuild.move_back(connections, shop.org)
    for _ in range(6):
        assert next(work).done < 15
    assert read_from(connections, shop.org) == own
    with connections.engine.begin() as db:
        state.release(db, claim)
    for _ in work:
        pass
    assert read_from(connections, shop.org) == connections.alias
    assert seen(connections, shop.org) == set(contacts)


def test_writers_and_workers_that_never_rest_do_not_disturb_moves(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    shop.contacts(120)
    neighbour.contacts(40)
    drain(connections)
    with restless(connections, shop, neighbour):
        moved_apart(connections, shop.org)
        moved_back(connections, shop.org)
        moved_apart(connections, neighbour.org)
    for one in (shop, neighbour):
        assert differences(connections, one.org) == set()
        assert seen(connections, one.org)
    assert shop.pending() == 0


def test_everything_is_rebuilt_with_an_organisation_apart(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    ours, theirs = shop.contacts(35), neighbour.contacts(15)
    drain(connections)
    own = moved_apart(connections, shop.org, shards=2)
    (shared,) = (entry for entry in entries(connections) if entry.org_id is None)
    for _ in rebuild.steps(connections):
        pass
    after = {entry.org_id: entry for entry in entries(connections)}
    assert after.keys() == {None, shop.org}
    assert {own, shared.name}.isdisjoint(entry.name for entry in after.values())
    assert found(connections) == set(theirs)
    assert found(connections, after[shop.org].name) == seen(connections, shop.org) == set(ours)
    settings = connections.indices.client.indices.get_settings(index=after[shop.org].name)
    assert settings[after[shop.org].name]["settings"]["index"]["number_of_shards"] == "2"


def test_a_rebuild_of_everything_that_was_killed_after_the_first_index_goes_on_with_the_next(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    shop.contacts(15)
    neighbour.contacts(15)
    drain(connections)
    own = moved_apart(connections, shop.org)
    steps = rebuild.steps(connections)
    shared = next(steps).name
    while (now := next(steps).name) == shared:
        pass
    steps.close()
    assert rebuild.left_behind(connections)
    rest = {one.name for one in rebuild.steps(connections)}
    assert rest == {now}
    assert read_from(connections, shop.org) == now != own
    assert not rebuild.left_behind(connections)


def test_the_own_index_of_one_organisation_is_rebuilt_and_nothing_else(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    ours = shop.contacts(15)
    neighbour.contacts(5)
    drain(connections)
    own = moved_apart(connections, shop.org)
    before = {entry.name for entry in entries(connections)}
    assert {one.name for one in rebuild.steps_of(connections, shop.org)} == {read_from(connections, shop.org)}
    assert read_from(connections, shop.org) != own
    assert len(before & {entry.name for entry in entries(connections)}) == 1
    assert seen(connections, shop.org) == set(ours)


def test_the_documents_of_one_organisation_in_the_shared_index_are_sent_again(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    contacts, theirs = shop.contacts(25), neighbour.contacts(5)
    drain(connections)
    (shared,) = entries(connections)
    for contact in (contacts[3], theirs[3]):
        connections.indices.client.delete(index=shared.name, id=str(contact), refresh=True)
    for _ in rebuild.steps_of(connections, shop.org):
        pass
    assert [entry.name for entry in entries(connections)] == [shared.name]
    assert seen(connections, shop.org) == set(contacts)
    assert len(seen(connections, neighbour.org)) == 4
    assert shop.pending() == 0


def test_the_own_index_of_a_deleted_organisation_goes_with_it(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    shop.contacts(5)
    theirs = neighbour.contacts(5)
    drain(connections)
    own = moved_apart(connections, shop.org)
    shop.run("DELETE FROM organisations WHERE id = :org", org=shop.org)
    assert rebuild.clean(connections) == (own,)
    assert not exists(connections, own)
    drain(connections)
    assert shop.pending() == 0
    rebuilt(connections)
    assert found(connections) == set(theirs)


def test_an_own_index_is_as_wide_as_its_organisation_needs(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    def declare(number: int) -> None:
        with connections.engine.begin() as db:
            values = {"org_id": neighbour.org, "object": "contact", "key": f"k{number}", "label": f"k{number}"}
            add(db, tables.custom_fields, type="text", slot=f"keyword_{number}", **values)

    for number in range(20):
        declare(number)
    shop.contacts(5)
    theirs = neighbour.contact("n", custom={"k19": "wide"})
    drain(connections)
    assert _keywords(connections, moved_apart(connections, shop.org)) == 16
    wide = moved_apart(connections, neighbour.org)
    assert _keywords(connections, wide) == 24
    assert (held(connections, theirs, wide) or {})["custom"] == {"keyword_19": "wide"}
    declare(30)
    neighbour.run('UPDATE contacts SET custom = custom || \'{"k30": "wider"}\' WHERE id = :id', id=theirs)
    drain(connections)
    assert _keywords(connections, wide) == 32
    assert _keywords(connections, read_from(connections, shop.org)) == 16


def _keywords(connections: Connections, name: str) -> int:
    """How many slots for texts of contacts the index has."""
    mapping = connections.indices.client.indices.get_mapping(index=name)[name]["mappings"]
    slots = mapping["properties"]["custom"]["properties"]
    return sum(1 for slot in slots if re.fullmatch(r"keyword_\d+", slot))
