from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from store import catalogue, companies, contacts, events, organisations
from store.errors import NotFoundError
from store.organisations import Organisation
from store.outcomes import Outcome
from tests.integration.store.world import versions

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


def statuses(outcomes: Sequence[Outcome]) -> list[str]:
    assert [outcome.index for outcome in outcomes] == list(range(len(outcomes)))
    return [outcome.status for outcome in outcomes]


def stored(db: Connection, org: int, external_id: str = "ann") -> dict[str, Any]:
    found = text("SELECT id FROM contacts WHERE org_id = :org AND external_id = :id")
    return contacts.get(db, org, db.execute(found, {"org": org, "id": external_id}).scalar_one())


def timeline(db: Connection, org: int) -> list[tuple[Any, ...]]:
    rows = db.execute(
        text("""
            SELECT contacts.external_id, event_types.key, channels.key, events.external_id,
                   extract(epoch FROM at)::bigint, amount, currency, properties
              FROM events JOIN contacts ON contacts.id = contact_id JOIN event_types ON event_types.id = event_type_id
              LEFT JOIN channels ON channels.id = channel_id
             WHERE contacts.org_id = :org ORDER BY events.id"""),
        {"org": org},
    )
    return [tuple(row) for row in rows]


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


# Events


@pytest.fixture
def two(db: Connection, org: int) -> int:
    contacts.write(db, org, [{"external_id": "a"}, {"external_id": "b"}])
    return org


def buy(contact: str = "a", **changed: object) -> dict[str, object]:
    return {"contact": contact, "id": "o-1", "type": "purchase", "at": "2022-01-01T00:00:00Z", "amount": 5} | changed


def test_a_repeated_event_is_one_event(db: Connection, two: int) -> None:
    (first,) = events.write(db, two, [buy()])
    before = versions(db, two)
    (again,) = events.write(db, two, [buy()])
    assert (first.status, again.status, again.id) == ("created", "unchanged", first.id)
    assert versions(db, two) == before
    (differs,) = events.write(db, two, [buy(amount=6)])
    assert (differs.status, differs.id) == ("updated", first.id)
    assert [row[5] for row in timeline(db, two)] == [600]


@pytest.mark.parametrize(
    "changed",
    [{"at": "2022-01-01T00:00:01Z"}, {"currency": "EUR"}, {"channel": "store"}, {"items": 1}, {"amount": None}],
    ids=str,
)
def test_an_event_that_differs_is_updated(db: Connection, two: int, changed: dict[str, Any]) -> None:
    events.write(db, two, [buy()])
    assert statuses(events.write(db, two, [buy(**changed)])) == ["updated"]


def test_a_repeated_event_of_another_contact_moves(db: Connection, two: int) -> None:
    events.write(db, two, [buy()])
    before = versions(db, two)
    assert statuses(events.write(db, two, [buy("b")])) == ["updated"]
    assert all(version > before[id_] for id_, version in versions(db, two).items())
    assert [row[0] for row in timeline(db, two)] == ["b"]


def test_the_same_id_of_another_type_is_another_event(db: Connection, two: int) -> None:
    assert statuses(events.write(db, two, [buy(), buy(type="order_shipped")])) == ["created", "created"]


def test_events_without_an_id_are_events_of_their_own(db: Connection, two: int) -> None:
    outcomes = events.write(db, two, [buy(id=None), buy(id=None)])
    assert statuses(outcomes) == ["created", "created"]
    assert outcomes[0].id != outcomes[1].id


def test_an_event_that_comes_twice_counts_as_it_comes_last(db: Connection, two: int) -> None:
    outcomes = events.write(db, two, [buy(amount=1), buy("b", id="o-2"), buy(amount=2)])
    assert statuses(outcomes) == ["created", "created", "created"]
    assert outcomes[0].id == outcomes[2].id
    assert sorted(row[5] for row in timeline(db, two)) == [200, 500]


def test_an_event_needs_a_contact_of_the_organisation(db: Connection, two: int) -> None:
    other = organisations.create(db, "other").id
    contacts.write(db, other, [{"external_id": "theirs"}])
    outcomes = events.write(db, two, [buy("theirs"), buy(contact="\x00"), {"type": "x"}, 5, buy("a")])
    assert statuses(outcomes) == ["refused", "refused", "refused", "refused", "created"]
    assert [problem.pointer for problem in outcomes[0].problems] == ["#/contact"]
    assert {problem.pointer for problem in outcomes[2].problems} == {"#/at", "#/contact"}


def test_an_event_type_cannot_be_called_as_a_behaviour(db: Connection, two: int) -> None:
    catalogue.ensure_channels(db, two, ["store"])
    outcomes = events.write(db, two, [buy(type="any"), buy()])
    assert statuses(outcomes) == ["refused", "created"]


# Writers that meet


def test_batches_in_opposite_order_do_not_deadlock(engine: Engine, organisation: Organisation) -> None:
    org = organisation.id
    rounds = 6

    def write(worker: int) -> None:
        names = [f"c{number}" for number in range(40)][:: 1 if worker % 2 else -1]
        for turn in range(rounds):
            items: list[object] = [
                {
                    "external_id": name,
                    "properties": {"city": f"{worker} {turn}"},
                    "tags": [f"tag {worker} {turn}", name],
                    "company": {"external_id": f"k{int(name[1:]) % 5}", "city": f"{worker} {turn}"},
                    "events": [{"id": f"{name} {turn}", "type": "seen", "at": "2022-01-01T00:00:00Z", "by": worker}],
                }
                for name in names
            ]
            with engine.begin() as db:
                contacts.write(db, org, items)
            with engine.begin() as db:
                events.write(db, org, [buy(name, id=name, amount=worker) for name in names])
            with engine.begin() as db:
                companies.write(db, org, [{"external_id": f"k{number}", "size": turn} for number in range(5)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with engine.connect() as db:
        assert len(timeline(db, org)) == 40 * (rounds + 1)


def test_batches_whose_statements_touch_different_contacts_do_not_deadlock(
    engine: Engine, organisation: Organisation
) -> None:
    names = [f"c{number}" for number in range(20)]

    def write(worker: int) -> None:
        for turn in range(30):
            said = f"{worker} {turn}"
            # One worker changes properties of the even contacts, then tags of the odd ones; the other the reverse.
            properties: list[object] = [
                {"external_id": name, "properties": {"city": said}} for name in names[worker::2]
            ]
            tags: list[object] = [{"external_id": name, "tags": [said]} for name in names[1 - worker :: 2]]
            with engine.begin() as db:
                contacts.write(db, organisation.id, properties + tags)

    with engine.begin() as db:
        contacts.write(db, organisation.id, [{"external_id": name} for name in names])
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, range(2)))


def test_writers_of_the_same_new_contact_make_one(engine: Engine, organisation: Organisation) -> None:
    barrier = threading.Barrier(4)

    def write(worker: int) -> tuple[Outcome, ...]:
        barrier.wait()
        with engine.begin() as db:
            return contacts.write(db, organisation.id, [{"external_id": "new", "properties": {"city": str(worker)}}])

    with ThreadPoolExecutor(4) as pool:
        outcomes = [one for (one,) in pool.map(write, range(4))]
    assert len({outcome.id for outcome in outcomes}) == 1
    assert sorted(outcome.status for outcome in outcomes) == ["created", "updated", "updated", "updated"]
