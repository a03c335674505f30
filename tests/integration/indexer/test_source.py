"""Rows -> documents, with the rows coming from PostgreSQL."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from indexer import source
from indexer.columns import read_columns
from indexer.connections import Connections
from indexer.documents import build
from mappings import timelines
from mappings.index import bucket
from mappings.text import grams
from store import behaviours, tables
from tests.integration.indexer.shop import Shop, add

CREATED = "2026-03-31T22:30:00.123456Z"


def document(connections: Connections, contact: int) -> dict[str, Any]:
    with source.snapshot(connections.engine) as db:
        built = build(source.read(db, [contact]))
    assert not built.refused
    (one,) = built.documents
    assert one.source is not None
    return dict(one.source)


def test_every_part_of_a_document(connections: Connections) -> None:
    shop = Shop.open(connections.engine, time_zone="Europe/Berlin")
    with connections.engine.begin() as db:
        acme = add(
            db,
            tables.companies,
            org_id=shop.org,
            external_id="acme",
            name="Acme",
            domain="acme.de",
            industry="Tools",
            size=50,
            country="DE",
            city="Köln",
            custom={"rank": 1.5},
        )
        owner = add(db, tables.owners, org_id=shop.org, name="Olga", email="olga@example.com")
        team = add(db, tables.teams, org_id=shop.org, name="North")
        tags = [add(db, tables.tags, org_id=shop.org, name=name) for name in ("VIP", "Lead")]
        listed = add(db, tables.segments, org_id=shop.org, name="List", kind="static")
        whatsapp = add(db, tables.channels, org_id=shop.org, key="whatsapp", label="WhatsApp")
        for owner_object, key, kind, slot in (
            ("contact", "plan", "choice", "keyword_0"),
            ("contact", "hobbies", "multi-choice", "keyword_1"),
            ("company", "rank", "number", "double_0"),
        ):
            add(
                db, tables.custom_fields, org_id=shop.org, object=owner_object, key=key, label=key, type=kind, slot=slot
            )
    anna = shop.contact(
        "a-1",
        email="Anna@Example.com",
        phone="+49 1",
        first_name="Anna",
        last_name="Ødegård",
        job_title="CTO",
        language="de",
        country="DE",
        region="NRW",
        city="Köln",
        postal_code="50667",
        time_zone="Europe/Berlin",
        source="web",
        lifecycle_stage="lead",
        birth_date=date(1992, 2, 29),
        company_id=acme,
        owner_id=owner,
        team_id=team,
        custom={"plan": "Gold", "hobbies": ["Go", "Chess"]},
        created_at=CREATED,
        updated_at=CREATED,
    )
    for tag in tags:
        shop.run("INSERT INTO contact_tags VALUES (:contact, :tag)", contact=anna, tag=tag)
    shop.run("INSERT INTO static_members (segment_id, contact_id) VALUES (:list, :contact)", list=listed, contact=anna)
    into_channels = "INSERT INTO contact_channels VALUES (:contact, :channel, :reachable, :unsubscribed)"
    shop.run(into_channels, contact=anna, channel=shop.email, reachable=True, unsubscribed=True)
    shop.run(into_channels, contact=anna, channel=whatsapp, reachable=False, unsubscribed=False)
    shop.event(anna, 1_000, amount=500, channel_id=shop.email)
    shop.event(anna, 2_000, kind=shop.shipped, channel_id=shop.email)
    bought, any_, on_email = shop.code("purchase"), shop.code("any"), shop.code("any.email")

    found = document(connections, anna)
    assert found.pop("version") > 0
    engagement = {name: found.pop(name) for name in list(found) if name.startswith(("events", "amounts"))}
    assert found == {
        "org_id": shop.org,
        "contact_id": anna,
        "bucket": bucket(anna),
        "external_id": "a-1",
        "email": "Anna@Example.com",
        "phone": "+49 1",
        "first_name": "Anna",
        "last_name": "Ødegård",
        "full_name": "Anna Ødegård",
        "job_title": "CTO",
        "language": "de",
        "country": "DE",
        "region": "NRW",
        "city": "Köln",
        "postal_code": "50667",
        "time_zone": "Europe/Berlin",
        "source": "web",
        "lifecycle_stage": "lead",
        "birth_date": "1992-02-29",
        "birth_date_month_day": 229,
        "created_at": "2026-03-31T22:30:00.123Z",
        "created_at_month_day": 401,
        "updated_at": "2026-03-31T22:30:00.123Z",
        "updated_at_month_day": 401,
        "owner": owner,
        "team": team,
        "company": {
            "id": acme,
            "name": "Acme",
            "domain": "acme.de",
            "industry": "Tools",
            "size": 50.0,
            "country": "DE",
            "city": "Köln",
            "custom": {"double_0": 1.5},
        },
        "custom": {"keyword_0": "Gold", "keyword_1": ["Go", "Chess"], "keyword_1_count": 2},
        "tags": tags,
        "tags_count": 2,
        "lists": [listed],
        "lists_count": 1,
        "channels": [shop.email],
        "channels_count": 1,
        "unsubscribed": [shop.email],
        "unsubscribed_count": 1,
        "grams": {
            "email": grams("Anna@Example.com"),
            "phone": grams("+49 1"),
            "full_name": grams("Anna Ødegård"),
            "company_name": grams("Acme"),
            "company_domain": grams("acme.de"),
        },
    }
    for code in (bought, any_, on_email):
        assert timelines.times(engagement, code) == (1_000,)
        assert timelines.spendings(engagement, code) == ((1_000, 500),)
        assert timelines.amount(engagement, "amounts_average", code) == 500
    assert timelines.times(engagement, shop.code("shipped")) == (2_000,)
    assert timelines.amount(engagement, "amounts_total", shop.code("shipped")) is None


def test_a_declared_behaviour_looks_at_one_event_at_a_time(connections: Connections, shop: Shop) -> None:
    anna = shop.contact("a")
    shop.event(anna, 1_000, amount=60_000, properties={"category": "hats"})
    shop.event(anna, 2_000, amount=60_000, properties={"category": "shoes"})
    shop.event(anna, 3_000, amount=100, properties={"category": "shoes"})
    rules = [
        {"field": "amount", "operator": ">=", "value": 500},
        {"field": "properties.category", "operator": "=", "value": "shoes"},
        {"field": "channel", "operator": "null"},
    ]
    with connections.engine.begin() as db:
        tree = {"combinator": "and", "rules": rules}
        behaviours.declare(db, shop.org, "large_shoes", "Large shoe purchase", "purchase", tree)
    assert timelines.times(document(connections, anna), shop.code("large_shoes")) == (2_000,)


def test_a_full_name_that_was_given_comes_first(connections: Connections, shop: Shop) -> None:
    given = shop.contact("a", first_name="Anna", last_name="Ode", full_name="Dr. Ode")
    alone = shop.contact("b", last_name="Ode")
    assert document(connections, given)["full_name"] == "Dr. Ode"
    assert document(connections, alone)["full_name"] == "Ode"


def test_organisations_of_one_batch_keep_their_own_slots_and_behaviours(connections: Connections, shop: Shop) -> None:
    other = Shop.open(connections.engine, "other")
    for one, slot in ((shop, "keyword_0"), (other, "keyword_7")):
        with connections.engine.begin() as db:
            add(db, tables.custom_fields, org_id=one.org, object="contact", key="k", label="k", type="text", slot=slot)
    contacts = [one.contact("same", custom={"k": "v"}) for one in (shop, other)]
    for one, contact in zip((shop, other), contacts, strict=True):
        one.event(contact, 1_000)
    with source.snapshot(connections.engine) as db:
        documents = build(source.read(db, contacts)).documents
    first, second = (dict(one.source or {}) for one in documents)
    assert first["custom"] == {"keyword_0": "v"}
    assert second["custom"] == {"keyword_7": "v"}
    assert {value // (1 << 41) for value in first["events"]} == {shop.code("any"), shop.code("purchase")}
    assert {value // (1 << 41) for value in second["events"]} == {other.code("any"), other.code("purchase")}


def test_a_snapshot_does_not_see_what_comes_later(connections: Connections, shop: Shop) -> None:
    anna = shop.contact("a", country="DE")
    with source.snapshot(connections.engine) as db:
        before = source.read(db, [anna])
        shop.run("UPDATE contacts SET country = 'FR'")
        shop.event(anna, 1_000)
        assert build(source.read(db, [anna])) == build(before)
    assert document(connections, anna)["country"] == "FR"


def test_a_snapshot_writes_nothing(connections: Connections) -> None:
    with source.snapshot(connections.engine) as db, pytest.raises(Exception, match="read-only"):
        db.execute(text("DELETE FROM organisations"))


def test_contacts_without_events_have_no_rows_to_read(connections: Connections, shop: Shop) -> None:
    assert "events" not in document(connections, shop.contact("a"))


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        (b"SELECT array_agg(a) FROM (VALUES (1::bigint), (NULL)) AS v (a)", "without nulls"),
        (b"SELECT array_agg(1::integer)", "bigint or timestamptz"),
    ],
)
def test_a_column_with_nulls_or_of_another_width_is_refused(
    connections: Connections, query: bytes, problem: str
) -> None:
    with source.snapshot(connections.engine) as db, pytest.raises((ValueError, TypeError), match=problem):
        read_columns(db, query, {})
