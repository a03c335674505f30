"""Which contacts an index is to hold at the moment, and whether it is one still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from elasticsearch import NotFoundError
from sqlalchemy import Connection

from indexer.connections import Connections
from indexer.errors import BusyError, MissingIndexError, RejectedError
from mappings.errors import ContractError
from store import write_set
from store.expected import BLOCK, Known, Span
from store.holding import Organisations, organisations_of
from store.write_set import Entry


@dataclass(frozen=True, slots=True)
class Scope:
    """The contacts of these organisations; nothing is said of those that are `moving` from one index to another."""

    organisations: Organisations
    moving: frozenset[int] = frozenset()

    @classmethod
    def of(cls, db: Connection, alias: str, entry: Entry) -> Scope:
        """As it is in the transaction."""
        entries = write_set.write_set(db, alias)
        now = next((one for one in entries if one.name == entry.name), entry)
        return cls(organisations_of(entries, now), now.moving)

    def until(self, later: Scope) -> Scope:
        """What was so all the time from this one to the later one."""
        changed = self.organisations.without ^ later.organisations.without
        return Scope(later.organisations, self.moving | later.moving | changed)

    def seen(self, known: Known | None) -> Known | None:
        """A contact of another organisation does not exist for the index."""
        if known is None or known.org_id in self.organisations:
            return known
        return replace(known, exists=False)


def sent(entry: Entry, span: Span) -> Span | None:
    """The part of the span that the index is to hold by now: one that is being built, what was sent to it."""
    if entry.state != "building":
        return span
    end = (entry.backfilled_through + 1) // BLOCK * BLOCK
    end = end if span.end is None else min(end, span.end)
    return Span(span.first, end) if end > (span.first or 0) else None


@contextmanager
def current(connections: Connections, entry: Entry) -> Iterator[None]:
    """What fails in the block because the index has left the write set, and may be gone, is passed over."""
    try:
        yield
    except (NotFoundError, BusyError, RejectedError, ContractError) as error:
        with connections.engine.connect() as db:
            if entry.name not in {one.name for one in write_set.write_set(db, connections.alias)}:
                return
        if isinstance(error, NotFoundError):
            raise MissingIndexError(f"{entry.name} is not in Elasticsearch", "run: segments index rebuild") from error
        raise
