"""An organisation written by hand, row by row: contacts at the edges of what the language says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from mappings.text import MAX_TERM_BYTES
from runtime.settings import Settings
from store import tables
from tests.conformance.voices import Organisation, written
from tests.conformance.world import added

Json = dict[str, Any]

NOW = datetime(2026, 3, 31, 10, 30, tzinfo=UTC)
SECOND = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # the clocks of Berlin go forward

# (event type, when, minor units) of each contact
EVENTS: dict[str, list[tuple[str, datetime, int | None]]] = {
    "twice": [("purchase", NOW - timedelta(days=20), 1_999), ("purchase", NOW - timedelta(days=70), 1)],
    "lately": [("purchase", NOW - timedelta(days=20), 1_999)],
    "before": [("purchase", NOW - timedelta(days=70), 1_999)],
    "at once": [("login", SECOND, None)] * 3,
    "called": [("call", datetime(2026, 3, 28, 23, 10, tzinfo=UTC), None)],  # 29 March in Berlin
    "zero": [("visit", NOW - timedelta(days=1), 0)],
    "unknown": [("visit", NOW - timedelta(days=1), None)],
    "returned": [("refund", NOW - timedelta(days=1), -500)],
    "returned in part": [("refund", NOW - timedelta(days=1), -500), ("refund", NOW - timedelta(days=2), 700)],
    "kept": [("refund", NOW - timedelta(days=1), 0)],
    "ahead": [("arrival", NOW + timedelta(minutes=4), None)],
    "on time": [("arrival", NOW - timedelta(seconds=1), None)],
    **{
        str(size): [("opened", NOW - timedelta(minutes=one + 1), None) for one in range(size)]
        for size in (510, 511, 512)
    },
}
NAMES = {
    "long": "Name" * 8_250,
    "long, otherwise": "Name" * 8_250 + "s",
    "longest": "a" * MAX_TERM_BYTES,
    "cut": "a" * MAX_TERM_BYTES + "b",
    "longer in lower case": "Ⱥ" * 16_383,
    "tail": "c" * 33_000 + "tail",
    "short": "Name",
}
EVERYBODY = frozenset(EVENTS) | frozenset(NAMES)


@dataclass(frozen=True)
class Shop:
    """The organisation of these contacts, asked by their names."""

    organisation: Organisation
    names: dict[int, str]

    def asked(self, tree: Json, now: datetime = NOW, *, closed: bool = False) -> set[str]:
        """Whom all voices find."""
        answers = self.organisation.asked(tree, self.organisation.moment(now, closed=closed))
        index, evaluator, sql = ({self.names[one] for one in answer} for answer in answers)
        assert index == evaluator
        assert index == sql
        return index


@contextmanager
def opened(settings: Settings) -> Iterator[Shop]:
    """The organisation, indexed."""
    names: dict[int, str] = {}
    with written(settings, [lambda db: _write(db, names)]) as [organisation]:
        yield Shop(organisation, names)


def _write(db: Connection, names: dict[int, str]) -> int:
    org_id = added(db, tables.organisations, name="edges", time_zone="Europe/Berlin", week_start=1)
    kinds = {
        kind: added(db, tables.event_types, org_id=org_id, key=kind, label=kind, actor="contact")
        for kind in sorted({kind for events in EVENTS.values() for kind, _, _ in events})
    }
    for name in sorted(EVERYBODY):
        contact = added(db, tables.contacts, org_id=org_id, external_id=name, first_name=NAMES.get(name))
        names[contact] = name
        rows = [
            {"contact_id": contact, "event_type_id": kinds[kind], "at": at, "amount": amount}
            for kind, at, amount in EVENTS.get(name, [])
        ]
        if rows:
            db.execute(insert(tables.events), rows)
    return org_id


def rule(field: str, operator: str, value: object = None, **more: object) -> Json:
    return {"field": field, "operator": operator, "value": value, **more}


def group(combinator: str, *rules: Json, negated: bool = False) -> Json:
    return {"combinator": combinator, "not": negated, "rules": list(rules)}


def happened(behaviour: str, window: Json | None = None, **times: object) -> Json:
    value: Json = ({"times": times} if times else {}) | ({"window": window} if window else {})
    return rule(f"engagement.{behaviour}", "happened", value)
