"""Event types."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from app.api.area import Area
from app.auth import caller
from app.schemas.setup import EventType, EventTypeRequest, EventTypes, LabelRequest, RemovalQuery
from app.service import service
from app.uses import refuse_used, without_behaviours
from store import behaviours, catalogue, event_types
from store.tokens import Scope

area = Area("event types", __name__, description="Kinds of events.")

_ONE = "/event-types/<key>"


@area.endpoint("GET", "/event-types", scope=Scope.READ, answer=EventTypes)
def all_of() -> Mapping[str, Any]:
    """The organisation's event types, by key."""
    with service().reading() as db:
        return {"event_types": event_types.all_of(db, caller().org_id)}


@area.endpoint("POST", "/event-types", scope=Scope.WRITE, body=EventTypeRequest, answer=EventType)
def ensure(key: str, actor: str | None) -> event_types.EventType:
    """The event type of that key, made if there was none, with its behaviour."""
    with service().writing() as db:
        catalogue.ensure_event_types(db, caller().org_id, [key], {} if actor is None else {key: actor})
        return event_types.get(db, caller().org_id, key)


@area.endpoint("PATCH", _ONE, scope=Scope.WRITE, body=LabelRequest, answer=EventType)
def relabel(key: str, label: str) -> event_types.EventType:
    """Another label for the event type and its behaviour; conditions know both by the key."""
    with service().writing() as db:
        return event_types.relabel(db, caller().org_id, key, label)


@area.endpoint("DELETE", _ONE, scope=Scope.WRITE, query=RemovalQuery, status=HTTPStatus.NO_CONTENT)
def delete(key: str, force: bool) -> None:
    """The event type is gone with all of its events and the behaviours declared of it.

    Refused while saved segments ask about any of these, unless `force` says so.
    """
    org_id = caller().org_id
    with service().writing() as db:
        if not force:
            codes = {one.behaviour.code for one in behaviours.meanings(db, org_id) if one.event_type == key}
            refuse_used(db, org_id, f"The event type {key!r}", without_behaviours(codes))
        event_types.remove(db, org_id, key)
