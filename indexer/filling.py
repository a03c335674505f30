"""Fills an index that is being built, and has it read once it is complete: for one organisation or for many."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass

from elasticsearch import NotFoundError
from sqlalchemy import Connection

from indexer import bulk, source
from indexer.connections import Connections
from indexer.creation import new_index
from indexer.documents import build
from indexer.drift.completeness import ensure_complete
from indexer.errors import MissingIndexError, RebuildError, RejectedError
from indexer.outcomes import Refusal
from indexer.overlap import overlapped
from indexer.progress import Progress
from store import backfill, moves, state, write_set
from store.holding import Organisations, organisations_of
from store.write_set import Entry

BATCH = 1_000  # contacts: two or three megabytes of documents, a tenth of a second of work
_NO_LEASE = 0


@dataclass(frozen=True, slots=True)
class _Slice:
    """The next contacts by id, ready to be sent; every contact up to `through` is among them or before."""

    through: int
    items: tuple[bulk.Item, ...]
    refused: tuple[Refusal, ...]


def begin(connections: Connections, org_id: int | None = None, shards: int | None = None) -> Entry:
    """A new index, for the organisation alone or to be shared, that from now on every change is written to as well."""
    entry = new_index(connections, org_id, shards)
    with connections.engine.begin() as db:
        return write_set.begin_backfill(db, entry.name, backfill.total(db, _organisations(db, connections, entry)))


def fill(connections: Connections, entry: Entry) -> Generator[Progress]:
    """Everything that was begun for the index is done, with a report after each batch; at the end it is read.

    Raises:
        RebuildError: it was aborted meanwhile.
        IncompleteError: it differs from the database at the end; the index is of no use.
    """
    yield Progress(entry.name, entry.backfill_done, entry.backfill_total)
    yield from _backfill(connections, entry)
    _check(connections, entry)
    _swap(connections, entry)


def _organisations(db: Connection, connections: Connections, entry: Entry) -> Organisations:
    return organisations_of(write_set.write_set(db, connections.alias), entry)


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
            ids = backfill.next_ids(db, _organisations(db, connections, entry), after, BATCH)
            if not ids:
                return
            rows = source.read(db, ids)
        connections.indices.ready(entry, rows.registry.widths({state.org_id for state in rows.states}))
        built = build(rows)
        items, unwritable = bulk.encode(built.documents)
        after = ids[-1]
        yield _Slice(after, items, built.refused + unwritable)


def _record(db: Connection, alias: str, entry: Entry, slice_: _Slice, refused: tuple[Refusal, ...]) -> Entry:
    _still_building(db, entry)
    if entry.org_id is None and write_set.live(db, alias) is None:
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
    try:
        ensure_complete(
            connections, entry, "the index that was read before still is; run again: segments index rebuild"
        )
    except NotFoundError as error:
        with connections.engine.connect() as db:
            _still_building(db, entry)
        raise RebuildError(f"{entry.name} is not in Elasticsearch", "run again: segments index rebuild") from error


def _swap(connections: Connections, entry: Entry) -> None:
    """Readers see the new index from one request to the next.

    Where an organisation moves into it, they do with the commit, and what the shared index has of it is left behind.
    """
    with connections.engine.begin() as db:
        _still_building(db, entry)
        before = write_set.live(db, connections.alias, entry.org_id)
        connections.indices.publish(entry, connections.alias, connections.settings)
        if before is not None:
            write_set.set_state(db, before.name, "retired")
        elif entry.org_id is not None and (shared := write_set.live(db, connections.alias)):
            moves.begin_leaving(db, shared.name, entry.org_id, backfill.remembered(db, entry.org_id))
        write_set.set_state(db, entry.name, "live")
