"""Removes from a shared index what it has of an organisation that is read from its own by now.

Each contact is deleted under one version, drawn after every worker could know of the move: a bulk request of a worker
that had decided before where to write comes too late, whenever it comes.
"""

from __future__ import annotations

from collections.abc import Generator

from indexer import bulk
from indexer.connections import Connections
from indexer.documents import Document
from indexer.progress import Progress
from store import backfill, moves, write_set
from store.moves import Move

BATCH = 1_000  # deletes in a request


def remove(connections: Connections, move: Move) -> Generator[Progress]:
    """Nothing of the organisation is left in the index; reports after each batch.

    The caller is alone (`write_set.alone`).
    """
    with connections.engine.begin() as db:
        move = moves.fenced(db, move)
        index = write_set.get(db, move.index_name)
        ids = backfill.next_remembered(db, move.org_id, move.through, BATCH)
    assert index is not None  # a move goes with its index
    while ids:
        items, _ = bulk.encode(Document(one, move.fence, None) for one in ids)
        bulk.deliver(connections.indices.client, index.target, items)
        with connections.engine.begin() as db:
            move = moves.advance(db, move, through=ids[-1], done=move.done + len(ids))
            ids = backfill.next_remembered(db, move.org_id, move.through, BATCH)
        yield Progress(move.index_name, move.done, move.total)
    with connections.engine.begin() as db:
        moves.end(db, move)
