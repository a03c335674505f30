"""What Prometheus reads, and that dashboard and alerts ask for nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from flask.testing import FlaskClient
from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, text

from indexer import joining, metrics, rebuild
from indexer.connections import Connections
from indexer.drift import check
from mappings.errors import ContractError
from runtime import database
from runtime.settings import Settings
from store import drift
from tests.api.conftest import Tenant, serving, tenant_of
from tests.api.test_errors import problem

DEPLOY = Path(__file__).parents[2] / "deploy"
TOKEN = "a token of Prometheus"
OF_PROMETHEUS = {"up"}


@pytest.fixture
def own_engine(own_settings: Settings) -> Iterator[Engine]:
    made = database.engine(own_settings)
    yield made
    made.dispose()


@pytest.fixture
def lone(own_settings: Settings, own_engine: Engine) -> Iterator[Tenant]:
    """The only organisation of a service whose metrics are open to the token."""
    settings = replace(own_settings, metrics_token=TOKEN)
    with serving(settings) as app:
        yield tenant_of(app, settings, own_engine)


def scraped(client: FlaskClient) -> dict[str, Metric]:
    """The families that the API offers, by name."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200, answer.text
    assert answer.content_type.startswith("text/plain; version=")
    return {family.name: family for family in text_string_to_metric_families(answer.text)}


def values(families: dict[str, Metric], name: str) -> dict[str, float]:
    """The values of a family, by their only label."""
    samples = families[f"segments_{name}"].samples
    return {"".join(sample.labels.values()): sample.value for sample in samples if not sample.name.endswith("_created")}


def test_the_state_of_the_index_is_told(lone: Tenant, own_engine: Engine) -> None:
    lone.write(contacts=[{"external_id": "A"}, {"external_id": "B"}])
    lone.post("/contacts/batch", {"contacts": [{"external_id": "A", "properties": {"city": "Köln"}}]})
    before = scraped(lone.client)
    assert values(before, "pending_contacts") == {"": 1}
    assert 0 < values(before, "lag_seconds")[""] < 60
    assert values(before, "refused_contacts") == {"": 0}
    assert values(before, "changes") == {"": 3}
    with own_engine.begin() as db:
        db.execute(text("UPDATE index_state SET error = 'odd' WHERE version > indexed_version"))
    after = scraped(lone.client)
    assert [values(after, name)[""] for name in ("pending_contacts", "lag_seconds", "refused_contacts")] == [0, 0, 1]


def test_a_rebuild_is_told(lone: Tenant) -> None:
    lone.write(contacts=[{"external_id": "A"}, {"external_id": "B"}])
    with closing(Connections.open(lone.settings)) as connections, closing(rebuild.steps(connections)) as steps:
        name = next(steps).name
        found = scraped(lone.client)
    assert values(found, "indices") == {"building": 1, "live": 1, "retired": 0}
    assert values(found, "rebuild_done_contacts") == {name: 0}
    assert values(found, "rebuild_total_contacts") == {name: 2}


def test_a_move_back_is_told(lone: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "BATCH", 2)
    lone.write(contacts=[{"external_id": key} for key in "ABC"])
    with closing(Connections.open(lone.settings)) as connections:
        (shared,) = connections.indices.client.indices.get_alias(name=connections.alias)
        for _ in rebuild.move_apart(connections, lone.org_id):
            pass
        with closing(rebuild.move_back(connections, lone.org_id)) as steps:
            next(steps)
            found = scraped(lone.client)
    assert values(found, "rebuild_done_contacts") == {shared: 2}
    assert values(found, "rebuild_total_contacts") == {shared: 3}


def test_an_index_that_is_missing_is_told(lone: Tenant) -> None:
    lone.write(contacts=[{"external_id": "A"}])
    assert values(scraped(lone.client), "index_faults") == {}
    with closing(Connections.open(lone.settings)) as connections:
        client = connections.indices.client
        (name,) = client.indices.get_alias(name=connections.alias)
        client.indices.delete(index=name)
        with pytest.raises(ContractError):
            check.check(connections, 60)
    assert values(scraped(lone.client), "index_faults") == {name: 1}


def test_drift_is_told(lone: Tenant, own_engine: Engine) -> None:
    unchecked = scraped(lone.client)
    assert values(unchecked, "drift_found") == dict.fromkeys(drift.Kind, 0)
    assert values(unchecked, "drift_pass_documents") == {}
    with own_engine.begin() as db:
        for org_id in (1, 2):
            drift.record(db, org_id, drift.Kind.STALE, found=3, repaired=2)
        drift.advance(db, lone.settings.index_prefix, after=0, through=None, checked=7)
    found = scraped(lone.client)
    assert values(found, "drift_found")["stale"] == 6
    assert values(found, "drift_repaired")["stale"] == 4
    assert values(found, "drift_pass_documents") == {"": 7}
    assert values(found, "drift_pass_timestamp_seconds")[""] > 1_700_000_000


def test_metrics_are_for_prometheus_alone(lone: Tenant, client: FlaskClient) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {TOKEN}"}):
        refused = lone.client.get("/metrics", headers=headers)
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        problem(refused, 401)
    closed = client.get("/metrics", headers={"Authorization": "Bearer "})
    assert "METRICS_TOKEN" in problem(closed, 403)["detail"]


def alerts() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    rules: list[dict[str, Any]] = group["rules"]
    return rules


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DEPLOY / "grafana" / "index.json").read_text(encoding="utf-8"))
    return found


def expressions() -> list[str]:
    panels = [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    return panels + [rule["expr"] for rule in alerts()]


def series(expression: Any) -> Iterator[str]:
    """The names of the series that a PromQL expression asks for."""
    match expression:
        case promql_parser.VectorSelector():
            yield str(expression.name)
        case promql_parser.MatrixSelector():
            yield str(expression.vector_selector.name)
        case promql_parser.BinaryExpr():
            yield from (*series(expression.lhs), *series(expression.rhs))
        case promql_parser.Call():
            for argument in expression.args:
                yield from series(argument)
        case promql_parser.AggregateExpr() | promql_parser.ParenExpr():
            yield from series(expression.expr)
        case promql_parser.NumberLiteral():
            return
        case _:
            raise AssertionError(f"not foreseen: {expression}")


def test_dashboard_and_alerts_ask_for_series_that_there_are(lone: Tenant) -> None:
    of_workers = text_string_to_metric_families(generate_latest(metrics.REGISTRY).decode())
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    families = [*scraped(lone.client).values(), *of_workers]
    offered = {family.name + suffix for family in families for suffix in suffixes[family.type]}
    asked = {name for expression in expressions() for name in series(promql_parser.parse(expression))}
    assert len(asked) > 15
    assert asked - offered == OF_PROMETHEUS


def test_every_alert_says_what_is_lost_and_how_bad_it_is() -> None:
    assert len(alerts()) == len({rule["alert"] for rule in alerts()})
    for rule in alerts():
        assert set(rule) - {"for"} == {"alert", "expr", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert set(rule["annotations"]) == {"summary", "description"}


def test_panels_do_not_lie_upon_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not taken & cells
        assert place["x"] + place["w"] <= 24
        taken |= cells


def test_the_scrape_configuration_reads_the_alerts_and_knows_the_jobs_they_name() -> None:
    configuration = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    assert configuration["rule_files"] == ["alerts.yml"]
    assert [job["job_name"] for job in configuration["scrape_configs"]] == ["segments-api", "segments-index-worker"]
