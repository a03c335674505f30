"""What the index holds of each contact, and which indices there are."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    Table,
    Text,
    func,
    text,
)

from store.tables.base import instant, metadata

# Every change of every contact takes its version from here: they only grow, in each contact's commit order.
contact_version = Sequence("contact_version", metadata=metadata, data_type=BigInteger)

_PENDING = text("version > indexed_version")
_DUE = text("version > indexed_version AND retry_at IS NULL")

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
    # Of a refused contact that did not change since: when it is tried again, kept while it is. An index may have this
    # one, as a lease leaves it alone.
    Column("retry_at", DateTime(timezone=True)),
    # Workers take the oldest, of each organisation, without a look at those that wait for another try.
    Index("ix_index_state_due", "changed_at", postgresql_where=_DUE),
    Index("ix_index_state_org_id_due", "org_id", "changed_at", postgresql_where=_DUE),
    Index("ix_index_state_retry", "retry_at", postgresql_where=text("retry_at IS NOT NULL")),
    # Freshness and fills ask one organisation's oldest and how many.
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
    # Whose it is; NULL: shared by all organisations that have none of their own. No foreign key: an index outlives
    # its organisation until it is deleted, too.
    Column("org_id", BigInteger),
    # NULL: as many as the setting says.
    Column("shards", Integer),
    # Of a live one: it shall be built anew, by the contract with this fingerprint.
    Column("wanted", Text),
    # What the last check found to be the matter with it as a whole, such as that it is missing.
    Column("fault", Text),
    instant("created_at"),
    instant("changed_at"),
    Index(
        "uq_indices_live",
        "alias",
        func.coalesce(text("org_id"), text("0")),
        unique=True,
        postgresql_where=text("state = 'live'"),
    ),
    Index("uq_indices_building", "alias", unique=True, postgresql_where=text("state = 'building'")),
)

# Organisations on their way into a shared index or out of it.
index_moves = Table(
    "index_moves",
    metadata,
    Column("index_name", ForeignKey("indices.name", ondelete="CASCADE"), primary_key=True),
    Column("org_id", BigInteger, primary_key=True, autoincrement=False),
    # joining: its changes are written there, too. leaving: they are not, and its documents are to be removed.
    Column("state", Text, CheckConstraint("state IN ('joining', 'leaving')", name="state"), nullable=False),
    # A version drawn after the state was seen by all: whoever writes a higher one knows of it.
    Column("fence", BigInteger),
    # Every contact up to here was sent again, or removed.
    Column("through", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger, nullable=False, server_default="0"),
    Column("done", BigInteger, nullable=False, server_default="0"),
    instant("changed_at"),
    Index("uq_index_moves_joining", "index_name", unique=True, postgresql_where=text("state = 'joining'")),
)
