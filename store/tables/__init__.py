"""Every table of the service, as SQLAlchemy Core.

The migrations create them; `capture.sql` adds the triggers that tell the index what changed.
"""

from __future__ import annotations

from store.tables.base import metadata
from store.tables.drift import drift_checks, drift_findings
from store.tables.engagement import behaviour_code, behaviours, event_types, events
from store.tables.index import contact_version, index_moves, index_state, indices
from store.tables.people import (
    channels,
    companies,
    contact_channels,
    contact_tags,
    contacts,
    custom_fields,
    freed_slots,
    tags,
)
from store.tables.segments import segment_versions, segments, static_members
from store.tables.tenants import organisations, owners, team_members, teams, tokens

__all__ = [
    "behaviour_code",
    "behaviours",
    "channels",
    "companies",
    "contact_channels",
    "contact_tags",
    "contact_version",
    "contacts",
    "custom_fields",
    "drift_checks",
    "drift_findings",
    "event_types",
    "events",
    "freed_slots",
    "index_moves",
    "index_state",
    "indices",
    "metadata",
    "organisations",
    "owners",
    "segment_versions",
    "segments",
    "static_members",
    "tags",
    "team_members",
    "teams",
    "tokens",
]
