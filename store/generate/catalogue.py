"""What a made-up organisation has before it has contacts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from store import catalogue, custom_fields, organisations
from store.generate import vocabulary as words


@dataclass(frozen=True, slots=True)
class Ids:
    """The organisation, and what its contacts refer to."""

    org: int
    tags: dict[str, int]
    channels: dict[str, int]
    event_types: dict[str, int]
    owners: tuple[int, ...]
    teams: tuple[int, ...]


def found(db: Connection, name: str, time_zone: str) -> Ids:
    """A new organisation with tags, channels, event types, owners, teams and a custom field of every type."""
    org = organisations.create(db, name, time_zone).id
    _create_fields(db, org)
    people = {f"{name}@example.com".lower(): name for name in ("Ada", "Björn", "Chiara", "Dmitri", "Esra")}
    return Ids(
        org=org,
        tags=catalogue.ensure_tags(db, org, words.TAGS),
        channels=catalogue.ensure_channels(db, org, words.CHANNELS),
        event_types=catalogue.ensure_event_types(
            db, org, [kind.key for kind in words.EVENTS], {kind.key: kind.actor for kind in words.EVENTS}
        ),
        owners=tuple(catalogue.ensure_owners(db, org, people).values()),
        teams=tuple(catalogue.ensure_teams(db, org, ("North", "South")).values()),
    )


def _create_fields(db: Connection, org: int) -> None:
    for key, label, kind, options in (
        ("plan", "Plan", "choice", words.PLANS),
        ("score", "Score", "number", ()),
        ("renewal_date", "Renewal date", "date", ()),
        ("last_login", "Last login", "datetime", ()),
        ("beta_tester", "Beta tester", "boolean", ()),
        ("interests", "Interests", "multi-choice", words.INTERESTS),
        ("note", "Note", "text", ()),
    ):
        custom_fields.create(db, org, "contact", key, label, kind, options)
    custom_fields.create(db, org, "company", "tier", "Tier", "choice", words.TIERS)
    custom_fields.create(db, org, "company", "revenue", "Revenue", "number", ())
