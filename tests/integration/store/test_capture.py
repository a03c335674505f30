from __future__ import annotations

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from store import organisations
from store.organisations import Organisation
from tests.integration.store.world import World, versions

ANNA, BERT, CLEO = "anna", "bert", "cleo"


@pytest.fixture
def world(db: Connection, organisation: Organisation) -> World:
    return World.make(db, organisation.id)


@pytest.mark.parametrize(
    ("statement", "bumped"),
    [
        # contacts
        ("UPDATE contacts SET city = 'Bonn' WHERE id = :cleo", {CLEO}),
        ("UPDATE contacts SET city = NULL WHERE id = :cleo", set()),
        ("UPDATE contacts SET city = 'Bonn' WHERE id IN (:anna, :cleo)", {ANNA, CLEO}),
        ("UPDATE contacts SET city = 'Bonn' WHERE false", set()),
        ("UPDATE contacts SET custom = custom || '{\"plan\": \"gold\"}' WHERE org_id = :org", {BERT, CLEO}),
        ("UPDATE contacts SET company_id = :acme WHERE org_id = :org", {CLEO}),
        ("DELETE FROM contacts WHERE id = :cleo", {CLEO}),
        ("DELETE FROM contacts WHERE org_id = :org", {ANNA, BERT, CLEO}),
        # companies
        ("UPDATE companies SET name = 'Acme Ltd' WHERE id = :acme", {ANNA, BERT}),
        ("UPDATE companies SET name = 'Acme' WHERE id = :acme", set()),
        ("DELETE FROM companies WHERE id = :acme", {ANNA, BERT}),
        ("INSERT INTO companies (org_id, external_id) VALUES (:org, 'new')", set()),
        # owners and teams: documents hold their ids
        ("DELETE FROM owners WHERE id = :owner", {ANNA}),
        ("DELETE FROM teams WHERE id = :team", {ANNA}),
        ("UPDATE owners SET name = 'Olga B.' WHERE id = :owner", set()),
        # tags: documents hold their ids
        ("INSERT INTO contact_tags VALUES (:bert, :vip), (:cleo, :vip)", {BERT, CLEO}),
        ("INSERT INTO contact_tags VALUES (:anna, :vip) ON CONFLICT DO NOTHING", set()),
        ("UPDATE contact_tags SET tag_id = :lead WHERE contact_id = :anna", {ANNA}),
        ("UPDATE contact_tags SET tag_id = tag_id WHERE contact_id = :anna", set()),
        ("UPDATE contact_tags SET contact_id = :bert WHERE contact_id = :anna", {ANNA, BERT}),
        ("DELETE FROM contact_tags WHERE contact_id = :anna", {ANNA}),
        ("DELETE FROM tags WHERE id = :vip", {ANNA}),
        ("DELETE FROM tags WHERE id = :lead", set()),
        ("UPDATE tags SET name = 'Important' WHERE id = :vip", set()),
        # channels
        ("INSERT INTO contact_channels VALUES (:bert, :email)", {BERT}),
        ("UPDATE contact_channels SET unsubscribed = true WHERE contact_id = :anna", {ANNA}),
        ("UPDATE contact_channels SET unsubscribed = false WHERE contact_id = :anna", set()),
        ("UPDATE contact_channels SET contact_id = :cleo WHERE contact_id = :anna", {ANNA, CLEO}),
        ("DELETE FROM contact_channels WHERE contact_id = :anna", {ANNA}),
        ("DELETE FROM channels WHERE id = :email", {ANNA}),
        ("DELETE FROM channels WHERE id = :phone", set()),
        # events
        (("INSERT INTO events (contact_id, event_type_id, at) VALUES (:bert, :purchase, now()), "
         "(:bert, :shipped, now()), (:cleo, :purchase, now())"), {BERT, CLEO}),
        ("UPDATE events SET amount = 200 WHERE id = :bought", {ANNA}),
        ("UPDATE events SET amount = 100 WHERE id = :bought", set()),
        ("UPDATE events SET contact_id = :bert WHERE id = :bought", {ANNA, BERT}),
        ("DELETE FROM events WHERE id = :bought", {ANNA}),
        ("DELETE FROM event_types WHERE id = :purchase", {ANNA}),
        ("UPDATE event_types SET actor = 'organisation' WHERE id = :purchase", {ANNA}),
        ("UPDATE event_types SET actor = 'contact' WHERE id = :purchase", set()),
        ("UPDATE event_types SET label = 'Order' WHERE id = :purchase", set()),
        # static segments
        ("INSERT INTO static_members VALUES (:list, :bert)", {BERT}),
        ("UPDATE static_members SET contact_id = :bert WHERE contact_id = :anna", {ANNA, BERT}),
        ("DELETE FROM static_members WHERE segment_id = :list", {ANNA}),
        ("DELETE FROM segments WHERE id = :list", {ANNA}),
        # custom fields
        ("UPDATE custom_fields SET slot = 'keyword_1' WHERE org_id = :org", {ANNA}),
        ("UPDATE custom_fields SET label = 'Tariff' WHERE org_id = :org", set()),
        ("UPDATE custom_fields SET key = 'tariff' WHERE org_id = :org", {ANNA}),
        ("DELETE FROM custom_fields WHERE org_id = :org", {ANNA}),
        (("INSERT INTO custom_fields (org_id, object, key, label, type, slot) "
         "VALUES (:org, 'contact', 'age', 'Age', 'number', 'double_0')"), set()),
        # declared behaviours
        (("INSERT INTO behaviours (org_id, key, label, kind, event_type_id, condition) "
         "VALUES (:org, 'large', 'Large', 'declared', :purchase, '{}')"), {ANNA}),
        (("INSERT INTO behaviours (org_id, key, label, kind, event_type_id, condition) "
         "VALUES (:org, 'late', 'Late', 'declared', :shipped, '{}')"), set()),
        # the tenant
        ("DELETE FROM organisations WHERE id = :org", {ANNA, BERT, CLEO}),
        # organisations: the day that an instant falls on
        ("UPDATE organisations SET name = name || '!' WHERE id = :org", set()),
        ("UPDATE organisations SET time_zone = 'Asia/Tokyo' WHERE id = :org", {ANNA, BERT, CLEO}),
    ],
)  # fmt: skip
def test_exactly_the_contacts_whose_document_changes_get_a_version(
    db: Connection, world: World, statement: str, bumped: set[str]
) -> None:
    assert world.bumped(db, statement) == bumped


