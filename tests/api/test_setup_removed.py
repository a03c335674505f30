"""What is set up can be renamed at any time, and deleted unless saved segments ask about it."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.api.conftest import Tenant
from tests.api.shop import ago, group, rule
from tests.api.test_errors import places, problem
from tests.api.test_setup import names

GOLD = rule("custom.plan", "=", "Gold")
VIP = rule("tags", "containsAny", ["VIP"])
BOUGHT = rule("engagement.purchase.count", ">=", 1)
BOUGHT_LARGE = rule("engagement.large", "happened")


@pytest.fixture
def furnished(tenant: Tenant) -> Tenant:
    """An organisation with a tag, a field, an event type and a behaviour declared of it, and one contact with all."""
    tenant.post("/custom-fields", {"key": "plan", "type": "choice", "options": ["Gold", "Silver"]})
    bought = {"id": "1", "type": "purchase", "at": ago(1), "amount": 700}
    tenant.write([{"external_id": "A", "custom": {"plan": "Gold"}, "tags": ["VIP"], "events": [bought]}])
    large = {"key": "large", "event_type": "purchase", "condition": rule("amount", ">", 500)}
    assert tenant.post("/behaviours", large).status_code == 201
    tenant.index()
    return tenant


def tag_path(tenant: Tenant) -> str:
    answer = tenant.get("/tags").json
    assert answer is not None
    return f"/tags/{answer['tags'][0]['id']}"


def save(tenant: Tenant, name: str, tree: Any) -> str:
    answer = tenant.post("/segments", {"name": name, "tree": tree})
    assert answer.json is not None
    return f"/segments/{answer.json['id']}"


def named_in(answer: TestResponse) -> set[str]:
    """The segments that stand in the way."""
    faults = problem(answer, 409)["errors"]
    assert {(fault["pointer"], fault["code"]) for fault in faults} == {("?force", "in_use")}
    return {fault["detail"].split("'")[1] for fault in faults}


def test_a_renamed_tag_is_the_same_tag(furnished: Tenant) -> None:
    segment, path = save(furnished, "VIPs", VIP), tag_path(furnished)
    answer = furnished.ask("PATCH", path, {"name": "Very important"})
    assert answer.status_code == 200
    assert names(furnished, "tags") == ["Very important"]
    assert furnished.get(f"{segment}/count").json["count"] == 1  # type: ignore[index]
    assert "Very important" in furnished.get(segment).json["sentence"]  # type: ignore[index]
    furnished.post("/tags", {"name": "Other"})
    assert "called 'OTHER'" in problem(furnished.ask("PATCH", path, {"name": "OTHER"}), 409)["detail"]
    assert furnished.ask("PATCH", path, {"name": "VERY important"}).status_code == 200
    problem(furnished.ask("PATCH", "/tags/1234567890", {"name": "X"}), 404)
    assert places(furnished.ask("PATCH", path, {"name": " "})) == [("#/name", "invalid")]


@pytest.mark.parametrize(
    ("path", "listed", "field"),
    [
        ("/custom-fields/contact/plan", "custom-fields", "custom.plan"),
        ("/event-types/purchase", "event-types", "engagement.purchase"),
        ("/behaviours/large", "behaviours", "engagement.large"),
    ],
)
def test_another_label_changes_nothing_else(furnished: Tenant, path: str, listed: str, field: str) -> None:
    before = furnished.get("/fields").json["fields"]  # type: ignore[index]
    answer = furnished.ask("PATCH", path, {"label": "Something else"})
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    assert answer.json["label"] == "Something else"
    assert answer.json["key"] == path.rpartition("/")[2]
    assert "Something else" in names(furnished, listed, "label")
    after = {one["name"]: one for one in furnished.get("/fields").json["fields"]}  # type: ignore[index]
    assert after[field]["label"] == "Something else"
    assert [one["name"] for one in before] == list(after)
    problem(furnished.ask("PATCH", f"{path}x", {"label": "X"}), 404)
    assert places(furnished.ask("PATCH", path, {})) == [("#/label", "required")]


@pytest.mark.parametrize(
    ("path", "tree"),
    [
        ("/tags", VIP),
        ("/custom-fields/contact/plan", group("or", rule("country", "=", "DE"), GOLD)),
        ("/event-types/purchase", BOUGHT),
        ("/event-types/purchase", BOUGHT_LARGE),
        ("/behaviours/large", BOUGHT_LARGE),
    ],
    ids=["tag", "field", "event type", "behaviour of an event type", "behaviour"],
)
def test_what_segments_ask_about_is_deleted_only_by_force(furnished: Tenant, path: str, tree: Any) -> None:
    path = tag_path(furnished) if path == "/tags" else path
    used = save(furnished, "Used", tree)
    save(furnished, "Indirectly", group("and", rule("segment", "in", ["Used"])))
    save(furnished, "Other", rule("country", "=", "DE"))
    deleted = save(furnished, "Deleted", tree)
    furnished.ask("DELETE", deleted, headers={"If-Match": "*"})
    assert named_in(furnished.ask("DELETE", path)) == {"Used", "Indirectly"}
    assert furnished.get(f"{used}/count").json["count"] == 1  # type: ignore[index]  # nothing happened
    assert furnished.ask("DELETE", f"{path}?force=true").status_code == 204
    problem(furnished.ask("DELETE", f"{path}?force=true"), 404)
    segment = furnished.get(used).json
    assert segment is not None
    assert segment["sentence"] is None
    assert segment["errors"]
    problem(furnished.get(f"{used}/count"), 409)
    furnished.index()
    assert furnished.count(rule("external_id", "=", "A")) == 1


def test_what_nobody_asks_about_is_deleted_with_all_that_belongs_to_it(furnished: Tenant) -> None:
    save(furnished, "Lost already", group("or", GOLD, VIP))
    furnished.ask("DELETE", "/custom-fields/contact/plan?force=true")
    assert furnished.ask("DELETE", "/behaviours/large").status_code == 204
    assert furnished.ask("DELETE", "/event-types/purchase").status_code == 204
    assert named_in(furnished.ask("DELETE", tag_path(furnished))) == {"Lost already"}  # it would lose still more
    assert furnished.ask("DELETE", f"{tag_path(furnished)}?force=true").status_code == 204
    furnished.index()
    assert names(furnished, "tags") == names(furnished, "event-types", "key") == []
    assert names(furnished, "behaviours", "key") == ["any"]
    assert furnished.count(rule("tags", "null")) == furnished.count(rule("engagement.any", "didNotHappen")) == 1


def test_only_declared_behaviours_are_changed_on_their_own(furnished: Tenant) -> None:
    for key in ("purchase", "any", "nothing"):
        detail = problem(furnished.ask("DELETE", f"/behaviours/{key}"), 404)["detail"]
        assert "no declared behaviour" in detail
        problem(furnished.ask("PATCH", f"/behaviours/{key}", {"label": "X"}), 404)


def test_force_is_true_or_false(furnished: Tenant) -> None:
    assert places(furnished.ask("DELETE", "/behaviours/large?force=perhaps")) == [("?force", "invalid")]
    assert places(furnished.ask("DELETE", "/behaviours/large?forced=true")) == [("?forced", "unknown")]
