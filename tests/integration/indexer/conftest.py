from __future__ import annotations

from collections.abc import Iterator

import pytest

from indexer import creation, jobs
from indexer.connections import Connections
from runtime.settings import Settings
from tests.integration.indexer.shop import Shop


@pytest.fixture
def connections(own_settings: Settings) -> Iterator[Connections]:
    """An empty database and no index."""
    opened = Connections.open(own_settings)
    yield opened
    opened.close()


@pytest.fixture
def shop(connections: Connections) -> Shop:
    """The only organisation."""
    return Shop.open(connections.engine)


@pytest.fixture
def neighbour(connections: Connections) -> Shop:
    """Another organisation beside the first."""
    return Shop.open(connections.engine, "neighbour")


@pytest.fixture
def flooded(connections: Connections, shop: Shop) -> Shop:
    """The organisation after an import: seconds of work for a worker."""
    creation.first_index(connections)
    shop.contacts(20_000)
    return shop


@pytest.fixture
def jobs_environment(connections: Connections, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Jobs and commands read their settings from the environment, as every process does."""
    settings = connections.settings
    for name in ("database_url", "redis_url", "elasticsearch_url", "index_prefix"):
        monkeypatch.setenv(name.upper(), str(getattr(settings, name)))
    jobs._connections.cache_clear()
    yield
    jobs._connections().close()
    jobs._connections.cache_clear()
