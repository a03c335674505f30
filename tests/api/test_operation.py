"""How the service and its index are."""

from __future__ import annotations

from flask.testing import FlaskClient
from redis import Redis
from rq import Queue
from sqlalchemy import Engine, text

from runtime.settings import Settings
from store import drift, write_set
from store.drift import Kind
from tests.api.conftest import Tenant


def test_a_process_is_healthy_and_ready_once_the_index_is_there(client: FlaskClient, tenant: Tenant) -> None:
    tenant.write(contacts=[{"external_id": "A"}])
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json == {"ready": True, "parts": dict.fromkeys(("database", "index", "queue"), "ready")}


def test_the_index_says_what_it_has_still_to_apply(tenant: Tenant, other: Tenant, engine: Engine) -> None:
    tenant.write(contacts=[{"external_id": "A"}, {"external_id": "B"}])
    done = tenant.get("/index").json
    assert done is not None
    assert (done["pending"], done["lag_seconds"], done["refused"]) == (0, 0.0, 0)
    assert [one["state"] for one in done["indices"]] == ["live"]
    tenant.post("/contacts/batch", {"contacts": [{"external_id": "C"}]})
    with engine.begin() as db:
        sql = "UPDATE index_state SET error = 'too odd' WHERE org_id = :org AND version > indexed_version"
        db.execute(text(sql), {"org": tenant.org_id})
    behind = tenant.get("/index").json
    assert behind is not None
    assert (behind["pending"], behind["refused"]) == (1, 1)
    assert behind["lag_seconds"] > 0
    [refusal] = behind["refusals"]
    assert (refusal["reason"], refusal["attempts"]) == ("too odd", 0)
    assert refusal["next_try"] is not None
    neighbour = other.get("/index").json
    assert neighbour is not None
    assert (neighbour["pending"], neighbour["refused"], neighbour["refusals"]) == (0, 0, [])


def test_the_index_says_what_its_check_has_found(tenant: Tenant, other: Tenant, engine: Engine) -> None:
    tenant.write(contacts=[{"external_id": "A"}])
    alias = tenant.settings.index_prefix
    with engine.begin() as db:
        through = check.through if (check := drift.check(db, alias)) else 0
        drift.advance(db, alias, after=through, through=None, checked=3)
        drift.record(db, tenant.org_id, Kind.DIFFERENT, found=2, repaired=1, examples=[7, 8], fields=["city"])
    said = tenant.get("/index").json
    assert said is not None
    assert said["drift"]["checked_at"].endswith("Z")
    assert said["drift"]["documents"] >= 3
    (found,) = said["drift"]["found"]
    assert found.pop("found_at").endswith("Z")
    assert found == {"kind": "different", "found": 2, "repaired": 1, "examples": [7, 8], "fields": ["city"]}
    neighbour = other.get("/index").json
    assert neighbour is not None
    assert neighbour["drift"]["found"] == []


def test_a_write_wakes_the_index_workers(tenant: Tenant, settings: Settings) -> None:
    with Redis.from_url(settings.redis_url or "") as redis:
        queue = Queue("index", connection=redis)
        redis.delete(queue.key)
        tenant.post("/contacts/batch", {"contacts": [{"external_id": "A"}]})
        assert [job.func_name for job in queue.jobs] == ["indexer.jobs.sync"]


def test_a_rebuild_is_given_to_the_workers_by_name(tenant: Tenant, settings: Settings, engine: Engine) -> None:
    tenant.write(contacts=[{"external_id": "A"}])
    live = tenant.get("/index").json
    answer = tenant.post("/index/rebuild")
    assert (answer.status_code, answer.headers["Location"]) == (202, "/v1/index")
    assert answer.json is not None
    assert live is not None
    with Redis.from_url(settings.redis_url or "") as redis:
        job = Queue("jobs", connection=redis).fetch_job(answer.json["job"])
        assert job is not None
        assert (job.func_name, job.kwargs) == ("indexer.jobs.rebuild", {})
        job.delete()
    with engine.begin() as db:
        asked = write_set.asked(db, settings.index_prefix)
        assert asked is not None
        assert asked.name == live["indices"][0]["name"]
        write_set.unask(db, settings.index_prefix)
