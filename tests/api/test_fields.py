"""The catalogue: all that a builder needs, and nothing that parse would refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.api.conftest import Tenant, serving
from tests.api.shop import ACTIVE, CONTACTS, EVERYONE, group, rule
from tests.api.test_errors import problem


def fields(tenant: Tenant) -> dict[str, Any]:
    answer = tenant.get("/fields").json
    assert answer is not None
    return {field["name"]: field for field in answer["fields"]}


def test_the_catalogue_has_every_kind_of_field(shop: Tenant) -> None:
    found = fields(shop)
    expected = {
        "email": ("text", "contact"),
        "country": ("choice", "contact"),
        "company.size": ("number", "company"),
        "birth_date": ("date", "contact"),
        "created_at": ("datetime", "contact"),
        "tags": ("set", "tags"),
        "channels": ("set", "channels"),
        "engagement.purchase": ("behaviour", "engagement"),
        "engagement.any.email": ("behaviour", "engagement"),
        "engagement.purchase.total": ("number", "engagement"),
        "segment": ("reference", "segments"),
    }
    assert {name: (found[name]["type"], found[name]["group"]) for name in expected} == expected
    assert [option["label"] for option in found["tags"]["options"]] == ["Churned", "Lapsed", "Newsletter", "VIP"]
    assert found["email"]["options"] is None
    assert found["email"]["unavailable"] is None
    assert (found["email"]["column"], found["engagement.purchase"]["column"]) == (True, False)


def test_the_catalogue_says_how_days_and_weeks_are_meant(shop: Tenant) -> None:
    answer = shop.get("/fields").json
    assert answer is not None
    assert (answer["time_zone"], answer["week_start"]) == ("Europe/Berlin", 1)


def test_operators_come_with_the_schema_of_their_value(shop: Tenant) -> None:
    found = fields(shop)
    operators = {operator["name"]: operator for operator in found["tags"]["operators"]}
    assert operators["containsAny"]["value"]["anyOf"][0]["minItems"] == 1
    assert (operators["containsAny"]["negative"], operators["containsNone"]["negative"]) == (False, True)
    assert all(operator["label"] for field in found.values() for operator in field["operators"])
    happened = found["engagement.purchase"]["operators"][0]
    assert (happened["name"], set(happened["value"]["properties"])) == ("happened", {"times", "window"})


def test_every_column_that_is_offered_can_be_asked_for(shop: Tenant) -> None:
    columns = [name for name, field in fields(shop).items() if field["column"]]
    for some in (columns[:50], columns[50:]):
        tree = {"field": "external_id", "operator": "=", "value": "C-1"}
        answer = shop.post("/segments/preview", {"tree": tree, "columns": some})
        assert answer.status_code == 200, answer.text


def values(tenant: Tenant, field: str, query: str = "") -> list[tuple[Any, int]]:
    answer = tenant.get(f"/fields/{field}/values?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return [(one["label"], one["contacts"]) for one in answer.json["values"]]


def test_values_are_counted(shop: Tenant) -> None:
    assert values(shop, "country") == [("DE", 2), ("TR", 1), ("US", 1)]
    assert values(shop, "country", "limit=1") == [("DE", 2)]
    assert values(shop, "city", "q=ö") == [("Köln", 1)]
    assert values(shop, "company.name", "q=söh") == [("Müller & Söhne", 1)]
    assert values(shop, "tags", "q=e") == [("Churned", 1), ("Lapsed", 1), ("Newsletter", 2)]
    assert values(shop, "tags", "q=e&limit=1") == [("Churned", 1)]
    assert values(shop, "channels") == [("email", 3), ("whatsapp", 2)]
    assert values(shop, "owner") == []


@pytest.mark.parametrize("field", ["company.size", "created_at", "engagement.purchase", "segment"])
def test_values_of_what_has_none_to_choose_from_are_refused(shop: Tenant, field: str) -> None:
    assert "its values are not listed" in problem(shop.get(f"/fields/{field}/values"), 422)["detail"]


def test_the_schema_of_trees_changes_with_the_fields(tenant: Tenant) -> None:
    before = tenant.get("/segments/schema")
    assert tenant.get("/segments/schema").headers["ETag"] == before.headers["ETag"]
    same = tenant.get("/segments/schema", headers={"If-None-Match": before.headers["ETag"]})
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", before.headers["ETag"])
    tenant.post("/custom-fields", {"key": "plan", "type": "text"})
    after = tenant.get("/segments/schema", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]


ASKED: tuple[Any, ...] = (
    ACTIVE,
    EVERYONE,
    rule("tags", "containsAny", "VIP,Newsletter"),
    rule("custom.plan", "!=", "Gold") | {"includeMissing": False},
    rule("company.size", "between", [1, 20]),
    group("AND", rule("country", "=", "DE"), rule("nothing", "?") | {"muted": True}),
    {"field": "email", "operator": "null"},
    # and what neither takes
    group("and"),
    rule("custom.gone", "=", "Gold"),
    rule("country", "contain", "DE"),
    rule("company.size", ">", "many"),
    rule("country", "=", "DE") | {"valueSource": "field"},
    rule("engagement.purchase", "happened", {"times": {"at_least": 512}}),
    {"rules": [rule("country", "=", "DE")]},
)


def test_the_schema_of_trees_accepts_what_preview_accepts(tenant: Tenant) -> None:
    tenant.post("/custom-fields", {"key": "plan", "type": "text"})
    tenant.write(contacts=CONTACTS)
    schema = tenant.get("/segments/schema").json
    assert schema is not None
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    statuses = [tenant.post("/segments/preview", {"tree": tree}).status_code for tree in ASKED]
    assert [200 if validator.is_valid(tree) else 422 for tree in ASKED] == statuses
    assert statuses == [200] * 7 + [422] * 7


def test_the_schemas_have_the_limits_that_are_set(tenant: Tenant) -> None:
    few = rule("country", "in", ["DE", "FR", "US"])
    with serving(replace(tenant.settings, max_values=2)) as app:
        strict = replace(tenant, client=app.test_client())
        validator = Draft202012Validator(strict.get("/segments/schema").json or {})
        operators = {one["name"]: one["value"] for one in fields(strict)["country"]["operators"]}
        refused = strict.post("/segments/validate", {"tree": few}).json
    assert refused is not None
    assert (refused["valid"], validator.is_valid(few)) == (False, False)
    assert operators["in"]["anyOf"][0]["maxItems"] == 2
