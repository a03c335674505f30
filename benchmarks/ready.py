"""Documents made beforehand, and how fast Elasticsearch takes them: the rate that no indexer can be above."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

import click
from sqlalchemy import Connection

from indexer import bulk, filling, source
from indexer.bulk import Item
from indexer.connections import Connections
from indexer.documents import build
from indexer.outcomes import Outcome
from indexer.overlap import overlapped
from store import backfill
from store.holding import Organisations
from store.write_set import Entry


def batches(connections: Connections) -> Iterator[tuple[Item, ...]]:
    """The documents of all contacts as a rebuild sends them."""
    after = 0
    while True:
        with source.snapshot(connections.engine) as db:
            ids = backfill.next_ids(db, Organisations(), after, filling.BATCH)
            if not ids:
                return
            documents = _documents(db, ids)
        after = ids[-1]
        yield documents


def batches_of(connections: Connections, ids: Sequence[int]) -> list[tuple[Item, ...]]:
    """The documents of these contacts, in batches of the same size."""
    with source.snapshot(connections.engine) as db:
        parts = [ids[start : start + filling.BATCH] for start in range(0, len(ids), filling.BATCH)]
        return [_documents(db, part) for part in parts]


def send(connections: Connections, entry: Entry, made: Iterable[tuple[Item, ...]]) -> float:
    """The seconds until the documents are in the index and can be found, sent as the indexer sends."""

    def deliver(items: tuple[Item, ...]) -> Outcome:
        return bulk.deliver(connections.indices.client, entry.target, items)

    begun = time.perf_counter()
    with closing(overlapped(made, deliver)) as sent:
        for items, outcome in sent:
            if outcome.written != len(items):
                raise click.ClickException(f"{len(items) - outcome.written} documents were not written")
    connections.indices.refresh(entry)
    return time.perf_counter() - begun


def _documents(db: Connection, ids: Sequence[int]) -> tuple[Item, ...]:
    items, refused = bulk.encode(build(source.read(db, ids)).documents)
    assert not refused, "made-up contacts make documents"
    return items
