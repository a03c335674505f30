"""Behaviours: kinds of engagement."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from sqlalchemy import Connection

from app.api.area import Area
from app.auth import caller
from app.errors import invalid
from app.questions import placed
from app.schemas.setup import Behaviour, BehaviourRequest, Behaviours, LabelRequest, RemovalQuery
from app.service import service
from app.uses import refuse_used, without_behaviours
from segments import Problem
from store import behaviours, named, tables
from store.behaviours import Meaning
from store.tokens import Scope

area = Area("behaviours", __name__, description="Kinds of engagement that conditions ask about.")

_ONE = "/behaviours/<key>"


@area.endpoint("GET", "/behaviours", scope=Scope.READ, answer=Behaviours)
def all_of() -> Mapping[str, Any]:
    """Every behaviour: one for each event type and channel, `any`, and those that were declared."""
    with service().reading() as db:
        return {"behaviours": behaviours.meanings(db, caller().org_id)}


@area.endpoint(
    "POST", "/behaviours", scope=Scope.WRITE, body=BehaviourRequest, answer=Behaviour, status=HTTPStatus.CREATED
)
def declare(key: str, label: str | None, event_type: str, condition: object) -> Meaning:
    """Events of one type that meet a condition; past events are filled in, and until then it is unavailable."""
    org_id = caller().org_id
    with service().writing() as db, placed("#/condition"):
        _require(db, org_id, event_type)
        behaviours.declare(db, org_id, key, label, event_type, condition)
        return behaviours.declared(db, org_id, key)


@area.endpoint("PATCH", _ONE, scope=Scope.WRITE, body=LabelRequest, answer=Behaviour)
def relabel(key: str, label: str) -> Meaning:
    """Another label for a declared behaviour; that of an event type has the event type's."""
    with service().writing() as db:
        return behaviours.relabel(db, caller().org_id, key, label)


@area.endpoint("DELETE", _ONE, scope=Scope.WRITE, query=RemovalQuery, status=HTTPStatus.NO_CONTENT)
def delete(key: str, force: bool) -> None:
    """A declared behaviour is gone; its events stay. Refused while segments ask about it, unless `force` says so."""
    org_id = caller().org_id
    with service().writing() as db:
        code = behaviours.declared(db, org_id, key).behaviour.code
        if not force:
            refuse_used(db, org_id, f"The behaviour {key!r}", without_behaviours({code}))
        behaviours.remove(db, org_id, code)


def _require(db: Connection, org_id: int, event_type: str) -> None:
    known = tuple(one.name for one in named.all_of(db, tables.event_types, "key", org_id))
    if event_type not in known:
        raise invalid(Problem("#/event_type", "unknown_option", f"there is no event type {event_type!r}", known))
