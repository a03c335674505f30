"""The contacts that an index is filled with, streamed by id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select

from store.holding import Organisations
from store.tables import contacts, index_state


def total(db: Connection, organisations: Organisations) -> int:
    """How many contacts they have."""
    query = select(func.count()).select_from(contacts).where(organisations.chosen(contacts.c.org_id))
    return int(db.execute(query).scalar_one())


def next_ids(db: Connection, organisations: Organisations, after: int, limit: int) -> Sequence[int]:
    """Their next contacts by id, at most `limit`; none at the end."""
    if organisations.only is None:
        query = select(contacts.c.id).where(contacts.c.id > after, organisations.chosen(contacts.c.org_id))
        return db.execute(query.order_by(contacts.c.id).limit(limit)).scalars().all()
    # The rows of one organisation stand together in an index of index_state; in contacts they are strewn.
    there = select(contacts.c.id).where(contacts.c.id == index_state.c.contact_id).exists()
    return db.execute(_remembered(organisations.only, after, limit).where(there)).scalars().all()


def next_remembered(db: Connection, org_id: int, after: int, limit: int) -> Sequence[int]:
    """The organisation's next contacts by id, those that were deleted included."""
    return db.execute(_remembered(org_id, after, limit)).scalars().all()


def next_before(db: Connection, org_id: int, version: int, after: int, limit: int) -> Sequence[int]:
    """The same of contacts whose version is not above `version`."""
    query = _remembered(org_id, after, limit).where(index_state.c.version <= version)
    return db.execute(query).scalars().all()


def remembered(db: Connection, org_id: int) -> int:
    """How many contacts the organisation has, those that were deleted included."""
    query = select(func.count()).where(index_state.c.org_id == org_id)
    return int(db.execute(query).scalar_one())


def _remembered(org_id: int, after: int, limit: int) -> Select[Any]:
    c = index_state.c
    query = select(c.contact_id).where(c.org_id == org_id, c.contact_id > after)
    return query.order_by(c.contact_id).limit(limit)
