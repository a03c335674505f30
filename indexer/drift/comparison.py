"""One index against the database: sums of whole blocks first, and contact by contact where they differ."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from elasticsearch import Elasticsearch
from sqlalchemy import Connection

from indexer import source
from indexer.connections import Connections
from indexer.drift import reading
from indexer.drift.judgement import Drift, Held, judge, ownerless
from indexer.drift.scope import Scope
from indexer.registry import widths
from store import expected
from store.expected import BLOCK, Group, Known, Span
from store.holding import Organisations
from store.write_set import Entry

_BLOCKS_AT_ONCE = 5  # half of what Elasticsearch gives in one page: room for documents of nobody


@dataclass(frozen=True, slots=True)
class Comparison:
    """`checked` contacts, those of `span`, were compared with an index; what was wrong there."""

    span: Span
    checked: int
    drifts: tuple[Drift, ...]


def compare(connections: Connections, entry: Entry, span: Span, joining: int | None = None) -> Comparison:
    """The contacts of the span, or of its first blocks where the index has many more documents than there are contacts.

    Of the organisation that is `joining` the index only, as if it had moved there by now.

    Raises:
        BusyError: Elasticsearch is away.
        ContractError: the index is missing, or another contract's.
    """
    connections.indices.ready(entry, widths(()))
    return _Comparing(connections, entry, joining).compare(span)


@dataclass(frozen=True, slots=True)
class _Comparing:
    connections: Connections
    entry: Entry
    joining: int | None

    def compare(self, span: Span) -> Comparison:
        drifts = list(self._nowhere()) if span.first is None and self.joining is None else []
        with source.snapshot(self.connections.engine) as db:
            scope = self._scope(db)
            wanted = expected.groups(db, span, scope.organisations)
        self._refresh()
        sums = reading.sums(self._client, self.entry.name, span, self.joining)
        wanted = _within(wanted, sums.span)
        for numbers in _portions(_differing(wanted, sums.groups, scope.moving)):
            drifts += self._blocks(numbers)
        return Comparison(sums.span, sum(group.count for group in wanted.values()), tuple(drifts))

    def _scope(self, db: Connection) -> Scope:
        if self.joining is not None:
            return Scope(Organisations(only=self.joining))
        return Scope.of(db, self.connections.alias, self.entry)

    @property
    def _client(self) -> Elasticsearch:
        return self.connections.indices.client

    def _refresh(self) -> None:
        """What counts as indexed by now can be found: of an index that is read, it is before it counts."""
        if self.entry.state == "building":
            self.connections.indices.refresh(self.entry)

    def _blocks(self, numbers: Collection[int]) -> Iterator[Drift]:
        with source.snapshot(self.connections.engine) as db:
            scope = self._scope(db)
            before = expected.in_blocks(db, numbers)
        self._refresh()
        held = reading.in_blocks(self._client, self.entry.name, numbers)
        # Of more documents than that, those that were not read are not missing.
        everything = len(held) < reading.MOST_DOCUMENTS
        yield from self._judged(scope, before if everything else {}, held)

    def _nowhere(self) -> Iterator[Drift]:
        with self.connections.engine.connect() as db:
            scope = Scope.of(db, self.connections.alias, self.entry)
        self._refresh()
        yield from self._judged(scope, {}, reading.nowhere(self._client, self.entry.name))

    def _concerns(self, org_id: int | None) -> bool:
        return self.joining in {None, org_id}

    def _judged(self, scope: Scope, before: Mapping[int, Known], held: Sequence[Held]) -> Iterator[Drift]:
        by_contact = {one.contact_id: one for one in held if one.contact_id is not None}
        contacts = before.keys() | by_contact.keys()
        with self.connections.engine.connect() as db:
            after = expected.of(db, contacts)
            scope = scope.until(self._scope(db))
        yield from (ownerless(one, 0) for one in held if one.contact_id is None and self._concerns(one.org_id))
        for contact in sorted(contacts):
            known, one = after.get(contact), by_contact.get(contact)
            owner = known or one
            if owner and self._concerns(owner.org_id) and (known is None or known.org_id not in scope.moving):
                judged = judge(contact, scope.seen(before.get(contact)), one, scope.seen(known))
                if judged is not None:
                    yield judged


def _within(groups: Mapping[tuple[int, int], Group], span: Span) -> dict[tuple[int, int], Group]:
    if span.end is None:
        return dict(groups)
    return {key: group for key, group in groups.items() if key[0] < span.end // BLOCK}


def _differing(
    wanted: Mapping[tuple[int, int], Group], found: Mapping[tuple[int, int | None], Group], moving: Collection[int]
) -> tuple[int, ...]:
    """The blocks in which some organisation has other documents than it should."""
    apart = set(wanted.items()) ^ set(found.items())
    return tuple(sorted({number for (number, org_id), _ in apart if org_id not in moving}))


def _portions(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(numbers), _BLOCKS_AT_ONCE):
        yield numbers[first : first + _BLOCKS_AT_ONCE]
