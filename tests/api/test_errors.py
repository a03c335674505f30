"""Every error is a problem document of one shape, with its status, place and remedy."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from app import create_app
from runtime.settings import Settings, SettingsError
from tests.api.conftest import Tenant, serving

RULE = {"field": "email", "operator": "notNull"}


def problem(response: TestResponse, status: int) -> dict[str, Any]:
    """The problem document, once its shape is known to be right."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    document = json.loads(response.data)
    assert list(document) == ["type", "title", "status", "detail", "errors"]
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    for fault in document["errors"]:
        assert list(fault)[:3] == ["pointer", "code", "detail"]
        assert set(fault) <= {"pointer", "code", "detail", "allowed"}
        assert fault["pointer"][0] in "#?"
    return dict(document)


def places(response: TestResponse, status: int = 422) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in problem(response, status)["errors"]]


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"", 400, "line 1, column 1"),
        (b'{"tree": ', 400, "line 1, column 10"),
        (b'{"tree": {}, "tree": {}}', 400, "stands twice"),
        (b'{"tree": NaN}', 400, "NaN"),
        (b'\xff{"tree": {}}', 400, "byte 0"),
        (b'{"tree": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 400, "nested too deeply"),
        (b"x" * 1_000_001, 413, "more than 1,000,000 bytes"),
        (b'"' + b"x" * 5_000_000 + b'"', 413, "more than 1,000,000 bytes"),
        (b"[]", 422, "expected an object"),
        (b"null", 422, "expected an object"),
        (b"{}", 422, "required"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_body_that_cannot_be_read_is_refused(tenant: Tenant, body: bytes, status: int, detail: str) -> None:
    answer = tenant.post("/segments/preview", data=body, content_type="application/json")
    assert detail in problem(answer, status)["detail"]


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_a_body_that_does_not_say_json_is_refused(tenant: Tenant, content_type: str | None) -> None:
    answer = tenant.post("/segments/preview", data=b'{"tree": {}}', content_type=content_type)
    assert "application/json" in problem(answer, 415)["detail"]


@pytest.mark.parametrize("levels", [13, 40, 90])
def test_a_tree_of_many_levels_is_refused_with_the_place(tenant: Tenant, levels: int) -> None:
    tree: Any = RULE
    for _ in range(levels):
        tree = {"combinator": "and", "rules": [tree]}
    for path in ("/segments/preview", "/segments"):
        body = {"tree": tree} if path == "/segments/preview" else {"tree": tree, "name": "deep"}
        assert places(tenant.post(path, body)) == [(f"#/tree{'/rules/0' * 12}", "too_deep")]


def test_an_item_of_many_levels_is_written_or_refused(tenant: Tenant) -> None:
    nested: Any = 1
    for _ in range(190):
        nested = [nested]
    event = {"id": "1", "type": "odd", "at": "2026-01-01T00:00:00Z", "nested": nested, "number": 10**30}
    for items in ([{"external_id": "A", "events": [event]}], [{"external_id": nested}], [nested], [{"custom": nested}]):
        assert tenant.post("/contacts/batch", {"contacts": items}).status_code == 200
    condition: Any = {"field": "amount", "operator": ">", "value": 5}
    for _ in range(90):
        condition = {"combinator": "and", "rules": [condition]}
    tenant.post("/event-types", {"key": "odd"})
    deep = {"key": "deep", "event_type": "odd", "condition": condition}
    assert [code for _, code in places(tenant.post("/behaviours", deep))] == ["too_deep"]


def test_all_faults_come_at_once_with_their_places(tenant: Tenant) -> None:
    tree = {
        "combinator": "and",
        "rules": [
            {"field": "emial", "operator": "=", "value": "x"},
            {"combinator": "or", "rules": []},
            {"field": "email", "operator": "happened"},
            {"field": "tags", "operator": "containsAny", "value": ["No such tag"]},
        ],
    }
    faults = problem(tenant.post("/segments/preview", {"tree": tree}), 422)["errors"]
    assert [(fault["pointer"], fault["code"]) for fault in faults] == [
        ("#/tree/rules/0/field", "unknown_field"),
        ("#/tree/rules/1/rules", "empty_group"),
        ("#/tree/rules/2/operator", "unknown_operator"),
        ("#/tree/rules/3/value/0", "unknown_option"),
    ]
    assert "email" in faults[0]["allowed"]


@pytest.mark.parametrize(
    ("body", "places_of_faults"),
    [
        ({"tree": RULE, "sampel": 3}, [("#/sampel", "unknown")]),
        ({"tree": RULE, "sample": "3"}, [("#/sample", "invalid")]),
        ({"tree": RULE, "sample": 101, "funnel": None}, [("#/funnel", "null"), ("#/sample", "invalid")]),
        ({"tree": RULE, "columns": ["email", "no/such"]}, [("#/columns/1", "unknown")]),
        ({"tree": RULE, "columns": ["segment"]}, [("#/columns/0", "unknown")]),
        ({"tree": RULE, "as_of": "2026-01-01T00:00:00"}, [("#/as_of", "invalid")]),
        ({"tree": RULE, "as_of": "yesterday"}, [("#/as_of", "invalid")]),
        ({"tree": RULE, "as_of": "0001-01-01T00:00:00+14:00"}, [("#/as_of", "invalid")]),
        ({"tree": RULE, "as_of": "9999-12-31T23:59:59-14:00"}, [("#/as_of", "invalid")]),
        ({"tree": RULE, "as_of": 1_790_000_000}, [("#/as_of", "invalid")]),
        ({"tree": RULE, "as_of": "2999-01-01T00:00:00Z"}, [("#/as_of", "in_the_future")]),
        ({"tree": RULE, "as_of": "1969-12-31T23:59:59Z"}, [("#/as_of", "invalid")]),
        ({}, [("#/tree", "required")]),
    ],
)
def test_a_body_is_held_to_its_schema(
    tenant: Tenant, body: dict[str, Any], places_of_faults: list[tuple[str, str]]
) -> None:
    assert sorted(places(tenant.post("/segments/preview", body))) == places_of_faults


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/fields?group=contact", ("?group", "unknown")),
        ("/segments?limit=10&ofset=3", ("?ofset", "unknown")),
        ("/segments?limit=0", ("?limit", "invalid")),
        ("/segments?limit=ten", ("?limit", "invalid")),
        ("/segments?limit=5&limit=6", ("?limit", "repeated")),
        ("/tags?", None),
    ],
)
def test_a_query_is_held_to_its_schema(tenant: Tenant, path: str, fault: tuple[str, str] | None) -> None:
    answer = tenant.get(path)
    if fault is None:
        assert answer.status_code == 200
    else:
        assert places(answer) == [fault]


