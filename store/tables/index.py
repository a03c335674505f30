"""What the index holds of each contact, and which indices there are."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    Sequence,
    Table,
    Text,
    text,
)

from store.tables.base import instant, metadata

# Every change of every contact takes its version from here: they only grow, in each contact's commit order.
contact_version = Sequence("contact_version", metadata=metadata, data_type=BigInteger)

_PENDING = text("version > indexed_version")

# One row a contact, kept after the contact is deleted: the delete has a version too.
index_state = Table(
    "index_state",
    metadata,
    Column("contact_id", BigInteger, primary_key=True, autoincrement=False),
    Column("org_id", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("indexed_version", BigInteger, nullable=False, server_default="0"),
    # Of a pending contact: since when its oldest change that the index lacks has waited.
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    # With a lease: a worker's until then. Without one: not to be tried again before then.
    Column("leased_until", DateTime(timezone=True)),
    Column("lease", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    # Workers take the oldest; freshness and fills ask one organisation's oldest and how many.
    Index("ix_index_state_pending", "changed_at", postgresql_where=_PENDING),
    Index("ix_index_state_org_id_pending", "org_id", "changed_at", postgresql_where=_PENDING),
    Index("ix_index_state_org_id_contact_id", "org_id", "contact_id"),
    # Few as a rule.
    Index("ix_index_state_refused", "org_id", "contact_id", postgresql_where=text("error IS NOT NULL")),
)

# The indices that workers write to, and how far a rebuild has come.
indices = Table(
    "indices",
    metadata,
    Column("name", Text, primary_key=True),
    Column("alias", Text, nullable=False),
    # building: written, not read; live: read through the alias; retired: neither, deleted after a grace time
    Column("state", Text, CheckConstraint("state IN ('building', 'live', 'retired')", name="state"), nullable=False),
    Column("fingerprint", Text, nullable=False),
    # The backfill streams contacts by id: every contact up to here was sent.
    Column("backfilled_through", BigInteger, nullable=False, server_default="0"),
    Column("backfill_total", BigInteger, nullable=False, server_default="0"),
    Column("backfill_done", BigInteger, nullable=False, server_default="0"),
    instant("created_at"),
    instant("changed_at"),
)
