"""A worker process with more to do than it can do at once."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from indexer import jobs, metrics
from indexer.connections import Connections
from indexer.errors import BusyError
from indexer.metrics import MetricsError
from runtime import queues
from runtime.embedded.ports import free_port
from runtime.settings import Settings
from store import tables
from tests.integration.indexer.shop import Shop, add, found
from tests.integration.indexer.work import SECONDS, until
from tests.proxy import Act, Proxy
from tests.serving import process, straight


@contextmanager
def worker(settings: Settings, shop: Shop) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that has begun with what is pending."""
    with process(settings, "indexer", "worker") as running:
        before = shop.pending()
        queues.wake_index(settings)
        until(lambda: shop.pending() < before)
        yield running


def leases(shop: Shop) -> int:
    with shop.engine.connect() as db:
        return int(db.execute(text("SELECT count(*) FROM index_state WHERE lease IS NOT NULL")).scalar_one())


def test_the_change_of_one_organisation_does_not_wait_for_the_flood_of_another(
    connections: Connections, flooded: Shop
) -> None:
    neighbour = Shop.open(connections.engine, "neighbour")
    with worker(connections.settings, flooded):
        anna = neighbour.contact("a")
        until(lambda: found(connections, org_id=neighbour.org) == {anna})
        assert flooded.pending() > 0


def test_a_worker_that_is_told_to_stop_ends_what_it_has_claimed(connections: Connections, flooded: Shop) -> None:
    with worker(connections.settings, flooded) as running:
        running.send_signal(signal.SIGTERM)
        assert running.wait(SECONDS) == 0
    assert leases(flooded) == 0
    assert flooded.pending() > 0


def test_a_worker_that_is_told_to_stop_while_elasticsearch_is_away_gives_back_what_it_has_claimed(
    connections: Connections, flooded: Shop
) -> None:
    with Proxy.to(connections.settings.elasticsearch_url or "") as proxy:
        cut_off = replace(connections.settings, elasticsearch_url=proxy.url)
        with worker(cut_off, flooded) as running, proxy.trap(b"", Act.LOSE_ANSWER, times=1_000_000) as trap:
            until(lambda: trap.caught > 3)
            running.send_signal(signal.SIGTERM)
            assert running.wait(SECONDS) == 0
    assert leases(flooded) == 0
    assert flooded.pending() > 0


def scraped(port: int) -> dict[str, float]:
    """The worker's counters by name and only label."""
    with straight(f"http://127.0.0.1:{port}/metrics") as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_a_worker_tells_what_it_does(connections: Connections, shop: Shop) -> None:
    with connections.engine.begin() as db:
        values = {"org_id": shop.org, "object": "contact", "key": "size", "label": "size"}
        add(db, tables.custom_fields, type="number", slot="double_0", **values)
    shop.contact("a", custom={"size": "tall"})
    shop.contacts(3)
    port = free_port()
    with process(connections.settings, "indexer", "worker", f"--metrics-port={port}"):
        queues.wake_index(connections.settings)
        until(lambda: shop.pending() == 1)
        until(lambda: scraped(port)["segments_sync_contacts_total indexed"] == 3)
        found = scraped(port)
    assert found["segments_sync_contacts_total refused"] >= 1
    assert found["segments_bulk_documents_total written"] == 3
    assert found["segments_bulk_documents_total refused"] >= 1
    for stage in ("claim", "read", "build", "bulk", "refresh", "complete"):
        assert found[f"segments_sync_stage_seconds_count {stage}"] >= 1
    assert found["segments_sync_failures_total"] == 0
    assert found["process_resident_memory_bytes"] > 0


def test_a_port_for_metrics_that_is_taken_is_told() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        with pytest.raises(MetricsError, match="METRICS_PORT"):
            metrics.serve("127.0.0.1", held.getsockname()[1])


def test_a_run_that_fails_is_counted(connections: Connections, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("database_url", "redis_url", "index_prefix"):
        monkeypatch.setenv(name.upper(), str(getattr(connections.settings, name)))
    monkeypatch.setenv("ELASTICSEARCH_URL", "http://127.0.0.1:9")
    jobs._connections.cache_clear()
    failed = "segments_sync_failures_total"
    before = metrics.REGISTRY.get_sample_value(failed) or 0
    with pytest.raises(BusyError):
        jobs.sync()
    assert metrics.REGISTRY.get_sample_value(failed) == before + 1
    jobs._connections().close()
    jobs._connections.cache_clear()
