"""What an organisation can ask about: its catalogue, and the tags, channels and event types that it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from sqlalchemy import Connection, select

from mappings import fields
from mappings.fields import Catalogue, Named
from store import behaviours, custom_fields, named, organisations, tables
from store.texts import channel_of, event_type_of, label_of, name_of

create_field = custom_fields.create

# An event type whose key ends so is an act of the organisation, unless it was made otherwise.
_OURS = ("_sent", "_delivered", "_bounced", "_received", "_shipped")


def load(db: Connection, org_id: int) -> Catalogue:
    """The organisation's catalogue as of now; raises NotFoundError."""
    organisation = organisations.get(db, org_id)
    return fields.catalogue(
        time_zone=organisation.time_zone,
        week_start=organisation.week_start,
        custom=custom_fields.all_of(db, org_id),
        behaviours=behaviours.all_of(db, org_id),
        tags=named.all_of(db, tables.tags, "name", org_id),
        channels=named.all_of(db, tables.channels, "key", org_id),
        owners=named.all_of(db, tables.owners, "name", org_id),
        teams=named.all_of(db, tables.teams, "name", org_id),
        segments=_segments(db, org_id),
    )


def ensure_tags(db: Connection, org_id: int, names: Iterable[str]) -> dict[str, int]:
    """The ids of tags by the names given, made where they are missing; case makes no difference."""
    rows: Mapping[str, Mapping[str, str]] = {name_of(name, "a tag"): {} for name in names}
    return named.ensure(db, tables.tags, "name", org_id, rows, fold=True)


def ensure_channels(db: Connection, org_id: int, keys: Iterable[str]) -> dict[str, int]:
    """The ids of channels by key, made where they are missing, each with its behaviour any.<channel>."""
    rows = {channel_of(key): {"label": label_of(key)} for key in keys}
    return named.ensure(db, tables.channels, "key", org_id, rows)


def ensure_event_types(
    db: Connection, org_id: int, keys: Iterable[str], actors: Mapping[str, str] | None = None
) -> dict[str, int]:
    """The ids of event types by key, made where they are missing, each with its behaviour.

    Who acts in a new one is said by `actors` (contact or organisation), or follows from its key: what is sent,
    delivered, bounced, received or shipped is an act of the organisation. Raises ConflictError when a declared
    behaviour has the key.
    """
    said = actors or {}
    rows = {event_type_of(key): {"label": label_of(key), "actor": said.get(key) or actor_of(key)} for key in keys}
    allow = partial(behaviours.refuse_taken, db, org_id)
    return named.ensure(db, tables.event_types, "key", org_id, rows, allow=allow)


def ensure_teams(db: Connection, org_id: int, names: Iterable[str]) -> dict[str, int]:
    """The ids of teams by the names given, made where they are missing; case makes no difference."""
    rows: Mapping[str, Mapping[str, str]] = {name_of(name, "a team"): {} for name in names}
    return named.ensure(db, tables.teams, "name", org_id, rows, fold=True)


def ensure_owners(db: Connection, org_id: int, names: Mapping[str, str]) -> dict[str, int]:
    """The ids of owners by the e-mail addresses given with their names, made where they are missing."""
    rows = {name_of(email, "an owner's e-mail"): {"name": name_of(name)} for email, name in names.items()}
    return named.ensure(db, tables.owners, "email", org_id, rows, fold=True)


def actor_of(event_type: str) -> str:
    """Who acts in an event type of that key, as far as the key says: contact or organisation."""
    return "organisation" if event_type.endswith(_OURS) else "contact"


def _segments(db: Connection, org_id: int) -> tuple[Named, ...]:
    c = tables.segments.c
    rows = db.execute(select(c.id, c.name).where(c.org_id == org_id, c.deleted_at.is_(None)).order_by(c.name))
    return tuple(Named(*row) for row in rows)
