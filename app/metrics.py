"""How the index is, for Prometheus: of all organisations together, out of PostgreSQL, so each process says the same."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from flask import request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection

from app.errors import Refusal
from app.service import service
from store import drift, indices, marks, moves, state

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


def page() -> bytes:
    """The metrics as text of CONTENT_TYPE; raises Refusal unless the request carries METRICS_TOKEN."""
    _admit()
    registry = CollectorRegistry()
    with service().reading() as db:
        registry.register(_Index(db, service().settings.index_prefix))
        return generate_latest(registry)


def _admit() -> None:
    wanted = service().settings.metrics_token
    if wanted is None:
        raise Refusal(HTTPStatus.FORBIDDEN, "Metrics are closed", "set METRICS_TOKEN, and let Prometheus send it")
    given = request.authorization
    if given is None or given.type != "bearer" or not hmac.compare_digest(str(given.token).encode(), wanted.encode()):
        raise Refusal(
            HTTPStatus.UNAUTHORIZED,
            "Metrics need METRICS_TOKEN",
            "send the header Authorization: Bearer <token>",
            headers={"WWW-Authenticate": "Bearer"},
        )


class _Index(Collector):
    """The state of the indices behind an alias, in the one state of the database that `db` sees."""

    def __init__(self, db: Connection, alias: str) -> None:
        self._db = db
        self._alias = alias

    def collect(self) -> Iterator[Metric]:
        yield from self._freshness()
        yield from self._indices()
        yield from self._drift()

    def _freshness(self) -> Iterator[Metric]:
        fresh = state.freshness(self._db, with_refused=False)
        yield _gauge(
            "pending_contacts", "Contacts whose latest change the index lacks, but not refused.", fresh.pending
        )
        yield _gauge("lag_seconds", "Age of the oldest of these changes.", fresh.lag_seconds)
        yield _gauge("refused_contacts", "Contacts that the index refuses.", state.refused(self._db))
        changes = CounterMetricFamily("segments_changes", "Changes of contacts, in PostgreSQL.")
        changes.add_metric([], marks.newest_drawn(self._db))
        yield changes

    def _indices(self) -> Iterator[Metric]:
        done = _labelled("rebuild_done_contacts", "Contacts sent to an index that is built or moved to.", "index")
        total = _labelled("rebuild_total_contacts", "Contacts that are to be sent there, about.", "index")
        faults = _labelled("index_faults", "1 for each index that is missing, or of another contract.", "index")
        states = dict.fromkeys(("building", "live", "retired"), 0)
        for one in indices.known(self._db, self._alias):
            states[one.state] += 1
            if one.fault:
                faults.add_metric([one.name], 1)
            if one.state == "building":
                done.add_metric([one.name], one.done)
                total.add_metric([one.name], one.total)
        if move := moves.joining(self._db, self._alias):
            done.add_metric([move.index_name], move.done)
            total.add_metric([move.index_name], move.total)
        counted = _labelled("indices", "Indices by state.", "state")
        for name, count in states.items():
            counted.add_metric([name], count)
        yield from (counted, faults, done, total)

    def _drift(self) -> Iterator[Metric]:
        found = CounterMetricFamily("segments_drift_found", "Documents that differed from PostgreSQL.", labels=["kind"])
        repaired = CounterMetricFamily("segments_drift_repaired", "Those of them that were repaired.", labels=["kind"])
        findings = drift.findings(self._db)
        for kind in drift.Kind:
            found.add_metric([kind], sum(one.found for one in findings if one.kind == kind))
            repaired.add_metric([kind], sum(one.repaired for one in findings if one.kind == kind))
        yield from (found, repaired)
        check = drift.check(self._db, self._alias)
        ended, seconds, documents = (
            (None, None, None)
            if check is None or check.finished_at is None
            else (check.finished_at.timestamp(), check.finished_seconds, check.finished_checked)
        )
        yield _gauge("drift_pass_timestamp_seconds", "When the last pass of the checks ended.", ended)
        yield _gauge("drift_pass_seconds", "How long it took.", seconds)
        yield _gauge("drift_pass_documents", "How many documents it compared.", documents)


def _gauge(name: str, said: str, value: float | None) -> Metric:
    return GaugeMetricFamily(f"segments_{name}", said, value)


def _labelled(name: str, said: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"segments_{name}", said, labels=[label])
