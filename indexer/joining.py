"""Has the shared index hold an organisation whole: one that moves there from its own, or whose documents are to be
sent again.

Each of its contacts, the deleted ones included, gets a new version and goes the way of every change: to every index
that holds the organisation. So nothing that the shared index may still have of it, a deletion included, can be newer.
"""

from __future__ import annotations

import time
from collections.abc import Generator

from sqlalchemy import Connection

from indexer.connections import Connections
from indexer.drift.completeness import ensure_complete
from indexer.errors import RebuildError
from indexer.progress import Progress
from indexer.sync import Sync
from store import backfill, moves, state, write_set
from store.moves import Move

BATCH = 4 * state.BATCH  # contacts made pending at a time: enough for the senders, and soon done beside other changes
_SECONDS = 0.5  # between two reports; others' changes may never end
_PAUSE_SECONDS = 0.1  # while other workers have what is left


def begin(connections: Connections, org_id: int) -> Move:
    """From now on the organisation's changes are written to the shared index, too."""
    with connections.engine.begin() as db:
        shared = write_set.live(db, connections.alias)
        if shared is None:
            raise RebuildError("there is no index to send documents to", "run: segments index rebuild")
        return moves.begin_joining(db, shared.name, org_id, backfill.remembered(db, org_id))


def join(connections: Connections, move: Move) -> Generator[Progress]:
    """Everything that was begun for the organisation is done, with reports; at the end it is read from the index.

    Raises:
        RebuildError: it was aborted meanwhile.
        IncompleteError: the index differs from the database at the end.
        BusyError: Elasticsearch is away.
    """
    with connections.engine.begin() as db:
        move = moves.fenced(db, _still_joining(db, move))
    behind, more = 0, True
    while behind or more:
        with connections.engine.begin() as db:
            move, more = _send_again(db, move, BATCH - behind)
        drained = Sync(connections).drain(_SECONDS)
        with connections.engine.connect() as db:
            behind = state.behind(db, move.org_id, move.fence)
        yield Progress(move.index_name, max(move.done - behind, 0), move.total)
        if not drained.indexed:
            time.sleep(_PAUSE_SECONDS)
    _check(connections, move)
    _arrive(connections, move)


def _still_joining(db: Connection, move: Move) -> Move:
    now = moves.again(db, move, hold=True)
    if now is None:
        raise RebuildError(f"the move into {move.index_name} was aborted", "begin anew")
    return now


def _send_again(db: Connection, move: Move, limit: int) -> tuple[Move, bool]:
    """The next contacts are pending; whether there may be more of them.

    Those that changed since the fence was drawn are on their way already: whoever sends them knows of the move.
    """
    move = _still_joining(db, move)
    ids = backfill.next_before(db, move.org_id, move.fence, move.through, max(limit, 0))
    if not ids:
        return move, limit <= 0
    state.bump(db, ids)
    return moves.advance(db, move, through=ids[-1], done=move.done + len(ids)), True


def _check(connections: Connections, move: Move) -> None:
    with connections.engine.connect() as db:
        shared = write_set.get(db, move.index_name)
    assert shared is not None  # nobody else deletes one meanwhile
    ensure_complete(connections, shared, "it is read where it was before; try again", joining=move.org_id)


def _arrive(connections: Connections, move: Move) -> None:
    """Readers see the organisation in the shared index from the commit on; its own is kept for a while."""
    with connections.engine.begin() as db:
        move = _still_joining(db, move)
        if own := write_set.live(db, connections.alias, move.org_id):
            write_set.set_state(db, own.name, "retired")
        moves.end(db, move)
