"""The contacts that a new index is filled with, streamed by id."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from store.tables import contacts


def total(db: Connection) -> int:
    """How many contacts there are."""
    return int(db.execute(select(func.count()).select_from(contacts)).scalar_one())


def next_ids(db: Connection, after: int, limit: int) -> Sequence[int]:
    """The next contacts by id, at most `limit`; none at the end."""
    query = select(contacts.c.id).where(contacts.c.id > after).order_by(contacts.c.id).limit(limit)
    return db.execute(query).scalars().all()
