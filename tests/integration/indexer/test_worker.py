"""A worker process with more to do than it can do at once."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import text

from indexer.connections import Connections
from runtime import queues
from runtime.settings import Settings
from tests.integration.indexer.shop import Shop, found
from tests.proxy import Act, Proxy
from tests.serving import process

SECONDS = 60.0


@contextmanager
def worker(settings: Settings, shop: Shop) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that has begun with what is pending."""
    with process(settings, "indexer", "worker") as running:
        before = shop.pending()
        queues.wake_index(settings)
        until(lambda: shop.pending() < before)
        yield running


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


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
