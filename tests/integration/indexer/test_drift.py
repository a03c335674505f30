"""An index that is not as the database says is found out and repaired."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from indexer.connections import Connections
from indexer.drift.check import Checked
from store import drift
from store.drift import Kind
from tests.integration.indexer.drifts import checked, found, fresh, healed, put, version
from tests.integration.indexer.rebuilds import drain
from tests.integration.indexer.shop import Shop, held
from tests.integration.indexer.shop import found as searched

NOBODY = 7_777_777

Damage = Callable[[Connections, Shop, int], object]


@pytest.fixture
def contacts(connections: Connections, shop: Shop) -> list[int]:
    """Contacts that are indexed."""
    made = shop.contacts(15)
    shop.event(made[0], 1_000, amount=500)
    drain(connections)
    return made


def lost(connections: Connections, _shop: Shop, contact: int) -> None:
    connections.indices.client.delete(index=connections.alias, id=str(contact))


def deleted_under_a_version_of_later(connections: Connections, _shop: Shop, contact: int) -> None:
    connections.indices.client.delete(
        index=connections.alias, id=str(contact), version=5_000_000, version_type="external_gte"
    )


def forgotten_by_the_capture(connections: Connections, shop: Shop, contact: int) -> None:
    lost(connections, shop, contact)
    shop.run("DELETE FROM index_state WHERE contact_id = :id", id=contact)


def not_sent(_connections: Connections, shop: Shop, contact: int) -> None:
    shop.run("UPDATE contacts SET city = 'Bonn' WHERE id = :id", id=contact)
    shop.run("UPDATE index_state SET indexed_version = version WHERE contact_id = :id", id=contact)


def never_to_be_sent(_connections: Connections, shop: Shop, contact: int) -> None:
    shop.run("UPDATE index_state SET indexed_version = 1000000000 WHERE contact_id = :id", id=contact)
    shop.run("UPDATE contacts SET city = 'Bonn' WHERE id = :id", id=contact)


def from_a_later_life(connections: Connections, _shop: Shop, contact: int) -> None:
    put(connections, contact, 6_000, fresh(connections, contact) | {"version": 6_000, "city": "Atlantis"})


def changed_by_hand(connections: Connections, _shop: Shop, contact: int) -> None:
    connections.indices.client.update(index=connections.alias, id=str(contact), doc={"city": "Atlantis"})


def not_deleted(_connections: Connections, shop: Shop, contact: int) -> None:
    shop.run("DELETE FROM contacts WHERE id = :id", id=contact)
    shop.run("UPDATE index_state SET indexed_version = version WHERE contact_id = :id", id=contact)


def removed_past_the_triggers(_connections: Connections, shop: Shop, contact: int) -> None:
    with shop.engine.begin() as db:
        db.execute(text("SET LOCAL session_replication_role = replica"))
        db.execute(text("DELETE FROM contacts WHERE id = :id"), {"id": contact})


def under_another_organisation(connections: Connections, _shop: Shop, contact: int) -> None:
    other = Shop.open(connections.engine, "other")
    put(connections, contact, version(connections, contact), fresh(connections, contact) | {"org_id": other.org})


def without_an_organisation(connections: Connections, _shop: Shop, contact: int) -> None:
    document = fresh(connections, contact)
    del document["org_id"]
    put(connections, contact, version(connections, contact), document)


def under_another_contacts_id(connections: Connections, _shop: Shop, contact: int) -> None:
    put(connections, contact, version(connections, contact), fresh(connections, contact) | {"contact_id": NOBODY})


DAMAGES: tuple[tuple[Damage, Kind], ...] = (
    (lost, Kind.MISSING),
    (deleted_under_a_version_of_later, Kind.MISSING),
    (forgotten_by_the_capture, Kind.MISSING),
    (not_sent, Kind.STALE),
    (never_to_be_sent, Kind.STALE),
    (from_a_later_life, Kind.AHEAD),
    (changed_by_hand, Kind.AHEAD),
    (not_deleted, Kind.ORPHAN),
    (removed_past_the_triggers, Kind.ORPHAN),
    (under_another_organisation, Kind.WRONG_TENANT),
    (without_an_organisation, Kind.WRONG_TENANT),
    (under_another_contacts_id, Kind.DIFFERENT),
)


def test_of_a_sound_index_nothing_is_said(connections: Connections, contacts: list[int]) -> None:
    assert found(connections, documents=100) == set()
    assert checked(connections) == Checked(drifted=0, ended=True)
    with connections.engine.connect() as db:
        passed = drift.check(db, connections.alias)
        assert drift.findings(db) == ()
    assert passed is not None
    assert (passed.through, passed.finished_checked) == (0, len(contacts))
    assert 0 < passed.rebuilt <= len(contacts)


def test_each_kind_of_drift_is_found_named_and_repaired(
    connections: Connections, shop: Shop, contacts: list[int]
) -> None:
    wanted = {}
    for contact, (damage, kind) in zip(contacts[1:], DAMAGES, strict=False):
        damage(connections, shop, contact)
        wanted[damage.__name__] = (kind, str(contact))
    assert found(connections) == set(wanted.values())
    assert healed(connections)
    with connections.engine.connect() as db:
        findings = {one.kind: one for one in drift.findings(db, shop.org)}
    kinds = [kind for kind, _ in wanted.values()]
    assert {kind: (one.found, one.repaired) for kind, one in findings.items()} == {
        kind: (kinds.count(kind), kinds.count(kind)) for kind in Kind
    }
    assert set(findings[Kind.STALE].examples) == {int(one) for kind, one in wanted.values() if kind is Kind.STALE}
    assert findings[Kind.DIFFERENT].fields == ("contact_id",)


def test_documents_of_nobody_are_deleted_and_stay_away(connections: Connections, contacts: list[int]) -> None:
    whole = {"org_id": 1, "contact_id": NOBODY, "bucket": 1, "version": 3}
    put(connections, NOBODY, 3, whole)
    put(connections, NOBODY + 1, 3, {"org_id": 1, "bucket": 1, "version": 3})
    put(connections, NOBODY + 2, 3, {})
    put(connections, "a note", 3, {"city": "Atlantis"})
    put(connections, "007", 3, whole)
    nobody = {str(NOBODY), str(NOBODY + 1), str(NOBODY + 2), "a note", "007"}
    assert found(connections) == {(Kind.ORPHAN, one) for one in nobody}
    assert healed(connections)
    assert searched(connections) == set(contacts)
    with pytest.raises(Exception, match="version conflict"):
        put(connections, NOBODY, 2, whole | {"version": 2})


def test_versions_overtake_those_of_an_index_that_knows_more(
    connections: Connections, shop: Shop, contacts: list[int]
) -> None:
    from_a_later_life(connections, shop, contacts[2])
    checked(connections)
    drain(connections)
    assert version(connections, contacts[2]) > 6_000
    shop.run("UPDATE contacts SET city = 'Köln' WHERE id = :id", id=contacts[3])
    drain(connections)
    assert version(connections, contacts[3]) > 6_000
    assert (held(connections, contacts[3]) or {})["city"] == "Köln"


def test_versions_stay_where_the_newest_is_indexed(connections: Connections, shop: Shop, contacts: list[int]) -> None:
    """The newest one was drawn, even where no other was drawn after it."""
    newest = max(version(connections, contact) for contact in contacts)
    checked(connections)
    shop.run("UPDATE contacts SET city = 'Bonn' WHERE id = :id", id=contacts[0])
    assert version(connections, contacts[0]) == newest + 1


def test_a_version_that_none_can_overtake_is_told(connections: Connections, shop: Shop, contacts: list[int]) -> None:
    put(connections, contacts[2], 1 << 60, fresh(connections, contacts[2]) | {"version": 1 << 60})
    checked(connections)
    with connections.engine.connect() as db:
        (finding,) = drift.findings(db, shop.org)
    assert (finding.kind, finding.found, finding.repaired) == (Kind.AHEAD, 1, 0)
    assert shop.pending() == 0


def test_an_index_that_was_emptied_is_filled_again(connections: Connections, shop: Shop, contacts: list[int]) -> None:
    for contact in contacts:
        lost(connections, shop, contact)
    assert found(connections) == {(Kind.MISSING, str(contact)) for contact in contacts}
    assert healed(connections)
    assert searched(connections) == set(contacts)