def test_an_inserted_contact_gets_its_first_version(db: Connection, world: World) -> None:
    statement = "INSERT INTO contacts (org_id, external_id) SELECT :org, 'new-' || n FROM generate_series(1, 3) AS n"
    assert len(world.bumped(db, statement)) == 3


def test_a_deleted_contact_keeps_its_row_with_a_higher_version(db: Connection, world: World) -> None:
    before = versions(db, world.ids["org"])
    world.run(db, "DELETE FROM contacts WHERE id = :anna")
    after = versions(db, world.ids["org"])
    assert after.keys() == before.keys()
    assert after[world.ids[ANNA]] > max(before.values())


def test_a_contact_that_comes_back_gets_a_higher_version_than_its_delete(db: Connection, world: World) -> None:
    world.run(db, "DELETE FROM contacts WHERE id = :cleo")
    assert world.bumped(db, "INSERT INTO contacts (id, org_id, external_id) VALUES (:cleo, :org, 'c')") == {CLEO}


@pytest.mark.parametrize("change", ["id = -1", "org_id = (SELECT max(id) FROM organisations)"])
def test_a_contact_keeps_its_id_and_its_organisation(db: Connection, world: World, change: str) -> None:
    organisations.create(db, "another")
    with pytest.raises(DBAPIError, match="keeps its id and its organisation"):
        world.run(db, f"UPDATE contacts SET {change} WHERE id = :cleo")


@pytest.mark.parametrize("column", ["condition = '{\"a\": 1}'", "event_type_id = :shipped"])
def test_what_a_behaviour_means_is_fixed(db: Connection, world: World, column: str) -> None:
    world.run(db, "INSERT INTO behaviours (org_id, key, label, kind, event_type_id, condition) "
                  "VALUES (:org, 'large', 'Large', 'declared', :purchase, '{}')")  # fmt: skip
    with pytest.raises(DBAPIError, match="what a behaviour means is fixed"):
        world.run(db, f"UPDATE behaviours SET {column} WHERE key = 'large' AND org_id = :org")


