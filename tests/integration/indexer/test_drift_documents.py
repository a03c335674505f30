"""Documents of the right version and the wrong content."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from indexer.connections import Connections
from indexer.drift.documents import differences
from indexer.errors import BusyError
from mappings import timelines
from mappings.text import grams
from store import behaviours, drift, tables
from store.drift import Kind
from tests.integration.indexer.drifts import checked, fresh, healed, put, version
from tests.integration.indexer.rebuilds import drain, entries
from tests.integration.indexer.shop import Shop, add


@pytest.fixture
def anna(connections: Connections, shop: Shop) -> int:
    """A contact with something in every family of fields, indexed, among others."""
    with connections.engine.begin() as db:
        acme = add(db, tables.companies, org_id=shop.org, external_id="acme", name="Acme", custom={"rank": 1.5})
        values = {"org_id": shop.org, "key": "rank", "label": "Rank", "type": "number", "slot": "double_0"}
        add(db, tables.custom_fields, object="company", **values)
        add(db, tables.custom_fields, object="contact", **values)
        tag = add(db, tables.tags, org_id=shop.org, name="VIP")
    shop.contacts(5)
    contact = shop.contact(
        "a", email="anna@example.com", city="Köln", birth_date="1992-02-29", company_id=acme, custom={"rank": 7}
    )
    shop.run("INSERT INTO contact_tags VALUES (:contact, :tag)", contact=contact, tag=tag)
    for seconds, amount in ((1_000, 500), (2_000, 300), (3_000, 300)):
        shop.event(contact, seconds, amount=amount, channel_id=shop.email)
    shop.event(contact, 4_000, kind=shop.shipped)
    drain(connections)
    return contact


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The document with another value, or without one."""
    name, _, rest = path.partition(".")
    if rest:
        return document | {name: changed(document.get(name, {}), rest, value)}
    return {key: old for key, old in document.items() if key != name} | ({} if value is None else {name: value})


def found(connections: Connections, contact: int) -> set[str]:
    """The fields in which the contact's document differs from what it should be."""
    (entry,) = entries(connections)
    return {field for one in differences(connections, entry, [contact]) for field in one.fields}


CODE = 1 << 41
CHANGES: tuple[tuple[str, Any], ...] = (
    ("city", "Bonn"),
    ("city", None),
    ("source", "web"),
    ("birth_date_month_day", 301),
    ("bucket", 9_999),
    ("company.name", "Emca"),
    ("company.custom.double_0", 2),
    ("custom.double_0", None),
    ("tags", [999]),
    ("tags_count", 2),
    ("channels", [1]),
    ("grams.email", grams("anna@example.org")),
    ("grams.email", None),
    ("grams.phone", grams("+49")),
    ("events", None),
    ("events_first", [CODE]),
    ("events_count", [CODE + 1, CODE + 2]),
    ("amounts_total", None),
    ("amounts_average", [CODE]),
    ("amounts_largest", [CODE]),
    ("amounts", None),
    ("amounts", [{"gte": 1, "lte": 2}]),
)


def test_a_field_of_each_family_that_was_changed_is_found(connections: Connections, anna: int) -> None:
    sound, at = fresh(connections, anna), version(connections, anna)
    assert found(connections, anna) == set()
    for path, value in CHANGES:
        put(connections, anna, at, changed(sound, path, value))
        assert found(connections, anna) == {path}, (path, value)
    put(connections, anna, at, sound)
    assert found(connections, anna) == set()


def test_one_value_of_a_timeline_that_was_changed_is_found(connections: Connections, anna: int) -> None:
    sound, at = fresh(connections, anna), version(connections, anna)
    for place, span in enumerate(sound["amounts"]):
        for end, step in (("gte", 1), ("lte", -1), ("gte", -1), ("lte", 1)):
            others = [one for other, one in enumerate(sound["amounts"]) if other != place]
            moved = [*others, span | {end: span[end] + step}]
            put(connections, anna, at, sound | {"amounts": moved})
            assert found(connections, anna) == {"amounts"}, (span, end, step)
    more = [*sound["events"], timelines.pack_event(9, 1, 1_000)]
    put(connections, anna, at, sound | {"events": more})
    assert found(connections, anna) == {"events"}


def test_a_declared_behaviour_that_was_deleted_is_no_difference(
    connections: Connections, shop: Shop, anna: int
) -> None:
    condition = {"field": "amount", "operator": ">", "value": 1}
    with shop.engine.begin() as db:
        declared = behaviours.declare(db, shop.org, "large", None, "purchase", condition)
    drain(connections)
    with shop.engine.begin() as db:
        behaviours.remove(db, shop.org, declared.code)
    drain(connections)
    assert found(connections, anna) == set()


def test_a_change_that_no_trigger_saw_is_found_named_and_sent(connections: Connections, shop: Shop, anna: int) -> None:
    with shop.engine.begin() as db:
        db.exec_driver_sql("SET LOCAL session_replication_role = replica")
        db.execute(text("UPDATE contacts SET city = 'Bonn' WHERE id = :id"), {"id": anna})
        db.exec_driver_sql("UPDATE events SET amount = 900 WHERE amount = 500")
    assert any(healed(connections) for _ in range(20))  # a pass looks at some contacts, by chance
    with connections.engine.connect() as db:
        (finding,) = drift.findings(db, shop.org)
    assert finding.kind is Kind.DIFFERENT
    assert finding.examples == (anna,)
    assert {"city", "amounts", "amounts_total"} <= set(finding.fields)


def test_an_index_that_does_not_say_what_it_remembers_is_asked_again(connections: Connections, anna: int) -> None:
    (entry,) = entries(connections)
    client = connections.indices.client
    client.delete(index=entry.name, id=str(anna), refresh=True)
    client.indices.put_settings(index=entry.name, settings={"index.blocks.write": True})
    with pytest.raises(BusyError, match="does not say what it remembers"):
        checked(connections)
    client.indices.put_settings(index=entry.name, settings={"index.blocks.write": None})
    assert healed(connections)