@pytest.mark.parametrize("as_of", ["2026-01-01T00:00:00+01:00", "2026-01-01"])
def test_an_instant_in_a_query_is_told_how_to_be_written(tenant: Tenant, as_of: str) -> None:
    detail = problem(tenant.get(f"/segments/1/count?as_of={as_of}"), 422)["detail"]
    assert 'like "2026-11-24T08:30:00Z"' in detail
    assert ("+ is written %2B" in detail) is ("+" in as_of)


def test_what_is_unknown_is_told_what_there_is(tenant: Tenant) -> None:
    [query] = problem(tenant.get("/segments?page=2"), 422)["errors"]
    assert query["allowed"] == ["limit", "cursor"]
    [body] = problem(tenant.post("/tags", {"name": "x", "colour": "red"}), 422)["errors"]
    assert body["allowed"] == ["name"]


def test_a_fault_in_an_answer_is_as_in_a_problem(tenant: Tenant) -> None:
    tree = {"combinator": "and", "rules": [{"field": "emial", "operator": "=", "value": "x"}, RULE | {"value": 5}]}
    answer = tenant.post("/segments/validate", {"tree": tree})
    assert answer.json is not None
    assert answer.json["errors"] == problem(tenant.post("/segments/preview", {"tree": tree}), 422)["errors"]


def test_a_body_where_none_is_taken_is_refused(tenant: Tenant) -> None:
    assert places(tenant.post("/index/rebuild", {"now": True})) == [("#", "unknown")]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/segments/1/members/all", 404),
        ("GET", "/segments/9999999999", 404),
        ("GET", "/segments/99999999999999999999999999", 404),
        ("GET", "/contacts/99999999999999999999999999", 404),
        ("GET", "/segments/-1", 404),
        ("GET", "/segments/one", 404),
        ("GET", "/fields/nothing/values", 404),
        ("PUT", "/segments", 405),
        ("DELETE", "/fields", 405),
    ],
)
def test_what_is_not_there_is_a_problem_too(tenant: Tenant, method: str, path: str, status: int) -> None:
    answer = tenant.ask(method, path)
    problem(answer, status)
    assert ("Allow" in answer.headers) is (status == 405)


