"""Organisations, who works for them, and what opens their doors."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from store.tables.base import identity, instant, metadata, tenant

organisations = Table(
    "organisations",
    metadata,
    identity(),
    Column("name", Text, nullable=False, unique=True),
    Column("time_zone", Text, nullable=False, server_default="UTC"),
    # ISO number of the day a week begins with: 1 is Monday, 7 Sunday.
    Column(
        "week_start",
        SmallInteger,
        CheckConstraint("week_start BETWEEN 1 AND 7", name="week_start"),
        nullable=False,
        server_default="1",
    ),
    instant("created_at"),
)

teams = Table(
    "teams",
    metadata,
    identity(),
    tenant(),
    Column("name", Text, nullable=False),
    instant("created_at"),
    Index("uq_teams_org_id_name", "org_id", func.lower(text("name")), unique=True),
)

owners = Table(
    "owners",
    metadata,
    identity(),
    tenant(),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    instant("created_at"),
    Index("uq_owners_org_id_email", "org_id", func.lower(text("email")), unique=True),
)

team_members = Table(
    "team_members",
    metadata,
    Column("team_id", ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True),
    Column("owner_id", ForeignKey("owners.id", ondelete="CASCADE"), primary_key=True, index=True),
)

tokens = Table(
    "tokens",
    metadata,
    identity(),
    tenant(),
    Column("name", Text, nullable=False),
    Column("sha256", LargeBinary, nullable=False, unique=True),
    Column("scopes", ARRAY(Text), nullable=False),
    instant("created_at"),
    Column("revoked_at", DateTime(timezone=True)),
)
