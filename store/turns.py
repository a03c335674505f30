"""Batches of an organisation take turns with what deletes the things that they name.

Both touch the same contacts, and would deadlock: a batch comes to a tag by way of the contacts, who deletes the tag to
the contacts by way of it. They wait in the order in which they came, so neither is overtaken for ever.
"""

from __future__ import annotations

from sqlalchemy import Connection, text


def batch(db: Connection, org_id: int) -> None:
    """What is there now of what contacts can name is there until this transaction ends. Others may write, too."""
    db.execute(text("SELECT pg_advisory_xact_lock_shared(hashtextextended('turns', :org))"), {"org": org_id})


def alone(db: Connection, org_id: int) -> None:
    """No batch of the organisation is under way until this transaction ends."""
    db.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('turns', :org))"), {"org": org_id})
