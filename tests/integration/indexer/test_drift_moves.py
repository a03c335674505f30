"""The checks know which index holds which organisation, and say nothing of one that is moving."""

from __future__ import annotations

from collections.abc import Callable, Generator

import pytest

from indexer import filling, joining, leaving, rebuild
from indexer.connections import Connections
from indexer.errors import IncompleteError
from indexer.progress import Progress
from store.drift import Kind
from store.moves import Move
from tests.integration.indexer.drifts import checked, found, fresh, healed, version
from tests.integration.indexer.moves import moved_apart, moved_back, read_from, restless, resumed, seen
from tests.integration.indexer.rebuilds import drain, entries
from tests.integration.indexer.shop import Shop, held
from tests.integration.indexer.shop import found as searched


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (filling, joining, leaving):
        monkeypatch.setattr(module, "BATCH", 100)
    monkeypatch.setattr(rebuild, "GRACE_SECONDS", 0.0)


def indices(connections: Connections) -> tuple[str, str]:
    """The shared index and the one of an organisation."""
    shared, own = sorted(entries(connections), key=lambda entry: entry.org_id or 0)
    return shared.name, own.name


def test_an_organisation_that_moves_is_no_drift(connections: Connections, shop: Shop, neighbour: Shop) -> None:
    shop.contacts(100)
    neighbour.contacts(100)
    drain(connections)

    def watched(work: Generator[Progress]) -> None:
        for step, _ in enumerate(work):
            if step < 2:  # writers are faster than checks, and a move ends only when it has caught up with them
                assert found(connections, documents=10) == set()
                assert checked(connections).drifted == 0

    with restless(connections, shop, neighbour):
        watched(rebuild.move_apart(connections, shop.org))
        watched(rebuild.resume(connections))
        watched(rebuild.move_back(connections, shop.org))
    assert found(connections, documents=50) == set()


def test_each_index_is_checked_for_the_organisations_that_it_holds(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    ours, theirs = shop.contacts(5), neighbour.contacts(5)
    drain(connections)
    moved_apart(connections, shop.org)
    resumed(connections)
    shared, own = indices(connections)
    client = connections.indices.client
    client.delete(index=own, id=str(ours[0]))
    client.delete(index=shared, id=str(theirs[0]))
    for contact, index in ((ours[1], shared), (theirs[1], own)):  # each where it does not belong
        late = fresh(connections, contact) | {"version": 500}
        client.index(index=index, id=str(contact), document=late, version=500, version_type="external_gte")
    assert found(connections) == {
        (Kind.MISSING, str(ours[0])),
        (Kind.MISSING, str(theirs[0])),
        (Kind.ORPHAN, str(ours[1])),
        (Kind.ORPHAN, str(theirs[1])),
    }
    before = version(connections, ours[1])
    assert healed(connections)
    assert searched(connections, shared) == seen(connections, neighbour.org) == set(theirs)
    assert searched(connections, own) == seen(connections, shop.org) == set(ours)
    assert version(connections, ours[1]) == before
    assert held(connections, ours[1], own) is not None


def lose(connections: Connections, shared: str, contact: int) -> None:
    connections.indices.client.delete(index=shared, id=str(contact), refresh=True)


def exchange(connections: Connections, shared: str, contact: int) -> None:
    """As many documents as before, but not the same."""
    stranger = fresh(connections, contact) | {"contact_id": contact + 500}
    connections.indices.client.index(index=shared, id=str(contact + 500), document=stranger)
    lose(connections, shared, contact)


def make_older(connections: Connections, shared: str, contact: int) -> None:
    _change(connections, shared, contact, {"version": version(connections, contact) - 1})


def give_away(connections: Connections, shared: str, contact: int) -> None:
    _change(connections, shared, contact, {"org_id": 999})


def _change(connections: Connections, shared: str, contact: int, changed: dict[str, int]) -> None:
    connections.indices.client.index(
        index=shared,
        id=str(contact),
        document=fresh(connections, contact) | changed,
        version=version(connections, contact),
        version_type="external_gte",
        refresh=True,
    )


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lose, "1 missing, such as"),
        (exchange, "1 missing, such as"),
        (make_older, "1 different in version, such as"),
        (give_away, "1 wrong tenant, such as"),
    ],
)
def test_an_organisation_is_not_read_where_its_documents_are_not_as_they_should_be(
    connections: Connections,
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Connections, str, int], None],
    said: str,
) -> None:
    ours = shop.contacts(15)
    drain(connections)
    own = moved_apart(connections, shop.org)
    arrived = joining._check

    def damaged(connections: Connections, move: Move) -> None:
        damage(connections, move.index_name, ours[3])
        arrived(connections, move)

    monkeypatch.setattr(joining, "_check", damaged)
    with pytest.raises(IncompleteError, match=f"organisation {shop.org}: {said} {ours[3]}.*read where it was before"):
        moved_back(connections, shop.org)
    assert read_from(connections, shop.org) == own
    assert seen(connections, shop.org) == set(ours)
    monkeypatch.setattr(joining, "_check", arrived)
    resumed(connections)  # what was sent there is removed
    assert healed(connections)
    moved_back(connections, shop.org)
    assert seen(connections, shop.org) == set(ours)


def test_what_others_lack_in_the_shared_index_keeps_nobody_from_moving_there(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    ours, theirs = shop.contacts(5), neighbour.contacts(5)
    drain(connections)
    moved_apart(connections, shop.org)
    shared, _ = indices(connections)
    exchange(connections, shared, theirs[0])
    connections.indices.client.index(index=shared, id="strange", document={"org_id": neighbour.org, "bucket": 1})
    moved_back(connections, shop.org)
    assert read_from(connections, shop.org) == connections.alias
    assert seen(connections, shop.org) == set(ours)
