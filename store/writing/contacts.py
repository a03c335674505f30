"""Contacts with all that belongs to them: company, owner, team, tags, channels, events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from store import catalogue, state, tables
from store.items.rows import ChannelState, ContactRow
from store.outcomes import Status
from store.writing import companies, events, objects, relations, staging
from store.writing.events import Dated
from store.writing.staging import NULL


class Written(NamedTuple):
    """The stored contact of a row."""

    id: int
    status: Status


def write(db: Connection, org_id: int, rows: Sequence[ContactRow]) -> list[Written]:
    """The contacts are stored, in the order given where one comes twice; what became of each row."""
    staging.prepare(db)
    named = _Named.ensure(db, org_id, rows)
    written: dict[int, Written] = {}
    for places in _rounds(rows):
        distinct = [rows[place] for place in places]
        written |= zip(places, _write_distinct(db, org_id, distinct, named), strict=True)
    return [written[place] for place in range(len(rows))]


def _rounds(rows: Sequence[ContactRow]) -> Iterator[list[int]]:
    """The places of rows, in rounds in which every contact comes once."""
    rounds: list[list[int]] = []
    seen: dict[str, int] = {}
    for place, row in enumerate(rows):
        turn = seen.get(row.external_id, 0)
        seen[row.external_id] = turn + 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(place)
    yield from rounds


def _write_distinct(db: Connection, org_id: int, rows: Sequence[ContactRow], named: _Named) -> Iterator[Written]:
    staging.clear_contacts(db)
    staging.copy(db, "staged_contacts (external_id, patch, custom, tags, channels)", map(named.line, rows))
    objects.make(db, tables.contacts, org_id)
    db.execute(_ANALYZE)
    made = {external_id: (id_, created) for external_id, id_, created in db.execute(_MADE)}
    ids = [id_ for id_, _ in made.values()]
    before = companies.lock(db, ids)
    objects.update(db, tables.companies)
    objects.update(db, tables.contacts)
    relations.write(db)
    events.write(db, _dated(rows, made), named.events)
    after = state.versions(db, ids)
    for row in rows:
        id_, created = made[row.external_id]
        changed = after[id_] != before[id_]
        yield Written(id_, "created" if created else "updated" if changed else "unchanged")


def _dated(rows: Iterable[ContactRow], made: Mapping[str, tuple[int, bool]]) -> Iterator[Dated]:
    position = 0
    for row in rows:
        contact_id, _ = made[row.external_id]
        for event in row.events:
            yield Dated(position, contact_id, event)
            position += 1


@dataclass(frozen=True, slots=True)
class _Named:
    """The ids of what rows name."""

    owners: Mapping[str, int]
    teams: Mapping[str, int]
    tags: Mapping[str, int]
    channels: Mapping[str, int]
    events: events.Named
    companies: Mapping[str, int]

    @classmethod
    def ensure(cls, db: Connection, org_id: int, rows: Sequence[ContactRow]) -> _Named:
        return cls(
            owners=catalogue.ensure_owners(db, org_id, {row.owner.email: row.owner.name for row in rows if row.owner}),
            teams=catalogue.ensure_teams(db, org_id, {row.team for row in rows if row.team}),
            tags=catalogue.ensure_tags(db, org_id, {name for row in rows for name in row.tags or ()}),
            channels=catalogue.ensure_channels(db, org_id, {key for row in rows for key in row.channels or ()}),
            events=events.Named.ensure(db, org_id, [event for row in rows for event in row.events]),
            companies=companies.make(db, org_id, [row.company for row in rows if row.company is not None]),
        )

    def line(self, row: ContactRow) -> str:
        """The row as COPY reads it."""
        tags = NULL if row.tags is None else f"{{{','.join(str(self.tags[name]) for name in row.tags)}}}"
        channels = NULL if row.channels is None else staging.encoded(self._states(row.channels))
        patch = staging.encoded({**row.patch, **dict(self._references(row))})
        return f"{staging.text(row.external_id)}\t{patch}\t{staging.encoded(row.custom)}\t{tags}\t{channels}\n"

    def _references(self, row: ContactRow) -> Iterator[tuple[str, int]]:
        if row.company is not None:
            yield "company_id", self.companies[row.company.external_id]
        if row.owner is not None:
            yield "owner_id", self.owners[row.owner.email]
        if row.team is not None:
            yield "team_id", self.teams[row.team]

    def _states(self, channels: Mapping[str, ChannelState | None]) -> dict[str, Any]:
        return {str(self.channels[key]): None if said is None else asdict(said) for key, said in channels.items()}


# How many are new decides how the tags of the others are found.
_ANALYZE = text("ANALYZE staged_contacts (id, created)")

_MADE = text("SELECT external_id, id, created FROM staged_contacts")
