"""Events: new ones inserted, repeated ones updated where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, text

from store import catalogue
from store.items.rows import EventRow
from store.outcomes import Status
from store.writing import staging
from store.writing.staging import NULL

_COLUMNS = "(position, contact_id, event_type_id, channel_id, external_id, at, amount, currency, properties)"


class Dated(NamedTuple):
    """An event of a contact; `position` is its place in the batch."""

    position: int
    contact_id: int
    event: EventRow


class Written(NamedTuple):
    """The stored event of the item at `position`."""

    position: int
    id: int
    status: Status


@dataclass(frozen=True, slots=True)
class Named:
    """The ids of what events name."""

    types: Mapping[str, int]
    channels: Mapping[str, int]

    @classmethod
    def ensure(cls, db: Connection, org_id: int, events: Iterable[EventRow]) -> Named:
        types, channels = set[str](), set[str]()
        for event in events:
            types.add(event.type)
            if event.channel is not None:
                channels.add(event.channel)
        return cls(
            types=catalogue.ensure_event_types(db, org_id, types),
            channels=catalogue.ensure_channels(db, org_id, channels),
        )


def write(db: Connection, events: Iterable[Dated], named: Named) -> None:
    """The events are stored. Of those with the same type and external id the last one counts."""
    if stage(db, events, named):
        db.execute(_UPSERT)


def write_each(db: Connection) -> Iterator[Written]:
    """The staged events are stored; what became of each."""
    touched = set(db.execute(_UPSERT_RETURNING).scalars())
    for position, id_, is_new in db.execute(_STORED):
        status: Status = "created" if is_new else "updated" if id_ in touched else "unchanged"
        yield Written(position, id_, status)


def holders(db: Connection) -> list[int]:
    """The contacts that have one of the staged events: they lose it where it moves."""
    return list(db.execute(_HOLDERS).scalars())


def identity(one: Dated) -> object:
    """Events with equal identities are the same event."""
    event = one.event
    return one.position if event.external_id is None else (event.type, event.external_id)


def stage(db: Connection, events: Iterable[Dated], named: Named) -> bool:
    """Those that count are staged; whether there are any."""
    latest = {identity(one): one for one in events}
    if latest:
        staging.copy(db, f"staged_events {_COLUMNS}", _lines(latest.values(), named))
    return bool(latest)


def _lines(events: Iterable[Dated], named: Named) -> Iterator[str]:
    types, channels = named.types, named.channels
    for position, contact_id, (type_, channel, external_id, at, amount, currency, properties) in events:
        yield (
            f"{position}\t{contact_id}\t{types[type_]}\t{NULL if channel is None else channels[channel]}\t"
            f"{staging.text(external_id)}\t{at}\t{NULL if amount is None else amount}\t{currency or NULL}\t"
            f"{staging.escaped(properties)}\n"
        )


# A contact's events stand together on disk, and writers that meet insert in one order.
_INSERT = """
    INSERT INTO events (id, contact_id, event_type_id, channel_id, external_id, at, amount, currency, properties)
    SELECT id, contact_id, event_type_id, channel_id, external_id, to_timestamp(at), amount, currency, properties
      FROM staged_events
     ORDER BY contact_id, at, event_type_id, external_id, id
    ON CONFLICT (event_type_id, external_id) WHERE external_id IS NOT NULL DO UPDATE
       SET contact_id = excluded.contact_id, channel_id = excluded.channel_id, at = excluded.at,
           amount = excluded.amount, currency = excluded.currency, properties = excluded.properties
     WHERE (events.contact_id, events.channel_id, events.at, events.amount, events.currency, events.properties)
           IS DISTINCT FROM (excluded.contact_id, excluded.channel_id, excluded.at, excluded.amount,
                             excluded.currency, excluded.properties)"""

_UPSERT = text(_INSERT)
_UPSERT_RETURNING = text(_INSERT + " RETURNING id")

_HOLDERS = text("""
    SELECT DISTINCT stored.contact_id FROM staged_events AS staged
     CROSS JOIN LATERAL (SELECT contact_id FROM events
                          WHERE event_type_id = staged.event_type_id AND external_id = staged.external_id
                          LIMIT 1) AS stored""")

_STORED = text("""
    SELECT staged.position, coalesce(stored.id, staged.id), coalesce(stored.id = staged.id, true)
      FROM staged_events AS staged
      LEFT JOIN events AS stored USING (event_type_id, external_id)""")
