"""What tests of writes look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from store import contacts
from store.outcomes import Outcome


def statuses(outcomes: Sequence[Outcome]) -> list[str]:
    assert [outcome.index for outcome in outcomes] == list(range(len(outcomes)))
    return [outcome.status for outcome in outcomes]


def stored(db: Connection, org: int, external_id: str = "ann") -> dict[str, Any]:
    found = text("SELECT id FROM contacts WHERE org_id = :org AND external_id = :id")
    return contacts.get(db, org, db.execute(found, {"org": org, "id": external_id}).scalar_one())


def timeline(db: Connection, org: int) -> list[tuple[Any, ...]]:
    rows = db.execute(
        text("""
            SELECT contacts.external_id, event_types.key, channels.key, events.external_id,
                   extract(epoch FROM at)::bigint, amount, currency, properties
              FROM events JOIN contacts ON contacts.id = contact_id JOIN event_types ON event_types.id = event_type_id
              LEFT JOIN channels ON channels.id = channel_id
             WHERE contacts.org_id = :org ORDER BY events.id"""),
        {"org": org},
    )
    return [tuple(row) for row in rows]


def buy(contact: str = "a", **changed: object) -> dict[str, object]:
    return {"contact": contact, "id": "o-1", "type": "purchase", "at": "2022-01-01T00:00:00Z", "amount": 5} | changed
