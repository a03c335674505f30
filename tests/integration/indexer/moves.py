"""Moves of an organisation between the shared index and its own, and what its users find."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count

from sqlalchemy import text

from indexer import rebuild
from indexer.connections import Connections
from indexer.indices import Indices
from store import indices
from tests.integration.indexer.rebuilds import drain
from tests.integration.indexer.shop import Shop, found
from tests.integration.indexer.work import meanwhile


def moved_apart(connections: Connections, org_id: int, shards: int | None = None) -> str:
    """Move the organisation into an index of its own; its name."""
    for _ in rebuild.move_apart(connections, org_id, shards):
        pass
    return read_from(connections, org_id)


def moved_back(connections: Connections, org_id: int) -> None:
    """Move the organisation into the shared index."""
    for _ in rebuild.move_back(connections, org_id):
        pass


def resumed(connections: Connections) -> None:
    """What was begun is done, as a job worker does it."""
    for _ in rebuild.resume(connections):
        pass


def read_from(connections: Connections, org_id: int) -> str:
    """Where the API looks for the organisation's contacts."""
    with connections.engine.connect() as db:
        return indices.read_from(db, connections.alias, org_id)


def seen(connections: Connections, org_id: int) -> set[int]:
    """The contacts that the organisation's users find."""
    return found(connections, read_from(connections, org_id), org_id=org_id)


def differences(connections: Connections, org_id: int) -> set[int]:
    """The contacts whose document is not there in their version, or is though they are gone."""
    with connections.engine.connect() as db:
        query = text("""
            SELECT id, version FROM contacts JOIN index_state ON contact_id = id WHERE contacts.org_id = :org""")
        wanted = {(contact, version) for contact, version in db.execute(query, {"org": org_id})}
    client, index = connections.indices.client, read_from(connections, org_id)
    client.indices.refresh(index=index)
    answer = client.search(index=index, query={"term": {"org_id": org_id}}, size=10_000, source={"includes": "version"})
    there = {(int(hit["_id"]), hit["_source"]["version"]) for hit in answer["hits"]["hits"]}
    return {contact for contact, _ in wanted ^ there}


FEW = 100  # pending contacts: what came faster than it is indexed would never all be moved
_DELETE_FIRST = "DELETE FROM contacts WHERE id = (SELECT min(id) FROM contacts WHERE org_id = :org)"


@contextmanager
def restless(connections: Connections, *shops: Shop) -> Iterator[None]:
    """In the block contacts of these shops come, change and go, and two workers follow."""
    turns = count(1)

    def write() -> None:
        number = next(turns)
        for shop in shops:
            shop.run("UPDATE contacts SET city = :city WHERE id % 7 = :rest", city=f"c{number}", rest=number % 7)
            if shop.pending() < FEW:
                shop.contact(f"new {number}")
                shop.run(_DELETE_FIRST, org=shop.org)

    workers = [replace(connections, indices=Indices(connections.indices.client)) for _ in range(2)]
    with meanwhile(write, *(partial(drain, worker) for worker in workers)):
        yield
    drain(connections)
