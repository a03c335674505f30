"""Saved segments: kept, read again with today's meaning, changed by those who saw the latest version."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.api.conftest import Tenant
from tests.api.shop import group, rule
from tests.api.test_errors import places, problem

TREE = group("and", rule("country", "=", "DE"), rule("email", "notNull"))


def made(tenant: Tenant, name: str = "Germans", tree: Any = TREE) -> dict[str, Any]:
    answer = tenant.post("/segments", {"name": name, "tree": tree})
    assert answer.status_code == 201, answer.text
    assert answer.json is not None
    return dict(answer.json)


def referring(*segments: dict[str, Any]) -> dict[str, Any]:
    return rule("segment", "in", [one["id"] for one in segments])


def test_a_segment_is_kept_and_read(tenant: Tenant) -> None:
    answer = tenant.post("/segments", {"name": " Germans ", "description": "With an address", "tree": TREE})
    assert answer.status_code == 201
    assert answer.json is not None
    read = tenant.get(answer.headers["Location"].removeprefix("/v1"))
    assert read.json == answer.json
    assert read.headers["ETag"] == answer.headers["ETag"] == '"1"'
    assert read.json["name"] == "Germans"
    assert (read.json["kind"], read.json["version"], read.json["errors"]) == ("dynamic", 1, [])
    assert read.json["sentence"].startswith("Contacts where Country is")
    assert read.json["created_at"].endswith("Z")


def test_what_the_client_knows_is_not_sent_again(tenant: Tenant) -> None:
    path = f"/segments/{made(tenant)['id']}"
    answer = tenant.get(path, headers={"If-None-Match": '"1"'})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", '"1"')
    assert tenant.get(path, headers={"If-None-Match": '"2"'}).status_code == 200


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"name": ""}, ("#/name", "invalid")),
        ({"name": "  "}, ("#/name", "invalid")),
        ({"name": "x" * 201}, ("#/name", "invalid")),
        ({"name": "a\x00b"}, ("#/name", "invalid")),
        ({"name": 5}, ("#/name", "invalid")),
        ({"kind": "static"}, ("#/kind", "unknown")),
        ({"tree": {"combinator": "and", "rules": []}}, ("#/tree/rules", "empty_group")),
        ({"tree": rule("city", "=", 5)}, ("#/tree/value", "wrong_type")),
    ],
)
def test_a_segment_that_means_nothing_is_not_kept(
    tenant: Tenant, change: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert places(tenant.post("/segments", {"name": "Germans", "tree": TREE} | change)) == [fault]
    assert tenant.get("/segments").json == {"segments": [], "next": None}


def test_text_that_postgresql_cannot_hold_is_refused(tenant: Tenant) -> None:
    tree = rule("city", "contains", "a\x00b")
    problem(tenant.post("/segments", {"name": "NUL", "tree": tree}), 422)
    problem(tenant.post("/segments", {"name": "NUL", "description": "a\x00b", "tree": TREE}), 422)


def test_names_are_taken_once(tenant: Tenant, other: Tenant) -> None:
    made(tenant)
    problem(tenant.post("/segments", {"name": "GERMANS", "tree": TREE}), 409)
    made(other)


def test_a_change_makes_a_version(tenant: Tenant) -> None:
    path = f"/segments/{made(tenant)['id']}"
    answer = tenant.ask("PATCH", path, {"name": "Austrians"}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert answer.json is not None
    assert (answer.json["name"], answer.json["tree"]) == ("Austrians", made(tenant)["tree"])
    tree = rule("country", "=", "AT")
    answer = tenant.ask("PATCH", path, {"tree": tree}, headers={"If-Match": "*"})
    assert answer.json is not None
    assert (answer.json["version"], answer.json["tree"]) == (3, tree)
    assert tenant.get(path).json == answer.json


def test_only_who_saw_the_latest_version_may_change_or_delete(tenant: Tenant) -> None:
    path = f"/segments/{made(tenant)['id']}"
    for method, body in (("PATCH", {"name": "Austrians"}), ("DELETE", None)):
        problem(tenant.ask(method, path, body), 428)
        problem(tenant.ask(method, path, body, headers={"If-Match": '"2"'}), 412)
        problem(tenant.ask(method, path, body, headers={"If-Match": 'W/"1"'}), 412)
    assert tenant.get(path).json["name"] == "Germans"  # type: ignore[index]
    assert places(tenant.ask("PATCH", path, {"tree": {}}, headers={"If-Match": '"1"'})) == [("#/tree", "wrong_type")]


def test_a_deleted_segment_can_be_restored(tenant: Tenant) -> None:
    segment = made(tenant)
    path = f"/segments/{segment['id']}"
    answer = tenant.ask("DELETE", path, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.data) == (204, b"")
    for gone in (tenant.get(path), tenant.get(f"{path}/count"), tenant.post(f"{path}/duplicate", {"name": "x"})):
        problem(gone, 404)
    assert tenant.get("/segments").json["segments"] == []  # type: ignore[index]
    restored = tenant.post(f"{path}/restore")
    assert (restored.status_code, restored.json) == (200, segment)
    assert tenant.get(path).json == segment
    assert "no deleted segment" in problem(tenant.post(f"{path}/restore"), 404)["detail"]


def test_a_segment_is_not_restored_over_another_of_its_name(tenant: Tenant) -> None:
    segment = made(tenant)
    tenant.ask("DELETE", f"/segments/{segment['id']}", headers={"If-Match": "*"})
    made(tenant)
    problem(tenant.post(f"/segments/{segment['id']}/restore"), 409)


def test_a_duplicate_goes_its_own_way(tenant: Tenant) -> None:
    segment = made(tenant)
    answer = tenant.post(f"/segments/{segment['id']}/duplicate", {"name": "Germans too"})
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.headers["Location"] == f"/v1/segments/{answer.json['id']}"
    assert (answer.json["tree"], answer.json["version"]) == (segment["tree"], 1)
    assert answer.json["id"] != segment["id"]
    problem(tenant.post(f"/segments/{segment['id']}/duplicate", {"name": "Germans too"}), 409)


def test_segments_are_listed_page_by_page(tenant: Tenant, other: Tenant) -> None:
    ids = [made(tenant, f"Segment {number}")["id"] for number in range(5)]
    made(other)
    seen: list[int] = []
    path: str | None = "/segments?limit=2"
    pages = 0
    while path:
        answer = tenant.get(path)
        assert answer.json is not None
        seen += [one["id"] for one in answer.json["segments"]]
        link = answer.headers.get("Link", "")
        assert link.endswith('>; rel="next"') is (answer.json["next"] is not None)
        path = link[1:].partition(">")[0].removeprefix("/v1") or None
        pages += 1
    assert (seen, pages) == (ids, 3)


def test_a_cursor_cannot_be_made_up_or_used_elsewhere(tenant: Tenant, other: Tenant) -> None:
    for number in range(3):
        made(tenant, f"Segment {number}")
    cursor = tenant.get("/segments?limit=1").json["next"]  # type: ignore[index]
    segment = tenant.get("/segments").json["segments"][0]["id"]  # type: ignore[index]
    for answer in (
        tenant.get("/segments?cursor=made-up"),
        tenant.get(f"/segments?cursor={cursor}x"),
        tenant.get(f"/segments/{segment}/members?cursor={cursor}"),
        other.get(f"/segments?cursor={cursor}"),
    ):
        assert "cursor" in problem(answer, 400)["detail"]


# -- what a definition names may go


@pytest.fixture
def named(tenant: Tenant) -> dict[str, Any]:
    """A segment that names a tag, a custom field and another segment."""
    tenant.write(contacts=[{"external_id": "A", "tags": ["VIP"]}])
    tenant.post("/custom-fields", {"key": "plan", "type": "text"})
    inner = made(tenant, "Inner")
    tree = group("and", rule("tags", "containsAny", ["VIP"]), rule("custom.plan", "=", "gold"), referring(inner))
    return made(tenant, "Outer", tree)


def test_a_renamed_tag_is_the_same_tag(tenant: Tenant, engine: Engine, named: dict[str, Any]) -> None:
    with engine.begin() as db:
        db.execute(text("UPDATE tags SET name = 'Gold' WHERE org_id = :org"), {"org": tenant.org_id})
    read = tenant.get(f"/segments/{named['id']}").json
    assert read is not None
    assert "Gold" in read["sentence"]
    assert "VIP" not in read["sentence"]


def test_a_renamed_tag_keeps_its_contacts(tenant: Tenant, engine: Engine) -> None:
    tenant.write(contacts=[{"external_id": "A", "tags": ["VIP"]}, {"external_id": "B"}])
    segment = made(tenant, "VIPs", group("and", rule("tags", "containsAny", ["VIP"])))
    with engine.begin() as db:
        db.execute(text("UPDATE tags SET name = 'Gold' WHERE org_id = :org"), {"org": tenant.org_id})
    tenant.index()
    counted = tenant.get(f"/segments/{segment['id']}/count").json
    assert counted is not None
    assert counted["count"] == 1
    assert tenant.count(rule("tags", "containsAny", ["gold"])) == 1
    gone = tenant.post("/segments/preview", {"tree": rule("tags", "containsAny", ["VIP"])})
    assert [code for _, code in places(gone)] == ["unknown_option"]


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("DELETE FROM tags WHERE org_id = :org", "#/rules/0/value/0"),
        ("DELETE FROM custom_fields WHERE org_id = :org", "#/rules/1/field"),
        ("UPDATE segments SET deleted_at = now() WHERE org_id = :org AND name = 'Inner'", "#/rules/2/value/0"),
    ],
)
def test_a_definition_that_lost_its_meaning_is_told_never_ignored(
    tenant: Tenant, engine: Engine, named: dict[str, Any], sql: str, place: str
) -> None:
    path = f"/segments/{named['id']}"
    assert tenant.get(f"{path}/count").status_code == 200
    with engine.begin() as db:
        db.execute(text(sql), {"org": tenant.org_id})
    read = tenant.get(path).json
    assert read is not None
    assert read["sentence"] is None
    assert [one["pointer"] for one in read["errors"]] == [place]
    for answer in (
        tenant.get(f"{path}/count"),
        tenant.get(f"{path}/sample"),
        tenant.get(f"{path}/members"),
        tenant.get(f"{path}/members", headers={"Accept": "application/x-ndjson"}),
    ):
        assert "Outer" in problem(answer, 409)["detail"]
        assert [fault for fault, _ in places(answer, 409)] == [place]
    listed = tenant.get("/segments").json
    assert listed is not None
    assert [bool(one["errors"]) for one in listed["segments"]][-1]
    around = tenant.post("/segments/preview", {"tree": referring(named)})
    assert "Outer cannot be evaluated" in problem(around, 422)["detail"]


def test_references_are_followed(tenant: Tenant) -> None:
    tenant.write(contacts=[{"external_id": "A", "properties": {"country": "DE", "email": "a@example.com"}}])
    inner = made(tenant)
    middle = made(tenant, "Middle", referring(inner))
    assert tenant.count(referring(middle)) == 1
    assert tenant.count(rule("segment", "notIn", ["Middle"])) == 0
    assert (
        made(tenant, "Outer", referring(middle))["sentence"] == "Contacts where the contact is in the segment “Middle”."
    )


def test_a_segment_never_refers_to_itself(tenant: Tenant) -> None:
    first = made(tenant, "First")
    second = made(tenant, "Second", referring(first))
    third = made(tenant, "Third", referring(second))
    for segment in (first, second, third):
        answer = tenant.ask(
            "PATCH", f"/segments/{first['id']}", {"tree": referring(segment)}, headers={"If-Match": "*"}
        )
        assert [code for _, code in places(answer)] == ["cycle"]
    assert tenant.get(f"/segments/{first['id']}").json["version"] == 1  # type: ignore[index]


def test_a_static_segment_is_its_members(tenant: Tenant, engine: Engine) -> None:
    tenant.write(contacts=[{"external_id": name} for name in "ABC"])
    with engine.begin() as db:
        sql = "INSERT INTO segments (org_id, name, kind) VALUES (:org, 'Listed', 'static') RETURNING id"
        segment = db.execute(text(sql), {"org": tenant.org_id}).scalar_one()
        sql = "INSERT INTO static_members SELECT :segment, id FROM contacts WHERE org_id = :org AND external_id <> 'B'"
        db.execute(text(sql), {"org": tenant.org_id, "segment": segment})
    tenant.index()
    read = tenant.get(f"/segments/{segment}").json
    assert read is not None
    assert (read["kind"], read["tree"], read["errors"]) == ("static", None, [])
    members = tenant.get(f"/segments/{segment}/members").json
    assert members is not None
    assert [one["external_id"] for one in members["members"]] == ["A", "C"]
    assert tenant.count(rule("segment", "in", ["Listed"])) == 2
    assert tenant.count(rule("segment", "notIn", ["Listed"])) == 1
