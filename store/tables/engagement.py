"""What contacts did and what was done to them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from mappings.timelines import MAX_AMOUNT, MAX_CODE, MAX_SECONDS
from store.tables.base import identity, instant, metadata, tenant

behaviour_code = Sequence("behaviour_code", metadata=metadata, data_type=BigInteger, maxvalue=MAX_CODE)

event_types = Table(
    "event_types",
    metadata,
    identity(),
    tenant(),
    Column("key", Text, nullable=False),
    Column("label", Text, nullable=False),
    # Who acted: `any` and `any.<channel>` count only what the contact did.
    Column("actor", Text, CheckConstraint("actor IN ('contact', 'organisation')", name="actor"), nullable=False),
    instant("created_at"),
    UniqueConstraint("org_id", "key"),
)

# Those of organisations, channels and event types are made by triggers together with what they stand for.
behaviours = Table(
    "behaviours",
    metadata,
    Column("code", Integer, behaviour_code, server_default=behaviour_code.next_value(), primary_key=True),
    tenant(),
    # purchase, any, any.whatsapp, large_purchase: what stands behind `engagement.`
    Column("key", Text, nullable=False),
    Column("label", Text, nullable=False),
    # any: every act of the contact; channel: those on channel_id; event_type: every event of it;
    # declared: events of event_type_id that meet `condition`.
    Column(
        "kind",
        Text,
        CheckConstraint("kind IN ('any', 'channel', 'event_type', 'declared')", name="kind"),
        nullable=False,
    ),
    Column("event_type_id", ForeignKey("event_types.id", ondelete="CASCADE"), index=True),
    Column("channel_id", ForeignKey("channels.id", ondelete="CASCADE"), index=True),
    # A condition tree over one event: its amount, channel and properties.
    Column("condition", JSONB),
    # Some event of it has, or had, a negative amount: sums since an instant no longer only grow.
    Column("signed", Boolean, nullable=False, server_default=text("false")),
    # A declared behaviour is filled for past events: so many contacts are rewritten, and those whose change has
    # waited since `fill_through` or longer may still lack it.
    Column("fill_total", BigInteger, nullable=False, server_default="0"),
    Column("fill_through", DateTime(timezone=True)),
    instant("created_at"),
    UniqueConstraint("org_id", "key"),
    CheckConstraint("(kind IN ('event_type', 'declared')) = (event_type_id IS NOT NULL)", name="event_type"),
    CheckConstraint("(kind = 'channel') = (channel_id IS NOT NULL)", name="channel"),
    CheckConstraint("(kind = 'declared') = (condition IS NOT NULL)", name="condition"),
)

# The organisation is that of the contact.
events = Table(
    "events",
    metadata,
    identity(),
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("event_type_id", ForeignKey("event_types.id", ondelete="CASCADE"), nullable=False),
    Column("channel_id", ForeignKey("channels.id", ondelete="SET NULL")),
    # With an external id a repeated event is stored once.
    Column("external_id", Text),
    # Whole seconds, from 1970 to 2106: what the packed timelines can hold.
    Column(
        "at",
        DateTime(timezone=True),
        CheckConstraint(
            f"at >= 'epoch'::timestamptz AND at < 'epoch'::timestamptz + interval '{MAX_SECONDS + 1} s'", name="at"
        ),
        nullable=False,
    ),
    # Minor units (hundredths): exact sums.
    Column("amount", BigInteger, CheckConstraint(f"abs(amount) <= {MAX_AMOUNT}", name="amount")),
    Column("currency", Text),
    Column("properties", JSONB, nullable=False, server_default="{}"),
    Index(
        "uq_events_event_type_id_external_id",
        "event_type_id",
        "external_id",
        unique=True,
        postgresql_where=text("external_id IS NOT NULL"),
    ),
    # Who ever did it: a declared behaviour is filled from here.
    Index("ix_events_event_type_id_contact_id", "event_type_id", "contact_id"),
)