def test_renaming_a_company_that_a_thousand_contacts_share_reaches_each(db: Connection, world: World) -> None:
    world.run(db, "INSERT INTO contacts (org_id, external_id, company_id) "
                  "SELECT :org, 'n' || n, :acme FROM generate_series(1, 1000) AS n")  # fmt: skip
    assert len(world.bumped(db, "UPDATE companies SET name = 'Acme Ltd' WHERE id = :acme")) == 1002


def test_versions_are_drawn_one_for_each_contact(db: Connection, world: World) -> None:
    world.run(db, "UPDATE contacts SET city = 'Bonn' WHERE org_id = :org")
    drawn = versions(db, world.ids["org"]).values()
    assert len(set(drawn)) == 3


@pytest.mark.parametrize("table", ["contact_tags", "contact_channels", "events", "static_members"])
def test_truncating_a_relation_reaches_whoever_was_in_it(db: Connection, world: World, table: str) -> None:
    # Rolled back with the rest: the lock that TRUNCATE takes makes concurrent tests wait, not fail.
    assert world.bumped(db, f"TRUNCATE {table} CASCADE") == {ANNA}


def test_truncating_contacts_reaches_all(db: Connection, world: World) -> None:
    assert world.bumped(db, "TRUNCATE contacts CASCADE") == {ANNA, BERT, CLEO}


def test_a_pending_contact_has_waited_since_its_oldest_change(db: Connection, world: World) -> None:
    def changed_at() -> object:
        return db.execute(text("SELECT changed_at FROM index_state WHERE contact_id = :cleo"), world.ids).scalar_one()

    first = changed_at()
    world.run(db, "UPDATE contacts SET city = 'Bonn' WHERE id = :cleo")
    assert changed_at() == first
    world.run(db, "UPDATE index_state SET indexed_version = version WHERE contact_id = :cleo")
    world.run(db, "UPDATE contacts SET city = 'Mainz' WHERE id = :cleo")
    assert changed_at() > first  # type: ignore[operator]


@pytest.mark.parametrize(
    ("statement", "signed"),
    [
        ("INSERT INTO events (contact_id, event_type_id, at, amount) VALUES (:bert, :purchase, now(), -1)",
         {"any", "any.email", "any.phone", "purchase", "large"}),
        ("INSERT INTO events (contact_id, event_type_id, at, amount) VALUES (:bert, :shipped, now(), -1)", {"shipped"}),
        ("INSERT INTO events (contact_id, event_type_id, at, amount) VALUES (:bert, :purchase, now(), 0)", set()),
        ("UPDATE events SET amount = -5 WHERE id = :bought", {"any", "any.email", "any.phone", "purchase", "large"}),
    ],
)  # fmt: skip
def test_a_negative_amount_marks_the_behaviours_it_belongs_to(
    db: Connection, world: World, statement: str, signed: set[str]
) -> None:
    declare = (
        "INSERT INTO behaviours (org_id, key, label, kind, event_type_id, condition) "
        "VALUES (:org, '{}', 'Large', 'declared', :purchase, '{{}}')"
    )
    marked = text("SELECT key FROM behaviours WHERE org_id = :org AND signed")
    world.run(db, declare.format("large"))
    world.run(db, statement)
    assert set(db.execute(marked, world.ids).scalars()) == signed
    world.run(db, declare.format("later"))
    assert set(db.execute(marked, world.ids).scalars()) == signed | ({"later"} if "purchase" in signed else set())


def test_an_event_type_that_becomes_the_contacts_takes_its_negative_amounts_along(db: Connection, world: World) -> None:
    world.run(db, "INSERT INTO events (contact_id, event_type_id, at, amount) VALUES (:bert, :shipped, now(), -1)")
    world.run(db, "UPDATE event_types SET actor = 'contact' WHERE id = :shipped")
    marked = db.execute(text("SELECT key FROM behaviours WHERE org_id = :org AND signed"), world.ids).scalars()
    assert set(marked) == {"any", "any.email", "any.phone", "shipped"}


def test_why_the_index_refused_a_contact_goes_with_the_contact(db: Connection, world: World) -> None:
    world.run(db, "UPDATE index_state SET error = 'it quotes the contact' WHERE contact_id IN (:anna, :cleo)")
    world.run(db, "DELETE FROM contacts WHERE id = :anna")
    kept = text("SELECT contact_id FROM index_state WHERE org_id = :org AND error IS NOT NULL")
    assert db.execute(kept, world.ids).scalars().all() == [world.ids[CLEO]]
