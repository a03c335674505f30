"""A rebuild, and which indices there are."""

from __future__ import annotations

from indexer import rebuild
from indexer.connections import Connections
from indexer.sync import Sync
from store import write_set
from store.write_set import Entry


def drain(connections: Connections) -> None:
    Sync(connections).drain(60)


def rebuilt(connections: Connections) -> Entry:
    """Rebuild to the end; the new index."""
    for _ in rebuild.steps(connections):
        pass
    return entries(connections)[0]


def entries(connections: Connections) -> tuple[Entry, ...]:
    """The write set: the index that is read, then the one being built."""
    with connections.engine.connect() as db:
        return tuple(sorted(write_set.write_set(db, connections.alias), key=lambda entry: entry.state, reverse=True))


def read_by_alias(connections: Connections) -> list[str]:
    return list(connections.indices.client.indices.get_alias(name=connections.alias))


def exists(connections: Connections, name: str) -> bool:
    return bool(connections.indices.client.indices.exists(index=name))
