"""What the checks of the index against the database have found, and how far they are."""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, DateTime, Double, Table, Text

from store.tables.base import instant, metadata

# One row an alias. The check goes through all contacts by id, again and again.
drift_checks = Table(
    "drift_checks",
    metadata,
    Column("alias", Text, primary_key=True),
    # The pass under way: every contact up to `through` was compared, `checked` documents in all.
    Column("through", BigInteger, nullable=False, server_default="0"),
    Column("checked", BigInteger, nullable=False, server_default="0"),
    instant("began_at"),
    # The last pass that came to its end.
    Column("finished_at", DateTime(timezone=True)),
    Column("finished_checked", BigInteger),
    Column("finished_seconds", Double),
    # Documents built anew and compared field by field, since ever.
    Column("rebuilt", BigInteger, nullable=False, server_default="0"),
)

# Sums since ever. The organisation is that of the contact, or of the document where there is no contact (0 where it
# names none); it may be gone by now.
drift_findings = Table(
    "drift_findings",
    metadata,
    Column("org_id", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "kind",
        Text,
        CheckConstraint("kind IN ('missing', 'stale', 'ahead', 'orphan', 'wrong_tenant', 'different')", name="kind"),
        primary_key=True,
    ),
    Column("found", BigInteger, nullable=False, server_default="0"),
    Column("repaired", BigInteger, nullable=False, server_default="0"),
    # Some of those found last, and the fields in which they differed.
    Column("examples", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("fields", ARRAY(Text), nullable=False, server_default="{}"),
    instant("found_at"),
)
