"""The first index of all is filled by a rebuild: workers need not send everything once more."""

from __future__ import annotations

import pytest

from indexer import filling, rebuild
from indexer.connections import Connections
from indexer.sync import Sync
from store import state
from tests.integration.indexer.shop import Shop, found


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "BATCH", 10)


def _pending(connections: Connections) -> int:
    with connections.engine.connect() as db:
        return state.freshness(db).pending


def test_nothing_is_pending_after_the_first_rebuild(connections: Connections, shop: Shop) -> None:
    shop.contacts(25)
    for _ in rebuild.steps(connections):
        pass
    assert _pending(connections) == 0


def test_an_aborted_first_rebuild_leaves_everything_pending(connections: Connections, shop: Shop) -> None:
    contacts = shop.contacts(25)
    steps = rebuild.steps(connections)
    next(steps)
    next(steps)
    steps.close()
    assert _pending(connections) < 25
    rebuild.abort(connections)
    assert _pending(connections) == 25
    Sync(connections).drain(60)
    assert found(connections, country="DE") == set(contacts)
