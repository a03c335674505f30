"""What is done with whole indices beside the work of the workers: rebuilds, moves of organisations, giving up,
cleaning up.

One thing at a time, and every step can be repeated: the tables `indices` and `index_moves` say what was begun and how
far it came, so a process that is killed is followed by another. Versions decide which of two writes stays, so the order
of backfill and changes does not matter.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from indexer import filling, joining, leaving
from indexer.connections import Connections
from indexer.errors import IncompleteError, RebuildError
from indexer.progress import Progress
from mappings.index import fingerprint
from store import moves, state, write_set
from store.holding import organisations_of
from store.moves import Move
from store.write_set import Entry

_PATIENCE_SECONDS = 5.0  # until PostgreSQL has noticed that a killed rebuild is gone
GRACE_SECONDS = 600.0  # requests and exports that began on the old index read on for a while


def steps(connections: Connections) -> Generator[Progress]:
    """Build every index anew, or go on with what was begun, and report after each batch. At the end they are read.

    Whoever iterates may stop at any time and go on later, here or in another process.

    Raises:
        RebuildError: another process is at it, it was aborted meanwhile, or the index differs from the database
            at the end.
    """
    with _alone(connections):
        with connections.engine.begin() as db:
            write_set.ask(db, connections.alias)
        yield from _begun(connections)
        if not _shared(connections):
            yield from _filled(connections, filling.begin(connections))


def steps_of(connections: Connections, org_id: int) -> Generator[Progress]:
    """As `steps`, for one organisation: its own index is built anew, or its documents in the shared one sent again."""
    with _alone(connections):
        underway = org_id in _underway(connections)
        yield from _begun(connections)
        if underway:
            return
        if own := _own(connections, org_id):
            yield from _filled(connections, filling.begin(connections, org_id, own.shards))
        else:
            yield from _joined(connections, joining.begin(connections, org_id))


def move_apart(connections: Connections, org_id: int, shards: int | None = None) -> Generator[Progress]:
    """As `steps`: the organisation is read from an index of its own, of so many shards, if it was not already."""
    with _alone(connections):
        yield from _begun(connections)
        if not _shared(connections):
            raise RebuildError("there is no index to move out of", "run: segments index rebuild")
        if not _own(connections, org_id):
            yield from _filled(connections, filling.begin(connections, org_id, shards))


def move_back(connections: Connections, org_id: int) -> Generator[Progress]:
    """As `steps`: the organisation is read from the index that others share, if it was not already."""
    with _alone(connections):
        yield from _begun(connections)
        if _own(connections, org_id):
            yield from _joined(connections, joining.begin(connections, org_id))


def resume(connections: Connections) -> Generator[Progress]:
    """As `steps`: everything that was begun or asked for is done, and what organisations left behind is removed."""
    with _alone(connections):
        yield from _begun(connections)
        while (left := _left(connections)) is not None:
            yield from leaving.remove(connections, left)


def abort(connections: Connections) -> str | None:
    """What was begun is undone, and everybody is read from where they were before; what it was, if there was anything.

    An index that was being built is gone. What an organisation that was to move back had in the shared index already is
    left behind there.
    """
    with connections.engine.begin() as db:
        write_set.unask(db, connections.alias)
    return _turned_back(connections) or _thrown_away(connections)


def left_behind(connections: Connections) -> bool:
    """Whether something that processes of this contract can go on with was begun, and nobody does."""
    with write_set.alone(connections.engine, connections.alias) as alone, connections.engine.connect() as db:
        if not alone:
            return False
        if entry := write_set.building(db, connections.alias):
            return entry.fingerprint == fingerprint()
        if move := moves.joining(db, connections.alias):
            return _of_this_contract(db, move)
        return write_set.asked(db, connections.alias) is not None or _left(connections) is not None


def clean(connections: Connections, grace_seconds: float = GRACE_SECONDS) -> tuple[str, ...]:
    """Indices retired longer ago than the grace time, or of organisations that are gone, are deleted; their names."""
    with write_set.alone(connections.engine, connections.alias) as alone:
        if not alone:
            return ()
        with connections.engine.connect() as db:
            old = write_set.retired(db, connections.alias, grace_seconds=grace_seconds)
            entries = {entry.name: entry for entry in (*old, *write_set.orphaned(db, connections.alias))}
        for entry in entries.values():
            _deleted(connections, entry)
        return tuple(entries)


@contextmanager
def _alone(connections: Connections) -> Iterator[None]:
    with write_set.alone(connections.engine, connections.alias, patience_seconds=_PATIENCE_SECONDS) as alone:
        if not alone:
            raise RebuildError("another process is rebuilding the index", "see: segments index status")
        yield


def _begun(connections: Connections) -> Generator[Progress]:
    """What was begun or asked for is done."""
    while (following := _following(connections)) is not None:
        yield from following


def _following(connections: Connections) -> Generator[Progress] | None:
    """The next thing that was begun or asked for, if there is one."""
    if move := _resumed_move(connections):
        return _joined(connections, move)
    if entry := _resumed(connections):
        return _filled(connections, entry)
    with connections.engine.connect() as db:
        asked = write_set.asked(db, connections.alias)
    if asked is not None:
        return _filled(connections, filling.begin(connections, asked.org_id, asked.shards))
    return None


def _filled(connections: Connections, entry: Entry) -> Generator[Progress]:
    try:
        yield from filling.fill(connections, entry)
    except IncompleteError:
        abort(connections)
        raise


def _joined(connections: Connections, move: Move) -> Generator[Progress]:
    try:
        yield from joining.join(connections, move)
    except IncompleteError:
        abort(connections)
        raise


def _resumed_move(connections: Connections) -> Move | None:
    """The move into the shared index that an earlier process began, if that index is of use."""
    with connections.engine.connect() as db:
        move = moves.joining(db, connections.alias)
        if move is None or _of_this_contract(db, move):
            return move
    _turned_back(connections)
    return None


def _of_this_contract(db: Connection, move: Move) -> bool:
    index = write_set.get(db, move.index_name)
    return index is not None and index.fingerprint == fingerprint()


def _turned_back(connections: Connections) -> str | None:
    """The organisation that was on its way into the shared index is where it was; what it was, if there was one."""
    with connections.engine.begin() as db:
        move = moves.joining(db, connections.alias, hold=True)
        if move is None:
            return None
        if write_set.live(db, connections.alias, move.org_id):
            moves.begin_leaving(db, move.index_name, move.org_id, move.total)
        else:
            moves.end(db, move)
    return f"sending organisation {move.org_id} to {move.index_name}"


def _resumed(connections: Connections) -> Entry | None:
    """The index that an earlier process began to fill, if it is of use."""
    with connections.engine.connect() as db:
        entry = write_set.building(db, connections.alias)
    if entry is None:
        return None
    if entry.fingerprint == fingerprint() and connections.indices.exists(entry):
        return entry
    _thrown_away(connections)
    return None


def _thrown_away(connections: Connections) -> str | None:
    """The index that was being built is gone; its name, if there was one."""
    with connections.engine.begin() as db:
        entry = write_set.building(db, connections.alias, hold=True)
        if entry is None:
            return None
        if entry.org_id is None:
            _back_to(connections, db, entry)
        write_set.set_state(db, entry.name, "retired")
    _deleted(connections, entry)
    return entry.name


def _back_to(connections: Connections, db: Connection, entry: Entry) -> None:
    """What was read before the shared index `entry` is read still."""
    if before := write_set.live(db, connections.alias):
        # A swap that was killed half way may have moved the alias already.
        connections.indices.point(before, connections.alias)
    else:
        state.forget_all(db, organisations_of(write_set.write_set(db, connections.alias), entry))


def _deleted(connections: Connections, entry: Entry) -> None:
    connections.indices.delete(entry)
    with connections.engine.begin() as db:
        write_set.forget(db, entry.name)


def _underway(connections: Connections) -> frozenset[int | None]:
    """The organisations for which something was begun."""
    with connections.engine.connect() as db:
        entry = write_set.building(db, connections.alias)
        move = moves.joining(db, connections.alias)
    return frozenset({entry.org_id if entry else None, move.org_id if move else None})


def _left(connections: Connections) -> Move | None:
    with connections.engine.connect() as db:
        return moves.leaving(db, connections.alias, grace_seconds=GRACE_SECONDS)


def _shared(connections: Connections) -> Entry | None:
    with connections.engine.connect() as db:
        return write_set.live(db, connections.alias)


def _own(connections: Connections, org_id: int) -> Entry | None:
    with connections.engine.connect() as db:
        return write_set.live(db, connections.alias, org_id)
