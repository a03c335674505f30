"""Segments as saved."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import identity, instant, metadata, tenant

segments = Table(
    "segments",
    metadata,
    identity(),
    tenant(),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("kind", Text, CheckConstraint("kind IN ('dynamic', 'static')", name="kind"), nullable=False),
    # The tree as saved, with tags and the like by id; null for a static segment.
    Column("tree", JSONB),
    Column("version", Integer, nullable=False, server_default="1"),
    instant("created_at"),
    instant("updated_at"),
    Column("deleted_at", DateTime(timezone=True)),
    CheckConstraint("(kind = 'dynamic') = (tree IS NOT NULL)", name="tree"),
    Index(
        "uq_segments_org_id_name",
        "org_id",
        func.lower(text("name")),
        unique=True,
        postgresql_where=text("deleted_at IS NULL"),
    ),
)

segment_versions = Table(
    "segment_versions",
    metadata,
    Column("segment_id", ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("tree", JSONB),
    instant("created_at"),
)

static_members = Table(
    "static_members",
    metadata,
    Column("segment_id", ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True),
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, index=True),
    instant("created_at"),
)
