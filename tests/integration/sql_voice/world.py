"""A few dozen contacts written by hand, the same in three organisations whose days begin at different instants.

They are asked at 10:30 UTC on 31 March 2026: 12:30 in Berlin, two days after its clocks went forward; 06:30 in Havana,
where clocks change at midnight, so that 8 March 2026 has no midnight and 2 November 2025 has two; 16:15 in Kathmandu.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, text

from store import tables
from tests.sql_voice import translate

NOW = datetime(2026, 3, 31, 10, 30, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/Havana", "Asia/Kathmandu")

# Texts, choices, ids, sets and custom fields. dora has nothing; emil's empty values were written by hand.
PEOPLE: dict[str, dict[str, Any]] = {
    "anna": {
        "email": "Anna.Berg@Example.com", "first_name": "Anna", "last_name": "Berg", "country": "DE", "city": "Köln",
        "phone": "+49 221 100%_1", "job_title": "50% off*?\\|", "company_id": "acme", "owner_id": "olga",
        "team_id": "north",
        "custom": {"plan": "Gold", "note": "Likes TEA", "score": 10, "vip": True, "colours": ["Red", "Blue"]},
    },
    "bert": {
        "email": "bert@example.org", "first_name": "Bert", "country": "de", "city": "KÖLN", "company_id": "acme",
        "owner_id": "otto",
        "custom": {"plan": "gold", "score": 10.5, "vip": False, "colours": ["red"]},
    },
    "cleo": {
        "full_name": "Cleo İpek", "first_name": "Cleo", "last_name": "Zed", "country": "FR", "city": "Paris",
        "job_title": "ΟΔΟΣ", "team_id": "north", "owner_id": "olga",
        "custom": {"plan": "Silver", "score": -3, "colours": ["Green", "RED", "blue"]},
    },
    "dora": {},
    "emil": {
        "last_name": "Emil", "city": "", "country": "US", "company_id": "globex",
        "custom": {"note": "", "score": 0, "plan": None, "colours": []},
    },
}  # fmt: skip

# Instants in `seen` and `created_at`: around a month ago, the day after the clocks went forward, and now.
SEEN = {
    "h1": "2025-11-02T04:30:00.000Z",
    "h2": "2026-03-08T05:00:00.000Z",
    "h3": "2026-03-09T03:59:59.999Z",
    "t1": "2026-02-28T11:29:59.999Z",
    "t2": "2026-02-28T11:30:00.000Z",
    "t3": "2026-03-28T23:00:00.000Z",
    "t4": "2026-03-29T21:59:59.999Z",
    "t5": "2026-03-29T22:00:00.000Z",
    "t6": "2026-03-31T10:29:59.999Z",
    "t7": "2026-03-31T10:30:00.000Z",
    "t8": "2026-04-01T10:30:00.000Z",
    "t9": "2026-04-01T10:30:00.001Z",
}

# Days in `birth_date` and `renewal`.
DAYS = {
    "b1": "2026-02-27",
    "b2": "2026-02-28",
    "b3": "2026-03-24",
    "b4": "2026-03-30",
    "b5": "2026-03-31",
    "b6": "2026-04-01",
    "b7": "2000-02-29",
    "b8": "1999-02-28",
    "b9": "1990-04-06",
}

TAGS = {"anna": ("new", "vip"), "bert": ("vip",), "cleo": ("new", "vip", "old")}
# Whether the contact can be reached there, and whether it opted out.
CHANNELS = {
    "anna": {"email": (True, False), "whatsapp": (True, True)},
    "bert": {"email": (False, True)},
    "cleo": {"email": (True, False)},
}

# What contacts did: event type, instant, and amount in cents, channel, properties.
EVENTS: dict[str, list[tuple[str, str, int | None, str | None, dict[str, Any]]]] = {
    # on both sides of a month ago; opened today
    "e1": [
        ("purchase", "2026-02-28T11:29:59Z", 10_000, "email", {"category": "Shoes", "coupon": 5}),
        ("purchase", "2026-02-28T11:30:00Z", 5_001, "whatsapp", {"category": "shoes", "coupon": 0}),
        ("purchase", "2026-03-31T10:29:59Z", 50_000, None, {"category": "hats"}),
        ("email_opened", "2026-03-31T08:00:00Z", None, "email", {}),
    ],
    # one purchase without an amount; the fraction of the second counts for nothing
    "e2": [("purchase", "2026-03-01T00:00:00.900Z", None, "email", {"category": "Shoes", "gift": True})],
    # only what was done to the contact
    "e3": [("email_sent", "2026-03-30T10:00:00Z", None, "email", {})],
    # after the evaluation, within the skew
    "e4": [("purchase", "2026-03-31T10:33:00Z", 2_500, "whatsapp", {"category": 7})],
    # averages that end in half a cent: 1.005 and 1.015
    "e5": [("purchase", "2025-01-01T00:00:00Z", 100, None, {}), ("purchase", "2025-01-02T00:00:00Z", 101, None, {})],
    "e6": [("purchase", "2025-01-01T00:00:00Z", 101, None, {}), ("purchase", "2025-01-02T00:00:00Z", 102, None, {})],
    # a refund: `returned` has negative amounts, averages -0.025 and total -0.05
    "e7": [
        ("returned", "2026-03-20T00:00:00Z", -3, None, {}),
        ("returned", "2026-03-21T00:00:00Z", -2, None, {}),
    ],
    # 23:00 in Berlin: the first instant of 29 March there
    "e8": [("purchase", "2026-03-28T23:00:00Z", 50_000, "email", {"category": "shoes", "coupon": 1})],
}

ACTORS = {"purchase": "contact", "email_opened": "contact", "email_sent": "organisation", "returned": "contact"}
NAMES = frozenset([*PEOPLE, *SEEN, *DAYS, *EVENTS])


@dataclass(frozen=True, slots=True)
class World:
    """One organisation and the ids of what it has: contacts, companies, tags, channels, owners, teams, segments."""

    db: Connection
    org_id: int
    zone: str
    ids: Mapping[str, int]

    def ask(self, tree: Any, *, now: datetime = NOW, closed: bool = False, week_start: int = 1) -> frozenset[str]:
        """The names of the contacts that the tree is true of; @vip and the like in it stand for ids."""
        sql, parameters = translate(self.db, self._resolved(tree), self.org_id, now, self.zone, week_start, closed)
        with self.db.begin_nested():
            found = set(self.db.scalars(text(sql), parameters))
        names = frozenset(name for name in NAMES if self.ids[name] in found)
        assert len(names) == len(found), "ids of another organisation, or none of these contacts"
        return names

    def declare(self, key: str, event_type: str, condition: object) -> None:
        """A behaviour that narrows an event type."""
        row = {"org_id": self.org_id, "key": key, "label": key, "kind": "declared"}
        _add(
            self.db, tables.behaviours, **row, event_type_id=self.ids[event_type], condition=self._resolved(condition)
        )  # fmt: skip

    def save(self, name: str, tree: object) -> int:
        """The id of a new segment with that tree."""
        return _add(
            self.db, tables.segments, org_id=self.org_id, name=name, kind="dynamic", tree=self._resolved(tree)
        )  # fmt: skip

    def _resolved(self, tree: Any) -> Any:
        match tree:
            case dict():
                return {key: self._resolved(one) for key, one in tree.items()}
            case list():
                return [self._resolved(one) for one in tree]
            case str() if tree.startswith("@"):
                return self.ids[tree[1:]]
            case _:
                return tree


def rule(field: str, operator: str, value: object = None, **more: object) -> dict[str, object]:
    """A rule as a query builder writes it."""
    return {"field": field, "operator": operator, "value": value, **more}


def group(combinator: str, *rules: object, **more: object) -> dict[str, object]:
    return {"combinator": combinator, "rules": list(rules), **more}


def make(db: Connection, org_id: int, zone: str) -> World:
    """The world in an organisation that has nothing yet."""
    ids: dict[str, int] = {}
    _definitions(db, org_id, ids)
    for name in sorted(NAMES):
        ids[name] = _add(db, tables.contacts, org_id=org_id, external_id=name, **_contact(name, ids))
    for name, tags in TAGS.items():
        for tag in tags:
            db.execute(insert(tables.contact_tags).values(contact_id=ids[name], tag_id=ids[tag]))
    for name, channels in CHANNELS.items():
        for key, (reachable, unsubscribed) in channels.items():
            db.execute(
                insert(tables.contact_channels).values(
                    contact_id=ids[name], channel_id=ids[key], reachable=reachable, unsubscribed=unsubscribed
                )
            )
    for name, events in EVENTS.items():
        for kind, at, amount, channel, properties in events:
            about = {"at": at, "amount": amount, "channel_id": channel and ids[channel], "properties": properties}
            _add(db, tables.events, contact_id=ids[name], event_type_id=ids[kind], **about)
    for member in ("anna", "dora", "t1"):
        db.execute(insert(tables.static_members).values(segment_id=ids["list"], contact_id=ids[member]))
    return World(db, org_id, zone, ids)


def _definitions(db: Connection, org_id: int, ids: dict[str, int]) -> None:
    def add(who: str, table: Table, /, **values: object) -> None:
        ids[who] = _add(db, table, org_id=org_id, **values)

    add("acme", tables.companies, external_id="acme", name="Acme Ltd", domain="acme.example", size=250,
        country="DE", custom={"tier": "A"})  # fmt: skip
    add("globex", tables.companies, external_id="globex", name="Globex", custom={"revenue": 1.5})
    for name in ("olga", "otto"):
        add(name, tables.owners, name=name, email=f"{name}@example.com")
    add("north", tables.teams, name="North")
    for name in ("new", "vip", "old"):
        add(name, tables.tags, name=name)
    for key in ("email", "whatsapp"):
        add(key, tables.channels, key=key, label=key)
    for key, actor in ACTORS.items():
        add(key, tables.event_types, key=key, label=key, actor=actor)
    add("list", tables.segments, name="List", kind="static")
    for place, (key, kind) in enumerate(
        {
            "plan": "choice", "note": "text", "score": "number", "vip": "boolean", "colours": "multi-choice",
            "seen": "datetime", "renewal": "date",
        }.items()
    ):  # fmt: skip
        _add(db, tables.custom_fields, org_id=org_id, object="contact", key=key, label=key, type=kind, slot=f"{place}")
    for key, kind in {"tier": "choice", "revenue": "number"}.items():
        _add(db, tables.custom_fields, org_id=org_id, object="company", key=key, label=key, type=kind, slot=key)


def _contact(name: str, ids: Mapping[str, int]) -> dict[str, object]:
    """The columns of a contact, ids in place of names."""
    if name in SEEN:
        # What is finer than a millisecond is there, and counts for nothing.
        return {"created_at": SEEN[name].replace("Z", "9Z"), "custom": {"seen": SEEN[name]}}
    if name in DAYS:
        return {"created_at": "2020-01-01T00:00:00Z", "birth_date": DAYS[name], "custom": {"renewal": DAYS[name]}}
    columns = PEOPLE.get(name, {})
    named = {key: ids[value] for key, value in columns.items() if key.endswith("_id")}
    return {"created_at": "2020-01-01T00:00:00Z", **columns, **named}


def _add(db: Connection, table: Table, **values: object) -> int:
    """The id of a new row."""
    return int(db.execute(insert(table).values(**values).returning(*table.primary_key)).scalar_one())
