"""Tokens of writes, without a worker that hurries."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from redis import Redis
from rq import Queue
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from app.service import EXTENSION
from runtime.settings import Settings
from tests.api.conftest import Tenant
from tests.api.shop import EVERYONE
from tests.api.test_errors import problem

PATIENT = {"timeout": 30}  # seconds; a worker on a busy machine takes some


def token(answer: TestResponse) -> str:
    assert answer.status_code < 300, answer.text
    return answer.headers["Segments-Write-Token"]


def contacts(tenant: Tenant, *items: Any) -> str:
    return token(tenant.post("/contacts/batch", {"contacts": list(items)}))


def count(tenant: Tenant, written: str, tree: Any = EVERYONE) -> int:
    body = {"tree": tree, "sample": 0}
    answer = tenant.post("/segments/preview", body, query_string={"wait_for": written, **PATIENT})
    assert answer.json is not None
    assert answer.status_code == 200, answer.text
    found: int = answer.json["count"]
    return found


def test_a_batch_says_how_far_the_index_is_behind(tenant: Tenant) -> None:
    answer = tenant.post("/contacts/batch", {"contacts": [{"external_id": "A"}, {"external_id": "B"}]})
    assert answer.json is not None
    receipt = answer.json["receipt"]
    assert receipt["write_token"] == token(answer)
    assert (receipt["index"]["pending"], receipt["index"]["exact"]) == (2, True)
    assert receipt["index"]["lag_seconds"] > 0


def test_what_is_not_reached_in_time_is_told_and_the_workers_are_woken(tenant: Tenant, settings: Settings) -> None:
    tenant.write(contacts=[{"external_id": "A"}])
    written = contacts(tenant, {"external_id": "B"})
    with Redis.from_url(settings.redis_url or "") as redis:
        queue = Queue("index", connection=redis)
        redis.delete(queue.key)
        asked = {"wait_for": written, "timeout": 0.1}
        answer = tenant.post("/segments/preview", {"tree": EVERYONE}, query_string=asked)
        assert [job.func_name for job in queue.jobs] == ["indexer.jobs.sync"]
    assert answer.headers["Retry-After"] == "1"
    [fault] = problem(answer, 503)["errors"]
    assert (fault["pointer"], fault["code"]) == ("?wait_for", "not_reached")
    tenant.index()
    assert count(tenant, written) == 2


def test_a_write_that_the_index_refuses_is_not_reached(tenant: Tenant, engine: Engine) -> None:
    refused = contacts(tenant, {"external_id": "A"})
    with engine.begin() as db:
        db.execute(text("UPDATE index_state SET error = 'odd' WHERE org_id = :org"), {"org": tenant.org_id})
    asked = {"wait_for": refused, "timeout": 0}
    problem(tenant.post("/segments/preview", {"tree": EVERYONE}, query_string=asked), 503)


@pytest.mark.parametrize("made_up", ["", "abc", "cursor", "other"])
def test_a_token_that_is_not_of_this_organisation_is_refused(tenant: Tenant, other: Tenant, made_up: str) -> None:
    if made_up == "cursor":
        for name in ("One", "Two"):
            tenant.post("/segments", {"name": name, "tree": EVERYONE})
        made_up = (tenant.get("/segments?limit=1").json or {})["next"]
    if made_up == "other":
        made_up = contacts(other, {"external_id": "A"})
    answer = tenant.post("/segments/preview", {"tree": EVERYONE}, query_string={"wait_for": made_up})
    [fault] = problem(answer, 422)["errors"]
    assert (fault["pointer"], fault["code"]) == ("?wait_for", "unknown_token")


@pytest.mark.parametrize("timeout", [-1, 31, "soon", "nan"])
def test_how_long_to_wait_is_bounded(tenant: Tenant, timeout: object) -> None:
    answer = tenant.post("/segments/preview", {"tree": EVERYONE}, query_string={"timeout": timeout})
    assert problem(answer, 422)["errors"][0]["pointer"] == "?timeout"


def test_requests_that_wait_leave_others_a_thread(app: Flask, tenant: Tenant, settings: Settings) -> None:
    tenant.write(contacts=[{"external_id": "A"}])
    written = contacts(tenant, {"external_id": "B"})
    places = app.extensions[EXTENSION].waiting
    taken = 0
    while places.acquire(blocking=False):
        taken += 1
    try:
        answer = tenant.post("/segments/preview", {"tree": EVERYONE}, query_string={"wait_for": written})
        assert problem(answer, 503)["errors"][0]["code"] == "too_many_wait"
    finally:
        places.release(taken)
    assert taken == settings.api_threads - 1
    tenant.index()
    assert count(tenant, written) == 2


def test_a_refused_request_and_one_that_only_reads_give_no_token(tenant: Tenant) -> None:
    for answer in (tenant.post("/tags", {}), tenant.get("/tags"), tenant.ask("DELETE", "/contacts/1")):
        assert "Segments-Write-Token" not in answer.headers
