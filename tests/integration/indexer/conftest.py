from __future__ import annotations

from collections.abc import Iterator

import pytest

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
