"""Contact data: written in batches with an outcome for each item, read, deleted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from runtime import database
from store import behaviours
from tests.api.conftest import Tenant
from tests.api.shop import CONTACTS, EVERYONE, ago, rule
from tests.api.test_errors import places, problem
from tests.waits import until_waiting


def outcomes(tenant: Tenant, kind: str, items: list[Any]) -> list[tuple[int, str]]:
    answer = tenant.post(f"/{kind}/batch", {kind: items})
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    found = [(one["index"], one["status"]) for one in answer.json["outcomes"]]
    for status in ("created", "updated", "unchanged", "refused"):
        assert answer.json[status] == sum(one == status for _, one in found)
    return found


def test_contacts_are_created_updated_and_left_alone(tenant: Tenant) -> None:
    ada = {"external_id": "A", "properties": {"email": "ada@example.com", "country": "GB"}}
    assert outcomes(tenant, "contacts", [ada, {"external_id": "B"}]) == [(0, "created"), (1, "created")]
    changed = {"external_id": "A", "properties": {"country": "FR"}}
    assert outcomes(tenant, "contacts", [changed, {"external_id": "B"}]) == [(0, "updated"), (1, "unchanged")]
    tenant.index()
    assert tenant.count(rule("country", "=", "FR")) == 1
    assert tenant.count(rule("email", "=", "ADA@example.com")) == 1


def test_a_refused_item_says_why_and_the_others_are_written(tenant: Tenant) -> None:
    items: list[Any] = [
        {"external_id": "A"},
        {"properties": {}},
        "not even an object",
        {"external_id": "B", "properties": {"birth_date": "yesterday", "nothing": 1}},
        {"external_id": "C\x00"},
        {"external_id": "D", "tags": ["VIP"]},
    ]
    answer = tenant.post("/contacts/batch", {"contacts": items})
    assert answer.json is not None
    statuses = [one["status"] for one in answer.json["outcomes"]]
    assert statuses == ["created", "refused", "refused", "refused", "refused", "created"]
    refused = answer.json["outcomes"][3]
    assert refused["id"] is None
    assert sorted(one["pointer"] for one in refused["errors"]) == ["#/properties/birth_date", "#/properties/nothing"]
    tenant.index()
    assert tenant.count(EVERYONE) == 2


def test_events_are_added_to_timelines_once(tenant: Tenant) -> None:
    tenant.write(contacts=[{"external_id": "A"}])
    bought = {"contact": "A", "id": "1", "type": "purchase", "at": ago(1), "amount": 20}
    assert outcomes(tenant, "events", [bought]) == [(0, "created")]
    assert outcomes(tenant, "events", [bought]) == [(0, "unchanged")]
    assert outcomes(tenant, "events", [bought | {"amount": 30}]) == [(0, "updated")]
    assert outcomes(tenant, "events", [bought | {"contact": "nobody", "id": "2"}]) == [(0, "refused")]
    assert outcomes(tenant, "events", [bought | {"at": "2999-01-01T00:00:00Z", "id": "3"}]) == [(0, "refused")]
    tenant.index()
    assert tenant.count(rule("engagement.purchase.total", "=", 30)) == 1
    assert tenant.count(rule("engagement.purchase.count", "=", 1)) == 1


def test_a_company_changes_all_of_its_contacts(tenant: Tenant) -> None:
    tenant.write(contacts=[{"external_id": name, "company": {"external_id": "K", "name": "Old"}} for name in "AB"])
    assert outcomes(tenant, "companies", [{"external_id": "K", "name": "New"}]) == [(0, "updated")]
    tenant.index()
    assert tenant.count(rule("company.name", "=", "New")) == 2


@pytest.mark.parametrize("kind", ["contacts", "companies", "events"])
def test_a_batch_has_a_size(tenant: Tenant, kind: str) -> None:
    assert places(tenant.post(f"/{kind}/batch", {kind: []})) == [(f"#/{kind}", "invalid")]
    assert places(tenant.post(f"/{kind}/batch", {kind: [{}] * 1_001})) == [(f"#/{kind}", "invalid")]
    assert places(tenant.post(f"/{kind}/batch", {kind: {}})) == [(f"#/{kind}", "invalid")]
    assert len(outcomes(tenant, kind, [{}] * 1_000)) == 1_000


def test_a_contact_is_read_and_deleted(tenant: Tenant) -> None:
    tenant.write(contacts=CONTACTS[:1])
    members = tenant.post("/segments/preview", {"tree": EVERYONE}).json
    assert members is not None
    path = f"/contacts/{members['sample'][0]['id']}"
    contact = tenant.get(path).json
    assert contact is not None
    assert contact["external_id"] == "C-1"
    assert contact["properties"]["email"] == "Anna@Example.DE"
    assert sorted(contact["tags"]) == ["Newsletter", "VIP"]
    assert contact["company"]["name"] == "Müller & Söhne"
    deleted = tenant.ask("DELETE", path)
    assert (deleted.status_code, deleted.data) == (204, b"")
    problem(tenant.get(path), 404)
    problem(tenant.ask("DELETE", path), 404)
    tenant.index()
    assert tenant.count(EVERYONE) == 0


def test_a_batch_that_deadlocks_with_somebody_elses_sql_is_written_all_the_same(tenant: Tenant) -> None:
    tenant.post("/contacts/batch", {"contacts": [{"external_id": name} for name in "ABC"]})
    batch = {"contacts": [{"external_id": name, "properties": {"city": "Bonn"}} for name in "ABC"]}
    touch = text("UPDATE contacts SET city = 'Mainz' WHERE org_id = :org AND external_id = :id")
    engine = database.engine(tenant.settings)
    with ThreadPoolExecutor(2) as pool, engine.connect() as other, engine.connect() as first:
        first.execute(touch, {"org": tenant.org_id, "id": "B"})
        other.execute(text("SET LOCAL deadlock_timeout = '1 min'"))  # so that the batch is the one to be ended
        other.execute(touch, {"org": tenant.org_id, "id": "C"})
        answer = pool.submit(tenant.post, "/contacts/batch", batch)
        until_waiting(first, answer)  # it has A
        met = pool.submit(other.execute, touch, {"org": tenant.org_id, "id": "A"})
        until_waiting(first, answer, met)
        first.rollback()  # it goes on to C
        met.result()
        other.commit()
        written = answer.result().json
        assert written is not None
        assert written["updated"] == 3, written
    engine.dispose()


def test_a_key_that_somebody_takes_meanwhile_is_refused_like_one_that_was_taken(tenant: Tenant) -> None:
    tenant.post("/event-types", {"key": "purchase"})
    engine = database.engine(tenant.settings)
    with ThreadPoolExecutor(1) as pool, engine.connect() as other:
        behaviours.declare(other, tenant.org_id, "visit", None, "purchase", rule("amount", ">", 1))
        answer = pool.submit(tenant.post, "/event-types", {"key": "visit"})
        until_waiting(other, answer)
        other.commit()
        problem(answer.result(), 409)
    engine.dispose()


def test_a_contact_is_found_by_its_external_id(tenant: Tenant, other: Tenant) -> None:
    written = {"external_id": "A 1/ü", "properties": {"city": "Köln"}}
    for here in (tenant, other):
        here.post("/contacts/batch", {"contacts": [written]})  # found before it is indexed
    found = tenant.get("/contacts", query_string={"external_id": "A 1/ü"}).json
    assert found is not None
    [contact] = found["contacts"]
    assert contact == tenant.get(f"/contacts/{contact['id']}").json
    problem(other.get(f"/contacts/{contact['id']}"), 404)
    assert tenant.ask("DELETE", f"/contacts/{contact['id']}").status_code == 204
    for external_id in ("A 1/ü", "a 1/ü", "nobody"):
        assert tenant.get("/contacts", query_string={"external_id": external_id}).json == {"contacts": []}
    assert places(tenant.get("/contacts")) == [("?external_id", "required")]
    assert places(tenant.get("/contacts?external_id=")) == [("?external_id", "invalid")]
