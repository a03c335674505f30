"""Contacts, their companies, tags, channels and custom fields."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from store.tables.base import identity, instant, metadata, tenant

companies = Table(
    "companies",
    metadata,
    identity(),
    tenant(),
    Column("external_id", Text, nullable=False),
    Column("name", Text),
    Column("domain", Text),
    Column("industry", Text),
    Column("size", Double),
    Column("country", Text),
    Column("city", Text),
    Column("custom", JSONB, nullable=False, server_default="{}"),
    instant("created_at"),
    instant("updated_at"),
    UniqueConstraint("org_id", "external_id"),
)

contacts = Table(
    "contacts",
    metadata,
    identity(),
    tenant(),
    Column("external_id", Text, nullable=False),
    Column("email", Text),
    Column("phone", Text),
    Column("first_name", Text),
    Column("last_name", Text),
    # Only where it was given: the document falls back to first and last name.
    Column("full_name", Text),
    Column("job_title", Text),
    Column("language", Text),
    Column("country", Text),
    Column("region", Text),
    Column("city", Text),
    Column("postal_code", Text),
    Column("time_zone", Text),
    Column("source", Text),
    Column("lifecycle_stage", Text),
    Column("birth_date", Date),
    Column("company_id", ForeignKey("companies.id", ondelete="SET NULL"), index=True),
    Column("owner_id", ForeignKey("owners.id", ondelete="SET NULL"), index=True),
    Column("team_id", ForeignKey("teams.id", ondelete="SET NULL"), index=True),
    Column("custom", JSONB, nullable=False, server_default="{}"),
    instant("created_at"),
    instant("updated_at"),
    UniqueConstraint("org_id", "external_id"),
)

tags = Table(
    "tags",
    metadata,
    identity(),
    tenant(),
    Column("name", Text, nullable=False),
    instant("created_at"),
    Index("uq_tags_org_id_name", "org_id", func.lower(text("name")), unique=True),
)

contact_tags = Table(
    "contact_tags",
    metadata,
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True),
)

channels = Table(
    "channels",
    metadata,
    identity(),
    tenant(),
    Column("key", Text, nullable=False),
    Column("label", Text, nullable=False),
    UniqueConstraint("org_id", "key"),
)

contact_channels = Table(
    "contact_channels",
    metadata,
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True),
    Column("channel_id", ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True, index=True),
    # Independent: an address that works may still be opted out of.
    Column("reachable", Boolean, nullable=False, server_default=text("true")),
    Column("unsubscribed", Boolean, nullable=False, server_default=text("false")),
)

custom_fields = Table(
    "custom_fields",
    metadata,
    identity(),
    tenant(),
    Column("object", Text, CheckConstraint("object IN ('contact', 'company')", name="object"), nullable=False),
    Column("key", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("type", Text, nullable=False),
    # The names a choice or multi-choice may take, in the order shown.
    Column("options", ARRAY(Text), nullable=False, server_default="{}"),
    # Where the documents keep it, e.g. keyword_3; freed only after the documents were rewritten.
    Column("slot", Text, nullable=False),
    instant("created_at"),
    UniqueConstraint("org_id", "object", "key"),
    UniqueConstraint("org_id", "object", "slot"),
)

# Slots whose field was deleted while documents may still hold its values: free again when every change of the
# organisation that has waited since `freed_at` or longer is in the index.
freed_slots = Table(
    "freed_slots",
    metadata,
    Column("org_id", ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True),
    Column("object", Text, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("freed_at", DateTime(timezone=True), nullable=False),
)
