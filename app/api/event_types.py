"""Event types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.api.area import Area
from app.auth import caller
from app.schemas.setup import EventType, EventTypeRequest, EventTypes
from app.service import service
from mappings.fields import Named
from store import catalogue, named, tables
from store.tokens import Scope

area = Area("event types", __name__, description="Kinds of events.")


@area.endpoint("GET", "/event-types", scope=Scope.READ, answer=EventTypes)
def all_of() -> Mapping[str, Any]:
    """The organisation's event types, by key."""
    with service().reading() as db:
        return {"event_types": named.all_of(db, tables.event_types, "key", caller().org_id)}


@area.endpoint("POST", "/event-types", scope=Scope.WRITE, body=EventTypeRequest, answer=EventType)
def ensure(key: str, actor: str | None) -> Named:
    """The event type of that key, made if there was none, with its behaviour."""
    with service().writing() as db:
        actors = {} if actor is None else {key: actor}
        [(found, type_id)] = catalogue.ensure_event_types(db, caller().org_id, [key], actors).items()
        return Named(type_id, found)
