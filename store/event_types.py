"""Event types: the kinds of events that an organisation's contacts have."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, select, update

from store import tables, turns
from store.errors import NotFoundError
from store.texts import name_of

_c = tables.event_types.c


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of events; `actor` says who acts in them, contact or organisation."""

    id: int
    key: str
    label: str
    actor: str


def all_of(db: Connection, org_id: int) -> tuple[EventType, ...]:
    """The organisation's event types, by key."""
    rows = db.execute(select(*_COLUMNS).where(_c.org_id == org_id).order_by(_c.key))
    return tuple(EventType(*row) for row in rows)


def get(db: Connection, org_id: int, key: str) -> EventType:
    """The event type; raises NotFoundError."""
    row = db.execute(select(*_COLUMNS).where(_is(org_id, key))).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no event type {key!r}")
    return EventType(*row)


def relabel(db: Connection, org_id: int, key: str, label: str) -> EventType:
    """The event type and its behaviour are shown under another label; raises NotFoundError."""
    db.execute(update(tables.event_types).where(_is(org_id, key)).values(label=name_of(label, "the label")))
    return get(db, org_id, key)


def remove(db: Connection, org_id: int, key: str) -> None:
    """The event type is gone with all of its events and with every behaviour of it; raises NotFoundError."""
    turns.alone(db, org_id)
    if not db.execute(delete(tables.event_types).where(_is(org_id, key))).rowcount:
        raise NotFoundError(f"there is no event type {key!r}")


_COLUMNS = (_c.id, _c.key, _c.label, _c.actor)


def _is(org_id: int, key: str) -> ColumnElement[bool]:
    return (_c.org_id == org_id) & (_c.key == key)
