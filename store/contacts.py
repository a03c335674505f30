"""Contacts: written in batches, read and deleted one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from store import behaviours, custom_fields, turns
from store.errors import NotFoundError
from store.items.batches import in_order, read_each
from store.items.contacts import ContactReader
from store.items.properties import Coerce
from store.outcomes import Outcome
from store.postgres import clock
from store.writing import contacts as writing


def reader(db: Connection, org_id: int, coerce: Coerce | None = None) -> ContactReader:
    """Reads contacts by the organisation's fields as they are now."""
    return ContactReader(custom_fields.all_of(db, org_id), clock(db), behaviours.taken(db, org_id), coerce)


def write(db: Connection, org_id: int, items: Sequence[object]) -> tuple[Outcome, ...]:
    """Create or update contacts by external_id; an outcome for each item, in their order.

    A refused item does not keep the others from being written. What an item does not name stays as it is, and a
    contact in which nothing differs is not touched.
    """
    turns.batch(db, org_id)
    rows, refused = read_each(items, reader(db, org_id).read)
    written = writing.write(db, org_id, list(rows.values()))
    outcomes = (Outcome(index, *one) for index, one in zip(rows, written, strict=True))
    return in_order((*refused.values(), *outcomes))


def get(db: Connection, org_id: int, contact_id: int) -> dict[str, Any]:
    """The contact as stored: id, external_id, properties, custom, tags, channels, company; raises NotFoundError."""
    row = db.execute(_GET, {"org": org_id, "id": contact_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no contact {contact_id}")
    return dict(row)


def by_external_id(db: Connection, org_id: int, external_id: str) -> dict[str, Any] | None:
    """The contact of that external id as stored, if there is one."""
    found = text("SELECT id FROM contacts WHERE org_id = :org AND external_id = :external_id")
    contact_id = db.execute(found, {"org": org_id, "external_id": external_id}).scalar_one_or_none()
    return None if contact_id is None else get(db, org_id, contact_id)


def delete(db: Connection, org_id: int, contact_id: int) -> None:
    """The contact and all that is kept about it are gone; raises NotFoundError."""
    turns.batch(db, org_id)
    deleted = text("DELETE FROM contacts WHERE org_id = :org AND id = :id")
    if not db.execute(deleted, {"org": org_id, "id": contact_id}).rowcount:
        raise NotFoundError(f"there is no contact {contact_id}")


_GET = text("""
    SELECT contacts.id, contacts.external_id, contacts.custom, owners.email AS owner, teams.name AS team,
           to_jsonb(contacts) - ARRAY['id', 'org_id', 'external_id', 'custom', 'company_id', 'owner_id', 'team_id']
           AS properties,
           CASE WHEN companies.id IS NOT NULL THEN to_jsonb(companies) - 'org_id' END AS company,
           ARRAY(SELECT tags.name FROM contact_tags JOIN tags ON tags.id = tag_id
                  WHERE contact_id = contacts.id ORDER BY lower(tags.name)) AS tags,
           (SELECT coalesce(jsonb_object_agg(channels.key, CASE
                       WHEN unsubscribed THEN 'unsubscribed' WHEN reachable THEN 'subscribed' ELSE 'unreachable'
                   END), '{}')
              FROM contact_channels JOIN channels ON channels.id = channel_id
             WHERE contact_id = contacts.id) AS channels
      FROM contacts
      LEFT JOIN companies ON companies.id = company_id
      LEFT JOIN owners ON owners.id = owner_id
      LEFT JOIN teams ON teams.id = team_id
     WHERE contacts.org_id = :org AND contacts.id = :id""")
