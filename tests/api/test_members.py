"""The members of saved segments: counted, sampled, listed page by page, streamed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from tests.api.conftest import Tenant
from tests.api.shop import ACTIVE, BOUGHT, EVERYONE, NOW, ago, group, rule
from tests.api.test_audience import held
from tests.api.test_errors import places, problem

LINES = {"Accept": "application/x-ndjson"}


def segment(tenant: Tenant, tree: Any, name: str) -> str:
    answer = tenant.post("/segments", {"name": name, "tree": tree})
    assert answer.json is not None
    return f"/segments/{answer.json['id']}"


@pytest.fixture(autouse=True)
def _one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """All requests of a test fall into the same minute, so that their answers can be compared."""
    monkeypatch.setattr("app.service.Service.clock", lambda _: NOW)


@pytest.fixture(scope="module")
def everyone(shop: Tenant) -> str:
    return segment(shop, EVERYONE, "Everyone")


def read(tenant: Tenant, path: str, **options: Any) -> dict[str, Any]:
    answer = tenant.get(path, **options)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return dict(answer.json)


def lines(tenant: Tenant, path: str) -> list[dict[str, Any]]:
    answer = tenant.get(path, headers=LINES)
    assert (answer.status_code, answer.content_type) == (200, "application/x-ndjson")
    return [json.loads(line) for line in answer.data.splitlines()]


def test_preview_count_sample_pages_and_stream_agree(shop: Tenant) -> None:
    path = segment(shop, ACTIVE, "Active")
    count = read(shop, f"{path}/count")
    sample = read(shop, f"{path}/sample?columns=email")
    page = read(shop, f"{path}/members?columns=email")
    preview = shop.post("/segments/preview", {"tree": ACTIVE, "columns": ["email"]}).json
    assert preview is not None
    assert count["count"] == preview["count"] == 2
    members = {one["id"]: one for one in page["members"]}
    assert [one["external_id"] for one in page["members"]] == ["C-1", "C-5"]
    for shown in (sample["sample"], preview["sample"], lines(shop, f"{path}/members?columns=email")):
        assert {one["id"]: one for one in shown} == members
    assert sample["sample"] == preview["sample"]
    assert page["next"] is None
    for answer in (count, sample, page):
        assert answer["receipt"]["definition_version"] == 1
        assert answer["receipt"]["query_hash"] == preview["receipt"]["query_hash"]


def test_the_receipt_has_the_version_of_the_definition(shop: Tenant) -> None:
    path = segment(shop, EVERYONE, "Changed")
    shop.ask("PATCH", path, {"tree": BOUGHT | {"muted": False}}, headers={"If-Match": '"1"'})
    receipt = read(shop, f"{path}/count")["receipt"]
    assert receipt["definition_version"] == 2
    stream = shop.get(f"{path}/members", headers=LINES)
    assert stream.headers["Segments-Definition-Version"] == "2"
    assert stream.headers["Segments-Query-Hash"] == receipt["query_hash"]
    assert stream.headers["Segments-As-Of"][:16] >= receipt["as_of"][:16]
    assert stream.headers["Segments-Index-Pending"] == "0"


def test_pages_follow_one_another_by_id(shop: Tenant, everyone: str) -> None:
    seen: list[str] = []
    path: str | None = f"{everyone}/members?limit=4&columns=country,tags"
    receipts = []
    while path:
        answer = shop.get(path)
        assert answer.json is not None
        receipts.append(answer.json["receipt"])
        seen += [one["external_id"] for one in answer.json["members"]]
        assert all(set(one["values"]) == {"country", "tags"} for one in answer.json["members"])
        path = answer.headers.get("Link", "<").split(">")[0][1:].removeprefix("/v1") or None
    assert seen == [f"C-{number}" for number in range(1, 7)]
    assert len(receipts) == 2
    assert receipts[0] == receipts[1]


def test_the_last_page_has_no_next_even_when_it_is_full(shop: Tenant, everyone: str) -> None:
    answer = shop.get(f"{everyone}/members?limit=6")
    assert "Link" not in answer.headers
    assert answer.json is not None
    assert (len(answer.json["members"]), answer.json["next"]) == (6, None)


def test_every_page_is_evaluated_at_the_instant_of_the_first(shop: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    path = segment(shop, rule("engagement.any", "happened", {"window": {"last": {"n": 12, "unit": "day"}}}), "Lately")
    first = read(shop, f"{path}/members?limit=1")
    # Four days on, the purchase of ten days ago would be too old.
    monkeypatch.setattr("app.service.Service.clock", lambda _: NOW + timedelta(days=4))
    assert read(shop, f"{path}/count")["count"] == 2
    rest = read(shop, f"{path}/members?limit=10&cursor={first['next']}")
    assert [one["external_id"] for one in first["members"] + rest["members"]] == ["C-1", "C-2", "C-5"]
    assert first["receipt"]["as_of"] == rest["receipt"]["as_of"]
    assert first["receipt"]["query_hash"] == rest["receipt"]["query_hash"]


def test_pages_as_of_an_earlier_instant_stay_there(shop: Tenant) -> None:
    path = segment(shop, rule("engagement.any", "happened"), "Ever")
    first = read(shop, f"{path}/members", query_string={"limit": "1", "as_of": ago(30)})
    rest = read(shop, f"{path}/members", query_string={"cursor": first["next"]})
    assert [one["external_id"] for one in first["members"] + rest["members"]] == ["C-1", "C-3", "C-4"]
    assert first["receipt"]["as_of"] == rest["receipt"]["as_of"]
    twice = shop.get(f"{path}/members", query_string={"cursor": first["next"], "as_of": ago(10)})
    assert places(twice) == [("?as_of", "unknown")]
    assert places(shop.get(f"{path}/count?as_of=2999-01-01T00:00:00Z")) == [("?as_of", "in_the_future")]


def test_a_list_ends_where_its_definition_was_changed(shop: Tenant) -> None:
    path = segment(shop, EVERYONE, "Moving")
    cursor = read(shop, f"{path}/members?limit=1")["next"]
    shop.ask("PATCH", path, {"tree": BOUGHT}, headers={"If-Match": '"1"'})
    assert "version 2" in problem(shop.get(f"{path}/members?cursor={cursor}"), 409)["detail"]


def test_a_stream_has_every_member_once(shop: Tenant, everyone: str) -> None:
    streamed = lines(shop, f"{everyone}/members?columns=email,company.size")
    assert sorted(one["external_id"] for one in streamed) == [f"C-{number}" for number in range(1, 7)]
    anna = next(one for one in streamed if one["external_id"] == "C-1")
    assert anna["values"] == {"email": "Anna@Example.DE", "company.size": 12}
    assert lines(shop, f"{segment(shop, rule('city', '=', 'Nowhere'), 'Nobody')}/members") == []


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("limit=0", "?limit"),
        ("limit=1001", "?limit"),
        ("columns=nothing", "?columns/0"),
        ("columns=email,engagement.purchase.count", "?columns/1"),
        ("size=5", "?size"),
    ],
)
def test_a_page_is_held_to_its_schema(shop: Tenant, everyone: str, query: str, fault: str) -> None:
    assert [place for place, _ in places(shop.get(f"{everyone}/members?{query}"))] == [fault]


@pytest.mark.parametrize("query", ["limit=5", "cursor=x"])
def test_a_stream_has_no_pages(shop: Tenant, everyone: str, query: str) -> None:
    assert [code for _, code in places(shop.get(f"{everyone}/members?{query}", headers=LINES))] == ["unknown"]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "application/json"),
        ("", "application/json"),
        ("application/*", "application/json"),
        ("application/x-ndjson, application/json;q=0.5", "application/x-ndjson"),
        ("text/csv", None),
    ],
)
def test_members_come_as_the_client_accepts(shop: Tenant, everyone: str, accept: str, content_type: str | None) -> None:
    answer = shop.get(f"{everyone}/members", headers={"Accept": accept})
    if content_type is None:
        problem(answer, 406)
    else:
        assert answer.content_type == content_type


def test_a_window_too_deep_for_the_index_is_refused_not_answered_wrongly(tenant: Tenant) -> None:
    busy = [{"id": str(n), "type": "page_viewed", "at": ago(1 + n / 1_000)} for n in range(600)]
    tenant.write(contacts=[{"external_id": "busy", "events": busy}])
    window = {"times": {"at_least": 5}, "window": {"from": ago(90), "to": ago(1.58)}}
    tree = group("and", rule("engagement.page_viewed", "happened", window))
    answer = tenant.post("/segments/preview", {"tree": tree})
    assert places(answer) == [("#/tree/rules/0/value", "window_too_deep")]
    path = segment(tenant, tree, "Deep")
    assert places(tenant.get(f"{path}/count")) == [("#/rules/0/value", "window_too_deep")]


def test_no_answer_about_the_past_keeps_the_index_held(
    shop: Tenant, elastic: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = segment(shop, ACTIVE, "Active then")
    past = {"as_of": ago(30)}
    spent = group("or", BOUGHT, rule("engagement.purchase", "amounted", {"at_least": 5}))
    for endpoint in ("count", "sample", "members"):
        read(shop, f"{path}/{endpoint}", query_string=past)
        assert held(elastic, shop.settings) == 0
    for tree, status in ((ACTIVE, 200), (spent, 422)):
        answer = shop.post("/segments/preview", {"tree": tree, "funnel": True} | past)
        assert (answer.status_code, held(elastic, shop.settings)) == (status, 0)
    monkeypatch.setattr("app.audience.STREAM_PAGE", 1)
    monkeypatch.setattr("app.members.LINES", 1)
    broken_off = shop.get(f"{path}/members", headers=LINES, query_string=past, buffered=False)
    next(iter(broken_off.response))
    assert held(elastic, shop.settings) == 1
    broken_off.close()
    assert held(elastic, shop.settings) == 0
