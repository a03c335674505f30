"""A new index beside the old one, filled while both are written to, and then read instead of it.

Every step can be repeated, and the table `indices` says which one is next: a process that is killed is followed by
another. Versions decide which of two writes stays, so the order of backfill and changes does not matter.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Connection

from indexer import bulk, source
from indexer.connections import Connections
from indexer.creation import new_index
from indexer.documents import build
from indexer.errors import MissingIndexError, RebuildError, RejectedError
from indexer.outcomes import Refusal
from indexer.overlap import overlapped
from mappings.index import fingerprint
from store import backfill, state, write_set
from store.write_set import Entry

BATCH = 1_000  # contacts: two or three megabytes of documents, a tenth of a second of work
_NO_LEASE = 0
_PATIENCE_SECONDS = 5.0  # until PostgreSQL has noticed that a killed rebuild is gone
GRACE_SECONDS = 600.0  # exports that began on the old index read on for a while


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the rebuild is: `done` of about `total` contacts are in the new index `name`."""

    name: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class _Slice:
    """The next contacts by id, ready to be sent; every contact up to `through` is among them or before."""

    through: int
    items: tuple[bulk.Item, ...]
    refused: tuple[Refusal, ...]


def steps(connections: Connections) -> Generator[Progress]:
    """Begin a rebuild, or go on with the one that was begun, and report after each batch. At the end it is read.

    Whoever iterates may stop at any time and go on later, here or in another process.

    Raises:
        RebuildError: another process is at it, it was aborted meanwhile, or the counts differ at the end.
    """
    with write_set.alone(connections.engine, connections.alias, patience_seconds=_PATIENCE_SECONDS) as alone:
        if not alone:
            raise RebuildError("another process is rebuilding the index", "see: segments index status")
        entry = _resumed(connections) or _begun(connections)
        yield Progress(entry.name, entry.backfill_done, entry.backfill_total)
        yield from _backfill(connections, entry)
        _check(connections, entry)
        _swap(connections, entry)


def abort(connections: Connections) -> str | None:
    """The index that was being built is gone, and what was read before is read still. Its name, if there was one."""
    with connections.engine.begin() as db:
        entry = write_set.building(db, connections.alias, hold=True)
        if entry is None:
            return None
        if before := write_set.live(db, connections.alias):
            # A swap that was killed half way may have moved the alias already.
            connections.indices.point(before, connections.alias)
        else:
            state.forget_all(db)
        write_set.set_state(db, entry.name, "retired")
    connections.indices.delete(entry)
    with connections.engine.begin() as db:
        write_set.forget(db, entry.name)
    return entry.name


def left_behind(connections: Connections) -> bool:
    """Whether a rebuild by this contract was begun and nobody goes on with it."""
    with write_set.alone(connections.engine, connections.alias) as alone, connections.engine.connect() as db:
        entry = write_set.building(db, connections.alias) if alone else None
    return entry is not None and entry.fingerprint == fingerprint()


def clean(connections: Connections, grace_seconds: float = GRACE_SECONDS) -> tuple[str, ...]:
    """Indices that were retired longer ago than the grace time are gone; their names."""
    with write_set.alone(connections.engine, connections.alias) as alone:
        if not alone:
            return ()
        with connections.engine.connect() as db:
            entries = write_set.retired(db, connections.alias, grace_seconds=grace_seconds)
        for entry in entries:
            connections.indices.delete(entry)
            with connections.engine.begin() as db:
                write_set.forget(db, entry.name)
        return tuple(entry.name for entry in entries)


def _resumed(connections: Connections) -> Entry | None:
    """The index that an earlier process began to fill, if it is of use."""
    with connections.engine.connect() as db:
        entry = write_set.building(db, connections.alias)
    if entry is None:
        return None
    if entry.fingerprint == fingerprint() and connections.indices.exists(entry):
        return entry
    abort(connections)
    return None


def _begun(connections: Connections) -> Entry:
    """A new index that from now on every change is written to as well."""
    entry = new_index(connections)
    with connections.engine.begin() as db:
        return write_set.begin_backfill(db, entry.name, backfill.total(db))


def _backfill(connections: Connections, entry: Entry) -> Generator[Progress]:
    """Every contact that was there when the index joined the write set is sent; those that come later, workers send."""
    client = connections.indices.client

    def send(slice_: _Slice) -> tuple[Refusal, ...]:
        return slice_.refused + bulk.deliver(client, entry.target, slice_.items).refused

    try:
        with closing(overlapped(_slices(connections, entry), send)) as sent:
            for slice_, refused in sent:
                with connections.engine.begin() as db:
                    entry = _record(db, connections.alias, entry, slice_, refused)
                yield Progress(entry.name, entry.backfill_done, entry.backfill_total)
    except (RejectedError, MissingIndexError) as error:
        with connections.engine.connect() as db:
            _still_building(db, entry)
        raise RebuildError(str(error), "run again: segments index rebuild") from error


def _slices(connections: Connections, entry: Entry) -> Iterator[_Slice]:
    after = entry.backfilled_through
    while True:
        with source.snapshot(connections.engine) as db:
            ids = backfill.next_ids(db, after, BATCH)
            if not ids:
                return
            rows = source.read(db, ids)
        connections.indices.ready(entry, rows.registry.widths)
        built = build(rows)
        items, unwritable = bulk.encode(built.documents)
        after = ids[-1]
        yield _Slice(after, items, built.refused + unwritable)


def _record(db: Connection, alias: str, entry: Entry, slice_: _Slice, refused: tuple[Refusal, ...]) -> Entry:
    _still_building(db, entry)
    if write_set.live(db, alias) is None:
        # It is the only index: workers need not send these contacts once more.
        state.complete(db, _NO_LEASE, {item.contact_id: item.version for item in slice_.items})
    if refused:
        # They count as changed: a worker sends them again and records why the index refuses them.
        state.bump(db, {refusal.contact_id for refusal in refused})
    return write_set.advance_backfill(db, entry.name, through=slice_.through, sent=len(slice_.items))


def _still_building(db: Connection, entry: Entry) -> None:
    now = write_set.get(db, entry.name, hold=True)
    if now is None or now.state != "building":
        raise RebuildError(f"the rebuild into {entry.name} was aborted", "begin anew: segments index rebuild")


def _check(connections: Connections, entry: Entry) -> None:
    """As many documents as contacts, give or take those whose change is still under way.

    With a difference the new index is given up: one that cannot be explained is not read.
    """
    with source.snapshot(connections.engine) as db:
        expected = backfill.total(db)
        underway = state.freshness(db).pending
        newest = state.newest_version(db)
    found = connections.indices.count(entry)
    with connections.engine.connect() as db:
        underway += state.changed_since(db, newest)
    if abs(found - expected) > underway:
        abort(connections)
        raise RebuildError(
            f"{entry.name} has {found} documents for {expected} contacts, {underway} of them changing",
            "the index that was read before still is; run again: segments index rebuild",
        )


def _swap(connections: Connections, entry: Entry) -> None:
    """Readers see the new index from one request to the next."""
    with connections.engine.begin() as db:
        _still_building(db, entry)
        before = write_set.live(db, connections.alias)
        connections.indices.publish(entry, connections.alias, connections.settings)
        if before is not None:
            write_set.set_state(db, before.name, "retired")
        write_set.set_state(db, entry.name, "live")
