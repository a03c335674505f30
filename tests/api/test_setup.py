"""Tags, custom fields, event types and behaviours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Tenant
from tests.api.shop import CONTACTS, ago, group, rule
from tests.api.test_errors import places, problem


def names(tenant: Tenant, path: str, key: str = "name") -> list[Any]:
    answer = tenant.get(f"/{path}").json
    assert answer is not None
    return [one[key] for one in answer[path.replace("-", "_")]]


def test_a_tag_is_made_once_whatever_its_case(tenant: Tenant) -> None:
    first, again = tenant.post("/tags", {"name": "VIP"}), tenant.post("/tags", {"name": "vip"})
    assert first.status_code == again.status_code == 200
    assert first.json == again.json, "it is called what it was called first"
    assert names(tenant, "tags") == ["VIP"]
    assert places(tenant.post("/tags", {"name": ""})) == [("#/name", "invalid")]


def test_an_event_type_comes_with_its_behaviour(tenant: Tenant) -> None:
    assert tenant.post("/event-types", {"key": "booked"}).status_code == 200
    assert tenant.post("/event-types", {"key": "called", "actor": "organisation"}).status_code == 200
    assert names(tenant, "event-types", "key") == ["booked", "called"]
    answer = tenant.get("/behaviours").json
    assert answer is not None
    assert [(one["key"], one["kind"], one["event_type"], one["condition"]) for one in answer["behaviours"]] == [
        ("any", "any", None, None),
        ("booked", "event_type", "booked", None),
        ("called", "event_type", "called", None),
    ]
    problem(tenant.post("/event-types", {"key": "no spaces"}), 422)
    assert places(tenant.post("/event-types", {"key": "x", "actor": "nobody"})) == [("#/actor", "invalid")]


def test_a_custom_field_can_be_asked_about(tenant: Tenant) -> None:
    plan = {"key": "plan", "type": "choice", "options": ["Gold", "Silver"]}
    made = tenant.post("/custom-fields", plan)
    assert made.status_code == 201
    assert made.json == {
        "object": "contact",
        "key": "plan",
        "label": "Plan",
        "type": "choice",
        "options": ["Gold", "Silver"],
        "field": "custom.plan",
    }
    tenant.write(contacts=[{"external_id": "A", "custom": {"plan": "gold"}}, {"external_id": "B"}])
    assert tenant.count(rule("custom.plan", "=", "GOLD")) == 1
    assert tenant.count(rule("custom.plan", "!=", "Gold")) == 1
    values = tenant.get("/fields/custom.plan/values").json
    assert values is not None
    assert [(one["label"], one["contacts"]) for one in values["values"]] == [("Gold", 1), ("Silver", 0)]
    problem(tenant.post("/custom-fields", plan), 409)
    assert tenant.post("/custom-fields/contact/plan/options", {"options": ["Bronze"]}).status_code == 204
    assert names(tenant, "custom-fields", "options") == [["Gold", "Silver", "Bronze"]]
    assert tenant.ask("DELETE", "/custom-fields/contact/plan").status_code == 204
    problem(tenant.ask("DELETE", "/custom-fields/contact/plan"), 404)
    answer = tenant.post("/segments/preview", {"tree": rule("custom.plan", "=", "Gold")})
    assert places(answer) == [("#/tree/field", "unknown_field")]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"key": "plan"}, "#/type"),
        ({"key": "plan", "type": "set"}, "#/type"),
        ({"key": "plan", "type": "text", "object": "deal"}, "#/object"),
        ({"key": "plan", "type": "choice", "options": ["a", ""]}, "#/options/1"),
    ],
)
def test_a_custom_field_is_held_to_its_schema(tenant: Tenant, body: dict[str, Any], fault: str) -> None:
    assert [place for place, _ in places(tenant.post("/custom-fields", body))] == [fault]


def test_a_declared_behaviour_is_filled_for_past_events(tenant: Tenant) -> None:
    tenant.write(contacts=CONTACTS)
    large = {"key": "large_purchase", "event_type": "purchase", "condition": rule("amount", ">=", 100)}
    made = tenant.post("/behaviours", large)
    assert made.status_code == 201
    assert made.json is not None
    assert (made.json["field"], made.json["label"]) == ("engagement.large_purchase", "Large purchase")
    assert "0 of 3" in made.json["unavailable"]
    assert (made.json["kind"], made.json["event_type"]) == ("declared", "purchase")
    assert made.json["condition"] == rule("amount", ">=", 100)
    tree = rule("engagement.large_purchase", "happened")
    assert "0 of 3" in problem(tenant.post("/segments/preview", {"tree": tree}), 422)["detail"]
    tenant.index()
    assert tenant.count(tree) == 2
    assert tenant.count(rule("engagement.large_purchase", "happened", {"window": {"after": ago(30)}})) == 1
    problem(tenant.post("/behaviours", large), 409)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"condition": rule("country", "=", "DE")}, ("#/condition/field", "unknown_field")),
        ({"condition": group("and")}, ("#/condition/rules", "empty_group")),
        ({"event_type": "nothing"}, ("#/event_type", "unknown_option")),
        ({"key": None}, ("#/key", "null")),
    ],
)
def test_a_behaviour_that_means_nothing_is_refused(
    tenant: Tenant, change: dict[str, Any], fault: tuple[str, str]
) -> None:
    tenant.post("/event-types", {"key": "purchase"})
    body = {"key": "large", "event_type": "purchase", "condition": rule("amount", ">", 5)} | change
    assert places(tenant.post("/behaviours", body)) == [fault]