@pytest.mark.parametrize(
    ("authorization", "error"),
    [
        (None, "no bearer token"),
        ("", "no bearer token"),
        ("Bearer", "no bearer token"),
        ("Basic dXNlcjpwYXNzd29yZA==", "no bearer token"),
        ("Bearer seg_unknown", "not known"),
        ("Bearer seg_\xfc", "not known"),
        ("Bearer seg_a seg_b", "not known"),
    ],
)
def test_who_does_not_say_who_they_are_is_not_let_in(
    client: FlaskClient, authorization: str | None, error: str
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = client.post("/v1/segments/preview", headers=headers, data=b"not even JSON")
    assert error in problem(answer, 401)["detail"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.fixture(scope="module")
def closed_port() -> Iterator[int]:
    """A port on which nothing listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@contextmanager
def away(tenant: Tenant, **addresses: str | float) -> Iterator[Tenant]:
    """The same organisation and token, at an application that looks for its servers elsewhere."""
    settings = replace(tenant.settings, **addresses)  # type: ignore[arg-type]
    with serving(settings) as app:
        yield replace(tenant, client=app.test_client(), settings=settings)


def test_without_elasticsearch_what_postgresql_can_answer_goes_on(tenant: Tenant, closed_port: int) -> None:
    with away(tenant, elasticsearch_url=f"http://127.0.0.1:{closed_port}") as here:
        made = here.post("/segments", {"name": "With an address", "tree": RULE})
        assert made.status_code == 201
        segment = f"/segments/{made.json['id']}"  # type: ignore[index]
        for path in ("/fields", "/segments", segment, "/tags", "/behaviours", "/index"):
            assert here.get(path).status_code == 200
        assert here.post("/segments/validate", {"tree": RULE}).json["valid"]  # type: ignore[index]
        for answer in (
            here.post("/segments/preview", {"tree": RULE}),
            here.get(f"{segment}/count"),
            here.get(f"{segment}/sample"),
            here.get(f"{segment}/members"),
            here.get(f"{segment}/members", headers={"Accept": "application/x-ndjson"}),
            here.get("/fields/country/values"),
        ):
            assert "The index cannot be reached" in problem(answer, 503)["detail"]
            assert int(answer.headers["Retry-After"]) > 0
        ready = here.client.get("/readyz")
        assert (ready.status_code, ready.json["parts"]["index"]) == (503, "away")  # type: ignore[index]
        assert here.client.get("/healthz").status_code == 200


def test_an_index_that_does_not_answer_in_time_is_away(tenant: Tenant) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with away(tenant, elasticsearch_url=address, elasticsearch_timeout_seconds=0.3) as here:
            answer = here.post("/segments/preview", {"tree": RULE})
    assert answer.headers["Retry-After"]
    problem(answer, 503)


def test_connections_that_postgresql_closed_are_opened_again(tenant: Tenant, engine: Engine) -> None:
    assert tenant.get("/tags").status_code == 200
    others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    with engine.connect() as db:
        db.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
    assert tenant.get("/tags").status_code == 200


def test_before_the_first_build_the_remedy_is_told(tenant: Tenant) -> None:
    with away(tenant, index_prefix="nothing-built-yet") as here:
        answer = here.post("/segments/preview", {"tree": RULE})
        assert "segments index rebuild" in problem(answer, 503)["detail"]
        assert answer.headers["Retry-After"]


def test_without_postgresql_nothing_is_answered_but_health(tenant: Tenant, closed_port: int) -> None:
    with away(tenant, database_url=f"postgresql://app@127.0.0.1:{closed_port}/segments") as here:
        for answer in (here.get("/fields"), here.post("/segments/preview", {"tree": RULE}), here.get("/segments/1")):
            assert "The database cannot be reached" in problem(answer, 503)["detail"]
            assert int(answer.headers["Retry-After"]) > 0
        ready = here.client.get("/readyz")
        assert (ready.status_code, ready.json["parts"]["database"]) == (503, "away")  # type: ignore[index]
        assert here.client.get("/healthz").status_code == 200


def test_without_redis_writes_are_kept(tenant: Tenant, closed_port: int) -> None:
    with away(tenant, redis_url=f"redis://127.0.0.1:{closed_port}/0") as here:
        assert here.post("/tags", {"name": "Kept"}).status_code == 200
        assert "Kept" in here.get("/tags").text
        ready = here.client.get("/readyz")
        assert ready.json["parts"]["queue"] == "away"  # type: ignore[index]
        problem(here.post("/index/rebuild"), 503)


def test_what_nobody_foresaw_tells_nothing_of_its_inside(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("the password is 1234")

    monkeypatch.setattr("app.catalogue.offered", fail)
    assert "1234" not in problem(tenant.get("/fields"), 500)["detail"]
    assert "1234" in caplog.text


@pytest.mark.parametrize("name", ["secret_key", "database_url", "elasticsearch_url", "redis_url"])
def test_an_application_without_its_settings_does_not_start(settings: Settings, name: str) -> None:
    with pytest.raises(SettingsError, match=name.upper()):
        create_app(replace(settings, **{name: None}))  # type: ignore[arg-type]
