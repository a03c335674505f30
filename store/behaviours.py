"""Behaviours: the kinds of engagement that conditions ask about, and those that an organisation declares itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from mappings.fields import Behaviour
from segments.events import parse_event_condition
from store import named, tables, turns
from store.errors import ConflictError, NotFoundError, UnacceptableError
from store.texts import key_of, label_of, name_of

_ANY = "any"


@dataclass(frozen=True, slots=True)
class Meaning:
    """Which events belong to a behaviour: all by the contact (any), those on a channel, those of an event type, or,
    where it is declared, those of an event type that meet a condition.
    """

    behaviour: Behaviour
    kind: str
    event_type: str | None
    condition: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared behaviour, and how many contacts have past events that it may concern."""

    code: int
    fill_total: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a behaviour is filled for past events: contacts in the index, of how many."""

    done: int
    total: int

    @property
    def ready(self) -> bool:
        return self.done == self.total


def all_of(db: Connection, org_id: int) -> tuple[Behaviour, ...]:
    """The organisation's behaviours, each unavailable as long as it is being filled."""
    rows = db.execute(_ALL, {"org": org_id})
    return tuple(Behaviour(row.code, row.key, row.label, row.signed, _filling(row.waiting, row.total)) for row in rows)


def declare(db: Connection, org_id: int, key: str, label: str | None, event_type: str, condition: object) -> Declared:
    """A new behaviour: the events of a type that meet a condition (segments/events.py).

    Every contact with an event of the type is given to the index again; until it has them all, conditions on the
    behaviour are refused. Raises ConditionError, NotFoundError, UnacceptableError and ConflictError.
    """
    turns.alone(db, org_id)
    parsed = parse_event_condition(condition, named.all_of(db, tables.channels, "key", org_id))
    row = {
        "org_id": org_id,
        "key": _own_key(key),
        "label": name_of(label or label_of(key), "the label"),
        "kind": "declared",
        "event_type_id": _event_type(db, org_id, event_type),
        "condition": parsed.tree,
    }
    c = tables.behaviours.c
    try:
        with db.begin_nested():
            code = db.execute(insert(tables.behaviours).values(row).returning(c.code)).scalar_one()
    except IntegrityError as error:
        raise ConflictError(f"there is a behaviour {key} already", "choose another key") from error
    # The fill is a trigger's (capture.sql); its figure stands in the row afterwards.
    return Declared(code, db.execute(select(c.fill_total).where(c.code == code)).scalar_one())


def meanings(db: Connection, org_id: int) -> tuple[Meaning, ...]:
    """The organisation's behaviours with what they mean."""
    c, types = tables.behaviours.c, tables.event_types
    read = select(c.code, c.kind, types.c.key, c.condition).select_from(
        tables.behaviours.outerjoin(types, types.c.id == c.event_type_id)
    )
    rows = {code: rest for code, *rest in db.execute(read.where(c.org_id == org_id))}
    # One that was declared in between, by another transaction, is in the second answer only.
    return tuple(Meaning(one, *rows[one.code]) for one in all_of(db, org_id) if one.code in rows)


def declared(db: Connection, org_id: int, key: str) -> Meaning:
    """The declared behaviour; raises NotFoundError, also for those of event types and channels."""
    found = (one for one in meanings(db, org_id) if (one.behaviour.key, one.kind) == (key, "declared"))
    if (one := next(found, None)) is None:
        raise NotFoundError(f"there is no declared behaviour {key!r}")
    return one


def relabel(db: Connection, org_id: int, key: str, label: str) -> Meaning:
    """A declared behaviour is shown under another label; raises NotFoundError."""
    c = tables.behaviours.c
    code = declared(db, org_id, key).behaviour.code
    db.execute(update(tables.behaviours).where(c.code == code).values(label=name_of(label, "the label")))
    return declared(db, org_id, key)


def remove(db: Connection, org_id: int, code: int) -> None:
    """A declared behaviour is gone; raises NotFoundError. Every contact with an event of the type is indexed again."""
    c = tables.behaviours.c
    ours = (c.org_id == org_id) & (c.code == code) & (c.kind == "declared")
    turns.alone(db, org_id)
    if not db.execute(delete(tables.behaviours).where(ours)).rowcount:
        raise NotFoundError(f"there is no declared behaviour {code}")


def progress(db: Connection, org_id: int, code: int) -> Progress:
    """How far the behaviour is filled; raises NotFoundError."""
    row = next((row for row in db.execute(_ALL, {"org": org_id}) if row.code == code), None)
    if row is None:
        raise NotFoundError(f"there is no behaviour {code}")
    return Progress(done=row.total - min(row.waiting, row.total), total=row.total)


def taken(db: Connection, org_id: int) -> frozenset[str]:
    """The keys that no event type may have: those of behaviours that are not of an event type."""
    c = tables.behaviours.c
    return frozenset(db.execute(select(c.key).where(c.org_id == org_id, c.kind != "event_type")).scalars())


def refuse_taken(db: Connection, org_id: int, event_types: Iterable[str]) -> None:
    """Raises ConflictError when a behaviour has the key of one of these event types and does not belong to it."""
    if keys := sorted(taken(db, org_id).intersection(event_types)):
        raise ConflictError(f"{', '.join(keys)}: a behaviour has this key already", "rename the event type")


def _filling(waiting: int, total: int) -> str | None:
    if not waiting:
        return None
    # Other changes may wait beside those of the fill.
    return f"it is being filled for past events: {total - min(waiting, total):,} of {total:,} contacts are done"


def _own_key(key: str) -> str:
    if key_of(key, "a behaviour") == _ANY:
        raise UnacceptableError("a behaviour cannot be called any", "choose another key")
    return key


def _event_type(db: Connection, org_id: int, key: str) -> int:
    found = named.ids_of(db, tables.event_types, "key", org_id, [key], fold=False)
    if key not in found:
        raise NotFoundError(f"there is no event type {key}")
    return found[key]


# Whatever has waited since `fill_through` or longer may lack the behaviour; later changes of a contact, and contacts
# that came later, do not delay it.
_ALL = text("""
    SELECT behaviours.code, behaviours.key, coalesce(event_types.label, behaviours.label) AS label, signed,
           fill_total AS total, waiting
      FROM behaviours
      LEFT JOIN event_types ON event_types.id = event_type_id AND kind = 'event_type'
     CROSS JOIN LATERAL (
           SELECT count(*) AS waiting FROM index_state
            WHERE index_state.org_id = behaviours.org_id AND version > indexed_version
              AND changed_at <= fill_through) AS fill
     WHERE behaviours.org_id = :org
     ORDER BY behaviours.code""")
