from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Connection

from store import catalogue, companies, contacts, events, organisations
from store.errors import NotFoundError
from store.organisations import Organisation
from tests.integration.store.world import versions
from tests.integration.store.written import statuses, stored, timeline

FULL: Mapping[str, Any] = {
    "external_id": "ann",
    "properties": {
        "email": "ann@example.com",
        "name": 'Ann "Tab\t" \\ Ünïcødé 😀\n',
        "state": "Ohio",
        "birth_date": "2000-02-29",
    },
    "custom": {"plan": "gold", "score": 2**70, "likes": ["tea", "wine"]},
    "tags": ["VIP", "vip", "Lead"],
    "channels": {"email": "unsubscribed", "sms": "subscribed", "post": "unreachable"},
    "company": {"external_id": "acme", "name": "Acme", "size": 12, "tier": "A"},
    "owner": "olga@example.com",
    "team": "North",
    "created_at": "2020-01-01T00:00:00Z",
    "updated_at": "2021-01-01T00:00:00.123Z",
    "events": [
        {"id": "o-1", "type": "purchase", "at": "2022-01-01T00:00:00Z", "amount": 9.99, "currency": "EUR",
         "channel": "store", "items": 3, "path": 'a\\b\t"c"\n'},
        {"type": "seen", "at": "2022-01-01T00:00:00Z"},
    ],
}  # fmt: skip
REPEATABLE = {**FULL, "events": FULL["events"][:1]}


@pytest.fixture
def org(db: Connection, organisation: Organisation) -> int:
    catalogue.create_field(db, organisation.id, "contact", "plan", None, "choice", ["gold", "silver"])
    catalogue.create_field(db, organisation.id, "contact", "score", None, "number")
    catalogue.create_field(db, organisation.id, "contact", "likes", None, "multi-choice")
    catalogue.create_field(db, organisation.id, "company", "tier", None, "text")
    return organisation.id


def test_a_contact_is_kept_with_all_that_belongs_to_it(db: Connection, org: int) -> None:
    assert statuses(contacts.write(db, org, [FULL])) == ["created"]
    contact = stored(db, org)
    properties = {key: value for key, value in contact["properties"].items() if value is not None}
    assert properties == {
        "email": "ann@example.com",
        "full_name": 'Ann "Tab\t" \\ Ünïcødé 😀\n',
        "region": "Ohio",
        "birth_date": "2000-02-29",
        "created_at": "2020-01-01T00:00:00+00:00",
        "updated_at": "2021-01-01T00:00:00.123+00:00",
    }
    assert contact["custom"] == {"plan": "gold", "score": 2**70, "likes": ["tea", "wine"]}
    assert {name.lower() for name in contact["tags"]} == {"vip", "lead"}
    assert contact["channels"] == {"email": "unsubscribed", "sms": "subscribed", "post": "unreachable"}
    assert (contact["owner"], contact["team"]) == ("olga@example.com", "North")
    company = contact["company"]
    assert (company["external_id"], company["name"], company["size"], company["custom"]) == (
        "acme", "Acme", 12, {"tier": "A"}
    )  # fmt: skip
    assert timeline(db, org) == [
        ("ann", "purchase", "store", "o-1", 1_640_995_200, 999, "EUR", {"items": 3, "path": 'a\\b\t"c"\n'}),
        ("ann", "seen", None, None, 1_640_995_200, None, None, {}),
    ]


def test_writing_the_same_again_touches_nothing(db: Connection, org: int) -> None:
    contacts.write(db, org, [REPEATABLE, {"external_id": "bob"}])
    before = versions(db, org)
    updated = stored(db, org)["properties"]["updated_at"]
    assert statuses(contacts.write(db, org, [REPEATABLE, {"external_id": "bob"}])) == ["unchanged", "unchanged"]
    assert versions(db, org) == before
    assert stored(db, org)["properties"]["updated_at"] == updated


@pytest.mark.parametrize(
    "change",
    [
        {"properties": {"email": "other@example.com"}},
        {"properties": {"email": None}},
        {"custom": {"plan": "silver"}},
        {"custom": {"plan": None}},
        {"tags": ["VIP"]},
        {"tags": ["VIP", "Lead", "New"]},
        {"tags": []},
        {"channels": {"email": "subscribed"}},
        {"channels": {"email": None}},
        {"channels": {"fax": "subscribed"}},
        {"company": None},
        {"company": {"external_id": "other"}},
        {"company": {"external_id": "acme", "size": 13}},
        {"company": {"external_id": "acme", "custom": {"tier": None}}},
        {"owner": "other@example.com"},
        {"owner": None},
        {"team": "South"},
        {"team": None},
        {"created_at": "2020-01-02T00:00:00Z"},
        {"updated_at": "2020-01-02T00:00:00Z"},
        {"events": [{"type": "seen", "at": "2022-01-01T00:00:00Z"}]},
        {"events": [{"id": "o-1", "type": "purchase", "at": "2022-01-01T00:00:00Z"}]},
    ],
    ids=str,
)
def test_a_change_of_anything_is_an_update(db: Connection, org: int, change: dict[str, object]) -> None:
    contacts.write(db, org, [FULL])
    before = versions(db, org)
    assert statuses(contacts.write(db, org, [{"external_id": "ann", **change}])) == ["updated"]
    assert versions(db, org) != before


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"properties": {}},
        {"properties": {"phone": None}},
        {"custom": {}},
        {"custom": {"likes": ["tea", "wine"]}},
        {"tags": ["lead", "VIP"]},
        {"channels": {}},
        {"channels": {"fax": None}},
        {"company": {"external_id": "acme"}},
        {"company": {"external_id": "acme", "tier": "A"}},
        {"owner": {"email": "OLGA@example.com", "name": "Somebody"}},
        {"team": "north"},
        {"events": []},
        {"events": FULL["events"][:1]},
    ],
    ids=str,
)
def test_what_is_not_said_stays_as_it_is(db: Connection, org: int, said: dict[str, object]) -> None:
    contacts.write(db, org, [FULL])
    before = stored(db, org)
    assert statuses(contacts.write(db, org, [{"external_id": "ann", **said}])) == ["unchanged"]
    assert stored(db, org) == before


