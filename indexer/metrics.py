"""What an index worker measures of its own work, for Prometheus; the state of the index itself is app/metrics.py's."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Final, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, start_http_server

from indexer.outcomes import Outcome
from mappings.errors import ServiceError

Stage = Literal["claim", "read", "build", "bulk", "refresh", "complete"]
_RECORDED = ("indexed", "refused")
_ANSWERED = ("written", "newer", "refused", "again")

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

# A batch of a thousand contacts spends some 20 ms in the quick stages and a few hundred in the slow ones.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

_seconds = Histogram(
    "segments_sync_stage_seconds", "A stage of a batch.", ["stage"], registry=REGISTRY, buckets=_BUCKETS
)
_contacts = Counter(
    "segments_sync_contacts",
    "Contacts whose change was recorded as indexed, or refused.",
    ["outcome"],
    registry=REGISTRY,
)
_documents = Counter(
    "segments_bulk_documents",
    "Documents sent, by what Elasticsearch said: written, newer (it has a newer one), refused, again (it is busy).",
    ["outcome"],
    registry=REGISTRY,
)
_failures = Counter("segments_sync_failures", "Runs of the sync that ended with an error.", registry=REGISTRY)

# A series that begins with its first event has no rate before the second.
for _name in get_args(Stage):
    _seconds.labels(_name)
for _name in _RECORDED:
    _contacts.labels(_name)
for _name in _ANSWERED:
    _documents.labels(_name)


class MetricsError(ServiceError):
    """The metrics cannot be offered."""


def stage(name: Stage) -> AbstractContextManager[object]:
    """Measures the block."""
    return _seconds.labels(name).time()


def failures() -> AbstractContextManager[object]:
    """Counts an error that ends the block."""
    return _failures.count_exceptions()


def recorded(indexed: int, refused: int) -> None:
    """So many contacts are recorded as indexed and as refused."""
    for name, count in zip(_RECORDED, (indexed, refused), strict=True):
        _contacts.labels(name).inc(count)


def answered(outcome: Outcome, again: int) -> None:
    """What one bulk request came to."""
    for name, count in zip(_ANSWERED, (outcome.written, outcome.newer, len(outcome.refused), again), strict=True):
        _documents.labels(name).inc(count)


def serve(host: str, port: int) -> None:
    """Offer them at http://host:port/metrics for as long as the process lives; raises MetricsError."""
    try:
        start_http_server(port, host, REGISTRY)
    except OSError as error:
        raise MetricsError(
            f"metrics cannot be offered at {host}:{port}: {error}", "set METRICS_PORT to another"
        ) from error
