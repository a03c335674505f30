"""Which contacts an index is to hold at the moment."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from store.expected import BLOCK, Known, Organisations, Span
from store.write_set import Entry


@dataclass(frozen=True, slots=True)
class Scope:
    """The contacts of these organisations; nothing is said of those that are `moving` from one index to another."""

    organisations: Organisations
    moving: frozenset[int] = frozenset()

    @classmethod
    def of(cls, _db: Connection, _alias: str, _entry: Entry) -> Scope:
        """As it is in the transaction."""
        return cls(Organisations())

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
