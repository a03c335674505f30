"""The tenant fence: whatever belongs to one organisation does not exist for another."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from app.service import EXTENSION
from runtime.settings import Settings
from store.tokens import Scope
from tests.api.conftest import ALL_SCOPES, Tenant, tenant_of
from tests.api.shop import EVERYONE, rule
from tests.api.test_errors import problem

SECRET = "Zebrafinch"  # stands in every text of the one organisation and must not be seen by the other

# Every endpoint: how it is asked with the ids of the one organisation, and what the other gets.
# {segment}, {deleted}, {contact} and {tag} are ids of the one organisation.
BODY: dict[str, Any] = {"tree": EVERYONE}
ENDPOINTS: dict[str, tuple[str, Any, int]] = {
    "POST /v1/segments/preview": ("/segments/preview", BODY | {"columns": ["full_name", "tags"]}, 200),
    "POST /v1/segments/validate": ("/segments/validate", {"tree": rule("tags", "containsAny", [SECRET])}, 200),
    "GET /v1/segments/schema": ("/segments/schema", None, 200),
    "GET /v1/segments": ("/segments", None, 200),
    "POST /v1/segments": ("/segments", BODY | {"name": "Mine"}, 201),
    "GET /v1/segments/{segment_id}": ("/segments/{segment}", None, 404),
    "PATCH /v1/segments/{segment_id}": ("/segments/{segment}", {"name": "Mine now"}, 404),
    "DELETE /v1/segments/{segment_id}": ("/segments/{segment}", None, 404),
    "POST /v1/segments/{segment_id}/duplicate": ("/segments/{segment}/duplicate", {"name": "Mine now"}, 404),
    "POST /v1/segments/{segment_id}/restore": ("/segments/{deleted}/restore", None, 404),
    "GET /v1/segments/{segment_id}/count": ("/segments/{segment}/count", None, 404),
    "GET /v1/segments/{segment_id}/sample": ("/segments/{segment}/sample", None, 404),
    "GET /v1/segments/{segment_id}/members": ("/segments/{segment}/members", None, 404),
    "GET /v1/fields": ("/fields", None, 200),
    "GET /v1/fields/{name}/values": ("/fields/full_name/values", None, 200),
    "GET /v1/formats": ("/formats", None, 200),
    "POST /v1/formats/{name}/read": (
        "/formats/react-querybuilder/read",
        {"document": rule("tags", "containsAny", [SECRET])},
        200,
    ),
    "POST /v1/formats/{name}/write": ("/formats/hubspot/write", {"tree": rule("tags", "containsAny", [SECRET])}, 422),
    "POST /v1/contacts/batch": ("/contacts/batch", {"contacts": [{"external_id": SECRET}]}, 200),
    "POST /v1/companies/batch": ("/companies/batch", {"companies": [{"external_id": SECRET, "name": "Mine"}]}, 200),
    "POST /v1/events/batch": ("/events/batch", {"events": [{"contact": "unknown", "type": "x"}]}, 200),
    "GET /v1/contacts": (f"/contacts?external_id={SECRET}", None, 200),
    "GET /v1/contacts/{contact_id}": ("/contacts/{contact}", None, 404),
    "DELETE /v1/contacts/{contact_id}": ("/contacts/{contact}", None, 404),
    "GET /v1/tags": ("/tags", None, 200),
    "POST /v1/tags": ("/tags", {"name": "Mine"}, 200),
    "PATCH /v1/tags/{tag_id}": ("/tags/{tag}", {"name": "Mine now"}, 404),
    "DELETE /v1/tags/{tag_id}": ("/tags/{tag}", None, 404),
    "GET /v1/custom-fields": ("/custom-fields", None, 200),
    "POST /v1/custom-fields": ("/custom-fields", {"key": SECRET, "type": "text"}, 201),
    "POST /v1/custom-fields/{object}/{key}/options": (
        f"/custom-fields/contact/{SECRET}_list/options",
        {"options": ["x"]},
        404,
    ),
    "PATCH /v1/custom-fields/{object}/{key}": (f"/custom-fields/contact/{SECRET}_list", {"label": "Mine"}, 404),
    "DELETE /v1/custom-fields/{object}/{key}": (f"/custom-fields/contact/{SECRET}_list", None, 404),
    "GET /v1/event-types": ("/event-types", None, 200),
    "POST /v1/event-types": ("/event-types", {"key": "mine"}, 200),
    "PATCH /v1/event-types/{key}": (f"/event-types/{SECRET}_happened", {"label": "Mine"}, 404),
    "DELETE /v1/event-types/{key}": (f"/event-types/{SECRET}_happened", None, 404),
    "GET /v1/behaviours": ("/behaviours", None, 200),
    "POST /v1/behaviours": (
        "/behaviours",
        {"key": "mine", "event_type": f"{SECRET}_happened", "condition": rule("amount", ">", 1)},
        422,
    ),
    "PATCH /v1/behaviours/{key}": (f"/behaviours/{SECRET}_declared", {"label": "Mine"}, 404),
    "DELETE /v1/behaviours/{key}": (f"/behaviours/{SECRET}_declared", None, 404),
    "GET /v1/index": ("/index", None, 200),
    "POST /v1/index/rebuild": ("/index/rebuild", None, 202),
}
"""For the one organisation, nothing of all this is visible in what the other asks."""


@pytest.fixture
def one(tenant: Tenant) -> dict[str, int]:
    """Contacts, tags, fields, event types, segments whose every text has the secret; gives their ids."""
    tenant.post("/custom-fields", {"key": f"{SECRET}_list", "type": "choice", "options": [SECRET]})
    tenant.post("/event-types", {"key": f"{SECRET}_happened"})
    declared = {"key": f"{SECRET}_declared", "event_type": f"{SECRET}_happened", "condition": rule("amount", ">", 1)}
    assert tenant.post("/behaviours", declared).status_code == 201
    event = {"id": "1", "type": f"{SECRET}_happened", "at": "2026-01-01T00:00:00Z", "channel": f"{SECRET}_channel"}
    names = {"external_id": SECRET, "properties": {"full_name": SECRET}, "tags": [SECRET], "events": [event]}
    tenant.write(contacts=[names | {"company": {"external_id": SECRET, "name": SECRET}}])
    ids = {"tag": tenant.get("/tags").json["tags"][0]["id"]}  # type: ignore[index]
    for name in ("segment", "deleted"):
        answer = tenant.post("/segments", {"name": f"{SECRET} {name}", "tree": EVERYONE})
        assert answer.json is not None
        ids[name] = answer.json["id"]
    tenant.ask("DELETE", f"/segments/{ids['deleted']}", headers={"If-Match": "*"})
    members = tenant.get(f"/segments/{ids['segment']}/members").json
    assert members is not None
    ids["contact"] = members["members"][0]["id"]
    return ids


def endpoints(app: Flask) -> dict[str, str | None]:
    """Every endpoint under /v1 that the OpenAPI document has, with its scope."""
    paths = app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()["paths"]
    return {
        f"{method.upper()} {path}": next(iter(needed["token"] for needed in operation["security"]), [None])[0]
        for path, operations in paths.items()
        if path.startswith("/v1")
        for method, operation in operations.items()
        if method != "parameters"
    }


def test_every_endpoint_is_in_the_table(app: Flask) -> None:
    assert set(endpoints(app)) == set(ENDPOINTS)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_nothing_of_one_organisation_is_seen_or_changed_by_another(
    tenant: Tenant, other: Tenant, one: dict[str, int], endpoint: str
) -> None:
    other.write(contacts=[{"external_id": "neighbour"}])
    path, body, status = ENDPOINTS[endpoint]
    before = everything(tenant, one)
    answer = other.ask(endpoint.partition(" ")[0], path.format(**one), body, headers={"If-Match": "*"})
    assert answer.status_code == status, answer.text
    if SECRET not in path + json.dumps(body):  # what the asker says may be said back
        assert SECRET not in answer.text
    if status == 404:
        problem(answer, 404)
    tenant.index()
    assert everything(tenant, one) == before


def everything(tenant: Tenant, ids: dict[str, int]) -> list[Any]:
    """Whatever can be read of an organisation, without what depends on the minute."""
    read = [f"/segments/{ids['segment']}", f"/contacts/{ids['contact']}", "/segments", "/tags", "/custom-fields"]
    answers = [tenant.get(path).json for path in (*read, "/event-types", "/behaviours", "/fields")]
    members = tenant.get(f"/segments/{ids['segment']}/members?columns=full_name,tags,company.name").json
    assert members is not None
    return [*answers, members["members"]]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_an_endpoint_asks_for_its_scope(app: Flask, settings: Settings, engine: Engine, endpoint: str) -> None:
    method, _, path = endpoint.partition(" ")
    needed = endpoints(app)[endpoint]
    assert needed in set(Scope)
    ids = dict.fromkeys(("segment_id", "contact_id", "tag_id"), 1) | {"name": "email", "object": "contact", "key": "x"}
    path = path.removeprefix("/v1").format(**ids)
    assert tenant_of(app, settings, engine, [needed]).ask(method, path).status_code not in (401, 403)
    others = tenant_of(app, settings, engine, [scope for scope in ALL_SCOPES if scope != needed])
    refused = others.ask(method, path, {"not": "even read"})
    assert f"does not allow {needed}" in problem(refused, 403)["detail"]
    assert needed in refused.headers["WWW-Authenticate"]
    problem(app.test_client().open(f"/v1{path}", method=method), 401)


_FORMATS = ("formats/{name}/read", "formats/{name}/write")


def test_reading_never_needs_more_than_read_and_changing_never_less_than_write(app: Flask) -> None:
    reading = {f"POST /v1/{path}" for path in ("segments/preview", "segments/validate", *_FORMATS)}
    for endpoint, scope in endpoints(app).items():
        expected = {Scope.READ} if endpoint.startswith("GET") or endpoint in reading else {Scope.WRITE, Scope.ADMIN}
        assert scope in expected


def test_a_revoked_token_opens_nothing(tenant: Tenant, engine: Engine) -> None:
    from store import tokens

    assert tenant.get("/tags").status_code == 200
    with engine.begin() as db:
        [token] = tokens.all_of(db, tenant.org_id)
        tokens.revoke(db, tenant.org_id, token.id)
    problem(tenant.get("/tags"), 401)


def test_the_same_names_in_two_organisations_are_two_things(tenant: Tenant, other: Tenant) -> None:
    for here in (tenant, other):
        here.write(contacts=[{"external_id": "A", "tags": ["VIP"]}])
    for here in (tenant, other):
        assert here.count(rule("tags", "containsAny", ["VIP"])) == 1
        assert here.count(EVERYONE) == 1
    tags = [here.get("/tags").json["tags"][0]["id"] for here in (tenant, other)]  # type: ignore[index]
    assert tags[0] != tags[1]
    strange = tenant.post("/segments/preview", {"tree": rule("tags", "containsAny", [tags[1]])})
    problem(strange, 422)
    assert EXTENSION in tenant.client.application.extensions
