"""What an index worker holds open for as long as its process lives."""

from __future__ import annotations

import gc
from dataclasses import dataclass

from elasticsearch import Elasticsearch
from sqlalchemy import Engine

from indexer.indices import Indices
from runtime import database
from runtime.settings import Settings, SettingsError

_COLLECTED_AFTER = 1_000_000  # objects more than at the last time; Python's own is 700

# A bulk request or a refresh may wait for a merge; far below a lease all the same.
_REQUEST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Connections:
    """PostgreSQL, and the indices of one Elasticsearch that stand behind one alias."""

    engine: Engine
    indices: Indices
    settings: Settings

    @classmethod
    def open(cls, settings: Settings) -> Connections:
        """Nothing is connected before it is used."""
        # For the process: a batch is a hundred thousand small objects in no cycle, which are gone with it. Looking
        # through them for cycles as often as Python does by itself takes a third of the time.
        gc.set_threshold(_COLLECTED_AFTER)
        return cls(database.engine(settings), Indices(elastic(settings)), settings)

    @property
    def alias(self) -> str:
        """The name that readers use."""
        return self.settings.index_prefix

    def close(self) -> None:
        """Let go of everything."""
        self.indices.client.close()
        self.engine.dispose()


def elastic(settings: Settings) -> Elasticsearch:
    """A client that repeats nothing by itself: what is sent again is decided in bulk.py."""
    if settings.elasticsearch_url is None:
        raise SettingsError("ELASTICSEARCH_URL is not set", 'set it, or run: eval "$(segments servers up)"')
    return Elasticsearch(
        settings.elasticsearch_url,
        request_timeout=_REQUEST_SECONDS,
        max_retries=0,
        retry_on_timeout=False,
        http_compress=False,  # the network is rarely the narrow place, the processor always is
    )
