"""Brings indices into being."""

from __future__ import annotations

from indexer.connections import Connections
from indexer.registry import read_widths
from mappings.errors import ContractError
from store import state, write_set
from store.holding import organisations_of
from store.write_set import Entry


def new_index(connections: Connections, org_id: int | None = None, shards: int | None = None) -> Entry:
    """An empty index that nobody writes to yet, for one organisation or shared by those that have none of their own.

    The caller is alone (`write_set.alone`).
    """
    with connections.engine.begin() as db:
        entry = write_set.register(db, connections.alias, org_id, shards)
        entries = write_set.write_set(db, connections.alias)
        widths = read_widths(db, organisations_of(entries, entry))
    connections.indices.create(entry, widths, connections.settings)
    return entry


def first_index(connections: Connections) -> None:
    """There is a shared index to write to: on first use an empty one is made, and read from then on.

    Raises:
        ContractError: there is none though contacts count as indexed; an empty one would look complete.
    """
    if _has_one(connections):
        return
    with write_set.alone(connections.engine, connections.alias) as alone:
        if not alone or _has_one(connections):
            return
        with connections.engine.connect() as db:
            if state.indexed_any(db):
                raise ContractError(f"no index is known behind {connections.alias}", "run: segments index rebuild")
        entry = new_index(connections)
        connections.indices.publish(entry, connections.alias, connections.settings)
        with connections.engine.begin() as db:
            write_set.set_state(db, entry.name, "live")


def _has_one(connections: Connections) -> bool:
    with connections.engine.connect() as db:
        entries = write_set.write_set(db, connections.alias)
    return any(entry.org_id is None for entry in entries)