def test_a_change_of_a_property_dates_the_contact_and_a_change_of_a_tag_does_not(db: Connection, org: int) -> None:
    contacts.write(db, org, [FULL])
    dated = stored(db, org)["properties"]["updated_at"]
    contacts.write(db, org, [{"external_id": "ann", "tags": []}])
    assert stored(db, org)["properties"]["updated_at"] == dated
    contacts.write(db, org, [{"external_id": "ann", "properties": {"city": "Bonn"}}])
    assert stored(db, org)["properties"]["updated_at"] > dated


def test_refused_items_do_not_keep_the_others_from_being_written(db: Connection, org: int) -> None:
    items = [{"external_id": "a"}, {"external_id": ""}, {"external_id": "b"}, None, {"external_id": "c", "x": 1}]
    outcomes = contacts.write(db, org, items)
    assert statuses(outcomes) == ["created", "refused", "created", "refused", "refused"]
    assert [bool(outcome.problems) for outcome in outcomes] == [False, True, False, True, True]
    assert [outcome.id is None for outcome in outcomes] == [False, True, False, True, True]


def test_a_contact_that_comes_twice_is_written_in_the_order_given(db: Connection, org: int) -> None:
    items = [
        {"external_id": "a", "properties": {"city": "Bonn"}},
        {"external_id": "b"},
        {"external_id": "a", "properties": {"city": "Mainz"}, "tags": ["VIP"]},
        {"external_id": "a", "properties": {"city": "Mainz"}},
    ]
    outcomes = contacts.write(db, org, items)
    assert statuses(outcomes) == ["created", "created", "updated", "unchanged"]
    assert outcomes[0].id == outcomes[2].id == outcomes[3].id
    assert stored(db, org, "a")["properties"]["city"] == "Mainz"


def test_contacts_that_name_a_company_say_it_together(db: Connection, org: int) -> None:
    items = [
        {"external_id": "a", "company": {"external_id": "k", "name": "Kay", "city": "Bonn"}},
        {"external_id": "b", "company": {"external_id": "k", "city": "Mainz"}},
    ]
    contacts.write(db, org, items)
    first, second = stored(db, org, "a")["company"], stored(db, org, "b")["company"]
    assert first == second
    assert (first["name"], first["city"]) == ("Kay", "Mainz")


def test_external_ids_belong_to_an_organisation(db: Connection, org: int) -> None:
    other = organisations.create(db, "other").id
    ours = contacts.write(db, org, [{"external_id": "a", "company": {"name": "K"}, "tags": ["T"]}])
    theirs = contacts.write(db, other, [{"external_id": "a", "company": {"name": "K"}, "tags": ["T"]}])
    assert ours[0].id != theirs[0].id
    assert stored(db, org, "a")["company"]["id"] != stored(db, other, "a")["company"]["id"]
    with pytest.raises(NotFoundError):
        contacts.get(db, other, ours[0].id or 0)
    with pytest.raises(NotFoundError):
        contacts.delete(db, other, ours[0].id or 0)


def test_an_empty_batch_is_no_work(db: Connection, org: int) -> None:
    assert contacts.write(db, org, []) == ()
    assert companies.write(db, org, []) == ()
    assert events.write(db, org, []) == ()


def test_a_deleted_contact_is_gone(db: Connection, org: int) -> None:
    (outcome,) = contacts.write(db, org, [FULL])
    contacts.delete(db, org, outcome.id or 0)
    with pytest.raises(NotFoundError):
        contacts.get(db, org, outcome.id or 0)
    assert timeline(db, org) == []


# Companies


def test_companies_are_written_by_external_id_or_name(db: Connection, org: int) -> None:
    items = [{"external_id": "k", "name": "Kay"}, {"name": "Ell"}, {"size": 5}, {"external_id": "k", "tier": "B"}]
    assert statuses(companies.write(db, org, items)) == ["created", "created", "refused", "created"]
    assert statuses(companies.write(db, org, items)) == ["unchanged", "unchanged", "refused", "unchanged"]
    assert statuses(companies.write(db, org, [{"external_id": "k", "tier": None}])) == ["updated"]


def test_a_changed_company_reaches_its_contacts(db: Connection, org: int) -> None:
    contacts.write(db, org, [FULL, {"external_id": "bob"}])
    before = versions(db, org)
    companies.write(db, org, [{"external_id": "acme", "name": "Acme Ltd"}])
    changed = {id_ for id_, version in versions(db, org).items() if version > before[id_]}
    assert changed == {stored(db, org)["id"]}
