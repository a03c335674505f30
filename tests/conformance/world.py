"""Random organisations in PostgreSQL, written row by row: no code of the project decides what they hold."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, text

from store import tables
from tests.conformance import values

# Lord Howe moves its clocks by half an hour; Havana skips a midnight in spring, and has one twice in autumn.
ODD_ZONES = ("Europe/Berlin", "Australia/Lord_Howe", "America/Havana")
WEEK_STARTS = (1, 7, 6)

CUSTOM = {
    "note": "text",
    "plan": "choice",
    "score": "number",
    "renewal": "date",
    "seen": "datetime",
    "active": "boolean",
    "hobbies": "multi-choice",
}
_TEXT_COLUMNS = ("email", "phone", "first_name", "last_name", "full_name", "job_title", "city", "postal_code")
_CHOICE_COLUMNS = ("language", "country", "region", "time_zone", "source", "lifecycle_stage")
_MANY_EVENTS = 520  # more than the 511 that timelines keep by time


@dataclass(frozen=True, slots=True)
class Ids:
    """The rows that contacts refer to."""

    companies: list[int]
    tags: list[int]
    channels: list[int]
    owners: list[int]
    teams: list[int]
    event_types: dict[str, int]
    static: list[int]


def populate(db: Connection, name: str, number: int, contacts: int, seed: int) -> int:
    """A new organisation of so many contacts in the `number`-th zone; its id."""
    dice = random.Random(seed)
    zone, week_start = ODD_ZONES[number % 3], WEEK_STARTS[number % 3]
    org_id = added(db, tables.organisations, name=name, time_zone=zone, week_start=week_start)
    ids = _set_up(db, dice, org_id, ZoneInfo(zone))
    for place in range(contacts):
        _contact(db, dice, org_id, place, ids, ZoneInfo(zone))
    return org_id


def added(db: Connection, table: Any, **row: Any) -> int:
    """A new row; its id."""
    made: int = db.execute(insert(table).values(**row).returning(next(iter(table.primary_key)))).scalar_one()
    return made


def _set_up(db: Connection, dice: random.Random, org_id: int, zone: ZoneInfo) -> Ids:
    for kind in ("contact", "company"):
        counters: dict[str, int] = {}
        for key, type_ in CUSTOM.items():
            slot = {"text": "keyword", "choice": "keyword", "multi-choice": "keyword", "number": "double"}.get(type_)
            slot = slot or {"date": "date", "datetime": "date", "boolean": "boolean"}[type_]
            counters[slot] = counters.get(slot, -1) + 1
            options = list(values.OPTIONS) if "choice" in type_ else []
            row = {
                "key": key,
                "label": key.title(),
                "type": type_,
                "options": options,
                "slot": f"{slot}_{counters[slot]}",
            }
            added(db, tables.custom_fields, org_id=org_id, object=kind, **row)
    event_types = {
        key: added(db, tables.event_types, org_id=org_id, key=key, label=key, actor=actor)
        for key, actor in (
            ("purchase", "contact"),
            ("email_opened", "contact"),
            ("email_sent", "organisation"),
            ("refund", "contact"),
        )
    }
    channels = [added(db, tables.channels, org_id=org_id, key=key, label=key) for key in ("email", "whatsapp", "sms")]
    _declare(db, org_id, event_types, channels)
    static = [added(db, tables.segments, org_id=org_id, name=name, kind="static") for name in ("Picked", "Guests")]
    _dynamic(db, org_id, static)
    owners = [added(db, tables.owners, org_id=org_id, name=name, email=f"{name}@x.org") for name in ("Ada", "Bo")]
    return Ids(
        companies=[_company(db, dice, org_id, place, zone) for place in range(12)],
        tags=[
            added(db, tables.tags, org_id=org_id, name=name) for name in ("Churned", "VIP", "Ünïcode", "a,b", "last")
        ],
        channels=channels,
        owners=owners,
        teams=[added(db, tables.teams, org_id=org_id, name=name) for name in ("North", "South")],
        event_types=event_types,
        static=static,
    )


def _declare(db: Connection, org_id: int, event_types: dict[str, int], channels: list[int]) -> None:
    rules = {
        "large_purchase": [{"field": "amount", "operator": ">=", "value": 50}],
        "shoe_purchase": [
            {"field": "properties.category", "operator": "=", "value": "Shoes"},
            {"field": "properties.coupon", "operator": ">", "value": 0},
            {"field": "channel", "operator": "=", "value": channels[0]},
        ],
    }
    for key, narrowing in rules.items():
        condition = {"combinator": "and", "rules": narrowing}
        row = {"key": key, "label": key, "kind": "declared", "event_type_id": event_types["purchase"]}
        added(db, tables.behaviours, org_id=org_id, condition=condition, **row)


def _dynamic(db: Connection, org_id: int, static: list[int]) -> None:
    """A segment that refers to one that refers to a static one."""
    bought = {"field": "engagement.purchase", "operator": "happened", "value": {"times": {"at_least": 2}}}
    others = {"field": "segment", "operator": "notIn", "value": static[:1]}
    tree = {"combinator": "or", "not": True, "rules": [bought, others]}
    inner = added(db, tables.segments, org_id=org_id, name="Picked, no buyers", kind="dynamic", tree=tree)
    tagged = {"field": "tags", "operator": "notNull", "value": None}
    tree = {"combinator": "or", "rules": [tagged, {"field": "segment", "operator": "in", "value": [inner]}]}
    added(db, tables.segments, org_id=org_id, name="Tagged or picked", kind="dynamic", tree=tree)


def _company(db: Connection, dice: random.Random, org_id: int, place: int, zone: ZoneInfo) -> int:
    row = {
        "name": _maybe(dice, values.TEXTS),
        "domain": _maybe(dice, values.TEXTS),
        "industry": _maybe(dice, values.CHOICES),
        "size": _maybe(dice, (1, 10, 250.5, 5000)),
        "country": _maybe(dice, values.CHOICES),
        "city": _maybe(dice, values.TEXTS),
    }
    return added(db, tables.companies, org_id=org_id, external_id=f"k{place}", custom=_custom(dice, zone), **row)


def _maybe(dice: random.Random, pool: Any) -> Any:
    """A value, or one of the two ways of having none."""
    chance = dice.random()
    if chance < 0.25:
        return None
    return "" if chance < 0.32 and isinstance(pool[0], str) else dice.choice(pool)


def _custom(dice: random.Random, zone: ZoneInfo) -> dict[str, Any]:
    pools: dict[str, Any] = {
        "note": values.TEXTS,
        "plan": values.OPTIONS,
        "score": values.NUMBERS,
        "renewal": [day.isoformat() for day in values.DAYS],
        "seen": [_written(instant) for instant in values.edges(zone)],
        "active": (True, False),
        "hobbies": [dice.sample(values.OPTIONS, dice.randint(1, 3)), [], [dice.choice(values.OPTIONS)]],
    }
    custom = {key: _maybe(dice, pool) for key, pool in pools.items() if dice.random() < 0.8}
    return {key: value for key, value in custom.items() if value is not None or dice.random() < 0.5}


def _written(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _contact(db: Connection, dice: random.Random, org_id: int, place: int, ids: Ids, zone: ZoneInfo) -> None:
    row: dict[str, Any] = {column: _maybe(dice, values.TEXTS) for column in _TEXT_COLUMNS}
    row |= {column: _maybe(dice, values.CHOICES) for column in _CHOICE_COLUMNS}
    row |= {
        "birth_date": _maybe(dice, values.DAYS),
        "company_id": _maybe(dice, ids.companies),
        "owner_id": _maybe(dice, ids.owners),
        "team_id": _maybe(dice, ids.teams),
        "created_at": dice.choice(values.edges(zone)) + timedelta(microseconds=dice.choice((0, 499, 999))),
        "updated_at": dice.choice(values.edges(zone)),
        "custom": _custom(dice, zone),
    }
    contact = added(db, tables.contacts, org_id=org_id, external_id=f"C{place}", **row)
    for tag in dice.sample(ids.tags, dice.choice((0, 0, 1, 1, 2, 5))):
        db.execute(insert(tables.contact_tags).values(contact_id=contact, tag_id=tag))
    for channel in dice.sample(ids.channels, dice.choice((0, 1, 2, 3))):
        state = {"reachable": dice.random() < 0.7, "unsubscribed": dice.random() < 0.4}
        db.execute(insert(tables.contact_channels).values(contact_id=contact, channel_id=channel, **state))
    for segment in dice.sample(ids.static, dice.choice((0, 0, 0, 1, 2))):
        db.execute(insert(tables.static_members).values(segment_id=segment, contact_id=contact))
    events = [event for _ in range(dice.choice((0, 0, 1, 1, 2, 4, 12))) for event in _events(dice, contact, ids, zone)]
    if place == 7:
        sent = {"event_type_id": ids.event_types["email_sent"], "contact_id": contact, "channel_id": None}
        rest: dict[str, Any] = {"amount": None, "properties": {}}
        start = values.PRESENT - timedelta(days=900)
        events += [sent | rest | {"at": start + timedelta(days=day)} for day in range(_MANY_EVENTS)]
    if events:
        db.execute(insert(tables.events), events)


def _events(dice: random.Random, contact: int, ids: Ids, zone: ZoneInfo) -> list[dict[str, Any]]:
    kind = dice.choice(("purchase", "purchase", "email_opened", "email_sent", "refund"))
    amount = {
        "purchase": dice.choice((None, 0, 1, 999, 1999, 5000, 5000, 123_456)),
        "refund": dice.choice((-500, -1, 0, 700)),
    }.get(kind)
    properties: dict[str, Any] = {}
    if dice.random() < 0.7:
        properties = {
            "category": dice.choice(("Shoes", "SHOES", "Hats", 3)),
            "coupon": dice.choice((0, 1.5, "2", None)),
        }
    event = {
        "contact_id": contact,
        "event_type_id": ids.event_types[kind],
        "channel_id": dice.choice((None, *ids.channels)),
        "at": dice.choice(values.event_times(zone)),
        "amount": amount,
        "properties": properties,
    }
    return [event] * dice.choice((1, 1, 1, 2))  # equal timestamps


def contact_ids(db: Connection, org_id: int) -> list[int]:
    """The organisation's contacts."""
    query = select(tables.contacts.c.id).where(tables.contacts.c.org_id == org_id).order_by(tables.contacts.c.id)
    return list(db.scalars(query))


def empties(db: Connection, org_id: int) -> set[tuple[int, str]]:
    """(contact, field) where an empty text or list was written."""
    columns = {name: f"c.{name}" for name in (*_TEXT_COLUMNS, *_CHOICE_COLUMNS)}
    columns |= {f"company.{name}": f"k.{name}" for name in ("name", "domain", "industry", "country", "city")}
    columns |= {f"custom.{key}": f"c.custom ->> '{key}'" for key in CUSTOM}
    columns |= {f"company.custom.{key}": f"k.custom ->> '{key}'" for key in CUSTOM}
    found = set()
    for name, column in columns.items():
        query = text(
            f"SELECT c.id FROM contacts c LEFT JOIN companies k ON k.id = c.company_id"
            f" WHERE c.org_id = :org AND ({column}) IN ('', '[]')"
        )
        found |= {(contact, name) for contact in db.scalars(query, {"org": org_id})}
    return found
